"""A text into its documents: JSON documents one after another, or the documents of a YAML stream.

What is neither is refused with the line and the reason; for the tables that kubectl and az print for people the reason
is the option that gives JSON.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from preflight.collect import yaml_json
from preflight.collect.documents.unpack import EXPECTED, NotUsable

_SOMETHING = re.compile(rb"\S")
_JSON = re.compile(rb"\s*[{\[]")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_BYTE = re.compile(r"\(byte (\d+)\)")
_KUBECTL_TABLE = re.compile(rb"(NAMESPACE +)?NAME +[A-Z]|NAME\r?\n")
_AZ_TABLE = re.compile(rb"[^\n]*\n-{3,}( +-{3,})*\s*(\n|$)")


MAX_DOCUMENTS = 100_000
"""Of one text: more than anybody keeps, and few enough to be looked at."""


class Malformed(NotUsable):
    """No JSON and no YAML. `cut_off`: it ends in the middle."""

    def __init__(self, reason: str, *, cut_off: bool = False) -> None:
        super().__init__(reason)
        self.cut_off = cut_off


class Document(NamedTuple):
    """One document as JSON text, the line it starts at, and whether it was YAML."""

    raw: msgspec.Raw
    line: int
    is_yaml: bool


def documents(data: bytes) -> Iterator[Document]:
    """Yield the documents of a text. Raises NotUsable; JSON is looked through before its first document is yielded."""
    if not _SOMETHING.search(data):
        raise NotUsable(f"empty; expected {EXPECTED}")
    if _JSON.match(data):
        yield from _json_documents(data)
    else:
        _refuse_tables(data)
        yield from _yaml_documents(data)


def _json_documents(data: bytes) -> list[Document]:
    """Split a text into its JSON documents; several may follow one another, as `>>` leaves them."""
    found = []
    rest, start, line = memoryview(data), 0, 1
    while True:
        try:
            found.append(Document(msgspec.json.decode(rest, type=msgspec.Raw), line, is_yaml=False))
        except RecursionError:
            raise Malformed(f"line {line}: JSON nested too deeply") from None
        except msgspec.DecodeError as error:
            trailing = _TRAILING.search(str(error))
            if not trailing:
                raise _malformed(data, start, str(error)) from None
            end = int(trailing[1]) - 1  # the byte named is the one after the first that should not be there
            found.append(Document(msgspec.Raw(rest[:end]), line, is_yaml=False))
            line += data.count(b"\n", start, start + end)
            rest, start = rest[end:], start + end
            if len(found) == MAX_DOCUMENTS:
                raise NotUsable(f"more than {MAX_DOCUMENTS} documents; give less at a time") from None
        else:
            return found


def _malformed(data: bytes, start: int, message: str) -> Malformed:
    if "truncated" in message:
        last = data.count(b"\n") + 1
        return Malformed(f"line {last}: cut off, the JSON ends in the middle", cut_off=True)
    byte = _BYTE.search(message)
    line = data.count(b"\n", 0, start + int(byte[1])) + 1 if byte else 1
    problem = _BYTE.sub("", message).removeprefix("JSON is malformed: ").strip()
    return Malformed(f"line {line}: not valid JSON: {problem}")


def _yaml_documents(data: bytes) -> Iterator[Document]:
    try:
        for number, (line, text) in enumerate(yaml_json.documents(data)):
            if number == MAX_DOCUMENTS:
                raise NotUsable(f"more than {MAX_DOCUMENTS} documents; give less at a time")
            yield Document(msgspec.Raw(text), line, is_yaml=True)
    except yaml_json.NotYaml as error:
        raise Malformed(f"neither JSON nor readable YAML ({error}); expected {EXPECTED}") from None


def _refuse_tables(data: bytes) -> None:
    if _KUBECTL_TABLE.match(data):
        raise NotUsable("a table as kubectl prints it for people; add `-o json` to the command")
    if _AZ_TABLE.match(data):
        raise NotUsable("a table as az prints it for people; use `-o json` instead of `-o table`")
    if data.startswith((b"Error from server", b"error: ", b"The connection to the server", b"Unable to connect")):
        raise NotUsable("an error message of kubectl instead of a list; run the command again")
    if data.startswith(b"No resources found"):
        raise NotUsable("kubectl found nothing; with `-o json` it writes an empty list")
