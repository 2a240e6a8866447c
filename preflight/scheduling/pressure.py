"""How Neo4j and Elasticsearch stand on their nodes once the add-on is there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from preflight.errors import InputError
from preflight.facts.kubernetes import Node, ObjectMeta, Pod, PodMetrics
from preflight.model import Evidence
from preflight.quantity import whole
from preflight.scheduling.databases import database_of, databases
from preflight.scheduling.elsewhere import Move, relocate
from preflight.scheduling.fit import barred, demand_of, refusal
from preflight.scheduling.placement import Placement, Placements
from preflight.scheduling.pools import leaving
from preflight.scheduling.relations import Related
from preflight.scheduling.requests import is_sidecar
from preflight.scheduling.room import Room
from preflight.scheduling.wording import amount, fate, percent, resources_evidence, too_much

PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure")
ADDON_MEMORY_LIMIT = 1200 * 2**20
"""Bytes that the add-on's containers may use together: 100 + 500 + 100 of the driver, 500 of the provider, in Mi."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One pod of a database and what threatens it.

    `move` is where it goes if the add-on pushes it out. `stranded` says why it could not start again where it is after
    a restart, and `refuge` where it would then go. `pressures` are the conditions its node reports. A pod without a
    node has none, `stranded` says why.
    """

    pod: Pod
    node: Node | None
    placement: Placement | None
    leaving: str | None = None
    move: Move | None = None
    stranded: str | None = None
    refuge: Move | None = None
    pressures: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.pod.metadata.namespace}/{self.pod.metadata.name}"


def standings(pods: Iterable[Pod], placements: Placements) -> list[Standing]:
    """Return how every database pod stands, by name."""
    by_node = {placement.name: placement for placement in placements.nodes}
    found = []
    for pod in databases(pods):
        name = pod.spec.node_name or ""
        room = placements.after.get(name)
        if room is None:
            found.append(Standing(pod=pod, node=None, placement=None, stranded=_nowhere(pod, placements.after)))
            continue
        placement = by_node.get(name)
        move = next((m for m in placement.moves if m.resident.pod is pod), None) if placement else None
        stranded = None if move else _stranded(pod, room)
        resident = next((r for r in room.residents if r.pod is pod), None)
        refuge = None
        if stranded and resident:
            (refuge,) = relocate([(name, resident)], placements.after, ties=placements.ties).values()
        found.append(
            Standing(
                pod=pod,
                node=room.node,
                placement=placement,
                leaving=leaving(room.node),
                move=move,
                stranded=stranded,
                refuge=refuge,
                pressures=tuple(
                    c.type for c in room.node.status.conditions if c.type in PRESSURES and c.status == "True"
                ),
            )
        )
    return found


def threats(standing: Standing) -> list[str]:
    """Return what takes the database off its node, a sentence each, the worst first."""
    database = database_of(standing.pod)
    found = []
    if standing.move and standing.placement:
        found.append(f"{too_much(standing.placement)}. Pushed out: {standing.name}, {fate(standing.move)}.")
    if standing.node is None:
        found.append(f"{database} is waiting for a node ({standing.stranded}).")
    elif standing.stranded:
        where = f"; {standing.name} is a pod {fate(standing.refuge)}" if standing.refuge else ""
        found.append(f"{database} could not start here again after a restart ({standing.stranded}){where}.")
    if standing.pressures:
        found.append(f"The node reports {' and '.join(standing.pressures)}: {standing.name} may be evicted any time.")
    if found and standing.leaving:
        found.append(f"The node is {standing.leaving}, so this may not matter any more.")
    return found


def tightness(standing: Standing, in_use: int | None, *, reserve: float, usage: float) -> list[str]:
    """Return what leaves the database too little air, a sentence each.

    `in_use` is the memory that the node's pods use now, in bytes, None where nobody read it.
    """
    placement = standing.placement
    if placement is None:
        return []
    found = [
        f"{amount(resource, max(left, 0))} of {resource} are left with the add-on, less than {reserve:g} %."
        for resource, left in _scarce(placement, reserve).items()
    ]
    excess = _memory_if_full(standing)
    if excess:
        found.append(
            f"If {standing.name} uses its whole memory limit, the node lacks {amount('memory', excess)} for what the "
            f"others and the add-on request."
        )
    has = placement.before.allocatable.get("memory", 0)
    if in_use is not None and 100 * in_use > usage * has and has - in_use < ADDON_MEMORY_LIMIT:
        found.append(
            f"{percent(in_use, has)} of the memory is in use now: {amount('memory', max(has - in_use, 0))} are free, "
            f"and the add-on may use {amount('memory', ADDON_MEMORY_LIMIT)}."
        )
    return found


def pressure_evidence(standing: Standing) -> dict[str, Evidence]:
    """Return the node's cpu and memory as evidence; the figure is what lacks (`-60m`) or what is left of cpu."""
    if standing.placement is None:
        return {"pod": standing.name}
    missing = [f"-{amount(resource, by)}" for resource, by in standing.placement.missing().items()]
    figure = missing[0] if missing else f"{amount('cpu', left_of_cpu(standing))} left"
    return {"figure": figure, "pod": standing.name, **resources_evidence(standing.placement)}


