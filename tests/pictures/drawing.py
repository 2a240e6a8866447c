"""Draw the terminal and the HTML report of the sample in Chromium, as a person with either before them sees them."""

import html as markup
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Browser

from preflight.cli import cli

FOLDER = Path(__file__).parent
COMMAND = "cluedin-preflight demo -c max-pods-headroom,node-resource-pressure,identity-permissions"
"""What stands at the prompt of the terminal's picture."""
PICTURES = ("terminal.png", "report.png", "nodes.png")

_COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "35": "#d2a8ff", "36": "#79c0ff"}
_WEIGHTS = {"1": "font-weight: 700", "2": "opacity: .65"}
_TERMINAL = """<!doctype html><meta charset="utf-8"><title>terminal</title><style>
body {{ margin: 0; background: #0d1117; }}
pre {{ margin: 0; padding: 14px 18px; width: max-content; background: #0d1117; color: #e6edf3;
  font: 13px/1.4 "DejaVu Sans Mono", Consolas, Menlo, monospace; }}
</style><pre>{}</pre>"""


def draw(browser: Browser, folder: Path) -> None:
    """Write the pictures into the folder."""
    page = browser.new_page(viewport={"width": 1000, "height": 620}, color_scheme="light")
    page.set_content(_TERMINAL.format("".join(coloured(f"$ {COMMAND}\n" + printed(COMMAND, "--color", "always")))))
    page.locator("pre").screenshot(path=folder / "terminal.png")
    page.set_content(printed("cluedin-preflight demo -o html"))
    page.screenshot(path=folder / "report.png")
    page.locator("section[aria-labelledby=nodes]").screenshot(path=folder / "nodes.png")
    page.close()


def printed(command: str, *more: str) -> str:
    """Return what the command prints on stdout."""
    return CliRunner().invoke(cli, [*shlex.split(command)[1:], *more], catch_exceptions=False, color=True).stdout


def coloured(text: str) -> Iterator[str]:
    r"""Yield the text as markup, its colours and weights as styles.

    >>> "".join(coloured("a \x1b[31mred\x1b[0m <b>"))
    'a <span style="color: #ff7b72">red</span> &lt;b&gt;'
    """
    styles: list[str] = []
    for i, piece in enumerate(re.split("\x1b\\[([\\d;]*)m", text)):
        if not i % 2:
            shown = markup.escape(piece, quote=False)
            yield f'<span style="{"; ".join(styles)}">{shown}</span>' if styles and piece else shown
        elif piece in ("", "0"):
            styles = []
        else:
            styles += [f"color: {_COLOURS[code]}" if code in _COLOURS else _WEIGHTS[code] for code in piece.split(";")]
