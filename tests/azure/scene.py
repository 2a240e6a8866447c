"""One small Azure for the tests: a cluster with the add-on on, its identity, a vault, and who may do what."""

from collections.abc import Mapping
from typing import Any

from preflight import facts
from preflight.facts import Missing
from preflight.facts.kubernetes import NodeSpec
from tests.azure.replay import TENANT, Replay

SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER_SUBSCRIPTION = "aaaaaaaa-0000-4000-8000-000000000002"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-cluedin"
NODE_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/MC_rg-cluedin_aks-cluedin_westeurope"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-cluedin"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-cluedin"
ADDON = (
    f"{NODE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/azurekeyvaultsecretsprovider-aks-cluedin"
)
KUBELET = f"{NODE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aks-cluedin-agentpool"
HOST = "aks-cluedin-1a2b.hcp.westeurope.azmk8s.io"

ADDON_CLIENT = "bbbbbbbb-0000-4000-8000-00000000000a"
ADDON_OBJECT = "bbbbbbbb-0000-4000-8000-00000000000b"
KUBELET_CLIENT = "bbbbbbbb-0000-4000-8000-00000000000c"
KUBELET_OBJECT = "bbbbbbbb-0000-4000-8000-00000000000d"
READERS_GROUP = "bbbbbbbb-0000-4000-8000-0000000000ee"
CONTROL_PLANE = "bbbbbbbb-0000-4000-8000-0000000000aa"
SOMEBODY = "bbbbbbbb-0000-4000-8000-0000000000ff"

SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
CERTIFICATE_USER = "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"


def cluster(*, addon: bool = True, **properties: object) -> dict[str, Any]:
    enabled = {
        "enabled": True,
        "config": {"enableSecretRotation": "true", "rotationPollInterval": "2m"},
        "identity": {"clientId": ADDON_CLIENT, "objectId": ADDON_OBJECT, "resourceId": ADDON},
    }
    return {
        "id": CLUSTER.replace("resourceGroups", "resourcegroups"),
        "name": "aks-cluedin",
        "type": "Microsoft.ContainerService/ManagedClusters",
        "location": "westeurope",
        "properties": {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "currentKubernetesVersion": "1.33.2",
            "fqdn": HOST,
            "nodeResourceGroup": "MC_rg-cluedin_aks-cluedin_westeurope",
            "addonProfiles": {
                "azureKeyvaultSecretsProvider": enabled if addon else {"enabled": False, "config": None},
                "azurepolicy": None,
            },
            "agentPoolProfiles": [{"name": "system", "maxPods": 30, "nodeTaints": None, "vnetSubnetID": None}],
            "identityProfile": {
                "kubeletidentity": {"clientId": KUBELET_CLIENT, "objectId": KUBELET_OBJECT, "resourceId": KUBELET}
            },
            "networkProfile": {"networkPlugin": "azure", "outboundType": "loadBalancer"},
            **properties,
        },
        "identity": {"type": "SystemAssigned", "principalId": CONTROL_PLANE, "tenantId": TENANT},
    }


def vault(origin: str, **properties: object) -> dict[str, Any]:
    return {
        "id": VAULT,
        "name": "kv-cluedin",
        "type": "Microsoft.KeyVault/vaults",
        "properties": {
            "tenantId": TENANT,
            "vaultUri": f"{origin}/",
            "enableRbacAuthorization": True,
            "accessPolicies": [],
            "networkAcls": None,
            **properties,
        },
    }


def identity(id: str, client_id: str, principal_id: str) -> dict[str, Any]:
    properties = {"clientId": client_id, "principalId": principal_id, "tenantId": TENANT}
    return {"id": id, "name": id.rsplit("/", 1)[-1], "properties": properties}


def assignment(name: str, principal: str, role: str, scope: str, type: str = "ServicePrincipal") -> dict[str, Any]:
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "name": name,
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": principal,
            "principalType": type,
            "scope": scope,
            "condition": None,
            "createdOn": "2026-01-02T03:04:05Z",
        },
    }


def role(guid: str, name: str, *data_actions: str) -> dict[str, Any]:
    permission = {"actions": [], "notActions": [], "dataActions": list(data_actions), "notDataActions": None}
    return {
        "id": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "name": guid,
        "properties": {"roleName": name, "type": "BuiltInRole", "permissions": [permission]},
    }


def secret(origin: str, name: str, **attributes: object) -> dict[str, Any]:
    return {"id": f"{origin}/secrets/{name}", "attributes": {"enabled": True, "exp": None, **attributes}, "tags": None}


