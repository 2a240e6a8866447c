"""How two values relate, told from keyed digests: whoever holds these holds no value.

The key is made for one comparison and forgotten with it, so a digest says nothing afterwards.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote_to_bytes

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

_PLAINEST: tuple[Relation, ...] = ("equal", "line break", "encoding")
_HASHES = {
    "rabbit_password_hashing_sha256": hashlib.sha256,
    "rabbit_password_hashing_sha512": hashlib.sha512,
    "rabbit_password_hashing_md5": hashlib.md5,
}
"""RabbitMQ's own: base64 of a salt of four bytes and the hash of salt and password (rabbitmq.com/docs/passwords)."""
_SALT = 4


def follows(rule: str, password: bytes, value: bytes, key: bytes) -> Relation:
    """Return how `value` relates to what it should be by the rule, given the password: the best of all it may be.

    Neo4j takes `/true` after the password, which makes people change it; a space is `+` or `%20` in a URL. A definition
    without users changes nobody's password; one that was exported holds hashes, which are compared as RabbitMQ does.
    """
    if rule == LOAD_DEFINITION:
        return _defines(value, password, key)
    if rule == NEO4J_AUTH:
        return _closest(value, (b"neo4j/" + password, b"neo4j/" + password + b"/true"), key)
    return _closest(value, (quote(password, safe="").encode(), quote_plus(password, safe="").encode()), key)


def _closest(value: bytes, others: Iterable[bytes], key: bytes) -> Relation:
    sealed = seal(value, key)
    found = {relation(sealed, seal(other, key)) for other in others}
    return next((one for one in _PLAINEST if one in found), "different")


def _defines(definition: bytes, password: bytes, key: bytes) -> Relation:
    try:
        document = json.loads(definition)
    except (ValueError, RecursionError):
        return "different"
    if not isinstance(document, Mapping):
        return "different"
    listed = document.get("users") or []
    users = [user for user in listed if isinstance(user, Mapping)] if isinstance(listed, list) else []
    if any(_is_hash_of(user, password) for user in users) or not listed:
        return "equal"
    plain = (user.get("password") for user in users)
    return _closest(password, (text.encode("utf-8", "replace") for text in plain if isinstance(text, str)), key)


def _is_hash_of(user: Mapping[str, object], password: bytes) -> bool:
    algorithm = user.get("hashing_algorithm", "rabbit_password_hashing_sha256")
    try:
        salted = base64.b64decode(str(user.get("password_hash") or ""), validate=True)
    except ValueError:
        return False
    hashed = _HASHES.get(str(algorithm))
    salt, kept = salted[:_SALT], salted[_SALT:]
    return hashed is not None and hmac.compare_digest(hashed(salt + password, usedforsecurity=False).digest(), kept)


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
