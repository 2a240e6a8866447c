"""A real Chromium for the tests of this folder, and pages opened in it under watch."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import GET_IT, find_chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once; without one the tests are skipped, and the last lines of the run say so."""
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium on PATH: {GET_IT}")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open the text of a page, with options of a browser context; complain of all it logs and all it asks for."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []
    file = tmp_path / "report.html"

    def open_(text: str, **options: Any) -> Page:
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []
    assert set(asked) <= {file.as_uri()}
