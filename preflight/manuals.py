"""The manuals of the checks, fast: `explain` must be instant, and importing every check is not.

A pack may ship its manuals as `manuals.json` beside its checks, made from them by `as_json`; then explaining needs none
of its modules. A pack that ships none, or another version's, is imported. Our own file is kept current by a test.
"""

import importlib.util
import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preflight.definition import Check
    from preflight.facts import Fact

FILE = "manuals.json"


class Read(NamedTuple):
    """A fact that a check reads, and the right that takes; welcome ones a check can do without."""

    name: str
    right: str
    needed: bool


class Manual(NamedTuple):
    """What `explain` shows of one check. `text` is the whole docstring; thresholds map name to default."""

    id: str
    group: str
    stages: tuple[str, ...]
    title: str
    text: str
    reads: tuple[Read, ...]
    thresholds: dict[str, Any]


def manual(check: "Check", facts: "Mapping[str, Fact]") -> Manual:
    """Return the manual of a check; `facts` describes all that it reads."""
    return Manual(
        id=check.id,
        group=check.group,
        stages=check.stages,
        title=check.title,
        text=check.manual,
        reads=tuple(Read(name, facts[name].right, name in check.needed) for name in check.reads if name != "header"),
        thresholds=dict(check.thresholds),
    )


def as_json(manuals: "Iterable[Manual]", version: str) -> str:
    """Return the text of a pack's `manuals.json`, for the pack's version."""
    entries = [item._asdict() | {"reads": [read._asdict() for read in item.reads]} for item in manuals]
    return json.dumps({"version": version, "manuals": entries}, indent=1, ensure_ascii=False) + "\n"


def shipped(entry: EntryPoint) -> tuple[Manual, ...] | None:
    """Return the manuals that a pack ships, None where it has to be imported for them."""
    package = entry.value.partition(":")[0]
    try:
        found = importlib.util.find_spec(package)
        folder = Path((found.submodule_search_locations or [])[0]) if found else None
        document = json.loads((folder / FILE).read_text(encoding="utf-8")) if folder else {}
        if not entry.dist or document["version"] != entry.dist.version:
            return None
        return tuple(_manual(item) for item in document["manuals"])
    except (ImportError, IndexError, OSError, ValueError, KeyError, TypeError):
        return None


def _manual(item: dict[str, Any]) -> Manual:
    thresholds = {name: tuple(v) if isinstance(v, list) else v for name, v in item["thresholds"].items()}
    reads = tuple(Read(**read) for read in item["reads"])
    return Manual(**item | {"stages": tuple(item["stages"]), "reads": reads, "thresholds": thresholds})
