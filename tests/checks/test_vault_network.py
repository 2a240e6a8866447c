from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from checks.vault_network import vault_network
from preflight import Finding, Missing, Status, facts
from preflight.facts.azure import (
    ConnectionState,
    DhcpOptions,
    IPRule,
    NetworkProfile,
    NetworkRuleSet,
    OutboundProfile,
    Peering,
    PrivateEndpointConnection,
    Reference,
    ServiceEndpoint,
    Subnet,
    VirtualNetworkRule,
)
from preflight.testing import NODE_RESOURCE_GROUP, agent_pool, cluster, judge, resource_id, vault

NETWORK = resource_id("Microsoft.Network/virtualNetworks", "vnet-nodes")
HUB = resource_id("Microsoft.Network/virtualNetworks", "vnet-hub")
SUBNET = f"{NETWORK}/subnets/nodes"
ENDPOINT = resource_id("Microsoft.Network/privateEndpoints", "pe-kv")
ADDRESS = "20.50.1.7"
REFUSED = Missing(reason="no right to read it", why="refused")


def nodes_in(*subnets: str | None, outbound: str = "loadBalancer") -> facts.ManagedCluster:
    pools = [replace(agent_pool(f"p{number}"), vnet_subnet_id=subnet) for number, subnet in enumerate(subnets)]
    return replace(cluster(pools=pools), network_profile=NetworkProfile(outbound_type=outbound))


def network(
    id: str = NETWORK,
    *,
    subnet: str = "nodes",
    services: Sequence[str] = (),
    dns: Sequence[str] = (),
    peers: Sequence[str] = (),
    state: str = "Connected",
) -> facts.VirtualNetwork:
    endpoints = tuple(ServiceEndpoint(service=service) for service in services)
    return facts.VirtualNetwork(
        id=id,
        subnets=(Subnet(id=f"{id}/subnets/{subnet}", name=subnet, service_endpoints=endpoints),),
        dhcp_options=DhcpOptions(dns_servers=tuple(dns)),
        virtual_network_peerings=tuple(
            Peering(peering_state=state, remote_virtual_network=Reference(id=peer)) for peer in peers
        ),
    )


def walled(
    *, subnets: Sequence[str] = (), addresses: Sequence[str] = (), public: str = "Enabled", endpoint: str | None = None
) -> facts.Vault:
    rules = NetworkRuleSet(
        default_action="Deny",
        bypass="AzureServices",
        ip_rules=tuple(IPRule(value=address) for address in addresses),
        virtual_network_rules=tuple(VirtualNetworkRule(id=subnet) for subnet in subnets),
    )
    connection = PrivateEndpointConnection(
        private_endpoint=Reference(id=ENDPOINT.upper()),
        private_link_service_connection_state=ConnectionState(status=endpoint),
    )
    return replace(
        vault(public_access=public), network_acls=rules, private_endpoint_connections=(connection,) if endpoint else ()
    )


def standing_in(network: str) -> tuple[facts.PrivateEndpoint, ...]:
    return (facts.PrivateEndpoint(id=ENDPOINT, subnet=Reference(id=f"{network}/subnets/endpoints")),)


def linked_to(network: str) -> tuple[facts.PrivateDnsZoneLink, ...]:
    zone = resource_id("Microsoft.Network/privateDnsZones", "privatelink.vaultcore.azure.net")
    return (
        facts.PrivateDnsZoneLink(id=f"{zone}/virtualNetworkLinks/l", virtual_network=Reference(id=network.upper())),
    )


def the_finding(given: facts.Vault, **around: Any) -> Finding:
    (finding,) = judge(
        vault_network, **{"vault": given, "cluster": nodes_in(SUBNET), "networks": (network(),), **around}
    ).findings
    return finding


@pytest.mark.parametrize(
    "given",
    [vault(), replace(vault(), network_acls=None, public_network_access=None)],
    ids=["allow", "nothing set"],
)
def test_an_open_vault_passes_and_warns_behind_a_route_of_ones_own(given: facts.Vault) -> None:
    assert the_finding(given).status is Status.PASS
    assert the_finding(given, cluster=nodes_in(SUBNET, outbound="userDefinedRouting")).status is Status.WARN


