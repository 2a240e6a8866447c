"""What the `show` verbs share: the facts they look at, live or from files, and where their output goes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from preflight.cli.output import Output, terminal_width, write_whole
from preflight.cli.progress import progress
from preflight.cli.taking import request_of
from preflight.collect.from_files import look_into_files
from preflight.collect.gather import gather_offline
from preflight.collect.live import gather_live
from preflight.errors import OutputError, UsageError
from preflight.facts import FACTS, Header, Missing
from preflight.runner import filled_in
from preflight.settings import Settings


def facts_for(reading: Mapping[str, Any], wanted: set[str]) -> dict[str, Any]:
    """Return the wanted facts, each its value or `Missing`. Raises UsageError and its kinds."""
    request = request_of(reading, Settings())
    if request.paths:
        found = look_into_files(request, FACTS)
        return {name: found[name] for name in wanted}
    if request.offline:
        return dict(gather_offline(request, FACTS, now="").facts)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with progress({name: fact.source for name, fact in FACTS.items()}, quiet=False) as hears:
        # The stage decides which checks apply; looking applies none.
        staged = msgspec.structs.replace(request, stage="enable")
        snapshot = gather_live(staged, FACTS, wanted, now=now, told=hears.told, counted=hears.counted)
        return dict(snapshot.facts)


def needed(found: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - the fact's own type
    """Return a fact without which there is nothing to show. Raises UsageError saying what to give."""
    value = found[name]
    if isinstance(value, Missing):
        ask = filled_in(FACTS[name].ask, Header(collected_at="", tool_version="", stage="enable"))
        raise UsageError(f"{name.replace('_', ' ')}: {value.reason}; give them: {ask}")
    return value


def taken_as_none(found: Mapping[str, Any], names: Sequence[str]) -> None:
    """Say on stderr which welcome facts are not there and are taken as none."""
    for name in names:
        if isinstance(found[name], Missing):
            click.echo(f"{name.replace('_', ' ')}: {found[name].reason}; taken as none", err=True)


def written(texts: Mapping[str, str], outputs: Sequence[Output]) -> None:
    """Write the wanted formats of a look; `texts` maps format to text. Raises OutputError."""
    for output in outputs:
        text = texts[output.format]
        if output.file is None:
            click.echo(text, nl=not text.endswith("\n"))
            continue
        try:
            write_whole(output.file, text.encode())
        except OSError as error:
            raise OutputError(f"{output.file}: cannot be written: {error.strerror}") from None


def wrapped(sentences: Sequence[str]) -> list[str]:
    """Return sentences for below a table, wrapped to the terminal with hanging lines."""
    return [click.wrap_text(sentence, width=terminal_width(), subsequent_indent="  ") for sentence in sentences]
