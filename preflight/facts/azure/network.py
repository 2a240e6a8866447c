"""What lies between the nodes and the vault (Microsoft.Network)."""

from preflight.facts.azure.resource import Reference, Resource


class ServiceEndpoint(Resource, frozen=True, kw_only=True):
    """A service that is reached from a subnet with the subnet's own identity, such as Microsoft.KeyVault."""

    service: str = ""


class Subnet(Resource, frozen=True, kw_only=True):
    """A subnet: its ranges, and with a `route_table` traffic may leave through a firewall."""

    id: str = ""
    name: str = ""
    address_prefix: str | None = None
    address_prefixes: tuple[str, ...] = ()
    service_endpoints: tuple[ServiceEndpoint, ...] = ()
    route_table: Reference | None = None
    nat_gateway: Reference | None = None


class DhcpOptions(Resource, frozen=True, kw_only=True):
    """Name servers of one's own; none means Azure's."""

    dns_servers: tuple[str, ...] = ()


class Peering(Resource, frozen=True, kw_only=True):
    """A network reached from another one; only a Connected peering works."""

    peering_state: str | None = None
    remote_virtual_network: Reference = Reference()


class VirtualNetwork(Resource, frozen=True, kw_only=True):
    """A network with its subnets."""

    id: str = ""
    name: str = ""
    subnets: tuple[Subnet, ...] = ()
    dhcp_options: DhcpOptions = DhcpOptions()
    virtual_network_peerings: tuple[Peering, ...] = ()


class PrivateEndpoint(Resource, frozen=True, kw_only=True):
    """Where a private endpoint stands."""

    id: str = ""
    subnet: Reference = Reference()


class PrivateDnsZoneLink(Resource, frozen=True, kw_only=True):
    """A network in which a private DNS zone is answered; the zone is the part of `id` after `privateDnsZones`."""

    id: str = ""
    virtual_network: Reference = Reference()
    virtual_network_link_state: str | None = None


class PublicIPAddress(Resource, frozen=True, kw_only=True):
    """A public address that nodes leave with."""

    id: str = ""
    ip_address: str | None = None
