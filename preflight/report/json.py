"""The result document as JSON text, and back: the one format that can be read again."""

import re

import msgspec

from preflight.errors import InputError
from preflight.report.document import SCHEMA, Document

_FAMILY, _, _VERSION = SCHEMA.rpartition("/")
# Valid JSON of the same value, but nothing a terminal obeys and no order to a pipeline: JSON has these characters
# inside strings only, where an escape may stand for them.
_HARMFUL = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|#(?=#)")


class _Named(msgspec.Struct):
    schema: str = ""


def render(document: Document) -> str:
    """Return the document as indented JSON in defined order, with a newline at its end."""
    return escaped(msgspec.json.format(msgspec.json.encode(document), indent=2).decode()) + "\n"


def escaped(text: str) -> str:
    """Return the same JSON with everything escaped that a terminal or a pipeline would obey."""
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def parse(text: str | bytes, *, name: str = "the result") -> Document:
    """Read a saved result; `name` is what complaints call it. InputError when it is none, or newer than we know."""
    try:
        schema = msgspec.json.decode(text, type=_Named).schema
        if schema != SCHEMA:
            raise InputError(_not_ours(schema, name))
        return msgspec.json.decode(text, type=Document)
    except msgspec.ValidationError as error:
        raise InputError(f"{name}: this is no saved result: {error}") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"{name}: not readable as JSON, so no saved result: {_place(text, error)}") from None


def schema() -> str:
    """Return the JSON Schema of the result document."""
    described = msgspec.json.schema(Document)
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **described}
    return msgspec.json.format(msgspec.json.encode(described), indent=2).decode() + "\n"


def _not_ours(schema: str, name: str) -> str:
    family, _, version = schema.rpartition("/")
    if family == _FAMILY and version.isdecimal():
        known = f"this version of cluedin-preflight reads format {_VERSION}"
        return f"{name}: a result of format {version}, and {known}: take a newer one"
    found = f"its schema is {schema[:60]!r}" if schema else "it has no key `schema`"
    return f"{name}: this is no saved result: {found}, expected {SCHEMA!r} (made with `run -o json=FILE`)"


def _place(text: str | bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    found = re.search(r"\(byte (\d+)\)", str(error))
    if not found:
        return str(error)
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    before = raw[: int(found.group(1))]
    return f"line {before.count(10) + 1}, column {len(before) - before.rfind(10)}: {str(error).partition(' (byte')[0]}"
