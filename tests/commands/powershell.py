"""PowerShell's grammar, as far as it can be had without PowerShell: tree-sitter's, and how it takes words apart."""

from collections.abc import Iterator

import pytest

_QUOTES = "'\u2018\u2019\u201a\u201b"


def faults(source: str) -> list[str]:
    """Return what the grammar does not understand of a script or a line; none where it understands all."""
    tree_sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not installed: PowerShell was not parsed")
    grammar = pytest.importorskip("tree_sitter_powershell", reason="its grammar of PowerShell is not installed")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    text = (source + "\n").encode()

    def wrong(node: object) -> Iterator[str]:
        if node.type == "ERROR" or node.is_missing:  # type: ignore[attr-defined] # tree-sitter's Node
            yield text[node.start_byte : node.end_byte].decode()[:80] or node.type  # type: ignore[attr-defined] # as above
        for child in node.children:  # type: ignore[attr-defined] # as above
            yield from wrong(child)

    return list(wrong(parser.parse(text).root_node))


def words(line: str) -> list[str]:
    """Take a command apart as PowerShell's argument mode does, as far as our commands go (about_Quoting_Rules).

    Single quotes, typographic ones too, hold all but themselves; doubled they stand for one. AssertionError for
    anything outside of quotes that means something to it.
    """
    found: list[str] = []
    word: str | None = None
    at = 0
    while at < len(line):
        character = line[at]
        if character in _QUOTES:
            word, at = (word or "") + _quoted(line, at)[0], _quoted(line, at)[1]
        elif character.isspace():
            found += [word] if word is not None else []
            word, at = None, at + 1
        else:
            assert character not in '$`"@(){};,|&<#' or (character == "#" and word), f"{character!r} in {line}"
            word, at = (word or "") + character, at + 1
    return found + ([word] if word is not None else [])


def _quoted(line: str, start: int) -> tuple[str, int]:
    inside, at = "", start + 1
    while at < len(line):
        if line[at] not in _QUOTES:
            inside, at = inside + line[at], at + 1
        elif line[at + 1 : at + 2] and line[at + 1] in _QUOTES:
            inside, at = inside + line[at], at + 2
        else:
            return inside, at + 1
    raise AssertionError(f"a quote that does not close: {line}")
