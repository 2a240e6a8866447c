"""A prediction as `show nodes` gives it: the document for machines, and the rows of the table for people."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from preflight.model import Evidence, Status
from preflight.scheduling.pools import pool_of
from preflight.scheduling.prediction import OUTCOMES, Answer, Answers, Prediction
from preflight.scheduling.room import Resident
from preflight.scheduling.wording import amount, percent, shortfall_evidence

_STATUS = {
    "pending": Status.FAIL,
    "preempts": Status.WARN,
    "fits": Status.PASS,
    "running": Status.PASS,
    "not-targeted": Status.SKIP,
}


class NodeRow(NamedTuple):
    """One node in the table for people.

    `slots` is pods on the node before / its limit, `cpu` and `memory` are shares requested before. `outcome` is the
    worst over the DaemonSets, `status` how loud that is: fail for pending, warn for preempts. `details` are sentences
    for below the table, empty where all is well.
    """

    pool: str
    node: str
    slots: str
    cpu: str
    memory: str
    outcome: str
    status: Status
    details: tuple[str, ...]


def nodes_document(prediction: Prediction) -> dict[str, Evidence]:
    """Return `{"nodes": {node: {daemonset: answer}}, "reversed": {...}}` in plain JSON values.

    `reversed` has the nodes where the other order of arrival gives another answer. Amounts are in base units: cpu in
    millicores, memory in bytes.
    """
    return {
        "nodes": {node: _answers(answers) for node, answers in prediction.nodes.items()},
        "reversed": {node: _answers(answers) for node, answers in prediction.reversed.items()},
    }


def nodes_table(prediction: Prediction) -> list[NodeRow]:
    """Return the rows for people: pool by pool, the pool with the worst node first, and in it the worst node first.

    Each node is shown with the order of arrival that does more harm.
    """
    rows = [_row(name, answers, prediction) for name, answers in prediction.worse.items()]
    loudest = {row.pool: max(other.status.loudness for other in rows if other.pool == row.pool) for row in rows}
    return sorted(rows, key=lambda row: (-loudest[row.pool], row.pool, -row.status.loudness, row.node))


def _answers(answers: Answers) -> dict[str, Evidence]:
    return {name: _answer(answer) for name, answer in answers.items()}


def _answer(answer: Answer) -> dict[str, Evidence]:
    return {
        "targeted": answer.targeted,
        "outcome": answer.outcome,
        "reasons": list(answer.reasons),
        "victims": _names(answer.victims),
        "terminating": _names(answer.terminating),
        "pdb_violations": answer.pdb_violations,
        "cleared": _names(answer.cleared),
        "shortfalls": [shortfall_evidence(shortfall) for shortfall in answer.shortfalls],
    }


def _row(name: str, answers: Answers, prediction: Prediction) -> NodeRow:
    room = prediction.before[name]
    worst = max((answer.outcome for answer in answers.values()), key=OUTCOMES.index, default="not-targeted")
    used, has = room.load.used, room.allocatable
    details = [detail for key, answer in answers.items() for detail in _details(key, answer)]
    if name in prediction.reversed:
        given = prediction.nodes[name]
        details += _other_order(answers, prediction.reversed[name] if answers is given else given)
    return NodeRow(
        pool=pool_of(room.node),
        node=name,
        slots=f"{room.load.slots}/{has.get('pods', 0)}",
        cpu=percent(used.get("cpu", 0), has.get("cpu", 0)),
        memory=percent(used.get("memory", 0), has.get("memory", 0)),
        outcome=worst,
        status=_STATUS[worst],
        details=tuple(details),
    )


def _details(key: str, answer: Answer) -> list[str]:
    unsure = [f"whether other pods keep {key} away hangs on labels of namespaces, which are not read"]
    return [*_harm(key, answer), *(unsure if answer.unsure else ())]


def _harm(key: str, answer: Answer) -> list[str]:
    if answer.outcome not in ("preempts", "pending"):
        return []
    numbers = [
        f"{s.reason} ({amount(s.resource, s.requested)} + {amount(s.resource, s.used)} > "
        f"{amount(s.resource, s.allocatable)})"
        for s in answer.shortfalls
    ]
    why = ", ".join(numbers or answer.reasons)
    if answer.outcome == "pending":
        return [f"{key} stays Pending: {why}"]
    victims = [f"{v.name} (on its way out already)" if v.terminating else v.name for v in answer.victims]
    one_of = "one of several equals, here " if answer.undecided else ""
    found = [f"{key} pushes out {one_of}{', '.join(victims)}: {why}"]
    if answer.pdb_violations:
        found.append(f"{answer.pdb_violations} of them against a disruption budget")
    if answer.cleared:
        found.append(
            f"{', '.join(r.name for r in answer.cleared)} no longer promised this node, and may push out others"
        )
    return found


def _other_order(shown: Answers, other: Answers) -> list[str]:
    """Say who has to go in the other order of arrival, where that is somebody else."""
    victims = _all_victims(other)
    if victims == _all_victims(shown):
        return []
    return [f"in the other order of arrival those pushed out are: {', '.join(sorted(victims)) or 'nobody'}"]


def _all_victims(answers: Mapping[str, Answer]) -> set[str]:
    return {victim.name for answer in answers.values() for victim in answer.victims}


def _names(residents: Sequence[Resident]) -> list[Evidence]:
    return [resident.name for resident in residents]
