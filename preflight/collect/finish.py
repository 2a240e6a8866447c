"""Where every way of reading ends: the facts decide the stage and the target, and the snapshot is closed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preflight import __version__
from preflight.collect.helm import rendered
from preflight.collect.manifests import read_manifests
from preflight.collect.request import Request
from preflight.collect.values import read_values_files
from preflight.errors import InputError
from preflight.facts import Header, ManagedCluster, Node, Release, Snapshot, Values, Vault
from preflight.model import Target
from preflight.stage import decide


def finished(
    found: dict[str, Any],
    request: Request,
    *,
    now: str,
    partial: bool = False,
    notes: tuple[str, ...] = (),
    context: str | None = None,
    azure_account: str | None = None,
) -> Snapshot:
    """Decide the stage and the target of these facts and close the snapshot. Raises UsageError as `decide` does."""
    stage, stages, reason = decide(found, given=request.stage, plan_given=request.plan_given)
    header = Header(
        collected_at=now,
        tool_version=__version__,
        stage=stage,
        stage_reason=reason,
        stages=stages,
        target=target_of(found, request, context=context, azure_account=azure_account),
        offline=request.offline,
        partial=partial,
        notes=notes,
    )
    return Snapshot(header=header, facts=found)


def target_of(
    found: Mapping[str, Any], request: Request, *, context: str | None = None, azure_account: str | None = None
) -> Target:
    """Say what was looked at: names read from the facts first, then what was asked for."""
    cluster, vault, release = (
        _given(found, "cluster", ManagedCluster),
        _given(found, "vault", Vault),
        _given(found, "release", Release),
    )
    values = _given(found, "values", Values)
    nodes = found.get("nodes")
    listed: tuple[Node, ...] = nodes if isinstance(nodes, tuple) else ()
    subscription, group = _subscription_and_group(cluster.id if cluster else "")
    release = release if release and release.found else None
    return Target(
        context=context,
        cluster=cluster.name if cluster else request.cluster_name,
        resource_group=group or request.resource_group,
        subscription=subscription or request.subscription,
        vault=(vault.name if vault else None) or request.vault_name or _vault_named(values),
        namespace=request.namespace or (release.namespace if release else None),
        release=release.name if release else request.release,
        chart_version=request.chart_version or (release.chart_version if release else None),
        nodes=len(listed) if isinstance(nodes, tuple) else None,
        kubernetes_version=_oldest_version(listed) or (cluster.current_kubernetes_version if cluster else None),
        values=values.files if values else (),
        azure_account=azure_account,
    )


def planned(request: Request) -> dict[str, Any]:
    """Return the facts that the request itself gives: merged values and rendered manifests. Raises InputError."""
    found: dict[str, Any] = {}
    if request.values_files or request.sets:
        # A pipeline fills placeholders in later; against a live cluster they are a mistake.
        tokens = request.tokens if request.offline else ()
        found["values"] = read_values_files([Path(file) for file in request.values_files], request.sets, tokens)
    if request.manifests:
        found["manifest"] = read_manifests([(file, _content(file)) for file in request.manifests])
    elif request.chart:
        found["manifest"] = rendered(
            request.chart,
            request.values_files,
            request.sets,
            version=request.chart_version,
            release=request.release,
            namespace=request.namespace,
        )
    return found


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None


def _given(found: Mapping[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - of that kind, or None
    value = found.get(name)
    return value if isinstance(value, kind) else None


def _vault_named(values: Values | None) -> str | None:
    path = ("global", "keyvault", "keyvaultName")
    return next((s.text for s in values.settings if s.path == path and s.text), None) if values else None


def _subscription_and_group(resource_id: str) -> tuple[str | None, str | None]:
    """Read both out of a resource id, whose words vary in case.

    >>> _subscription_and_group("/subscriptions/s/resourcegroups/g/providers/x/y/z")
    ('s', 'g')
    """
    parts = resource_id.split("/")
    named = {key.lower(): value for key, value in zip(parts[1::2], parts[2::2], strict=False)}
    return named.get("subscriptions"), named.get("resourcegroups")


def _oldest_version(nodes: tuple[Node, ...]) -> str | None:
    versions = {node.status.node_info.kubelet_version.removeprefix("v") for node in nodes} - {""}
    return min(versions, key=_version_key) if versions else None


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[-+]", version, maxsplit=1)[0].split(".") if part.isdecimal())
