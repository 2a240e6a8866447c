"""What is on each node: the pods that count, what they hold together, and who has been promised a place.

Sources: `pkg/scheduler/framework/types.go` (`NodeInfo`), `pkg/scheduler/scheduler.go` (`newPodInformer`), v1.35.4.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from preflight.errors import InputError
from preflight.facts.kubernetes import Node, Pod
from preflight.scheduling.ports import NO_PORTS, HostPort, host_ports
from preflight.scheduling.requests import Amounts, allocatable, placed_requests

ENDED = ("Succeeded", "Failed")
"""Phases in which a pod counts for nothing; a terminating one counts in full until it is gone."""

DEFAULT_SCHEDULER = "default-scheduler"


class Resident(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pod with its figures: what it asks for, the host ports it holds, its priority (absent = 0)."""

    pod: Pod
    requests: Amounts
    ports: frozenset[HostPort]
    priority: int

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.pod.metadata.namespace}/{self.pod.metadata.name}"

    @property
    def terminating(self) -> bool:
        """True when somebody deleted it and it is not gone yet."""
        return self.pod.metadata.deletion_timestamp is not None


class Load(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the pods of a node hold together: slots, resources, host ports.

    The scheduler keeps host ports as a set without a count: when one of two holders of a port leaves, the port counts
    as free (`HostPortInfo.Remove`). `without` does the same.
    """

    slots: int = 0
    used: Amounts = {}
    ports: frozenset[HostPort] = NO_PORTS

    def plus(self, residents: Iterable[Resident]) -> Load:
        """Return the load with these pods added."""
        return self._changed(residents, 1)

    def without(self, residents: Iterable[Resident]) -> Load:
        """Return the load with these pods taken away."""
        return self._changed(residents, -1)

    def _changed(self, residents: Iterable[Resident], sign: int) -> Load:
        slots, used, ports = self.slots, dict(self.used), self.ports
        for resident in residents:
            slots += sign
            for name, amount in resident.requests.items():
                used[name] = used.get(name, 0) + sign * amount
            if resident.ports:
                ports = ports | resident.ports if sign > 0 else ports - resident.ports
        return Load(slots=slots, used=used, ports=ports)


class Room(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A node with what it can give and what is on it.

    `daemon_sets` are those with a pod here, by namespace and name. `nominated` are pods without a node that have been
    promised this one after a preemption.
    """

    node: Node
    allocatable: Amounts
    load: Load
    residents: tuple[Resident, ...] = ()
    daemon_sets: frozenset[tuple[str, str]] = frozenset()
    nominated: tuple[Resident, ...] = ()


def rooms(nodes: Iterable[Node], pods: Iterable[Pod]) -> dict[str, Room]:
    """Return every node's room by node name, nodes and pods in the order of their names.

    Raises InputError naming the node or pod that has a figure which is no quantity: an API server has none, a file may.
    """
    bound: dict[str, list[Resident]] = {}
    promised: dict[str, list[Resident]] = {}
    for pod in pods:
        if pod.status.phase in ENDED:
            continue
        if pod.spec.node_name:
            bound.setdefault(pod.spec.node_name, []).append(resident(pod))
        elif pod.status.nominated_node_name and _is_waiting(pod):
            promised.setdefault(pod.status.nominated_node_name, []).append(resident(pod))
    return {
        node.metadata.name: _room(node, bound.get(node.metadata.name, ()), promised.get(node.metadata.name, ()))
        for node in sorted(nodes, key=lambda node: node.metadata.name)
    }


def resident(pod: Pod) -> Resident:
    """Return a pod that is there, with its figures. Raises InputError naming the pod where one is no quantity."""
    try:
        requests = placed_requests(pod)
    except ValueError as error:
        raise InputError(f"pod {pod.metadata.namespace}/{pod.metadata.name}: {error}") from None
    return Resident(pod=pod, requests=requests, ports=host_ports(pod.spec), priority=pod.spec.priority or 0)


def daemon_sets_of(pod: Pod) -> list[tuple[str, str]]:
    """Return namespace and name of the DaemonSets that own the pod: one, or none."""
    meta = pod.metadata
    return [(meta.namespace, owner.name) for owner in meta.owner_references if owner.kind == "DaemonSet"]


def _is_waiting(pod: Pod) -> bool:
    """A gated pod, or one of another scheduler, is in nobody's queue here and so has no promise either."""
    return not pod.spec.scheduling_gates and pod.spec.scheduler_name in (None, "", DEFAULT_SCHEDULER)


def _room(node: Node, bound: Iterable[Resident], promised: Iterable[Resident]) -> Room:
    try:
        amounts = allocatable(node)
    except ValueError as error:
        raise InputError(f"node {node.metadata.name}: {error}") from None
    residents = tuple(sorted(bound, key=_full_name))
    return Room(
        node=node,
        allocatable=amounts,
        load=Load().plus(residents),
        residents=residents,
        daemon_sets=frozenset(id_ for resident in residents for id_ in daemon_sets_of(resident.pod)),
        nominated=tuple(sorted(promised, key=_full_name)),
    )


def _full_name(resident: Resident) -> tuple[str, str]:
    return resident.pod.metadata.namespace, resident.pod.metadata.name
