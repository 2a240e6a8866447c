"""What a placement means, in words: shared by the capacity checks so that they say the same thing the same way."""

from collections.abc import Iterable, Mapping, Sequence

from preflight.model import Evidence, Status
from preflight.scheduling.elsewhere import Move
from preflight.scheduling.fit import Shortfall
from preflight.scheduling.placement import Placement
from preflight.scheduling.pools import owner_kind
from preflight.scheduling.prediction import Answer

ROLES = ("driver", "provider")
_NAMED = 2
"""Victims that a sentence names; the others are counted."""


def plural(count: int, noun: str) -> str:
    """Return `1 slot`, `2 slots`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def amount(resource: str, value: int) -> str:
    """Return an amount as people write it: 3930m of cpu, 158Mi of memory, plain numbers of the rest.

    Memory is rounded towards the larger number, so that a shortfall is never understated.
    """
    if resource == "cpu":
        return f"{value}m"
    if resource in ("memory", "ephemeral-storage"):
        return f"{-(-value // 2**20)}Mi"
    return str(value)


def percent(used: int, has: int) -> str:
    """Return a share such as `71 %`; of nothing, `-`."""
    return f"{round(100 * used / has)} %" if has else "-"


def consequence(placement: Placement) -> str:
    """Say what happens on the node: who is pushed out and where they go, or what stays Pending."""
    answers = placement.answers
    parts = [_pending(role, a) for role, a in zip(ROLES, answers, strict=True) if a.outcome == "pending"]
    if placement.moves:
        which = "one of several equals, here " if any(answer.undecided for answer in answers) else ""
        parts.append(f"It does not wait: it pushes out {which}{victims(placement.moves)}.")
    elif any(answer.victims for answer in answers):
        parts.append("It waits for pods that are being deleted already.")
    if any(answer.unsure for answer in answers):
        parts.append("Whether other pods keep it away hangs on labels of namespaces, which are not read.")
    cleared = sorted({r.name for answer in answers for r in answer.cleared})
    if cleared:
        parts.append(f"{cleared[0]} loses the place it was promised and may push out others.")
    if placement.orders_differ and placement.moves:
        parts.append("This is the worse of the two orders in which driver and provider may arrive.")
    if placement.leaving:
        parts.append(f"The node is {placement.leaving}, so this may not matter any more.")
    return " ".join(parts)


def victims(moves: Sequence[Move]) -> str:
    """Name the first victims and where they go, and count the rest."""
    named = [f"{move.resident.name}, {fate(move)}" for move in moves[:_NAMED]]
    rest = len(moves) - _NAMED
    return "; and ".join(named) + (f"; and {plural(rest, 'more pod')}" if rest > 0 else "")


def fate(move: Move) -> str:
    """Say where a pod that is pushed out goes: `which fits on general-1`."""
    if move.fate == "moves":
        others = f" and {plural(move.choices - 1, 'other node')}" if move.choices > 1 else ""
        return f"which fits on {move.to}{others}"
    if move.fate == "pushes":
        pushed = move.chain[0]
        return f"which finds a place on {move.to} only by pushing out {pushed.resident.name}, {fate(pushed)}"
    if move.fate == "lost":
        return _LOST[owner_kind(move.resident.pod)]
    nodes = "the only other node" if move.allowed == 1 else f"any of the {move.allowed} other nodes"
    return _FATES[move.fate].format(to=move.to, why=move.why, nodes=nodes)


_FATES = {
    "grows": "which needs {to}: that pool may still grow",
    "unsure": "of which nobody knows whether it can move: {why}",
    "stuck": "which finds no room on {nodes} it may use ({why}) and stays Pending",
    "pinned": "which may run on no other node ({why}) and stays Pending",
}
_LOST = {
    "DaemonSet": "a DaemonSet's pod, which this node loses",
    "Node": "a static pod, which its kubelet starts again",
    None: "which nobody makes again",
}


def _pending(role: str, answer: Answer) -> str:
    return (
        f"The add-on's {role} pod stays Pending ({', '.join(answer.reasons)}): nobody there may be pushed out for it."
    )


def too_much(placement: Placement) -> str:
    """Say what the node has too little of, as a sum: `7760m + 120m for the add-on > 7820m cpu`."""
    sums = []
    for name in placement.missing():
        used, asked = placement.before.load.used.get(name, 0), placement.asked[name]
        has = amount(name, placement.before.allocatable.get(name, 0))
        sums.append(f"{amount(name, used)} + {amount(name, asked)} for the add-on > {has} {name}")
    if placement.left < 0:
        sums.append(f"{placement.before.load.slots} pods + {placement.needed} of the add-on > {placement.limit} slots")
    # Without a sum it is host ports that are taken, or room that is promised to others: the scheduler's words tell.
    return ", ".join(sums) or ", ".join(sorted({reason for answer in placement.answers for reason in answer.reasons}))


def resources_evidence(placement: Placement) -> dict[str, Evidence]:
    """Return cpu and memory as evidence: requested before, asked by the add-on, allocatable, and what is left."""
    found: dict[str, Evidence] = {}
    for resource in ("cpu", "memory"):
        used, asked = placement.before.load.used.get(resource, 0), placement.asked.get(resource, 0)
        has = placement.before.allocatable.get(resource, 0)
        found |= {
            f"{resource}_requested": used,
            f"{resource}_addon": asked,
            f"{resource}_allocatable": has,
            f"{resource}_left": has - used - asked,
        }
    return found


def slots_evidence(placement: Placement) -> dict[str, Evidence]:
    """Return the node's slots as evidence: numbers to do the sum again by hand, outcomes and victims."""
    return {
        "figure": f"{-placement.left} short" if placement.left < 0 else f"{placement.left} left",
        "pool": placement.pool,
        "pods": placement.before.load.slots,
        "limit": placement.limit,
        "needed": placement.needed,
        "left": placement.left,
        **outcomes_evidence(placement),
    }


