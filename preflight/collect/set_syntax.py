"""Helm's `--set`: `a.b=1,c[0].d=x,e={x,y},f=null` put into a tree of values.

Dots part map keys, `[n]` list entries, commas assignments; a backslash takes the next character as it is. Measured
with Helm 3.20, whose own limits are kept: 30 levels of keys, list positions up to 65536.
"""

from dataclasses import dataclass, replace

from preflight.collect.yaml_positions import Tree
from preflight.errors import UsageError

MAX_INDEX = 65536
MAX_LEVEL = 30
_INT64 = range(-(2**63), 2**63)

Part = str | int


def apply_set(tree: Tree, text: str) -> Tree:
    """Return the tree with the assignments of one `--set` made. Raises UsageError, which never quotes a value."""
    for path, value in _Reading(text=text).assignments():
        if path[0] != "":
            tree = _put(tree, path, value, path)
    return tree


def _refused(path: tuple[Part, ...], why: str) -> UsageError:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return UsageError(f"--set {shown}: {why}" if shown else f"--set: {why}")


def _put(tree: Tree | None, path: tuple[Part, ...], value: Tree, whole: tuple[Part, ...]) -> Tree:
    """Return the tree with the value at the path; maps and lists on the way are made where nothing stands yet."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    here = whole[: len(whole) - len(rest)]
    if isinstance(part, str):
        if tree is not None and tree.kind != "map":
            raise _refused(here, f"the values hold a {tree.kind} where this needs a map")
        base = tree or Tree(kind="map", value={})
        below = base.members.get(part)
        return replace(base, value={**base.members, part: _put(below, rest, value, whole)})
    if tree is not None and tree.kind != "list":
        raise _refused(here, f"the values hold a {tree.kind} where this needs a list")
    items = tree.items if tree else ()
    null = Tree(kind="null", value="")
    items = (*items, *[null] * (part + 1 - len(items)))
    below = items[part] if items[part].kind != "null" else None
    if rest and isinstance(rest[0], str) and below is not None and below.kind != "map":
        below = None  # Helm replaces a list entry that is no map
    changed = (*items[:part], _put(below, rest, value, whole), *items[part + 1 :])
    return replace(tree, value=changed) if tree else Tree(kind="list", value=changed)


@dataclass(kw_only=True)
class _Reading:
    text: str
    at: int = 0

    def until(self, stops: str) -> tuple[str, str]:
        """Read up to one of the stops and over it; return what was read and the stop, empty at the end."""
        read: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character in stops:
                return "".join(read), character
            if character == "\\":
                if self.at == len(self.text):
                    break
                character = self.text[self.at]
                self.at += 1
            read.append(character)
        return "".join(read), ""

    def assignments(self) -> list[tuple[tuple[Part, ...], Tree]]:
        made = []
        while self.at < len(self.text):
            path = self.path()
            made.append((path, self.value()))
        return made

    def path(self) -> tuple[Part, ...]:
        """Read a path up to its equals sign."""
        path: tuple[Part, ...] = ()
        while True:
            key, stop = self.until("=[,.")
            path = (*path, key)
            if len(path) > MAX_LEVEL:
                raise _refused((), f"nested deeper than {MAX_LEVEL} keys")
            while stop == "[":
                path = (*path, self.index(path))
                behind, stop = self.until("[.=")
                if behind:
                    raise _refused(path, "expected ., [ or = behind the ]")
            if stop == "=":
                if "" in path[1:]:
                    raise _refused(path, "a key between the dots is missing")
                return path
            if stop in (",", ""):
                raise _refused(path, "has no value; expected KEY=VALUE")

    def index(self, path: tuple[Part, ...]) -> int:
        digits, stop = self.until("]")
        if not stop or not digits.isascii() or not digits.removeprefix("-").isdigit():
            raise _refused(path, "expected a number between [ and ]")
        if not 0 <= int(digits[:7]) <= MAX_INDEX:
            raise _refused(path, f"a list position is 0 to {MAX_INDEX}")
        return int(digits)

    def value(self) -> Tree:
        if not self.text.startswith("{", self.at):
            return _scalar(self.until(",")[0])
        self.at += 1
        items = []
        while True:
            item, stop = self.until(",}")
            if not stop:
                raise _refused((), "a list must end with }")
            items.append(_scalar(item))
            if stop == "}":
                if self.text.startswith(",", self.at):
                    self.at += 1
                return Tree(kind="list", value=tuple(items))


def _scalar(text: str) -> Tree:
    """Type a value as Helm does: booleans, null and whole numbers; all else, `012` and `1.5` included, is a string."""
    if text.lower() in ("true", "false"):
        return Tree(kind="boolean", value=text.lower())
    if text.lower() == "null":
        return Tree(kind="null", value="")
    digits = text.removeprefix("-").removeprefix("+") if text[:1] in "+-" else text
    whole = digits.isascii() and digits.isdigit() and len(digits) <= 19  # noqa: PLR2004 - the digits of 2**63
    if text == "0" or (whole and text[0] != "0" and int(text) in _INT64):
        return Tree(kind="number", value=text)
    return Tree(kind="string", value=text)
