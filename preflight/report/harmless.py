"""Text from clusters, vaults and files made safe to show: the one place where every format gets it.

Whoever can name an object can write into our reports, so nothing from outside reaches a terminal, a log or a page
unless it came through here: no control sequence, no mark that reorders or hides text, no line a pipeline would obey,
no megabyte.
"""

import re
import unicodedata

STORED = 4_000
"""Characters of one text that a result keeps; the rest is cut, and said."""

_NOTE = 40
"""Room for the note on what was cut, so that a stored text is not cut a second time."""

NOT_PASTEABLE = "# a command is left out: a name in it cannot be shown as it is"

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor moves
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # titles, links: up to their end
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
# What a pipeline takes for an order to itself: Azure DevOps looks for `##vso[` and `##[` anywhere in a line, GitHub for
# `::word` at the start of one.
_ORDER = re.compile(r"#(?=#(?:vso)?\[)|(?<![^\s]):(?=:[A-Za-z])", re.IGNORECASE)
# Cc control, Cf invisible and reordering marks, Co private use, Cs lone surrogates, Cn never assigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_ASCII = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u2192": "->",
    }
)


def storable(text: str, limit: int = STORED) -> str:
    """Return the text as a result may keep it: lone surrogates replaced, cut to about `limit` characters.

    >>> storable("abcdef", limit=3)
    'abc... (6 characters)'
    """
    if len(text) > limit:
        text = f"{text[:limit]}... ({len(text)} characters)"
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def line(text: str) -> str:
    r"""Return the text as one line that can only be read: no escape, no hidden mark, no order to a pipeline.

    >>> line("a\x1b[31m red\nname \u202e ##vso[task.complete]")
    'a red name # #vso[task.complete]'
    """
    text = _ANSI.sub("", storable(text, STORED + _NOTE))
    if not text.isascii() or not text.isprintable():
        text = "".join(_seen(character) for character in text)
    return disarmed(" ".join(text.split()))


def pasteable(command: str, *, powershell: bool = False) -> bool:
    r"""Tell whether a command can be shown as it is: shown otherwise, it would be another command.

    So it would be in PowerShell where a name holds what Windows takes apart after PowerShell's quotes are gone: double
    quotes in any program's words, and what cmd acts on in those of az, which is a batch file there.

    >>> pasteable("az aks show -n a"), pasteable("echo '\x1b[1m'"), pasteable("az aks show -n 'a&b'", powershell=True)
    (True, False, False)
    """
    if powershell and re.search(r"[\"%&|<>^!]" if command.startswith("az ") else r"\"|\\'", command):
        return False
    return bool(command) and line(command) == command


def disarmed(text: str) -> str:
    """Return the text with orders to a pipeline broken by a space.

    >>> disarmed("::error::x, fe80::1")
    ': :error::x, fe80::1'
    """
    return _ORDER.sub(lambda found: found.group() + " ", text)


def ascii_only(text: str) -> str:
    r"""Return the text in ASCII: quotes, dashes and arrows by their look, anything else escaped.

    >>> ascii_only("caf\u00e9 \u2192 \u201cok\u201d")
    'caf\\xe9 -> "ok"'
    """
    return text if text.isascii() else text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def columns(text: str) -> int:
    r"""Return how many terminal columns a line takes: two for wide characters, none for combining marks.

    >>> columns("a\u0301\u6f22")
    3
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def padded(text: str, width: int) -> str:
    """Return the line filled up with spaces to `width` columns."""
    return text + " " * (width - columns(text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character