def verdict_evidence(placement: Placement) -> dict[str, Evidence]:
    """Return what becomes of the add-on's pods as evidence, with every shortfall as the scheduler sees it."""
    missing = [f"-{amount(resource, by)}" for resource, by in placement.missing().items()]
    short = [f"{-placement.left} short"] if placement.left < 0 else []
    return {
        "figure": (missing + short or [plural(len(placement.moves), "victim")])[0],
        "pool": placement.pool,
        **outcomes_evidence(placement),
        "shortfalls": [
            {"pod": role, **shortfall_evidence(shortfall)}
            for role, answer in zip(ROLES, placement.answers, strict=True)
            for shortfall in answer.shortfalls
        ],
    }


def shortfall_evidence(shortfall: Shortfall) -> dict[str, Evidence]:
    """Return a shortfall with its numbers in base units."""
    return {
        "resource": shortfall.resource,
        "requested": shortfall.requested,
        "used": shortfall.used,
        "allocatable": shortfall.allocatable,
    }


def outcomes_evidence(placement: Placement) -> dict[str, Evidence]:
    """Return what becomes of driver and provider, and of whom they push out."""
    return {
        "driver": placement.driver.outcome,
        "provider": placement.provider.outcome,
        "victims": [move.resident.name for move in placement.moves],
        "homeless": [move.resident.name for move in placement.moves if move.is_homeless],
    }


def slots_table(placements: Iterable[Placement], statuses: Mapping[str, Status]) -> dict[str, Evidence]:
    """Return the nodes' slots as a table, worst first; `statuses` are by node name."""
    rows = _worst_first(placements, statuses)
    return {
        "columns": ["node", "pods", "limit", "add-on", "left"],
        "rows": [[p.name, p.before.load.slots, p.limit, p.needed, p.left] for p in rows],
        "status": [statuses[p.name].value for p in rows],
    }


def fit_table(placements: Iterable[Placement], statuses: Mapping[str, Status]) -> dict[str, Evidence]:
    """Return slots, cpu and memory after the add-on as a table, worst first."""
    rows = _worst_first(placements, statuses)
    return {
        "columns": ["node", "pods", "limit", "add-on", "left", "cpu after", "mem after", "the add-on"],
        "rows": [
            [p.name, p.before.load.slots, p.limit, p.needed, p.left, _after(p, "cpu"), _after(p, "memory"), effect(p)]
            for p in rows
        ],
        "status": [statuses[p.name].value for p in rows],
    }


def _worst_first(placements: Iterable[Placement], statuses: Mapping[str, Status]) -> list[Placement]:
    return sorted(placements, key=lambda p: (-statuses[p.name].loudness, p.left, p.name))


def _after(placement: Placement, resource: str) -> str:
    return percent(placement.used_with_addon(resource), placement.before.allocatable.get(resource, 0))


def effect(placement: Placement) -> str:
    """Say in two or three words what the add-on's pods do on the node."""
    outcomes = {answer.outcome for answer in placement.answers}
    if "pending" in outcomes:
        return "stays Pending"
    if placement.moves:
        return f"evicts {plural(len(placement.moves), 'pod')}"
    if "preempts" in outcomes:
        return "waits"
    return "runs" if outcomes <= {"running", "not-targeted"} else "fits"