def deleted(origin: str, kind: str, name: str) -> dict[str, Any]:
    return {
        "recoveryId": f"{origin}/deleted{kind}/{name}",
        "deletedDate": 1700000000,
        "scheduledPurgeDate": 1707776000,
        "id": f"{origin}/{kind}/{name}",
        "attributes": {"enabled": True},
    }


def certificate_policy(origin: str, name: str, *, exportable: bool = True) -> dict[str, Any]:
    return {
        "id": f"{origin}/certificates/{name}/policy",
        "key_props": {"exportable": exportable, "kty": "RSA", "key_size": 2048, "reuse_key": False},
        "secret_props": {"contentType": "application/x-pkcs12"},
        "x509_props": {"subject": "CN=cluedin.example", "validity_months": 12},
        "lifetime_actions": [
            {"trigger": {"days_before_expiry": 90}, "action": {"action_type": "AutoRenew"}},
        ],
        "issuer": {"name": "Self"},
        "attributes": {"enabled": True},
    }


def fill(replay: Replay) -> None:
    """Put the whole scene into the replay."""
    replay.put_list("/subscriptions", [{"subscriptionId": SUBSCRIPTION, "displayName": "Production"}])
    replay.put(CLUSTER, cluster())
    replay.put_list(f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters", [cluster()])
    replay.put(VAULT, vault(replay.origin))
    replay.put_list(f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults", [vault(replay.origin)])
    replay.put_list(
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
        [
            identity(ADDON.lower(), ADDON_CLIENT, ADDON_OBJECT),
            identity(KUBELET, KUBELET_CLIENT, KUBELET_OBJECT),
            identity(f"{GROUP}/x/somebody-elses", SOMEBODY, SOMEBODY),
        ],
    )
    replay.assignments = [
        assignment("at-vault", ADDON_OBJECT, SECRETS_USER, VAULT),
        assignment("through-group", READERS_GROUP, CERTIFICATE_USER, GROUP, "Group"),
        assignment("at-object", ADDON_OBJECT, CERTIFICATE_USER, f"{VAULT}/secrets/frontend"),
        assignment("of-kubelet", KUBELET_OBJECT, SECRETS_USER, VAULT),
        assignment("to-client-id", ADDON_CLIENT, SECRETS_USER, VAULT),
        assignment("of-others", SOMEBODY, SECRETS_USER, VAULT, "User"),
        assignment("sibling", ADDON_OBJECT, SECRETS_USER, f"{VAULT}2"),
    ]
    replay.groups = {ADDON_OBJECT: (READERS_GROUP,)}
    for guid, name in ((SECRETS_USER, "Key Vault Secrets User"), (CERTIFICATE_USER, "Key Vault Certificate User")):
        replay.put(
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
            role(guid, name, "Microsoft.KeyVault/vaults/secrets/getSecret/action"),
        )
    names = ["cluedin-email-host", "cluedin-login-password"]
    replay.put_list("/secrets", [secret(replay.origin, name) for name in names])
    replay.put_list("/deletedsecrets", [deleted(replay.origin, "secrets", "cluedin-old")])
    replay.put_list("/deletedcertificates", [])
    replay.put("/certificates/cluedin-frontend/policy", certificate_policy(replay.origin, "cluedin-frontend"))
    replay.put_list("/certificates", [{"id": f"{replay.origin}/certificates/cluedin-frontend", "attributes": {}}])


def node(home: str = NODE_GROUP) -> facts.Node:
    provider_id = f"azure://{home}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-system/virtualMachines/0"
    return facts.Node(metadata=facts.ObjectMeta(name="aks-system-0"), spec=NodeSpec(provider_id=provider_id))


def values(**keyvault: str) -> facts.Values:
    """Values with the block switched on and these settings under `global.keyvault`."""
    block = ("global", "keyvault")
    settings = (
        facts.Setting(path=block[:1], kind="map"),
        facts.Setting(path=block, kind="map"),
        facts.Setting(path=(*block, "enabled"), kind="boolean", text="true"),
        *(facts.Setting(path=(*block, name), kind="string", text=text) for name, text in keyvault.items()),
    )
    return facts.Values(source="files", settings=settings)


NOT_GIVEN = Missing(reason="no values were given", why="not-given")


NOTHING_MOUNTED = facts.SecretProviderClassPodStatuses(served=True)


def known(
    nodes: object = None, chart_values: object = NOT_GIVEN, mounted: object = NOTHING_MOUNTED
) -> Mapping[str, Any]:
    """The facts of other sources that Azure's readers ask for, as readers of their own."""
    provided = {
        "nodes": (node(),) if nodes is None else nodes,
        "values": chart_values,
        "secret_provider_class_pod_statuses": mounted,
    }
    return {name: (lambda _get, value=value: value) for name, value in provided.items()}
