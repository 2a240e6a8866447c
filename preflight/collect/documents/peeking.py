"""A look at single fields of a JSON text, without decoding the rest of it."""

from functools import cache

import msgspec

from preflight.collect.documents.unpack import NotUsable


class Head(msgspec.Struct, frozen=True):
    """The fields that tell what an object is; each stays text, because any of them may be of any type."""

    schema: msgspec.Raw = msgspec.Raw()
    kind: msgspec.Raw = msgspec.Raw()
    apiVersion: msgspec.Raw = msgspec.Raw()  # noqa: N815 - as it is written
    metadata: msgspec.Raw = msgspec.Raw()
    items: msgspec.Raw = msgspec.Raw()
    rows: msgspec.Raw = msgspec.Raw()
    reason: msgspec.Raw = msgspec.Raw()
    logs: msgspec.Raw = msgspec.Raw()
    exitCode: msgspec.Raw = msgspec.Raw()  # noqa: N815 - as it is written
    finishedAt: msgspec.Raw = msgspec.Raw()  # noqa: N815 - as it is written
    id: msgspec.Raw = msgspec.Raw()
    type: msgspec.Raw = msgspec.Raw()
    properties: msgspec.Raw = msgspec.Raw()
    value: msgspec.Raw = msgspec.Raw()
    nextLink: msgspec.Raw = msgspec.Raw()  # noqa: N815 - as it is written
    error: msgspec.Raw = msgspec.Raw()
    code: msgspec.Raw = msgspec.Raw()


def head_of(raw: msgspec.Raw) -> Head | None:
    """Return the telling fields of an object, None where the text is no object."""
    try:
        return msgspec.json.decode(raw, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


MAX_BRACES = 4_000_000
"""Opening ones of one list: 256 MiB of what kubectl prints have about a million."""

_CHUNK = 2**20


class _AnyObject(msgspec.Struct, frozen=True):
    """Takes any object and keeps nothing of it."""


def array(raw: msgspec.Raw | None) -> list[msgspec.Raw] | None:
    """Return the entries of a list of objects, None where the text is anything else.

    Raises NotUsable where they would fill the memory.
    """
    try:
        # A list of millions of numbers is refused at the first one, before it fills the memory.
        if raw and msgspec.json.decode(raw, type=list[_AnyObject]) is not None:
            _refuse_crowds(memoryview(raw))
            return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None


def _refuse_crowds(text: memoryview) -> None:
    chunks = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
    if sum(bytes(chunk).count(b"{") for chunk in chunks) > MAX_BRACES:
        raise NotUsable("too many objects; give less at a time, a file for each kind")


def string(raw: msgspec.Raw | None) -> str | None:
    """Return a string, None where the text is none."""
    try:
        return msgspec.json.decode(raw, type=str) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_null(raw: msgspec.Raw) -> bool:
    """Tell whether a text is null; a large one is not copied for that."""
    return memoryview(raw) == memoryview(b"null")


def integer(raw: msgspec.Raw) -> int | None:
    """Return an integer, None where the text is none."""
    try:
        return msgspec.json.decode(raw, type=int) if raw else None
    except msgspec.DecodeError:
        return None


def field(raw: msgspec.Raw | None, *names: str) -> msgspec.Raw | None:
    """Return the first of the fields that an object has; null counts as not there."""
    try:
        picked = msgspec.json.decode(raw, type=_picking(names)) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    fields = msgspec.structs.astuple(picked) if picked else ()
    return next((value for value in fields if value and not is_null(value)), None)


@cache
def _picking(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return a struct of these fields: the others of an object, be they millions, are skipped while reading."""
    fields = {f"field{index}": name for index, name in enumerate(names)}
    return msgspec.defstruct("_Picked", [(field, msgspec.Raw, msgspec.Raw()) for field in fields], rename=fields)
