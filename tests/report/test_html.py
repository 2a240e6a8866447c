import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given

from preflight.model import Report, Views
from preflight.report import html, json
from preflight.report.document import document
from tests.report.reports import REPORTS, TROUBLED, big, finding, outcome, report
from tests.report.reports import VIEWS as PICTURES
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED, VIEWS

ANCHORS = {f"#{name}" for name in ("next", "asks", "checks", "nodes", "secrets", "facts")}


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.own: dict[str, str] = {}
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - html.parser's signature
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("style", "script"):
            self.own[self._inside] = self.own.get(self._inside, "") + data
        else:
            self.text += data


@pytest.mark.parametrize("name", REPORTS)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.html", html.render(document(REPORTS[name])))


@pytest.mark.parametrize("name", REPORTS)
def test_a_saved_result_gives_the_same_page(name: str) -> None:
    made = document(REPORTS[name])
    assert html.render(json.parse(json.render(made))) == html.render(made)


@UNHURRIED
@given(HOSTILE_REPORTS, VIEWS)
def test_foreign_text_adds_no_element_and_no_attribute(made: Report, views: Views) -> None:
    shown = html.render(document(made, views=views))
    page = Page(shown)
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["script"] == tags["style"] == tags["body"] == tags["form"] == 1
    assert not {"img", "iframe", "object", "embed", "link", "base", "b"} & set(tags)
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style", "srcdoc", "action") for name in attributes)
        assert tag != "a" or attributes["href"] in ANCHORS
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", page.text)
    assert not re.search(r"##(vso)?\[", shown, re.IGNORECASE)


def test_the_policy_allows_our_style_and_script_and_nothing_else() -> None:
    page = Page(html.render(document(TROUBLED)))
    policy = next(a["content"] or "" for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.own[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2: relative luminances with 0.05 for the light that a screen reflects."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_can_be_told_from_its_paper() -> None:
    style = Page(html.render(document(TROUBLED))).own["style"]
    palettes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    light, dark = palettes[0], palettes[1]
    assert light.keys() == dark.keys()
    for palette in (light, dark):
        papers = [
            palette["paper"],
            palette["tint"],
            *(colour for name, colour in palette.items() if name.endswith("-tint")),
        ]
        for name in ("ink", "quiet", "link", "fail", "warn", "unknown", "pass", "skip"):
            for paper in papers:
                assert contrast(palette[name], paper) >= 4.5, (name, paper)
        for bar in ("before", "added", "over"):
            assert contrast(palette[bar], palette["paper"]) >= 2.9, bar


def test_target_and_verdict_come_before_everything_else() -> None:
    text = Page(html.render(document(TROUBLED))).text
    order = ["NO", "May I enable", "3 failed", "aks-cluedin-sample, 7 nodes", "What to do", "capacity", "What was read"]
    places = [text.index(word, text.index("Skip to the checks")) for word in order]
    assert places == sorted(places)


def test_pictures_show_nodes_and_secrets(golden: Callable[[str, str], None]) -> None:
    shown = html.render(document(TROUBLED, views=PICTURES))
    golden("troubled.pictures.html", shown)
    text = " ".join(Page(shown).text.split())
    assert "2 nodes: 1 evicts 1 pod, 1 fits" in text
    assert "29 + 2 of 30" in text
    assert "cluedin/cluedin-server" in text
    assert "no pod mounts the class" in text
    assert json.parse(json.render(document(TROUBLED, views=PICTURES))).views == PICTURES


def test_who_is_pushed_out_stands_beside_the_verdict() -> None:
    text = " ".join(Page(html.render(document(TROUBLED, views=PICTURES))).text.split())
    before_the_target = text[: text.index("aks-cluedin-sample, 7 nodes")]
    assert "The add-on pushes out 1 pod: cluedin/cluedin-server from node general-0" in before_the_target


def test_numbers_are_written_as_people_write_them() -> None:
    evidence = {
        "cpu_left": -60,
        "memory_left": 3226451968,
        "shortfalls": [{"resource": "memory", "used": 1, "requested": 2**20}],
    }
    made = report(outcome("c", "capacity", "t", finding("fail", "m", "node/a", "h", evidence=evidence)))
    text = " ".join(Page(html.render(document(made))).text.split())
    assert "-60m" in text
    assert "3077 MiB" in text
    assert "resource memory, used 0.1 MiB, requested 1 MiB" in text


def test_a_hundred_nodes_stay_below_a_megabyte() -> None:
    assert len(html.render(big(100)).encode()) < 1_000_000


def test_five_thousand_nodes_show_a_summary_first() -> None:
    shown = html.render(big(5000))
    before_details = shown.partition("more findings of")[0]
    assert before_details.count('class="finding fail"') == 10
    assert "400 further ones are in the JSON result." in shown
    assert "5000 nodes: 500 evicts 1 pod, 4500 fits" in " ".join(Page(shown).text.split())
    assert len(shown.encode()) < 1_000_000
