from datetime import date
from importlib import import_module

import pytest

from preflight.catalog import load
from preflight.errors import SettingsError
from preflight.model import Finding, Outcome, Status
from preflight.report.document import document
from preflight.settings import parse
from preflight.waivers import Waiver, applied
from tests.report.reports import TROUBLED, report

TODAY = date(2026, 1, 15)


def outcome(*findings: Finding) -> Outcome:
    return Outcome(id="max-pods-headroom", group="capacity", title="t", pack="p", reads=(), findings=findings)


def waiver(pattern: str = "node/batch-*", until: date = date(2026, 3, 31)) -> Waiver:
    return Waiver(check="max-pods-headroom", object=pattern, reason="it goes", owner="platform", until=until)


FULL = Finding(status=Status.FAIL, message="full", object="node/batch-0", hint="h")
OTHER = Finding(status=Status.FAIL, message="full", object="node/data-0", hint="h")


def test_a_waived_finding_stays_visible_and_counts_for_nothing() -> None:
    judged, own = applied([outcome(FULL)], [waiver()], TODAY)
    assert judged.findings == ()
    assert judged.waived[0].finding == FULL
    assert judged.waived[0].until == "2026-03-31"
    assert judged.status is Status.PASS
    assert own.status is Status.PASS


def test_only_matching_objects_are_waived() -> None:
    judged, _ = applied([outcome(FULL, OTHER)], [waiver()], TODAY)
    assert judged.findings == (OTHER,)
    assert judged.status is Status.FAIL


def test_the_last_day_still_counts_and_the_next_does_not() -> None:
    judged, own = applied([outcome(FULL)], [waiver(until=TODAY)], TODAY)
    assert judged.waived
    assert own.status is Status.PASS
    judged, own = applied([outcome(FULL)], [waiver(until=date(2026, 1, 14))], TODAY)
    assert judged.findings == (FULL,)
    assert own.status is Status.WARN
    assert "ran out" in own.findings[0].message


def test_a_waiver_that_nothing_matches_is_told_where_its_check_was_judged() -> None:
    _, own = applied([outcome(OTHER)], [waiver()], TODAY)
    assert own.findings[0].object == "waiver/max-pods-headroom/node/batch-*"
    (own,) = applied([], [waiver()], TODAY)
    assert own.status is Status.PASS


@pytest.mark.parametrize(
    "findings",
    [
        (Finding(status=Status.SKIP, message="needs the cluster"),),
        (Finding(status=Status.UNKNOWN, message="pods were not read"),),
        (OTHER, Finding(status=Status.UNKNOWN, message="not all was read")),
        (),
    ],
)
def test_where_the_check_saw_nothing_no_waiver_is_called_needless(findings: tuple[Finding, ...]) -> None:
    *_, own = applied([outcome(*findings)], [waiver()], TODAY)
    assert own.status is Status.PASS


def test_an_unknown_finding_can_be_waived() -> None:
    blind = Finding(status=Status.UNKNOWN, message="not read")
    judged, own = applied([outcome(blind)], [waiver("*")], TODAY)
    assert (judged.findings, judged.waived[0].finding, own.status) == ((), blind, Status.PASS)


def test_passes_and_skips_are_never_waived() -> None:
    calm = Finding(status=Status.PASS, message="fine", object="node/batch-0")
    judged, _ = applied([outcome(calm)], [waiver("*")], TODAY)
    assert judged.findings == (calm,)


def test_without_waivers_there_is_no_such_outcome() -> None:
    assert applied([outcome(FULL)], [], TODAY) == (outcome(FULL),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[waivers]]\ncheck = 'x'", "missing required field"),
        ("waivers = 3", "expected tables"),
        (
            "[[waivers]]\ncheck = 'x'\nobject = '*'\nreason = 'r'\nowner = 'o'\nuntil = 2026-01-01\n",
            "is not a setting",
        ),
        (
            "[[waivers]]\ncheck = 'x'\nobject = '*'\nreason = 'r'\nowner = 'o'\nuntil = 2026-01-01\nfor = 1\n",
            "unknown field: for is not a setting; known here: check, object, reason, owner, until",
        ),
        (
            "[[waivers]]\ncheck = 'x'\nobject = '*'\nreasons = 'r'\nowner = 'o'\nuntil = 2026-01-01\n",
            "did you mean reason",
        ),
        (
            "[[waivers]]\ncheck = 'x'\nobject = '*'\nreason = 'r'\nowner = 'o'\nuntil = 'soon'\n",
            "until is a date such as 2026-12-31",
        ),
    ],
)
def test_a_bad_waiver_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        parse(text, "preflight.toml", [])


@pytest.mark.parametrize("field", ["object", "reason", "owner"])
def test_nothing_of_a_waiver_may_be_left_empty(field: str) -> None:
    said = {"object": "*", "reason": "r", "owner": "o", field: " "}
    lines = "\n".join(f"{name} = '{text}'" for name, text in said.items())
    toml = f"[[waivers]]\ncheck = 'max-pods-headroom'\nuntil = 2026-01-01\n{lines}\n"
    checks = [offer.check for offer in load(packs=False).offers]
    with pytest.raises(SettingsError, match=rf"preflight.toml: waivers\[1\].{field}: it may not be empty"):
        parse(toml, "preflight.toml", checks)


@pytest.mark.parametrize("format", ["text", "json", "junit", "html", "markdown", "sarif", "runbook"])
def test_what_was_accepted_stays_visible_in_every_format(format: str) -> None:
    made = report(TROUBLED.outcomes[7])
    assert made.outcomes[0].waived
    text = import_module(f"preflight.report.{format}").render(document(made))
    assert made.outcomes[0].waived[0].until in text
    assert made.outcomes[0].waived[0].reason in text
