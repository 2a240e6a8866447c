"""The Helm release: found by the labels of its records, through the table of Secrets, and read from one of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from urllib.parse import quote

from preflight.collect.cluster import FORBIDDEN, Cluster, Refused, get
from preflight.collect.decoding import Undecodable
from preflight.collect.reading import Get, Reader, Unreadable
from preflight.collect.release_record import Opened, manifest_in, opened
from preflight.collect.secret_table import list_secrets
from preflight.errors import UsageError
from preflight.facts import Manifest, Missing, Release, Secret, Values

CHART = "cluedin-platform"
DEFAULT_NAMESPACE = "cluedin"

_RECORD_TYPE = "helm.sh/release.v1"
_READ_ONCE = "release-record"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A release and its values; None without a release."""

    release: Release
    values: Values | None


def release_readers(
    cluster: Cluster, *, namespace: str | None = None, release: str | None = None, read_release: bool = True
) -> dict[str, Reader]:
    """Return the readers of `release`, of its `values` and its `manifest`, and of what the first two share."""
    if not read_release:
        return {"release": _unwanted, "values": _no_values, "manifest": _no_manifest}
    return {
        _READ_ONCE: lambda _: read_release_plan(cluster, namespace, release),
        "release": lambda get_fact: _read_once(get_fact).release,
        "values": lambda get_fact: _read_once(get_fact).values or _no_values(get_fact),
        "manifest": lambda get_fact: _manifest(cluster, _read_once(get_fact).release),
    }


def _read_once(get_fact: Get) -> Plan:
    plan: Plan | Missing = get_fact(_READ_ONCE)
    if isinstance(plan, Missing):
        raise Unreadable(plan.reason, plan.why)
    return plan


def _unwanted(_: Get) -> Release:
    raise Unreadable("the release's record was not to be read (--no-release)", "not-given")


def _no_values(_: Get) -> Values:
    raise Unreadable("no values were given (-f), and there is no release to take them from", "not-yet")


def _no_manifest(_: Get) -> Manifest:
    raise Unreadable("no rendered manifest was given (--manifest, --chart)", "not-yet")


def _manifest(cluster: Cluster, release: Release) -> Manifest:
    """Read what the current revision rendered; apart, because few checks need it and it takes a second."""
    if not release.found:
        raise Unreadable("there is no release, and no rendered manifest was given (--manifest, --chart)", "not-yet")
    revision = release.deployed_revision or release.revision
    record = f"sh.helm.release.v1.{release.name}.v{revision}"
    try:
        return manifest_in(_fetched(cluster, release.namespace or "", record))
    except Undecodable as error:
        raise Unreadable(f"the record {release.namespace}/{record} of Helm cannot be read: {error}") from None


