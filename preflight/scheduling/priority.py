"""Which priority a new pod gets, and whether it may push others out.

Source: `plugin/pkg/admission/priority`, Kubernetes v1.35.4.
"""

from collections.abc import Iterable
from typing import NamedTuple

from preflight.facts.kubernetes import PodSpec, PriorityClass

NEVER = "Never"
"""The preemptionPolicy of a pod that waits instead of pushing others out."""

BUILT_IN = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
"""Classes that every cluster has."""


class Priority(NamedTuple):
    """A pod's priority; higher goes first, absent is 0, negative is possible."""

    value: int
    preempts: bool


def incoming_priority(spec: PodSpec, classes: Iterable[PriorityClass]) -> Priority:
    """Return the priority of a pod made from this spec.

    What the spec says itself wins; then its class; then the global default class (of several the lowest); then 0.
    """
    name = spec.priority_class_name
    if name:
        named = next((c for c in classes if c.metadata.name == name), None)
    else:
        named = min((c for c in classes if c.global_default), key=lambda c: c.value, default=None)
    value = spec.priority
    if value is None:
        value = named.value if named else BUILT_IN.get(name or "", 0)
    policy = spec.preemption_policy or (named.preemption_policy if named else None)
    return Priority(value=value, preempts=policy != NEVER)
