"""What new DaemonSets do to every node, arriving one after the other, in the given order and in the other one.

Who gets a pod: `pkg/controller/daemon/daemon_controller.go` (`NodeShouldRunDaemonPod`), Kubernetes v1.35.4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from preflight.facts.kubernetes import (
    DaemonSet,
    Node,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodDisruptionBudget,
    PriorityClass,
)
from preflight.scheduling.fit import Demand, Refusal, Shortfall, barred, demand, promised, refusal
from preflight.scheduling.preemption import select_victims
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.relations import Relations, apart_from_others
from preflight.scheduling.room import Resident, Room, daemon_sets_of, rooms
from preflight.scheduling.selectors import node_matches
from preflight.scheduling.taints import daemon_tolerations, untolerated

Outcome = Literal["running", "fits", "preempts", "pending", "not-targeted"]
OUTCOMES: tuple[Outcome, ...] = ("not-targeted", "running", "fits", "preempts", "pending")
"""From calm to loud."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What becomes of one DaemonSet's pod on one node.

    `targeted`: the DaemonSet controller makes a pod there. `reasons` are the scheduler's own words for why it does not
    fit at once (where no pod is made: what it would have said), `shortfalls` their numbers. `victims` have to go, most
    important first; those among them in `terminating` are on their way already. `cleared` lose the place they were
    promised and may push out others. `undecided`: equally important pods compete, the victims are "one of these".
    `unsure`: whether other pods keep it away hangs on labels of namespaces, which are not read; it is taken to fit at
    once, and not to where others would have to go.
    """

    targeted: bool
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    victims: tuple[Resident, ...] = ()
    terminating: tuple[Resident, ...] = ()
    pdb_violations: int = 0
    cleared: tuple[Resident, ...] = ()
    undecided: bool = False
    unsure: bool = False


Answers = Mapping[str, Answer]
"""DaemonSet name to answer, in the order given; `namespace/name` where two have the same name."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """Answers by node name; `reversed` has the nodes whose answers differ when the DaemonSets arrive the other way.

    `worse` has for each node the answers of the order that does more harm. `before` is what was on each node, `after`
    what is there once the pods of the worse order are.
    """

    nodes: Mapping[str, Answers]
    reversed: Mapping[str, Answers]
    worse: Mapping[str, Answers]
    before: Mapping[str, Room]
    after: Mapping[str, Room]


def predict(
    nodes: Iterable[Node],
    pods: Iterable[Pod],
    daemon_sets: Sequence[DaemonSet],
    *,
    budgets: Sequence[PodDisruptionBudget] = (),
    priority_classes: Sequence[PriorityClass] = (),
) -> Prediction:
    """Predict what happens on each node when the DaemonSets arrive in this order; `pods` are those of all namespaces.

    For each DaemonSet in turn: its pod is tried; if it does not fit it preempts; the victims go, promises of lower
    priority on the node are cleared, and the pod stays for those after it. One that is given twice is one, as given
    last.
    """
    daemon_sets = [*{_id(daemon_set): daemon_set for daemon_set in daemon_sets}.values()]
    seen = Counter(daemon_set.metadata.name for daemon_set in daemon_sets)
    arrivals = [_arrival(d, priority_classes, alone=seen[d.metadata.name] == 1) for d in daemon_sets]
    before = {name: _without_own_promises(room, daemon_sets) for name, room in rooms(nodes, pods).items()}
    related = _are_related(arrivals, before)
    forth, after = _arrive_in_turn(arrivals, before, budgets, related=related)
    back: dict[str, Answers] = {}
    worse = dict(forth)
    if len(arrivals) > 1:
        # Where pods have rules about each other, what happens on one node bears on the others.
        others = {name: room for name, room in before.items() if related or not _order_is_idle(forth[name], room)}
        turned, room_then = _arrive_in_turn(arrivals[::-1], others, budgets, related=related)
        for name, answers in turned.items():
            if any(_differ(answers[key], forth[name][key]) for key in answers):
                back[name] = {key: answers[key] for key in forth[name]}
                if _harm(answers) > _harm(forth[name]):
                    worse[name], after[name] = back[name], room_then[name]
    return Prediction(nodes=forth, reversed=back, worse=worse, before=before, after=after)


def _order_is_idle(answers: Answers, room: Room) -> bool:
    """Tell whether the order of arrival cannot matter: all fit together, so each also fits before the others.

    Not so where somebody has been promised a place, which counts for one newcomer and not for another.
    """
    return not room.nominated and all(answer.outcome in ("fits", "running") for answer in answers.values())


def _harm(answers: Answers) -> tuple[int, int, int]:
    """Order answers by harm: pods that find no place, then pods pushed out, then the highest priority among these."""
    victims = [victim for answer in answers.values() for victim in answer.victims if not victim.terminating]
    pending = sum(answer.outcome == "pending" for answer in answers.values())
    return pending, len(victims), max((victim.priority for victim in victims), default=0)


def _differ(one: Answer, other: Answer) -> bool:
    """Tell whether two answers say different things; the same shortfall with other figures does not count."""
    plain = (msgspec.structs.replace(answer, shortfalls=(), undecided=False) for answer in (one, other))
    return next(plain) != next(plain)


def is_targeted(daemon_set: DaemonSet, node: Node) -> bool:
    """Tell whether the DaemonSet controller makes a pod for the node.

    The template's own node name, nodeSelector and required affinity must match, and every NoSchedule and NoExecute
    taint must be tolerated; a cordon alone is not looked at. Computed from the template, because the pod that is made
    has lost its affinity: the scheduler alone would put the add-on's driver on a virtual node.
    """
    spec = daemon_set.spec.template.spec
    return (
        spec.node_name in (None, "", node.metadata.name)
        and node_matches(spec, node)
        and untolerated(daemon_tolerations(spec), node.spec.taints) is None
    )


class _Arrival(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    daemon_set: DaemonSet
    demand: Demand


def _arrival(daemon_set: DaemonSet, priority_classes: Sequence[PriorityClass], *, alone: bool) -> _Arrival:
    template = daemon_set.spec.template
    # The controller overwrites required node affinity by the name of the node, and only the nodeSelector survives.
    affinity = template.spec.affinity and msgspec.structs.replace(template.spec.affinity, node_affinity=None)
    spec = msgspec.structs.replace(template.spec, tolerations=daemon_tolerations(template.spec), affinity=affinity)
    meta = daemon_set.metadata
    pod = Pod(
        metadata=ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            labels=template.metadata.labels,
            owner_references=(OwnerReference(kind="DaemonSet", name=meta.name, controller=True),),
        ),
        spec=spec,
    )
    return _Arrival(
        key=meta.name if alone else "/".join(_id(daemon_set)),
        daemon_set=daemon_set,
        demand=demand(pod, spec, incoming_priority(spec, priority_classes)),
    )


def _without_own_promises(room: Room, daemon_sets: Sequence[DaemonSet]) -> Room:
    """A pod of these DaemonSets that waits for this node already is the very pod to be placed."""
    if not room.nominated:
        return room
    own = set(map(_id, daemon_sets))
    others = tuple(r for r in room.nominated if own.isdisjoint(daemon_sets_of(r.pod)))
    return msgspec.structs.replace(room, nominated=others)


def _id(daemon_set: DaemonSet) -> tuple[str, str]:
    return daemon_set.metadata.namespace or "default", daemon_set.metadata.name


def _are_related(arrivals: Sequence[_Arrival], before: Mapping[str, Room]) -> bool:
    """Tell whether any of the newcomers has rules about other pods, or others have rules about it."""
    others = apart_from_others(before.values())
    return any(Relations.of(one.demand.pod, one.demand.spec, {}, others) for one in arrivals)


def _arrive_in_turn(
    arrivals: Sequence[_Arrival],
    before: Mapping[str, Room],
    budgets: Sequence[PodDisruptionBudget],
    *,
    related: bool,
) -> tuple[dict[str, Answers], dict[str, Room]]:
    """Let one DaemonSet after the other arrive on all nodes; return the answers and what is on the nodes then."""
    now = dict(before)
    answers: dict[str, dict[str, Answer]] = {name: {} for name in before}
    for arrival in arrivals:
        relations = None
        if related:
            pod, spec, others = arrival.demand.pod, arrival.demand.spec, apart_from_others(now.values())
            relations = Relations.of(pod, spec, now, others, bound=True)
        for name, room in now.items():
            answers[name][arrival.key], after = _arrive(arrival, room, budgets, relations)
            if relations and after is not room:
                relations.moved(room, after)
            now[name] = after
    return dict(answers), now


def _arrive(
    arrival: _Arrival, room: Room, budgets: Sequence[PodDisruptionBudget], relations: Relations | None
) -> tuple[Answer, Room]:
    demand = arrival.demand
    targeted = is_targeted(arrival.daemon_set, room.node)
    if _id(arrival.daemon_set) in room.daemon_sets:
        return Answer(targeted=targeted, outcome="running"), room
    reason = barred(demand.spec, room.node)
    refused = Refusal(reasons=(reason,)) if reason else refusal(demand, room, relations)
    unsure = refused is not None and refused.unsure
    refused = None if unsure else refused
    reasons, lacking = (refused.reasons, refused.shortfalls) if refused else ((), ())
    if not targeted:
        return Answer(targeted=False, outcome="not-targeted", reasons=reasons, shortfalls=lacking), room
    if refused is None:
        return Answer(targeted=True, outcome="fits", unsure=unsure), _occupied(room, demand, ())
    preempts = refused.curable and demand.priority.preempts
    selection = select_victims(demand, room, budgets, relations) if preempts else None
    doubtful = preempts and relations is not None and relations.doubtful
    if selection is None:
        return Answer(targeted=True, outcome="pending", reasons=reasons, shortfalls=lacking, unsure=doubtful), room
    after = _occupied(room, demand, selection.victims)
    cleared = tuple(r for r in room.nominated if r.priority < demand.priority.value)
    return (
        Answer(
            targeted=True,
            outcome="preempts",
            reasons=reasons,
            shortfalls=lacking,
            victims=selection.victims,
            terminating=tuple(r for r in selection.victims if r.terminating),
            pdb_violations=selection.pdb_violations,
            cleared=cleared,
            undecided=selection.undecided,
            unsure=doubtful,
        ),
        msgspec.structs.replace(after, nominated=promised(demand, room)),
    )


def _occupied(room: Room, demand: Demand, victims: Sequence[Resident]) -> Room:
    """Return the room once the victims are gone and the pod is there."""
    newcomer = demand.resident
    residents, load = room.residents, room.load
    if victims:
        gone = set(map(id, victims))
        residents, load = tuple(r for r in residents if id(r) not in gone), load.without(victims)
    return msgspec.structs.replace(room, residents=(*residents, newcomer), load=load.plus((newcomer,)))
