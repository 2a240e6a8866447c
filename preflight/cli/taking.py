"""From the reading options to a snapshot, with progress on stderr where somebody watches."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from preflight.catalog import Catalog, Offer, wanted_facts
from preflight.cli.progress import progress
from preflight.collect.gather import gather
from preflight.collect.request import Request, seconds
from preflight.errors import UsageError
from preflight.facts import Snapshot
from preflight.settings import Settings


def snapshot_of(
    reading: Mapping[str, Any],
    catalog: Catalog,
    offers: Sequence[Offer],
    settings: Settings,
    *,
    quiet: bool,
) -> Snapshot:
    """Read what the selected checks need. Raises UsageError and its kinds."""
    request = request_of(reading, settings)
    sources = {name: fact.source for name, fact in catalog.facts.items()}
    with progress(sources, quiet=quiet) as hears:
        wanted = wanted_facts(offers)
        return gather(request, catalog.facts, wanted, now=_now(), told=hears.told, counted=hears.counted)


def request_of(reading: Mapping[str, Any], settings: Settings) -> Request:
    """Return the reading options as a Request. Raises UsageError where they contradict each other."""
    options = dict(reading)
    timeout = seconds(options.pop("request_timeout"))
    request = Request(request_timeout=timeout, deadline=max(120.0, 4 * timeout), tokens=settings.tokens, **options)
    if request.offline and not request.paths and not request.plan_given:
        raise UsageError("--offline contacts nothing, so give something to judge: -f values.yaml, or a PATH")
    if request.release and request.no_release:
        raise UsageError("--release and --no-release contradict each other")
    return request


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
