"""What was named, what the cluster and the values say by themselves, and whether the two agree. Pure.

Judging the wrong cluster is the worst thing this tool could do, so names that disagree with what was found end a run.
"""

import re

import msgspec

from preflight.access.identities import is_guid
from preflight.access.scopes import resource_group, subscription
from preflight.facts import ManagedCluster, Missing, Node, Values, Vault, same_id
from preflight.sync.naming import vault_fault
from preflight.sync.values import keyvault

_GROUP = re.compile(r"[\w.()-]{1,90}")
_AKS_HOST = re.compile(r"\.(?:azmk8s\.io|azk8s\.cn|azure\.us)$", re.IGNORECASE)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What the person named, or the context implies; None where nothing was.

    `subscription` is an id or a name, as in az. `principal` is the object id of whoever
    `show access` asks about. `api_server` is the host name in the kubeconfig's context.
    """

    resource_group: str | None = None
    cluster_name: str | None = None
    subscription: str | None = None
    vault_name: str | None = None
    context: str | None = None
    api_server: str | None = None
    principal: str | None = None


class NodeHome(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cluster's machines are: the subscription and the node resource group."""

    subscription: str
    resource_group: str


def node_homes(nodes: tuple[Node, ...] | Missing) -> tuple[NodeHome, ...]:
    """Return where the nodes' machines are, most nodes first; none for nodes that are not Azure's, or not known.

    A provider id reads `azure:///subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/...`.
    """
    if isinstance(nodes, Missing):
        return ()
    counts: dict[tuple[str, str], int] = {}
    for node in nodes:
        cloud, _, path = (node.spec.provider_id or "").partition("://")
        home = (subscription(path) or "", resource_group(path) or "")
        if cloud.lower() == "azure" and is_guid(home[0]) and _GROUP.fullmatch(home[1]):
            key = next((known for known in counts if same_id("/".join(known), "/".join(home))), home)
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(counts, key=lambda home: (-counts[home], home))
    return tuple(NodeHome(subscription=of, resource_group=group) for of, group in ranked)


def vault_in_values(values: Values | Missing) -> str | None:
    """Return the vault that the values name; None where they name none, or are not known."""
    block = None if isinstance(values, Missing) else keyvault(values)
    return block.keyvault_name if block and block.enabled else None


def is_aks_host(host: str | None) -> bool:
    """Tell whether a host name is one that AKS gives to API servers, so that it names one cluster."""
    return _AKS_HOST.search((host or "").rstrip(".")) is not None


def has_host(cluster: ManagedCluster, host: str | None) -> bool:
    """Tell whether an API server's host name is the cluster's, public or private."""
    plain = (host or "").rstrip(".")
    return same_id(plain, cluster.fqdn) or same_id(plain, cluster.private_fqdn)


def disagreement(
    named: Named,
    *,
    nodes: tuple[Node, ...] | Missing,
    cluster: ManagedCluster | Missing,
    vault: Vault | Missing,
    values: Values | Missing,
) -> str | None:
    """Say in one sentence how what was named and what was found contradict each other; None where they do not.

    What could not be read contradicts nothing. The caller ends the run with this text (WrongTargetError).
    """
    homes = node_homes(nodes)
    said = f"context {named.context}" if named.context else "the current context"
    complaints = (
        _other_subscription(named, homes, said),
        _other_cluster(named, homes, cluster, said) if not isinstance(cluster, Missing) else None,
        _other_vault(named, vault, values),
    )
    return next((complaint for complaint in complaints if complaint), None)


def _other_subscription(named: Named, homes: tuple[NodeHome, ...], said: str) -> str | None:
    if not homes or not is_guid(named.subscription or ""):
        return None
    if any(same_id(home.subscription, named.subscription) for home in homes):
        return None
    return f"--subscription {named.subscription}, but the nodes of {said} are in subscription {homes[0].subscription}"


def _other_cluster(named: Named, homes: tuple[NodeHome, ...], cluster: ManagedCluster, said: str) -> str | None:
    """The nodes decide; a host name does only where no node tells, because tunnels and proxies change it."""
    group = resource_group(cluster.id)
    if named.cluster_name and not same_id(named.cluster_name, cluster.name):
        return f"--cluster-name {named.cluster_name}, but {said} is cluster {cluster.name} in resource group {group}"
    if named.resource_group and not same_id(named.resource_group, group):
        return f"-g {named.resource_group}, but {said} is cluster {cluster.name} in resource group {group}"
    of = subscription(cluster.id)
    if homes:
        if any(_is_home(home, cluster, of) for home in homes):
            return None
        found = f"its nodes are in resource group {homes[0].resource_group} of subscription {homes[0].subscription}"
    elif is_aks_host(named.api_server) and (cluster.fqdn or cluster.private_fqdn):
        if has_host(cluster, named.api_server):
            return None
        found = f"its API server is {named.api_server}"
    else:
        return None
    return (
        f"{said} is not cluster {cluster.name} in resource group {group}: {found}; "
        f"get the right context with: az aks get-credentials -g {group} -n {cluster.name} --subscription {of}"
    )


def _is_home(home: NodeHome, cluster: ManagedCluster, of: str | None) -> bool:
    return same_id(home.subscription, of) and same_id(home.resource_group, cluster.node_resource_group)


def _other_vault(named: Named, vault: Vault | Missing, values: Values | Missing) -> str | None:
    in_values = vault_in_values(values)
    if named.vault_name and in_values and not vault_fault(in_values) and not same_id(named.vault_name, in_values):
        return f"--vault-name {named.vault_name}, but the values name the vault {in_values}"
    wanted = named.vault_name or in_values
    if wanted and not isinstance(vault, Missing) and not same_id(wanted, vault.name):
        return f"the vault {wanted} was named, but {vault.name} was found"
    return None