def test_the_bypass_for_trusted_services_never_counts() -> None:
    finding = the_finding(walled())
    assert finding.status is Status.FAIL
    assert finding.evidence["ways"] == {"endpoint": "no", "rule": "no", "address": "no"}


def test_a_rule_for_the_subnet_needs_its_service_endpoint() -> None:
    ruled = walled(subnets=[SUBNET.upper()])
    assert (
        the_finding(ruled, networks=(network(services=["Microsoft.Storage", "microsoft.keyvault"]),)).status
        is Status.PASS
    )
    lacking = the_finding(ruled, networks=(network(services=["Microsoft.Storage"]),))
    assert lacking.status is Status.FAIL
    assert lacking.commands is not None
    assert lacking.commands.bash[0].endswith("--service-endpoints Microsoft.Storage Microsoft.KeyVault")
    assert lacking.commands.bash[1].startswith("az keyvault network-rule add --name kv-cluedin-sample")
    assert the_finding(ruled, networks=REFUSED).status is Status.UNKNOWN


def test_without_knowing_the_subnets_services_they_are_not_overwritten() -> None:
    finding = the_finding(walled(), networks=REFUSED)
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    assert len(finding.commands.bash) == 1


@pytest.mark.parametrize(
    ("rules", "leaving", "status"),
    [
        ([ADDRESS], [ADDRESS], Status.PASS),
        (["20.50.0.0/16"], [ADDRESS], Status.PASS),
        (["20.60.0.0/16"], [ADDRESS], Status.FAIL),
        ([ADDRESS], [ADDRESS, "20.50.1.8"], Status.FAIL),
        ([ADDRESS], [], Status.UNKNOWN),
        (["nonsense"], [ADDRESS], Status.FAIL),
    ],
)
def test_a_rule_for_every_outbound_address(rules: list[str], leaving: list[str], status: Status) -> None:
    addresses = tuple(facts.PublicIPAddress(ip_address=address) for address in leaving)
    assert the_finding(walled(addresses=rules), outbound_addresses=addresses).status is status


def test_addresses_that_people_come_in_by_need_no_rule() -> None:
    out, into = (
        f"/subscriptions/s/resourceGroups/MC_rg/providers/P/publicIPAddresses/{name}" for name in ("out", "in")
    )
    profile = OutboundProfile(effective_outbound_ips=(Reference(id=out.upper()),))
    known = nodes_in(SUBNET)
    known = replace(known, network_profile=replace(known.network_profile, load_balancer_profile=profile))
    listed = (
        facts.PublicIPAddress(id=out, ip_address=ADDRESS),
        facts.PublicIPAddress(id=into, ip_address="20.50.1.8"),
    )
    given = {"cluster": known, "networks": (network(),)}
    ruled = walled(addresses=[ADDRESS])
    assert the_finding(ruled, **given, outbound_addresses=listed).status is Status.PASS
    assert the_finding(ruled, **given, outbound_addresses=listed[1:]).status is Status.UNKNOWN


def test_addresses_do_not_count_with_the_service_endpoint_nor_behind_a_route_of_ones_own() -> None:
    ruled = walled(addresses=[ADDRESS])
    given = {"outbound_addresses": (facts.PublicIPAddress(ip_address=ADDRESS),)}
    assert the_finding(ruled, **given, networks=(network(services=["Microsoft.KeyVault"]),)).status is Status.FAIL
    routed = nodes_in(SUBNET, outbound="userDefinedRouting")
    assert the_finding(ruled, **given, cluster=routed).status is Status.UNKNOWN
    assert the_finding(ruled, outbound_addresses=REFUSED).status is Status.UNKNOWN


PRIVATE = walled(public="Disabled", endpoint="Approved", subnets=[SUBNET])


