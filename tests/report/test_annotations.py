import re
from collections.abc import Callable

import pytest
from hypothesis import given

from preflight.model import Location, Report
from preflight.report import annotations
from preflight.report.annotations import Platform
from preflight.report.document import document
from tests.report.reports import REPORTS, TROUBLED, finding, outcome, report
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED

PLATFORMS: tuple[Platform, ...] = ("azure-devops", "github", "plain")
SHAPES = {
    "azure-devops": re.compile(
        r"##vso\[task\.logissue type=(error|warning);sourcepath=[^;\]]*;linenumber=-?\d+;\][^\n]*"
        r"|[^\n]*: notice: [^\n]*"
    ),
    "github": re.compile(r"::(error|warning|notice) file=[^:,\n]*,line=-?\d+,title=[^:,\n]*::[^\n]*"),
    "plain": re.compile(r"[^\n]*:-?\d+: (error|warning|notice): [^\n]*"),
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_golden(name: str, platform: Platform, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.annotations-{platform}.txt", annotations.render(document(REPORTS[name]), platform=platform))


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_one_line_one_order_whatever_the_text(made: Report) -> None:
    for platform in PLATFORMS:
        shown = annotations.render(document(made), platform=platform)
        for entry in shown.split("\n")[:-1]:
            assert SHAPES[platform].fullmatch(entry)
            assert len(re.findall(r"##(?:vso)?\[", entry)) == (
                entry.startswith("##vso[") and platform == "azure-devops"
            )
            assert platform == "github" or not re.match(r"\s*::[A-Za-z]", entry)


def test_each_pipeline_gets_its_own_escapes() -> None:
    odd = finding("fail", "100% of a;b]c", "values/a", "h", location=Location(file="a;b,c:d]%.yaml", line=7))
    made = document(report(outcome("c", "values", "t", odd)))
    assert annotations.render(made, platform="azure-devops") == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb,c:d%5D%AZP25.yaml;linenumber=7;]"
        "c: 100%AZP25 of a%3Bb%5Dc -> h\n"
    )
    assert annotations.render(made, platform="github") == (
        "::error file=a;b%2Cc%3Ad]%25.yaml,line=7,title=c::c: 100%25 of a;b]c -> h\n"
    )
    assert annotations.render(made) == "a;b,c:d]%.yaml:7: error: c: 100% of a;b]c -> h\n"


def test_a_warning_is_an_error_where_warnings_fail() -> None:
    shown = annotations.render(document(TROUBLED, fail_on="warn"))
    assert "values.yaml:31: error: akv-naming" in shown


def test_findings_without_a_line_are_left_to_the_other_formats() -> None:
    assert annotations.render(document(REPORTS["forbidden"])) == ""
