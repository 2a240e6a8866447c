"""`run --wait`: look again, ever less often, until the synced Secrets have arrived or time is over."""

import time
from collections.abc import Callable, Iterator

import click

from preflight.facts import Snapshot
from preflight.model import Status
from preflight.report.document import Document
from preflight.report.harmless import line

WATCHED = "sync-status"
"""The check that tells what is missing."""
_SEEN_IN = ("secrets", "secret_provider_classes", "secret_provider_class_pod_statuses")
_FIRST, _LONGEST = 2.0, 15.0
_SHOWN = 5

Look = Callable[[], tuple[Snapshot, Document]]
"""Read once and judge what was read."""


def wait(
    look: Look,
    limit: float,
    *,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Snapshot, Document, bool]:
    """Look until no Secret is missing or `limit` seconds are over; say what is missing whenever that changes.

    A look that fails for a moment is no answer: the API server may be busy with the very deployment. Return the last
    look, and whether Ctrl-C cut the waiting short: then the last one that was finished, where there is one. Raises
    KeyboardInterrupt where that came before anything was read.
    """
    started, said = clock(), ""
    last: tuple[Snapshot, Document] | None = None
    for pause in _pauses():
        try:
            seen = look()
            if seen[0].header.partial:
                return *(last or seen), True
            last = seen
            lacking = missing(seen[1])
            left = limit - (clock() - started)
            if not (lacking or _failed(seen[1])) or left <= 0:
                return *seen, False
            what = f"for {len(lacking)} of the Secrets: {_some(lacking)}" if lacking else f"because {_failed(seen[1])}"
            if what != said:
                said = what
                tell(f"waiting, {left:.0f} s left, {what}")
            sleep(min(pause, left))
        except KeyboardInterrupt:
            if last is None:
                raise
            return *last, True
    raise AssertionError("the pauses never end")


def missing(result: Document) -> tuple[str, ...]:
    """Return the Secrets that have not arrived, by name; none where the cluster did not let us see them."""
    watched = (outcome for outcome in result.outcomes if outcome.id == WATCHED)
    failed = {f.object or "" for outcome in watched for f in outcome.findings if f.status == Status.FAIL}
    return tuple(sorted(name.rpartition("/")[2] for name in failed))


def _failed(result: Document) -> str:
    """Return why the Secrets could not be seen, "" where they could, or where nothing changes that by waiting."""
    failed = (one for one in result.facts if one.name in _SEEN_IN and one.state == "failed")
    return next((line(one.reason) for one in failed), "")


def _pauses() -> Iterator[float]:
    """2, 3, 4.5, ... and then every 15 seconds: soon after a deployment things move, later they take their time."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(line(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def on_stderr(text: str) -> None:
    """Say it where it disturbs no report."""
    click.echo(text, err=True)


def nowhere(_text: str) -> None:
    """Say nothing (--quiet)."""
