import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preflight.sync.parity import LOAD_DEFINITION, NEO4J_AUTH, NEO4J_ENCODED, Sealed, follows, new_key, relation, seal

KEY = new_key()


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


def test_what_follows_from_a_password() -> None:
    assert follows(NEO4J_AUTH, b"a+b", b"") == b"neo4j/a+b"
    assert follows(NEO4J_ENCODED, b"a+b/c", b"") == quote("a+b/c", safe="").encode()
    definition = json.dumps({"users": [{"name": "x"}, {"name": "cluedin", "password": "p"}]}).encode()
    assert follows(LOAD_DEFINITION, b"p", definition) == definition
    assert follows(LOAD_DEFINITION, b"q", definition) == b"q"


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"users": 5}', b'{"users": [1]}', b"[" * 100_000])
def test_a_definition_that_is_none_agrees_with_nothing(broken: bytes) -> None:
    assert follows(LOAD_DEFINITION, b"q", broken) == b"q"
