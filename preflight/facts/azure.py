"""What we take from Azure: trimmed views of ARM and Key Vault answers, REST names, `properties` lifted one level up.

Azure's REST shape nests most fields under `properties`, its CLI flattens some kinds and not others. Readers flatten and
drop nulls before decoding, so every field that Azure may leave out or send as null has a default here.
Ids (GUIDs and resource ids) keep the case they came in; compare them with `same_id`.
"""

import msgspec


class _Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Configuration shared by the structs below."""


# --- the managed cluster (Microsoft.ContainerService/managedClusters) ---


class Identity(_Resource, frozen=True, kw_only=True):
    """A user-assigned identity under its three ids: which one goes where decides most 403s (azure.md 4)."""

    client_id: str | None = None
    object_id: str | None = None
    resource_id: str | None = None


class AddonConfig(_Resource, frozen=True, kw_only=True):
    """The add-on's configuration: strings, `"true"` / `"false"` and a Go duration such as `2m`."""

    enable_secret_rotation: str | None = None
    rotation_poll_interval: str | None = None


class AddonProfile(_Resource, frozen=True, kw_only=True):
    """One entry of `addonProfiles`."""

    enabled: bool = False
    config: AddonConfig = AddonConfig()
    identity: Identity | None = None


class PowerState(_Resource, frozen=True, kw_only=True):
    """Running or Stopped."""

    code: str | None = None


class UpgradeSettings(_Resource, frozen=True, kw_only=True):
    """`maxSurge` is a number or a percentage as a string."""

    max_surge: str | None = None
    max_unavailable: str | None = None


class AgentPool(_Resource, frozen=True, kw_only=True):
    """A node pool. `max_pods` is fixed when the pool is made."""

    name: str = ""
    id: str | None = None
    mode: str | None = None
    count: int | None = None
    max_pods: int | None = None
    os_type: str | None = None
    os_sku: str | None = msgspec.field(name="osSKU", default=None)
    vm_size: str | None = None
    enable_auto_scaling: bool = False
    min_count: int | None = None
    max_count: int | None = None
    node_taints: tuple[str, ...] = ()
    node_labels: dict[str, str] = {}
    availability_zones: tuple[str, ...] = ()
    vnet_subnet_id: str | None = msgspec.field(name="vnetSubnetID", default=None)
    pod_subnet_id: str | None = msgspec.field(name="podSubnetID", default=None)
    pod_ip_allocation_mode: str | None = msgspec.field(name="podIPAllocationMode", default=None)
    orchestrator_version: str | None = None
    provisioning_state: str | None = None
    power_state: PowerState = PowerState()
    upgrade_settings: UpgradeSettings = UpgradeSettings()
    type: str | None = None


class Reference(_Resource, frozen=True, kw_only=True):
    """Another resource by its id."""

    id: str = ""


class OutboundProfile(_Resource, frozen=True, kw_only=True):
    """The public addresses behind a load balancer or NAT gateway, by resource id."""

    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(name="effectiveOutboundIPs", default=())


class NetworkProfile(_Resource, frozen=True, kw_only=True):
    """How pods and nodes get addresses and leave the cluster."""

    network_plugin: str | None = None
    network_plugin_mode: str | None = None
    network_dataplane: str | None = None
    outbound_type: str | None = None
    pod_cidr: str | None = None
    load_balancer_profile: OutboundProfile = OutboundProfile()
    nat_gateway_profile: OutboundProfile = OutboundProfile()


class ClusterIdentity(_Resource, frozen=True, kw_only=True):
    """The control plane's identity. `user_assigned_identities` is keyed by resource id."""

    type: str | None = None
    principal_id: str | None = None
    tenant_id: str | None = None
    user_assigned_identities: dict[str, "ClusterUserIdentity"] = {}


class ClusterUserIdentity(_Resource, frozen=True, kw_only=True):
    """A user-assigned identity of the control plane; Azure calls the object id `principalId` here."""

    client_id: str | None = None
    principal_id: str | None = None


