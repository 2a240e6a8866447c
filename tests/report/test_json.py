import json as standard
import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from preflight.errors import InputError
from preflight.report import annotations, html, json, junit, markdown, runbook, sarif, text
from preflight.report.document import Document, document
from tests.report.reports import HOSTILE, REPORTS, TROUBLED
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED

SAVED = json.render(document(TROUBLED))


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_a_saved_result_reads_back_as_the_same_document(report: object) -> None:
    made = document(report)  # type: ignore[arg-type] # built by the strategy
    saved = json.render(made)
    assert json.parse(saved) == made
    assert json.parse(saved.encode()) == made
    assert json.render(json.parse(saved)) == saved
    assert msgspec.convert(standard.loads(saved), Document) == made


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_json_on_a_terminal_or_in_a_pipeline_log_does_nothing(report: object) -> None:
    saved = json.render(document(report))  # type: ignore[arg-type] # built by the strategy
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", saved)
    assert "##" not in saved
    assert not re.search(r"(?m)^\s*::", saved)


def test_a_megabyte_is_cut_and_said() -> None:
    saved = json.render(document(HOSTILE))
    assert len(saved) < 100_000
    assert "... (1000000 characters)" in saved


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_the_schema_describes_the_document(report: object) -> None:
    schema = standard.loads(json.schema())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(standard.loads(json.render(document(report))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("saved", "complaint"),
    [
        ("", "result.json: not readable as JSON, so no saved result: Input data was truncated"),
        (SAVED[: len(SAVED) // 2], "result.json: not readable as JSON, so no saved result: Input data was truncated"),
        ('{"schema": "x",\n "a" 1}', r"result.json: .* line 2, column 6: JSON is malformed: expected ':'"),
        ("[]", "result.json: this is no saved result: Expected `object`, got `array`"),
        ('{"kind": "List"}', "result.json: this is no saved result: it has no key `schema`"),
        (
            '{"schema": "cluedin-preflight/result/2"}',
            "result.json: a result of format 2, and .* reads format 1: take a newer",
        ),
        ('{"schema": "cluedin-preflight/result/1"}', "result.json: this is no saved result: .* field `tool`"),
        (
            SAVED.replace('"exit_code": 1', '"exit_code": "1"'),
            r"result.json: .*Expected `int`, got `str` - at `\$.exit_code`",
        ),
        (
            SAVED.replace('"status": "warn"', '"status": "so-so"'),
            r"Invalid enum value 'so-so' - at `\$.outcomes\[7\].status`",
        ),
        ('{"a": ' + "[" * 100_000, "result.json: .* nested too deeply"),
        (b"\xff\xfe\x00", "result.json: not readable as JSON"),
        ("nonsense", "line 1, column 5: JSON is malformed: invalid character"),
    ],
)
def test_what_is_no_result_is_refused_in_one_sentence(saved: str | bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as refused:
        json.parse(saved, name="result.json")
    assert "\n" not in str(refused.value)


def test_a_result_edited_by_hand_is_still_shown() -> None:
    edited = standard.loads(SAVED) | {"counts": {}, "steps": [], "facts": []}
    del edited["views"]
    made = json.parse(standard.dumps(edited))
    for module in (annotations, html, junit, markdown, runbook, sarif, text):
        module.render(made)


def test_a_field_of_a_later_minor_addition_is_ignored() -> None:
    added = SAVED.replace('"sample": true', '"sample": true, "later": {"x": [1]}')
    assert json.parse(added) == json.parse(SAVED)
    assert isinstance(json.parse(added), Document)


@pytest.mark.parametrize("name", REPORTS)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.json", json.render(document(REPORTS[name])))
