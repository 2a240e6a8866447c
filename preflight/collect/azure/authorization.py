"""Who may do what at the vault: role assignments and definitions, deny assignments, groups, locks, and we ourselves."""

from contextlib import suppress

from preflight.access.identities import ids_that_are_no_groups, known_identities
from preflight.access.scopes import covers, is_below, last_segment, resource_group, subscription
from preflight.collect.azure.arm import AUTHORIZATION_VERSION, Arm, Document, answers, items, refusals
from preflight.collect.azure.finding import PRINCIPAL
from preflight.collect.azure.refusals import NotThere
from preflight.collect.reading import Get, Unreadable, need
from preflight.collect.shapes import decode
from preflight.facts import (
    FACTS,
    DenyAssignment,
    GroupMembership,
    Lock,
    ManagedCluster,
    Missing,
    Operator,
    RoleAssignment,
    RoleAssignments,
    RoleDefinition,
    ScopedPermissions,
    Vault,
)

_LOCKS_VERSION = "2020-05-01"
_ELIGIBILITY_VERSION = "2020-10-01"
_GROUP = "#microsoft.graph.group"


def read_role_assignments(arm: Arm, get: Get) -> RoleAssignments:
    """Return what reaches the identity in question at the vault, above it, and at its single objects.

    `atScope()` gives what is at or above the vault and leaves the objects out, so the listing is asked for again
    without it; `assignedTo()` makes Azure resolve groups (azure.md 10). Grants to other ids of this cluster are added,
    because a grant to the wrong id explains a refusal; none of these ids is a group, so they reach nobody else.
    """
    vault: Vault = need(get, "vault")
    object_id: str = need(get, PRINCIPAL)
    others = ids_that_are_no_groups(known_identities(get("cluster"), get("identities"))) - {object_id.lower()}
    resolved = f"assignedTo('{object_id}')"
    found: dict[str, RoleAssignment] = {}
    for condition in (f"atScope() and {resolved}", resolved):
        found |= {item.id.lower(): item for item in _assignments(arm, vault, condition)}
    if others:
        for item in _assignments(arm, vault, "atScope()"):
            if item.principal_id.lower() in others:
                found.setdefault(item.id.lower(), item)
    return RoleAssignments(items=tuple(found[key] for key in sorted(found)), assigned_to=object_id, with_objects=True)


def read_role_definitions(arm: Arm, get: Get) -> tuple[RoleDefinition, ...]:
    """Return the definitions of the roles in the assignments, asked for one by one; one that is gone is left out."""
    vault: Vault = need(get, "vault")
    assignments: RoleAssignments = need(get, "role_assignments")
    right = FACTS["role_definitions"].right
    guids = sorted({last_segment(item.role_definition_id) for item in assignments.items if item.role_definition_id})
    of = subscription(vault.id)
    found: list[RoleDefinition] = []
    with arm.authorization(of or "") as client:
        for guid in guids:
            role_id = f"subscriptions/{of}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
            with suppress(NotThere), refusals(what=f"the role {guid}", right=right):
                [document] = answers(client.role_definitions.get_by_id, role_id)
                found.append(decode(document, RoleDefinition))
    return tuple(found)


def read_deny_assignments(arm: Arm, get: Get) -> tuple[DenyAssignment, ...]:
    """Return every deny assignment at the vault, above it and at its single objects, and those that reach the cluster.

    The vault's decide who reads it and must be had; the cluster's only tell what the operator may do.
    """
    vault: Vault = need(get, "vault")
    cluster = get("cluster")
    found: dict[str, DenyAssignment] = {}
    for condition in ("atScope()", None):
        found |= {item.id.lower(): item for item in _denials(arm, vault.id, condition)}
    if not isinstance(cluster, Missing):
        with suppress(Unreadable):
            found |= {item.id.lower(): item for item in _denials(arm, cluster.id, "atScope()")}
    return tuple(found[key] for key in sorted(found))


def read_group_memberships(arm: Arm, get: Get) -> tuple[GroupMembership, ...]:
    """Return the groups of the identity in question, through other groups too, from Microsoft Graph."""
    object_id: str = need(get, PRINCIPAL)
    members = arm.graph(
        f"/servicePrincipals/{object_id}/transitiveMemberOf",
        what=f"the groups of {object_id} in Microsoft Graph",
        right=FACTS["group_memberships"].right,
    )
    groups = sorted(str(item.get("id")) for item in members if item.get("@odata.type", _GROUP) == _GROUP)
    return (GroupMembership(principal_id=object_id, groups=tuple(groups)),)


