"""Every fact: the type it is trimmed to, where it comes from, the right it needs and the command that gives it."""

from typing import Any

from preflight.facts.azure import (
    CertificatePolicy,
    DeletedVault,
    DeletedVaultObject,
    DenyAssignment,
    GroupMembership,
    Lock,
    ManagedCluster,
    ManagedIdentity,
    NameAvailability,
    Operator,
    PrivateDnsZoneLink,
    PrivateEndpoint,
    PublicIPAddress,
    RoleAssignments,
    RoleDefinition,
    ScaleSet,
    Vault,
    VaultObject,
    VirtualNetwork,
)
from preflight.facts.events import Event
from preflight.facts.kubernetes import (
    AccessReview,
    CertificateObjects,
    CSIDriver,
    DaemonSet,
    Deployment,
    Ingress,
    Job,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
    PodMetrics,
    PriorityClass,
    ReplicaSet,
    Secret,
    SecretProviderClasses,
    SecretProviderClassPodStatuses,
    StatefulSet,
)
from preflight.facts.parity import ValueRelation
from preflight.facts.plan import Manifest, Release, Values
from preflight.facts.snapshot import Fact


def _kubernetes(name: str, item: Any, path: str, *, everywhere: bool = True, maybe_none: bool = False) -> Fact:  # noqa: ANN401 - a type
    """Describe a list of the API server.

    `kubectl get -o json` prints an empty list without saying of what, so where there may be none the path is asked for.
    """
    kind = path.rsplit("/", 1)[-1]
    group = "" if path.startswith("/api/v1") else "." + path.split("/")[2]
    return Fact(
        name=name,
        type=tuple[item, ...],
        source="kubernetes",
        right=f"list {kind}{group}{' in all namespaces' if everywhere else ''}",
        ask=_raw(path) if maybe_none else f"kubectl get {kind}{' -A' if everywhere else ''} -o json",
        path=path,
    )


def _raw(path: str) -> str:
    return f"kubectl get --raw {path}"


def _listed(fact: str, command: str, value: str = "@") -> str:
    """Return a command of az whose answer says of what it is even where there is none of it."""
    return f"az {command} --query \"{{fact: '{fact}', value: {value}}}\""


_GROUPS = _raw("/apis")
"""Says which kinds there are at all: of a kind that is not served there is no list."""
_VAULT_ID = "$(az keyvault show -n {vault} --query id -o tsv)"
_CLUSTER_ID = "$(az aks show -g {group} -n {cluster} --query id -o tsv)"
_NODE_GROUP = "$(az aks show -g {group} -n {cluster} --query nodeResourceGroup -o tsv)"
_AUTHORIZATION = "providers/Microsoft.Authorization"
_SECRETS_WITHOUT_VALUES = (
    "{{range .items}}{{printf `{%q:%q,%q:%q,%q:%q,%q:{%q:%q,%q:%q,%q:%q` `apiVersion` `v1` `kind` `Secret` "
    "`type` .type `metadata` `name` .metadata.name `namespace` .metadata.namespace `uid` .metadata.uid}}"
    "{{with .metadata.annotations}}{{with index . `meta.helm.sh/release-name`}}"
    "{{printf `,%q:{%q:%q}` `annotations` `meta.helm.sh/release-name` .}}{{end}}{{end}}"
    "{{printf `,%q:{` `labels`}}{{$c := ``}}{{range $k, $v := .metadata.labels}}{{$c}}{{printf `%q:%q` $k $v}}"
    "{{$c = `,`}}{{end}}}{{printf `},%q:{` `data`}}{{$c := ``}}{{range $k, $v := .data}}{{$c}}{{printf `%q:null` $k}}"
    "{{$c = `,`}}{{end}}{{printf `}}`}}{{end}}"
)
"""Prints Secrets as JSON with null for every value. Without a double quote: Windows PowerShell passes none on."""


