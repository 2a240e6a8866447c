"""Which strings of a snapshot are names, and of what: by the field they stand in, by resource ids, hosts and GUIDs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

from preflight.facts import ManagedCluster, Node, Setting
from preflight.pseudonyms.kept import is_public_host, stays
from preflight.pseudonyms.places import FIELDS, LABELS, OURS, PERSONAL, PROSE, SETTINGS, Place, is_of_the_api

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

_WEAK = ("context", "resource", "host", "label")
"""What a name is called only where it is nothing more telling: a context has its cluster's name."""

_RESOURCE_ID = re.compile(r"/(?:subscriptions|providers)/[^\s'\",;]+", re.IGNORECASE)
_GUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"[\w.+%-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HOST = re.compile(
    r"(?<![\w.-])([A-Za-z0-9][\w-]*)((?:\.[\w-]+)*)\.(?:azmk8s\.\w+|vault\.(?:azure|usgovcloudapi|microsoftazure)\.\w+"
    r"|azurecr\.\w+|cloudapp\.azure\.\w+|database\.windows\.net|blob\.core\.windows\.net)(?![\w-])",
    re.ASCII,
)
_ZONES = frozenset(("hcp", "privatelink", "private", "data"))
"""Labels of Azure's host names that end what a customer chose: `aks-1.SUBZONE.privatelink.westeurope.azmk8s.io`."""
_SERVER = re.compile(
    r"(?:^|the name |answer of |proxy to )([A-Za-z0-9][\w-]*(?:\.[\w-]+)+)"
    r"(?= (?:cannot be|gave no|shows a|does not|answered|serves no|broke off|did not)| \()",
    re.ASCII,
)
_DOMAIN = re.compile(
    r"(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|app|cloud|local|internal|intra|lan|corp"
    r"|home|biz|info|edu|gov|example|test|(?!go|py|sh|gz|js|so)[a-z]{2})(?!\.?[\w-])",
    re.ASCII | re.IGNORECASE,
)
_CALLER = re.compile(r"\b(?:[Uu]ser|client|subject) [\"']([^\"']+)[\"']")
_FILE = re.compile(r"[^\s:'\"]+\.(?:json|ya?ml|zip|gz|txt|log)\b", re.IGNORECASE)
_HOME = re.compile(r"[/\\](?:home|[Uu]sers)[/\\]([^/\\\s'\",:]+)")
_AKS_NODE = re.compile(r"(?<![\w.-])aks-([a-z0-9]{1,12})-\d{8}-vmss[0-9a-z]{6}(?![\w-])", re.ASCII)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The names of a snapshot: what each is of, and the pool of each node whose pool is known.

    `texts` are the strings that they may stand in, each once.
    """

    kinds: dict[str, str]
    pools: dict[str, str]
    texts: tuple[str, ...]


def gathered(parts: Iterable[Any]) -> Names:
    """Return the names that stay in none of these parts of a snapshot; each name is of one kind only."""
    parts = tuple(parts)
    pools = dict(_pools(parts))
    staying = {pool for part in parts for pool in _pool_names(part)} | set(pools.values())
    asked: dict[str, bool] = {}
    found: dict[str, str] = {}
    # Thousands of pods hold the same few texts: each is looked at once in each place.
    standing = dict.fromkeys(pair for part in parts for pair in strings(part))
    named = (pair for place, text in standing for pair in _names(place, text))
    for kind, name in chain((("node", name) for name in pools), named):
        if name not in asked:
            asked[name] = not name or name.lower() in staying or stays(name)
        if not asked[name] and found.get(name, kind) in (kind, *_WEAK):
            found[name] = kind
    kinds = {name: "guid" if _GUID.fullmatch(name) else kind for name, kind in found.items()}
    for name, kind in kinds.items():
        if kind == "node" and not pools.get(name) and (match := _AKS_NODE.fullmatch(name)):
            pools[name] = match[1]
    return Names(kinds=kinds, pools=pools, texts=tuple(dict.fromkeys(text for _, text in standing)))


def _pools(parts: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for node in (node for part in parts if isinstance(part, tuple) for node in part if isinstance(node, Node)):
        labels = node.metadata.labels
        yield (
            node.metadata.name,
            (labels.get("kubernetes.azure.com/agentpool") or labels.get("agentpool") or "").lower(),
        )


def _pool_names(part: Any) -> Iterator[str]:  # noqa: ANN401 - any fact's value
    if isinstance(part, ManagedCluster):
        yield from (pool.name.lower() for pool in part.agent_pool_profiles)


def strings(value: Any, place: Place = ("", "")) -> Iterator[tuple[Place, str]]:  # noqa: ANN401 - any fact's value
    """Yield every string in a value that may hold a name with the place where it stands, keys of maps included."""
    if isinstance(value, str):
        if not is_of_the_api(place, value):
            yield place, value
    elif isinstance(value, Setting):
        yield from _of_setting(value)
    elif isinstance(value, msgspec.Struct):
        struct = type(value).__name__
        for field in value.__struct_fields__:
            yield from strings(getattr(value, field), (struct, field))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from strings(item, ("Label", key) if place[1] in LABELS else place)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from strings(item, place)


def _of_setting(setting: Setting) -> Iterator[tuple[Place, str]]:
    path = tuple(str(part) for part in setting.path)
    yield ("Setting", "file"), setting.file or ""
    yield ("Values", SETTINGS.get(path, "")), setting.text or ""
    yield from ((("Setting", "path"), part) for part in path)


def _names(place: Place, text: str) -> Iterator[tuple[str, str]]:
    """Yield what a string in this place is or holds, as (what it is of, name)."""
    if "/" in text:
        yield from (pair for match in _RESOURCE_ID.finditer(text) for pair in _segments(match[0]))
    if "-" in text:
        yield from (("guid", match[0]) for match in _GUID.finditer(text))
        yield from (("node", match[0]) for match in _AKS_NODE.finditer(text))
    if "@" in text:
        yield from (("user", match[0]) for match in _ADDRESS.finditer(text))
    if "." in text:
        yield from (pair for match in _HOST.finditer(text) for pair in _host(match))
    kind = _kind(place)
    if kind and not _GUID.fullmatch(text) and not text.startswith(("/subscriptions/", "https://")):
        yield kind, text
    if place[1] == "image":
        yield from _image(text)
    if place in PROSE:
        yield from (("host", match[1]) for match in _SERVER.finditer(text) if not _HOST.search(match[1]))
        yield from (("host", match[0]) for match in _DOMAIN.finditer(text) if not is_public_host(match[0]))
        yield from (("user", match[1]) for match in _CALLER.finditer(text) if not match[1].startswith("system:"))
        yield from (("user", match[1]) for match in _HOME.finditer(text))
    if place in OURS:
        yield from (("file", match[0]) for match in _FILE.finditer(text))


def _kind(place: Place) -> str | None:
    if place[0] == "Values":
        return place[1] or None
    if place[0] == "Label" and re.sub("[-_.]", "", place[1].rpartition("/")[2]).lower() in PERSONAL:
        return "label"
    return FIELDS.get(place)


def _image(image: str) -> Iterator[tuple[str, str]]:
    """Yield an image's registry, unless it is a public one, whose names say nothing.

    >>> list(_image("images.acme.example:5000/team/app:1")), list(_image("quay.io/x/y:1")), list(_image("neo4j:5.26"))
    ([('registry', 'images.acme.example')], [], [])
    """
    registry = re.split("[:/]", image)[0]
    if "." in registry and "/" in image and not _HOST.search(image) and not is_public_host(registry):
        yield "registry", registry


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


def _host(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield the first label of a host's name, and those that a customer chose behind it."""
    domain = match[0].removeprefix(match[1] + match[2]).split(".")[1]
    kind = {"vault": "vault", "azurecr": "registry"}.get(domain, "host")
    if match[1].lower() not in _ZONES:
        yield kind, match[1]
    labels = match[2].strip(".").split(".")
    ends = next((index for index, label in enumerate(labels) if label.lower() in _ZONES), 0)
    yield from (("host", label) for label in labels[:ends])