class NodeResourceGroupProfile(_Resource, frozen=True, kw_only=True):
    """`ReadOnly` locks the node resource group down."""

    restriction_level: str | None = None


class ManagedCluster(_Resource, frozen=True, kw_only=True):
    """An AKS cluster."""

    id: str = ""
    name: str = ""
    location: str | None = None
    provisioning_state: str | None = None
    power_state: PowerState = PowerState()
    kubernetes_version: str | None = None
    current_kubernetes_version: str | None = None
    fqdn: str | None = None
    private_fqdn: str | None = msgspec.field(name="privateFQDN", default=None)
    node_resource_group: str | None = None
    node_resource_group_profile: NodeResourceGroupProfile = NodeResourceGroupProfile()
    addon_profiles: dict[str, AddonProfile] = {}
    identity: ClusterIdentity = ClusterIdentity()
    identity_profile: dict[str, Identity] = {}
    agent_pool_profiles: tuple[AgentPool, ...] = ()
    network_profile: NetworkProfile = NetworkProfile()

    @property
    def keyvault_addon(self) -> AddonProfile | None:
        """The Key Vault add-on's profile; None where the map has no such key. Spelling varies in case (azure.md 4)."""
        for key, profile in self.addon_profiles.items():
            if key.lower() == "azurekeyvaultsecretsprovider":
                return profile
        return None


# --- the vault (Microsoft.KeyVault/vaults) ---


class Permissions(_Resource, frozen=True, kw_only=True):
    """Permission words of an access policy; their case varies."""

    secrets: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class AccessPolicy(_Resource, frozen=True, kw_only=True):
    """One access policy. With an `application_id` it is compound: a managed identity cannot satisfy it."""

    object_id: str = ""
    tenant_id: str | None = None
    application_id: str | None = None
    permissions: Permissions = Permissions()


class IPRule(_Resource, frozen=True, kw_only=True):
    """An address or CIDR range."""

    value: str = ""


class VirtualNetworkRule(_Resource, frozen=True, kw_only=True):
    """A subnet by resource id."""

    id: str = ""


class NetworkRuleSet(_Resource, frozen=True, kw_only=True):
    """The vault's firewall."""

    default_action: str | None = None
    bypass: str | None = None
    ip_rules: tuple[IPRule, ...] = ()
    virtual_network_rules: tuple[VirtualNetworkRule, ...] = ()


class ConnectionState(_Resource, frozen=True, kw_only=True):
    """Approved, Pending, Rejected or Disconnected."""

    status: str | None = None


class PrivateEndpointConnection(_Resource, frozen=True, kw_only=True):
    """One private endpoint's connection as the vault sees it: only an Approved one works."""

    id: str = ""
    private_endpoint: Reference = Reference()
    private_link_service_connection_state: ConnectionState = ConnectionState()


class Vault(_Resource, frozen=True, kw_only=True):
    """A key vault. `enable_rbac_authorization` false or None means access policies (azure.md 5.3)."""

    id: str = ""
    name: str = ""
    location: str | None = None
    tenant_id: str | None = None
    vault_uri: str | None = None
    enable_rbac_authorization: bool | None = None
    access_policies: tuple[AccessPolicy, ...] = ()
    public_network_access: str | None = None
    network_acls: NetworkRuleSet | None = None
    private_endpoint_connections: tuple[PrivateEndpointConnection, ...] = ()
    enable_soft_delete: bool | None = None
    enable_purge_protection: bool | None = None
    provisioning_state: str | None = None


class VaultObject(_Resource, frozen=True, kw_only=True):
    """A secret or certificate of the vault by its properties; there is no field for a value. Instants are RFC 3339.

    A listing of the vault has each name once, with the properties of its newest version and no `version`.
    """

    name: str
    enabled: bool | None = None
    expires: str | None = None
    not_before: str | None = None
    created: str | None = None
    updated: str | None = None
    version: str | None = None
    content_type: str | None = None
    managed: bool = False