def _permissions_at(scope: str) -> str:
    url = f"{scope}/{_AUTHORIZATION}/permissions?api-version=2022-04-01"
    return f'az rest --url "{url}" --query "{{scope: \'{scope}\', permissions: value}}"'


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        _kubernetes("nodes", Node, "/api/v1/nodes", everywhere=False),
        _kubernetes("pods", Pod, "/api/v1/pods"),
        _kubernetes("daemon_sets", DaemonSet, "/apis/apps/v1/daemonsets"),
        _kubernetes("priority_classes", PriorityClass, "/apis/scheduling.k8s.io/v1/priorityclasses", everywhere=False),
        _kubernetes(
            "pod_disruption_budgets", PodDisruptionBudget, "/apis/policy/v1/poddisruptionbudgets", maybe_none=True
        ),
        _kubernetes("deployments", Deployment, "/apis/apps/v1/deployments"),
        _kubernetes("stateful_sets", StatefulSet, "/apis/apps/v1/statefulsets", maybe_none=True),
        _kubernetes("replica_sets", ReplicaSet, "/apis/apps/v1/replicasets"),
        _kubernetes("jobs", Job, "/apis/batch/v1/jobs", maybe_none=True),
        _kubernetes("ingresses", Ingress, "/apis/networking.k8s.io/v1/ingresses", maybe_none=True),
        _kubernetes(
            "persistent_volumes", PersistentVolume, "/api/v1/persistentvolumes", everywhere=False, maybe_none=True
        ),
        _kubernetes(
            "persistent_volume_claims", PersistentVolumeClaim, "/api/v1/persistentvolumeclaims", maybe_none=True
        ),
        Fact(
            name="pod_metrics",
            type=tuple[PodMetrics, ...],
            source="kubernetes",
            right="list pods.metrics.k8s.io in all namespaces (optional: what pods use now)",
            ask=_raw("/apis/metrics.k8s.io/v1beta1/pods"),
            path="/apis/metrics.k8s.io/v1beta1/pods",
        ),
        _kubernetes("events", Event, "/api/v1/events", maybe_none=True),
        _kubernetes("csi_drivers", CSIDriver, "/apis/storage.k8s.io/v1/csidrivers", everywhere=False, maybe_none=True),
        Fact(
            name="secrets",
            type=tuple[Secret, ...],
            source="kubernetes",
            right="list secrets in the namespace (asked for as a table: no value leaves the server)",
            ask=f"kubectl get secrets -n {{namespace}} -o go-template='{_SECRETS_WITHOUT_VALUES}'",
        ),
        Fact(
            name="secret_provider_classes",
            type=SecretProviderClasses,
            source="kubernetes",
            right="list secretproviderclasses.secrets-store.csi.x-k8s.io in all namespaces",
            ask=f"{_GROUPS}; {_raw('/apis/secrets-store.csi.x-k8s.io/v1/secretproviderclasses')}",
        ),
        Fact(
            name="secret_provider_class_pod_statuses",
            type=SecretProviderClassPodStatuses,
            source="kubernetes",
            right="list secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io in all namespaces",
            ask=f"{_GROUPS}; {_raw('/apis/secrets-store.csi.x-k8s.io/v1/secretproviderclasspodstatuses')}",
        ),
        Fact(
            name="cert_manager_certificates",
            type=CertificateObjects,
            source="kubernetes",
            right="list certificates.cert-manager.io in all namespaces",
            ask=f"{_GROUPS}; {_raw('/apis/cert-manager.io/v1/certificates')}",
        ),
        Fact(
            name="access_reviews",
            type=tuple[AccessReview, ...],
            source="kubernetes",
            right="create selfsubjectaccessreviews.authorization.k8s.io, which everybody may",
            ask="cluedin-preflight run -c operator-permissions --save-bundle FILE",
        ),
        Fact(
            name="cluster",
            type=ManagedCluster,
            source="azure",
            right="Microsoft.ContainerService/managedClusters/read",
            ask="az aks show -g {group} -n {cluster}",
        ),
        Fact(
            name="identities",
            type=tuple[ManagedIdentity, ...],
            source="azure",
            right="Microsoft.ManagedIdentity/userAssignedIdentities/read",
            ask=_listed("identities", "identity list"),
        ),
        Fact(
            name="vault",
            type=Vault,
            source="azure",
            right="Microsoft.KeyVault/vaults/read",
            ask="az keyvault show -n {vault}",
        ),
        Fact(
            name="role_assignments",
            type=RoleAssignments,
            source="azure",
            right="Microsoft.Authorization/roleAssignments/read at the vault",
            ask=_listed("role_assignments", f"role assignment list --scope {_VAULT_ID} --include-inherited"),
        ),
        Fact(
            name="role_definitions",
            type=tuple[RoleDefinition, ...],
            source="azure",
            right="Microsoft.Authorization/roleDefinitions/read",
            ask=_listed("role_definitions", "role definition list"),
        ),
        Fact(
            name="deny_assignments",
            type=tuple[DenyAssignment, ...],
            source="azure",
            right="Microsoft.Authorization/denyAssignments/read at the vault",
            ask=_listed(
                "deny_assignments",
                f'rest --url "{_VAULT_ID}/{_AUTHORIZATION}/denyAssignments?api-version=2022-04-01"',
                "value",
            ),
        ),
        Fact(
            name="group_memberships",
            type=tuple[GroupMembership, ...],
            source="azure",
            right="Microsoft Graph Application.Read.All or Directory.Read.All",
            ask="az rest --url https://graph.microsoft.com/v1.0/servicePrincipals/OBJECT_ID/transitiveMemberOf "
            "--query \"{principalId: 'OBJECT_ID', groups: value[].id}\"",
        ),
        Fact(
            name="operator",
            type=Operator,
            source="azure",
            right="Microsoft.Authorization/permissions/read",
            ask=f"{_permissions_at(_CLUSTER_ID)}; {_permissions_at(_VAULT_ID)}",
        ),
        Fact(
            name="locks",
            type=tuple[Lock, ...],
            source="azure",
            right="Microsoft.Authorization/locks/read",
            ask=_listed("locks", "lock list"),
        ),
        Fact(
            name="scale_sets",
            type=tuple[ScaleSet, ...],
            source="azure",
            right="Microsoft.Compute/virtualMachineScaleSets/read in the node resource group",
            ask=_listed("scale_sets", f"vmss list -g {_NODE_GROUP}"),
        ),
        Fact(
            name="networks",
            type=tuple[VirtualNetwork, ...],
            source="azure",
            right="Microsoft.Network/virtualNetworks/read for the networks of the nodes",
            ask=_listed("networks", "network vnet list"),
        ),
        Fact(
            name="private_endpoints",
            type=tuple[PrivateEndpoint, ...],
            source="azure",
            right="Microsoft.Network/privateEndpoints/read for the private endpoints of the vault",
            ask=_listed("private_endpoints", "network private-endpoint list"),
        ),
        Fact(
            name="private_dns_zone_links",
            type=tuple[PrivateDnsZoneLink, ...],
            source="azure",
            right="Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
            ask=_listed(
                "private_dns_zone_links",
                "network private-dns link vnet list -g DNS_RESOURCE_GROUP -z privatelink.vaultcore.azure.net",
            ),
        ),
        Fact(
            name="outbound_addresses",
            type=tuple[PublicIPAddress, ...],
            source="azure",
            right="Microsoft.Network/publicIPAddresses/read in the node resource group",
            ask=_listed("outbound_addresses", f"network public-ip list -g {_NODE_GROUP}"),
        ),
        Fact(
            name="deleted_vaults",
            type=tuple[DeletedVault, ...],
            source="azure",
            right="Microsoft.KeyVault/deletedVaults/read",
            ask=_listed("deleted_vaults", "keyvault list-deleted --resource-type vault"),
        ),
        Fact(
            name="vault_name",
            type=NameAvailability,
            source="azure",
            right="Microsoft.KeyVault/checkNameAvailability/read",
            ask="az keyvault check-name -n {vault}",
        ),
        Fact(
            name="vault_secrets",
            type=tuple[VaultObject, ...],
            source="vault",
            right="list secrets of the vault (Key Vault Reader, or policy secrets: list); values are never read",
            ask=_listed("vault_secrets", "keyvault secret list --include-managed true --vault-name {vault}"),
        ),
        Fact(
            name="vault_certificates",
            type=tuple[VaultObject, ...],
            source="vault",
            right="list certificates of the vault (Key Vault Reader, or policy certificates: list)",
            ask=_listed("vault_certificates", "keyvault certificate list --vault-name {vault}"),
        ),
        Fact(
            name="vault_secret_versions",
            type=tuple[VaultObject, ...],
            source="vault",
            right="list the versions of the secrets that are mounted (as for listing secrets); values are never read",
            ask="az keyvault secret list-versions --vault-name {vault} -n SECRET",
        ),
        Fact(
            name="value_parity",
            type=tuple[ValueRelation, ...],
            source="plan",
            right="with --read-values only: get secrets in the namespace, and getSecret on the vault (Key Vault "
            "Secrets User, or policy secrets: get); values are compared in memory and dropped",
            ask="cluedin-preflight run --read-values --save-bundle FILE",
        ),
        Fact(
            name="deleted_vault_secrets",
            type=tuple[DeletedVaultObject, ...],
            source="vault",
            right="list deleted secrets of the vault (Key Vault Reader, or policy secrets: list)",
            ask=_listed("deleted_vault_secrets", "keyvault secret list-deleted --vault-name {vault}"),
        ),
        Fact(
            name="deleted_vault_certificates",
            type=tuple[DeletedVaultObject, ...],
            source="vault",
            right="list deleted certificates of the vault (Key Vault Reader, or policy certificates: list)",
            ask=_listed("deleted_vault_certificates", "keyvault certificate list-deleted --vault-name {vault}"),
        ),
        Fact(
            name="certificate_policies",
            type=tuple[CertificatePolicy, ...],
            source="vault",
            right="get the policy of the certificates that the values name (Key Vault Reader, or policy "
            "certificates: get); no key is read",
            ask="az keyvault certificate show --vault-name {vault} -n CERTIFICATE",
        ),
        Fact(
            name="values",
            type=Values,
            source="plan",
            right="read the values files, or get the release's record (a Secret of type helm.sh/release.v1)",
            ask="the values file of the deployment, given with -f",
        ),
        Fact(
            name="manifest",
            type=Manifest,
            source="plan",
            right="read the rendered manifests",
            ask="helm template RELEASE CHART -n {namespace} -f values.yaml > manifest.yaml, given with --manifest",
        ),
        Fact(
            name="release",
            type=Release,
            source="plan",
            right="get the release's record (a Secret of type helm.sh/release.v1) in its namespace",
            ask="helm list -A -o json",
        ),
    )
}
"""Every fact of ours by name, in the order in which reports list them."""
