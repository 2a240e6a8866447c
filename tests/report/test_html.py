import base64
import hashlib
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given

from preflight.model import Report, Views
from preflight.report import html, json
from preflight.report.document import document
from tests.report.reports import NODES, REPORTS, TROUBLED, finding, outcome, report
from tests.report.reports import VIEWS as PICTURES
from tests.report.strategies import REPORTS as HOSTILE_REPORTS
from tests.report.strategies import UNHURRIED, VIEWS

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


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
        assert tag != "a" or attributes["href"] == "#checks"
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


def test_a_hundred_nodes_stay_below_a_megabyte() -> None:
    assert len(html.render(document(cluster_of(100))).encode()) < 1_000_000


def test_five_thousand_nodes_show_a_summary_first() -> None:
    shown = html.render(document(cluster_of(5000)))
    before_details = shown.partition("more findings of")[0]
    assert before_details.count('class="finding fail"') == 10
    assert "4800 further ones are in the JSON result." in shown
    assert len(shown.encode()) < 1_500_000


def cluster_of(nodes: int) -> Report:
    rows = [[f"aks-general-{i}", 29, 30, 2, -1, "71 %", "64 %", "evicts 1 pod"] for i in range(nodes)]
    table = {"columns": NODES["columns"], "rows": rows, "status": ["fail"] * nodes}
    findings = [
        finding("fail", "29 of 30 slots used", f"node/aks-general-{i}", f"add a node for {i}", evidence={"used": 29})
        for i in range(nodes - 1)
    ]
    findings.append(finding("fail", "29 of 30 slots used", "node/a", "add a node", evidence={"table": table}))
    return report(outcome("max-pods-headroom", "capacity", "t", *findings))


@pytest.mark.subprocess
@pytest.mark.parametrize("name", REPORTS)
def test_chromium_runs_our_script_and_complains_of_nothing(name: str, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not here: get it with apt-get install chromium")
    page = tmp_path / "report.html"
    page.write_text(html.render(document(REPORTS[name])), encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={tmp_path}/p"]
    command += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    ran = subprocess.run([*command, "--dump-dom", page.as_uri()], capture_output=True, timeout=120, check=True)
    count = len(document(REPORTS[name]).outcomes)
    assert f"{count} of {count} checks shown" in ran.stdout.decode()
    assert "CONSOLE" not in ran.stderr.decode()
