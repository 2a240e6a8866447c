import re
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import GET_IT, find_chromium
from tests.pictures.drawing import COMMAND, FOLDER, PICTURES, draw

README = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")


def size(file: Path) -> tuple[int, int]:
    """Width and height of a PNG; anything else fails."""
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


@pytest.mark.subprocess
def test_they_can_be_drawn_anew(tmp_path: Path) -> None:
    path = find_chromium()
    if path is None:
        pytest.skip(f"no Chromium on PATH: {GET_IT}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path)
        draw(browser, tmp_path)
        browser.close()
    for name in PICTURES:
        width, height = size(tmp_path / name)
        assert 600 <= width <= 1000
        assert height > 300


def test_the_readme_shows_them_and_the_command_they_are_of() -> None:
    assert set(re.findall(r"!\[[^\]]{40,}\]\(tests/pictures/(.+?)\)", README)) == set(PICTURES)
    assert COMMAND in README
    for name in PICTURES:
        assert size(FOLDER / name)
        assert (FOLDER / name).stat().st_size < 200_000
