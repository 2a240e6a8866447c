"""One snapshot from whatever was asked for: a live cluster and Azure, files, or values alone."""

from collections.abc import Mapping
from typing import Any

from preflight.collect.finish import finished, planned
from preflight.collect.from_files import gather_files
from preflight.collect.live import Counted, Told, gather_live
from preflight.collect.request import Request
from preflight.facts import Fact, Missing, Snapshot

_OFFLINE = {
    "kubernetes": "needs the cluster",
    "azure": "needs Azure",
    "vault": "needs the vault",
    "plan": "needs the cluster",
}


def gather(
    request: Request,
    facts: Mapping[str, Fact],
    wanted: set[str],
    *,
    now: str,
    told: Told | None = None,
    counted: Counted | None = None,
) -> Snapshot:
    """Read the wanted facts from where the request says. `now` is the clock of the snapshot (RFC 3339, UTC).

    Raises UsageError and its kinds: unreadable input, wrong target, undecidable stage.
    """
    if request.paths:
        return gather_files(request, facts)
    if request.offline:
        return gather_offline(request, facts, now=now)
    return gather_live(request, facts, wanted, now=now, told=told, counted=counted)


def gather_offline(request: Request, facts: Mapping[str, Fact], *, now: str) -> Snapshot:
    """Return a snapshot of the given values alone; everything else is missing because nothing is contacted."""
    found: dict[str, Any] = {name: Missing(reason=_OFFLINE[fact.source], why="offline") for name, fact in facts.items()}
    return finished(found | planned(request), request, now=now)
