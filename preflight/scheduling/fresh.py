"""New nodes of a pool: whether the pods that can only live there fit on as many as the pool may have."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from preflight.facts.azure import AgentPool, ManagedCluster
from preflight.facts.kubernetes import DaemonSet, Node, Pod, PriorityClass
from preflight.model import Evidence
from preflight.scheduling.elsewhere import VolumeTies, again, may_run, numbered, with_pod
from preflight.scheduling.fit import Demand, barred, fits, fits_beside, refusal
from preflight.scheduling.pools import DISK_ZONE, ZONE, described_node, empty_pool_room, new_room, owner_kind, pool_of
from preflight.scheduling.relations import Related, Relations
from preflight.scheduling.room import Resident, Room, resident

Verdict = Literal["fits", "too-big", "too-much", "no-way-found", "unsure", "unmeasured"]


class FreshPool(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a pool's pinned pods when all its nodes are new.

    fits          an arrangement was found, on `nodes` new nodes
    too-big       one pod, `culprit`, does not fit on a new node at all, by `missing`
    too-much      all together they need more than all the new nodes have, by `missing`
    no-way-found  no arrangement was found; `culprit` is the first for which there was no room
    unsure        they fit unless a volume that was not read ties them to a zone
    unmeasured    the pool has no node, and no other one is like its own would be
    """

    pool: str
    nodes: int
    pinned: tuple[Resident, ...]
    verdict: Verdict
    culprit: Resident | None = None
    missing: Mapping[str, int] = {}


def fresh_pool(
    pool: str,
    rooms: Mapping[str, Room],
    count: int,
    *,
    ties: VolumeTies,
    daemon_sets: Sequence[DaemonSet],
    priority_classes: Sequence[PriorityClass] = (),
) -> FreshPool:
    """Judge a pool that has nodes; `count` is how many new ones there may be.

    A new node runs every DaemonSet of the pool and these besides. Pinned are the pods that no node of another pool may
    run. Those that share a node now are tried together; where that fails, the largest is placed first, each on the
    first new node with room that other pods leave open to it. New nodes stand in the zones of the pool's present ones,
    in turn.
    """
    members = [room for room in rooms.values() if pool_of(room.node) == pool]
    others = [room for room in rooms.values() if pool_of(room.node) != pool]
    pinned = tuple(r for room in members for r in room.residents if is_pinned(r, room.node, others, ties))
    room = new_room(members, f"new-{pool}", daemon_sets, priority_classes)
    fresh = [numbered(_in_zone_of(room, members[n % len(members)].node), n + 1) for n in range(count)]
    home_of = {resident.name: member.node for member in members for resident in member.residents}

    found = FreshPool(pool=pool, nodes=count, pinned=pinned, verdict="fits")
    if short := _too_much_for(found, room):
        return short
    # What stands now is looked at first: it is the likeliest, and one look at each pod.
    if _as_now(members, pinned, fresh, home_of, ties):
        return found
    ordered = _largest_first(pinned, room)
    left_over = _pack(ordered, fresh, home_of, ties, sure=True, others=others)
    if left_over is None:
        return found
    unsure = _pack(ordered, fresh, home_of, ties, sure=False, others=others) is None
    return msgspec.structs.replace(found, verdict="unsure" if unsure else "no-way-found", culprit=left_over)


def empty_pool(
    pool: AgentPool,
    rooms: Mapping[str, Room],
    waiting: Iterable[Pod],
    cluster: ManagedCluster,
    *,
    ties: VolumeTies,
    daemon_sets: Sequence[DaemonSet],
) -> FreshPool | None:
    """Judge a pool that has no node now; None where no pod waits for one.

    Pinned to it are the waiting pods that no node there is may run, and a node as Azure describes the pool's would. A
    node of the same machines and --max-pods stands in for it.
    """
    described = described_node(pool)
    pinned = tuple(
        resident(pod)
        for pod in waiting
        if not barred(pod.spec, described) and all(barred(pod.spec, room.node) for room in rooms.values())
    )
    if not pinned:
        return None
    found = FreshPool(pool=pool.name, nodes=most_nodes(pool), pinned=pinned, verdict="fits")
    room = empty_pool_room(pool, rooms.values(), cluster, daemon_sets)
    if room is None:
        return msgspec.structs.replace(found, verdict="unmeasured")
    if short := _too_much_for(found, room):
        return short
    fresh = [numbered(room, number + 1) for number in range(found.nodes)]
    homes = {pod.name: room.node for pod in pinned}
    left_over = _pack(_largest_first(pinned, room), fresh, homes, ties, sure=False, others=[*rooms.values()])
    return msgspec.structs.replace(found, verdict="no-way-found", culprit=left_over) if left_over else found


def _too_much_for(found: FreshPool, room: Room) -> FreshPool | None:
    """Judge whether one pod is too big for a new node, or all together for all of them; None where neither is."""
    too_big = next((r for r in found.pinned if not fits(again(r), room)), None)
    if too_big:
        refused = refusal(again(too_big), room)
        missing = {s.resource: s.missing for s in refused.shortfalls} if refused else {}
        return msgspec.structs.replace(found, verdict="too-big", culprit=too_big, missing=missing)
    if missing := _beyond_all(found.pinned, room, found.nodes):
        return msgspec.structs.replace(found, verdict="too-much", missing=missing)
    return None


