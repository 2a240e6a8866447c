"""YAML into JSON text, event by event: no tree is built, so depth, aliases and size stay bounded.

Only what kubectl and az print is understood: plain scalars are null, true, false, a number or else a string (an instant
stays a string), tags are ignored, `<<` is an ordinary key. An alias repeats the JSON text of its anchor, and the whole
may grow only so far: that is what defuses a file whose aliases multiply.
"""

import re
from collections.abc import Iterator

import msgspec
import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_NODES = 10_000_000
"""Of one document: 256 MiB of what kubectl prints; they take half a minute."""

_MAX_DEPTH = 100
_MAX_GROWTH = 8  # JSON of plain YAML is about as long; a character takes six as \u0000
_ROOM = 1 << 20  # small files may use an alias or two freely

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), b"null"),
    **dict.fromkeys(("true", "True", "TRUE"), b"true"),
    **dict.fromkeys(("false", "False", "FALSE"), b"false"),
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class NotYaml(ValueError):  # noqa: N818 - the caller says of which file
    """The text is no YAML that we read; the message names the line and quotes nothing of the content."""


def documents(text: bytes) -> Iterator[tuple[int, bytes]]:
    r"""Yield (line, JSON text) of each YAML document that holds anything; lines count from 1. Raises NotYaml.

    >>> list(documents(b"a: 1\n---\n- x: yes\n"))
    [(1, b'{"a":1}'), (2, b'[{"x":"yes"}]')]
    """
    writer = _Writer(_MAX_GROWTH * len(text) + _ROOM)
    line = 1
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                line = _line(event)
                writer.begin()
            elif isinstance(event, yaml.DocumentEndEvent):
                if writer.out != b"null":
                    yield line, bytes(writer.out)
            elif isinstance(event, yaml.NodeEvent):
                writer.node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                writer.close()
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}" if error.problem_mark else f"the document at line {line}"
        raise NotYaml(f"{place}: {error.problem}") from None
    except yaml.YAMLError:
        raise NotYaml(f"the document at line {line}: a character that YAML does not allow") from None


class _Writer:
    """The JSON text so far, and which collections are open."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.begin()

    def begin(self) -> None:
        """Start a document: anchors of the one before are forgotten."""
        self.out = bytearray()
        self.open: list[tuple[bool, str | None, int]] = []  # is it a mapping, its anchor, where it starts
        self.counts: list[int] = []  # how many nodes each has; keys count too
        self.anchors: dict[str, bytes] = {}
        self.nodes = 0

    def node(self, event: yaml.NodeEvent) -> None:
        """Write one node, or the opening of one."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise NotYaml(f"line {_line(event)}: more than {MAX_NODES} nodes; use JSON, which is read faster")
        is_key = self._separate()
        start = len(self.out)
        if isinstance(event, yaml.AliasEvent):
            self.out += self._anchored(event, is_key=is_key)
        elif isinstance(event, yaml.ScalarEvent):
            self.out += _string(event.value) if is_key or not _is_plain(event) else _plain(event.value)
            if event.anchor:
                self.anchors[event.anchor] = bytes(self.out[start:])
        else:
            if is_key:
                raise NotYaml(f"line {_line(event)}: a key that is no scalar")
            if len(self.open) == _MAX_DEPTH:
                raise NotYaml(f"line {_line(event)}: nested deeper than {_MAX_DEPTH} levels")
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self.open.append((is_mapping, event.anchor, start))
            self.counts.append(0)
            self.out += b"{" if is_mapping else b"["

    def close(self) -> None:
        """Write the end of the innermost collection."""
        is_mapping, anchor, start = self.open.pop()
        self.counts.pop()
        self.out += b"}" if is_mapping else b"]"
        if anchor:
            self.anchors[anchor] = bytes(self.out[start:])

    def _separate(self) -> bool:
        """Write what stands before the next node; return whether that node is a key."""
        if not self.open:
            return False
        is_mapping, count = self.open[-1][0], self.counts[-1]
        self.counts[-1] += 1
        if is_mapping and count % 2:
            self.out += b":"
            return False
        if count:
            self.out += b","
        return is_mapping

    def _anchored(self, event: yaml.AliasEvent, *, is_key: bool) -> bytes:
        line = _line(event)
        text = self.anchors.get(event.anchor or "")
        if text is None:
            raise NotYaml(f"line {line}: an alias of nothing that is complete above it")
        if is_key and not text.startswith(b'"'):
            raise NotYaml(f"line {line}: a key that is no string")
        if len(self.out) + len(text) > self.limit:
            raise NotYaml(f"line {line}: its aliases repeat so much that the document grows beyond {self.limit} bytes")
        return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _is_plain(event: yaml.ScalarEvent) -> bool:
    return bool(event.implicit[0])


def _plain(value: str) -> bytes:
    word = _WORDS.get(value)
    if word is not None:
        return word
    return value.encode() if _NUMBER.fullmatch(value) else _string(value)


def _string(value: str) -> bytes:
    return msgspec.json.encode(value)
