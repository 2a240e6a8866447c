"""Find the cluster and the identities by themselves: through the nodes, the context and the values."""

from collections.abc import Iterator
from contextlib import suppress

from preflight.access.identities import (
    Undetermined,
    is_filled_in,
    is_guid,
    judged_identity,
    known_identities,
    whose,
)
from preflight.access.scopes import subscription
from preflight.collect.azure.arm import SUBSCRIPTIONS_VERSION, Arm, answers, items, refusals
from preflight.collect.azure.refusals import NotThere
from preflight.collect.azure.target import Named, NodeHome, has_host, is_aks_host, node_homes
from preflight.collect.kubeconfig import GET_CREDENTIALS
from preflight.collect.reading import Get, Unreadable
from preflight.collect.shapes import decode
from preflight.errors import WrongTargetError
from preflight.facts import FACTS, ManagedCluster, ManagedIdentity, Missing, Why, same_id
from preflight.sync.values import keyvault

_CLUSTER_RIGHT = FACTS["cluster"].right
_IDENTITY_RIGHT = FACTS["identities"].right


PRINCIPAL = "principal_in_question"
"""The reader of whose grants are asked for: an object id. It is not a fact and never in a bundle."""


def require_aks(named: Named, get: Get) -> None:
    """Raise `Unreadable` where nothing leads to a managed cluster: no name, no node of Azure's, no host name of AKS."""
    nodes = get("nodes")
    if named.resource_group and named.cluster_name:
        return
    if not node_homes(nodes) and not is_aks_host(named.api_server):
        raise _no_cluster(named, nodes)


def find_cluster(arm: Arm, named: Named, get: Get) -> ManagedCluster:
    """Return the cluster that was named by group and name, else the one whose nodes or API server the context shows."""
    homes = node_homes(get("nodes"))
    if named.resource_group and named.cluster_name:
        return _cluster_by_name(arm, named, homes, named.resource_group, named.cluster_name)
    for of in _subscriptions(arm, named, homes):
        what = f"the AKS clusters of subscription {of}"
        with arm.clusters(of) as client, refusals(what=what, right=_CLUSTER_RIGHT):
            for cluster in (decode(item, ManagedCluster) for item in items(answers(client.managed_clusters.list))):
                if any(_runs_in(cluster, home) for home in homes) or (
                    not homes and has_host(cluster, named.api_server)
                ):
                    return cluster
    sign = f"node resource group {homes[0].resource_group}" if homes else f"API server {named.api_server}"
    raise Unreadable(
        f"no AKS cluster with {sign} among those we may read ({_CLUSTER_RIGHT}); or say -g and --cluster-name"
    )


def find_identities(arm: Arm, get: Get) -> tuple[ManagedIdentity, ...]:
    """Return the user-assigned identities in question: the cluster's own, the add-on's, and the one the values name.

    The named one is looked for in every readable subscription when the cluster's has none of that id.
    """
    cluster, wanted = get("cluster"), _identity_named(get)
    if isinstance(cluster, Missing) and wanted is None:
        raise Unreadable(cluster.reason, cluster.why)
    ids = () if isinstance(cluster, Missing) else (cluster.id, *_identity_ids(cluster))
    certain = tuple(dict.fromkeys((subscription(own) or "").lower() for own in ids))
    found: dict[str, ManagedIdentity] = {}
    for of in certain:
        for identity in _identities_of(arm, of):
            if any(same_id(identity.id, own) for own in ids) or _is_called(identity, wanted):
                found[identity.id.lower()] = identity
    if wanted and not whose(wanted, known_identities(cluster, tuple(found.values()))):
        for of in other_subscriptions(arm, certain):
            with suppress(Unreadable):
                found |= {own.id.lower(): own for own in _identities_of(arm, of) if _is_called(own, wanted)}
    return tuple(found[key] for key in sorted(found))


def principal_in_question(named: Named, get: Get) -> str:
    """Return the object id of whoever is asked about: the one named, else the values' identity, else the add-on's.

    `Unreadable`: not yet, before the add-on is on; or where an id is named that nobody we could read has.
    """
    if named.principal:
        return named.principal
    cluster, wanted = get("cluster"), _identity_named(get)
    identities = get("identities") if wanted else None
    judged = judged_identity(wanted, cluster, identities)
    if isinstance(judged, Undetermined):
        raise Unreadable(judged.reason, "not-yet" if judged.not_yet else _why(cluster, identities))
    if not judged.ids.object_id:
        raise Unreadable(f"the object id of {judged.label} is not known")
    return judged.ids.object_id