def fresh_evidence(fresh: FreshPool) -> dict[str, Evidence]:
    """Return the judgement as evidence: what lacks in base units, and the pod that is concerned."""
    missing: dict[str, Evidence] = dict(fresh.missing)
    return {
        "pool": fresh.pool,
        "nodes": fresh.nodes,
        "pod": fresh.culprit.name if fresh.culprit else None,
        "missing": missing,
        "pinned": [resident.name for resident in fresh.pinned],
    }


def is_pinned(resident: Resident, home: Node, others: Iterable[Room], ties: VolumeTies) -> bool:
    """Tell whether no node of other pools may run the pod; who is made on each node anyway is not looked at."""
    if owner_kind(resident.pod) in ("DaemonSet", "Node"):
        return False
    demand = again(resident)
    return not any(may_run(demand, home, room.node, ties) for room in others)


def surge(pool: AgentPool) -> int:
    """Return how many extra nodes an upgrade of the pool makes: maxSurge, `33%` rounded up, 10 % where not set.

    33 % of 4 nodes are 2. Source: AKS, upgrade settings of node pools.
    """
    text = pool.upgrade_settings.max_surge or "10%"
    count = pool.count or 0
    number = text.removesuffix("%")
    if not number.isdecimal():
        return 1
    return -(-count * int(number) // 100) if text.endswith("%") else int(number)


def most_nodes(pool: AgentPool) -> int:
    """Return how many nodes the pool may have in normal running: its autoscaler's maximum, else its count."""
    return (pool.max_count if pool.enable_auto_scaling and pool.max_count else pool.count) or 0


def _beyond_all(pinned: Sequence[Resident], room: Room, count: int) -> dict[str, int]:
    """Return what the pods need beyond everything that `count` new nodes have free.

    Pods of 7000m in all, on 2 new nodes of 4000m each of which DaemonSets take 600m: 7000 - 2 x 3400 = 200m too much.
    """
    needed: Counter[str] = Counter({"pods": len(pinned)})
    for each in pinned:
        needed.update(each.requests)
    used = {**room.load.used, "pods": room.load.slots}
    lacking = {
        name: amount - count * (room.allocatable.get(name, 0) - used.get(name, 0)) for name, amount in needed.items()
    }
    return {name: amount for name, amount in sorted(lacking.items()) if amount > 0 and needed[name]}


def _largest_first(pinned: Iterable[Resident], room: Room) -> list[Resident]:
    def share(resident: Resident) -> float:
        has = room.allocatable
        return max((amount / has[name] for name, amount in resident.requests.items() if has.get(name)), default=0.0)

    return sorted(pinned, key=lambda resident: (-share(resident), resident.name))


def _pack(
    pods: Iterable[Resident],
    fresh: Sequence[Room],
    homes: Mapping[str, Node],
    ties: VolumeTies,
    *,
    sure: bool,
    others: Sequence[Room] | None = None,
) -> Resident | None:
    """Place the pods one after the other; return the first that finds no room, None when all are placed.

    What they require of each other and of those in `others` is looked at where `others` are given, but for whom a pod
    must stand near: who that is may come later, or with it.
    """
    rooms = list(fresh)
    related = None if others is None else Related([*fresh, *others])
    # Nodes only fill up here: one that is full for a pod stays full for those that need the same.
    first_with_room: dict[object, int] = {}
    for pod in pods:
        demand = _without_company(again(pod))
        relations = related.to(demand.pod, demand.spec) if related else None
        first = first_with_room.get((demand.wanted, demand.ports), 0)
        while first < len(rooms) and not fits_beside(demand, rooms[first].allocatable, rooms[first].load):
            first += 1
        first_with_room[demand.wanted, demand.ports] = first
        index = next(
            (
                index
                for index in range(first, len(rooms))
                if _takes(demand, homes[pod.name], rooms[index], ties, relations, sure=sure)
            ),
            None,
        )
        if index is None:
            return pod
        rooms[index] = with_pod(rooms[index], demand)
        if related:
            related.moved(rooms[index])
    return None


def _as_now(
    members: Sequence[Room],
    pinned: Sequence[Resident],
    fresh: Sequence[Room],
    homes: Mapping[str, Node],
    ties: VolumeTies,
) -> bool:
    """Tell whether each present node's pinned pods fit together on the new node in its place, as they stand now."""
    names = {resident.name for resident in pinned}
    groups = [[r for r in member.residents if r.name in names] for member in members]
    if len(groups) > len(fresh):
        return False
    return all(_pack(group, [room], homes, ties, sure=True) is None for group, room in zip(groups, fresh, strict=False))


def _without_company(demand: Demand) -> Demand:
    if demand.spec.affinity is None:
        return demand
    affinity = msgspec.structs.replace(demand.spec.affinity, pod_affinity=None)
    return msgspec.structs.replace(demand, spec=msgspec.structs.replace(demand.spec, affinity=affinity))


def _takes(
    demand: Demand, home: Node, room: Room, ties: VolumeTies, relations: Relations | None, *, sure: bool
) -> bool:
    may = may_run(demand, home, room.node, ties)
    return (may if sure else may is not False) is True and fits(demand, room, relations)


def _in_zone_of(room: Room, node: Node) -> Room:
    zones = {key: node.metadata.labels[key] for key in (ZONE, DISK_ZONE) if key in node.metadata.labels}
    meta = msgspec.structs.replace(room.node.metadata, labels=room.node.metadata.labels | zones)
    return msgspec.structs.replace(room, node=msgspec.structs.replace(room.node, metadata=meta))
