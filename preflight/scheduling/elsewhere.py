"""Where pods that are pushed out can go: on which other nodes they are allowed, fit, or push out others in turn.

The rules are those of the scheduler for any pod (`preflight.scheduling.fit`), and three of our own: an image runs on
the architecture and system it runs on now unless the pod names another; a volume stays in its zone; and of several
nodes the emptiest is taken. How many more volumes a node can attach is not read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from preflight.facts.kubernetes import (
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
)
from preflight.scheduling.fit import Demand, Refusal, barred, demand_of, fits, refusal
from preflight.scheduling.pools import DISK_ZONE, HOSTNAME, ZONE, Growth, architecture_of, os_of, owner_kind
from preflight.scheduling.preemption import Selection, select_victims
from preflight.scheduling.relations import Related, Relations
from preflight.scheduling.room import Resident, Room
from preflight.scheduling.selectors import selects

Fate = Literal["moves", "pushes", "grows", "unsure", "stuck", "pinned", "lost"]
HOMELESS: tuple[Fate, ...] = ("stuck", "pinned", "lost")


VOLUME_UNREAD = "the zone of its volume was not read"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a pod that is pushed out of `node`.

    moves    fits on `to` as things are
    pushes   fits on `to` only by pushing out others, whose own moves are in `chain`
    grows    fits on no node, but on `to`, a new node of a pool that can grow
    unsure   would fit on another node if its volume may go there, or other pods allow it, which is not known
    stuck    is allowed on other nodes, and none has room: stays Pending
    pinned   is allowed on no other node: stays Pending
    lost     nobody makes it again elsewhere: a DaemonSet's pod, or one without an owner

    `allowed` counts the other nodes it may run on, `choices` those with room. `why` says in the scheduler's words what
    keeps it from the nodes it is allowed on, or names the volume that ties it.
    """

    resident: Resident
    node: str
    fate: Fate
    to: str | None = None
    allowed: int = 0
    choices: int = 0
    why: str = ""
    chain: tuple["Move", ...] = ()

    @property
    def is_homeless(self) -> bool:
        """True where this pod, or one that it pushes out in turn, has nowhere to go."""
        return self.fate in HOMELESS or any(move.is_homeless for move in self.chain)

    @property
    def is_unsure(self) -> bool:
        """True where only what nobody has read decides."""
        return self.fate == "unsure" or any(move.is_unsure for move in self.chain)

    @property
    def waits_for_volumes(self) -> bool:
        """True where what nobody has read are volumes."""
        return self.why == VOLUME_UNREAD or any(move.waits_for_volumes for move in self.chain)


class VolumeTies:
    """Which nodes the volumes of pods can be attached to; claims or volumes that were not read are None."""

    def __init__(
        self, claims: Iterable[PersistentVolumeClaim] | None, volumes: Iterable[PersistentVolume] | None
    ) -> None:
        self._known = claims is not None and volumes is not None
        self._bound = {(c.metadata.namespace, c.metadata.name): c.spec.volume_name for c in claims or ()}
        self._volumes = {volume.metadata.name: volume for volume in volumes or ()}

    def allow(self, pod: Pod, home: Node, node: Node) -> bool | None:
        """Tell whether the pod's volumes can be used on the node; None where that is not known.

        A claim that is not bound yet gets its volume where the pod goes. Where nothing was read, a node in the zone in
        which the pod runs now is fine.
        """
        sure = True
        for volume in pod.spec.volumes:
            if volume.persistent_volume_claim is None:
                continue
            name = self._bound.get((pod.metadata.namespace, volume.persistent_volume_claim.claim_name))
            if name == "":
                continue
            bound = self._volumes.get(name) if name and self._known else None
            if bound is None:
                sure = sure and _zone(home) == _zone(node)
                continue
            required = bound.spec.node_affinity.required if bound.spec.node_affinity else None
            if required and not selects(required, node):
                return False
        return sure or None


def relocate(
    displaced: Iterable[tuple[str, Resident]],
    rooms: Mapping[str, Room],
    *,
    ties: VolumeTies,
    budgets: Sequence[PodDisruptionBudget] = (),
    growth: Sequence[Growth] = (),
) -> dict[str, Move]:
    """Return each displaced pod's move by its `namespace/name`, given what is on every node once they are gone.

    `displaced` are pairs of the node a pod leaves and the pod. They look for a place one after the other, the highest
    priority first, and each takes its room from the next.
    """
    search = _Search(rooms, ties, budgets, growth)
    queue = sorted(displaced, key=lambda pair: (-pair[1].priority, pair[1].name))
    return {resident.name: search.move(resident, node) for node, resident in queue}