def _identity_named(get: Get) -> str | None:
    """Return the id that the values name, where it could be one."""
    values = get("values")
    block = None if isinstance(values, Missing) else keyvault(values)
    named = block.user_assigned_identity_id if block and block.enabled else None
    return named if is_filled_in(named) else None


def _why(*facts: object) -> Why:
    """Say in the way of the first fact that is missing why another one is."""
    return next((fact.why for fact in facts if isinstance(fact, Missing)), "failed")


def _cluster_by_name(arm: Arm, named: Named, homes: tuple[NodeHome, ...], group: str, name: str) -> ManagedCluster:
    missed: list[str] = []
    for of in _subscriptions(arm, named, homes):
        what = f"the cluster {name} in resource group {group} of subscription {of}"
        try:
            with arm.clusters(of) as client, refusals(what=what, right=_CLUSTER_RIGHT):
                [document] = answers(client.managed_clusters.get, group, name)
                return decode(document, ManagedCluster)
        except NotThere:
            missed.append(of)
    looked = f"subscription {missed[0]}" if len(missed) == 1 else f"the {len(missed)} subscriptions of this account"
    raise WrongTargetError(f"no AKS cluster {name} in resource group {group} of {looked}: az aks list -o table")


def _no_cluster(named: Named, nodes: object) -> Unreadable:
    if isinstance(nodes, Missing):
        return Unreadable(
            f"the cluster is found through its nodes ({nodes.reason}); or say -g and --cluster-name", nodes.why
        )
    said = f"context {named.context}" if named.context else "the current context"
    return Unreadable(f"{said} is no AKS cluster; get the right one: {GET_CREDENTIALS}, or say -g and --cluster-name")


def _subscriptions(arm: Arm, named: Named, homes: tuple[NodeHome, ...]) -> Iterator[str]:
    """Yield the subscription that is certain: as named, or the nodes'; else every readable one."""
    if named.subscription:
        yield _subscription_id(arm, named.subscription)
    elif homes:
        yield from dict.fromkeys(home.subscription for home in homes)
    else:
        yield from (str(item.get("subscriptionId")) for item in _listed_subscriptions(arm))


def other_subscriptions(arm: Arm, looked_in: tuple[str, ...]) -> Iterator[str]:
    """Yield the readable subscriptions that were not looked in; they are asked for only when that is needed."""
    for item in _listed_subscriptions(arm):
        of = str(item.get("subscriptionId")).lower()
        if is_guid(of) and of not in looked_in:
            yield of


def _subscription_id(arm: Arm, given: str) -> str:
    if is_guid(given):
        return given
    for item in _listed_subscriptions(arm):
        if same_id(str(item.get("displayName")), given):
            return str(item.get("subscriptionId"))
    raise WrongTargetError(f"no subscription named {given} among those of this account: az account list -o table")


def _listed_subscriptions(arm: Arm) -> tuple[dict[str, object], ...]:
    return arm.listed(
        "/subscriptions",
        SUBSCRIPTIONS_VERSION,
        what="the list of subscriptions",
        right="Microsoft.Resources/subscriptions/read",
    )


def _runs_in(cluster: ManagedCluster, home: NodeHome) -> bool:
    return same_id(cluster.node_resource_group, home.resource_group)


def _identity_ids(cluster: ManagedCluster) -> Iterator[str]:
    for known in known_identities(cluster, None):
        if known.ids.resource_id:
            yield known.ids.resource_id


def _identities_of(arm: Arm, of: str) -> tuple[ManagedIdentity, ...]:
    what = f"the identities of subscription {of}"
    with arm.identities(of) as client, refusals(what=what, right=_IDENTITY_RIGHT):
        operation = client.user_assigned_identities.list_by_subscription
        return tuple(decode(item, ManagedIdentity) for item in items(answers(operation)))


def _is_called(identity: ManagedIdentity, id: str | None) -> bool:
    return same_id(identity.client_id, id) or same_id(identity.principal_id, id)
