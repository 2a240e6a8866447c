from typing import Any

import msgspec
import pytest
from hypothesis import given

from preflight.compare import Comparison, against, compare
from preflight.errors import WrongTargetError
from preflight.model import Finding, Location, Outcome, Report, Target
from preflight.report import comparison, json, junit, text
from preflight.report.document import Document, document
from preflight.report.harmless import columns
from tests.report.reports import FORBIDDEN, TARGET, TROUBLED, finding, outcome, report
from tests.report.strategies import REPORTS, UNHURRIED


def check(*findings: Finding, id: str = "c", **more: Any) -> Outcome:
    return outcome(id, "capacity", "t", *findings, **more)


def made(*outcomes: Outcome, **more: Any) -> Document:
    return document(report(*outcomes, **more))


def bad(status: str = "fail", message: str = "m", object: str = "node/a", **more: Any) -> Finding:
    return finding(status, message, object, "h", **more)


FINE = finding("pass", "fine")


def sorted_out(found: Comparison) -> dict[str, list[str]]:
    kinds = ("new", "resolved", "changed", "unchanged", "not_looked_at")
    return {kind: [f"{e.check} {e.object}" for e in getattr(found, kind)] for kind in kinds if getattr(found, kind)}


def test_the_five_ways_a_problem_can_go() -> None:
    old = made(
        check(bad(), bad(object="node/b"), bad(object="node/c", evidence={"used": 29}), id="one"),
        check(bad(), id="two"),
        check(bad(), id="three"),
    )
    new = made(
        check(bad(), bad(object="node/c", evidence={"used": 30}), bad(object="node/d"), id="one"),
        check(finding("unknown", "not read: 403"), id="two"),
    )
    found = compare(old, new)
    assert sorted_out(found) == {
        "new": ["one node/d", "two None"],
        "resolved": ["one node/b"],
        "changed": ["one node/c"],
        "unchanged": ["one node/a"],
        "not_looked_at": ["three node/a", "two node/a"],
    }
    assert [(n.key, n.old, n.new) for n in found.changed[0].numbers] == [("used", 29, 30)]
    assert [entry.why for entry in found.not_looked_at] == ["the check was not run", "not read: 403"]


@pytest.mark.parametrize(
    ("old", "new", "fail_on", "code"),
    [
        ([FINE], [bad()], "fail", 1),
        ([FINE], [bad("warn")], "fail", 0),
        ([FINE], [bad("warn")], "warn", 1),
        ([FINE], [bad()], "never", 0),
        ([bad()], [bad()], "fail", 0),
        ([bad()], [FINE], "fail", 0),
        ([bad("warn")], [bad()], "fail", 1),  # grown worse beyond the threshold is as good as new
        ([bad()], [bad("warn")], "warn", 0),
        ([bad(evidence={"n": 1})], [bad(evidence={"n": 2})], "fail", 0),
        ([FINE], [finding("unknown", "not read")], "fail", 0),
    ],
)
def test_the_exit_code(old: list[Finding], new: list[Finding], fail_on: Any, code: int) -> None:
    assert compare(made(check(*old)), made(check(*new)), fail_on=fail_on).exit_code == code


def test_a_skip_is_not_a_cure() -> None:
    found = compare(made(check(bad())), made(check(finding("skip", "not yet: later"))))
    assert sorted_out(found) == {"not_looked_at": ["c node/a"]}
    assert found.not_looked_at[0].why == "not yet: later"


def test_what_was_not_judged_before_says_so() -> None:
    found = compare(document(FORBIDDEN), document(TROUBLED))
    assert {entry.why for entry in found.new} == {"not judged before", "waived until 2026-06-01"}


def test_a_moved_line_is_no_change() -> None:
    old, new = (made(check(bad(location=Location(file="v", line=n)))) for n in (1, 2))
    assert sorted_out(compare(old, new)) == {"unchanged": ["c node/a"]}


def test_waiving_is_a_change_and_never_worse() -> None:
    waived = msgspec.structs.replace(TROUBLED.outcomes[7].waived[0], finding=bad())
    found = compare(made(check(bad())), made(check(waived=(waived,))))
    assert (sorted_out(found), found.exit_code) == ({"changed": ["c node/a"]}, 0)
    assert compare(made(check(waived=(waived,))), made(check(bad()))).exit_code == 1
    assert compare(made(check(FINE)), made(check(waived=(waived,)))).exit_code == 0


def test_another_cluster_is_refused_unless_asked_for() -> None:
    other = made(check(bad()), target=msgspec.structs.replace(TARGET, cluster="aks-other"))
    with pytest.raises(WrongTargetError, match="'aks-cluedin-sample' and 'aks-other'; --other-target"):
        compare(made(check(bad())), other)
    assert sorted_out(compare(made(check(bad())), other, other_target=True)) == {"unchanged": ["c node/a"]}
    assert compare(made(check(bad())), made(check(bad()), target=Target())).exit_code == 0


