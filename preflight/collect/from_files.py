"""A snapshot of files: what kubectl and az printed, or a bundle of ours, with the plan laid over it."""

import sys
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

from preflight import bundle
from preflight.collect.documents import Choice, Given, read_files
from preflight.collect.finish import finished, planned, target_of
from preflight.collect.request import Request
from preflight.errors import InputError, UsageError
from preflight.facts import Fact, ManagedCluster, Missing, Snapshot, instant, same_id
from preflight.model import Target

_NOT_PLANNED = {
    "values": Missing(reason="no values were given", why="not-yet"),
    "manifest": Missing(reason="no rendered manifest was given (--manifest, --chart)", why="not-yet"),
}
_LEFT_OUT = Missing(reason="not in the given files, and --offline asks for no more", why="offline")


def gather_files(request: Request, facts: Mapping[str, Fact]) -> Snapshot:
    """Read the paths of the request, `-` being standard input; nothing live is contacted.

    A bundle keeps its header and so its stage, unless a stage or a plan is given with it; other files beside it win
    over its facts. Raises InputError for a named file that cannot be used and for files of two clusters, UsageError for
    what another verb was meant for.
    """
    given, base = _read(request, facts)
    laid_over, unused = _better(given.facts, base.facts if base else {})
    laid_over |= planned(request)
    given = msgspec.structs.replace(given, notes=given.notes + unused)
    if base:
        _refuse_other_cluster(base, laid_over, request.paths)
    found = {**(base.facts if base else given.facts), **laid_over}
    found |= {name: missing for name, missing in _NOT_PLANNED.items() if _not_given(found[name])}
    if request.offline:
        found = {name: _LEFT_OUT if _not_given(value) else value for name, value in found.items()}
    if base and not request.stage and not request.plan_given:
        header = msgspec.structs.replace(
            base.header, target=_named(laid_over, request, base), notes=base.header.notes + given.notes
        )
        return Snapshot(header=header, facts=found)
    snapshot = finished(
        found,
        request,
        now=base.header.collected_at if base else _to_the_second(given.collected_at or ""),
        notes=given.notes,
        context=base.header.target.context if base else None,
        partial=base.header.partial if base else False,
    )
    if base:
        header = msgspec.structs.replace(
            snapshot.header, target=_named(laid_over, request, base), sample=base.header.sample
        )
        return msgspec.structs.replace(snapshot, header=header)
    return snapshot


def look_into_files(request: Request, facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return what the files hold, lists that may not be whole included: to look at, not to judge. Raises InputError."""
    given, base = _read(request, facts)
    laid_over = {name: value for name, value in given.facts.items() if not _not_given(value)}
    return {**(base.facts if base else given.facts), **laid_over, **given.listed, **planned(request)}


def _read(request: Request, facts: Mapping[str, Fact]) -> tuple[Given, Snapshot | None]:
    choice = Choice(vault_name=request.vault_name, release=request.release, read_release=not request.no_release)
    given = read_files([Path(path) for path in request.paths], facts, choice=choice, standard_input=sys.stdin.buffer)
    if given.results:
        raise UsageError(f"{given.results[0]} is a saved result; show it: cluedin-preflight report {given.results[0]}")
    if len(given.bundles) > 1:
        raise InputError(f"{given.bundles[0].name} and {given.bundles[1].name} are both bundles; give one of them")
    base = next((bundle.decode(file.data, file.name, facts) for file in given.bundles), None)
    return given, base


def _refuse_other_cluster(base: Snapshot, files: Mapping[str, Any], paths: tuple[str, ...]) -> None:
    one, other = base.get("cluster"), files.get("cluster")
    if isinstance(one, ManagedCluster) and isinstance(other, ManagedCluster) and not same_id(one.id, other.id):
        raise InputError(f"{' and '.join(paths)} are of two clusters, {one.name} and {other.name}; give those of one")


def _better(given: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what files give beyond a bundle's facts, and a note on each list that is not all there in the files.

    A list of which the files hold a part is no reason to forget the bundle's own.
    """
    found = {name: value for name, value in given.items() if not _not_given(value)}
    worse = {
        name: value.reason
        for name, value in found.items()
        if isinstance(value, Missing) and not isinstance(known.get(name, value), Missing)
    }
    notes = tuple(
        f"{name.replace('_', ' ')} are the bundle's, not those of the files: {reason}" for name, reason in worse.items()
    )
    return {name: value for name, value in found.items() if name not in worse}, notes


def _not_given(value: Any) -> bool:  # noqa: ANN401 - any fact's value
    return isinstance(value, Missing) and value.why == "not-given"


def _to_the_second(moment: str) -> str:
    return instant(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _named(laid_over: Mapping[str, Any], request: Request, base: Snapshot) -> Target:
    """Return the bundle's own target, with what the request and the files beside it say in its place."""
    now = msgspec.structs.asdict(target_of(laid_over, request))
    return msgspec.structs.replace(
        base.header.target, **{key: value for key, value in now.items() if value not in (None, ())}
    )
