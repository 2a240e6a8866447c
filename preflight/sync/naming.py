"""Names: what Azure and Kubernetes allow, and the article's convention for the objects of one Secret.

Legality: azure.md 6.1 (Key Vault documentation) and Kubernetes' own rules. Convention: the Secret
`cluedin-login-details` {username, password} is filled from `cluedin-login-username` and `cluedin-login-password`.
"""

import re
from collections.abc import Callable, Sequence

Rule = Callable[[str], str | None]
"""A name to why it is not allowed, None when it is."""

MAX_OBJECT = 127
MAX_SUBDOMAIN = 253
MAX_KEY = 253

_VAULT = re.compile(r"[A-Za-z](-?[A-Za-z0-9])*")
_OBJECT = re.compile(r"[0-9A-Za-z-]+")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_GENERIC = frozenset(["details", "secret", "secrets", "credentials", "creds", "auth"])
_ROLES = (
    frozenset(["password", "pass", "pwd", "passwd"]),
    frozenset(["username", "user", "login", "loginname"]),
    frozenset(["host", "hostname", "server"]),
    frozenset(["port", "hostport"]),
)
"""Words that say what a value is; a key of one row that reads an object of another is crossed."""


def vault_fault(name: str) -> str | None:
    """Why this is no vault name, None when it is one: 3-24 letters, digits and single hyphens, a letter first."""
    if not 3 <= len(name) <= 24:  # noqa: PLR2004 - the rule
        return f"it has {len(name)} characters; a vault's name has 3 to 24"
    if not _VAULT.fullmatch(name):
        return "a vault's name is letters, digits and single hyphens, begins with a letter and ends with no hyphen"
    return None


def object_fault(name: str) -> str | None:
    """Why this is no name of a vault secret or certificate: 1-127 letters, digits and hyphens."""
    if len(name) > MAX_OBJECT:
        return f"it has {len(name)} characters; a vault object's name has at most {MAX_OBJECT}"
    if not _OBJECT.fullmatch(name):
        return f"{_strange(name, _OBJECT)} is not allowed; a vault object's name is letters, digits and hyphens"
    return None


def subdomain_fault(name: str) -> str | None:
    """Why this is no DNS subdomain, the rule for names of Secrets and classes."""
    if len(name) > MAX_SUBDOMAIN:
        return f"it has {len(name)} characters; at most {MAX_SUBDOMAIN} are allowed"
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        return (
            "a Kubernetes name is small letters, digits, hyphens and dots, each part beginning and ending with neither"
        )
    return None


def key_fault(name: str) -> str | None:
    """Why this is no key of a Secret."""
    if len(name) > MAX_KEY:
        return f"it has {len(name)} characters; at most {MAX_KEY} are allowed"
    if not _KEY.fullmatch(name) or name == "." or name.startswith(".."):
        return "a Secret's key is letters, digits, hyphens, underscores and dots, not only dots"
    return None


def _strange(name: str, allowed: re.Pattern[str]) -> str:
    character = next((item for item in name if not allowed.fullmatch(item)), "")
    names = {"_": "an underscore", ".": "a dot", " ": "a space", "": "an empty name", "/": "a slash", ":": "a colon"}
    return names.get(character, "a character of it")


# --- the convention ---


