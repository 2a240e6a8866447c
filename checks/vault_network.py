"""The way from the nodes to the vault."""

from collections.abc import Iterator

from msgspec.structs import replace

from preflight import Finding, Missing, check, facts, fail, passed, unknown, warn
from preflight.access.commands import allow_subnet, commands, private_endpoint
from preflight.access.network import (
    SubnetReach,
    Surroundings,
    host_of,
    is_in_perimeter,
    is_open_to_all,
    is_public,
    leaves_by_known_address,
    network_of,
    reaches,
    subnet_services,
)
from preflight.access.scopes import last_segment


@check("vault-network", group="vault")
def vault_network(
    vault: facts.Vault,
    cluster: facts.ManagedCluster,
    networks: tuple[facts.VirtualNetwork, ...] | Missing | None = None,
    private_endpoints: tuple[facts.PrivateEndpoint, ...] | Missing | None = None,
    private_dns_zone_links: tuple[facts.PrivateDnsZoneLink, ...] | Missing | None = None,
    outbound_addresses: tuple[facts.PublicIPAddress, ...] | Missing | None = None,
) -> Iterator[Finding]:
    """The nodes can reach the vault.

    The provider asks the vault from the node's own network. A firewall that denies by default answers
    ForbiddenByFirewall, a vault without public access ForbiddenByConnection, and a missing DNS link "no such host".
    "Allow trusted Microsoft services" does not help: nodes are none. What this machine may reach says nothing about the
    cluster.

    Fix: add the node subnet to the vault's firewall and give it the service endpoint Microsoft.KeyVault, or allow the
    address that the nodes leave with; for a vault without public access an approved private endpoint in the nodes'
    network or a peered one, and its private DNS zone linked to the nodes' network.
    """
    name = f"vault/{vault.name}"
    if is_in_perimeter(vault):
        yield unknown("a network security perimeter decides who reaches the vault, and its rules are not read", name)
        return
    if is_open_to_all(vault):
        if leaves_by_known_address(cluster):
            yield passed("the vault is open to every network", name)
        else:
            outbound = cluster.network_profile.outbound_type
            message = f"the vault is open, but the nodes leave by a route of your own (outboundType {outbound})"
            hint = f"let your firewall pass {host_of(vault)} and the login endpoint on 443"
            yield warn(message, name, hint, evidence={"outbound_type": outbound})
        return
    around = Surroundings(
        networks=networks,
        endpoints=private_endpoints,
        links=private_dns_zone_links,
        addresses=outbound_addresses,
    )
    found = reaches(vault, cluster, around)
    if not found:
        reason = f": {networks.reason}" if isinstance(networks, Missing) else ""
        yield unknown(f"the vault denies by default, and which subnets the nodes stand in is not known{reason}", name)
    for reach in found:
        ways = {way.kind: way.open for way in reach.ways}
        yield replace(_finding(reach, vault, networks), evidence={"subnet": reach.subnet, "ways": ways})


def _finding(
    reach: SubnetReach, vault: facts.Vault, networks: tuple[facts.VirtualNetwork, ...] | Missing | None
) -> Finding:
    name = f"subnet/{last_segment(network_of(reach.subnet))}/{last_segment(reach.subnet)}"
    if reach.open == "yes":
        way = next(way for way in reach.ways if way.open == "yes")
        return passed(f"nodes in it reach vault {vault.name} by {way.why}", name)
    if reach.open == "unknown":
        why = "; ".join(way.why for way in reach.ways if way.open == "unknown")
        return unknown(f"whether nodes in it reach vault {vault.name} is open: {why}", name)
    why = "; ".join(way.why for way in reach.ways)
    if is_public(vault):
        hint = "allow the subnet in the vault's firewall, with the service endpoint"
        cure = allow_subnet(vault, reach.subnet, subnet_services(reach.subnet, networks))
    else:
        hint = "put an approved private endpoint into the nodes' network, and link its DNS zone to that network"
        cure = private_endpoint(vault, reach.subnet)
    return fail(f"nodes in it cannot reach vault {vault.name}: {why}", name, hint, commands=commands(*cure))
