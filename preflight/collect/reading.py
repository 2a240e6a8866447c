"""Run readers side by side: one thread a fact, one deadline for all, every failure a `Missing` with its reason.

A reader is a function of `get`, which waits for another fact by name; so `vault` can be found through `values` while
everything else is being read. Readers must not ask for each other in a circle.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from preflight.errors import UsageError
from preflight.facts import Missing, Why

Get = Callable[[str], Any]
"""Fact name to its value or `Missing`; waits until it is there."""

Reader = Callable[[Get], Any]
"""Return a value of the fact's type; raise `Unreadable` where it cannot be had."""


_LISTENER: ContextVar[Callable[[int], None] | None] = ContextVar("listener", default=None)
"""Who hears how much has come, of each thread that reads a fact."""


class Unreadable(Exception):  # noqa: N818 - it ends as Missing, not as an error
    """A fact cannot be read; the reason names the right that lacks or what was answered, and no secret."""

    def __init__(self, reason: str, why: Why = "failed") -> None:
        super().__init__(reason)
        self.missing = Missing(reason=reason, why=why)


class Interrupted(Exception):  # noqa: N818 - not an error: the user's own wish
    """Reading was interrupted; `found` holds every wanted fact, those not read yet as `Missing`."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__("interrupted")
        self.found = found


def need(get: Get, name: str) -> Any:  # noqa: ANN401 - the type is the fact's own
    """Return another fact's value, or raise `Unreadable` carrying on why it is missing."""
    value = get(name)
    if isinstance(value, Missing):
        raise Unreadable(f"needs {name}: {value.reason}", value.why)
    return value


def so_far(count: int) -> None:
    """Tell how many objects have come of the fact that is being read here; nothing where nobody listens."""
    listener = _LISTENER.get()
    if listener:
        listener(count)


def read(
    readers: Mapping[str, Reader],
    wanted: set[str],
    *,
    deadline: float,
    told: Callable[[str, str], None] | None = None,
    counted: Callable[[str, int], None] | None = None,
) -> dict[str, Any]:
    """Read the wanted facts, and those they ask for; return name to value or `Missing`, for the wanted names only.

    `deadline` is in seconds for the whole call: what has not come by then is `Missing`. Every wanted name, and each
    that a reader asks for, has a reader. `told(name, state)` hears `reading`, `read` and `missing` as they happen, and
    `counted(name, count)` how many objects of a long list have come, from reader threads, which are daemons: an
    interrupted caller may leave them behind. Raises the UsageError of a reader to
    which several things match, or nothing of the name that was typed: guessing would judge the wrong cluster.
    """
    run = _Run(readers, deadline, told or _tell_nobody, counted or _tell_nobody)
    try:
        with _no_collector():
            for name in sorted(wanted):
                run.start(name)
            return {name: run.get(name) for name in sorted(wanted)}
    except KeyboardInterrupt:
        raise Interrupted({name: run.get_now(name) for name in sorted(wanted)}) from None


@contextmanager
def _no_collector() -> Iterator[None]:
    """Pause the garbage collector: facts hold no cycles, and looking for some is a tenth of reading a big cluster."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _tell_nobody(_name: str, _said: object) -> None:
    """Stand in where nobody listens."""


class _Run:
    """The state of one call of `read`: which facts are under way."""

    def __init__(
        self,
        readers: Mapping[str, Reader],
        deadline: float,
        told: Callable[[str, str], None],
        counted: Callable[[str, int], None],
    ) -> None:
        self._readers, self._deadline, self._told, self._counted = readers, deadline, told, counted
        self._ends = time.monotonic() + deadline
        self._futures: dict[str, Future[Any]] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Any:  # noqa: ANN401 - the type is the fact's own
        try:
            return self.start(name).result(timeout=max(0.0, self._ends - time.monotonic()))
        except FutureTimeoutError:
            return Missing(reason=f"not read within {self._deadline:g} s")

    def get_now(self, name: str) -> Any:  # noqa: ANN401 - as above
        """Return what is there of a fact without waiting."""
        future = self._futures.get(name)
        if future is None or not future.done() or future.exception():
            return Missing(reason="interrupted before it was read")
        return future.result()

    def start(self, name: str) -> Future[Any]:
        with self._lock:
            if name in self._futures:
                return self._futures[name]
            future = self._futures[name] = Future()
        threading.Thread(target=self._work, args=(name, future), name=f"read {name}", daemon=True).start()
        return future

    def _work(self, name: str, future: Future[Any]) -> None:
        self._told(name, "reading")
        _LISTENER.set(partial(self._counted, name))
        try:
            value = self._readers[name](self.get)
        except Unreadable as error:
            value = error.missing
        except UsageError as error:
            future.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001 - one fact's failure must not cost the others; only its type is told
            value = Missing(reason=f"reading it failed: {type(error).__name__}")
        if (count := _objects(value)) is not None:
            self._counted(name, count)
        self._told(name, "missing" if isinstance(value, Missing) else "read")
        future.set_result(value)


def _objects(value: Any) -> int | None:  # noqa: ANN401 - any fact's value
    """Return how many objects a fact holds, None where it is no list of any."""
    held = getattr(value, "items", value)
    return len(held) if isinstance(held, tuple) else None
