"""Can the nodes reach the vault, and by which way: azure.md 5.7.

The subnet that counts is the nodes', because the provider is on the host network. `bypass` never helps: nodes are no
trusted Microsoft service.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Literal

import msgspec

from preflight.access.scopes import is_same_scope, resource_group, segments
from preflight.facts import (
    ManagedCluster,
    Missing,
    PrivateDnsZoneLink,
    PrivateEndpoint,
    PublicIPAddress,
    Subnet,
    Vault,
    VirtualNetwork,
)

SERVICE = "Microsoft.KeyVault"
_ZONE = "/privatednszones/privatelink.vaultcore."

Reach = Literal["yes", "no", "unknown"]


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the network around cluster and vault."""

    networks: tuple[VirtualNetwork, ...] | Missing | None = None
    endpoints: tuple[PrivateEndpoint, ...] | Missing | None = None
    links: tuple[PrivateDnsZoneLink, ...] | Missing | None = None
    addresses: tuple[PublicIPAddress, ...] | Missing | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way from a subnet to the vault: whether it is open, and a clause that says why."""

    kind: Literal["endpoint", "rule", "address"]
    open: Reach
    why: str


class SubnetReach(msgspec.Struct, frozen=True, kw_only=True):
    """What one node subnet can do; `subnet` is its resource id."""

    subnet: str
    ways: tuple[Way, ...]

    @property
    def open(self) -> Reach:
        """Open when one way is; closed when all are."""
        found = {way.open for way in self.ways}
        return "yes" if "yes" in found else "unknown" if "unknown" in found else "no"


def host_of(vault: Vault) -> str:
    """Return the host name that the provider asks, such as `kv-1.vault.azure.net`."""
    return (vault.vault_uri or f"https://{vault.name}.vault.azure.net/").removeprefix("https://").strip("/")


def private_zone(vault: Vault) -> str:
    """Return the private DNS zone of vaults in the vault's cloud: `privatelink.vaultcore.azure.net` and its like."""
    return f"privatelink.vaultcore.{host_of(vault).partition('.vault.')[2] or 'azure.net'}"


def is_public(vault: Vault) -> bool:
    """Tell whether the vault's public address answers at all; nothing set means that it does."""
    return (vault.public_network_access or "Enabled").lower() == "enabled"


def is_in_perimeter(vault: Vault) -> bool:
    """Tell whether a network security perimeter decides, which overrides every other rule and is not read."""
    return (vault.public_network_access or "").lower() == "securedbyperimeter"


def is_open_to_all(vault: Vault) -> bool:
    """Tell whether everybody may reach the vault: public, and without a firewall that denies by default."""
    rules = vault.network_acls
    return is_public(vault) and (rules is None or (rules.default_action or "Allow").lower() == "allow")


def node_subnets(cluster: ManagedCluster, networks: tuple[VirtualNetwork, ...] | Missing | None) -> tuple[str, ...]:
    """Return the ids of the subnets that nodes stand in; none where that is not known.

    A pool without one stands in the network that AKS made in the node resource group.
    """
    named = {pool.vnet_subnet_id for pool in cluster.agent_pool_profiles}
    found = {subnet for subnet in named if subnet}
    if None in named or "" in named:
        made = [
            subnet.id
            for network in (networks if isinstance(networks, tuple) else ())
            if (resource_group(network.id) or "").lower() == (cluster.node_resource_group or "").lower()
            for subnet in network.subnets
        ]
        if not made:
            return ()
        found |= set(made)
    return tuple(sorted({subnet.lower(): subnet for subnet in sorted(found)}.values()))


def network_of(subnet_id: str) -> str:
    """Return the id of a subnet's network.

    >>> network_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n")
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v'
    """
    return subnet_id.rstrip("/").rsplit("/", 2)[0]