@dataclass(frozen=True, kw_only=True)
class _Revision:
    namespace: str
    release: str
    number: int
    status: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A release as its labels tell of it; `current` is the newest revision that is deployed, else the newest."""

    newest: _Revision
    deployed: _Revision | None

    @property
    def current(self) -> _Revision:
        return self.deployed or self.newest

    @property
    def title(self) -> str:
        return f"{self.newest.release} in namespace {self.newest.namespace}"


Fetch = Callable[[str, str], bytes]
"""Namespace and name of a Secret to its JSON text."""


def read_release_plan(cluster: Cluster, namespace: str | None, name: str | None) -> Plan:
    """Find the release of chart `cluedin-platform`, or the one named, and read what is deployed of it.

    Looks in all namespaces, or in the one given. Raises Unreadable where records may not be read or are not where we
    look; UsageError where several releases match, or none is called as asked.
    """
    secrets, searched = _records(cluster, namespace)
    plan = plan_among(secrets, partial(_fetched, cluster), name)
    if plan:
        return plan
    if searched != namespace:
        raise Unreadable(
            f"namespace {searched} has no such Helm release, and Secrets of others may not be listed", "refused"
        )
    if name:
        raise UsageError(f"there is no Helm release {name} in {f'namespace {searched}' if searched else 'the cluster'}")
    _require_records_of_all(cluster, namespace, secrets)
    return Plan(release=Release(found=False), values=None)


def plan_among(secrets: Iterable[Secret], fetch: Fetch, name: str | None = None) -> Plan | None:
    """Return the release of chart `cluedin-platform`, or the one named, that these Secrets record; None without one.

    `fetch` gives the few records that are opened. Raises Unreadable where one cannot be read that may be the one;
    UsageError where several releases match.
    """
    candidates = [candidate for candidate in _candidates(secrets) if name in (None, candidate.newest.release)]
    read, refusals = _read(fetch, candidates)
    matching = [(candidate, record) for candidate, record in read if name or record.chart == CHART]
    if len(matching) > 1:
        titles = ", ".join(candidate.title for candidate, _ in matching)
        raise UsageError(f"several Helm releases match: {titles}; choose one with --release and --namespace")
    if matching:
        return _plan(fetch, *matching[0])
    if refusals:
        raise refusals[0]
    return None


def _records(cluster: Cluster, namespace: str | None) -> tuple[tuple[Secret, ...], str | None]:
    """Return the records of all namespaces with None, or those of the one namespace that may be looked at, with it."""
    try:
        return list_secrets(cluster, namespace, labels="owner=helm"), namespace
    except Refused as error:
        if error.status != FORBIDDEN or namespace:
            raise
    likely = cluster.namespace or DEFAULT_NAMESPACE
    return list_secrets(cluster, likely, labels="owner=helm"), likely


def _candidates(secrets: Iterable[Secret]) -> list[_Candidate]:
    revisions = [
        _Revision(
            namespace=secret.metadata.namespace,
            release=secret.metadata.labels.get("name", ""),
            number=int(secret.metadata.labels["version"]),
            status=secret.metadata.labels.get("status", ""),
            secret=secret.metadata.name,
        )
        for secret in secrets
        if secret.type == _RECORD_TYPE and secret.metadata.labels.get("version", "").isdecimal()
    ]
    revisions.sort(key=lambda revision: (revision.namespace, revision.release, revision.number))
    found = []
    for _, same in groupby(revisions, key=lambda revision: (revision.namespace, revision.release)):
        of_release = list(same)
        deployed = [revision for revision in of_release if revision.status == "deployed"]
        # `helm uninstall --keep-history` leaves records of what is gone.
        if of_release[-1].status != "uninstalled":
            found.append(_Candidate(newest=of_release[-1], deployed=deployed[-1] if deployed else None))
    return found


def _read(fetch: Fetch, candidates: Iterable[_Candidate]) -> tuple[list[tuple[_Candidate, Opened]], list[Unreadable]]:
    """Open the current record of each, for the chart's name; of strangers some may be refused without harm."""
    read, refusals = [], []
    for candidate in candidates:
        try:
            read.append((candidate, _opened(fetch, candidate.current)))
        except Unreadable as error:
            refusals.append(error)
    return read, refusals


def _fetched(cluster: Cluster, namespace: str, name: str) -> bytes:
    return get(cluster, f"/api/v1/namespaces/{quote(namespace)}/secrets/{quote(name)}")


def _opened(fetch: Fetch, revision: _Revision) -> Opened:
    try:
        return opened(fetch(revision.namespace, revision.secret))
    except Undecodable as error:
        raise Unreadable(f"the record {revision.namespace}/{revision.secret} of Helm cannot be read: {error}") from None


def _plan(fetch: Fetch, candidate: _Candidate, current: Opened) -> Plan:
    newest = candidate.newest
    # Only the newest record tells how the last attempt ended.
    last = current if newest == candidate.current else _opened(fetch, newest)
    release = Release(
        found=True,
        name=newest.release,
        namespace=newest.namespace,
        chart=current.chart,
        chart_version=current.chart_version,
        app_version=current.app_version,
        status=newest.status,
        revision=newest.number,
        deployed_revision=candidate.deployed.number if candidate.deployed else None,
        description=last.description,
        secrets=current.secrets,
    )
    return Plan(release=release, values=current.values)


def _require_records_of_all(cluster: Cluster, namespace: str | None, records: Iterable[Secret]) -> None:
    """Refuse to call it a fresh install where Helm made Secrets but left no record: it may keep them elsewhere."""
    recorded = {(record.metadata.namespace, record.metadata.labels.get("name")) for record in records}
    for secret in list_secrets(cluster, namespace, labels="app.kubernetes.io/managed-by=Helm"):
        owner = secret.metadata.annotations
        if owner.release_name and (owner.release_namespace, owner.release_name) not in recorded:
            raise Unreadable(
                f"Secret {secret.metadata.namespace}/{secret.metadata.name} belongs to the Helm release "
                f"{owner.release_name}, of which there is no record: Helm may keep its records elsewhere (HELM_DRIVER)"
            )
