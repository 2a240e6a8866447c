"""Lower what a workload requests: the command that does it, with numbers that suffice."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from preflight.facts.kubernetes import Container, Node, Pod
from preflight.model import Commands
from preflight.quantity import millicores, whole
from preflight.scheduling.fit import barred, demand_of, refusal
from preflight.scheduling.placement import Placement
from preflight.scheduling.pools import leaving
from preflight.scheduling.requests import incoming_requests
from preflight.scheduling.room import Room, rooms
from preflight.scheduling.wording import amount
from preflight.shells import Note, Words, commands

RESERVE = 2.0
"""Percent of cpu and memory that stay free beside the add-on, unless a setting says otherwise."""

_MEBI = 2**20
_MOST = {"cpu": 0.75, "memory": 0.25}
"""How much of a request may go: cpu is shared when it is short; memory that is short ends a container."""
_HASH = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5,10}")
"""What a Deployment adds to its name to name a ReplicaSet (`rand.SafeEncodeString`)."""


def enough(placement: Placement, reserve: float = RESERVE) -> dict[str, int]:
    """Return by how much less must be requested on the node for the add-on to fit and `reserve` percent to stay free.

    7760m and the add-on's 120m on 7820m are 60m too much; with 2 % (157m) free it takes 217m.
    """
    return {name: by + reserved(placement.before, name, reserve) for name, by in placement.missing().items()}


def reserved(room: Room, resource: str, reserve: float = RESERVE) -> int:
    """Return `reserve` percent of what the node gives of cpu or memory, rounded up; of anything else nothing."""
    return -int(-room.allocatable.get(resource, 0) * reserve // 100) if resource in ("cpu", "memory") else 0


def lower(pod: Pod, by: Mapping[str, int], why: str) -> Commands | None:
    """Return the command that makes the pod's workload request so much less of each resource.

    `by` is in millicores of cpu and bytes of memory. None where nobody makes the pod anew, or where lowering the
    largest request of a container does not do it.
    """
    workload = workload_of(pod)
    containers = {name: _largest(pod.spec.containers, name) for name in by}
    if workload is None or not by or any(name not in ("cpu", "memory") or containers[name] is None for name in by):
        return None
    wanted: dict[str, dict[str, str]] = {}
    for name, less in by.items():
        container = containers[name]
        left = (_request(container, name) if container else 0) - less
        if container is None or left <= 0:
            return None
        wanted.setdefault(container.name, {})[name] = f"{left}m" if name == "cpu" else f"{left // _MEBI}Mi"
    if not _suffices(pod, wanted, by):
        return None
    lines = [_set(workload, pod, container, requests) for container, requests in wanted.items()]
    said = ", ".join(f"{amount(name, less)} of {name}" for name, less in by.items())
    return commands(Note(f"{said} less: {why}; write the same into the values, or the next upgrade undoes it"), *lines)


def lower_to_fit(pod: Pod, nodes: Iterable[Node], pods: Iterable[Pod]) -> Commands | None:
    """Return the command with which a pod that waits for cpu or memory fits on the node that lacks least for it.

    None where too much of a request would have to go: then it takes another node.
    """
    demand = demand_of(pod)
    short: list[tuple[float, str, dict[str, int]]] = []
    for name, room in rooms(nodes, pods).items():
        refused = None if barred(demand.spec, room.node) or leaving(room.node) else refusal(demand, room)
        lacking = {shortfall.resource: shortfall.missing for shortfall in refused.shortfalls} if refused else {}
        if lacking and lacking.keys() <= {"cpu", "memory"}:
            short.append((max(by / demand.requests[resource] for resource, by in lacking.items()), name, lacking))
    if not short:
        return None
    _, name, by = min(short)
    spare = all(less <= _MOST[resource] * demand.requests[resource] for resource, less in by.items())
    return lower(pod, by, f"it fits on {name} then") if spare else None


def workload_of(pod: Pod) -> str | None:
    """Return what makes the pod anew as kubectl names it: `statefulset/NAME`, `deployment/NAME`; None for others."""
    for owner in pod.metadata.owner_references:
        if owner.kind == "StatefulSet":
            return f"statefulset/{owner.name}"
        found = _HASH.search(owner.name)
        if owner.kind == "ReplicaSet" and found and found.end() == len(owner.name):
            return f"deployment/{owner.name[: found.start()]}"
    return None


def _largest(containers: Iterable[Container], resource: str) -> Container | None:
    asking = [container for container in containers if _request(container, resource)]
    return max(asking, key=lambda container: _request(container, resource), default=None)


def _request(container: Container, resource: str) -> int:
    quantity = (container.resources.limits | container.resources.requests).get(resource, 0)
    return millicores(quantity) if resource == "cpu" else whole(quantity)


def _set(workload: str, pod: Pod, container: str, requests: Mapping[str, str]) -> Words:
    said = ",".join(f"{name}={quantity}" for name, quantity in requests.items())
    where = ("-n", pod.metadata.namespace)
    return ("kubectl", "set", "resources", workload, *where, "-c", container, f"--requests={said}")


def _suffices(pod: Pod, wanted: Mapping[str, Mapping[str, str]], by: Mapping[str, int]) -> bool:
    """Tell whether the pod asks for so much less then: an init container, or the pod itself, may ask for as much."""

    def lowered(container: Container) -> Container:
        requests = {**container.resources.requests, **wanted.get(container.name, {})}
        return msgspec.structs.replace(
            container, resources=msgspec.structs.replace(container.resources, requests=requests)
        )

    spec = msgspec.structs.replace(pod.spec, containers=tuple(map(lowered, pod.spec.containers)))
    before, after = incoming_requests(pod.spec), incoming_requests(spec)
    return all(before.get(name, 0) - after.get(name, 0) >= less for name, less in by.items())
