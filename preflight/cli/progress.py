"""What is being read right now, on stderr: on a terminal a line that renews itself, elsewhere plain lines.

Kubernetes 14 of 18: pods 4,000   Azure 3 of 9: role assignments
read from Kubernetes: 17 of 18 facts, 16,204 objects; without secrets
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from preflight.report.harmless import columns, line

_CLEAR = "\r\x1b[K"
_LABELS = {"kubernetes": "Kubernetes", "azure": "Azure", "vault": "the vault", "plan": "the plan"}
_NAMED = 2
"""Facts under way that are named of each source."""

_PATIENCE = 5.0
"""Seconds after which somebody who reads a log is told how far it is."""


class Silent:
    """Hears what happens, and says nothing."""

    def told(self, fact: str, state: str) -> None:
        """Hear that a fact is `reading`, `read` or `missing`."""

    def counted(self, fact: str, count: int) -> None:
        """Hear how many objects of a fact have come."""

    def ended(self) -> None:
        """Hear that reading is over."""


class _Source:
    """How far one source is."""

    def __init__(self) -> None:
        self.under_way: list[str] = []
        self.ended = 0
        self.missing: list[str] = []
        self.objects: dict[str, int] = {}

    @property
    def started(self) -> int:
        return self.ended + len(self.under_way)

    def now(self, most: int = _NAMED) -> str:
        """`14 of 18: pods 4,000, events`: those first of which much has come."""
        named = sorted(self.under_way, key=lambda fact: -self.objects.get(fact, 0))[:most]
        shown = ", ".join(_words(fact) + (f" {self.objects[fact]:,}" if fact in self.objects else "") for fact in named)
        return f"{self.ended} of {self.started}" + (f": {shown}" if shown else "")

    def result(self) -> str:
        """`17 of 18 facts, 16,204 objects; without secrets`."""
        total = sum(self.objects.values())
        text = f"{self.ended - len(self.missing)} of {self.started} facts" + (f", {total:,} objects" if total else "")
        lacking = ", ".join(map(_words, sorted([*self.missing, *self.under_way])))
        return text + (f"; without {lacking}" if lacking else "")


class _Telling(Silent):
    """Keeps count by source; `sources` maps a fact to its source, and what is no fact is not told of."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._of = sources
        self._lock = threading.Lock()
        self._sources: dict[str, _Source] = {}

    def told(self, fact: str, state: str) -> None:
        if fact not in self._of:
            return
        with self._lock:
            source = self._source(fact)
            if state == "reading":
                source.under_way.append(fact)
            elif fact in source.under_way:
                source.under_way.remove(fact)
                source.ended += 1
                source.missing += [fact] if state == "missing" else []
            self._changed()

    def counted(self, fact: str, count: int) -> None:
        if fact not in self._of:
            return
        with self._lock:
            self._source(fact).objects[fact] = count
            self._changed()

    def _source(self, fact: str) -> _Source:
        return self._sources.setdefault(self._of[fact], _Source())

    def _by_source(self) -> list[tuple[str, _Source]]:
        return [(label, self._sources[name]) for name, label in _LABELS.items() if name in self._sources]

    def _changed(self) -> None:
        """Show it, where it is shown as it happens."""


class _Line(_Telling):
    """One line that renews itself, never longer than the terminal is wide."""

    def _changed(self) -> None:
        busy = [(label, source) for label, source in self._by_source() if source.under_way]
        parts = [f"{label} {source.now(1 if len(busy) > 1 else _NAMED)}" for label, source in busy]
        sys.stderr.write(_CLEAR + _cut("   ".join(parts), _width()))
        sys.stderr.flush()

    def ended(self) -> None:
        with self._lock:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


class _Lines(_Telling):
    """Plain lines for a log: how far it is where that takes long, and what was read of each source."""

    def __init__(self, sources: Mapping[str, str], clock: Callable[[], float]) -> None:
        super().__init__(sources)
        self._clock = clock
        self._last = clock()

    def _changed(self) -> None:
        if self._clock() - self._last >= _PATIENCE:
            self._last = self._clock()
            for label, source in self._by_source():
                if source.under_way:
                    self._say(f"reading from {label}: {source.now()}")

    def ended(self) -> None:
        with self._lock:
            for label, source in self._by_source():
                self._say(f"read from {label}: {source.result()}")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{line(text)}\n")
        sys.stderr.flush()


@contextmanager
def progress(
    sources: Mapping[str, str], *, quiet: bool, clock: Callable[[], float] = time.monotonic
) -> Iterator[Silent]:
    """Give somebody who hears what is read, and shows it on stderr; `sources` maps each fact to its source.

    A line that renews itself where stderr is a terminal, plain lines elsewhere, nothing with `quiet`.
    """
    hears = Silent() if quiet else _Line(sources) if sys.stderr.isatty() else _Lines(sources, clock)
    try:
        yield hears
    finally:
        hears.ended()


def _words(fact: str) -> str:
    return line(fact).replace("_", " ")


def _cut(text: str, width: int) -> str:
    return text if columns(text) < width else text[: width - 4] + "..."


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
