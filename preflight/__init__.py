"""The public face for authors of checks.

from preflight import check, facts, fail, passed

@check("my-check", group="capacity")
def my_check(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]: ...
"""

from preflight import facts
from preflight.check import Check, check, fail, passed, skip, unknown, warn
from preflight.facts import Fact, Missing
from preflight.model import Commands, Finding, Location, Stage, Status

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
