"""One shape for Azure's documents: REST or az's flattened JSON, bare or under `value`, to what facts/azure.py holds.

Pure. Both the live readers and the reader of files come through here, so the two give equal facts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from preflight.collect.decoding import Undecodable, convert
from preflight.facts import CertificatePolicy, DeletedVaultObject, VaultObject

T = TypeVar("T")

# az prints some fields under the Python SDK's spelling; facts use the REST names (seen in az 2.x and the SDK's models).
_REST_NAMES = {
    "osSku": "osSKU",
    "podIpAllocationMode": "podIPAllocationMode",
    "podSubnetId": "podSubnetID",
    "privateFqdn": "privateFQDN",
    "vnetSubnetId": "vnetSubnetID",
}

# The REST shape of an agent pool has `type` twice, as a resource and under `properties`; az renames the inner one.
_LIFTED_TYPE = "typePropertiesType"

# Maps whose keys are people's own words, not Azure's.
_VERBATIM = ("nodeLabels", "tags")


def flatten(document: object) -> object:
    """Lift every `properties` map one level up, drop nulls, and give fields their REST names; at any depth.

    Where both levels have a field the inner one wins: an agent pool's `type` is `VirtualMachineScaleSets`, not the
    kind of resource. The input is left as it is; flattening twice changes nothing more.

    >>> flatten({"name": "kv", "tags": None, "properties": {"vaultUri": "https://kv/", "networkAcls": None}})
    {'name': 'kv', 'vaultUri': 'https://kv/'}
    """
    if isinstance(document, list | tuple):
        return [flatten(item) for item in document if item is not None]
    if not isinstance(document, Mapping):
        return document
    return _lifted(document)


def resources(document: object) -> tuple[dict[str, object], ...]:
    """Return the flattened resources of a document: a bare list, a list under `value`, or one object.

    >>> [item["name"] for item in resources({"value": [{"name": "a"}, {"name": "b"}]})]
    ['a', 'b']
    """
    if isinstance(document, Mapping) and isinstance(document.get("value"), list):
        document = document["value"]
    found = document if isinstance(document, list | tuple) else (document,)
    return tuple(_lifted(item) for item in found if isinstance(item, Mapping))


def decode(document: object, kind: type[T]) -> T:
    """Trim one document of any of the shapes to a fact type; what has no field is dropped.

    Raises Undecodable, naming the place, when a field is there with a type that Azure does not document.
    """
    try:
        shaped = flatten(document)
    except RecursionError:
        raise Undecodable("nested too deeply") from None
    reshaped = _OF_A_VAULT.get(kind)
    if reshaped and isinstance(shaped, dict):
        shaped = reshaped(shaped)
    return convert(shaped, kind)


def decode_all(document: object, kind: type[T]) -> tuple[T, ...]:
    """Trim every resource of a document (see `resources`) to a fact type. Raises Undecodable."""
    try:
        items = resources(document)
    except RecursionError:
        raise Undecodable("nested too deeply") from None
    return tuple(decode(item, kind) for item in items)


def _lifted(document: Mapping[str, object]) -> dict[str, object]:
    outer: dict[str, object] = {}
    inner: dict[str, object] = {}
    for key, value in document.items():
        if value is None:
            continue
        if key == "properties" and isinstance(value, Mapping):
            inner = _lifted(value)
        elif key in _VERBATIM and isinstance(value, Mapping):
            outer[key] = {label: text for label, text in value.items() if text is not None}
        else:
            outer[_rest_name(key, document)] = flatten(value)
    if _LIFTED_TYPE in outer:
        outer["type"] = outer.pop(_LIFTED_TYPE)
    return outer | inner


def _rest_name(key: str, document: Mapping[str, object]) -> str:
    name = _REST_NAMES.get(key, key)
    return key if name != key and document.get(name) is not None else name


def _vault_object(item: Mapping[str, object]) -> dict[str, object]:
    """Bring a secret's or certificate's properties together; instants come as seconds (REST) or RFC 3339 (az).

    The id is `https://VAULT.vault.azure.net/secrets/NAME` or `.../NAME/VERSION`; REST gives no other name.
    """
    attributes = item.get("attributes")
    attributes = attributes if isinstance(attributes, Mapping) else {}
    segments = [part for part in urlsplit(str(item.get("id", ""))).path.split("/") if part]
    fields = {
        "name": item.get("name") or (segments[1] if len(segments) > 1 else None),
        "version": segments[2] if len(segments) > 2 else None,  # noqa: PLR2004 - kind, name, version
        "enabled": attributes.get("enabled"),
        "expires": _instant(attributes.get("exp", attributes.get("expires"))),
        "notBefore": _instant(attributes.get("nbf", attributes.get("notBefore"))),
        "created": _instant(attributes.get("created")),
        "updated": _instant(attributes.get("updated")),
        "contentType": item.get("contentType"),
        "managed": item.get("managed"),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _deleted(item: Mapping[str, object]) -> dict[str, object]:
    """Bring the properties of a deleted secret or certificate together; az tells its name, REST only its id."""
    return {
        "name": _vault_object(item).get("name"),
        "deletedDate": _instant(item.get("deletedDate")),
        "scheduledPurgeDate": _instant(item.get("scheduledPurgeDate")),
    }


def _policy(item: Mapping[str, object]) -> dict[str, object]:
    """Take what counts of a certificate's policy: of REST's own document, or of az's certificate that holds one."""
    policy = _map(item.get("policy")) or item
    key = _map(policy.get("key_props") or policy.get("keyProperties"))
    secret = _map(policy.get("secret_props") or policy.get("secretProperties"))
    issuer = _map(policy.get("issuer") or policy.get("issuerParameters"))
    actions = policy.get("lifetime_actions") or policy.get("lifetimeActions")
    return {
        "name": _vault_object(item).get("name"),
        "exportable": key.get("exportable"),
        "contentType": secret.get("contentType"),
        "keyType": key.get("kty") or key.get("keyType"),
        "issuer": issuer.get("name"),
        "renews": any("AutoRenew" in str(_map(one).get("action")) for one in _list(actions)),
    }


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


_OF_A_VAULT: Mapping[type, Callable[[Mapping[str, object]], dict[str, object]]] = {
    VaultObject: _vault_object,
    DeletedVaultObject: _deleted,
    CertificatePolicy: _policy,
}
"""What the vault's own API answers has a shape of its own, and az prints it in another."""


def _instant(value: object) -> object:
    """Seconds since 1970 as RFC 3339; anything else is left to the decoder.

    >>> _instant(1700000000)
    '2023-11-14T22:13:20+00:00'
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return datetime.fromtimestamp(value, UTC).isoformat()
    except (OverflowError, ValueError, OSError) as error:
        raise Undecodable("attributes: an instant beyond the calendar") from error