def reaches(vault: Vault, cluster: ManagedCluster, around: Surroundings) -> tuple[SubnetReach, ...]:
    """Return for each node subnet the ways to a vault that is not open to all."""
    return tuple(
        SubnetReach(subnet=subnet, ways=tuple(_ways(subnet, vault, cluster, around)))
        for subnet in node_subnets(cluster, around.networks)
    )


def _ways(subnet_id: str, vault: Vault, cluster: ManagedCluster, around: Surroundings) -> Iterator[Way]:
    network, subnet = _network_of(subnet_id, around.networks)
    yield _by_endpoint(subnet_id, network, vault, around)
    if is_public(vault):
        yield _by_rule(subnet_id, subnet, vault)
        yield _by_address(subnet, vault, cluster, around)


def _network_of(
    subnet_id: str, networks: tuple[VirtualNetwork, ...] | Missing | None
) -> tuple[VirtualNetwork | None, Subnet | None]:
    for network in networks if isinstance(networks, tuple) else ():
        for subnet in network.subnets:
            if is_same_scope(subnet.id, subnet_id):
                return network, subnet
    return None, None


# --- private endpoint ---


def _by_endpoint(subnet_id: str, network: VirtualNetwork | None, vault: Vault, around: Surroundings) -> Way:
    approved = {
        connection.private_endpoint.id.lower()
        for connection in vault.private_endpoint_connections
        if (connection.private_link_service_connection_state.status or "").lower() == "approved"
    }
    if not approved:
        return Way(kind="endpoint", open="no", why="no approved private endpoint")
    if not isinstance(around.endpoints, tuple):
        return _unread("endpoint", "where its private endpoint stands", around.endpoints)
    standing = [endpoint for endpoint in around.endpoints if endpoint.id.lower() in approved]
    home = segments(network_of(subnet_id))
    near = {home} if network is None else {home, *_peers(network)}
    reached = any(segments(network_of(endpoint.subnet.id)) in near for endpoint in standing)
    if not reached and (network is None or len(standing) < len(approved)):
        return _unread("endpoint", "which networks the nodes' one is peered with", around.networks)
    if not reached:
        return Way(
            kind="endpoint", open="no", why="its private endpoint is in a network the nodes' one is not peered with"
        )
    return _by_name(home, network, around)


def _peers(network: VirtualNetwork) -> Iterator[tuple[str, ...]]:
    for peering in network.virtual_network_peerings:
        if (peering.peering_state or "").lower() == "connected":
            yield segments(peering.remote_virtual_network.id)


def _by_name(home: tuple[str, ...], network: VirtualNetwork | None, around: Surroundings) -> Way:
    """The endpoint is near; the vault's name must lead to it too."""
    linked = any(
        _ZONE in link.id.lower() and segments(link.virtual_network.id) == home
        for link in (around.links if isinstance(around.links, tuple) else ())
    )
    if linked:
        return Way(kind="endpoint", open="yes", why="a private endpoint, its DNS zone linked to the nodes' network")
    if network is not None and network.dhcp_options.dns_servers:
        servers = ", ".join(network.dhcp_options.dns_servers)
        return Way(kind="endpoint", open="yes", why=f"a private endpoint, its name left to your DNS servers {servers}")
    if not isinstance(around.links, tuple):
        return _unread("endpoint", "whether its DNS zone is linked to the nodes' network", around.links)
    if network is None:
        return _unread("endpoint", "whether the nodes use DNS servers of your own", around.networks)
    return Way(kind="endpoint", open="no", why="its private DNS zone is not linked to the nodes' network")


# --- firewall rules ---


def _by_rule(subnet_id: str, subnet: Subnet | None, vault: Vault) -> Way:
    rules = vault.network_acls.virtual_network_rules if vault.network_acls else ()
    if not any(is_same_scope(rule.id, subnet_id) for rule in rules):
        return Way(kind="rule", open="no", why="no rule for the nodes' subnet")
    if subnet is None:
        return Way(
            kind="rule", open="unknown", why=f"whether the subnet has the service endpoint {SERVICE} was not read"
        )
    if not _has_service(subnet):
        return Way(
            kind="rule", open="no", why=f"a rule for the nodes' subnet, which lacks the service endpoint {SERVICE}"
        )
    return Way(kind="rule", open="yes", why="a rule for the nodes' subnet and its service endpoint")


