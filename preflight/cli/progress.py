"""What is being read right now, on stderr: one line that renews itself on a terminal, nothing elsewhere."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CLEAR = "\r\x1b[K"


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, str], None]]:
    """Give a function that hears `(fact, reading|read|missing)` and keeps a line on stderr up to date.

    Nothing is written with `quiet`, or where stderr is no terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield _silently
        return
    under_way: list[str] = []
    ended = 0
    lock = threading.Lock()

    def told(fact: str, state: str) -> None:
        nonlocal ended
        with lock:
            if state == "reading":
                under_way.append(fact)
            elif fact in under_way:
                under_way.remove(fact)
                ended += 1
            names = ", ".join(name.replace("_", " ") for name in under_way)
            line = f"read {ended} of {ended + len(under_way)}: {names}"
            sys.stderr.write(_CLEAR + line[:78])
            sys.stderr.flush()

    try:
        yield told
    finally:
        with lock:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _silently(_fact: str, _state: str) -> None:
    """Hear and say nothing."""
