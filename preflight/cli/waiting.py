"""`run --wait`: ask the cluster again, ever less often, until the synced Secrets have arrived or time is over."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from preflight.catalog import Catalog, wanted_facts
from preflight.cli.taking import request_of
from preflight.collect.gather import gather
from preflight.errors import UsageError
from preflight.facts import Snapshot
from preflight.model import Outcome, Status
from preflight.report.harmless import line
from preflight.runner import run
from preflight.settings import Settings

_WATCHED = ("sync-status", "pods-start")
_FIRST, _LONGEST = 2.0, 15.0
_SHOWN = 5

Look = Callable[[], tuple[Snapshot, tuple[str, ...] | None]]
"""Read once; return what was read and the Secrets that are still missing, None where that cannot be told."""


def wait_for_secrets(
    reading: Mapping[str, Any], catalog: Catalog, settings: Settings, *, limit: float, quiet: bool
) -> Snapshot | None:
    """Wait at most `limit` seconds. Return None to go on, or what was read until somebody interrupted.

    Only the cluster is asked meanwhile, never Azure or the vault. Raises UsageError where there is nothing to wait for:
    files, or values that are yet to be deployed.
    """
    request = msgspec.structs.replace(request_of(reading, settings), stage="verify")
    if request.paths or request.offline or request.plan_given or reading.get("stage") not in (None, "verify"):
        raise UsageError("--wait asks a live cluster whether deployed Secrets arrive: give no PATH, values or stage")
    offers = [offer for offer in catalog.offers if offer.check.id in _WATCHED]
    wanted = {name for name in wanted_facts(offers) if catalog.facts[name].source in ("kubernetes", "plan")}

    def look() -> tuple[Snapshot, tuple[str, ...] | None]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        snapshot = gather(request, catalog.facts, wanted, now=now)
        report = run([(offer.check, offer.pack) for offer in offers], snapshot, settings, catalog.facts)
        return snapshot, missing({outcome.id: outcome for outcome in report.outcomes})

    return until_arrived(look, limit, tell=_silently if quiet else _on_stderr)


def missing(outcomes: Mapping[str, Outcome]) -> tuple[str, ...] | None:
    """Return the Secrets that have not arrived, by name; None where the cluster did not let us see them."""
    findings = outcomes["sync-status"].findings
    failed = [finding.object or "" for finding in findings if finding.status is Status.FAIL]
    if not failed and not any(finding.status in (Status.PASS, Status.WARN) for finding in findings):
        return None
    return tuple(sorted(name.rpartition("/")[2] for name in failed))


def until_arrived(
    look: Look,
    limit: float,
    *,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Snapshot | None:
    """Look until nothing is missing or `limit` seconds are over; say what is still missing whenever that changes.

    Return None, or the last snapshot, marked partial, where Ctrl-C ended the waiting.
    """
    started, said = clock(), None
    snapshot: Snapshot | None = None
    for pause in _pauses():
        try:
            snapshot, lacking = look()
            left = limit - (clock() - started)
            if snapshot.header.partial:
                return snapshot
            if not lacking or left <= 0:
                return None
            if lacking != said:
                said = lacking
                tell(f"waiting, {left:.0f} s left, for {len(lacking)} Secrets: {_some(lacking)}")
            sleep(min(pause, left))
        except KeyboardInterrupt:
            if snapshot is None:
                raise
            return msgspec.structs.replace(snapshot, header=msgspec.structs.replace(snapshot.header, partial=True))
    raise AssertionError("the pauses never end")


def _pauses() -> Iterator[float]:
    """2, 3, 4.5, ... and from then on every 15 seconds: soon after the start things move, later they take their time."""
    pause = _FIRST
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(line(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _on_stderr(text: str) -> None:
    click.echo(text, err=True)


def _silently(_text: str) -> None:
    """Hear and say nothing."""