def words(name: str) -> list[str]:
    """Split a name into small words: at hyphens, dots, underscores and where a capital follows a small letter.

    >>> words("EmailHostPort"), words("cluedin-login-username")
    (['email', 'host', 'port'], ['cluedin', 'login', 'username'])
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return [word for word in re.split(r"[-._]+", parted.lower()) if word]


def shared_words(names: Sequence[str]) -> list[str]:
    """The whole words with which all names begin, at least one word of each left over."""
    parted = [words(name) for name in names]
    shared = []
    for position in zip(*(item[:-1] for item in parted), strict=False):
        if len(set(position)) > 1:
            break
        shared.append(position[0])
    return shared


def tells(tail: Sequence[str], key: str) -> bool:
    """Whether the rest of an object's name says which key it is for: a word of one stands within the other.

    >>> tells(["enc", "password"], "neo4j-password-encoded"), tells(["ssl"], "EmailEnableSsl")
    (True, True)
    """
    object_text, key_text = "".join(tail), "".join(words(key))
    return any(word in key_text for word in tail if len(word) > 1) or any(
        word in object_text for word in words(key) if len(word) > 1
    )


def role(parts: Sequence[str]) -> int | None:
    """What a value is, by the last word that says it: the row of `_ROLES`, None when no word does.

    >>> role(["cluedin", "login", "username"]) == role(["user"])
    True
    """
    for part in reversed(parts):
        for row, names in enumerate(_ROLES):
            if part in names or any(len(name) > 3 and part.endswith(name) for name in names):  # noqa: PLR2004 - whole words
                return row
    return None


def expected_names(secret: str, objects: dict[str, str], prefix: str) -> dict[str, str]:
    """The names the convention would give to each key's object: the Secret's words without generic ones, then the key.

    >>> expected_names("cluedin-login-details", {"Username": "x", "Password": "y"}, "cluedin")["Username"]
    'cluedin-login-username'
    """
    begin = words(prefix)
    stem = [word for word in words(secret) if word not in _GENERIC] or words(secret)
    keeping = [name for name in objects.values() if words(name)[: len(begin)] == begin]
    agreed = shared_words(keeping)
    if len(keeping) > 1 and len(agreed) > len(begin):
        stem = agreed
    if stem[: len(begin)] != begin:
        stem = [*begin, *stem]
    names = {}
    for key in objects:
        rest = words(key)
        while len(rest) > 1 and rest[0] in stem:
            rest = rest[1:]
        names[key] = "-".join([*stem, *rest])
    return names


def off_convention(objects: dict[str, str], prefix: str) -> str | None:
    """Why the objects of one Secret (key to object) leave the convention, None when they keep it."""
    begin = words(prefix)
    outside = sorted({name for name in objects.values() if words(name)[: len(begin)] != begin})
    if outside:
        return f"{', '.join(outside)} {'does' if len(outside) == 1 else 'do'} not begin with {prefix}-"
    crossed = _crossed(objects)
    if crossed:
        return crossed
    names = sorted(set(objects.values()))
    if len(names) < 2:  # noqa: PLR2004 - one object has nobody to share with
        return None
    shared = shared_words(names)
    if len(shared) <= len(begin):
        return f"{', '.join(names)} share no words beyond {prefix or 'their first'}"
    mute = sorted(key for key, name in objects.items() if not tells(words(name)[len(shared) :], key))
    if mute:
        return f"the object of {', '.join(mute)} does not say which key it is for"
    return None


def _crossed(objects: dict[str, str]) -> str | None:
    """A key that reads what another key's name calls for."""
    for key, name in objects.items():
        mine, theirs = role(words(key)), role(words(name))
        if mine is not None and theirs is not None and mine != theirs and not tells(words(name)[-1:], key):
            return f"{key} reads {name}, which is named for something else"
    return None


def feeding_two(objects: dict[str, str]) -> list[tuple[str, str, str]]:
    """Objects that feed two different keys of one Secret without saying both: (object, key, key)."""
    found, by_object = [], dict[str, str]()
    for key, name in objects.items():
        other = by_object.setdefault(name.lower(), key)
        tail = words(name)[1:]
        if other != key and not (tells(tail, key) and tells(tail, other)):
            found.append((name, other, key))
    return found


def one_letter_apart(one: str, other: str) -> bool:
    """Whether the names differ by one letter added, dropped or replaced, or two swapped; a digit does not count.

    >>> one_letter_apart("cluedin-pasword", "cluedin-password"), one_letter_apart("kv-1", "kv-2")
    (True, False)
    """
    one, other = one.lower(), other.lower()
    if one == other or abs(len(one) - len(other)) > 1 or re.sub(r"\d", "", one) == re.sub(r"\d", "", other):
        return False
    start = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped
