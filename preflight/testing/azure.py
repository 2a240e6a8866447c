"""Builders of Azure facts: a cluster, its vault, who may read it. Ids are made up and the same in every run."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from preflight.facts import (
    AccessPolicy,
    AddonConfig,
    AddonProfile,
    AgentPool,
    ClusterIdentity,
    Identity,
    ManagedCluster,
    ManagedIdentity,
    NetworkProfile,
    NetworkRuleSet,
    Permissions,
    PowerState,
    RoleAssignment,
    RoleAssignments,
    RoleDefinition,
    RolePermission,
    Vault,
    VaultObject,
)
from preflight.testing.kubernetes import NODE_RESOURCE_GROUP, SUBSCRIPTION

RESOURCE_GROUP = "rg-cluedin"
TENANT = "f2b0d9c4-6a1e-5d37-9c58-0e7a41b3d862"

_ROLE_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"
_VAULT_ACTIONS = "Microsoft.KeyVault/vaults/"
_BUILT_IN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Key Vault Administrator": ("00482a5a-887f-4fb3-b363-3b7fe8e74483", ("*",)),
    "Key Vault Secrets User": (
        "4633458b-17de-408a-b874-0445c86b69e6",
        ("secrets/getSecret/action", "secrets/readMetadata/action"),
    ),
    "Key Vault Certificate User": (
        "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
        ("certificates/read", "secrets/getSecret/action", "secrets/readMetadata/action", "keys/read"),
    ),
    "Key Vault Reader": ("21090545-7ca7-4776-b22c-e363652d74d2", ("*/read", "secrets/readMetadata/action")),
}


def guid(number: int) -> str:
    """Return a made-up GUID, the same one for the same number.

    >>> guid(7) == guid(7) != guid(8)
    True
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"made-up/{number}"))


def resource_id(kind: str, name: str, group: str = RESOURCE_GROUP) -> str:
    """Return the id of a resource such as kind `Microsoft.KeyVault/vaults` in the made-up subscription."""
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"


def identity(name: str, number: int, group: str = NODE_RESOURCE_GROUP) -> Identity:
    """Return an identity as a cluster shows it: `number` decides its client id (2n) and its object id (2n + 1)."""
    return Identity(
        client_id=guid(2 * number),
        object_id=guid(2 * number + 1),
        resource_id=resource_id("Microsoft.ManagedIdentity/userAssignedIdentities", name, group),
    )


def managed_identity(name: str, number: int, *, group: str = RESOURCE_GROUP, tenant: str = TENANT) -> ManagedIdentity:
    """Return the same identity as Microsoft.ManagedIdentity shows it."""
    ids = identity(name, number, group)
    return ManagedIdentity(
        id=ids.resource_id or "", name=name, client_id=ids.client_id, principal_id=ids.object_id, tenant_id=tenant
    )


def agent_pool(
    name: str,
    *,
    count: int = 1,
    max_pods: int = 30,
    mode: str = "User",
    vm_size: str = "Standard_D8s_v5",
    taints: Iterable[str] = (),
    max_count: int | None = None,
) -> AgentPool:
    """Return a Linux node pool; with `max_count` it scales by itself from `count` up."""
    return AgentPool(
        name=name,
        mode=mode,
        count=count,
        max_pods=max_pods,
        os_type="Linux",
        os_sku="Ubuntu",
        vm_size=vm_size,
        enable_auto_scaling=max_count is not None,
        min_count=None if max_count is None else count,
        max_count=max_count,
        node_taints=tuple(taints),
        orchestrator_version="1.33.2",
        provisioning_state="Succeeded",
        power_state=PowerState(code="Running"),
        type="VirtualMachineScaleSets",
    )


