import random
from itertools import product

import msgspec
import pytest
from hypothesis import given

from preflight.model import GROUPS, Finding, Outcome, Status
from preflight.report.document import FailOn, document, under
from tests.report.reports import FORBIDDEN, REPORTS, TROUBLED, fact, finding, outcome, report
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED

FAIL_ON: tuple[FailOn, ...] = ("warn", "fail", "never")


def judged(*statuses: str) -> tuple[Outcome, ...]:
    return tuple(outcome(f"c{i}", "vault", "t", finding(status, "m", "o", "h")) for i, status in enumerate(statuses))


@pytest.mark.parametrize(
    ("statuses", "fail_on", "allow_unknown", "code"),
    [
        (["pass", "skip"], "fail", False, 0),
        (["warn"], "fail", False, 0),
        (["warn"], "warn", False, 1),
        (["fail"], "fail", False, 1),
        (["fail"], "never", False, 0),
        (["unknown"], "fail", False, 3),
        (["unknown"], "warn", False, 3),  # the threshold concerns warn and fail only
        (["unknown"], "never", False, 3),
        (["unknown"], "fail", True, 0),
        (["unknown", "fail"], "fail", False, 1),  # 1 goes before 3
        (["unknown", "fail"], "never", False, 3),
        (["unknown", "fail"], "fail", True, 1),  # allowing unknowns allows nothing else
        (["unknown", "warn"], "warn", True, 1),
    ],
)
def test_the_exit_code_follows_the_table(
    *, statuses: list[str], fail_on: FailOn, allow_unknown: bool, code: int
) -> None:
    made = document(report(*judged(*statuses)), fail_on=fail_on, allow_unknown=allow_unknown)
    assert made.exit_code == code


@pytest.mark.parametrize("statuses", list(product(["skip", "pass", "warn", "unknown", "fail"], repeat=2)))
@pytest.mark.parametrize("fail_on", FAIL_ON)
@pytest.mark.parametrize("allow_unknown", [False, True])
def test_another_threshold_gives_what_judging_with_it_gave(
    *, statuses: tuple[str, str], fail_on: FailOn, allow_unknown: bool
) -> None:
    made = document(report(*judged(*statuses)))
    again = document(report(*judged(*statuses)), fail_on=fail_on, allow_unknown=allow_unknown)
    assert under(made, fail_on=fail_on, allow_unknown=allow_unknown) == again


def test_an_interrupted_run_is_incomplete_whatever_was_found() -> None:
    assert document(report(*judged("pass"), partial=True)).exit_code == 130
    assert document(report(*judged("pass"), partial=True)).verdict == "incomplete"
    assert document(report(*judged("fail"), partial=True)).exit_code == 130


@pytest.mark.parametrize("status", ["warn", "unknown", "fail"])
def test_what_is_waived_counts_for_nothing(status: str) -> None:
    waived = TROUBLED.outcomes[7].waived[0]
    accepted = msgspec.structs.replace(waived, finding=finding(status, "m", "o", "h"))
    made = document(report(outcome("c", "vault", "t", waived=(accepted,))), fail_on="warn")
    assert (made.verdict, made.exit_code, made.counts["pass"]) == ("pass", 0, 1)


def test_a_check_that_said_nothing_is_unknown() -> None:
    made = document(report(outcome("c", "vault", "t")))
    assert (made.verdict, made.exit_code, made.coverage.unknown) == ("incomplete", 3, 1)


def test_no_check_at_all_is_nothing_known() -> None:
    assert document(report()).verdict == "incomplete"
    assert document(report()).exit_code == 3


def test_order_does_not_depend_on_the_order_of_judging() -> None:
    expected = document(TROUBLED)
    shuffler = random.Random(7)  # noqa: S311 - any order will do
    for _ in range(5):
        outcomes = [
            msgspec.structs.replace(o, findings=tuple(shuffler.sample(o.findings, len(o.findings))))
            for o in TROUBLED.outcomes
        ]
        shuffler.shuffle(outcomes)
        assert document(msgspec.structs.replace(TROUBLED, outcomes=tuple(outcomes))) == expected
    groups = [o.group for o in expected.outcomes]
    assert groups == sorted(groups, key=GROUPS.index)


def test_groups_of_packs_come_after_ours() -> None:
    made = document(report(outcome("a", "acme", "t"), outcome("b", "settings", "t"), outcome("c", "aaa", "t")))
    assert [o.group for o in made.outcomes] == ["settings", "aaa", "acme"]


def test_findings_stand_worst_first_and_then_by_object() -> None:
    findings = [finding(s, "m", o, "h") for s in ("pass", "fail", "warn") for o in ("b", "a")]
    made = document(report(outcome("c", "vault", "t", *findings)))
    assert [(f.status.value, f.object) for f in made.outcomes[0].findings] == [
        ("fail", "a"),
        ("fail", "b"),
        ("warn", "a"),
        ("warn", "b"),
        ("pass", "a"),
        ("pass", "b"),
    ]


def test_missing_facts_are_those_that_would_settle_a_check() -> None:
    missing = document(FORBIDDEN).coverage.missing
    assert [ask.fact for ask in missing] == ["values", "cluster", "nodes", "pods", "vault"]


def test_a_fact_that_no_unknown_check_reads_is_not_asked_for() -> None:
    lacking = fact("vault", "refused", "403", "az keyvault show -n kv")
    made = document(report(*judged("pass"), facts=(lacking,)))
    assert made.coverage.missing == ()


def test_coverage_counts_a_skip_as_judged() -> None:
    coverage = document(report(*judged("skip", "unknown", "fail"))).coverage
    assert (coverage.judged, coverage.unknown) == (2, 1)


@UNHURRIED
@given(HOSTILE_REPORTS.map(document))
def test_counts_add_up(made: object) -> None:
    made = msgspec.convert(made, type(document(REPORTS["empty"])), from_attributes=True)
    assert sum(made.counts.values()) == len(made.outcomes) == made.coverage.judged + made.coverage.unknown
    assert made.exit_code in (0, 1, 3, 130)
    assert list(made.counts) == [status.value for status in Status]


def test_evidence_keeps_only_what_json_can_hold() -> None:
    odd = Finding(status=Status.PASS, message="m", evidence={"nan": float("nan"), "inf": float("inf"), "big": 2**80})
    made = document(report(outcome("c", "vault", "t", odd)))
    assert made.outcomes[0].findings[0].evidence == {"nan": None, "inf": None, "big": 2**80}
