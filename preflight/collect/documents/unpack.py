"""Paths into texts: directories and zip files opened, gzip undone, UTF-16 turned into UTF-8, all of it bounded.

A file that cannot be used raises when somebody named it, and is told as `Unused` when it came with a directory or zip.
Nothing is ever written to disk, so names inside an archive cannot lead anywhere.
"""

import codecs
import gzip
import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from preflight.errors import InputError

MAX_BYTES = 256 * 2**20
"""Of one file, unpacked: twice what kubectl prints for the pods of 500 nodes."""
MAX_TOTAL = 2**30
"""Of everything in one directory or zip, unpacked."""
MAX_FILES = 5_000
MAX_NESTING = 3

_LATEST = 32_503_680_000  # the year 3000, in seconds
_SNIFF = 8_192
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # the second one is empty
_ZIP_ENTRY = b"PK\x01\x02"
_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # zipfile: a password is needed
    NotImplementedError,  # zipfile: a compression it does not know
    OverflowError,
    KeyError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one file as UTF-8 without a mark. `named` tells that somebody gave this very path."""

    name: str
    data: bytes
    named: bool
    modified: datetime


class Unused(msgspec.Struct, frozen=True, kw_only=True):
    """A file inside a directory or zip that is not used, and why."""

    name: str
    reason: str


class NotUsable(ValueError):  # noqa: N818 - it ends as InputError or Unused, depending on who named the file
    """A file cannot be used; the message is the reason, without the file's name and without its content."""


def unpack(paths: Sequence[Path], standard_input: BinaryIO | None = None) -> Iterator[Text | Unused]:
    """Yield the text of every file under the paths, in a defined order; `-` is `standard_input`.

    Hidden files in directories are passed over. Raises InputError for a path that is not there, cannot be read or is
    no text, and for a directory or zip beyond `MAX_FILES` or `MAX_TOTAL`.
    """
    for path in paths:
        if str(path) == "-":
            yield from _stream("-", standard_input or io.BytesIO(), _now(), named=True, room=_Room("-"))
        elif path.is_dir():
            yield from _directory(path, _Room(shown(str(path))))
        else:
            yield from _file(path, shown(str(path)), named=True, room=_Room(shown(str(path))))


