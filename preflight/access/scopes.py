"""Scopes of role and deny assignments: which resource lies at or below which."""

_MANAGEMENT_GROUPS = ("providers", "microsoft.management", "managementgroups")


def segments(scope: str) -> tuple[str, ...]:
    """Split a resource id for comparing: without case, without slashes at the ends."""
    return tuple(scope.lower().strip("/").split("/"))


def covers(scope: str, resource: str) -> bool:
    """Tell whether what is set at `scope` reaches `resource`, both resource ids.

    Parents are compared by whole segments: `/.../rg1` is no parent of `/.../rg10`. The root `/` covers everything. A
    management group is no textual prefix of anything below it; Azure lists it where it applies, so one that is listed
    is taken to cover the resource (azure.md 10). An empty scope covers nothing.
    """
    if not scope.strip() or not resource.strip():
        return False
    if scope.strip() == "/":
        return True
    above = segments(scope)
    if is_management_group(scope):
        return True
    return segments(resource)[: len(above)] == above


def is_management_group(scope: str) -> bool:
    """Tell whether a scope is a management group itself."""
    parts = segments(scope)
    return len(parts) == len(_MANAGEMENT_GROUPS) + 1 and parts[:-1] == _MANAGEMENT_GROUPS


def is_same_scope(one: str, other: str) -> bool:
    """Tell whether two scopes are the very same one."""
    return segments(one) == segments(other)


def is_below(scope: str, resource: str) -> bool:
    """Tell whether a scope lies strictly inside a resource: a single secret inside a vault."""
    return covers(resource, scope) and not is_same_scope(scope, resource)


def last_segment(id: str) -> str:
    """Return the end of a resource id, in small letters: a role definition's GUID whatever its prefix.

    >>> last_segment("/providers/Microsoft.Authorization/roleDefinitions/4633458B-17DE-408A-B874-0445C86B69E6")
    '4633458b-17de-408a-b874-0445c86b69e6'
    """
    return segments(id)[-1]


def described(scope: str, vault_id: str) -> str:
    """Say where something was granted or denied, seen from a vault below it; exact, and short enough for people.

    >>> described("/subscriptions/s/resourceGroups/rg", "/subscriptions/s/resourceGroups/rg/providers/P/vaults/kv")
    'resource group rg'
    """
    written = scope.strip("/").split("/")
    match segments(scope):
        case here if here == segments(vault_id):
            return "the vault"
        case ("",):
            return "the root"
        case ("subscriptions", _) | ("subscriptions", _, "resourcegroups", _):
            return f"{'resource group' if len(written) > 2 else 'subscription'} {written[-1]}"  # noqa: PLR2004 - one pair
        case (*above, _) if tuple(above) == _MANAGEMENT_GROUPS:
            return f"management group {written[-1]}"
        case _:
            return "/".join(written[len(segments(vault_id)) :]) if is_below(scope, vault_id) else scope


def resource_group(id: str) -> str | None:
    """Return the resource group's name in a resource id, as it is written there; None where there is none."""
    return _after(id, "resourcegroups")


def subscription(id: str) -> str | None:
    """Return the subscription's id in a resource id; None where there is none."""
    return _after(id, "subscriptions")


def _after(id: str, word: str) -> str | None:
    parts = id.strip("/").split("/")
    lower = [part.lower() for part in parts]
    at = lower.index(word) + 1 if word in lower else len(parts)
    return parts[at] if at < len(parts) else None