def cluster(
    name: str = "aks-cluedin-sample",
    *,
    pools: Iterable[AgentPool] = (),
    addon: bool = False,
    rotation: str | None = "2m",
    addon_identity: Identity | None = None,
    provisioning_state: str = "Succeeded",
    power: str = "Running",
    tenant: str = TENANT,
) -> ManagedCluster:
    """Return a cluster in order; `addon` turns the Key Vault add-on on, with an identity, rotating as told."""
    rotates = "true" if rotation else "false"
    config = AddonConfig(enable_secret_rotation=rotates, rotation_poll_interval=rotation)
    profile = AddonProfile(
        enabled=addon,
        config=config if addon else AddonConfig(),
        identity=(addon_identity or identity(f"azurekeyvaultsecretsprovider-{name}", 0x100)) if addon else None,
    )
    return ManagedCluster(
        id=resource_id("Microsoft.ContainerService/managedClusters", name),
        name=name,
        location="westeurope",
        provisioning_state=provisioning_state,
        power_state=PowerState(code=power),
        kubernetes_version="1.33",
        current_kubernetes_version="1.33.2",
        fqdn=f"{name}-dns-0a1b2c3d.hcp.westeurope.azmk8s.io",
        node_resource_group=NODE_RESOURCE_GROUP,
        addon_profiles={"azureKeyvaultSecretsProvider": profile},
        identity=ClusterIdentity(type="SystemAssigned", principal_id=guid(0x301), tenant_id=tenant),
        identity_profile={"kubeletidentity": identity(f"{name}-agentpool", 0x200)},
        agent_pool_profiles=tuple(pools),
        network_profile=NetworkProfile(network_plugin="azure", outbound_type="loadBalancer"),
    )


def vault(
    name: str = "kv-cluedin-sample",
    *,
    rbac: bool | None = True,
    policies: Iterable[AccessPolicy] = (),
    tenant: str = TENANT,
    public_access: str = "Enabled",
    default_action: str = "Allow",
) -> Vault:
    """Return a vault that anybody may reach; access by roles, or with `rbac` false by policies."""
    return Vault(
        id=resource_id("Microsoft.KeyVault/vaults", name),
        name=name,
        location="westeurope",
        tenant_id=tenant,
        vault_uri=f"https://{name}.vault.azure.net/",
        enable_rbac_authorization=rbac,
        access_policies=tuple(policies),
        public_network_access=public_access,
        network_acls=NetworkRuleSet(default_action=default_action, bypass="AzureServices"),
        enable_soft_delete=True,
        enable_purge_protection=True,
        provisioning_state="Succeeded",
    )


def access_policy(
    object_id: str,
    *,
    secrets: Iterable[str] = (),
    certificates: Iterable[str] = (),
    tenant: str = TENANT,
    application_id: str | None = None,
) -> AccessPolicy:
    """Return an access policy with these permission words."""
    return AccessPolicy(
        object_id=object_id,
        tenant_id=tenant,
        application_id=application_id,
        permissions=Permissions(secrets=tuple(secrets), certificates=tuple(certificates)),
    )


def vault_objects(
    names: Iterable[str],
    *,
    enabled: bool = True,
    expires: str | None = None,
    content_type: str | None = None,
    managed: bool = False,
) -> tuple[VaultObject, ...]:
    """Return objects of a vault by name, all with the same properties."""
    return tuple(
        VaultObject(name=name, enabled=enabled, expires=expires, content_type=content_type, managed=managed)
        for name in names
    )


def role_assignment(
    role: str, principal_id: str, *, scope: str | None = None, number: int = 1, created: str = "2026-01-06T09:00:00Z"
) -> RoleAssignment:
    """Return an assignment of a built-in role of the vault by its name, at the sample's vault unless told otherwise."""
    at = resource_id("Microsoft.KeyVault/vaults", "kv-cluedin-sample") if scope is None else scope
    return RoleAssignment(
        id=f"{at}/providers/Microsoft.Authorization/roleAssignments/{guid(0x900 + number)}",
        scope=at,
        role_definition_id=f"/subscriptions/{SUBSCRIPTION}{_ROLE_DEFINITIONS}/{_BUILT_IN[role][0]}",
        role_definition_name=role,
        principal_id=principal_id,
        principal_type="ServicePrincipal",
        created_on=created,
    )


def role_assignments(items: Sequence[RoleAssignment], *, assigned_to: str | None = None) -> RoleAssignments:
    """Return a listing; with `assigned_to` a whole one: that principal's groups expanded, the vault's objects too."""
    return RoleAssignments(items=tuple(items), assigned_to=assigned_to, with_objects=assigned_to is not None)


def role_definitions(*names: str) -> tuple[RoleDefinition, ...]:
    """Return built-in roles of the vault by name (all that we know, when none is named)."""
    return tuple(
        RoleDefinition(
            id=f"{_ROLE_DEFINITIONS}/{_BUILT_IN[name][0]}",
            name=_BUILT_IN[name][0],
            role_name=name,
            permissions=(RolePermission(data_actions=tuple(_VAULT_ACTIONS + a for a in _BUILT_IN[name][1])),),
        )
        for name in names or _BUILT_IN
    )
