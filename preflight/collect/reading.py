"""Run readers side by side: one thread a fact, one deadline for all, every failure a `Missing` with its reason.

A reader is a function of `get`, which waits for another fact by name; so `vault` can be found through `values` while
everything else is being read. Readers must not ask for each other in a circle.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from preflight.facts import Missing, Why

Get = Callable[[str], Any]
"""Fact name to its value or `Missing`; waits until it is there."""

Reader = Callable[[Get], Any]
"""Return a value of the fact's type; raise `Unreadable` where it cannot be had."""


class Unreadable(Exception):  # noqa: N818 - it ends as Missing, not as an error
    """A fact cannot be read; the reason names the right that lacks or what was answered, and no secret."""

    def __init__(self, reason: str, why: Why = "failed") -> None:
        super().__init__(reason)
        self.missing = Missing(reason=reason, why=why)


def need(get: Get, name: str) -> Any:  # noqa: ANN401 - the type is the fact's own
    """Return another fact's value, or raise `Unreadable` carrying on why it is missing."""
    value = get(name)
    if isinstance(value, Missing):
        raise Unreadable(f"needs {name}: {value.reason}", value.why)
    return value


def read(
    readers: Mapping[str, Reader], wanted: set[str], *, deadline: float, told: Callable[[str, str], None] | None = None
) -> dict[str, Any]:
    """Read the wanted facts, and those they ask for; return name to value or `Missing`, for these names only.

    `deadline` is in seconds for the whole call: what has not come by then is `Missing`. A name without a reader is
    `Missing` too. `told(name, state)` hears `reading`, `read` and `missing` as they happen, from reader threads.
    KeyboardInterrupt is not caught: threads are daemons, and the caller may keep what `told` heard of.
    """
    ends = time.monotonic() + deadline
    futures: dict[str, Future[Any]] = {}
    lock = threading.Lock()

    def get(name: str) -> Any:  # noqa: ANN401
        try:
            return start(name).result(timeout=max(0.0, ends - time.monotonic()))
        except FutureTimeoutError:
            return Missing(reason=f"not read within {deadline:g} s", why="failed")

    def start(name: str) -> Future[Any]:
        with lock:
            if name in futures:
                return futures[name]
            future = futures[name] = Future()
        threading.Thread(target=work, args=(name, future), name=f"read {name}", daemon=True).start()
        return future

    def work(name: str, future: Future[Any]) -> None:
        if told:
            told(name, "reading")
        try:
            reader = readers.get(name)
            value = reader(get) if reader else Missing(reason="nothing here reads it", why="not-given")
        except Unreadable as error:
            value = error.missing
        except Exception as error:  # noqa: BLE001 - one fact's failure must not cost the others; only its type is told
            value = Missing(reason=f"reading it failed: {type(error).__name__}")
        if told:
            told(name, "missing" if isinstance(value, Missing) else "read")
        future.set_result(value)

    for name in sorted(wanted):
        start(name)
    return {name: get(name) for name in sorted(wanted)}
