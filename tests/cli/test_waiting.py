"""Waiting for Secrets, with a clock that stands still unless somebody sleeps."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from preflight.__main__ import run
from preflight.cli.waiting import Look, missing, wait
from preflight.facts import Snapshot, Why
from preflight.model import FactState, Finding, Outcome, Report, Status, Target
from preflight.report.document import Document, document
from preflight.testing import header


class Clock:
    """Time that passes only by sleeping; somebody may interrupt at a second of it."""

    def __init__(self, interrupt: float | None = None) -> None:
        self.now, self.slept, self._interrupt = 0.0, list[float](), interrupt

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if self._interrupt is not None and self.now >= self._interrupt:
            raise KeyboardInterrupt

    def time(self) -> float:
        return self.now


def result(*findings: Finding) -> Document:
    outcome = Outcome(id="sync-status", group="sync", title="", pack="", reads=(), findings=findings)
    return document(
        Report(
            tool_version="0",
            collected_at="2026-01-15T09:00:00Z",
            stage="verify",
            stage_reason="",
            target=Target(),
            outcomes=(outcome,),
            facts=(),
        )
    )


def not_arrived(name: str) -> Finding:
    return Finding(status=Status.FAIL, message="has not arrived", object=f"secret/cluedin/{name}", hint="wait")


def looking(*lacking: tuple[str, ...], partial: bool = False) -> Look:
    """What is missing at each look; the last answer for ever."""

    def answers() -> Iterator[tuple[str, ...]]:
        yield from lacking
        while True:
            yield lacking[-1]

    found = answers()
    head = replace(header(stage="verify"), partial=partial)
    return lambda: (Snapshot(header=head), result(*map(not_arrived, next(found))))


def in_turn(*looks: Look) -> Look:
    """One after the other."""
    left = iter(looks)

    def look() -> tuple[Snapshot, Document]:
        return next(left)()

    return look


def waited(look: Look, limit: float, clock: Clock) -> tuple[Document, bool, list[str]]:
    told: list[str] = []
    _, last, cut_short = wait(look, limit, tell=told.append, sleep=clock.sleep, clock=clock.time)
    return last, cut_short, told


def test_what_is_there_is_not_waited_for() -> None:
    clock = Clock()
    assert waited(looking(()), 600, clock)[1:] == (False, [])
    assert clock.slept == []


def test_it_waits_ever_longer_and_says_what_is_missing_when_that_changes() -> None:
    clock = Clock()
    last, cut_short, told = waited(looking(("a", "b"), ("a", "b"), ("b",), ()), 600, clock)
    assert (missing(last), cut_short) == ((), False)
    assert clock.slept == [2.0, 3.0, 4.5]
    assert told == [
        "waiting, 600 s left, for 2 of the Secrets: a, b",
        "waiting, 595 s left, for 1 of the Secrets: b",
    ]


def test_it_ends_when_time_is_over_with_the_last_look() -> None:
    clock = Clock()
    last, cut_short, _ = waited(looking(("a",)), 60, clock)
    assert (missing(last), cut_short, clock.now) == (("a",), False, 60)
    assert max(clock.slept) == 15.0


def test_an_interruption_keeps_the_last_look_and_says_so() -> None:
    last, cut_short, _ = waited(looking(("a",)), 600, Clock(interrupt=4))
    assert (missing(last), cut_short) == (("a",), True)


def test_a_look_that_was_interrupted_ends_the_waiting() -> None:
    clock = Clock()
    last, cut_short, _ = waited(looking(("a",), partial=True), 600, clock)
    assert (missing(last), cut_short, clock.slept) == (("a",), True, [])


def test_an_interrupted_look_does_not_take_the_place_of_one_that_was_finished() -> None:
    whole, partial = looking(("a", "b")), looking((), partial=True)
    last, cut_short, _ = waited(in_turn(whole, whole, partial), 600, Clock())
    assert (missing(last), cut_short) == (("a", "b"), True)


def unread(why: Why) -> Look:
    """A look at a cluster that does not show its Secrets, for this reason."""
    state = FactState(name="secrets", right="list secrets", state=why, reason="the server is busy", ask="")
    unseen = Finding(status=Status.UNKNOWN, message="secrets not read")
    return lambda: (Snapshot(header=header(stage="verify")), replace(result(unseen), facts=(state,)))


def test_a_look_that_failed_for_a_moment_is_no_answer() -> None:
    looks = in_turn(looking(("a",)), unread("failed"), unread("failed"), looking(()))
    last, cut_short, told = waited(looks, 600, Clock())
    assert (missing(last), cut_short) == ((), False)
    assert told == [
        "waiting, 600 s left, for 1 of the Secrets: a",
        "waiting, 598 s left, because the server is busy",
    ]
    last, cut_short, _ = waited(unread("failed"), 60, clock := Clock())
    assert (last.facts[0].state, cut_short, clock.now) == ("failed", False, 60)


def test_what_may_not_be_seen_is_not_waited_for() -> None:
    clock = Clock()
    assert not waited(unread("refused"), 600, clock)[1]
    assert clock.slept == []


def test_an_interruption_before_anything_was_read_goes_on() -> None:
    def look() -> tuple[Snapshot, Document]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        waited(look, 600, Clock())


def test_many_names_are_not_all_said_and_hostile_ones_are_harmless() -> None:
    told = waited(looking(tuple("\x1b[2Jabcdefg")), 2, Clock())[2]
    assert told[0].endswith(" more")
    assert "\x1b" not in told[0]


def test_only_failures_are_waited_for_because_nothing_else_changes_by_waiting() -> None:
    warned = Finding(status=Status.WARN, message="not kept current", object="secret/cluedin/c")
    unseen = Finding(status=Status.UNKNOWN, message="secrets not read: refused")
    assert missing(result(not_arrived("b"), not_arrived("a"), warned, unseen)) == ("a", "b")
    assert missing(result(unseen)) == ()


@pytest.mark.parametrize("duration", ["", "0", "soon", "-5m", "10 m", "1d"])
def test_a_duration_that_is_none_is_refused(duration: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--wait", duration]) == 2
    assert "is no duration" in capsys.readouterr().err


def test_it_needs_the_check_that_tells_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--wait", "10m", "-x", "sync-status"]) == 2
    assert "select it too" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["some.json"], ["--offline", "--set", "a=b"]])
def test_there_is_nothing_to_wait_for_in_files(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--wait", "10m", *more]) == 2
    assert "--wait" in capsys.readouterr().err
