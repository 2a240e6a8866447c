"""The Azure part of the samples: the vault, the identities, and who may do what."""

from typing import Any

from preflight.demo.aks import POOLS
from preflight.facts import GroupMembership, ManagedIdentity, Operator, RolePermission, ScaleSet, ScopedPermissions
from preflight.facts.azure import ClusterUserIdentity, ScaleSetIdentity, ScaleSetTags
from preflight.testing import (
    NODE_RESOURCE_GROUP,
    TENANT,
    guid,
    identity,
    managed_identity,
    resource_id,
    role_definitions,
    vault,
)

OWN = managed_identity("id-cluedin-keyvault", 0x10)
"""An identity of one's own, made before the add-on is enabled."""

ADDON = identity("azurekeyvaultsecretsprovider-aks-cluedin-sample", 0x100)
"""The identity that Azure makes when the add-on is enabled."""

VAULT_SECRETS = (
    "cluedin-elasticsearch-password",
    "cluedin-elasticsearch-username",
    "cluedin-email-host",
    "cluedin-email-hostport",
    "cluedin-email-password",
    "cluedin-email-ssl",
    "cluedin-email-username",
    "cluedin-grafana-password",
    "cluedin-grafana-username",
    "cluedin-login-password",
    "cluedin-login-username",
    "cluedin-mssql-clientuser-password",
    "cluedin-mssql-sa-password",
    "cluedin-organization-password",
    "cluedin-organization-username",
    "cluedin-redis-password",
    "smtp-relay-password",
)
"""What the vault of the samples holds."""


def addon_as_managed_identity() -> ManagedIdentity:
    """Return the add-on's identity as Microsoft.ManagedIdentity shows it."""
    return managed_identity("azurekeyvaultsecretsprovider-aks-cluedin-sample", 0x100, group=NODE_RESOURCE_GROUP)


def surroundings() -> dict[str, Any]:
    """Return the facts that all samples share: an open vault by roles, and nothing denied, locked or deleted."""
    return {
        "vault": vault(),
        "role_definitions": role_definitions(),
        "deny_assignments": (),
        "operator": operator(),
        "locks": (),
        "deleted_vaults": (),
        "deleted_vault_secrets": (),
        "deleted_vault_certificates": (),
        "vault_certificates": (),
        "certificate_policies": (),
    }


def operator() -> Operator:
    """Return who looks at the samples: a Contributor, who may change the cluster and assign no role."""
    contributor = RolePermission(
        actions=("*",),
        not_actions=(
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ),
    )
    scopes = (
        resource_id("Microsoft.ContainerService/managedClusters", "aks-cluedin-sample"),
        resource_id("Microsoft.KeyVault/vaults", "kv-cluedin-sample"),
    )
    return Operator(
        object_id=guid(0x501),
        tenant_id=TENANT,
        name="dana@sample.example",
        type="User",
        scopes=tuple(ScopedPermissions(scope=scope, permissions=(contributor,)) for scope in scopes),
        eligible_roles=(),
    )


def scale_sets() -> tuple[ScaleSet, ...]:
    """Return the machines of each pool with the add-on's identity attached."""
    attached = {ADDON.resource_id or "": ClusterUserIdentity(client_id=ADDON.client_id, principal_id=ADDON.object_id)}
    return tuple(
        ScaleSet(
            id=resource_id("Microsoft.Compute/virtualMachineScaleSets", f"aks-{pool.name}-vmss", NODE_RESOURCE_GROUP),
            name=f"aks-{pool.name}-vmss",
            tags=ScaleSetTags(pool=pool.name),
            identity=ScaleSetIdentity(user_assigned_identities=attached),
        )
        for pool in POOLS
    )


def no_groups(object_id: str | None) -> tuple[GroupMembership, ...]:
    """Return what Microsoft Graph says of a principal that is in no group."""
    return (GroupMembership(principal_id=object_id or ""),)
