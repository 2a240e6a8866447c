"""A dictionary of names put to work on texts, and on whatever holds texts."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from preflight.pseudonyms.places import Place, is_key_of_the_api, is_of_the_api

_WORD = re.compile(r"[A-Za-z0-9]+")
_ENDS = re.compile(r"^[^A-Za-z0-9]*|[^A-Za-z0-9]*$")
_ORDINAL = re.compile(r"[a-z]+-[0-9]+")


class Dictionary:
    """Replaces names wherever they stand as whole words; of names within names the longest counts.

    >>> Dictionary({"aks-acme": "cluster-1", "kv-acme": "vault-1"})("https://kv-acme.vault.azure.net, kv-acme2")
    'https://vault-1.vault.azure.net, kv-acme2'
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = {core(name): core(other) for name, other in names.items()}
        self._longest = max((len(_WORD.findall(name)) for name in self._names), default=0)
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Return the text with every name in it replaced."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._replaced(text)
        return found

    def _replaced(self, text: str) -> str:
        words = [match.span() for match in _WORD.finditer(text)]
        parts, done, index = [], 0, 0
        while index < len(words):
            start = words[index][0]
            for last in range(min(index + self._longest, len(words)) - 1, index - 1, -1):
                end = words[last][1]
                other = self._names.get(text[start:end])
                if other is not None and not _is_of_a_set(text, start, end):
                    parts += [text[done:start], other]
                    done, index = end, last
                    break
            index += 1
        return "".join([*parts, text[done:]])


def _is_of_a_set(text: str, start: int, end: int) -> bool:
    """Tell whether `data-0` is the end of a StatefulSet's pod, `elasticsearch-data-0`, and no node of that name."""
    return text[max(start - 1, 0) : start] == "-" and _ORDINAL.fullmatch(text[start:end]) is not None


def core(name: str) -> str:
    """Return a name from its first letter or digit to its last."""
    return _ENDS.sub("", name)


def rewritten(value: Any, dictionary: Dictionary) -> Any:  # noqa: ANN401 - a struct or any JSON value
    """Return the value with every text in it, keys of maps included, as the dictionary has it.

    What a struct's field holds that is no name but a word of its API stays.
    """
    return _rewritten(value, dictionary, ("", ""))


def _rewritten(value: Any, dictionary: Dictionary, place: Place) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, str):
        return value if is_of_the_api(place, value) else dictionary(value)
    if isinstance(value, msgspec.Struct):
        changes = {}
        for field in value.__struct_fields__:
            old = getattr(value, field)
            new = _rewritten(old, dictionary, (type(value).__name__, field))
            if new is not old and new != old:
                changes[field] = new
        return msgspec.structs.replace(value, **changes) if changes else value
    if isinstance(value, dict):
        return {
            key if is_key_of_the_api(key) else _rewritten(key, dictionary, place): _rewritten(item, dictionary, place)
            for key, item in value.items()
        }
    if isinstance(value, (tuple, list)):
        return type(value)(_rewritten(item, dictionary, place) for item in value)
    return value
