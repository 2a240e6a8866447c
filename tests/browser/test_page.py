"""The page in a real browser: what a person with a mouse, a keyboard, a screen reader or a printer gets of it."""

import json
import re
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from preflight.report import html
from tests.browser.pages import PAGES, page
from tests.report.reports import big

pytestmark = pytest.mark.subprocess

Open = Callable[..., Page]
WIDTHS = (320, 400, 800, 1600)
EVERY_PAGE = pytest.mark.parametrize("name", PAGES)
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def unfold(shown: Page) -> None:
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def checks_of(shown: Page) -> int:
    return shown.locator(".check").count()


@EVERY_PAGE
def test_it_opens_in_silence_and_asks_for_nothing(name: str, opened: Open) -> None:
    shown = opened(page(name))
    count = checks_of(shown)
    assert shown.locator("#shown").inner_text() == f"{count} of {count} checks shown"


def test_its_policy_lets_nothing_else_in(browser: Browser, tmp_path: Any) -> None:
    """What a page made to attack would do is done here by the test: nothing is fetched, no added script runs."""
    file = tmp_path / "report.html"
    attack = (
        "<img src='http://127.0.0.1:9/x'><script>document.title = 'taken'</script><p onclick='x' style='color:red'>"
    )
    file.write_text(page("sample enable").replace("<main", f"{attack}<main"), encoding="utf-8")
    shown = browser.new_page()
    said: list[str] = []
    fetched: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("response", lambda response: fetched.append(response.url))
    shown.goto(file.as_uri())
    assert shown.title().startswith("NO: ")
    assert fetched == [file.as_uri()]
    for kind in ("img-src", "script-src", "style-src"):
        assert any(kind in text or "default-src" in text for text in said), said
    shown.close()


@EVERY_PAGE
def test_without_script_everything_is_there(name: str, opened: Open) -> None:
    shown = opened(page(name), java_script_enabled=False)
    assert not shown.locator("#filter").is_visible()
    titles = shown.locator(".check .title").filter(has_text=re.compile("."))
    assert all(titles.nth(number).is_visible() for number in range(titles.count()))
    fold = shown.locator("summary").first
    if fold.count():
        fold.click()
        assert fold.locator("xpath=..").get_attribute("open") is not None


def test_the_keyboard_reaches_search_and_filters(opened: Open) -> None:
    shown = opened(page("sample enable"))
    press = shown.keyboard.press
    press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to the checks"
    press("Enter")
    press("Tab")
    assert shown.evaluate("document.activeElement.id") == "words"
    shown.keyboard.type("elasticsearch keep")
    assert shown.locator(".check:visible").count() == 1
    assert shown.locator(".group:visible").count() == 1
    assert shown.locator("#shown").inner_text().startswith("1 of ")
    press("Control+a")
    press("Delete")
    for expected in ("fail", "unknown", "warn"):
        press("Tab")
        assert shown.evaluate("document.activeElement.value") == expected
        press("Space")
    assert shown.locator('.check[data-status="fail"]:visible').count() == 0
    assert shown.locator('.check[data-status="pass"]:visible').count() > 0
    press("Space")
    assert shown.locator('.check[data-status="warn"]:visible').count() > 0


def test_the_keyboard_opens_what_is_folded(opened: Open) -> None:
    shown = opened(page("sample enable"))
    fold = shown.locator("summary").first
    fold.focus()
    shown.keyboard.press("Enter")
    assert fold.locator("xpath=..").get_attribute("open") is not None


@EVERY_PAGE
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_check_finds_nothing(name: str, scheme: str, opened: Open) -> None:
    shown = opened(page(name), color_scheme=scheme)
    unfold(shown)
    assert accessibility(shown) == []


def test_nor_does_it_while_all_is_folded(opened: Open) -> None:
    assert accessibility(opened(page("sample enable"))) == []


def accessibility(shown: Page) -> list[str]:
    """What axe-core says is wrong, and what it leaves to people beyond the two kinds that are looked at elsewhere.

    Contrast is computed for every pair of colours in tests/report/test_html.py; a pool's row heads the nodes below it.
    """
    shown.evaluate(AXE)
    found = shown.evaluate("axe.run()")
    return [
        f"{finding['id']}: {node['html'][:200]} {json.dumps([check['message'] for check in node['any']])}"
        for kind, known in (("violations", ()), ("incomplete", ("color-contrast", "th-has-data-cells")))
        for finding in found[kind]
        if finding["id"] not in known
        for node in finding["nodes"]
    ]


@EVERY_PAGE
def test_headings_and_landmarks_are_in_order(name: str, opened: Open) -> None:
    shown = opened(page(name))
    levels = shown.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for landmark in ("header", "main", "footer"):
        assert shown.locator(f"body > {landmark}").count() == 1


@EVERY_PAGE
def test_the_page_never_scrolls_sideways(name: str, opened: Open) -> None:
    shown = opened(page(name))
    for _ in ("folded", "unfolded"):
        for width in WIDTHS:
            shown.set_viewport_size({"width": width, "height": 900})
            root = "document.documentElement"
            assert shown.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), width
        unfold(shown)


def test_dark_and_light_follow_the_reader(opened: Open) -> None:
    def paper(scheme: str) -> list[int]:
        shown = opened(page("sample enable"), color_scheme=scheme)
        return [
            int(part) for part in re.findall(r"\d+", shown.evaluate("getComputedStyle(document.body).backgroundColor"))
        ]

    assert min(paper("light")) > 200
    assert max(paper("dark")) < 60


@pytest.mark.parametrize("script", [True, False])
def test_paper_gets_what_is_folded_and_no_filter(script: bool, opened: Open) -> None:  # noqa: FBT001 - a parameter
    shown = opened(page("sample enable"), java_script_enabled=script, color_scheme="dark")
    hidden = shown.query_selector("details:not([open]) > :not(summary)")
    assert hidden
    seen = "(one) => one.checkVisibility()"
    assert not hidden.evaluate(seen)
    shown.emulate_media(media="print")
    if script:
        shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not shown.locator("#filter").is_visible()
    assert hidden.evaluate(seen)
    if script:
        shown.evaluate("dispatchEvent(new Event('afterprint'))")
        shown.emulate_media(media="screen")
        assert shown.locator("details[open]").count() == 0


def test_it_prints_on_a_few_pages(opened: Open) -> None:
    printed = opened(page("sample enable")).pdf(format="A4")
    assert 4 <= len(re.findall(rb"/Type /Page\b", printed)) <= 25


def test_five_thousand_nodes_open_as_a_summary(opened: Open) -> None:
    shown = opened(html.render(big(5000)))
    rows = shown.locator("section[aria-labelledby=nodes] tr:visible")
    assert rows.count() == 1 + 1 + 10 + 1  # names of columns, the pool, ten that ask for attention, the others
    assert "4500 others" in rows.last.inner_text()
    assert shown.locator(".finding:visible").count() < 20
    assert shown.evaluate("document.querySelectorAll('*').length") < 10_000
