import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import given

from preflight.model import Report
from preflight.report import json, markdown, runbook
from preflight.report.document import document
from preflight.report.harmless import line
from preflight.report.markdown import code, prose
from tests.report.reports import REPORTS, TROUBLED, finding, outcome, report
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import TEXTS, UNHURRIED

parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not here: no real parser read the Markdown")
FORMATS = {"markdown": markdown, "runbook": runbook}
OURS = {"paragraph", "heading", "bullet_list", "ordered_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}
OURS |= {"blockquote", "strong"}


def tokens(text: str) -> Iterator[str]:
    """Yield the kinds of everything a parser makes of it, without open and close."""
    for token in parser.MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text):
        for one in (token, *(token.children or ())):
            yield one.type.removesuffix("_open").removesuffix("_close")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("format", FORMATS)
def test_golden(name: str, format: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.{format}.md", FORMATS[format].render(document(REPORTS[name])))


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_a_saved_result_gives_the_same_file(name: str, format: ModuleType) -> None:
    made = document(REPORTS[name])
    assert format.render(json.parse(json.render(made))) == format.render(made)


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_a_parser_finds_our_markup_and_no_other(made: Report) -> None:
    for module in FORMATS.values():
        found = set(tokens(module.render(document(made))))
        assert found <= OURS | {"inline", "text", "text_special", "softbreak", "hardbreak", "code_inline", "fence"}


@UNHURRIED
@given(HOSTILE_REPORTS)
def test_markdown_in_a_log_is_no_order_to_the_pipeline(made: Report) -> None:
    for module in FORMATS.values():
        shown = module.render(document(made))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", shown)
        assert not re.search(r"##(vso)?\[", shown, re.IGNORECASE)
        assert not re.search(r"(?m)^\s*::[A-Za-z]", shown)


@UNHURRIED
@given(TEXTS)
def test_prose_and_code_show_exactly_the_text(text: str) -> None:
    for written in (prose(text), code(text)):
        children = parser.MarkdownIt("gfm-like", {"html": True, "linkify": False}).parseInline(written)[0].children
        assert "".join(child.content for child in children) == line(text)


@pytest.mark.parametrize(
    "alive", ["@team", "(@org/team)", "#12", "AB#12", "!7", "https://x.example", "www.x.example", "$a$"]
)
def test_what_a_tracker_would_bring_to_life_is_code(alive: str) -> None:
    assert f"`{alive.strip('()')}`" in prose(f"see {alive}.")


def test_many_findings_are_counted_beyond_twenty() -> None:
    findings = [finding("fail", "m", f"node/n{i:02}", "h") for i in range(30)]
    shown = markdown.render(document(report(outcome("c", "capacity", "t", *findings))))
    assert "node/n19" in shown
    assert "and 10 more" in shown


def test_the_answer_is_the_title() -> None:
    assert markdown.render(document(TROUBLED)).startswith("# NO: 3 failed, 1 warning")
