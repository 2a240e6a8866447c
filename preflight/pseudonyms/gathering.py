"""Which strings of a snapshot are names, and of what: by the field they stand in, by resource ids, hosts and GUIDs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from preflight.facts import Node, Setting
from preflight.pseudonyms.kept import stays

Place = tuple[str, str]
"""The struct and the field that a string stands in; the key of a map is a field too."""

_FIELDS: Mapping[Place, str] = {
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
    ("NodeLabel", "kubernetes.azure.com/cluster"): "group",
    ("NodeLabel", "kubernetes.azure.com/network-resourcegroup"): "group",
    ("NodeLabel", "kubernetes.azure.com/network-name"): "resource",
    ("NodeLabel", "kubernetes.azure.com/network-subnet"): "resource",
    ("Target", "subscription"): "subscription",
    ("ClassParameters", "tenant_id"): "tenant",
    ("ClassParameters", "tenant_id_old"): "tenant",
    ("ClassParameters", "client_id"): "identity",
    ("ClassParameters", "user_assigned_identity_id"): "identity",
    ("ManagedIdentity", "name"): "identity",
    ("Operator", "name"): "user",
    ("ObjectMeta", "namespace"): "namespace",
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
    ("Node", "name"): "node",
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
_SETTINGS: Mapping[tuple[str, ...], str] = {
    ("global", "keyvault", "keyvaultName"): "vault",
    ("global", "keyvault", "tenantId"): "tenant",
    ("global", "keyvault", "userAssignedIdentityID"): "identity",
    ("application", "bootstrap", "organization", "name"): "organization",
}
_SEGMENTS: Mapping[str, str] = {
    "subscriptions": "subscription",
    "resourcegroups": "group",
    "managedclusters": "cluster",
    "vaults": "vault",
    "deletedvaults": "vault",
    "userassignedidentities": "identity",
}
"""Kind of a resource id's segment to what its name is of; every other kind but the next ones is of a resource."""
_TELLING = frozenset(
    (
        *("providers", "agentpools", "locations", "privatednszones", "virtualmachines", "versions"),
        *("secrets", "certificates", "keys"),
    )
)
"""Kinds of segments whose names stay: checks go by them, and they say nothing else."""

_WEAK = ("context", "resource")
"""What a name is called only where it is nothing more telling: a context has its cluster's name."""

_RESOURCE_ID = re.compile(r"/(?:subscriptions|providers)/[^\s'\",;]+", re.IGNORECASE)
_GUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"[\w.+%-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HOST = re.compile(
    r"(?<![\w.-])([A-Za-z0-9][\w-]*)((?:\.[\w-]+)*)\.(?:azmk8s\.\w+|vault\.(?:azure|usgovcloudapi|microsoftazure)\.\w+"
    r"|azurecr\.\w+|cloudapp\.azure\.\w+|database\.windows\.net|blob\.core\.windows\.net)(?![\w-])",
    re.ASCII,
)
_SERVER = re.compile(
    r"(?:^|the name |answer of |proxy to )([A-Za-z0-9][\w-]*(?:\.[\w-]+)+)"
    r"(?= (?:cannot be|gave no|shows a|does not|answered|serves no|broke off|did not)| \()",
    re.ASCII,
)
_CALLER = re.compile(r"\b(?:User|client) [\"']([^\"']+)[\"']")
_FILE = re.compile(r"[^\s:'\"]+\.(?:json|ya?ml|zip|gz|txt|log)\b", re.IGNORECASE)


def gathered(parts: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Return the names by what they are of; each name is in one place only, with the pool of a node as a remark."""
    found: dict[str, str] = {}
    asked: dict[str, bool] = {}
    pools: dict[str, str] = {}
    for part in parts:
        for node in part if isinstance(part, tuple) else ():
            if isinstance(node, Node):
                labels = node.metadata.labels
                pool = labels.get("kubernetes.azure.com/agentpool") or labels.get("agentpool") or ""
                pools[node.metadata.name] = pool
        for place, text in strings(part):
            for kind, name in _names(place, text):
                if name not in asked:
                    asked[name] = stays(name) if name else True
                if not asked[name] and found.get(name, kind) in (kind, *_WEAK):
                    found[name] = kind
    kinds: dict[str, dict[str, str]] = {}
    for name, kind in found.items():
        kinds.setdefault("guid" if _GUID.fullmatch(name) else kind, {})[name] = pools.get(name, "")
    return kinds


def strings(value: Any, place: Place = ("", "")) -> Iterator[tuple[Place, str]]:  # noqa: ANN401 - any fact's value
    """Yield every string in a value with the place where it stands, keys of maps included."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Setting):
        path = tuple(str(part) for part in value.path)
        yield ("Setting", "file"), value.file or ""
        yield ("Values", _SETTINGS.get(path, "")), value.text or ""
        yield from ((("Setting", "path"), part) for part in path)
    elif isinstance(value, msgspec.Struct):
        struct = type(value).__name__
        for field in value.__struct_fields__:
            yield from strings(getattr(value, field), (struct, field))
        if isinstance(value, Node):
            yield ("Node", "name"), value.metadata.name
            yield from ((("NodeLabel", key), text) for key, text in value.metadata.labels.items())
    elif isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from strings(item, place)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from strings(item, place)


def _names(place: Place, text: str) -> Iterator[tuple[str, str]]:
    """Yield what a string in this place is or holds, as (what it is of, name)."""
    if "/" in text:
        yield from (pair for match in _RESOURCE_ID.finditer(text) for pair in _segments(match[0]))
    if "-" in text:
        yield from (("guid", match[0]) for match in _GUID.finditer(text))
    if "@" in text:
        yield from (("user", match[0]) for match in _ADDRESS.finditer(text))
    if "." in text:
        yield from (_host(match) for match in _HOST.finditer(text))
    kind = place[1] if place[0] == "Values" and place[1] in _SETTINGS.values() else _FIELDS.get(place)
    if kind and not _GUID.fullmatch(text) and "://" not in text and not text.startswith("/subscriptions/"):
        yield kind, text
    if (
        place[1] == "image"
        and "." in (registry := re.split("[:/]", text)[0])
        and "/" in text
        and not _HOST.search(text)
    ):
        yield "registry", registry
    if place in (("Missing", "reason"), ("Header", "notes")):
        yield from (("host", match[1]) for match in _SERVER.finditer(text) if not _HOST.search(match[1]))
        yield from (("user", match[1]) for match in _CALLER.finditer(text) if not match[1].startswith("system:"))
        yield from (("file", match[0]) for match in _FILE.finditer(text) if place[0] == "Header")


def _segments(resource_id: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a resource id spells.

    >>> list(_segments("/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv/secrets/email"))
    [('subscription', 's'), ('group', 'g'), ('vault', 'kv')]
    """
    parts = resource_id.strip("/").split("/")
    index = 0
    while index + 1 < len(parts):
        kind = parts[index].lower()
        if kind == "providers":
            # Its namespace follows, and behind that pairs of kind and name again.
            index += 2
            continue
        if kind not in _TELLING:
            yield _SEGMENTS.get(kind, "resource"), parts[index + 1]
        index += 2


def _host(match: re.Match[str]) -> tuple[str, str]:
    kind = {"vault": "vault", "azurecr": "registry"}.get(
        match[0].removeprefix(match[1] + match[2]).split(".")[1], "host"
    )
    return kind, "" if match[1].lower() == "privatelink" else match[1]
