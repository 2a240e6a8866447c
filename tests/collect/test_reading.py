import threading
import time
from concurrent.futures import Future
from typing import Any

import pytest

from preflight.collect.reading import Get, Interrupted, Unreadable, need, read
from preflight.errors import UsageError
from preflight.facts import Missing


def test_facts_are_read_side_by_side_and_wait_for_each_other() -> None:
    started = threading.Barrier(2, timeout=10)

    def one(_: Get) -> int:
        started.wait()
        return 1

    def two(get: Get) -> int:
        started.wait()
        return int(get("one")) + 1

    assert read({"one": one, "two": two}, {"two", "one"}, deadline=10) == {"one": 1, "two": 2}


def test_only_wanted_facts_are_returned_and_each_is_read_once() -> None:
    calls = []

    def base(_: Get) -> str:
        calls.append("base")
        return "b"

    found = read({"base": base, "x": lambda get: get("base"), "y": lambda get: get("base")}, {"x", "y"}, deadline=10)
    assert found == {"x": "b", "y": "b"}
    assert calls == ["base"]


def test_a_failure_is_missing_and_the_rest_goes_on() -> None:
    def refused(_: Get) -> str:
        raise Unreadable("needs the right to list nodes", "refused")

    def broken(_: Get) -> str:
        raise ValueError("canary-secret in a message")

    found = read(
        {"a": refused, "b": broken, "c": lambda _: 3, "d": lambda get: need(get, "a")}, set("abcd"), deadline=10
    )
    assert found["a"] == Missing(reason="needs the right to list nodes", why="refused")
    assert found["b"] == Missing(reason="reading it failed: ValueError")
    assert found["c"] == 3
    assert found["d"] == Missing(reason="needs a: needs the right to list nodes", why="refused")


def test_the_deadline_is_one_for_all() -> None:
    hold = threading.Event()
    found = read({"slow": lambda _: hold.wait(30), "quick": lambda _: 1}, {"slow", "quick"}, deadline=0.2)
    hold.set()
    assert found == {"quick": 1, "slow": Missing(reason="not read within 0.2 s")}


def test_what_was_typed_wrongly_ends_the_reading() -> None:
    def two_releases(_: Get) -> str:
        raise UsageError("two releases: choose with --release")

    with pytest.raises(UsageError, match="choose with --release"):
        read({"release": two_releases}, {"release"}, deadline=10)


def test_an_interruption_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read_quickly, hold = threading.Event(), threading.Event()

    def told(name: str, state: str) -> None:
        if (name, state) == ("quick", "read"):
            read_quickly.set()

    def interrupted(self: Future[Any], timeout: float | None = None) -> Any:
        """What Ctrl-C does to the main thread while it waits."""
        if timeout is None:
            return result(self)
        read_quickly.wait(10)
        time.sleep(0.05)
        raise KeyboardInterrupt

    result = Future.result
    monkeypatch.setattr(Future, "result", interrupted)
    with pytest.raises(Interrupted) as interruption:
        read({"quick": lambda _: 1, "slow": lambda _: hold.wait(30)}, {"quick", "slow"}, deadline=10, told=told)
    hold.set()
    assert interruption.value.found == {"quick": 1, "slow": Missing(reason="interrupted before it was read")}
