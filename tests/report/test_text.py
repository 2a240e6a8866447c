import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.model import Report, Waived
from preflight.report import json, text
from preflight.report.document import Document, document
from preflight.report.harmless import columns
from preflight.report.screen import Screen
from tests.report.reports import HEALTHY, HOSTILE, REPORTS, TROUBLED, finding, outcome, report
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED

ANYHOW = given(
    made=HOSTILE_REPORTS, width=st.integers(40, 150), unicode=st.booleans(), verbosity=st.sampled_from([-1, 0, 1])
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
VARIANTS: dict[str, dict[str, Any]] = {
    "80": {},
    "140": {"width": 140},
    "ascii": {"unicode": False},
    "colour": {"color": True},
    "quiet": {"verbosity": -1},
    "verbose": {"verbosity": 1},
}
GOLDENS = [("troubled", variant) for variant in VARIANTS] + [
    ("healthy", "80"),
    ("healthy", "quiet"),
    ("forbidden", "80"),
    ("hostile", "ascii"),
    ("hostile", "80"),
    ("empty", "80"),
]


@pytest.mark.parametrize(("name", "variant"), GOLDENS)
def test_golden(name: str, variant: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.text-{variant}.txt", text.render(document(REPORTS[name]), **VARIANTS[variant]))


@UNHURRIED
@ANYHOW
def test_nothing_in_a_report_can_do_more_than_be_read(
    *, made: Report, width: int, unicode: bool, verbosity: int
) -> None:
    shown = text.render(document(made), width=width, unicode=unicode, verbosity=verbosity)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]", shown)
    assert not re.search(r"##(vso)?\[", shown, re.IGNORECASE)
    assert not re.search(r"(?m)^\s*::[A-Za-z]", shown)
    assert unicode or shown.isascii()


@UNHURRIED
@ANYHOW
def test_no_line_is_wider_than_the_terminal(*, made: Report, width: int, unicode: bool, verbosity: int) -> None:
    shown = text.render(document(made), width=width, unicode=unicode, verbosity=verbosity)
    # A command is shown whole: one of its words may be wider than the terminal, which then wraps it.
    widest = max(
        columns(line) for line in shown.splitlines() if line not in commands(document(made), width, unicode=unicode)
    )
    assert widest <= width


def commands(made: Document, width: int, *, unicode: bool) -> set[str]:
    screen = Screen(width=width, color=False, unicode=unicode)
    asked = [(missing.ask, 2) for missing in made.coverage.missing]
    cures = [f.commands for o in made.outcomes for f in o.findings if f.commands]
    asked += [(command, 8) for cure in cures for command in cure.bash]
    return {line for command, indent in asked for line in screen.command(command, indent)}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_saved_result_shows_the_same(name: str, variant: str) -> None:
    made = document(REPORTS[name])
    assert text.render(json.parse(json.render(made)), **VARIANTS[variant]) == text.render(made, **VARIANTS[variant])


@pytest.mark.parametrize("name", REPORTS)
def test_colour_adds_colour_and_nothing_else(name: str) -> None:
    made = document(REPORTS[name])
    coloured = text.render(made, color=True)
    assert COLOUR.sub("", coloured) == text.render(made)
    assert coloured != text.render(made)


def test_a_megabyte_of_text_stays_a_report() -> None:
    assert len(text.render(document(HOSTILE))) < 15_000


def test_the_target_comes_first_and_the_answer_last() -> None:
    lines = text.render(document(TROUBLED)).splitlines()
    assert lines[1].startswith("Cluster   aks-cluedin-sample")
    assert lines[-1].startswith("NO: 3 failed, 1 warning, 1 unknown, 1 skipped, 4 passed")


def test_every_check_has_its_line_with_word_and_id() -> None:
    shown = text.render(document(TROUBLED), unicode=False)
    for judged in document(TROUBLED).outcomes:
        word = judged.status.value.upper() if judged.status.loudness > 1 else judged.status.value
        assert re.search(rf"(?m)^ [x!?+-] {word} +{judged.id} ", shown)


def test_a_problem_takes_four_lines_at_most() -> None:
    long = finding("fail", "many words " * 100, "node/a", "and many to cure it " * 50)
    shown = text.render(document(report(outcome("c", "vault", "t", long))))
    assert len(shown.split("\n\n")[1].splitlines()) == 2 + 4


def test_quiet_shows_problems_and_the_footer_only() -> None:
    shown = text.render(document(TROUBLED), verbosity=-1)
    assert "addon-state" not in shown
    assert "Cluster" not in shown
    assert "max-pods-headroom" in shown
    assert text.render(document(HEALTHY), verbosity=-1) == "YES: 2 skipped, 8 passed.   10 of 10 checks judged\n"


def test_healthy_rows_collapse_with_their_ranges() -> None:
    shown = text.render(document(TROUBLED))
    assert "4 others   9-16     30       2  12-19    22-58 %    31-66 %  fits" in shown
    assert "processing-0" not in shown
    assert "processing-0" in text.render(document(TROUBLED), verbosity=1)


def test_many_objects_are_counted_not_listed() -> None:
    findings = [finding("fail", "no slot", f"node/n{i}", "add one") for i in range(50)]
    made = document(report(outcome("c", "capacity", "t", *findings)))
    assert "50 nodes" in text.render(made)
    assert "and 47 more: -v shows them" in text.render(made)
    assert all(f"node/n{i}:" in text.render(made, verbosity=1) for i in range(50))


def test_many_waived_findings_are_counted() -> None:
    waived = tuple(
        Waived(finding=finding("warn", "m", f"node/n{i}", "h"), reason="r", owner="o", until="2026-06-01")
        for i in range(50)
    )
    made = document(report(outcome("c", "capacity", "t", waived=waived)))
    assert "and 47 more waived: -v shows them" in text.render(made)
    assert text.render(made).count("waived until") == 3
    assert text.render(made, verbosity=1).count("waived until") == 50


def test_what_is_asked_for_can_be_pasted() -> None:
    forbidden = text.render(document(REPORTS["forbidden"]), width=50)
    assert "  az aks show -g rg-cluedin-sample -n \\\n    aks-cluedin-sample\n" in forbidden


@pytest.mark.parametrize(
    ("statuses", "options", "answer"),
    [
        (["pass"], {}, "YES: 1 passed."),
        (["pass", "warn"], {}, "YES, WITH CARE: 1 warning, 1 passed."),
        (["warn"], {"fail_on": "warn"}, "NO: 1 warning.   1 of 1 checks judged (exit 1: --fail-on warn)"),
        (["fail"], {"fail_on": "never"}, "NO: 1 failed.   1 of 1 checks judged (exit 0: --fail-on never)"),
        (["unknown"], {}, "NOT KNOWN: 1 unknown.   0 of 1 checks judged"),
        (
            ["unknown"],
            {"allow_unknown": True},
            "NOT KNOWN: 1 unknown.   0 of 1 checks judged (exit 0: --allow-unknown)",
        ),
        (["skip", "skip"], {}, "NOTHING TO JUDGE: 2 skipped."),
    ],
)
def test_the_answer(statuses: list[str], options: dict[str, Any], answer: str) -> None:
    outcomes = [outcome(f"c{i}", "vault", "t", finding(s, "m", "o", "h")) for i, s in enumerate(statuses)]
    assert text.render(document(report(*outcomes), **options)).splitlines()[-1].startswith(answer)


def test_an_interrupted_run_says_so() -> None:
    assert "INTERRUPTED" in text.render(
        document(report(outcome("c", "vault", "t", finding("pass", "m")), partial=True))
    )
