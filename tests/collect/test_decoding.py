"""Decoding drops what has no field, bears nulls everywhere, and never quotes what it refuses."""

import contextlib
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.collect.decoding import Undecodable, convert, decode
from preflight.facts import Node, ObjectMeta, Pod

NODE = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": "aks-data-0", "labels": {"agentpool": "data"}, "creationTimestamp": "2026-01-02T03:04:05Z"},
    "spec": {"taints": [{"key": "pool", "value": "data", "effect": "NoSchedule"}], "providerID": "azure:///x"},
    "status": {"allocatable": {"cpu": "3860m", "pods": "30"}},
}

REQUIRED = {("metadata",), ("spec", "taints", 0, "key"), ("spec", "taints", 0, "effect")}

CANARY = "canary-7f3a"


class Choice(msgspec.Struct):
    a: Literal["x", "y"]


def paths(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document, the document itself left out."""
    if isinstance(node, dict):
        children: Any = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    else:
        children = ()
    found = [(*path, key) for key, _ in children]
    return found + [deeper for key, child in children for deeper in paths(child, (*path, key))]


def with_null(node: Any, path: tuple[str | int, ...]) -> Any:
    copy = node.copy()
    copy[path[0]] = with_null(node[path[0]], path[1:]) if path[1:] else None
    return copy


def test_typed_fields_are_read_and_the_rest_is_dropped() -> None:
    node = decode(msgspec.json.encode(NODE | {"data": CANARY}), Node)
    assert node.metadata.labels == {"agentpool": "data"}
    assert node.spec.taints[0].value == "data"
    assert CANARY.encode() not in msgspec.json.encode(node)


@given(st.sampled_from(paths(NODE)))
def test_a_null_anywhere_reads_as_if_nothing_were_there(path: tuple[str | int, ...]) -> None:
    document = with_null(NODE, path)
    if path in REQUIRED:
        with pytest.raises(Undecodable, match="missing required field"):
            decode(msgspec.json.encode(document), Node)
    else:
        assert decode(msgspec.json.encode(document), Node) == convert(document, Node)


def test_bytes_and_parsed_documents_read_alike() -> None:
    assert decode(msgspec.json.encode(NODE), Node) == convert(NODE, Node)


def test_dates_that_yaml_made_of_instants_become_strings_again() -> None:
    meta = convert({"name": "x", "creationTimestamp": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}, ObjectMeta)
    assert meta.creation_timestamp == "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize(
    ("document", "type_", "message"),
    [
        ({"metadata": {"labels": {"a": 1}}}, Pod, "metadata.labels[...]: expected `str`, got `int`"),
        ({"metadata": [CANARY]}, Pod, "metadata: expected `object`, got `array`"),
        ([CANARY], Pod, "the document: expected `object`, got `array`"),
        ({"a": CANARY}, Choice, "a: invalid enum value"),
        ({"a": f"'{CANARY}"}, Choice, "a: invalid enum value"),
    ],
)
def test_the_message_names_place_and_expectation_but_no_value(document: object, type_: type, message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(msgspec.json.encode(document), type_)
    assert str(caught.value) == message
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Input data was truncated"),
        (b'{"metadata": ', "Input data was truncated"),
        (b'{"metadata": {"name": "\xff"}}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"metadata": {}} trailing', "JSON is malformed: trailing characters (byte 18)"),
    ],
)
def test_what_is_no_json_is_said_in_a_few_words(data: bytes, message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(data, Pod)
    assert str(caught.value) == message


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(Undecodable):
        decode(data, Pod)