class DeletedVaultObject(_Resource, frozen=True, kw_only=True):
    """A soft-deleted secret or certificate; `name` stays taken until it is recovered or purged."""

    name: str
    deleted_date: str | None = None
    scheduled_purge_date: str | None = None


class CertificatePolicy(_Resource, frozen=True, kw_only=True):
    """How a certificate of the vault was made: what decides whether its secret holds a key, and in which form.

    `exportable` false: no private key comes with it. `content_type` is its secret's: PKCS #12 or PEM. `renews` tells
    that the vault renews it by itself before it expires.
    """

    name: str
    exportable: bool | None = None
    content_type: str | None = None
    key_type: str | None = None
    issuer: str | None = None
    renews: bool = False


class DeletedVault(_Resource, frozen=True, kw_only=True):
    """A soft-deleted vault; `name` stays taken until it is purged. `vault_id` is the id it had."""

    id: str = ""
    name: str = ""
    vault_id: str | None = None
    location: str | None = None
    deletion_date: str | None = None
    scheduled_purge_date: str | None = None


class NameAvailability(_Resource, frozen=True, kw_only=True):
    """Azure's answer to whether the vault name `name` is free in the whole cloud.

    `reason` is AlreadyExists or AccountNameInvalid.
    """

    name: str = ""
    name_available: bool | None = None
    reason: str | None = None


# --- authorization (Microsoft.Authorization, Microsoft Graph) ---


class RoleAssignment(_Resource, frozen=True, kw_only=True):
    """Who holds which role where. `role_definition_id` may carry any prefix: only its last GUID counts.

    `role_definition_name` is az's addition, for messages only.
    """

    id: str = ""
    scope: str = ""
    role_definition_id: str = ""
    role_definition_name: str | None = None
    principal_id: str = ""
    principal_type: str | None = None
    condition: str | None = None
    created_on: str | None = None


class RoleAssignments(_Resource, frozen=True, kw_only=True):
    """A listing of assignments and how far it reaches.

    `assigned_to` is the principal the server expanded groups for (`assignedTo`), None for a plain listing, which can
    lack inherited and group grants and so cannot refute a grant (interface.md section 4). `with_objects` tells that the
    vault's single secrets, certificates and keys were asked about too: `atScope()` leaves out what lies below.
    """

    items: tuple[RoleAssignment, ...] = ()
    assigned_to: str | None = None
    with_objects: bool = False


class RolePermission(_Resource, frozen=True, kw_only=True):
    """One permission entry of a role definition or deny assignment; patterns with `*`."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str | None = None


class RoleDefinition(_Resource, frozen=True, kw_only=True):
    """A role. Compare by the GUID at the end of `id`, never by name."""

    id: str = ""
    name: str = ""
    role_name: str | None = None
    permissions: tuple[RolePermission, ...] = ()


class DeniedPrincipal(_Resource, frozen=True, kw_only=True):
    """A principal of a deny assignment. The all-zero id is everyone."""

    id: str = ""
    type: str | None = None


class DenyAssignment(_Resource, frozen=True, kw_only=True):
    """What nobody may do at a scope, whatever roles they hold, but for those excluded."""

    id: str = ""
    scope: str = ""
    deny_assignment_name: str | None = None
    permissions: tuple[RolePermission, ...] = ()
    principals: tuple[DeniedPrincipal, ...] = ()
    exclude_principals: tuple[DeniedPrincipal, ...] = ()
    do_not_apply_to_child_scopes: bool = False
    condition: str | None = None


class GroupMembership(_Resource, frozen=True, kw_only=True):
    """The object ids of every group that a principal is in, through other groups too; no entry = not asked."""

    principal_id: str
    groups: tuple[str, ...] = ()


class ScopedPermissions(_Resource, frozen=True, kw_only=True):
    """What the caller may do at a scope, as Azure adds it up over all of the caller's roles."""

    scope: str
    permissions: tuple[RolePermission, ...] = ()