def read_operator(arm: Arm, get: Get) -> Operator:
    """Return who we are and what we may do at the cluster and at the vault, as Azure adds it up."""
    cluster, vault = get("cluster"), get("vault")
    resource_ids = [fact.id for fact in (cluster, vault) if not isinstance(fact, Missing)]
    if not resource_ids:
        raise Unreadable(f"neither cluster nor vault is known: {cluster.reason}", cluster.why)
    scopes, refused = [], None
    for resource_id in resource_ids:
        try:
            scopes.append(_own_permissions(arm, resource_id))
        except Unreadable as error:
            refused = refused or error
    if refused and not scopes:
        raise refused
    return Operator(
        object_id=arm.account.object_id,
        tenant_id=arm.account.tenant_id,
        name=arm.account.name,
        type=arm.account.type,
        scopes=tuple(scopes),
        eligible_roles=_eligible_roles(arm, resource_ids[-1]),
    )


def read_locks(arm: Arm, get: Get) -> tuple[Lock, ...]:
    """Return the locks on the cluster, its two resource groups and the vault, and on the subscriptions above them.

    Listed per subscription: a listing at a group would leave out the subscription's own, and so look like none.
    """
    cluster: ManagedCluster = need(get, "cluster")
    vault = get("vault")
    of = f"/subscriptions/{subscription(cluster.id)}"
    node_group = f"{of}/resourceGroups/{cluster.node_resource_group}"
    targets = [cluster.id, node_group, *([] if isinstance(vault, Missing) else [vault.id])]
    found: dict[str, Lock] = {}
    for root in sorted({f"/subscriptions/{(subscription(target) or '').lower()}" for target in targets}):
        listed = arm.listed(
            f"{root}/providers/Microsoft.Authorization/locks",
            _LOCKS_VERSION,
            what=f"the locks of {root.removeprefix('/')}",
            right=FACTS["locks"].right,
        )
        for lock in (_decoded_lock(item) for item in listed):
            scope = _lock_scope(lock)
            if any(covers(scope, target) for target in targets) or is_below(scope, node_group):
                found[lock.id.lower()] = lock
    return tuple(found[key] for key in sorted(found))


def _assignments(arm: Arm, vault: Vault, condition: str) -> tuple[RoleAssignment, ...]:
    what, right = f"the role assignments of the vault {vault.name}", FACTS["role_assignments"].right
    with arm.authorization(subscription(vault.id) or "") as client, refusals(what=what, right=right):
        listing = client.role_assignments.list_for_scope
        pages = answers(listing, vault.id.lstrip("/"), filter=condition)
        return tuple(decode(item, RoleAssignment) for item in items(pages))


def _denials(arm: Arm, resource_id: str, condition: str | None) -> tuple[DenyAssignment, ...]:
    what, right = f"the deny assignments at {last_segment(resource_id)}", FACTS["deny_assignments"].right
    with arm.authorization(subscription(resource_id) or "") as client, refusals(what=what, right=right):
        pages = answers(client.deny_assignments.list_for_scope, resource_id.lstrip("/"), filter=condition)
        return tuple(decode(item, DenyAssignment) for item in items(pages))


def _own_permissions(arm: Arm, id: str) -> ScopedPermissions:
    what = f"what we may do in resource group {resource_group(id)}"
    with refusals(what=what, right=FACTS["operator"].right):
        listed = arm.listed(
            f"{id}/providers/Microsoft.Authorization/permissions",
            AUTHORIZATION_VERSION,
            what=what,
            right=FACTS["operator"].right,
        )
        return decode({"scope": id, "permissions": listed}, ScopedPermissions)


def _eligible_roles(arm: Arm, id: str) -> tuple[str, ...] | None:
    """Return the roles we could activate there; None where Privileged Identity Management does not tell."""
    try:
        listed = arm.listed(
            f"{id}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances",
            _ELIGIBILITY_VERSION,
            what="the roles that could be activated",
            right=FACTS["operator"].right,
            filter="asTarget()",
        )
    except Unreadable:
        return None
    return tuple(sorted({last_segment(_role_of(item)) for item in listed if _role_of(item)}))


def _role_of(item: Document) -> str:
    properties = item.get("properties")
    return str(properties.get("roleDefinitionId") or "") if isinstance(properties, dict) else ""


def _decoded_lock(item: Document) -> Lock:
    with refusals(what="the locks", right=FACTS["locks"].right):
        return decode(item, Lock)


def _lock_scope(lock: Lock) -> str:
    return lock.id[: max(0, lock.id.lower().rfind("/providers/microsoft.authorization/locks"))]
