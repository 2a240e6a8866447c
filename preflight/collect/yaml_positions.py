"""YAML as Helm reads it, with the line of every key: a tree of frozen nodes, bounded in bytes, depth and nodes.

Helm parses with sigs.k8s.io/yaml, which is YAML 1.1 in the reading of go-yaml v2: `y`, `on` and `no` are booleans, a
later duplicate key wins, merge keys act where they stand, only the first document counts. Each of these was measured
with Helm 3.20. PyYAML gives us the events only, so no object is ever constructed from a tag.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import yaml

from preflight.errors import InputError
from preflight.facts.plan import Kind
from preflight.sync.scalars import NO_JSON, TRUE, plain_kind

MAX_BYTES = 4 * 2**20
"""A values file is kilobytes; Helm could not store more than 1 MiB of it in a release."""
MAX_NODES = 200_000
MAX_DEPTH = 100
_SMALL = 1_000  # spelled-out values that may repeat each other as they like

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PLACEHOLDER = "to-be-filled-in-by-a-pipeline"
_YAML_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One node. `value` is a dict, a tuple or the scalar's text; `line` is that of its key or list entry, from 1.

    `repeated` names the keys of a map that were set before by the same map, with the line of the lost ones.
    """

    kind: Kind
    value: "dict[str, Tree] | tuple[Tree, ...] | str"
    file: str | None = None
    line: int | None = None
    repeated: tuple[tuple[str, int], ...] = ()

    @property
    def members(self) -> "dict[str, Tree]":
        """The entries of a map; of anything else: none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "tuple[Tree, ...]":
        """The entries of a list; of anything else: none."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def empty(self) -> bool:
        """True for null, the empty string, the empty map and the empty list."""
        return self.kind == "null" or (self.kind in ("map", "list", "string") and not self.value)


