"""Every recorded answer of the real scheduler's code, in both orders of arrival, outside its own ties."""

import gzip
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from preflight.facts import DaemonSet, Node, Pod, PodDisruptionBudget, PriorityClass
from preflight.scheduling.prediction import Answer, Prediction, predict
from tests.data import data_path

FINAL = {"fits": "bound", "preempts": "preempted+bound", "pending": "pending", "not-targeted": "none"}


def recorded() -> Iterator[dict[str, Any]]:
    with gzip.open(data_path("scheduler/cases-300.jsonl.gz"), "rb") as lines:
        yield from map(msgspec.json.decode, lines)


def as_daemon_set(template: dict[str, Any]) -> DaemonSet:
    meta = template["metadata"]
    return msgspec.convert(
        {"metadata": meta, "spec": {"selector": {"matchLabels": meta.get("labels", {})}, "template": template}},
        DaemonSet,
    )


def prediction_of(case: dict[str, Any]) -> Prediction:
    return predict(
        msgspec.convert(case["nodes"], tuple[Node, ...]),
        msgspec.convert(case["pods"], tuple[Pod, ...]),
        tuple(map(as_daemon_set, case["incoming"])),
        budgets=msgspec.convert(case.get("pdbs") or (), tuple[PodDisruptionBudget, ...]),
        priority_classes=msgspec.convert(case.get("priorityClasses") or (), tuple[PriorityClass, ...]),
    )


def comparable(answer: Answer) -> dict[str, Any]:
    names = {"victims": answer.victims, "terminating": answer.terminating, "cleared": answer.cleared}
    return {
        "should_run": answer.targeted,
        "fits": not answer.reasons,
        "reasons": sorted(answer.reasons),
        "pdb_violations": answer.pdb_violations,
        "final": FINAL[answer.outcome],
    } | {key: sorted(resident.name for resident in residents) for key, residents in names.items()}


def as_recorded(answer: dict[str, Any]) -> dict[str, Any]:
    lists = ("reasons", "victims", "terminating", "cleared")
    return {
        "should_run": answer["should_run"],
        "fits": answer["fits"],
        "pdb_violations": answer.get("pdb_violations", 0),
        "final": answer["final"],
    } | {key: sorted(answer.get(key) or ()) for key in lists}


@pytest.fixture(scope="module")
def cases() -> list[tuple[dict[str, Any], Prediction]]:
    return [(line, prediction_of(line["case"])) for line in recorded()]


@pytest.mark.parametrize("order", ["given", "reversed"])
def test_every_recorded_answer_is_predicted(cases: list[tuple[dict[str, Any], Prediction]], order: str) -> None:
    wrong, compared = [], 0
    for line, prediction in cases:
        expected = line["expected"]
        for node, given in expected["nodes"].items():
            if node in (expected.get("tie_sensitive") or ()):
                continue
            answers, truth = prediction.nodes[node], given
            if order == "reversed":
                answers = prediction.reversed.get(node, answers)
                truth = (expected.get("reversed") or {}).get(node, given)
            for template in truth:
                compared += 1
                if comparable(answers[template]) != as_recorded(truth[template]):
                    wrong.append((line["case"]["id"], node, template, answers[template], truth[template]))
    assert compared == 2 * (1490 - 2)
    assert not wrong, f"{len(wrong)} of {compared} differ, the first: {wrong[0]}"


def test_what_the_recording_calls_a_tie_is_flagged(cases: list[tuple[dict[str, Any], Prediction]]) -> None:
    ties = 0
    for line, prediction in cases:
        for node in line["expected"].get("tie_sensitive") or ():
            ties += 1
            answers = (*prediction.nodes[node].values(), *prediction.reversed.get(node, {}).values())
            assert any(answer.undecided for answer in answers), (line["case"]["id"], node)
    assert ties == 2


def test_nothing_else_is_called_a_tie(cases: list[tuple[dict[str, Any], Prediction]]) -> None:
    for line, prediction in cases:
        for node, answers in prediction.nodes.items():
            if node not in (line["expected"].get("tie_sensitive") or ()):
                assert not any(answer.undecided for answer in answers.values()), (line["case"]["id"], node)
