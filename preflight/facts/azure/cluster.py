"""The managed cluster, its pools and scale sets, and the identities on them."""

import msgspec

from preflight.facts.azure.resource import Reference, Resource


class Identity(Resource, frozen=True, kw_only=True):
    """A user-assigned identity under its three ids: which one goes where decides most 403s (azure.md 4)."""

    client_id: str | None = None
    object_id: str | None = None
    resource_id: str | None = None


class AddonConfig(Resource, frozen=True, kw_only=True):
    """The add-on's configuration: strings, `"true"` / `"false"` and a Go duration such as `2m`."""

    enable_secret_rotation: str | None = None
    rotation_poll_interval: str | None = None


class AddonProfile(Resource, frozen=True, kw_only=True):
    """One entry of `addonProfiles`."""

    enabled: bool = False
    config: AddonConfig = AddonConfig()
    identity: Identity | None = None


class PowerState(Resource, frozen=True, kw_only=True):
    """Running or Stopped."""

    code: str | None = None


class UpgradeSettings(Resource, frozen=True, kw_only=True):
    """`maxSurge` is a number or a percentage as a string."""

    max_surge: str | None = None
    max_unavailable: str | None = None


class AgentPool(Resource, frozen=True, kw_only=True):
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


class OutboundProfile(Resource, frozen=True, kw_only=True):
    """The public addresses behind a load balancer or NAT gateway, by resource id."""

    effective_outbound_ips: tuple[Reference, ...] = msgspec.field(name="effectiveOutboundIPs", default=())


class NetworkProfile(Resource, frozen=True, kw_only=True):
    """How pods and nodes get addresses and leave the cluster."""

    network_plugin: str | None = None
    network_plugin_mode: str | None = None
    network_dataplane: str | None = None
    outbound_type: str | None = None
    pod_cidr: str | None = None
    load_balancer_profile: OutboundProfile = OutboundProfile()
    nat_gateway_profile: OutboundProfile = OutboundProfile()


class ClusterIdentity(Resource, frozen=True, kw_only=True):
    """The control plane's identity. `user_assigned_identities` is keyed by resource id."""

    type: str | None = None
    principal_id: str | None = None
    tenant_id: str | None = None
    user_assigned_identities: dict[str, "ClusterUserIdentity"] = {}


class ClusterUserIdentity(Resource, frozen=True, kw_only=True):
    """A user-assigned identity of the control plane; Azure calls the object id `principalId` here."""

    client_id: str | None = None
    principal_id: str | None = None


class NodeResourceGroupProfile(Resource, frozen=True, kw_only=True):
    """`ReadOnly` locks the node resource group down."""

    restriction_level: str | None = None


class ManagedCluster(Resource, frozen=True, kw_only=True):
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


class ScaleSetIdentity(Resource, frozen=True, kw_only=True):
    """The identities attached to the machines; the keys are resource ids, in whatever case."""

    user_assigned_identities: dict[str, ClusterUserIdentity] = {}


class ScaleSetTags(Resource, frozen=True, kw_only=True):
    """The only tag we hold: the node pool that AKS made the machines for."""

    pool: str | None = msgspec.field(name="aks-managed-poolName", default=None)


class ScaleSet(Resource, frozen=True, kw_only=True):
    """The machines of one node pool."""

    id: str = ""
    name: str = ""
    tags: ScaleSetTags = ScaleSetTags()
    identity: ScaleSetIdentity = ScaleSetIdentity()


class ManagedIdentity(Resource, frozen=True, kw_only=True):
    """A user-assigned identity as `Microsoft.ManagedIdentity` shows it."""

    id: str = ""
    name: str = ""
    client_id: str | None = None
    principal_id: str | None = None
    tenant_id: str | None = None
