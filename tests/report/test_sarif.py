import json as standard
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft7Validator
from jsonschema.protocols import Validator

from preflight.model import Location, Report
from preflight.report import json, sarif
from preflight.report.document import document
from tests.data import data_path
from tests.report.reports import REPORTS, TROUBLED, finding, outcome, report
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED


@cache
def schema() -> Validator:
    return Draft7Validator(standard.loads(data_path("sarif/sarif-2.1.0.json").read_text()))


def run(made: Report) -> dict[str, Any]:
    return standard.loads(sarif.render(document(made)))["runs"][0]  # type: ignore[no-any-return] # our own JSON


@pytest.mark.parametrize("name", REPORTS)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.sarif", sarif.render(document(REPORTS[name])))


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_the_schema_accepts_whatever_was_found(made: Report) -> None:
    schema().validate(standard.loads(sarif.render(document(made))))


@pytest.mark.parametrize("name", REPORTS)
def test_the_schema_accepts_every_report(name: str) -> None:
    schema().validate(standard.loads(sarif.render(document(REPORTS[name]))))


@pytest.mark.parametrize("name", REPORTS)
def test_a_saved_result_gives_the_same_file(name: str) -> None:
    made = document(REPORTS[name])
    assert sarif.render(json.parse(json.render(made))) == sarif.render(made)


def test_results_point_at_lines_of_the_values_files() -> None:
    results = run(TROUBLED)["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places] == [
        ("values.yaml", 14),
        ("values.yaml", 31),
    ]
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("identity-kind", "error"),
        ("akv-naming", "warning"),
    ]


def test_what_stands_in_no_file_is_a_notification() -> None:
    notes = run(TROUBLED)["invocations"][0]["toolExecutionNotifications"]
    assert [(note["associatedRule"]["id"], note["level"]) for note in notes] == [
        ("max-pods-headroom", "error"),
        ("node-resource-pressure", "error"),
        ("identity-permissions", "note"),
        ("akv-naming", "note"),
    ]
    assert notes[-1]["message"]["text"].startswith("waived until 2026-06-01: ")


def test_a_windows_path_becomes_an_address() -> None:
    odd = finding("fail", "m", "values/a", "h", location=Location(file="deploy\\my values.yaml", line=1))
    (result,) = run(report(outcome("c", "values", "t", odd)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "deploy/my%20values.yaml"


def test_every_rule_has_what_code_scanning_asks_for() -> None:
    rules = run(TROUBLED)["tool"]["driver"]["rules"]
    assert rules
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"].endswith(f"cluedin-preflight explain {rule['id']}")


def test_results_of_one_line_stay_apart_and_follow_their_object_when_lines_move() -> None:
    def hashes(line: int) -> list[str]:
        here = Location(file="v.yaml", line=line)
        found = [finding("fail", "m", f"values/{name}", "h", location=here) for name in "ab"]
        results = run(report(outcome("c", "values", "t", *found)))["results"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]

    assert len(set(hashes(3))) == 2
    assert hashes(3) == hashes(9)
