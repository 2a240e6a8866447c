"""Deny assignments: they win over every role."""

from collections.abc import Callable
from typing import Literal

from preflight.access.actions import includes_data
from preflight.access.principals import EVERYONE, Principal, Standing, is_group
from preflight.access.scopes import covers, is_same_scope
from preflight.facts import DeniedPrincipal, DenyAssignment, RolePermission

Denial = Literal["yes", "condition", "group", "no"]
"""Whether a deny assignment hits: surely, under a condition, if the principal is in a group, or not."""


def denial(
    deny: DenyAssignment,
    principal: Principal,
    action: str,
    resource: str,
    includes: Callable[[RolePermission, str], bool] = includes_data,
) -> Denial:
    """Tell whether a deny assignment takes an action on a resource away from a principal.

    `includes` says whether it is a data action, as here, or one of the control plane (`includes_control`).

    It counts at its scope and below, with `doNotApplyToChildScopes` at that very scope only; through its actions minus
    those it spares; for its principals but not for the excluded ones (azure.md 10).
    """
    reach = is_same_scope(deny.scope, resource) if deny.do_not_apply_to_child_scopes else covers(deny.scope, resource)
    hitting = [permission for permission in deny.permissions if includes(permission, action)]
    meant, spared = _standing(deny.principals, principal), _standing(deny.exclude_principals, principal)
    if not reach or not hitting or meant == "no" or spared in ("self", "member"):
        return "no"
    if "perhaps" in (meant, spared):
        return "group"
    return "condition" if deny.condition or all(permission.condition for permission in hitting) else "yes"


def _standing(listed: tuple[DeniedPrincipal, ...], principal: Principal) -> Standing:
    standings = {
        "self" if entry.id == EVERYONE else principal.stands_to(entry.id, may_be_group=is_group(entry.type))
        for entry in listed
    }
    order: tuple[Standing, ...] = ("self", "member", "perhaps")
    return next((standing for standing in order if standing in standings), "no")
