"""A finding's evidence as people read it: the one number that matters, the table, the rest of the arithmetic.

Two keys have a form of their own in every format:

figure   "1 short": the number on the check's line, taken from the worst finding
table    {"columns": ["node", "pods", "left"], "rows": [["general-0", 29, -1], ...], "status": ["fail", "pass", ...]}
         cells are text, numbers or numbers with a unit ("71 %"); where rows have a status, two and more calm ones
         collapse into one row "4 others" with the range of each number
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from preflight.model import Finding, Status
from preflight.report.document import Judged

NUMBER = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?:-\d+(?:\.\d+)?)?(?P<unit>(?: ?[%A-Za-z]{1,3})?)", re.ASCII)
"""A cell that is a number, or a range of numbers, perhaps with a unit."""

_ROWS = 10
_COUNTABLE = ("node", "secret", "pod")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A table: names of the columns, cells as text, and each row's status where the check gave it, else ""."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    statuses: tuple[str, ...]


def figure(outcome: Judged) -> str:
    """Return the one number that matters: the worst finding's own, else how many objects are concerned, else ""."""
    worst = [finding for finding in outcome.findings if finding.status is outcome.status]
    own = worst[0].evidence.get("figure") if worst else None
    if isinstance(own, str | int | float):
        return str(own)
    if len(worst) < 2 or outcome.status in (Status.PASS, Status.SKIP):  # noqa: PLR2004 - one needs no counting
        return ""
    kinds = {(finding.object or "").partition("/")[0] for finding in worst}
    kind = kinds.pop() if len(kinds) == 1 else ""
    return f"{len(worst)} {kind if kind in _COUNTABLE else 'finding'}s"


def arithmetic(finding: Finding) -> list[tuple[str, str]]:
    """Return the evidence that has no form of its own: what each number is, and the number as people write it."""
    return [
        (key.replace("_", " "), written(value, key))
        for key, value in finding.evidence.items()
        if key not in ("figure", "table")
    ]


def written(value: Any, key: str = "") -> str:  # noqa: ANN401 - any JSON value
    """Return a value as text; numbers of cpu and memory, told by the key, with their unit.

    >>> written({"limit": 30, "pods": ["a", "b"]}), written(None), written(True)
    ('limit 30, pods a, b', 'not known', 'yes')
    >>> written(7820, "cpu_allocatable"), written(3226451968, "memory_left"), written({"resource": "cpu", "used": 5})
    ('7820m', '3077 MiB', 'resource cpu, used 5m')
    """
    if isinstance(value, dict):
        of = value.get("resource")
        named = [(name, written(item, of if isinstance(of, str) else name)) for name, item in value.items()]
        return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in named) or "none"
    if isinstance(value, list):
        mark = "; " if any(isinstance(item, dict | list) for item in value) else ", "
        return mark.join(written(item, key) for item in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _amount(value, key)
    return "not known" if value is None else str(value)


def _amount(value: int, key: str) -> str:
    """Return a whole number with the unit that its key tells: cpu in millicores, memory in MiB to one decimal."""
    if "cpu" in key:
        return f"{value}m"
    if "memory" not in key and "ephemeral-storage" not in key:
        return str(value)
    tenths = -(-abs(value) * 10 // 2**20)
    return f"{'-' if value < 0 else ''}{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} MiB"


def comparison(finding: Finding, *, collapsed: bool) -> Comparison | None:
    """Return the finding's table; collapsed: calm rows in one, and ten others at most. None where there is none."""
    table = finding.evidence.get("table")
    if not isinstance(table, dict):
        return None
    header, rows, statuses = (table.get(key) for key in ("columns", "rows", "status"))
    if not isinstance(header, list) or not header or not isinstance(rows, list):
        return None
    size = len(header)
    cells = [tuple(_cell(cell) for cell in [*row, *[""] * size][:size]) for row in rows if isinstance(row, list)]
    given = [str(status) for status in statuses] if isinstance(statuses, list) else []
    given = [*given, *[""] * len(cells)][: len(cells)]
    if collapsed:
        cells, given = _collapsed(cells, given)
    names = tuple(_cell(name) for name in header)
    return Comparison(columns=names, rows=tuple(cells), statuses=tuple(given)) if cells else None


def _collapsed(rows: list[tuple[str, ...]], statuses: list[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    calm = [i for i, status in enumerate(statuses) if status in ("pass", "skip")]
    calm = calm if len(calm) > 1 else []
    loud = [i for i in range(len(rows)) if i not in set(calm)]
    shown = [rows[i] for i in loud[:_ROWS]]
    given = [statuses[i] for i in loud[:_ROWS]]
    if len(loud) > _ROWS:
        shown.append((f"{len(loud) - _ROWS} more", *[""] * (len(rows[0]) - 1)))
        given.append("")
    if calm:
        columns = zip(*(rows[i][1:] for i in calm), strict=True)
        shown.append((f"{len(calm)} others", *(common(column) for column in columns)))
        given.append("pass")
    return shown, given


def common(cells: Sequence[str]) -> str:
    """Return what these cells have in common: the value, or lowest to highest of numbers in one unit.

    >>> common(["9", "16", "12"]), common(["30", "30"]), common(["58 %", "22 %"]), common(["fits", "-"])
    ('9-16', '30', '22-58 %', '')
    """
    if len(set(cells)) == 1:
        return cells[0]
    found = [NUMBER.fullmatch(cell) for cell in cells]
    numbers = sorted((match["number"] for match in found if match), key=float)
    units = {match["unit"] for match in found if match}
    return f"{numbers[0]}-{numbers[-1]}{units.pop()}" if len(numbers) == len(cells) and len(units) == 1 else ""


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return "" if value is None else written(value)
