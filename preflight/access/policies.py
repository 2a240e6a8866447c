"""Access policies: what a vault without role-based authorization goes by."""

from typing import Literal

from preflight.access.actions import Operation
from preflight.access.principals import Principal, Standing
from preflight.facts import AccessPolicy, Vault, same_id

Model = Literal["rbac", "policies"]


def model(vault: Vault) -> Model:
    """Tell which model a vault goes by: role assignments only when the switch is on, null included (azure.md 5.3)."""
    return "rbac" if vault.enable_rbac_authorization else "policies"


def is_compound(policy: AccessPolicy) -> bool:
    """Tell whether a policy asks for a user *through* an application, which no managed identity can satisfy."""
    return bool(policy.application_id)


def is_foreign(policy: AccessPolicy, vault: Vault) -> bool:
    """Tell whether a policy is for another tenant than the vault's."""
    return bool(policy.tenant_id and vault.tenant_id) and not same_id(policy.tenant_id, vault.tenant_id)


def permits(policy: AccessPolicy, operation: Operation) -> bool:
    """Tell whether a policy's words hold an operation; words in any case, `all` holds get and list (azure.md 5.5)."""
    kind, word = operation.split("/")
    words: tuple[str, ...] = getattr(policy.permissions, kind)
    return any(given.lower() in (word, "all") for given in words)


def standing(vault: Vault, principal: Principal, operation: Operation) -> tuple[Standing, str | None]:
    """Return how the vault's policies stand for an operation, and the object id of the policy that decides.

    Several policies for one id add up. A policy does not say whether its object id is a group's, so with the groups
    not read another id's policy leaves the answer open.
    """
    granting = sorted(
        policy.object_id.lower()
        for policy in vault.access_policies
        if permits(policy, operation) and not is_compound(policy) and not is_foreign(policy, vault)
    )
    found: dict[Standing, str] = {}
    for object_id in granting:
        found.setdefault(principal.stands_to(object_id, may_be_group=True), object_id)
    order: tuple[Standing, ...] = ("self", "member", "perhaps")
    return next(((how, found[how]) for how in order if how in found), ("no", None))
