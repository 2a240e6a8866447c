"""Where names stand in a snapshot: which fields hold one, which hold prose, and which hold words of the API only."""

from collections.abc import Mapping
from functools import cache

Place = tuple[str, str]
"""The struct and the field that a string stands in; of a label, ("Label", its key)."""

FIELDS: Mapping[Place, str] = {
    ("Vault", "name"): "vault",
    ("DeletedVault", "name"): "vault",
    ("NameAvailability", "name"): "vault",
    ("ClassParameters", "keyvault_name"): "vault",
    ("Target", "vault"): "vault",
    ("ManagedCluster", "name"): "cluster",
    ("Target", "cluster"): "cluster",
    ("Target", "context"): "context",
    ("ManagedCluster", "node_resource_group"): "group",
    ("Target", "resource_group"): "group",
    ("Label", "kubernetes.azure.com/cluster"): "group",
    ("Label", "kubernetes.azure.com/network-resourcegroup"): "group",
    ("Label", "kubernetes.azure.com/network-name"): "resource",
    ("Label", "kubernetes.azure.com/network-subnet"): "resource",
    ("Label", "kubernetes.io/hostname"): "host",
    ("Target", "subscription"): "subscription",
    ("ClassParameters", "tenant_id"): "tenant",
    ("ClassParameters", "tenant_id_old"): "tenant",
    ("ClassParameters", "client_id"): "identity",
    ("ClassParameters", "user_assigned_identity_id"): "identity",
    ("ManagedIdentity", "name"): "identity",
    ("Operator", "name"): "user",
    ("Target", "azure_account"): "user",
    ("ObjectMeta", "namespace"): "namespace",
    ("PodAffinityTerm", "namespaces"): "namespace",
    ("Annotations", "release_namespace"): "namespace",
    ("InvolvedObject", "namespace"): "namespace",
    ("ResourceAttributes", "namespace"): "namespace",
    ("Release", "namespace"): "namespace",
    ("Target", "namespace"): "namespace",
    ("Annotations", "release_name"): "release",
    ("Release", "name"): "release",
    ("Target", "release"): "release",
    ("PodSpec", "node_name"): "node",
    ("TemplateSpec", "node_name"): "node",
    ("PodStatus", "nominated_node_name"): "node",
    ("RoleDefinition", "role_name"): "role",
    ("RoleAssignment", "role_definition_name"): "role",
    ("CertificatePolicy", "issuer"): "issuer",
    ("Annotations", "issuer"): "issuer",
    ("Annotations", "cluster_issuer"): "issuer",
    ("ScaleSet", "name"): "resource",
    ("VirtualNetwork", "name"): "resource",
    ("Subnet", "name"): "resource",
    ("Lock", "name"): "resource",
    ("DenyAssignment", "deny_assignment_name"): "resource",
    ("Target", "values"): "file",
    ("Values", "files"): "file",
    ("Manifest", "files"): "file",
    ("Setting", "file"): "file",
}
"""Whose whole text is a name, and of what."""

SETTINGS: Mapping[tuple[str, ...], str] = {
    ("global", "keyvault", "keyvaultName"): "vault",
    ("global", "keyvault", "tenantId"): "tenant",
    ("global", "keyvault", "userAssignedIdentityID"): "identity",
    ("application", "keyvault", "keyvaultName"): "vault",
    ("application", "keyvault", "tenantId"): "tenant",
    ("application", "keyvault", "userAssignedIdentityID"): "identity",
    ("application", "bootstrap", "organization", "name"): "organization",
}
"""Settings of the values whose text is a name."""

PERSONAL = frozenset(
    "owner ownedby team squad contact maintainer email mail user username createdby customer client company org "  # noqa: SIM905 - a list of words reads best as words
    "organization organisation department dept division businessunit costcenter costcentre project tenant".split()
)
"""Last words of labels' keys, in small letters and without hyphens, whose values tell of people and organisations."""

OURS: frozenset[Place] = frozenset((("Missing", "reason"), ("Header", "notes"), ("Header", "stage_reason")))
"""Sentences of ours: what they name besides are files."""
PROSE: frozenset[Place] = OURS | {
    *(("Release", "description"), ("Event", "message"), ("Condition", "message"), ("ContainerStateWaiting", "message"))
}
"""Sentences, with those of Kubernetes, the driver and Helm."""

LABELS = frozenset(("labels", "node_labels", "node_selector", "match_labels"))
"""Fields that map the keys of labels to their values."""

_API_FIELDS = frozenset(
    # Instants and versions.
    "creation_timestamp deletion_timestamp start_time last_timestamp event_time last_observed_time created_on "  # noqa: SIM905 - a list of words reads best as words
    "expires not_before created updated deleted_date scheduled_purge_date deletion_date collected_at tool_version "
    "kubelet_version kubernetes_version current_kubernetes_version orchestrator_version chart_version app_version "
    # Quantities by the names of resources.
    "capacity allocatable requests limits overhead allocated_resources usage max_surge max_unavailable vm_size "
    # Words out of a few that an API has.
    "kind type status effect phase operator verb group protocol restart_policy preemption_policy hook why stage "
    "stages operating_system architecture os_type os_sku mode provisioning_state code network_plugin "
    "network_plugin_mode network_dataplane outbound_type pod_ip_allocation_mode restriction_level location "
    "availability_zones enable_secret_rotation rotation_poll_interval cloud_name use_pod_identity "
    "use_vm_managed_identity default_action bypass public_network_access actions not_actions data_actions "
    "not_data_actions principal_type level peering_state virtual_network_link_state service key_type content_type "
    "relation rule source when_unsatisfiable node_affinity_policy node_taints_policy tls_acme".split()
)
_API_PLACES: frozenset[Place] = frozenset(
    (
        *(("Condition", "reason"), ("PodStatus", "reason"), ("Event", "reason"), ("ContainerStateWaiting", "reason")),
        *(("NameAvailability", "reason"), ("ResourceAttributes", "resource"), ("SecretProviderClassSpec", "provider")),
        *(("Permissions", "secrets"), ("Permissions", "certificates"), ("Permissions", "keys")),
    )
)
_KEYS: frozenset[Place] = frozenset(
    (
        *(("Taint", "key"), ("Toleration", "key"), ("SelectorRequirement", "key")),
        *(("PodAffinityTerm", "topology_key"), ("TopologySpreadConstraint", "topology_key")),
    )
)
_DOMAINS_OF_KEYS = ("kubernetes.io", "k8s.io", "azure.com", "azure.net", "helm.sh")


def is_of_the_api(place: Place, text: str = "") -> bool:
    """Tell whether a text is a word, an instant or an amount as its API has them: no name, whatever it looks like.

    >>> is_of_the_api(("Taint", "effect")), is_of_the_api(("Taint", "key"), "acme.com/gpu")
    (True, False)
    """
    return _holds_no_name(place) or (place in _KEYS and is_key_of_the_api(text))


@cache
def _holds_no_name(place: Place) -> bool:
    return place[1] in _API_FIELDS or place in _API_PLACES


@cache
def is_key_of_the_api(key: str) -> bool:
    """Tell whether a label's key is one of Kubernetes', Azure's or Helm's: checks go by these.

    >>> is_key_of_the_api("kubernetes.azure.com/mode"), is_key_of_the_api("acme.com/mode")
    (True, False)
    """
    domain, slash, _ = key.rpartition("/")
    return bool(slash) and any(domain == known or domain.endswith(f".{known}") for known in _DOMAINS_OF_KEYS)