def read_yaml(data: bytes, file: str, tokens: Sequence[str] = ()) -> Tree | None:
    """Return the first document of the bytes, None when it is empty.

    `tokens` are regular expressions of placeholders that a pipeline fills in before Helm reads the file; they are
    found in the text, because `tenantId: #{Tenant}#` is a comment to YAML, and a scalar holding one is of kind token.
    Raises InputError as `file:line: what is wrong`; the message never quotes the file.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{file}:1: {len(data) / 2**20:.1f} MiB is too much; at most {MAX_BYTES // 2**20} MiB is read")
    text = _decoded(data, file)
    for token in tokens:
        text = re.sub(token, _PLACEHOLDER, text)
    builder = _Builder(file=file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark  # C and Python marks are alike
        line = mark.line + 1 if mark else 1
        why = (error.problem or "").strip()
        # libyaml's own words are fixed phrases; whatever quotes the file is left out
        said = f": {why}" if why and not re.search(r"['\"]", why) else ""
        raise InputError(f"{file}:{line}: this is not valid YAML{said}") from None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise InputError(f"{file}:{line}: a control character stands here; YAML does not allow it") from None
    return builder.document


def _decoded(data: bytes, file: str) -> str:
    """Text of UTF-8, or of UTF-16 with a byte order mark (older PowerShell writes it)."""
    if data.startswith(b"\x1f\x8b"):
        raise InputError(f"{file}:1: this is gzip, not YAML; unpack it first")
    encoding, mark = next(((name, bom) for bom, name in _BOMS if data.startswith(bom)), ("utf-8", b""))
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "ignore")
        shown = encoding.removesuffix("-le").removesuffix("-be").upper()
        raise InputError(f"{file}:{before.count(chr(10)) + 1}: these bytes are not {shown}; save it as UTF-8") from None


@dataclass(kw_only=True)
class _Open:
    """A map or list under construction."""

    line: int
    is_map: bool
    anchor: str | None = None
    size: int = 1
    members: dict[str, Tree] = field(default_factory=dict)
    items: list[Tree] = field(default_factory=list)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    key: str | None = None
    key_line: int = 0
    merges: bool = False


@dataclass(kw_only=True)
class _Builder:
    """Turn events into a tree with a stack of our own: no recursion, so depth is ours to bound.

    `nodes` counts what is written, `sizes` what an anchor holds with every alias spelled out; both count the keys.
    """

    file: str
    document: Tree | None = None
    nodes: int = 0
    documents: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Tree | _Open] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def refuse(self, line: int, why: str) -> NoReturn:
        raise InputError(f"{self.file}:{line}: {why}")

    def take(self, event: yaml.Event) -> None:
        mark: Any = event.start_mark  # the parser sets it on every event
        line = mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event, line)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(str(event.anchor), line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()

    def count(self, line: int, more: int = 1) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            self.refuse(line, f"more than {MAX_NODES} values; this is no values file")

    def open(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self.count(line)
        if self.stack and self.stack[-1].is_map and self.stack[-1].key is None and not self.stack[-1].merges:
            self.refuse(line, "a map or list cannot be a key")
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(line, f"nested deeper than {MAX_DEPTH} levels")
        opened = _Open(line=line, is_map=isinstance(event, yaml.MappingStartEvent), anchor=event.anchor)
        if event.anchor:
            self.anchors[event.anchor] = opened
        self.stack.append(opened)

    def close(self) -> None:
        done = self.stack.pop()
        tree = Tree(
            kind="map" if done.is_map else "list",
            value=done.members if done.is_map else tuple(done.items),
            file=self.file,
            line=done.line,
            repeated=tuple(done.repeated),
        )
        if done.anchor and self.anchors[done.anchor] is done:
            self.anchors[done.anchor] = tree
            self.sizes[done.anchor] = done.size
        self.add(tree, done.line, done.size)

    def alias(self, anchor: str, line: int) -> None:
        if anchor not in self.anchors:
            self.refuse(line, "this alias names an anchor that is not defined above it")
        tree = self.anchors[anchor]
        if isinstance(tree, _Open):
            self.refuse(line, "this anchor contains itself")
        self.count(line)
        self.add(tree, line, 1 + self.sizes[anchor])

    def scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self.count(line)
        kind = _kind(event)
        if kind is None:
            self.refuse(line, "Helm cannot read infinity or not-a-number")
        inside = self.stack[-1] if self.stack else None
        if inside and inside.is_map and inside.key is None and not inside.merges:
            self.key(inside, event, kind, line)
            return
        tree = Tree(kind=kind, value="" if kind in ("null", "token") else event.value, file=self.file, line=line)
        if event.anchor:
            self.anchors[event.anchor] = tree
            self.sizes[event.anchor] = 1
        self.add(tree, line, 1)

    def key(self, inside: _Open, event: yaml.ScalarEvent, kind: Kind, line: int) -> None:
        inside.key_line = line
        inside.size += 1
        if event.value == "<<" and not event.style and event.tag is None:
            inside.merges = True
            return
        if kind == "null":
            self.refuse(line, "a key is missing before the colon, or it is null")
        inside.key = _key(event.value, kind)
        if inside.key in inside.own:
            inside.repeated.append((inside.key, inside.members[inside.key].line or line))
        inside.own.add(inside.key)
        if event.anchor:
            self.anchors[event.anchor] = Tree(kind=kind, value=event.value, file=self.file, line=line)
            self.sizes[event.anchor] = 1

    def add(self, tree: Tree, line: int, size: int) -> None:
        """Put a finished node where it belongs."""
        if not self.stack:
            if self.documents == 1:
                if _is_excessive(self.nodes, size):
                    self.refuse(line, "its aliases repeat too much; Helm refuses such a file")
                self.document = None if tree.kind == "null" else tree
            elif tree.kind != "null":
                self.refuse(line, "a second YAML document starts here; Helm reads only the first")
            return
        inside = self.stack[-1]
        inside.size += size
        if not inside.is_map:
            inside.items.append(replace(tree, line=line) if tree.line != line else tree)
        elif inside.merges:
            inside.merges = False
            self.merge(inside, tree)
        elif inside.key is None:
            self.refuse(line, "a map or list cannot be a key")
        else:
            inside.members[inside.key] = replace(tree, line=inside.key_line)
            inside.key = None

    def merge(self, inside: _Open, tree: Tree) -> None:
        """Helm's reader lets a merge override what stands above it; of several maps the earlier wins."""
        for source in reversed(tree.items) if tree.kind == "list" else (tree,):
            if source.kind != "map":
                self.refuse(inside.key_line, "<< merges a map, or a list of maps")
            self.count(inside.key_line, len(source.members))
            inside.members.update(source.members)


def _is_excessive(written: int, spelled_out: int) -> bool:
    """Tell whether too much of a document is repetition: the rule of Helm's YAML reader (go-yaml, `allowedAliasRatio`).

    Of up to 400,000 values 99 % may come from aliases, of 4,000,000 and more 10 %, in between in proportion.
    """
    repeated = spelled_out - written
    beyond = min(max((spelled_out - 400_000) / 3_600_000, 0.0), 1.0)
    return spelled_out > _SMALL and repeated > spelled_out * (0.99 - 0.89 * beyond)


def _kind(event: yaml.ScalarEvent) -> Kind | None:
    """How Helm reads a scalar; None for what JSON cannot hold."""
    text, tag = event.value, event.tag
    if _PLACEHOLDER in text:
        return "token"
    if tag is not None:
        named: dict[str, Kind] = {"int": "number", "float": "number", "bool": "boolean", "null": "null"}
        return named.get(tag.removeprefix(_YAML_TAG), "string") if tag.startswith(_YAML_TAG) else "string"
    if event.style:
        return "string"
    return None if NO_JSON.fullmatch(text) else plain_kind(text)


def _key(text: str, kind: Kind) -> str:
    """A key is a string in the end: booleans as true and false, whole numbers in decimal."""
    if kind == "boolean":
        return "true" if text in TRUE else "false"
    if kind == "number":
        plain = text.replace("_", "")
        for base in (10, 0):
            try:
                return str(int(plain, base) if base == 0 or plain.lstrip("+-")[:1] != "0" else int(plain, 8))
            except ValueError:
                continue
    return text
