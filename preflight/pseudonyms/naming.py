"""The pseudonym of each name."""

import re
from collections.abc import Collection, Iterable, Mapping

from preflight.pseudonyms.texts import core

_GUID_TAIL = 12
_USUAL = re.compile(r"[A-Za-z0-9._/\\@# -]")
_USUAL_OF_VAULTS = re.compile(r"[A-Za-z0-9-]")
_EXTENSION = re.compile(r"\.(json|ya?ml|zip|gz|txt|log)$", re.IGNORECASE)


def named(kinds: Mapping[str, Mapping[str, str]], texts: Collection[str]) -> dict[str, str]:
    """Return the pseudonym of each name, as {pseudonym: name}; none of them stands in the `texts` already.

    Numbers follow the order of the names, so whatever is sorted by name keeps its order. Spellings of one name that
    differ in capitals get one number and differ in capitals too.
    """
    everything = "\n".join(texts).lower()
    pseudonyms: dict[str, str] = {}
    for kind, names in sorted(kinds.items()):
        ordered = sorted({name.lower() for name in names})
        width = _GUID_TAIL if kind == "guid" else len(str(len(ordered)))
        stem = _free_stem(kind, everything)
        numbers = {name: f"{stem}{number:0{width}}" for number, name in enumerate(ordered, 1)}
        if kind == "node":
            numbers = _with_pools(numbers, names)
        spellings: dict[str, int] = {}
        for name in sorted(names):
            small = name.lower()
            plain = _made(kind, name, numbers[small])
            if core(name) == core(small):
                pseudonyms[plain] = name
                continue
            spellings[small] = spellings.get(small, 0) + 1
            pseudonyms[_in_capitals(plain, spellings[small])] = name
    return pseudonyms


def _free_stem(kind: str, texts: str) -> str:
    """Return what stands before the numbers of a kind: so that with any number behind it, it is in none of the texts.

    >>> _free_stem("vault", "kv-acme, vault-2"), _free_stem("node", "aks-acme-1")
    ('vaultx-', 'n')
    """
    if kind == "guid":
        stems = (f"{letter * 8}-0000-4000-8000-" for letter in "abcdef")
        return next((stem for stem in stems if stem not in texts), "abcdefab-0000-4000-8000-")
    stem, end = ("n", "") if kind == "node" else (kind, "-")
    while re.search(rf"(?<![a-z0-9]){stem}[^a-z0-9\s]*[0-9]+(?![a-z0-9])", texts):
        stem += "x"
    return stem + end


def _with_pools(numbers: Mapping[str, str], pools: Mapping[str, str]) -> dict[str, str]:
    """Put its pool before a node's number where that keeps the order, as it does with the names that AKS gives.

    >>> _with_pools({"aks-a-1": "n1", "aks-b-2": "n2"}, {"aks-a-1": "data", "aks-b-2": "ui"})
    {'aks-a-1': 'data-n1', 'aks-b-2': 'ui-n2'}
    >>> _with_pools({"one": "n1", "two": "n2"}, {"one": "ui", "two": "data"})
    {'one': 'n1-ui', 'two': 'n2-data'}
    """
    pool_of = {name.lower(): pool.lower() or "node" for name, pool in pools.items()}
    first = {name: f"{pool_of[name]}-{number}" for name, number in numbers.items()}
    if sorted(first.values()) == list(first.values()):
        return first
    return {name: f"{number}-{pool_of[name]}" for name, number in numbers.items()}


def _made(kind: str, name: str, number: str) -> str:
    """Return a name's pseudonym in small letters, with what checks go by: its oddities, whether it is a domain."""
    odd = "".join(dict.fromkeys((_USUAL_OF_VAULTS if kind == "vault" else _USUAL).sub("", core(name))))
    if odd:
        number = re.sub(r"-?(?=[0-9]+$)", lambda _: odd, number, count=1)
    if kind == "user" and "@" in name:
        return f"{number}@users.example"
    if kind == "tenant" and "." in name:
        return f"{number}.example"
    extension = _EXTENSION.search(name) if kind == "file" else None
    return f"{number}{extension[0].lower()}" if extension else number


def _in_capitals(plain: str, count: int) -> str:
    """Return the spelling of this count: its bits say which letters are capitals.

    >>> _in_capitals("vault-1", 1), _in_capitals("vault-1", 2), _in_capitals("vault-1", 3)
    ('Vault-1', 'vAult-1', 'VAult-1')
    """
    letters: Iterable[int] = (index for index, letter in enumerate(plain) if letter.isalpha())
    capitals = {index for bit, index in enumerate(letters) if count >> bit & 1}
    return "".join(letter.upper() if index in capitals else letter for index, letter in enumerate(plain))
