"""The public face for authors of checks.

    from preflight import check, facts, fail, passed

    @check("my-check", group="capacity")
    def my_check(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]: ...

Names are loaded when they are first used: `cluedin-preflight --help` must not wait for them. (That is why the decorator
lives in `preflight.definition`: a module called `check` would hide it.)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight import facts
    from preflight.definition import Check, check, fail, passed, skip, unknown, warn
    from preflight.facts import Fact, Missing
    from preflight.model import Commands, Finding, Location, Stage, Status

__version__ = "0.1.0"

__all__ = [
    "Check",
    "Commands",
    "Fact",
    "Finding",
    "Location",
    "Missing",
    "Stage",
    "Status",
    "check",
    "facts",
    "fail",
    "passed",
    "skip",
    "unknown",
    "warn",
]

_FROM_MODEL = ("Commands", "Finding", "Location", "Stage", "Status")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'preflight' has no attribute {name!r}")
    if name == "facts":
        return import_module("preflight.facts")
    home = "preflight.model" if name in _FROM_MODEL else "preflight.definition"
    return getattr(import_module(home), name)
