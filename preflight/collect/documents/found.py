"""What one thing in a text was recognised as."""

import re
from typing import NamedTuple

import msgspec

from preflight.collect.documents.peeking import string

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")


class Found(NamedTuple):
    """One thing in a text.

    `what` is the name of its fact, or `agent_pools`, `namespaces`, `api_groups`, `operator_scopes`, `helm_releases`,
    `bundle` or `result`. It is empty for what is not used: then `reason` says why, and `known` that it is a dump all
    the same. `raw` is its JSON text, None for an empty list of that kind; `is_table`: it is the whole table that the
    server makes of a list. `cut` says that there is more of the kind than this text holds. `at` is when the text was
    made, where it says so. `place` is where in the text it stands.
    """

    what: str
    raw: msgspec.Raw | None = None
    place: str = ""
    reason: str = ""
    known: bool = False
    is_table: bool = False
    cut: str = ""
    at: str | None = None


def unread(place: str, reason: str) -> Found:
    """A dump that we know and have no use for: harmless, even where somebody named the file."""
    return Found("", place=place, reason=reason, known=True)


def unusable(place: str, reason: str) -> Found:
    """What is no dump, or none that says anything."""
    return Found("", place=place, reason=reason)


def in_brackets(raw: msgspec.Raw | None) -> str:
    """Return a word of the text in brackets; nothing unless it is one plain word, so that nothing else is echoed."""
    word = string(raw)
    return f" ({word})" if word and _WORD.fullmatch(word) else ""


def safe(kind: str) -> str:
    """Return the name of a kind, where it is one plain word."""
    return kind if _WORD.fullmatch(kind) else "this kind"
