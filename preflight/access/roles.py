"""Role definitions: those that were read, and the built-in ones that decide about vaults."""

from typing import Literal

from preflight.access.actions import includes_data
from preflight.access.scopes import last_segment
from preflight.facts import Missing, RoleDefinition, RolePermission

SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
"""Key Vault Secrets User: the least role that reads secrets."""

CERTIFICATE_USER = "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"
"""Key Vault Certificate User, which reads certificates and, less expected, secrets."""

Power = Literal["yes", "condition", "undefined", "no"]
"""What a role does for an action: grants it, grants it under a condition, cannot be looked up, or does not grant it."""

_VAULT = "Microsoft.KeyVault/vaults/"

# The published definitions (azure.md 5.1) as far as our operations go: data actions behind the prefix of vaults. Only
# consulted where the definition itself was not read, so that a file with assignments alone can be judged.
_BUILT_IN: dict[str, tuple[str, tuple[str, ...]]] = {
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": ("Key Vault Administrator", ("*",)),
    SECRETS_USER: ("Key Vault Secrets User", ("secrets/getSecret/action", "secrets/readMetadata/action")),
    CERTIFICATE_USER: (
        "Key Vault Certificate User",
        ("certificates/read", "secrets/getSecret/action", "secrets/readMetadata/action", "keys/read"),
    ),
    "21090545-7ca7-4776-b22c-e363652d74d2": ("Key Vault Reader", ("*/read", "secrets/readMetadata/action")),
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": ("Key Vault Secrets Officer", ("secrets/*",)),
    "a4417e6f-fecd-4de8-b567-7b0420556985": (
        "Key Vault Certificates Officer",
        ("certificatecas/*", "certificates/*", "certificatecontacts/write"),
    ),
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": ("Key Vault Crypto Officer", ("keys/*", "keyrotationpolicies/*")),
    "12338af0-0e69-4776-bea7-57ae8d297424": ("Key Vault Crypto User", ("keys/read",)),
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": ("Key Vault Crypto Service Encryption User", ("keys/read",)),
    "08bbd89e-9f13-488c-ac41-acfcb10c90ab": ("Key Vault Crypto Service Release User", ()),
    "f25e0fa2-a7c8-4377-a976-54943a77a395": ("Key Vault Contributor", ()),
    "8b54135c-b56d-4d72-a534-26097cfdc8d8": ("Key Vault Data Access Administrator", ()),
    "a68e7c17-0ab2-4c09-9a58-125dae29748c": ("Key Vault Purge Operator", ()),
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": ("Owner", ()),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": ("Contributor", ()),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": ("Reader", ()),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": ("User Access Administrator", ()),
}

BUILT_IN_NAMES = tuple(name for name, _ in _BUILT_IN.values())


def definition(id: str, definitions: tuple[RoleDefinition, ...] | Missing | None) -> RoleDefinition | None:
    """Return the role behind an id, compared by its GUID; a built-in one of vaults where it was not read, else None."""
    guid = last_segment(id)
    if not guid:
        return None
    if isinstance(definitions, tuple):
        for role in definitions:
            if guid in (last_segment(role.id), role.name.lower()):
                return role
    if guid not in _BUILT_IN:
        return None
    name, data_actions = _BUILT_IN[guid]
    permission = RolePermission(data_actions=tuple(_VAULT + action for action in data_actions))
    return RoleDefinition(id=id, name=guid, role_name=name, permissions=(permission,))


def power(role: RoleDefinition | None, action: str) -> Power:
    """Tell what a role does for a data action; one entry that grants it without a condition is enough."""
    if role is None:
        return "undefined"
    granting = [permission for permission in role.permissions if includes_data(permission, action)]
    if not granting:
        return "no"
    return "condition" if all(permission.condition for permission in granting) else "yes"