class _Search:
    """What is left on every node while one pod after the other looks for a place."""

    def __init__(
        self,
        rooms: Mapping[str, Room],
        ties: VolumeTies,
        budgets: Sequence[PodDisruptionBudget],
        growth: Sequence[Growth],
    ) -> None:
        self._places = dict(rooms)
        self._ties = ties
        self._budgets = budgets
        self._unopened = [numbered(grown.room, number) for grown in growth for number in range(1, grown.more + 1)]
        self._opened: set[str] = set()
        self._in_vain: dict[bytes, Move] = {}
        self._related = Related(rooms.values())

    def move(self, resident: Resident, node: str) -> Move:
        """Find the pod a place and take it.

        Where one pod found none, its like finds none either until something changes: a thousand replicas that are
        pushed out of five hundred full nodes are one search, not half a million.
        """
        kind = owner_kind(resident.pod)
        if kind in ("DaemonSet", "Node", None):
            return Move(resident=resident, node=node, fate="lost", why=f"owned by {kind or 'nobody'}")
        demand, home = again(resident), self._places[node].node
        relations = self._related.to(demand.pod, demand.spec)
        likeness = _likeness(demand, home, related=relations is not None)
        if likeness in self._in_vain:
            return msgspec.structs.replace(self._in_vain[likeness], resident=resident, node=node)
        found = self._searched(demand, home, relations, Move(resident=resident, node=node, fate="stuck"))
        if found.fate == "stuck" and likeness:
            self._in_vain[likeness] = found
        elif found.fate != "stuck":
            self._in_vain.clear()
        return found

    def _searched(self, demand: Demand, home: Node, relations: Relations | None, found: Move) -> Move:
        node = found.node
        may = {
            name: may_run(demand, home, room.node, self._ties) for name, room in self._places.items() if name != node
        }
        refused = {
            name: refusal(demand, self._places[name], relations, new=name in self._opened)
            for name, verdict in may.items()
            if verdict is not False
        }
        allowed = [name for name, verdict in may.items() if verdict]
        roomy = [name for name in allowed if refused[name] is None]
        found = msgspec.structs.replace(found, allowed=len(allowed), choices=len(roomy))
        if roomy:
            to = max(roomy, key=lambda name: (emptiness(self._places[name]), name))
            self._put(to, with_pod(self._places[to], demand))
            return msgspec.structs.replace(found, fate="grows" if to in self._opened else "moves", to=to)
        curable = [name for name in allowed if (reason := refused[name]) and reason.curable]
        pushing = _best_preemption(demand, {name: self._places[name] for name in curable}, self._budgets, relations)
        if pushing:
            to, selection = pushing
            self._put(to, with_pod(self._places[to], demand, selection.victims))
            chain = tuple(self.move(victim, to) for victim in selection.victims)
            return msgspec.structs.replace(found, fate="pushes", to=to, chain=chain)
        if opened := self._grow(demand, home, relations):
            return msgspec.structs.replace(found, fate="grows", to=opened)
        fate, why = self._homeless(demand, home, allowed, refused)
        return msgspec.structs.replace(found, fate=fate, why=why)

    def _homeless(
        self, demand: Demand, home: Node, allowed: Sequence[str], refused: Mapping[str, Refusal | None]
    ) -> tuple[Fate, str]:
        """Tell why no node has room for the pod; `refused` has those too where only its volume is in doubt."""
        if None in refused.values():
            return "unsure", VOLUME_UNREAD
        if any(refusal and refusal.unsure for refusal in refused.values()):
            return "unsure", "labels of namespaces decide, which are not read"
        if not allowed:
            return "pinned", self._tie(demand, home)
        reasons = {text for name in allowed if (refusal := refused[name]) for text in refusal.reasons}
        return "stuck", ", ".join(sorted(reasons))

    def _put(self, name: str, room: Room) -> None:
        self._places[name] = room
        self._related.moved(room)

    def _grow(self, demand: Demand, home: Node, relations: Relations | None) -> str | None:
        """Open a new node of a pool that may grow and would take the pod; return its name."""
        for room in self._unopened:
            if may_run(demand, home, room.node, self._ties) and fits(demand, room, relations, new=True):
                name = room.node.metadata.name
                self._unopened.remove(room)
                self._opened.add(name)
                self._put(name, with_pod(room, demand))
                return name
        return None

    def _tie(self, demand: Demand, home: Node) -> str:
        """Say what keeps the pod where it is."""
        others = [room.node for room in self._places.values() if room.node.metadata.name != home.metadata.name]
        open_to_it = [node for node in others if not barred(demand.spec, node)]
        if not open_to_it:
            wishes = ", ".join(f"{key}={value}" for key, value in sorted(demand.spec.node_selector.items()))
            return f"it selects {wishes}" if wishes else "no other node is open to it"
        if any(self._ties.allow(demand.pod, home, node) is False for node in open_to_it):
            return "its volume cannot follow"
        return "the other nodes run another system or architecture"