def left_of_cpu(standing: Standing) -> int:
    """Return the millicores that are left on the pod's node with the add-on; 0 where there is no such node."""
    placement = standing.placement
    return placement.before.allocatable.get("cpu", 0) - placement.used_with_addon("cpu") if placement else 0


def _scarce(placement: Placement, reserve: float) -> dict[str, int]:
    """Return what is left after the add-on of cpu and memory where that is less than `reserve` percent.

    Of 7820m 2 % are 156m: with 7700m requested, the add-on's included, 120m are left, which is scarce.
    """
    found = {}
    for resource in ("cpu", "memory"):
        has = placement.before.allocatable.get(resource, 0)
        left = has - placement.used_with_addon(resource)
        if 100 * left < reserve * has:
            found[resource] = left
    return found


def _memory_if_full(standing: Standing) -> int | None:
    """Return by how much memory is exceeded when the pod uses its whole limit; None where it has none, or it fits.

    Its limit 28Gi, everybody else's requests 2Gi and the add-on's 240Mi do not fit 28Gi.
    """
    placement, limit = standing.placement, _memory_limit(standing.pod)
    if placement is None or limit is None:
        return None
    own = next((r.requests.get("memory", 0) for r in placement.before.residents if r.pod is standing.pod), 0)
    excess = placement.used_with_addon("memory") - own + limit - placement.before.allocatable.get("memory", 0)
    return excess if excess > 0 else None


def memory_in_use(pods: Iterable[Pod], metrics: Sequence[PodMetrics]) -> Mapping[str, int]:
    """Return the memory that the pods of each node use now, in bytes, by node name."""
    node_of = {(pod.metadata.namespace, pod.metadata.name): pod.spec.node_name for pod in pods if pod.spec.node_name}
    used: Counter[str] = Counter()
    for item in metrics:
        node = node_of.get((item.metadata.namespace, item.metadata.name))
        if node:
            used[node] += sum(_bytes(item.metadata, container.usage.get("memory", 0)) for container in item.containers)
    return used


def _stranded(pod: Pod, room: Room) -> str | None:
    """Say why the pod could not start again on its node, None where it could."""
    demand = demand_of(pod)
    others = tuple(r for r in room.residents if r.pod is not pod)
    gone = tuple(r for r in room.residents if r.pod is pod)
    without = msgspec.structs.replace(room, residents=others, load=room.load.without(gone))
    refused = refusal(demand, without)
    return barred(demand.spec, room.node) or (", ".join(refused.reasons) if refused else None)


def _nowhere(pod: Pod, rooms: Mapping[str, Room]) -> str:
    """Say why a pod without a node finds none, or where there is room for it."""
    demand = demand_of(pod)
    relations = Related(rooms.values()).to(pod, pod.spec)
    reasons: Counter[str] = Counter()
    for name, room in rooms.items():
        refused = refusal(demand, room, relations)
        reason = barred(demand.spec, room.node) or (", ".join(refused.reasons) if refused else "")
        if not reason:
            return f"though {name} has room"
        reasons[reason] += 1
    return "; ".join(f"{count} nodes: {reason}" for reason, count in sorted(reasons.items()))


def _memory_limit(pod: Pod) -> int | None:
    """The pod's own limit, or that of its containers and sidecars together; None where any has none."""
    if "memory" in pod.spec.resources.limits:
        return _bytes(pod.metadata, pod.spec.resources.limits["memory"])
    running = (*pod.spec.containers, *filter(is_sidecar, pod.spec.init_containers))
    limits = [container.resources.limits.get("memory") for container in running]
    if not limits or None in limits:
        return None
    return sum(_bytes(pod.metadata, limit) for limit in limits if limit is not None)


def _bytes(pod: ObjectMeta, quantity: str | float) -> int:
    """Read an amount of memory. Raises InputError naming the pod where it is no quantity: a file may have one."""
    try:
        return whole(quantity)
    except ValueError as error:
        raise InputError(f"pod {pod.namespace}/{pod.name}: {error}") from None
