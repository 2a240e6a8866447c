"""The plan's own DaemonSets, such as the exporter that monitoring runs: one pod more on each node that lacks it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from preflight.facts.kubernetes import DaemonSet, DaemonSetSpec, ObjectMeta, OwnerReference, Pod, PriorityClass
from preflight.facts.plan import Manifest, Workload
from preflight.scheduling.elsewhere import with_pod
from preflight.scheduling.fit import Demand, demand, refusal
from preflight.scheduling.pools import os_of
from preflight.scheduling.prediction import is_targeted
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.room import Room
from preflight.scheduling.taints import daemon_tolerations


class Everywhere(msgspec.Struct, frozen=True, kw_only=True):
    """A DaemonSet of the plan, and what each of its pods looks for."""

    workload: Workload
    daemon_set: DaemonSet
    demand: Demand

    def lacks(self, room: Room) -> bool:
        """Tell whether the node gets a pod that is not there yet; images are Linux images unless they select Windows.

        A roll-out replaces those that are there one by one, without one more beside them.
        """
        meta = self.daemon_set.metadata
        wants = self.demand.spec.node_selector.get("kubernetes.io/os", "linux")
        there = any(name == meta.name and meta.namespace in ("", namespace) for namespace, name in room.daemon_sets)
        return not there and os_of(room.node) == wants and is_targeted(self.daemon_set, room.node)

    def refused(self, room: Room) -> tuple[str, ...]:
        """Return why its pod does not fit on the node, in the scheduler's words; empty where it does."""
        found = refusal(self.demand, room)
        return found.reasons if found else ()


def daemon_sets_of_plan(manifest: Manifest, namespace: str, classes: Sequence[PriorityClass]) -> Iterator[Everywhere]:
    """Yield the plan's DaemonSets; `namespace` is where those go that name none, "" where that is not known."""
    for workload in manifest.workloads:
        if workload.kind != "DaemonSet" or workload.metadata.annotations.hook:
            continue
        meta = ObjectMeta(name=workload.metadata.name, namespace=workload.metadata.namespace or namespace)
        template = workload.template
        affinity = template.spec.affinity and msgspec.structs.replace(template.spec.affinity, node_affinity=None)
        spec = msgspec.structs.replace(template.spec, tolerations=daemon_tolerations(template.spec), affinity=affinity)
        owner = OwnerReference(kind="DaemonSet", name=meta.name, controller=True)
        pod = Pod(
            metadata=msgspec.structs.replace(meta, labels=template.metadata.labels, owner_references=(owner,)),
            spec=spec,
        )
        yield Everywhere(
            workload=workload,
            daemon_set=DaemonSet(metadata=meta, spec=DaemonSetSpec(template=template)),
            demand=demand(pod, spec, incoming_priority(spec, classes)),
        )


def with_all(room: Room, daemon_sets: Iterable[Everywhere]) -> Room:
    """Return the room with a pod of each that it lacks and that fits."""
    for daemon_set in daemon_sets:
        if daemon_set.lacks(room) and not daemon_set.refused(room):
            room = with_pod(room, daemon_set.demand)
    return room
