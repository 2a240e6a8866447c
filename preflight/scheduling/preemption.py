"""Whom a pod pushes out: the victims kube-scheduler selects on a node.

Sources: `framework/preemption/preemption.go`, `framework/plugins/defaultpreemption/default_preemption.go`
(`SelectVictimsOnNode`, `filterPodsWithPDBViolation`), `util/utils.go` (`MoreImportantPod`), v1.35.4.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from preflight.facts import instant
from preflight.facts.kubernetes import PodDisruptionBudget
from preflight.scheduling.fit import Demand, fits_beside, promised
from preflight.scheduling.relations import Relations
from preflight.scheduling.room import Load, Resident, Room
from preflight.scheduling.selectors import pods_match

_NOW = datetime.max.replace(tzinfo=UTC)
"""A pod without start time counts as started this moment: later than all others."""


class Selection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The victims, most important first.

    `pdb_violations` counts those that a disruption budget spoke for. `undecided`: the choice hung on the order of
    equally important pods, which nobody can know from outside.
    """

    victims: tuple[Resident, ...]
    pdb_violations: int
    undecided: bool = False


def select_victims(
    demand: Demand, room: Room, budgets: Sequence[PodDisruptionBudget], relations: Relations | None = None
) -> Selection | None:
    """Return who has to go so that the pod fits, or None where that is not possible.

    All pods of strictly lower priority are taken away; if the pod fits then, they are put back one by one, most
    important first, those whose disruption budget would be violated before all others, and stay while the pod still
    fits. Example: the pod needs 1 slot, and on the full node are a (priority 10), b (5) and c (5, younger): a and b
    are put back, c does not fit any more and is the victim. With a budget on c that allows no disruption, c is put back
    first, then a; b is the victim although it is more important than c. A budget never prevents preemption.
    """
    candidates = [r for r in room.residents if r.priority < demand.priority.value]
    if not candidates:
        return None
    ranked = sorted(((_importance(r), r.name, r) for r in candidates), key=lambda entry: entry[:2])
    classes = [[r for _, _, r in equals] for _, equals in groupby(ranked, key=lambda entry: entry[0])]
    selection = _select(demand, room, classes, budgets, relations)
    if selection is None or len(classes) == len(candidates):
        return selection
    other = _select(demand, room, [equals[::-1] for equals in classes], budgets, relations)
    undecided = selection.undecided or other is None or set(_names(other.victims)) != set(_names(selection.victims))
    return msgspec.structs.replace(selection, undecided=undecided)


def _select(
    demand: Demand,
    room: Room,
    classes: Sequence[Sequence[Resident]],
    budgets: Sequence[PodDisruptionBudget],
    relations: Relations | None,
) -> Selection | None:
    """Select among candidates in classes of equal importance, the most important class first."""
    waiting = promised(demand, room)
    ordered = [resident for equals in classes for resident in equals]
    away = {id(resident): resident for resident in ordered}

    def fits(load: Load, away: Mapping[int, Resident]) -> bool:
        if not fits_beside(demand, room.allocatable, load.plus(waiting) if waiting else load):
            return False
        if relations is None:
            return True
        gone = [*away.values()]
        return not relations.objection(room, gone=gone, come=waiting) and not (
            waiting and relations.objection(room, gone=gone)
        )

    load = room.load.without(ordered)
    if not fits(load, away):
        return None
    spoken_for = _violating(ordered, budgets)
    gone: set[int] = set()
    undecided = False
    for turn in (True, False):
        for equals in classes:
            before, away_before, out = load, dict(away), []
            for resident in equals:
                if (id(resident) in spoken_for) is not turn:
                    continue
                back = load.plus((resident,))
                del away[id(resident)]
                if fits(back, away):
                    load = back
                else:
                    load = back.without((resident,))
                    away[id(resident)] = resident
                    out.append(resident)
            # Of equals, whoever comes first stays. Another order changes the outcome exactly when one of those pushed
            # out would have fitted had it been first.
            undecided = undecided or (
                len(equals) > 1
                and any(
                    fits(before.plus((resident,)), {key: r for key, r in away_before.items() if r is not resident})
                    for resident in out
                )
            )
            gone.update(map(id, out))
    return Selection(
        victims=tuple(resident for resident in ordered if id(resident) in gone),
        pdb_violations=len(gone & spoken_for),
        undecided=undecided,
    )


def _importance(resident: Resident) -> tuple[int, datetime]:
    """Sorts the most important first: higher priority, then earlier start."""
    started = resident.pod.status.start_time
    return -resident.priority, instant(started) if started else _NOW


def _violating(ordered: Iterable[Resident], budgets: Sequence[PodDisruptionBudget]) -> set[int]:
    """Return the ids of the pods whose removal violates a budget, walking the given order.

    Each pod takes one from every budget that matches it; it violates when any goes below zero. A budget that allows 1
    and matches a, b and c is kept by a and violated by b and c. A pod in `disruptedPods` was counted by the API server.
    """
    allowed = [budget.status.disruptions_allowed for budget in budgets]
    violating: set[int] = set()
    for resident in ordered if budgets else ():
        meta = resident.pod.metadata
        for index, budget in enumerate(budgets):
            if (
                meta.labels
                and budget.metadata.namespace == meta.namespace
                and meta.name not in budget.status.disrupted_pods
                and pods_match(budget.spec.selector, meta.labels)
            ):
                allowed[index] -= 1
                if allowed[index] < 0:
                    violating.add(id(resident))
    return violating


def _names(residents: Iterable[Resident]) -> list[str]:
    return [resident.name for resident in residents]
