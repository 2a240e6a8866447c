"""The operations of a vault, and patterns with `*` against them."""

from typing import Literal

from preflight.facts import RolePermission

Operation = Literal["secrets/get", "secrets/list", "certificates/get", "certificates/list", "keys/get", "keys/list"]

DATA_ACTIONS: dict[Operation, str] = {
    "secrets/get": "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "secrets/list": "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "certificates/get": "Microsoft.KeyVault/vaults/certificates/read",
    "certificates/list": "Microsoft.KeyVault/vaults/certificates/read",
    "keys/get": "Microsoft.KeyVault/vaults/keys/read",
    "keys/list": "Microsoft.KeyVault/vaults/keys/read",
}
"""What a role must hold for each operation (azure.md 5.2). Reading and listing differ for secrets only."""


def matches(pattern: str, action: str) -> bool:
    """Tell whether a pattern covers an action: `*` is any run of characters, slashes included; case is ignored.

    >>> matches("Microsoft.KeyVault/vaults/*/read", "microsoft.keyvault/vaults/keys/READ")
    True
    """
    action = action.lower()
    first, *rest = pattern.lower().split("*")
    if not rest:
        return action == first
    *middle, last = rest
    if len(action) < len(first) + len(last) or not action.startswith(first) or not action.endswith(last):
        return False
    # The leftmost place for each piece leaves the most room for those that follow, so no other need be tried.
    position, end = len(first), len(action) - len(last)
    for piece in middle:
        found = action.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def includes_data(permission: RolePermission, action: str) -> bool:
    """Tell whether one permission entry holds a data action: what it lists minus what it subtracts.

    The subtraction ends with the entry: another entry or role may still grant (azure.md 5.4, rules 3 and 4). `actions`,
    even `*`, never give data access.
    """
    return _any(permission.data_actions, action) and not _any(permission.not_data_actions, action)


def includes_control(permission: RolePermission, action: str) -> bool:
    """Tell whether one permission entry holds a control-plane action such as `Microsoft.KeyVault/vaults/write`."""
    return _any(permission.actions, action) and not _any(permission.not_actions, action)


def _any(patterns: tuple[str, ...], action: str) -> bool:
    return any(matches(pattern, action) for pattern in patterns)