def _by_address(subnet: Subnet | None, vault: Vault, cluster: ManagedCluster, around: Surroundings) -> Way:
    rules = tuple(rule.value for rule in vault.network_acls.ip_rules) if vault.network_acls else ()
    if not rules:
        return Way(kind="address", open="no", why="no rule for an address")
    if subnet is None:
        return _unread("address", "whether the subnet has a service endpoint", around.networks)
    if _has_service(subnet):
        # With the service endpoint the vault sees the node's private address (AKS#4622).
        return Way(kind="address", open="no", why="rules for addresses do not count: the subnet has a service endpoint")
    if not leaves_by_known_address(cluster):
        why = "the nodes leave by a route of your own, with an address that is not known"
        return Way(kind="address", open="unknown", why=why)
    return _by_outbound(rules, leaving_addresses(cluster, around.addresses))


def _by_outbound(rules: tuple[str, ...], addresses: tuple[PublicIPAddress, ...] | Missing | None) -> Way:
    """Any of the outbound addresses may be used, so each needs a rule."""
    known = addresses if isinstance(addresses, tuple) else ()
    leaving = sorted(address.ip_address for address in known if address.ip_address)
    if not leaving:
        return _unread("address", "which addresses the nodes leave with", addresses)
    outside = [address for address in leaving if not any(_holds(rule, address) for rule in rules)]
    if outside:
        return Way(kind="address", open="no", why=f"no rule for the nodes' outbound address {', '.join(outside)}")
    return Way(kind="address", open="yes", why=f"a rule for the nodes' outbound address {', '.join(leaving)}")


def leaving_addresses(
    cluster: ManagedCluster, addresses: tuple[PublicIPAddress, ...] | Missing | None
) -> tuple[PublicIPAddress, ...] | Missing | None:
    """Return those of the addresses that nodes leave with, as the cluster names them; all where it names none.

    A listing of the node resource group has the addresses that people come in by too.
    """
    profile = cluster.network_profile
    ways = (profile.load_balancer_profile, profile.nat_gateway_profile)
    wanted = {segments(reference.id) for way in ways for reference in way.effective_outbound_ips}
    if not wanted or not isinstance(addresses, tuple):
        return addresses
    found = tuple(address for address in addresses if segments(address.id) in wanted)
    if len({segments(address.id) for address in found}) < len(wanted):
        return Missing(reason="not all of the cluster's outbound addresses are among them", why="partial")
    return found


def leaves_by_known_address(cluster: ManagedCluster) -> bool:
    """Tell whether nodes leave by a load balancer or NAT gateway; a user-defined route may pass a firewall."""
    outbound = (cluster.network_profile.outbound_type or "loadBalancer").lower()
    return outbound in ("loadbalancer", "managednatgateway", "userassignednatgateway")


def subnet_services(subnet_id: str, networks: tuple[VirtualNetwork, ...] | Missing | None) -> tuple[str, ...] | None:
    """Return the services that a subnet has endpoints for, None where it was not read."""
    _, subnet = _network_of(subnet_id, networks)
    return tuple(endpoint.service for endpoint in subnet.service_endpoints) if subnet else None


def _has_service(subnet: Subnet) -> bool:
    return any(endpoint.service.lower() == SERVICE.lower() for endpoint in subnet.service_endpoints)


def _holds(rule: str, address: str) -> bool:
    try:
        return ip_address(address) in ip_network(rule, strict=False)
    except ValueError:
        return False


def _unread(kind: Literal["endpoint", "rule", "address"], what: str, missing: object) -> Way:
    reason = f": {missing.reason}" if isinstance(missing, Missing) else ""
    return Way(kind=kind, open="unknown", why=f"{what} was not read{reason}")
