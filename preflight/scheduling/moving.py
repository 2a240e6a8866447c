"""Room on a node by commands: a database that asks for less, or other pods that move where there is room for them."""

from collections.abc import Iterable, Mapping

import msgspec

from preflight.model import Commands
from preflight.scheduling.databases import database_of
from preflight.scheduling.elsewhere import emptiness, relocate
from preflight.scheduling.lowering import enough, lower, reserved
from preflight.scheduling.placement import SYSTEM_NAMESPACE, Placement, Placements
from preflight.scheduling.pools import owner_kind
from preflight.scheduling.room import Resident, Room
from preflight.scheduling.wording import amount, plural
from preflight.shells import Note, commands

HEADROOM = 2
"""Pod slots that stay free on each node, unless a setting says otherwise."""

_NODES, _TARGETS = 10, 20
"""Nodes that get commands (beyond that nobody follows them one by one), and nodes that are tried as targets."""


def make_room(
    placements: Placements, problems: Iterable[Placement], *, headroom: int = HEADROOM
) -> dict[str, Commands]:
    """Return the commands that make room on each of these nodes, by its name; none where none were found.

    Where Neo4j or Elasticsearch fills a node it is to request less. Else the fewest and smallest pods of Deployments
    move to nodes that keep `headroom` slots and a reserve with them and the add-on; what moved earlier is reckoned
    with. Where the headroom cannot be had, what at least lets the add-on in.
    """
    found: dict[str, Commands] = {}
    moved: list[tuple[str, Resident]] = []
    for placement in list(problems)[:_NODES]:
        lowered = _lower_database(placement)
        if lowered:
            found[placement.name] = lowered
            continue
        for slots in dict.fromkeys((headroom, 0)):
            moving = _movers(placements, placement, slots, moved)
            if moving:
                moved += [(placement.name, resident) for resident in moving]
                found[placement.name] = _move(placement, moving)
                break
    return found


def _lower_database(placement: Placement) -> Commands | None:
    missing = placement.missing()
    database = next((r for r in placement.before.residents if database_of(r.pod)), None)
    if not missing or database is None or placement.left < 0:
        return None
    short = ", ".join(f"{amount(name, by)} of {name}" for name, by in missing.items())
    return lower(database.pod, enough(placement), f"{short} are missing on {placement.name}, the rest stays free")


def _movers(
    placements: Placements, placement: Placement, headroom: int, moved: list[tuple[str, Resident]]
) -> tuple[Resident, ...]:
    """Return the pods to move away, none where nothing needs to move, or moving does not help."""
    rooms = _targets(placements, placement, headroom)
    chosen: list[Resident] = []
    candidates = [resident for resident in placement.before.residents if _may_move(resident)]
    while (lacking := _lacking(placement, headroom, chosen)) and candidates:
        candidate = min(candidates, key=lambda resident: _fitness(resident, lacking))
        candidates.remove(candidate)
        displaced = [*((n, r) for n, r in moved if n in rooms), *((placement.name, r) for r in (*chosen, candidate))]
        moves = relocate(displaced, rooms, ties=placements.ties)
        if all(move.fate == "moves" for move in moves.values()):
            chosen.append(candidate)
    return () if _lacking(placement, headroom, chosen) else tuple(chosen)


def _lacking(placement: Placement, headroom: int, gone: Iterable[Resident]) -> dict[str, int]:
    """Return what the node lacks of slots and resources once these pods are gone.

    29 of 30 slots used, and the add-on's 2 and a headroom of 2 to come, are 3 too few.
    """
    left = {"pods": headroom - placement.left, **placement.missing()}
    for resident in gone:
        left = {name: by - (1 if name == "pods" else resident.requests.get(name, 0)) for name, by in left.items()}
    return {name: by for name, by in left.items() if by > 0}


def _may_move(resident: Resident) -> bool:
    """A Deployment's pod, which is made anew elsewhere; nothing of the system, nothing with a disk of its own."""
    pod = resident.pod
    has_claims = any(volume.persistent_volume_claim for volume in pod.spec.volumes)
    in_system = pod.metadata.namespace == SYSTEM_NAMESPACE
    return owner_kind(pod) == "ReplicaSet" and not (has_claims or in_system or resident.terminating)


def _fitness(resident: Resident, lacking: Mapping[str, int]) -> tuple[int, int, int, str]:
    """Order candidates: those that alone give all that lacks of cpu and memory, then the smallest."""
    short = sum(max(by - resident.requests.get(name, 0), 0) for name, by in lacking.items() if name != "pods")
    return short, resident.requests.get("cpu", 0), resident.requests.get("memory", 0), resident.name


def _targets(placements: Placements, placement: Placement, headroom: int) -> dict[str, Room]:
    """Return the emptiest nodes on which the add-on fits, each smaller by what is to stay free, and the node itself."""
    calm = [p for p in placements.nodes if p.verdict == "pass" and p.name != placement.name and p.leaving is None]
    rooms = sorted((placements.after[p.name] for p in calm), key=emptiness, reverse=True)[:_TARGETS]
    named = {room.node.metadata.name: _without_reserve(room, headroom) for room in rooms}
    return {**named, placement.name: placements.after[placement.name]}


def _without_reserve(room: Room, headroom: int) -> Room:
    kept = {name: has - reserved(room, name) for name, has in room.allocatable.items()}
    return msgspec.structs.replace(room, allocatable={**kept, "pods": kept.get("pods", 0) - headroom})


def _move(placement: Placement, moving: Iterable[Resident]) -> Commands:
    gone = list(moving)
    slots = f"; then {plural(placement.left + len(gone), 'slot')} of {placement.limit} stay free with the add-on"
    deletions = (
        ("kubectl", "delete", "pod", resident.pod.metadata.name, "-n", resident.pod.metadata.namespace)
        for resident in gone
    )
    return commands(
        Note(f"{plural(len(gone), 'pod')} of Deployments move; new ones start on other nodes{slots}"),
        ("kubectl", "cordon", placement.name),
        *deletions,
        ("kubectl", "uncordon", placement.name),
    )