def test_an_approved_endpoint_in_the_nodes_network_with_its_zone_linked_passes() -> None:
    given = {"private_endpoints": standing_in(NETWORK), "private_dns_zone_links": linked_to(NETWORK)}
    assert the_finding(PRIVATE, **given).status is Status.PASS


def test_or_in_a_peered_network() -> None:
    given = {"private_endpoints": standing_in(HUB), "private_dns_zone_links": linked_to(NETWORK)}
    assert the_finding(PRIVATE, **given, networks=(network(peers=[HUB]),)).status is Status.PASS
    assert the_finding(PRIVATE, **given, networks=(network(peers=[HUB], state="Disconnected"),)).status is Status.FAIL
    assert the_finding(PRIVATE, **given).status is Status.FAIL
    assert the_finding(PRIVATE, **given, networks=REFUSED).status is Status.UNKNOWN


def test_its_name_must_lead_there() -> None:
    given = {"private_endpoints": standing_in(NETWORK)}
    assert the_finding(PRIVATE, **given, private_dns_zone_links=linked_to(HUB)).status is Status.FAIL
    own = (network(dns=["10.0.0.4"]),)
    assert the_finding(PRIVATE, **given, private_dns_zone_links=(), networks=own).status is Status.PASS
    assert the_finding(PRIVATE, **given, private_dns_zone_links=REFUSED).status is Status.UNKNOWN


@pytest.mark.parametrize("state", ["Pending", "Rejected", "Disconnected"])
def test_an_endpoint_that_is_not_approved_does_not_count(state: str) -> None:
    given = {"private_endpoints": standing_in(NETWORK), "private_dns_zone_links": linked_to(NETWORK)}
    finding = the_finding(walled(public="Disabled", endpoint=state), **given)
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    assert "az network private-endpoint create" in finding.commands.bash[0]


def test_without_public_access_rules_do_not_count() -> None:
    closed = walled(public="Disabled", subnets=[SUBNET], addresses=[ADDRESS])
    finding = the_finding(closed, networks=(network(services=["Microsoft.KeyVault"]),))
    assert finding.status is Status.FAIL
    assert finding.evidence["ways"] == {"endpoint": "no"}


def test_where_the_endpoint_stands_must_be_known() -> None:
    assert the_finding(PRIVATE, private_endpoints=REFUSED).status is Status.UNKNOWN


def test_a_perimeter_is_not_read() -> None:
    assert the_finding(walled(public="SecuredByPerimeter")).status is Status.UNKNOWN


def test_a_pool_without_a_subnet_stands_in_the_network_that_aks_made() -> None:
    made = resource_id("Microsoft.Network/virtualNetworks", "aks-vnet", NODE_RESOURCE_GROUP)
    given = {
        "cluster": nodes_in(None),
        "networks": (network(), network(made, subnet="aks-subnet", services=["Microsoft.KeyVault"])),
    }
    assert the_finding(walled(subnets=[f"{made}/subnets/aks-subnet"]), **given).status is Status.PASS
    assert the_finding(walled(), cluster=nodes_in(None), networks=REFUSED).status is Status.UNKNOWN


def test_each_node_subnet_is_judged() -> None:
    second = f"{NETWORK}/subnets/data"
    given: dict[str, Any] = {"vault": walled(subnets=[SUBNET])}
    given["networks"] = (network(services=["Microsoft.KeyVault"]),)
    failed, passed = judge(vault_network, **given, cluster=nodes_in(SUBNET, second)).findings
    assert (failed.object, failed.status) == ("subnet/vnet-nodes/data", Status.FAIL)
    assert (passed.object, passed.status) == ("subnet/vnet-nodes/nodes", Status.PASS)


def test_the_private_zone_is_the_one_of_the_vaults_cloud() -> None:
    china = replace(walled(public="Disabled"), vault_uri="https://kv-cluedin-sample.vault.azure.cn/")
    commands = the_finding(china).commands
    assert commands is not None
    assert "--zone-name privatelink.vaultcore.azure.cn" in commands.powershell[1]
