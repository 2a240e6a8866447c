"""Waiting for Secrets, with a clock that stands still unless somebody sleeps."""

from collections.abc import Iterator

import pytest

from preflight.__main__ import run
from preflight.cli.waiting import Look, missing, until_arrived
from preflight.facts import Snapshot
from preflight.model import Finding, Outcome, Status
from preflight.testing import header


class Clock:
    """Time that passes only by sleeping; `interrupt` at that second."""

    def __init__(self, interrupt: float | None = None) -> None:
        self.now, self.slept, self._interrupt = 0.0, list[float](), interrupt

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if self._interrupt is not None and self.now >= self._interrupt:
            raise KeyboardInterrupt

    def time(self) -> float:
        return self.now


def looking(*lacking: tuple[str, ...] | None) -> Look:
    """What is missing at each look; the last answer for ever."""

    def answers() -> Iterator[tuple[str, ...] | None]:
        yield from lacking
        while True:
            yield lacking[-1]

    found = answers()
    return lambda: (Snapshot(header=header(stage="verify")), next(found))


def wait(look: Look, limit: float, clock: Clock) -> tuple[Snapshot | None, list[str]]:
    told: list[str] = []
    result = until_arrived(look, limit, tell=told.append, sleep=clock.sleep, clock=clock.time)
    return result, told


def test_what_is_there_is_not_waited_for() -> None:
    clock = Clock()
    assert wait(looking(()), 600, clock) == (None, [])
    assert clock.slept == []


def test_it_waits_ever_longer_and_says_what_is_missing_when_that_changes() -> None:
    clock = Clock()
    result, told = wait(looking(("a", "b"), ("a", "b"), ("b",), ()), 600, clock)
    assert result is None
    assert clock.slept == [2.0, 3.0, 4.5]
    assert told == ["waiting, 600 s left, for 2 Secrets: a, b", "waiting, 595 s left, for 1 Secrets: b"]


def test_it_ends_when_time_is_over_and_never_sleeps_longer() -> None:
    clock = Clock()
    assert wait(looking(("a",)), 60, clock)[0] is None
    assert clock.now == 60
    assert max(clock.slept) == 15.0


def test_what_cannot_be_seen_is_not_waited_for() -> None:
    clock = Clock()
    assert wait(looking(None), 600, clock)[0] is None
    assert clock.slept == []


def test_an_interruption_leaves_what_was_read_marked_as_partial() -> None:
    result, _ = wait(looking(("a",)), 600, Clock(interrupt=4))
    assert result
    assert result.header.partial


def test_an_interruption_before_anything_was_read_goes_on() -> None:
    def look() -> tuple[Snapshot, tuple[str, ...] | None]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait(look, 600, Clock())


def outcome(*findings: Finding) -> dict[str, Outcome]:
    made = Outcome(id="sync-status", group="sync", title="", pack="", reads=(), findings=findings)
    return {"sync-status": made}


def test_what_is_missing_is_what_sync_status_says_has_not_arrived() -> None:
    failed = [Finding(status=Status.FAIL, message="", object=f"secret/cluedin/{name}") for name in ("b", "a")]
    warned = Finding(status=Status.WARN, message="", object="secret/cluedin/c")
    assert missing(outcome(*failed, warned)) == ("a", "b")
    assert missing(outcome(warned)) == ()
    assert missing(outcome(Finding(status=Status.UNKNOWN, message="secrets not read"))) is None


@pytest.mark.parametrize(
    "more", [["-f", "x.yaml"], ["--offline", "--set", "a=b"], ["some.json"], ["--stage", "deploy"]]
)
def test_there_is_nothing_to_wait_for_in_files(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--wait", "10m", *more]) == 2
    assert "--wait asks a live cluster" in capsys.readouterr().err
