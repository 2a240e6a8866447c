"""What the scripts read: each line says what for, and by which command of kubectl or az."""

from typing import Any, NamedTuple, get_args

import msgspec

from preflight.facts import FACTS, Fact

_CSI = "/apis/secrets-store.csi.x-k8s.io/v1"
_KINDS_OF_OTHERS = {
    "secret_provider_classes": f"{_CSI}/secretproviderclasses",
    "secret_provider_class_pod_statuses": f"{_CSI}/secretproviderclasspodstatuses",
    "cert_manager_certificates": "/apis/cert-manager.io/v1/certificates",
    "secrets": "/api/v1/secrets",
}
_NAMES = {"CertificateObject": "Certificate"}
_NOT_IN_NAMESPACES = ("nodes", "priority_classes", "persistent_volumes", "csi_drivers")


class Listing(NamedTuple):
    """A list of kubectl's: `resource` is with its group, `struct` what its items are trimmed to."""

    file: str
    resource: str
    version: str
    kind: str
    struct: type
    namespaced: bool


def listings() -> tuple[Listing, ...]:
    """Return what kubectl lists, one entry for each fact that is a list of the API server's."""
    paths = {fact.name: fact.path or _KINDS_OF_OTHERS.get(fact.name) for fact in FACTS.values()}
    return tuple(_listing(FACTS[name], path) for name, path in paths.items() if path)


def _listing(fact: Fact, path: str) -> Listing:
    *_, group, version, resource = ["", *path.strip("/").split("/")]
    group = "" if group == "api" else group
    struct = _item(fact.type)
    return Listing(
        file=fact.name.replace("_", "-"),
        resource=f"{resource}.{group}" if group else resource,
        version=f"{group}/{version}" if group else version,
        kind=_NAMES.get(struct.__name__, struct.__name__),
        struct=struct,
        namespaced=fact.name not in _NOT_IN_NAMESPACES,
    )


def _item(type_: Any) -> type:  # noqa: ANN401 - a fact's type
    """Return the struct of a fact's items: of a plain list, or of one that knows whether its kind is served."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        type_ = next(field.type for field in msgspec.structs.fields(type_) if field.name == "items")
    item: type = get_args(type_)[0]
    return item


class Query(NamedTuple):
    """A command of az: its words (`$GROUP` and the like are the script's), and what is kept of its answer."""

    fact: str
    command: str
    keep: str


_RESOURCE = "id: id, name: name, type: type"
_CLUSTER = ", ".join(
    f"{name}: {name}"
    for name in (
        *("id", "name", "type", "location", "provisioningState", "powerState", "kubernetesVersion"),
        *("currentKubernetesVersion", "fqdn", "privateFqdn", "nodeResourceGroup", "nodeResourceGroupProfile"),
        *("addonProfiles", "identity", "identityProfile", "networkProfile"),
    )
)
_POOL = ", ".join(
    f"{name}: {name}"
    for name in (
        *("name", "id", "mode", "count", "maxPods", "osType", "osSku", "vmSize", "enableAutoScaling", "minCount"),
        *("maxCount", "nodeTaints", "nodeLabels", "availabilityZones", "vnetSubnetId", "podSubnetId"),
        *("podIpAllocationMode", "orchestratorVersion", "provisioningState", "powerState", "upgradeSettings"),
        "typePropertiesType",
    )
)
_VAULT = ", ".join(
    f"{name}: properties.{name}"
    for name in (
        *("tenantId", "vaultUri", "enableRbacAuthorization", "accessPolicies", "publicNetworkAccess", "networkAcls"),
        *("privateEndpointConnections", "enableSoftDelete", "enablePurgeProtection", "provisioningState"),
    )
)
_ASSIGNMENT = "scope: scope, principalId: principalId, principalType: principalType, condition: condition"
_PERMISSIONS = "permissions[].{actions: actions, notActions: notActions, dataActions: dataActions, notDataActions: "
_OBJECT = "id: id, name: name, attributes: attributes"
_DELETED = (
    "id: id, name: name, recoveryId: recoveryId, deletedDate: deletedDate, scheduledPurgeDate: scheduledPurgeDate"
)

QUERIES: tuple[Query, ...] = (
    Query(
        "cluster",
        "aks show -g $GROUP -n $CLUSTER",
        f"{{{_CLUSTER}, agentPoolProfiles: agentPoolProfiles[].{{{_POOL}}}}}",
    ),
    Query(
        "scale_sets",
        "vmss list -g $NODE_GROUP",
        f'[].{{{_RESOURCE}, tags: {{"aks-managed-poolName": tags."aks-managed-poolName"}}, identity: identity}}',
    ),
    Query(
        "identities",
        "identity list",
        f"[].{{{_RESOURCE}, clientId: clientId, principalId: principalId, tenantId: tenantId}}",
    ),
    Query("outbound_addresses", "network public-ip list -g $NODE_GROUP", f"[].{{{_RESOURCE}, ipAddress: ipAddress}}"),
    Query("locks", "lock list", f"[].{{{_RESOURCE}, level: level}}"),
    Query("vault", "keyvault show -n $VAULT", f"{{{_RESOURCE}, location: location, properties: {{{_VAULT}}}}}"),
    Query(
        "role_assignments",
        "role assignment list --scope $VAULT_ID --include-inherited",
        f"[].{{{_RESOURCE}, {_ASSIGNMENT}, roleDefinitionId: roleDefinitionId, "
        "roleDefinitionName: roleDefinitionName, createdOn: createdOn}",
    ),
    Query(
        "role_definitions",
        "role definition list --custom-role-only --scope $VAULT_ID",
        f"[].{{{_RESOURCE}, roleName: roleName, permissions: {_PERMISSIONS}notDataActions, condition: condition}}}}",
    ),
    Query(
        "deny_assignments",
        "rest --url $VAULT_ID/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01",
        f"value[].{{{_RESOURCE}, properties: properties}}",
    ),
    Query(
        "networks",
        "network vnet list",
        f"[].{{{_RESOURCE}, dhcpOptions: dhcpOptions.{{dnsServers: dnsServers}}, virtualNetworkPeerings: "
        "virtualNetworkPeerings[].{peeringState: peeringState, remoteVirtualNetwork: remoteVirtualNetwork.{id: id}}, "
        "subnets: subnets[].{id: id, name: name, addressPrefix: addressPrefix, addressPrefixes: addressPrefixes, "
        "serviceEndpoints: serviceEndpoints[].{service: service}, routeTable: routeTable.{id: id}, "
        "natGateway: natGateway.{id: id}}}",
    ),
    Query("private_endpoints", "network private-endpoint list", f"[].{{{_RESOURCE}, subnet: subnet.{{id: id}}}}"),
    Query(
        "deleted_vaults",
        "keyvault list-deleted --resource-type vault",
        f"[].{{{_RESOURCE}, properties: properties.{{vaultId: vaultId, location: location, "
        "deletionDate: deletionDate, scheduledPurgeDate: scheduledPurgeDate}}",
    ),
    Query(
        "vault_secrets",
        "keyvault secret list --include-managed true --vault-name $VAULT",
        f"[].{{{_OBJECT}, contentType: contentType, managed: managed}}",
    ),
    Query("vault_certificates", "keyvault certificate list --vault-name $VAULT", f"[].{{{_OBJECT}}}"),
    Query("deleted_vault_secrets", "keyvault secret list-deleted --vault-name $VAULT", f"[].{{{_DELETED}}}"),
    Query("deleted_vault_certificates", "keyvault certificate list-deleted --vault-name $VAULT", f"[].{{{_DELETED}}}"),
)