class Operator(_Resource, frozen=True, kw_only=True):
    """Who runs this tool, as far as Azure is concerned.

    `type` is User or ServicePrincipal. `eligible_roles` are the ids of roles that the caller could activate (Privileged
    Identity Management) and does not hold now, None where that was not readable.
    """

    object_id: str | None = None
    tenant_id: str | None = None
    name: str | None = None
    type: str | None = None
    scopes: tuple[ScopedPermissions, ...] = ()
    eligible_roles: tuple[str, ...] | None = None


class Lock(_Resource, frozen=True, kw_only=True):
    """A management lock; what stands before `/providers/Microsoft.Authorization/locks/` in `id` is its scope."""

    id: str = ""
    name: str = ""
    level: str = ""


# --- identities on nodes, networks ---


class ScaleSetIdentity(_Resource, frozen=True, kw_only=True):
    """The identities attached to the machines; the keys are resource ids, in whatever case."""

    user_assigned_identities: dict[str, ClusterUserIdentity] = {}


class ScaleSetTags(_Resource, frozen=True, kw_only=True):
    """The only tag we hold: the node pool that AKS made the machines for."""

    pool: str | None = msgspec.field(name="aks-managed-poolName", default=None)


class ScaleSet(_Resource, frozen=True, kw_only=True):
    """The machines of one node pool."""

    id: str = ""
    name: str = ""
    tags: ScaleSetTags = ScaleSetTags()
    identity: ScaleSetIdentity = ScaleSetIdentity()


class ServiceEndpoint(_Resource, frozen=True, kw_only=True):
    """A service that is reached from a subnet with the subnet's own identity, such as Microsoft.KeyVault."""

    service: str = ""


class Subnet(_Resource, frozen=True, kw_only=True):
    """A subnet: its ranges, and with a `route_table` traffic may leave through a firewall."""

    id: str = ""
    name: str = ""
    address_prefix: str | None = None
    address_prefixes: tuple[str, ...] = ()
    service_endpoints: tuple[ServiceEndpoint, ...] = ()
    route_table: Reference | None = None
    nat_gateway: Reference | None = None


class DhcpOptions(_Resource, frozen=True, kw_only=True):
    """Name servers of one's own; none means Azure's."""

    dns_servers: tuple[str, ...] = ()


class Peering(_Resource, frozen=True, kw_only=True):
    """A network reached from another one; only a Connected peering works."""

    peering_state: str | None = None
    remote_virtual_network: Reference = Reference()


class VirtualNetwork(_Resource, frozen=True, kw_only=True):
    """A network with its subnets."""

    id: str = ""
    name: str = ""
    subnets: tuple[Subnet, ...] = ()
    dhcp_options: DhcpOptions = DhcpOptions()
    virtual_network_peerings: tuple[Peering, ...] = ()


class PrivateEndpoint(_Resource, frozen=True, kw_only=True):
    """Where a private endpoint stands."""

    id: str = ""
    subnet: Reference = Reference()


class PrivateDnsZoneLink(_Resource, frozen=True, kw_only=True):
    """A network in which a private DNS zone is answered; the zone is the part of `id` after `privateDnsZones`."""

    id: str = ""
    virtual_network: Reference = Reference()
    virtual_network_link_state: str | None = None


class PublicIPAddress(_Resource, frozen=True, kw_only=True):
    """A public address that nodes leave with."""

    id: str = ""
    ip_address: str | None = None


class ManagedIdentity(_Resource, frozen=True, kw_only=True):
    """A user-assigned identity as `Microsoft.ManagedIdentity` shows it."""

    id: str = ""
    name: str = ""
    client_id: str | None = None
    principal_id: str | None = None
    tenant_id: str | None = None


def same_id(one: str | None, other: str | None) -> bool:
    """Tell whether two ids are one: GUIDs and resource ids are compared without case; None and "" equal nothing."""
    return bool(one and other and one.lower() == other.lower())
