"""Lines for a terminal of a given width: wrapping, tables and colour. Nothing here knows a check or a verdict."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import click

from preflight.report.evidence import NUMBER
from preflight.report.harmless import NOT_PASTEABLE, ascii_only, columns, disarmed, line, pasteable

Style = Literal["fail", "warn", "unknown", "pass", "skip", "strong", "cure", ""]
# Readable on light and dark backgrounds alike: no white, no black, nothing that only a bright variant carries.
_STYLES: dict[Style, dict[str, str | bool]] = {
    "fail": {"fg": "red", "bold": True},
    "warn": {"fg": "yellow", "bold": True},
    "unknown": {"fg": "magenta", "bold": True},
    "pass": {"fg": "green"},
    "skip": {"dim": True},
    "strong": {"bold": True},
    "cure": {"fg": "cyan"},
    "": {},
}


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What the terminal can show: columns, colour, and characters beyond ASCII; and which shell it has."""

    width: int
    color: bool
    unicode: bool
    powershell: bool = False

    def text(self, text: str) -> str:
        """Return foreign text as one harmless line this terminal can show."""
        clean = line(text)
        return clean if self.unicode else disarmed(ascii_only(clean))

    def styled(self, text: str, style: Style) -> str:
        """Colour a piece that needs no wrapping any more."""
        return click.style(text, **_STYLES[style]) if self.color and style else text  # type: ignore[arg-type] # by name

    def cut(self, text: str, width: int) -> str:
        """Shorten a line to `width` columns; three full stops show that something is gone."""
        if columns(text) <= width:
            return text
        kept = ""
        for character in text:
            if columns(kept + character) > width - 3:
                break
            kept += character
        return kept.rstrip() + "..."

    def wrapped(self, text: str, width: int, *, most: int | None = None) -> list[str]:
        """Return the text, already harmless, in lines of at most `width` columns, `most` of them; at least one."""
        lines = [""]
        for word in _pieces(text.split(), width):
            joined = f"{lines[-1]} {word}" if lines[-1] else word
            if columns(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(word)
        if most is not None and len(lines) > most:
            lines = [*lines[: most - 1], self.cut(f"{lines[most - 1]} ...", width)]
        return lines

    def command(self, command: str, indent: int) -> list[str]:
        """Return a shell command that can be pasted: never cut, continued between its words as its shell has it."""
        if not pasteable(command, powershell=self.powershell) or (not self.unicode and not command.isascii()):
            return [" " * indent + self.cut(NOT_PASTEABLE, self.width - indent)]
        if command.startswith("#"):
            # A comment ends with its line, backslash or not: what follows would be run.
            return [" " * indent + f"# {entry}" for entry in self.wrapped(command[1:], self.width - indent - 2)]
        words = _SHELL_WORD.findall(command)
        words = words if " ".join(words) == command else [command]
        remark = next((i for i, word in enumerate(words) if word.startswith("#")), len(words))
        words[remark:] = filter(None, [" ".join(words[remark:])])
        lines = [words[0]]
        for word in words[1:]:
            if columns(f"{lines[-1]} {word}") > self.width - indent - 2:
                lines[-1] += " `" if self.powershell else " \\"
                lines.append(f"  {word}")
            else:
                lines[-1] += f" {word}"
        return [" " * indent + entry for entry in lines]

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], indent: int) -> list[str]:
        """Return an aligned table, numbers to the right. Too wide: text is cut, then columns are left out."""
        from tabulate import tabulate  # noqa: PLC0415 - most reports need no table

        header, rows = [self.text(name) for name in header], [[self.text(cell) for cell in row] for row in rows]
        widths = [max(columns(row[i]) for row in (header, *rows)) for i in range(len(header))]
        room = self.width - indent
        while sum(widths) + 2 * len(widths) - 2 > room:
            widest = max(range(len(widths)), key=lambda i: widths[i])
            if widths[widest] <= _NARROWEST:
                widths.pop()
            else:
                widths[widest] -= 1
        cells = [[self.cut(cell, width) for cell, width in zip(row, widths, strict=False)] for row in (header, *rows)]
        align = [
            "right" if all(not row[i] or NUMBER.fullmatch(row[i]) for row in cells[1:]) else "left"
            for i in range(len(widths))
        ]
        drawn = tabulate(cells, tablefmt="plain", disable_numparse=True, colalign=align)
        return [" " * indent + self.cut(row.rstrip(), room) for row in drawn.splitlines()]


_NARROWEST = 8
_SHELL_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+""")


def _pieces(words: Sequence[str], width: int) -> list[str]:
    """Break words that fit no line; a piece never starts with what a pipeline would obey at the start of a line."""
    pieces = []
    for word in words:
        rest = word
        while columns(rest) > width:
            size = max(1, next(i for i in range(len(rest)) if columns(rest[: i + 1]) > width))
            while size > 1 and rest[size] in ":#":
                size -= 1
            pieces.append(rest[:size])
            rest = rest[size:]
        pieces.append(rest)
    return pieces
