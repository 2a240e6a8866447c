"""Where the nodes stand, and by which ways they could reach the vault: scale sets, networks, endpoints, addresses."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from preflight.access.scopes import last_segment, segments, subscription
from preflight.collect.azure.arm import Arm, Document, refusals
from preflight.collect.azure.refusals import NotThere
from preflight.collect.reading import Get, Unreadable, need
from preflight.collect.shapes import decode
from preflight.facts import (
    FACTS,
    ManagedCluster,
    Missing,
    PrivateDnsZoneLink,
    PrivateEndpoint,
    PublicIPAddress,
    ScaleSet,
    Vault,
    VirtualNetwork,
)

_COMPUTE_VERSION = "2024-07-01"
_NETWORK_VERSION = "2024-05-01"
_PRIVATE_DNS_VERSION = "2024-06-01"

T = TypeVar("T")


def read_scale_sets(arm: Arm, get: Get) -> tuple[ScaleSet, ...]:
    """Return the scale sets of the node resource group with the identities attached to them."""
    cluster: ManagedCluster = need(get, "cluster")
    path = f"{_node_group(cluster)}/providers/Microsoft.Compute/virtualMachineScaleSets"
    what = f"the scale sets of resource group {cluster.node_resource_group}"
    return _listed(arm, "scale_sets", path, _COMPUTE_VERSION, what, ScaleSet)


def read_networks(arm: Arm, get: Get) -> tuple[VirtualNetwork, ...]:
    """Return the networks of the node pools; for pools without a subnet of their own, those AKS made."""
    cluster: ManagedCluster = need(get, "cluster")
    subnets = {pool.vnet_subnet_id for pool in cluster.agent_pool_profiles}
    ids = (_network_of(subnet) for subnet in subnets if subnet)
    found = _all(_fetched(arm, "networks", ids, VirtualNetwork))
    if None in subnets or not subnets:
        path = f"{_node_group(cluster)}/providers/Microsoft.Network/virtualNetworks"
        what = f"the networks of resource group {cluster.node_resource_group}"
        found += _listed(arm, "networks", path, _NETWORK_VERSION, what, VirtualNetwork)
    return found


def read_private_endpoints(arm: Arm, get: Get) -> tuple[PrivateEndpoint, ...]:
    """Return the private endpoints of the vault that we may read; `Unreadable` when there are some and we may none."""
    vault: Vault = need(get, "vault")
    ids = (connection.private_endpoint.id for connection in vault.private_endpoint_connections)
    fetched = tuple(_fetched(arm, "private_endpoints", ids, PrivateEndpoint))
    found = tuple(item for item in fetched if isinstance(item, PrivateEndpoint))
    return found or _all(fetched)


def read_private_dns_zone_links(arm: Arm, get: Get) -> tuple[PrivateDnsZoneLink, ...]:
    """Return the networks linked to the vaults' private zone, in the subscriptions of vault, cluster and endpoints."""
    vault: Vault = need(get, "vault")
    cluster = get("cluster")
    ids = [vault.id, *(connection.private_endpoint.id for connection in vault.private_endpoint_connections)]
    ids += [] if isinstance(cluster, Missing) else [cluster.id]
    found: tuple[PrivateDnsZoneLink, ...] = ()
    for of in sorted({(subscription(one) or "").lower() for one in ids if one}):
        what = f"the private DNS zones of subscription {of}"
        path = f"/subscriptions/{of}/providers/Microsoft.Network/privateDnsZones"
        right = FACTS["private_dns_zone_links"].right
        for zone in arm.listed(path, _PRIVATE_DNS_VERSION, what=what, right=right):
            if str(zone.get("name")).lower() == _private_zone(arm):
                links = f"{zone.get('id')}/virtualNetworkLinks"
                found += _listed(arm, "private_dns_zone_links", links, _PRIVATE_DNS_VERSION, what, PrivateDnsZoneLink)
    if not found:
        # The zone often lives in a hub's subscription that nothing here names: not finding it proves nothing.
        raise Unreadable("no private DNS zone of vaults in the subscriptions of vault and cluster", "partial")
    return found


def read_outbound_addresses(arm: Arm, get: Get) -> tuple[PublicIPAddress, ...]:
    """Return the public addresses that the nodes leave with, by load balancer or by NAT gateway."""
    cluster: ManagedCluster = need(get, "cluster")
    profile = cluster.network_profile
    ways = (profile.load_balancer_profile, profile.nat_gateway_profile)
    ids = [reference.id for way in ways for reference in way.effective_outbound_ips]
    ids += _addresses_of_gateways(arm, cluster, get)
    return _all(_fetched(arm, "outbound_addresses", ids, PublicIPAddress))


def _addresses_of_gateways(arm: Arm, cluster: ManagedCluster, get: Get) -> list[str]:
    """A NAT gateway of one's own is not in the cluster's profile: it hangs on the node subnets."""
    if (cluster.network_profile.outbound_type or "").lower() != "userassignednatgateway":
        return []
    used = {(pool.vnet_subnet_id or "").lower() for pool in cluster.agent_pool_profiles}
    networks: tuple[VirtualNetwork, ...] = need(get, "networks")
    gateways = {
        subnet.nat_gateway.id
        for network in networks
        for subnet in network.subnets
        if subnet.nat_gateway and subnet.id.lower() in used
    }
    right = "Microsoft.Network/natGateways/read"
    ids = []
    for gateway in sorted(gateways):
        document = arm.get(gateway, _NETWORK_VERSION, what=f"the NAT gateway {last_segment(gateway)}", right=right)
        properties = document.get("properties")
        references = properties.get("publicIpAddresses") if isinstance(properties, dict) else None
        ids += [str(item.get("id")) for item in references or () if isinstance(item, dict)]
    return ids


def _node_group(cluster: ManagedCluster) -> str:
    return f"/subscriptions/{subscription(cluster.id)}/resourceGroups/{cluster.node_resource_group}"


def _network_of(subnet_id: str) -> str:
    """Return the network's id, a subnet's without its last two segments."""
    return "/" + "/".join(subnet_id.strip("/").split("/")[:-2])


def _private_zone(arm: Arm) -> str:
    """Return the vaults' private zone: for `vault.azure.net`, `privatelink.vaultcore.azure.net` (azure.md 5.7)."""
    return f"privatelink.vaultcore.{arm.cloud.vault_suffix.removeprefix('vault.')}"


def _listed(arm: Arm, fact: str, path: str, version: str, what: str, kind: type[T]) -> tuple[T, ...]:
    right = FACTS[fact].right
    listed: tuple[Document, ...] = arm.listed(path, version, what=what, right=right)
    with refusals(what=what, right=right):
        return tuple(decode(item, kind) for item in listed)


def _fetched(arm: Arm, fact: str, ids: Iterable[str], kind: type[T]) -> Iterator[T | Unreadable]:
    """Fetch each resource, or the reason why it cannot be had; what is gone is left out."""
    right = FACTS[fact].right
    for resource_id in sorted({"/" + "/".join(segments(one)) for one in ids if one}):
        what = f"{segments(resource_id)[-2]} {last_segment(resource_id)}"
        try:
            with refusals(what=what, right=right):
                yield decode(arm.get(resource_id, _NETWORK_VERSION, what=what, right=right), kind)
        except NotThere:
            continue
        except Unreadable as error:
            yield error


def _all(fetched: Iterable[T | Unreadable]) -> tuple[T, ...]:
    """Return all of them; one that is refused makes the whole unknown, because a part of it would look like all."""
    found = []
    for item in fetched:
        if isinstance(item, Unreadable):
            raise item
        found.append(item)
    return tuple(found)
