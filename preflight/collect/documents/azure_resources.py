"""Which Azure resource an object is: by its type, else by its id, in az's shape and the REST shape alike."""

import re

import msgspec

from preflight.collect.documents.found import Found, in_brackets, unread, unusable
from preflight.collect.documents.peeking import Head, field, string
from preflight.collect.documents.unpack import EXPECTED

_AZURE = {
    "microsoft.containerservice/managedclusters": "cluster",
    "microsoft.containerservice/managedclusters/agentpools": "agent_pools",
    "microsoft.keyvault/vaults": "vault",
    "microsoft.keyvault/deletedvaults": "deleted_vaults",
    "microsoft.managedidentity/userassignedidentities": "identities",
    "microsoft.authorization/roleassignments": "role_assignments",
    "microsoft.authorization/roledefinitions": "role_definitions",
    "microsoft.authorization/denyassignments": "deny_assignments",
    "microsoft.authorization/locks": "locks",
    "microsoft.compute/virtualmachinescalesets": "scale_sets",
    "microsoft.network/virtualnetworks": "networks",
    "microsoft.network/privateendpoints": "private_endpoints",
    "microsoft.network/privatednszones/virtualnetworklinks": "private_dns_zone_links",
    "microsoft.network/publicipaddresses": "outbound_addresses",
}

_VAULT_LISTS = ("vault_secrets", "vault_certificates", "deleted_vault_secrets", "deleted_vault_certificates")

LISTED = frozenset((*_AZURE.values(), *_VAULT_LISTS)) - {"cluster", "vault"}
"""What az lists, and may list none of."""

_VAULT_OBJECT = re.compile(r"https://[^/]+/(deleted)?(secrets|certificates|keys)/[^/]+(/[^/]+)?/?")
_PROVIDER = re.compile(r".*/providers/([^/]+/[^/]+)/[^/]+(?:/([^/]+)/[^/]+)?", re.IGNORECASE)


def azure_resource(raw: msgspec.Raw, head: Head, place: str) -> Found:
    """Return what an object is as a resource of Azure or an object of a vault, or why it is of no use."""
    identifier = string(head.id) or ""
    vault_object = _VAULT_OBJECT.fullmatch(identifier)
    if vault_object:
        return _vault_object(raw, vault_object, place)
    fact = _AZURE.get((string(head.type) or "").lower()) or _AZURE.get(_type_of(identifier))
    if fact == "vault" and not field(raw, "properties", "vaultUri", "tenantId", "accessPolicies"):
        return unread(place, "a vault without its properties; use `az keyvault show -n NAME`")
    if fact:
        return Found(fact, raw, place)
    if head.error:
        return unusable(place, f"an error answer of Azure{in_brackets(field(head.error, 'code'))}")
    if identifier.lower().startswith(("/subscriptions/", "/providers/")):
        return unread(place, "an Azure resource that nothing here reads")
    return _foreign(raw, place)


def _vault_object(raw: msgspec.Raw, identifier: re.Match[str], place: str) -> Found:
    deleted, kind, version = identifier.groups()
    if kind == "keys":
        return unread(place, "keys of a vault, which nothing here reads")
    if deleted or field(raw, "recoveryId"):
        return Found(f"deleted_vault_{kind}", raw, place)
    if kind == "certificates" and field(raw, "policy"):
        return Found("certificate_policies", raw, place)
    if version and kind == "secrets" and not field(raw, "value"):
        return Found("vault_secret_versions", raw, place)
    if version:
        # A listing gives every name, without versions: one object alone would make all others look missing.
        singular = kind.removesuffix("s")
        return unread(place, f"one {singular}, no listing; use `az keyvault {singular} list`")
    return Found(f"vault_{kind}", raw, place)


def _type_of(identifier: str) -> str:
    """Return the resource type that an Azure id spells, in lower case.

    >>> _type_of("/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv")
    'microsoft.keyvault/vaults'
    """
    match = _PROVIDER.fullmatch(identifier)
    return "/".join(part for part in match.groups() if part).lower() if match else ""


def _foreign(raw: msgspec.Raw, place: str) -> Found:
    if field(raw, "principalId") and field(raw, "groups"):
        return Found("group_memberships", raw, place)
    if field(raw, "scope") and field(raw, "permissions"):
        return Found("operator_scopes", raw, place)
    if field(raw, "nameAvailable"):
        return Found("vault_name", raw, place)
    if field(raw, "@odata.type") or field(raw, "notActions"):
        return unread(place, "an answer of Azure that does not say about whom or what")
    if field(raw, "global"):
        return unusable(place, "looks like Helm values; give values files with `-f`")
    return unusable(place, f"not recognised; expected {EXPECTED}")
