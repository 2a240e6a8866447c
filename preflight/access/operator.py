"""What the person who does the next step needs to be allowed, in Azure and in the namespace."""

from collections.abc import Callable
from typing import Literal

import msgspec

from preflight.access.actions import includes_control, includes_data
from preflight.access.denials import denial
from preflight.access.policies import model
from preflight.access.principals import principal
from preflight.access.scopes import is_same_scope
from preflight.facts import DenyAssignment, ManagedCluster, Operator, RolePermission, ScopedPermissions, Vault, same_id
from preflight.model import Stage

Allowed = Literal["yes", "no", "open"]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be done and the action it takes. `who` is whom to ask where one may not."""

    task: str
    at: Literal["cluster", "vault"]
    who: str
    action: str
    data: bool = False


ENABLE = Need(
    task="enable the add-on",
    at="cluster",
    who="a Contributor of the cluster",
    action="Microsoft.ContainerService/managedClusters/write",
)
ASSIGN_ROLE = Need(
    task="grant the identity a role",
    at="vault",
    who="an Owner, User Access Administrator or Role Based Access Control Administrator of the vault",
    action="Microsoft.Authorization/roleAssignments/write",
)
SET_POLICY = Need(
    task="set an access policy",
    at="vault",
    who="a Contributor of the vault",
    action="Microsoft.KeyVault/vaults/write",
)
SET_SECRETS = Need(
    task="put secrets into the vault",
    at="vault",
    who="a Key Vault Secrets Officer",
    action="Microsoft.KeyVault/vaults/secrets/setSecret/action",
    data=True,
)


class NamespaceNeed(msgspec.Struct, frozen=True, kw_only=True):
    """One request to the API server that the next step makes in the release's namespace."""

    task: str
    verb: str
    group: str
    resource: str
    stage: Stage


_CSI = "secrets-store.csi.x-k8s.io"
NAMESPACE_NEEDS = (
    NamespaceNeed(task="make the classes", verb="create", group=_CSI, resource="secretproviderclasses", stage="deploy"),
    # The classes are Helm hooks, which Helm deletes before it makes them anew (charts.md 4).
    NamespaceNeed(
        task="replace the classes", verb="delete", group=_CSI, resource="secretproviderclasses", stage="deploy"
    ),
    NamespaceNeed(task="keep the release's record", verb="create", group="", resource="secrets", stage="deploy"),
    NamespaceNeed(task="roll out Deployments", verb="patch", group="apps", resource="deployments", stage="deploy"),
    NamespaceNeed(task="roll out StatefulSets", verb="patch", group="apps", resource="statefulsets", stage="deploy"),
    NamespaceNeed(task="remove a Secret in the way", verb="delete", group="", resource="secrets", stage="deploy"),
    NamespaceNeed(task="restart a pod", verb="delete", group="", resource="pods", stage="verify"),
)
"""What to ask the API server about, one access review each."""


def azure_needs(
    stages: tuple[Stage, ...], vault: Vault | None, *, enabled: bool, granted: bool, uploaded: bool
) -> tuple[Need, ...]:
    """Return what is still to be done in Azure before the values are deployed.

    `enabled`: the add-on is on; `granted`: its identity reads all objects; `uploaded`: all are in the vault. What
    concerns the vault is asked only where it was read, for its model decides.
    """
    if not {"enable", "deploy"} & set(stages):
        return ()
    needs = [] if enabled else [ENABLE]
    if vault is not None and not granted:
        needs.append(ASSIGN_ROLE if model(vault) == "rbac" else SET_POLICY)
    if vault is not None and not uploaded:
        needs.append(SET_SECRETS)
    return tuple(needs)


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one need is met at `resource`, the cluster's or the vault's id, and why not or why it is open."""

    need: Need
    resource: str
    allowed: Allowed
    why: str


def judgements(
    needs: tuple[Need, ...],
    operator: Operator,
    cluster: ManagedCluster | None,
    vault: Vault | None,
    denials: tuple[DenyAssignment, ...],
) -> tuple[Judgement, ...]:
    """Judge each need whose cluster or vault was read."""
    where = {"cluster": cluster.id if cluster else None, "vault": vault.id if vault else None}
    found = []
    for need in needs:
        if resource := where[need.at]:
            verdict, why = allowed(need, resource, operator, denials, vault)
            found.append(Judgement(need=need, resource=resource, allowed=verdict, why=why))
    return tuple(found)


def allowed(
    need: Need, resource: str, operator: Operator, denials: tuple[DenyAssignment, ...], vault: Vault | None
) -> tuple[Allowed, str]:
    """Tell whether the operator may do it on the resource (the cluster's or vault's id), and why not or why it is open.

    Azure adds up what the caller's roles allow; deny assignments and roles that could be activated come on top.
    """
    if need.data and vault is not None and model(vault) == "policies":
        return _by_policy(operator, vault)
    held = _permissions_at(resource, operator.scopes)
    if held is None:
        return "open", "what you may do there was not read"
    return _forbidden(need, resource, operator, denials) or _held(need, held, operator)


def _forbidden(
    need: Need, resource: str, operator: Operator, denials: tuple[DenyAssignment, ...]
) -> tuple[Allowed, str] | None:
    who = principal(operator.object_id or "", None)
    for deny in sorted(denials, key=lambda deny: deny.id):
        hit = denial(deny, who, need.action, resource, _includes(need))
        name = deny.deny_assignment_name or deny.id
        if hit == "yes":
            return "no", f"deny assignment {name} forbids it: ask its owner, on a managed application the publisher"
        if hit != "no":
            return "open", f"deny assignment {name} may forbid it"
    return None


def _held(need: Need, held: tuple[RolePermission, ...], operator: Operator) -> tuple[Allowed, str]:
    granting = [permission for permission in held if _includes(need)(permission, need.action)]
    if any(not permission.condition for permission in granting):
        return "yes", ""
    if granting:
        return "open", "a condition limits it, which is not evaluated"
    if operator.eligible_roles:
        return "open", "you hold no role for it now, but could activate one"
    return "no", f"it takes {need.action}"


def _includes(need: Need) -> Callable[[RolePermission, str], bool]:
    return includes_data if need.data else includes_control


def _by_policy(operator: Operator, vault: Vault) -> tuple[Allowed, str]:
    for policy in vault.access_policies:
        words = {word.lower() for word in policy.permissions.secrets}
        if same_id(policy.object_id, operator.object_id) and not policy.application_id and words & {"set", "all"}:
            return "yes", ""
    return "open", "no access policy of your own lets you set secrets; one for a group might"


def _permissions_at(resource: str, scopes: tuple[ScopedPermissions, ...]) -> tuple[RolePermission, ...] | None:
    return next((scoped.permissions for scoped in scopes if is_same_scope(scoped.scope, resource)), None)
