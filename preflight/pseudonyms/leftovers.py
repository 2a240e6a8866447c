"""Names that stand in a text in other capitals, or within a longer word: as telling there as by themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping

from preflight.pseudonyms.kept import stays
from preflight.pseudonyms.texts import core

_SHORTEST = 5
"""Letters of a name that is looked for within words: shorter ones stand in words by chance."""
_WORD_BEFORE = re.compile(rb"[A-Za-z0-9]*\Z")
_WORD_AFTER = re.compile(rb"[A-Za-z0-9]*")
_LONGEST = 64
"""How far a word is followed from a name in it."""


def leftovers(names: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Return what is left of the names in texts that are pseudonymised by them, as names of their own with their kinds.

    >>> leftovers({"contoso": "namespace"}, ["pod namespace-1/contosoapp-0", "CONTOSO is full"])
    {'contosoapp': 'name', 'CONTOSO': 'namespace'}
    """
    everything = "\n".join(texts).encode(errors="surrogatepass")
    small = everything.lower()
    found: dict[str, str] = {}
    for name, kind in names.items():
        needle = core(name).encode(errors="surrogatepass").lower()
        for start, end in _standing(needle, small):
            whole = everything[start:end].decode(errors="replace")
            if end - start > len(needle):
                if len(needle) >= _SHORTEST and not stays(whole):
                    found.setdefault(whole, "name")
            elif whole != core(name):
                found.setdefault(whole, kind)
    return {name: kind for name, kind in found.items() if name not in names}


def _standing(needle: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the words begin and end that the needle stands in."""
    place = text.find(needle) if needle else -1
    while place >= 0:
        end = place + len(needle)
        before = _WORD_BEFORE.search(text, max(place - _LONGEST, 0), place)
        after = _WORD_AFTER.match(text, end, end + _LONGEST)
        if before and after:
            yield before.start(), after.end()
        place = text.find(needle, end)
