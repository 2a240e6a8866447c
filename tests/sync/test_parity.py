import base64
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preflight.sync.parity import LOAD_DEFINITION, NEO4J_AUTH, NEO4J_ENCODED, Sealed, follows, new_key, relation, seal

KEY = new_key()
HASHED = '{"users": [{"name": "cluedin", "password_hash": "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"}]}'
"""The example of RabbitMQ's guide to passwords, for `test12`."""
MD5 = (
    '{"users": [{"password_hash": "ytUIm8s3AnKsXQjptplKFytfVxI=", "hashing_algorithm": "rabbit_password_hashing_md5"}]}'
)
"""The one its older guide gave, for `simon`."""


def related(one: bytes, other: bytes) -> str:
    return relation(seal(one, KEY), seal(other, KEY))


@given(st.binary())
def test_a_value_equals_itself_and_a_line_break_is_told(value: bytes) -> None:
    assert related(value, value) == "equal"
    assert related(value, value + b"\n") == "line break"
    assert related(value + b"\r\n", value) == "line break"


@given(st.binary(), st.binary())
def test_unrelated_values_differ_from_both_sides_alike(one: bytes, other: bytes) -> None:
    assert related(one, other) == related(other, one)


@given(st.text(min_size=1))
def test_encodings_are_told(text: str) -> None:
    plain = text.encode("utf-8", "ignore")
    assume(plain and not plain.endswith((b"\n", b"\r")))
    for other in (base64.b64encode(plain), b"\xef\xbb\xbf" + plain, plain.decode().encode("utf-16-le")):
        if other != plain and not other.endswith((b"\n", b"\r")):
            assert related(plain, other) == "encoding"
            assert related(other, plain) in ("encoding", "equal", "line break")


def test_what_is_sealed_holds_no_value_and_means_nothing_under_another_key() -> None:
    value = b"canary-of-parity"
    assert value not in repr(seal(value, KEY)).encode()
    assert seal(value, KEY) != seal(value, new_key())
    assert isinstance(seal(value, KEY), Sealed)


@pytest.mark.parametrize(
    ("rule", "password", "value", "expected"),
    [
        (NEO4J_AUTH, "a+b", "neo4j/a+b", "equal"),
        (NEO4J_AUTH, "a+b", "neo4j/a+b/true", "equal"),
        (NEO4J_AUTH, "a+b", "neo4j/a+b\n", "line break"),
        (NEO4J_AUTH, "a+b\n", "neo4j/a+b", "line break"),
        (NEO4J_AUTH, "a+b", "neo4j/a%2Bb", "encoding"),
        (NEO4J_AUTH, "a+b", "a+b", "different"),
        (NEO4J_AUTH, "a+b", "Neo4j/a+b", "different"),
        (NEO4J_ENCODED, "a+b/c", quote("a+b/c", safe=""), "equal"),
        (NEO4J_ENCODED, "plain", "plain", "equal"),
        (NEO4J_ENCODED, "a b", "a+b", "equal"),
        (NEO4J_ENCODED, "a b", "a%20b", "equal"),
        (NEO4J_ENCODED, "a+b/c", "a+b/c", "encoding"),
        (NEO4J_ENCODED, "a+b", "other", "different"),
        (LOAD_DEFINITION, "p", '{"users": [{"name": "x"}, {"name": "cluedin", "password": "p"}]}', "equal"),
        (LOAD_DEFINITION, "p\n", '{"users": [{"password": "p"}]}', "line break"),
        (LOAD_DEFINITION, "q", '{"users": [{"password": "p"}]}', "different"),
        (LOAD_DEFINITION, "q", '{"vhosts": [{"name": "/"}]}', "equal"),
        (LOAD_DEFINITION, "q", '{"users": []}', "equal"),
        (LOAD_DEFINITION, "test12", HASHED, "equal"),
        (LOAD_DEFINITION, "test13", HASHED, "different"),
        (LOAD_DEFINITION, "simon", MD5, "equal"),
        (LOAD_DEFINITION, "q", '{"users": [{"password_hash": "!"}, {"password_hash": 5}, {}]}', "different"),
    ],
)
def test_what_follows_from_a_password(rule: str, password: str, value: str, expected: str) -> None:
    assert follows(rule, password.encode(), value.encode(), KEY) == expected


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"users": 5}', b'{"users": [1]}', b"[" * 100_000, b"\xff\x00"])
def test_a_definition_that_is_none_agrees_with_nothing(broken: bytes) -> None:
    assert follows(LOAD_DEFINITION, b"q", broken, KEY) == "different"
