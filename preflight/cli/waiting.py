"""`run --wait`: look again, ever less often, until the synced Secrets have arrived or time is over."""

import time
from collections.abc import Callable, Iterator

import click

from preflight.facts import Snapshot
from preflight.model import Status
from preflight.report.document import Document
from preflight.report.harmless import line

_WATCHED = "sync-status"
_FIRST, _LONGEST = 2.0, 15.0
_SHOWN = 5

Look = Callable[[], tuple[Snapshot, Document]]
"""Read once and judge what was read."""


def wait(
    look: Look,
    limit: float,
    *,
    tell: Callable[[str], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Snapshot, Document, bool]:
    """Look until no Secret is missing or `limit` seconds are over; say what is missing whenever that changes.

    Return the last look, and whether Ctrl-C cut the waiting short. Raises KeyboardInterrupt where that came before
    anything was read.
    """
    started, said = clock(), None
    last: tuple[Snapshot, Document] | None = None
    for pause in _pauses():
        try:
            last = look()
            lacking = missing(last[1])
            left = limit - (clock() - started)
            if not lacking or left <= 0 or last[0].header.partial:
                return *last, False
            if lacking != said:
                said = lacking
                (tell or _on_stderr)(f"waiting, {left:.0f} s left, for {len(lacking)} of the Secrets: {_some(lacking)}")
            sleep(min(pause, left))
        except KeyboardInterrupt:
            if last is None:
                raise
            return *last, True
    raise AssertionError("the pauses never end")


def missing(result: Document) -> tuple[str, ...]:
    """Return the Secrets that have not arrived, by name; none where the cluster did not let us see them."""
    watched = (outcome for outcome in result.outcomes if outcome.id == _WATCHED)
    failed = {f.object or "" for outcome in watched for f in outcome.findings if f.status == Status.FAIL}
    return tuple(sorted(name.rpartition("/")[2] for name in failed))


def _pauses() -> Iterator[float]:
    """2, 3, 4.5, ... and then every 15 seconds: soon after a deployment things move, later they take their time."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(line(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _on_stderr(text: str) -> None:
    click.echo(text, err=True)