def test_where_no_cluster_is_known_another_context_is_another_target() -> None:
    here, there = (made(check(bad()), target=Target(context=name)) for name in ("staging", "production"))
    with pytest.raises(WrongTargetError, match="context 'staging' and 'production'"):
        compare(here, there)
    known = made(check(bad()), target=Target(context="mine", cluster="aks"))
    assert compare(known, made(check(bad()), target=Target(context="yours", cluster="AKS"))).exit_code == 0


def test_a_baseline_of_another_target_is_refused_with_what_to_give() -> None:
    other = made(check(bad()), target=msgspec.structs.replace(TARGET, cluster="aks-other"))
    with pytest.raises(WrongTargetError, match="'aks-other' and 'aks-cluedin-sample': give a baseline of this one"):
        against(made(check(bad())), other)


def test_of_two_on_one_object_the_one_that_went_is_resolved_and_the_other_unchanged() -> None:
    both = made(check(bad(message="a is short"), bad(message="b is short")))
    one = made(check(bad(message="b is short")))
    assert sorted_out(compare(both, one)) == {"resolved": ["c node/a"], "unchanged": ["c node/a"]}
    assert sorted_out(compare(one, both)) == {"new": ["c node/a"], "unchanged": ["c node/a"]}
    assert sorted_out(compare(both, made(check(bad(message="c is short"), bad(message="b is short"))))) == {
        "changed": ["c node/a"],
        "unchanged": ["c node/a"],
    }
    twice = made(check(bad(), bad()))
    assert sorted_out(compare(twice, made(check(bad())))) == {"resolved": ["c node/a"], "unchanged": ["c node/a"]}


def test_an_object_that_is_passed_over_now_was_not_looked_at_again() -> None:
    old = made(check(bad(), bad(object="node/b")))
    found = compare(old, made(check(finding("skip", "its migration is under way", "node/a"), bad(object="node/b"))))
    assert sorted_out(found) == {"unchanged": ["c node/b"], "not_looked_at": ["c node/a"]}
    assert found.not_looked_at[0].why == "its migration is under way"


def test_what_else_differs_is_noted() -> None:
    newer = msgspec.structs.replace(report(check(bad()), stage="deploy"), tool_version="9.9.9")
    found = compare(made(check(bad()), stage="enable"), document(newer))
    assert len(found.notes) == 2
    told = comparison.render(found)
    assert "Note: stage enable before, deploy now" in told
    assert "9.9.9" in told
    assert compare(made(check(bad())), made(check(bad()))).notes == ()


def test_with_a_baseline_only_what_is_new_counts() -> None:
    baseline = made(check(bad(), bad("warn", object="node/b")))
    same = against(made(check(bad(), bad("warn", object="node/b"))), baseline)
    assert (same.exit_code, same.verdict, same.counts["fail"]) == (0, "fail", 1)
    assert [f.known for f in same.outcomes[0].findings] == [True, True]
    assert against(made(check(bad(), bad("fail", object="node/b"))), baseline).exit_code == 1
    assert against(made(check(bad(), bad(object="node/c"))), baseline).exit_code == 1
    assert against(made(check(finding("unknown", "not read"))), baseline).exit_code == 3


def test_what_is_known_stays_visible() -> None:
    known = against(made(check(bad(message="29 of 30"))), made(check(bad(message="29 of 30"))))
    assert "known (in the baseline): 29 of 30" in text.render(known)
    assert "(exit 0: counting what is new since the baseline)" in text.render(known, width=100)
    assert 'skipped message="known: 29 of 30' in junit.render(known)
    assert json.parse(json.render(known)) == known


@UNHURRIED
@given(REPORTS)
def test_a_result_compared_with_itself_is_unchanged(anything: Report) -> None:
    same = document(anything)
    found = compare(same, same)
    assert set(sorted_out(found)) <= {"unchanged"}
    assert against(same, same).exit_code in (0, 3, 130)


@UNHURRIED
@given(REPORTS, REPORTS)
def test_every_problem_goes_one_way(old: Report, new: Report) -> None:
    found = compare(document(old), document(new), other_target=True)
    entries = [*found.new, *found.resolved, *found.changed, *found.unchanged, *found.not_looked_at]
    problems = [
        sum(f.status.loudness > 1 for o in side.outcomes for f in o.findings)
        + sum(len(o.waived) for o in side.outcomes)
        for side in (document(old), document(new))
    ]
    assert sum(entry.old is not None for entry in entries) <= problems[0]
    assert sum(entry.new is not None for entry in entries) <= problems[1]
    for width in (40, 80):
        shown = comparison.render(found, width=width, unicode=False)
        assert all(columns(line) <= width for line in shown.split("\n"))
    assert "##" not in comparison.render_json(found)


def test_the_terminal_shows_new_first_and_the_answer_last() -> None:
    shown = comparison.render(compare(made(check(FINE)), made(check(bad(message="29 of 30")))))
    assert "new: 1\n FAIL c node/a\n     29 of 30\n" in shown
    assert shown.endswith("WORSE: 1 new.\n")
