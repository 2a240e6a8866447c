"""Helm values: the files and `--set` merged as Helm merges them, then trimmed to what this tool may hold.

`KNOWN` and `SIZING` are the whole of what is kept, and of most of it only that it is set. What Helm does was measured
with Helm 3.20: maps merge, anything else replaces, null stays (it deletes the chart's default), `--set` comes last.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from preflight.collect.known_paths import KNOWN, SIZING
from preflight.collect.set_syntax import apply_set
from preflight.collect.yaml_positions import Tree, read_yaml
from preflight.errors import InputError
from preflight.facts.plan import Setting, Values

MAX_SETTINGS = 20_000
"""An alias is cheap to read and dear to spell out; a real plan has a few hundred settings."""
MAX_NAME = 253
"""The longest name Kubernetes allows; nothing longer is held."""

_PLACEHOLDER = re.compile(
    r"\$\{[\w.:-]+\}|#\{[^{}]*\}#?|\$\([\w.-]+\)|\{\{[^{}]*\}\}|<[^<>]*>|%[\w.]+%|@[\w.]+@|\$[A-Za-z_][\w.]*|__\w+__"
)
_NAME = re.compile(r"[A-Za-z0-9 ._:/-]*")


def read_values(files: Sequence[tuple[str, bytes]], sets: Sequence[str] = (), tokens: Sequence[str] = ()) -> Values:
    """Merge values files (shown name, content; later wins) and `--set` texts, and keep what `KNOWN` allows.

    `tokens` are regular expressions of a pipeline's placeholders: settings that hold one are of kind token.
    Raises InputError with file and line for what Helm could not read, UsageError for a bad `--set`.
    """
    merged = Tree(kind="map", value={})
    for name, data in files:
        document = read_yaml(data, name, tokens)
        if document is None:
            continue
        if document.kind != "map":
            raise InputError(f"{name}:{document.line}: a values file is a map at the top; this is a {document.kind}")
        merged = _merged(merged, document)
    for text in sets:
        merged = apply_set(merged, text)
    return _trimmed(merged, "files", tuple(name for name, _ in files))


def read_values_files(paths: Sequence[Path], sets: Sequence[str] = (), tokens: Sequence[str] = ()) -> Values:
    """Read the files and merge them; see `read_values`. Raises InputError for a file that cannot be read."""
    files = []
    for path in paths:
        try:
            files.append((str(path), path.read_bytes()))
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return read_values(files, sets, tokens)


def settings_of(document: Mapping[str, object], *, source: Literal["files", "release"] = "release") -> Values:
    """Trim values that are parsed already, such as a release's `config`: the same rules, and no positions."""
    return _trimmed(_tree(document), source, ())


def _merged(below: Tree, above: Tree) -> Tree:
    """Maps merge; anything else replaces. The line of a merged map is the later file's."""
    if below.kind != "map" or above.kind != "map":
        return above
    members = dict(below.members)
    for key, value in above.members.items():
        members[key] = _merged(members[key], value) if key in members else value
    return replace(above, value=members, repeated=below.repeated + above.repeated)


def _tree(document: object) -> Tree:
    """Wrap parsed JSON."""
    match document:
        case Mapping():
            return Tree(kind="map", value={str(key): _tree(value) for key, value in document.items()})
        case list() | tuple():
            return Tree(kind="list", value=tuple(_tree(value) for value in document))
        case bool():
            return Tree(kind="boolean", value=str(document).lower())
        case int() | float():
            return Tree(kind="number", value=str(document))
        case None:
            return Tree(kind="null", value="")
        case _:
            return Tree(kind="string", value=str(document))


# --- trimming ---


@dataclass(frozen=True, kw_only=True)
class _Known:
    """A step of the known paths: by key, `*` for any. `text`: a scalar here is a name, an id or a switch.

    `names`: entries we do not know are kept by name, for spelling suggestions.
    """

    below: "dict[str, _Known]" = field(default_factory=dict)
    text: bool = False
    names: bool = False


_UNKNOWN = _Known()


def _known(lines: Iterable[str]) -> _Known:
    tree: dict[str, object] = {}
    for line in lines:
        step = tree
        for part in line.rstrip("!?").split("."):
            step = step.setdefault(part.replace("~", "."), {})  # type: ignore[assignment] # a dict of dicts all the way
        step[line[-1]] = line[-1]

    def frozen(step: dict[str, object]) -> _Known:
        below = {key: frozen(value) for key, value in step.items() if isinstance(value, dict)}
        return _Known(below=below, text="!" not in step and not below, names="?" in step)

    return frozen(tree)


_ROOT = _known(KNOWN)


def _trimmed(tree: Tree, source: Literal["files", "release"], files: tuple[str, ...]) -> Values:
    kept: list[Setting] = []
    repeated: list[Setting] = []

    def walk(here: Tree, known: _Known, path: tuple[str | int, ...]) -> None:
        if len(kept) > MAX_SETTINGS:
            raise InputError(_too_many(here))
        for name, line in here.repeated:
            if name in known.below or "*" in known.below or known.names:
                again = here.members.get(name)
                kind = again.kind if again else "null"
                repeated.append(Setting(path=(*path, name), kind=kind, file=here.file, line=line))
        children: list[tuple[str | int, Tree]] = [*here.members.items(), *enumerate(here.items)]
        for key, child in children:
            step = known.below.get(str(key)) or known.below.get("*") or (_UNKNOWN if known.names else None)
            if step is None:
                continue
            kept.append(
                Setting(
                    path=(*path, key),
                    kind=child.kind,
                    empty=child.empty,
                    text=_held(child) if step.text else None,
                    file=child.file,
                    line=child.line,
                )
            )
            walk(child, step, (*path, key))

    walk(tree, _ROOT, ())
    return Values(
        source=source, settings=tuple(kept), files=files, repeated=tuple(repeated), sizing=tuple(_sizing(tree))
    )


def _sizing(tree: Tree) -> list[Setting]:
    """Find `SIZING` wherever it stands. Whether a node has any below it is asked once, however many aliases it has."""
    found: list[Setting] = []
    seen: dict[int, bool] = {}

    def holds(here: Tree) -> bool:
        if id(here) not in seen:
            children = (*here.members.values(), *here.items)
            seen[id(here)] = not SIZING.isdisjoint(here.members) or any(holds(child) for child in children)
        return seen[id(here)]

    def walk(here: Tree, path: tuple[str | int, ...]) -> None:
        if len(found) > MAX_SETTINGS:
            raise InputError(_too_many(here))
        children: list[tuple[str | int, Tree]] = [*here.members.items(), *enumerate(here.items)]
        for key, child in children:
            if key in SIZING:
                found.append(
                    Setting(path=(*path, key), kind=child.kind, empty=child.empty, file=child.file, line=child.line)
                )
            elif holds(child):
                walk(child, (*path, key))

    walk(tree, ())
    return found


def _too_many(here: Tree) -> str:
    return f"{here.file or 'values'}:{here.line or 1}: more than {MAX_SETTINGS} settings, aliases counted"


def _held(tree: Tree) -> str | None:
    """The scalar's text if it could be a name or a placeholder for one; a pasted password mostly could not."""
    if not isinstance(tree.value, str) or tree.kind in ("null", "token") or len(tree.value) > MAX_NAME:
        return None
    return tree.value if _NAME.fullmatch(_PLACEHOLDER.sub("", tree.value)) else None
