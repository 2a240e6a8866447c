"""Bytes or parsed documents into the trimmed structs of `preflight.facts`: what has no field is never held.

Typed decoding comes first: it is fast and drops everything else while reading. Where it refuses a document because of
nulls (`labels: null`, `items: null` and `creationTimestamp: null` are how Go prints what is not there), the document is
read generically, its nulls are dropped, and what is left is converted.
"""

import re
from datetime import date
from typing import TypeVar

import msgspec

T = TypeVar("T")

_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>.*)`)?", re.DOTALL)
_QUOTED_VALUE = re.compile(r"(?<=enum value) .*", re.DOTALL)


class Undecodable(ValueError):  # noqa: N818 - the caller says what the document is, and what follows from this
    """A document is not what it should be. The message tells the place and what was expected, never the value found."""


def decode(data: bytes, type_: type[T]) -> T:
    """Return the JSON text `data` as `type_`, dropping what has no field. Raises Undecodable.

    >>> decode(b'{"name": "cluedin", "labels": null, "data": {"password": "x"}}', facts.ObjectMeta)
    ObjectMeta(name='cluedin', ...)
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError:
        return convert(_parsed(data), type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(error) from None


def convert(document: object, type_: type[T]) -> T:
    """Return a parsed JSON or YAML document as `type_`, dropping nulls and what has no field. Raises Undecodable.

    Instants that a YAML reader has turned into dates become strings again.
    """
    try:
        return msgspec.convert(_without_nulls(document), type_)
    except msgspec.ValidationError as error:
        raise Undecodable(_explained(str(error))) from None
    except RecursionError as error:
        raise _malformed(error) from None


def _parsed(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(error) from None


def _without_nulls(node: object) -> object:
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    if isinstance(node, list | tuple):
        return [_without_nulls(value) for value in node if value is not None]
    if isinstance(node, date):
        return node.isoformat()
    return node


def _malformed(error: Exception) -> Undecodable:
    if isinstance(error, RecursionError):
        return Undecodable("nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return Undecodable("not UTF-8")
    return Undecodable(str(error))


def _explained(message: str) -> str:
    """Turn the library's words around, and cut out the value that it quotes where a choice of words is expected.

    >>> _explained("Expected `str`, got `int` - at `$.items[0].metadata.name`")
    'items[0].metadata.name: expected `str`, got `int`'
    """
    complaint = _COMPLAINT.fullmatch(message)
    what, key, path = complaint.group("what", "key", "path") if complaint else (message, None, None)
    place = (path or "").lstrip(".") or "the document"
    return f"{'a key of ' if key else ''}{place}: {what[:1].lower()}{_QUOTED_VALUE.sub('', what[1:])}"
