"""`-o FORMAT[=FILE]`: which formats are wanted, where each goes, and writing them whole or not at all."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

from preflight.errors import InputError, OutputError, UsageError
from preflight.report.document import Document

FORMATS = ("text", "json", "junit", "html", "markdown", "sarif", "annotations", "runbook", "patch")
"""Formats of a report, each a module of preflight.report with a function `render`."""

ON_WINDOWS = sys.platform == "win32"
"""Where commands that are printed are pasted into PowerShell."""
_NARROWEST, _WIDEST = 40, 140


class Output(NamedTuple):
    """A format and the file it goes to, None for stdout."""

    format: str
    file: str | None


def parse(wanted: Sequence[str], formats: Sequence[str] = FORMATS) -> tuple[Output, ...]:
    """Read the values of -o. Text goes to stdout unless another format claims it; two claimants are a UsageError."""
    outputs = []
    for word in wanted:
        name, has_file, file = word.partition("=")
        if name not in formats:
            raise UsageError(f"-o {name}: there is no such format; formats: {', '.join(formats)}")
        if has_file and not file:
            raise UsageError(f"-o {word}: the file name is missing after =")
        outputs.append(Output(name, file or None))
    claimants = [output.format for output in outputs if output.file is None]
    if len(claimants) > 1:
        raise UsageError(f"-o {' and -o '.join(claimants)} both go to stdout; give all but one a file: -o FORMAT=FILE")
    files = [output.file for output in outputs if output.file]
    if len(set(files)) < len(files):
        raise UsageError("-o: two formats go to one file")
    return tuple(outputs) if claimants else (Output("text", None), *outputs)


def write_report(document: Document, outputs: Sequence[Output], *, verbosity: int, color: str) -> None:
    """Write every output; one that cannot be written does not stop the others, and then an OutputError is raised."""
    broken = []
    for output in outputs:
        try:
            _write(_rendered(document, output, verbosity=verbosity, color=color), output.file)
        except OSError as error:
            broken.append(f"{output.file or 'stdout'}: cannot be written: {error.strerror or type(error).__name__}")
    if broken:
        raise OutputError("; ".join(broken))


def write_whole(path: str, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; the folder must exist. A private one is its owner's alone. Raises OSError."""
    target = Path(path)
    if target.exists() and not target.is_file():
        # A device or pipe (/dev/stdout, /dev/null) cannot be replaced, only written to.
        target.write_bytes(data)
        return
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(0o600 if private else mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_named(path: str) -> bytes:
    """Return the text of a file the user named as UTF-8, `-` being stdin. Raises InputError in one sentence.

    A gzip is undone, and so is the UTF-16 that Windows PowerShell makes of whatever it puts into a file.
    """
    from preflight.collect.documents.unpack import Text, unpack  # noqa: PLC0415 - only where a file is read

    if Path(path).is_dir():
        raise InputError(f"{path}: cannot be read: it is a folder; name the file in it")
    texts = list(unpack([Path(path)], sys.stdin.buffer))
    if len(texts) != 1 or not isinstance(texts[0], Text):
        raise InputError(f"{path}: cannot be read: it is a zip; name the file in it")
    return texts[0].data


def wants_color(color: str) -> bool:
    """Tell whether stdout gets colours: `--color`, then NO_COLOR and TERM=dumb, then whether it is a terminal."""
    if color != "auto":
        return color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def takes_unicode() -> bool:
    """Tell whether stdout is encoded in a Unicode encoding."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def terminal_width() -> int:
    """Return the columns of the terminal within readable bounds; 80 where stdout is none."""
    columns = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    return min(max(columns, _NARROWEST), _WIDEST)


def _rendered(document: Document, output: Output, *, verbosity: int, color: str) -> str:
    module = import_module(f"preflight.report.{output.format}")
    if output.format == "annotations":
        return str(module.render(document, platform=module.platform(os.environ)))
    if output.format != "text":
        return str(module.render(document))
    if output.file:
        return str(module.render(document, verbosity=verbosity, color=False, unicode=True, powershell=ON_WINDOWS))
    return str(
        module.render(
            document,
            width=terminal_width(),
            color=wants_color(color),
            unicode=takes_unicode(),
            verbosity=verbosity,
            powershell=ON_WINDOWS,
        )
    )


def _write(text: str, file: str | None) -> None:
    if file:
        write_whole(file, text.encode())
    else:
        click.echo(text, nl=not text.endswith("\n"), color=True)
        sys.stdout.flush()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