def shown(name: str) -> str:
    r"""Return a file's name so that it can stand in a sentence: nothing unprintable, at most 160 characters.

    >>> shown("pods\x1b[2J.json")
    'pods\\x1b[2J.json'
    """
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name[-160:])
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class _Room:
    """How much of a directory or zip may still be read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files = MAX_FILES
        self.bytes = MAX_TOTAL

    def take_file(self) -> None:
        """Account for one more file. Raises InputError when it is one too many."""
        self.files -= 1
        if self.files < 0:
            raise InputError(f"{self.name}: more than {MAX_FILES} files; give only those that are to be judged")

    def take(self, size: int) -> None:
        """Account for bytes that were unpacked. Raises InputError beyond the limit."""
        self.bytes -= size
        if self.bytes < 0:
            raise InputError(f"{self.name}: more than {MAX_TOTAL // 2**20} MiB unpacked; give less at a time")


def _directory(path: Path, room: _Room) -> Iterator[Text | Unused]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{shown(str(error.filename))}: cannot be read: {error.strerror}")

    for folder, folders, names in os.walk(path, onerror=refuse):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(names):
            if not _is_hidden(name):
                file = Path(folder, name)
                yield from _file(file, shown(str(file)), named=False, room=room)


def _file(path: Path, name: str, *, named: bool, room: _Room) -> Iterator[Text | Unused]:
    try:
        status = path.stat()
        if not named and not stat.S_ISREG(status.st_mode):
            yield Unused(name=name, reason="no regular file")
            return
        opened = path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name holds a NUL character"
        if named:
            raise InputError(f"{name}: cannot be read: {reason}") from None
        yield Unused(name=name, reason=f"cannot be read: {reason}")
        return
    with opened as stream:
        yield from _stream(name, stream, _modified(status.st_mtime), named=named, room=room)


def _stream(  # a file, a member of a zip, or standard input
    name: str, stream: BinaryIO, modified: datetime, *, named: bool, room: _Room, nesting: int = 0
) -> Iterator[Text | Unused]:
    room.take_file()
    try:
        data = _content(stream, room)
        archive = _archive(data, nesting) if data.startswith(_ZIPS) else None
        text = b"" if archive else as_utf8(data)
    except NotUsable as error:
        yield _refused(name, str(error), named=named)
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "damaged or cut off"
        yield _refused(name, f"cannot be read: {reason}", named=named)
    else:
        if archive:
            yield from _members(name, archive, modified, room, nesting + 1)
        else:
            yield Text(name=name, data=text, named=named, modified=modified)


def _archive(data: bytes, nesting: int) -> zipfile.ZipFile:
    if nesting == MAX_NESTING:
        raise NotUsable(f"a zip within {MAX_NESTING} others")
    # Its directory is read whole, before a single name can be looked at.
    if data.count(_ZIP_ENTRY) > 4 * MAX_FILES:
        raise NotUsable(f"a zip of more than {MAX_FILES} files")
    return zipfile.ZipFile(io.BytesIO(data))


def _members(
    name: str, archive: zipfile.ZipFile, modified: datetime, room: _Room, nesting: int
) -> Iterator[Text | Unused]:
    for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
        if entry.is_dir() or any(map(_is_hidden, entry.filename.split("/"))):
            continue
        member = f"{name}:{shown(entry.filename)}"
        try:
            # A zip keeps local time without a zone; taken as UTC it is right to within a day.
            written = datetime(*entry.date_time, tzinfo=UTC)
        except ValueError:
            written = modified
        if entry.flag_bits & 1:
            yield Unused(name=member, reason="encrypted")
            continue
        try:
            stream = archive.open(entry)
        except _BROKEN:
            yield Unused(name=member, reason="cannot be read: damaged, or packed in a way that is not known here")
            continue
        with stream:
            yield from _stream(member, cast("BinaryIO", stream), written, named=False, room=room, nesting=nesting)


def _is_hidden(name: str) -> bool:
    return name == "__MACOSX" or (name.startswith(".") and name not in (".", ".."))


def _refused(name: str, reason: str, *, named: bool) -> Unused:
    if named:
        raise InputError(f"{name}: {reason}") from None
    return Unused(name=name, reason=reason)


def _content(stream: BinaryIO, room: _Room, *, packed: bool = True) -> bytes:
    """Read a stream, undoing one gzip. Binary files are refused by their first bytes."""
    if not stream.seekable():
        stream = io.BytesIO(stream.read(MAX_BYTES + 1))
    head = stream.read(_SNIFF)
    stream.seek(0)
    if packed and head.startswith(_GZIP):
        return _content(cast("BinaryIO", gzip.GzipFile(fileobj=stream)), room, packed=False)
    if not head.startswith(_ZIPS):
        _refuse_binary(head)
    data = stream.read(MAX_BYTES + 1)
    room.take(len(data))
    if len(data) > MAX_BYTES:
        raise NotUsable(f"larger than {MAX_BYTES // 2**20} MiB unpacked; give less at a time, a file for each kind")
    return data


def _refuse_binary(head: bytes) -> None:
    if head[257:262] == b"ustar":
        raise NotUsable("a tar archive; unpack it and give the directory, or give a zip")
    if b"\0" in head and not head.startswith(tuple(mark for mark, _ in _BOMS)):
        raise NotUsable(f"a binary file; expected {EXPECTED}")


EXPECTED = "JSON or YAML as `kubectl get -o json` or az print it, a bundle of ours, or a zip or directory of these"
"""What a file may be, for the sentences that refuse one."""


def as_utf8(data: bytes) -> bytes:
    """Return a text as UTF-8 without a byte order mark. Raises NotUsable where the bytes are not what the mark says."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding == "utf-8":
                return data[len(mark) :]
            try:
                return data.decode(encoding).encode()
            except UnicodeError:
                raise NotUsable(f"starts like {encoding.upper()} text and is none, or is cut off") from None
    return data


def _modified(seconds: float) -> datetime:
    """Return a file's time; what no calendar has is brought to its nearest end."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LATEST), UTC)


def _now() -> datetime:
    return datetime.now(UTC)