def numbered(room: Room, number: int) -> Room:
    """Return the room of a pool's first, second ... new node, each a host of its own."""
    if number == 1:
        return room
    name = f"{room.node.metadata.name} ({number})"
    meta = msgspec.structs.replace(room.node.metadata, name=name, labels={**room.node.metadata.labels, HOSTNAME: name})
    return msgspec.structs.replace(room, node=msgspec.structs.replace(room.node, metadata=meta))


def _likeness(demand: Demand, home: Node, *, related: bool) -> bytes:
    """Return what decides where the pod may go and fit; equal for alike pods, empty where a volume ties it."""
    spec = demand.spec
    if any(volume.persistent_volume_claim for volume in spec.volumes):
        return b""
    wishes = (spec.node_selector, spec.affinity, spec.tolerations, demand.requests, sorted(demand.ports))
    asked = (spec.topology_spread_constraints, demand.pod.metadata.namespace, demand.pod.metadata.labels)
    return msgspec.json.encode(
        (*wishes, demand.priority, os_of(home), architecture_of(home), asked if related else None)
    )


def again(resident: Resident) -> Demand:
    """Return what the pod will look for when it is made again: the node it is on is no wish of its own."""
    demand = demand_of(resident.pod)
    return msgspec.structs.replace(demand, spec=msgspec.structs.replace(demand.spec, node_name=None))


def may_run(demand: Demand, home: Node, node: Node, ties: VolumeTies) -> bool | None:
    """Tell whether a pod that runs on `home` is allowed on the node; None where only an unread volume decides."""
    if barred(demand.spec, node) or os_of(node) != os_of(home):
        return False
    if architecture_of(node) != architecture_of(home) and not _names_architecture(demand.pod):
        return False
    return ties.allow(demand.pod, home, node)


def _names_architecture(pod: Pod) -> bool:
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity else None
    terms = affinity.required.node_selector_terms if affinity and affinity.required else ()
    keys = {r.key for term in terms for r in term.match_expressions} | pod.spec.node_selector.keys()
    return "kubernetes.io/arch" in keys


def _best_preemption(
    demand: Demand,
    rooms: Mapping[str, Room],
    budgets: Sequence[PodDisruptionBudget],
    relations: Relations | None,
) -> tuple[str, Selection] | None:
    """Return the node on which preemption does least harm, as `pickOneNodeForPreemption` ranks them."""
    if not demand.priority.preempts:
        return None
    found = []
    for name, room in rooms.items():
        selection = select_victims(demand, room, budgets, relations)
        if selection and selection.victims:
            priorities = [victim.priority for victim in selection.victims]
            rank = (selection.pdb_violations, max(priorities), sum(priorities), len(priorities), name)
            found.append((rank, name, selection))
    if not found:
        return None
    _, name, selection = min(found, key=lambda entry: entry[0])
    return name, selection


def with_pod(room: Room, demand: Demand, without: Sequence[Resident] = ()) -> Room:
    """Return the room with the pod on it, and without those who had to go."""
    gone = {victim.name for victim in without}
    newcomer = demand.resident
    return msgspec.structs.replace(
        room,
        residents=(*(r for r in room.residents if r.name not in gone), newcomer),
        load=room.load.without(without).plus((newcomer,)),
    )


def emptiness(room: Room) -> float:
    """How much of the scarcest of cpu, memory and slots is free, from 0 to 1."""
    used = {**room.load.used, "pods": room.load.slots}
    shares = [1 - used.get(name, 0) / has for name in ("cpu", "memory", "pods") if (has := room.allocatable.get(name))]
    return min(shares, default=0.0)


def _zone(node: Node) -> str:
    return node.metadata.labels.get(DISK_ZONE) or node.metadata.labels.get(ZONE, "")
