"""Every az command that anything of ours can print or run: those in texts, and those made by `az` and `az_aks`."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_FOLDERS = ("preflight", "checks")
_SUFFIXES = {".py", ".sh", ".ps1", ".md", ".jinja", ".yaml"}

# `az` as a program, up to where the command ends in a sentence, a line of a script, or its quotes.
_IN_TEXT = re.compile(r"(?<![\w./$-])az (?=([a-z][^`;|]*))")
# The scripts' own function takes the command after a name and a query in quotes.
_IN_SCRIPT = re.compile(r"\bazure \w+ '[^']*' ([a-z][^\n|]*)")
# The facts' own commands are written without the program.
_IN_FACTS = re.compile(r'f?"((?:aks|identity|keyvault|lock|network|rest|role|vmss) [a-z-][^"]*)"')
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-z])(?![\w-])")
_ENDS = re.compile(r"[.,:)\"'](?:\s|$)|\s(?:then|and|or|2>|<)\s|\)")
KINDS = ("secret", "certificate")


class Use(NamedTuple):
    """A command: where it stands, its words up to the first option, and the options it is given.

    `whole` tells that nothing else is given, so that what is required can be asked for.
    """

    where: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    whole: bool = False


def files() -> Iterator[Path]:
    yield ROOT / "README.md"
    for folder in _FOLDERS:
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in _SUFFIXES)


def uses() -> Iterator[Use]:
    """Yield all of them."""
    for path in files():
        where = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        yield from _in_text(where, text)
        if path.suffix == ".py":
            yield from _made(where, ast.parse(text))


def _in_text(where: str, text: str) -> Iterator[Use]:
    is_script = where.endswith((".sh", ".ps1"))
    lines = text.replace("\\\n", " ").splitlines() if is_script else [" ".join(text.split())]
    for line in lines:
        for pattern in (_IN_TEXT, _IN_SCRIPT, *([_IN_FACTS] if where.endswith("facts/table.py") else [])):
            for found in pattern.finditer(line):
                yield from _said(where, found[1])


def _said(where: str, command: str) -> Iterator[Use]:
    """Take a command apart that stands in a sentence: it ends with its sentence or clause."""
    ended = _ENDS.search(command)
    command = command[: ended.start()] if ended else command
    words = re.sub(r'"[^"]*"?', " ", command).split() if " " in command else [command]
    first = next((i for i, word in enumerate(words) if word.startswith(("-", "$", "@"))), len(words))
    for kind in KINDS:
        named = tuple(word.replace("{kind}", kind).replace("{singular}", kind) for word in words[:first])
        yield Use(where, named, tuple(_OPTION.findall(" ".join(words[first:]))))


def _made(where: str, tree: ast.AST) -> Iterator[Use]:
    """Yield what is made by `az("verb", option=...)` and `az_aks("verb", cluster, option=...)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if node.func.id not in ("az", "az_aks"):
            continue
        verb = _text(node.args[0])
        if verb is None or (verb.endswith("{}") and not verb.startswith("keyvault ")):
            continue
        given = {f"--{keyword.arg.replace('_', '-')}" for keyword in node.keywords if keyword.arg}
        if node.func.id == "az_aks":
            verb = f"aks {verb}"
            given |= {"--name", "--resource-group", "--subscription"}
        whole = all(keyword.arg for keyword in node.keywords)
        for kind in KINDS:
            yield Use(where, tuple(verb.replace("{}", kind).split()), tuple(sorted(given)), whole)


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def verb_of(words: tuple[str, ...], table: Collection[str]) -> str | None:
    """Return the longest beginning of the words that is a command, None where none is."""
    beginnings = (" ".join(words[:size]) for size in range(len(words), 0, -1))
    return next((beginning for beginning in beginnings if beginning in table), None)
