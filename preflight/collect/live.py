"""A snapshot of the cluster that kubectl would talk to, of its Azure side and of the plan."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from preflight.collect import azure, kubernetes, parity, vault
from preflight.collect.finish import finished, planned
from preflight.collect.kubeconfig import context_of
from preflight.collect.reading import Get, Interrupted, Reader, Unreadable, read
from preflight.collect.request import Request
from preflight.errors import UsageError, WrongTargetError
from preflight.facts import FACTS, Fact, ManagedCluster, Manifest, Missing, Snapshot
from preflight.stage import FACTS_OF_STAGE

Told = Callable[[str, str], None]
"""Hears (fact, `reading`, `read` or `missing`) as it happens."""

Counted = Callable[[str, int], None]
"""Hears how many objects of a fact have come."""

_NOT_READ = Missing(reason="not read")


def gather_live(
    request: Request,
    facts: Mapping[str, Fact],
    wanted: set[str],
    *,
    now: str,
    told: Told | None = None,
    counted: Counted | None = None,
    cloud: azure.Cloud | None = None,
) -> Snapshot:
    """Return a snapshot of the cluster that kubectl would talk to, of its Azure side and of the plan.

    `cloud` is where Azure is, by default as the API server's host name tells. Raises UsageError when no cluster can be
    chosen, WrongTargetError when what was found is not what was named.
    """
    chosen = _context_of_named_cluster(request, cloud)
    connection = kubernetes.connect(
        request.kubeconfig, request.context or chosen, request_timeout=request.request_timeout
    )
    named = azure.Named(
        resource_group=request.resource_group,
        cluster_name=request.cluster_name,
        subscription=request.subscription,
        vault_name=request.vault_name,
        context=connection.context,
        api_server=connection.server,
        principal=request.principal,
    )
    cloud = cloud or azure.cloud_of(connection.server)
    cloud = msgspec.structs.replace(cloud, read_timeout=request.request_timeout)
    own_facts = [fact for name, fact in facts.items() if name not in FACTS]
    readers = {
        **kubernetes.readers(
            connection,
            request.namespace,
            own_facts,
            release=request.release,
            read_release=not request.no_release,
        ),
        **azure.readers(cloud=cloud, named=named),
        **vault.readers(cloud=cloud, named=named),
        "value_parity": parity.reader(
            connection, request.namespace, cloud=cloud, named=named, allowed=request.read_values
        ),
        **({"manifest": _not_rendered} if request.plan_given else {}),
        **{name: _already(value) for name, value in planned(request).items()},
    }
    names = wanted | _for_guard(request) | set(() if request.stage else FACTS_OF_STAGE)
    if any(facts[name].source in ("azure", "vault") for name in names):
        names.add(azure.ACCOUNT)
    try:
        found, partial = read(readers, names, deadline=request.deadline, told=told, counted=counted), False
    except Interrupted as interruption:
        found, partial = interruption.found, True
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
        partial=partial,
        notes=(f"context {chosen} was chosen: it is cluster {request.cluster_name}",) if chosen else (),
        context=connection.context,
        azure_account=account.described if isinstance(account, azure.Account) else None,
    )


def _context_of_named_cluster(request: Request, cloud: azure.Cloud | None) -> str | None:
    """Return the kubeconfig's context of the cluster that -g and --cluster-name name; None where nothing tells.

    Raises UsageError where Azure knows the cluster and no context is its own: any other would be the wrong one.
    """
    if request.context or not (request.resource_group and request.cluster_name):
        return None
    named = azure.Named(
        resource_group=request.resource_group, cluster_name=request.cluster_name, subscription=request.subscription
    )
    readers = {
        **azure.readers(cloud=cloud or azure.cloud_of(None), named=named),
        **{name: _already(_NOT_READ) for name in ("nodes", "values")},
    }
    cluster = read(readers, {"cluster"}, deadline=request.deadline)["cluster"]
    if not isinstance(cluster, ManagedCluster):
        return None
    hosts = [host for host in (cluster.fqdn, cluster.private_fqdn) if host]
    context = context_of(request.kubeconfig, hosts)
    if hosts and context is None:
        raise UsageError(
            f"no context of the kubeconfig is cluster {cluster.name}; get it: az aks get-credentials "
            f"-g {request.resource_group} -n {request.cluster_name}"
        )
    return context


def _not_rendered(_get: Get) -> Manifest:
    # What is deployed is not what is planned.
    raise Unreadable("no rendered manifest of the plan was given (--manifest, --chart)", "not-yet")


def _already(value: Any) -> Reader:  # noqa: ANN401 - any fact's value
    return lambda _get: value


def _for_guard(request: Request) -> set[str]:
    """Name the facts that show whether what was named is what was found; read them whatever checks are selected."""
    names = {"nodes", "cluster"} if request.resource_group or request.cluster_name or request.subscription else set()
    return names | ({"vault", "values"} if request.vault_name else set())
