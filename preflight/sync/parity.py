"""How two values relate, told from keyed digests: whoever holds these holds no value.

The key is made for one comparison and forgotten with it, so a digest says nothing afterwards.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from preflight.facts.parity import Relation

_LINE_BREAKS = b"\r\n"


def new_key() -> bytes:
    """Return a key for one comparison."""
    return secrets.token_bytes(32)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The digests of a value: as it is, without line breaks at its end, and as it would be in other encodings."""

    exact: bytes
    bare: bytes
    others: frozenset[bytes]


def seal(value: bytes, key: bytes) -> Sealed:
    """Return the digests of a value under a key."""
    bare = value.rstrip(_LINE_BREAKS)
    return Sealed(
        exact=_digest(value, key),
        bare=_digest(bare, key),
        others=frozenset(_digest(other, key) for other in _encodings(bare)),
    )


def relation(vault: Sealed, cluster: Sealed) -> Relation:
    """Return how two values sealed with one key relate."""
    if hmac.compare_digest(vault.exact, cluster.exact):
        return "equal"
    if hmac.compare_digest(vault.bare, cluster.bare):
        return "line break"
    if cluster.bare in vault.others or vault.bare in cluster.others:
        return "encoding"
    return "different"


def _digest(value: bytes, key: bytes) -> bytes:
    return hmac.new(key, value, hashlib.sha256).digest()


def _encodings(value: bytes) -> Iterator[bytes]:
    yield base64.b64encode(value)
    yield b"\xef\xbb\xbf" + value
    text = value.decode("utf-8", "replace")
    yield quote(text, safe="").encode()
    yield text.encode("utf-16")
    yield text.encode("utf-16-le")
    yield unquote_to_bytes(value)
    try:
        yield base64.b64decode(value, validate=True)
    except binascii.Error:
        return


# --- values that follow from another one, all in the vault ---

NEO4J_AUTH = "neo4j/ and the password"
NEO4J_ENCODED = "the password, URL-encoded"
LOAD_DEFINITION = "the password of a user in the definition"


def follows(rule: str, password: bytes, value: bytes) -> bytes:
    """Return what `value` should be by the rule, given the password: the value itself where the definition agrees.

    >>> follows(NEO4J_AUTH, b"a+b", b"")
    b'neo4j/a+b'
    >>> follows(NEO4J_ENCODED, b"a+b", b"")
    b'a%2Bb'
    """
    if rule == NEO4J_AUTH:
        return b"neo4j/" + password
    if rule == NEO4J_ENCODED:
        return quote(password, safe="").encode()
    return value if password.decode("utf-8", "replace") in _passwords(value) else password


def _passwords(definition: bytes) -> tuple[str, ...]:
    try:
        document = json.loads(definition)
    except (ValueError, RecursionError):
        return ()
    users = document.get("users") if isinstance(document, Mapping) else None
    found = (
        (user.get("password") for user in users or () if isinstance(user, Mapping)) if isinstance(users, list) else ()
    )
    return tuple(password for password in found if isinstance(password, str))


RULES = (
    (("cluedin-neo4j-auth", "NEO4J_AUTH"), ("cluedin-neo4j-secrets", "neo4j-password"), NEO4J_AUTH),
    (("cluedin-neo4j-secrets", "neo4j-password-encoded"), ("cluedin-neo4j-secrets", "neo4j-password"), NEO4J_ENCODED),
    (
        ("cluedin-rabbitmq-load-definition", "load_definition.json"),
        ("cluedin-rabbitmq", "rabbitmq-password"),
        LOAD_DEFINITION,
    ),
)
"""(Secret, key) that follows, (Secret, key) that it follows from, and by which rule."""
