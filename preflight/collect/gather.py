"""One snapshot from whatever was asked for: a live cluster and Azure, files, or values alone.

The three ways end in the same place: facts by name, the target they are of, and the stage they decide.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from preflight import __version__
from preflight.collect import azure, kubernetes
from preflight.collect.reading import Reader, read
from preflight.collect.request import Request
from preflight.collect.values import read_values_files
from preflight.errors import WrongTargetError
from preflight.facts import FACTS, Fact, Header, ManagedCluster, Missing, Node, Release, Snapshot, Values, Vault
from preflight.model import Target
from preflight.stage import FACTS_OF_STAGE, decide

Told = Callable[[str, str], None]

_NOT_READ = Missing(reason="not read")
_NO_VALUES = Missing(reason="no values were given", why="not-yet")
_OFFLINE = {
    "kubernetes": Missing(reason="needs the cluster", why="offline"),
    "azure": Missing(reason="needs Azure", why="offline"),
    "vault": Missing(reason="needs the vault", why="offline"),
    "plan": _NO_VALUES,
}


def gather(
    request: Request, facts: Mapping[str, Fact], wanted: set[str], *, now: str, told: Told | None = None
) -> Snapshot:
    """Read the wanted facts from where the request says. `now` is the clock of the snapshot (RFC 3339, UTC).

    Raises UsageError and its kinds: unreadable input, wrong target, undecidable stage.
    """
    if request.offline:
        return gather_offline(request, facts, now=now)
    return gather_live(request, facts, wanted, now=now, told=told)


def gather_live(
    request: Request,
    facts: Mapping[str, Fact],
    wanted: set[str],
    *,
    now: str,
    told: Told | None = None,
    cloud: azure.Cloud | None = None,
) -> Snapshot:
    """Return a snapshot of the cluster that kubectl would talk to, of its Azure side and of the plan.

    `cloud` is where Azure is, by default as the API server's host name tells. Raises UsageError when no cluster can be
    chosen, WrongTargetError when what was found is not what was named.
    """
    connection = kubernetes.connect(request.kubeconfig, request.context, request_timeout=request.request_timeout)
    named = azure.Named(
        resource_group=request.resource_group,
        cluster_name=request.cluster_name,
        subscription=request.subscription,
        vault_name=request.vault_name,
        context=connection.context,
        api_server=connection.server,
    )
    own_facts = [fact for name, fact in facts.items() if name not in FACTS]
    readers = {
        **kubernetes.readers(
            connection,
            request.namespace,
            own_facts,
            release=request.release,
            read_release=not request.no_release,
        ),
        **azure.readers(cloud=cloud or azure.cloud_of(connection.server), named=named),
        **{name: _already(value) for name, value in _planned(request).items()},
    }
    names = wanted | _for_guard(request) | set(() if request.stage else FACTS_OF_STAGE)
    if any(facts[name].source in ("azure", "vault") for name in names):
        names.add(azure.ACCOUNT)
    found = read(readers, names, deadline=request.deadline, told=told)
    account = found.pop(azure.ACCOUNT, None)
    complaint = azure.disagreement(
        named, **{name: found.get(name, _NOT_READ) for name in ("nodes", "cluster", "vault", "values")}
    )
    if complaint:
        raise WrongTargetError(complaint)
    return finished(
        found,
        request,
        now=now,
        context=connection.context,
        azure_account=account.described if isinstance(account, azure.Account) else None,
    )


def _already(value: Any) -> Reader:  # noqa: ANN401 - any fact's value
    return lambda _get: value


def _for_guard(request: Request) -> set[str]:
    """Name the facts that show whether what was named is what was found; read them whatever checks are selected."""
    names = {"nodes", "cluster"} if request.resource_group or request.cluster_name or request.subscription else set()
    return names | ({"vault", "values"} if request.vault_name else set())


def gather_offline(request: Request, facts: Mapping[str, Fact], *, now: str) -> Snapshot:
    """Return a snapshot of the given values alone; everything else is missing because nothing is contacted."""
    found: dict[str, Any] = {name: _OFFLINE[fact.source] for name, fact in facts.items()}
    found["release"] = Missing(reason="needs the cluster", why="offline")
    found |= _planned(request)
    return finished(found, request, now=now, offline=True)


def finished(
    found: dict[str, Any],
    request: Request,
    *,
    now: str,
    offline: bool = False,
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
        offline=offline,
        tokens=request.tokens if offline else (),
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


def _planned(request: Request) -> dict[str, Any]:
    if not request.values_files and not request.sets:
        return {}
    return {"values": read_values_files([Path(file) for file in request.values_files], request.sets)}


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
