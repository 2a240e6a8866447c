"""The Helm release as files tell of it: from its record in a dump of Secrets, else from `helm list`."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from preflight.collect.documents.pile import Pile
from preflight.collect.documents.trimming import ListedRelease
from preflight.collect.reading import Unreadable
from preflight.collect.release import CHART, plan_among
from preflight.errors import UsageError
from preflight.facts import Release, Secret

_CHART_VERSION = re.compile(rf"{CHART}-(v?[0-9].*)")
_SECRETS_NEEDED = (
    "`helm list` does not tell which Secrets the release makes; give `kubectl get secrets -n {namespace} -o json` too"
)
_NOT_DEPLOYED = "`helm list` shows the last attempt only ({status}); give the release's records too"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What files tell of a release: `found` and `lacking` are facts by name, a value or why it is not whole."""

    found: dict[str, Any] = {}
    lacking: dict[str, str] = {}


def release_of(pile: Pile, name: str | None) -> Told:
    """Return the release of our chart, or the one named. Raises UsageError where there are several."""
    records = pile.records()
    secrets: list[Secret] = pile.of("secrets")
    try:
        plan = plan_among(
            [secret for secret in secrets if (secret.metadata.namespace, secret.metadata.name) in records],
            lambda namespace, secret: records[namespace, secret],
            name,
        )
    except Unreadable as error:
        return Told(found=dict.fromkeys(("release", "values"), error.missing))
    if plan:
        return Told(found={"release": plan.release, "values": plan.values})
    listed = [item for item in pile.of("helm_releases") if _is_ours(item, name)]
    if not listed:
        return Told()
    if len(listed) > 1:
        titles = ", ".join(f"{item.name} in namespace {item.namespace}" for item in listed)
        raise UsageError(f"several Helm releases match: {titles}; choose one with --release")
    return _told(listed[0], secrets if "secrets" in pile.covered else None)


def _is_ours(item: ListedRelease, name: str | None) -> bool:
    return item.name == name if name else _CHART_VERSION.fullmatch(item.chart) is not None


def _told(item: ListedRelease, secrets: Sequence[Secret] | None) -> Told:
    version = _CHART_VERSION.fullmatch(item.chart)
    revision = int(item.revision) if str(item.revision).isdecimal() else None
    release = Release(
        found=True,
        name=item.name,
        namespace=item.namespace,
        chart=CHART if version else item.chart,
        chart_version=version[1] if version else None,
        app_version=item.app_version,
        status=item.status,
        revision=revision,
        deployed_revision=revision if item.status == "deployed" else None,
        # Helm annotates what it makes, hooks apart; their Secrets are no part of the manifest either.
        secrets=tuple(
            secret.metadata.name
            for secret in secrets or ()
            if secret.metadata.namespace == item.namespace
            and secret.metadata.annotations.release_name == item.name
            and secret.metadata.annotations.release_namespace == item.namespace
        ),
    )
    if item.status != "deployed":
        return Told(found={"release": release}, lacking={"release": _NOT_DEPLOYED.format(status=item.status)})
    if secrets is None:
        return Told(found={"release": release}, lacking={"release": _SECRETS_NEEDED.format(namespace=item.namespace)})
    return Told(found={"release": release})
