"""Words of a command as the two shells read them: nothing that stands in a name becomes a command of its own. Pure."""

import re
import shlex
from collections.abc import Callable
from typing import NamedTuple

from preflight.model import Commands

Words = tuple[str, ...]

_POWERSHELL_QUOTES = re.compile("['\u2018-\u201b]")
"""PowerShell takes typographic quotes for single quotes too."""


class Into(NamedTuple):
    """A command whose output goes into a file."""

    words: Words
    file: str


class Note(NamedTuple):
    """A line that says something and does nothing, for both shells; a line of plain text."""

    text: str


def commands(*lines: Words | Into | Note) -> Commands:
    """Write commands for both shells. Words come from files and are quoted, so none can become a command of its own.

    >>> commands(("az", "role", "definition", "list", "--name", "Key Vault Secrets User")).powershell
    ("az role definition list --name 'Key Vault Secrets User'",)
    """
    return Commands(
        bash=tuple(_line(line, shlex.quote) for line in lines),
        powershell=tuple(_line(line, powershell_word) for line in lines),
    )


def words_of(line: str) -> Words:
    """Return the words of a line that `commands` wrote for bash; none of a note, nor of what bash would not read.

    >>> words_of("kubectl delete secret 'a b'")
    ('kubectl', 'delete', 'secret', 'a b')
    """
    if line.lstrip().startswith("#"):
        return ()
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()


def _line(line: Words | Into | Note, quoted: Callable[[str], str]) -> str:
    if isinstance(line, Note):
        return "# " + " ".join(line.text.split())
    if isinstance(line, Into):
        return f"{' '.join(map(quoted, line.words))} > {quoted(line.file)}"
    return " ".join(map(quoted, line))


def powershell_word(word: str) -> str:
    """Quote a word for PowerShell, as `shlex.quote` does for bash."""
    # What bash takes as it is PowerShell does too, but for a leading @, for commas, which make a list, and for options
    # with their value: it passes -a.yaml on as two words.
    plain = word == shlex.quote(word) and not word.startswith("@") and "," not in word
    if plain and not re.match(r"-.*[.:=]", word):
        return word
    return "'" + _POWERSHELL_QUOTES.sub(r"\g<0>\g<0>", word) + "'"
