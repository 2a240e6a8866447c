"""Whether files are of one cluster: judging two in one pile is the worst error."""

import re
from collections.abc import Iterable

from preflight.collect.documents.pile import Kept, Pile
from preflight.errors import InputError
from preflight.facts import ManagedCluster

_PROVIDER_ID = re.compile(
    r"azure:///subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.Compute/.*", re.IGNORECASE
)


def one_cluster(pile: Pile) -> ManagedCluster | None:
    """Return the managed cluster that the files are of, None where they hold none.

    Of several (`az aks list`) the one whose node resource group the nodes stand in is meant. Raises InputError, naming
    files, where they are of more than one cluster.
    """
    _require_one("the namespaces kube-system differ", pile.system_uids.values(), len(pile.system_uids))
    homes = _homes(pile.kept("nodes"))
    _require_one("their nodes stand in different resource groups", homes.values(), len(homes))
    clusters = pile.kept("cluster")
    meant = [kept for kept in clusters if not homes or _stands_in(kept.copy.value, *next(iter(homes)))]
    if clusters and not meant:
        apart = "the nodes do not stand in the managed cluster's node resource group"
        _require_one(apart, [*homes.values(), *(kept.file for kept in clusters)], 2)
    if len(meant) > 1:
        names = ", ".join(sorted(kept.copy.value.name for kept in meant))
        raise InputError(f"{_files(kept.file for kept in meant)}: managed clusters {names}; give `az aks show` of one")
    pools = {kept.copy.key[0].partition("/agentpools/")[0]: kept.file for kept in pile.kept("agent_pools")}
    owners = {owner: file for owner, file in pools.items() if owner.startswith("/")}
    owners |= {kept.copy.value.id.lower(): kept.file for kept in meant if owners and kept.copy.value.id}
    _require_one("they hold node pools of different managed clusters", owners.values(), len(owners))
    return meant[0].copy.value if meant else None


def _require_one(difference: str, files: Iterable[str], count: int) -> None:
    if count > 1:
        raise InputError(f"{_files(files)}: two clusters, {difference}; give the files of one cluster")


def _files(names: Iterable[str]) -> str:
    return " and ".join(sorted(set(names))[:2])


def _homes(nodes: Iterable[Kept]) -> dict[tuple[str, str], str]:
    """Return the subscriptions and resource groups that the nodes stand in, each with a file that tells so."""
    homes: dict[tuple[str, str], str] = {}
    for kept in nodes:
        match = _PROVIDER_ID.fullmatch(kept.copy.value.spec.provider_id or "")
        if match:
            homes.setdefault((match[1].lower(), match[2].lower()), kept.file)
    return homes


def _stands_in(cluster: ManagedCluster, subscription: str, group: str) -> bool:
    if cluster.node_resource_group is None:
        return True
    same_subscription = not cluster.id or f"/subscriptions/{subscription}/" in cluster.id.lower()
    return cluster.node_resource_group.lower() == group and same_subscription
