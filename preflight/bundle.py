"""A snapshot as a file and back: the only code that knows the format.

One JSON document, indented and in a defined order, so that an administrator can read it before it leaves:

    {"schema": "cluedin-preflight/bundle/1", "header": {...}, "counts": {"nodes": 7, ...}, "parts": {"nodes": 412, ...},
     "facts": {"nodes": [...], "vault": {...}}, "missing": {"cluster": {"reason": "...", "why": "refused"}}}

A fact this version does not know is ignored; a fact the file lacks is `Missing`; a newer format is refused. `parts` are
all members and elements of a fact, however deep: where some were taken out, what is left would look like health (a pod
without containers needs nothing), so that fact is `Missing` too.
"""

import gzip
import re
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from preflight.errors import InputError
from preflight.facts import Fact, Header, Missing, Snapshot, instant

SCHEMA_PREFIX = "cluedin-preflight/bundle/"
VERSION = 1
_GZIP_MAGIC = b"\x1f\x8b"
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_LONGEST = 300
"""Characters of a complaint about JSON."""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    schema: str
    header: Header
    counts: dict[str, int]
    parts: dict[str, int] = {}
    facts: dict[str, msgspec.Raw]
    missing: dict[str, Missing]


class _Label(msgspec.Struct, frozen=True, kw_only=True):
    schema: str


def encode(snapshot: Snapshot, *, compress: bool = False) -> bytes:
    """Return the snapshot as the bytes of a bundle, ending in a newline; the same snapshot gives the same bytes."""
    present = {name: value for name, value in sorted(snapshot.facts.items()) if not isinstance(value, Missing)}
    facts = {name: msgspec.json.encode(value) for name, value in present.items()}
    document = {
        "schema": f"{SCHEMA_PREFIX}{VERSION}",
        "header": snapshot.header,
        "counts": {name: count(value) for name, value in present.items()},
        "parts": {name: parts(text) for name, text in facts.items()},
        "facts": {name: msgspec.Raw(text) for name, text in facts.items()},
        "missing": {name: value for name, value in sorted(snapshot.facts.items()) if isinstance(value, Missing)},
    }
    text = msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
    # mtime 0: two bundles of one snapshot are byte-identical, compressed or not.
    return gzip.compress(text, mtime=0) if compress else text


def decode(data: bytes, name: str, facts: Mapping[str, Fact]) -> Snapshot:
    """Read the bytes of a bundle called `name`. Raises InputError in one sentence where they are damaged or too new."""
    try:
        text = gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{name}: the bundle is cut off or damaged (its gzip stream does not end)") from None
    _refuse_other_versions(text, name)
    file = _decoded(text, _File, f"{name}: the bundle is damaged")
    try:
        instant(file.header.collected_at)
    except ValueError:
        raise InputError(f"{name}: the bundle is damaged: header.collected_at is no instant") from None
    values: dict[str, Any] = dict(file.missing)
    for fact, raw in file.facts.items():
        if fact not in facts:
            continue
        if fact in file.missing:
            raise InputError(f"{name}: the bundle is damaged: it holds {fact} and calls them missing")
        complaint = f"{name}: the bundle is damaged: facts.{fact}"
        values[fact] = _decoded(raw, facts[fact].type, complaint)
        if file.counts.get(fact) != count(values[fact]):
            raise InputError(
                f"{name}: the bundle is damaged: it announces {file.counts.get(fact, 'no')} {fact} "
                f"and holds {count(values[fact])}"
            )
        held, announced = parts(bytes(raw)), file.parts.get(fact, 0)
        if held < announced:
            reason = f"something was taken out of it: the bundle announces {announced} parts and holds {held}"
            values[fact] = Missing(reason=reason, why="partial")
    taken_out = Missing(reason="the bundle announces it and does not hold it")
    absent = Missing(reason=f"not collected by version {file.header.tool_version}", why="not-given")
    for fact in facts.keys() - values.keys():
        values[fact] = taken_out if fact in file.counts else absent
    return Snapshot(header=file.header, facts={fact: values[fact] for fact in facts})


def count(value: Any) -> int:  # noqa: ANN401 - any fact's value
    """Return how many things a fact holds: the length of a list or of its `items`, else 1.

    >>> count(("a", "b"))
    2
    """
    items = getattr(value, "items", value)
    return len(items) if isinstance(items, (tuple, list)) else 1


def parts(text: bytes) -> int:
    """Return how many members and elements a JSON value has, those of its members and elements included.

    A comma stands before every one but the first of its object or list; strings, where it means nothing, are taken out.

    >>> parts(b'[{"name": "a, b", "labels": {"x": "1", "y": "2"}, "taints": []}]')
    6
    """
    marks = _STRING.sub(b"0", text).translate(None, b" \t\r\n")
    opened = marks.count(b"{") + marks.count(b"[") - marks.count(b"{}") - marks.count(b"[]")
    return opened + marks.count(b",")


def _decoded(text: bytes | msgspec.Raw, type: Any, complaint: str) -> Any:  # noqa: ANN401 - any fact's type
    """Read JSON. What is no JSON, no UTF-8, or nested beyond reason raises InputError, `complaint` first."""
    try:
        return msgspec.json.decode(text, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = str(error)
        if len(said) > _LONGEST:
            # It quotes what it found; the place is at its end.
            said = f"{said[: _LONGEST // 2]} ... {said[-_LONGEST // 2 :]}"
        raise InputError(f"{complaint}: {said}") from None
    except RecursionError:
        raise InputError(f"{complaint}: nested too deeply") from None


def _refuse_other_versions(text: bytes, name: str) -> None:
    schema = _decoded(text, _Label, f"{name}: the bundle is cut off or damaged").schema
    version = schema.removeprefix(SCHEMA_PREFIX)
    if version == schema or not re.fullmatch(r"[1-9][0-9]{0,8}", version):
        raise InputError(f"{name}: this is no bundle: its schema is not {SCHEMA_PREFIX}{VERSION}")
    if int(version) > VERSION:
        raise InputError(
            f"{name}: this bundle has format {version}, newer than format {VERSION} which this version reads; "
            "update cluedin-preflight"
        )
