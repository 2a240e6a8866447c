"""Grants that miss the identity."""

from collections.abc import Iterator
from datetime import timedelta

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import grant
from preflight.access.effective import Evidence, readings
from preflight.access.identities import (
    KnownIdentity,
    Undetermined,
    ids_that_are_no_groups,
    judged_identity,
    known_identities,
)
from preflight.access.mistakes import mistakes, own_grants
from preflight.access.policies import model
from preflight.sync.values import keyvault, objects_needed


@check("identity-grant-model", group="identity")
def identity_grant_model(
    vault: facts.Vault,
    header: facts.Header,
    cluster: facts.ManagedCluster | Missing | None = None,
    values: facts.Values | None = None,
    identities: tuple[facts.ManagedIdentity, ...] | None = None,
    role_assignments: facts.RoleAssignments | Missing | None = None,
    role_definitions: tuple[facts.RoleDefinition, ...] | None = None,
    deny_assignments: tuple[facts.DenyAssignment, ...] | None = None,
    group_memberships: tuple[facts.GroupMembership, ...] | None = None,
    *,
    minutes: int = 10,
) -> Iterator[Finding]:
    """Grants are made in the model the vault uses.

    A vault goes by role assignments or by access policies, and ignores the other kind without a word: the most
    confusing refusal there is. A grant to the client id, to the kubelet's identity, or a policy that names an
    application gives the add-on's identity nothing either. A new role assignment takes up to ten minutes to count.

    Fix: grant anew in the vault's own model to the object id of the identity that the values name, and remove the grant
    that does nothing. Do not switch the vault's model for it: that makes all its other grants ineffective at once.
    """
    block = keyvault(values) if values else None
    named = block.user_assigned_identity_id if block and block.enabled else None
    identity = judged_identity(named, cluster, identities)
    if isinstance(identity, Undetermined):
        yield skip(identity.reason) if identity.not_yet else unknown(identity.reason)
        return
    if isinstance(role_assignments, Missing) and model(vault) == "rbac":
        yield unknown(f"role assignments not read: {role_assignments.reason}", f"vault/{vault.name}")
        return
    known = known_identities(cluster, identities)
    object_id = identity.ids.object_id or ""
    evidence = Evidence(
        vault=vault,
        assignments=role_assignments,
        definitions=role_definitions,
        denials=deny_assignments,
        memberships=group_memberships,
        known_ids=ids_that_are_no_groups(known),
    )
    names = tuple(f"secrets/{needed.name}" for needed in objects_needed(block)) if block else ()
    refused = any(one.answer.answer == "refused" and one.settled for one in readings(object_id, names, evidence))
    # What does nothing is only a nuisance where another grant does the work, or may do it.
    say = fail if refused else warn
    wrong = mistakes(identity, known, vault, role_assignments, role_definitions)
    for mistake in wrong:
        hint = "grant in the vault's own model to the object id, and remove this one"
        cure = grant(vault, object_id) if refused else None
        yield say(mistake.text, identity.object, hint, evidence={"kind": mistake.kind}, commands=cure)
    own = own_grants(object_id, vault, role_assignments)
    young = [entry for entry in own if _age(entry, header) < timedelta(minutes=minutes)]
    for entry in young:
        message = f"its role assignment of {entry.created_on} is younger than {minutes} minutes and may not count yet"
        yield warn(message, identity.object, "wait before you deploy")
    if not wrong and not young:
        yield _concluded(vault, identity, own)


def _concluded(vault: facts.Vault, identity: KnownIdentity, own: tuple[facts.RoleAssignment, ...]) -> Finding:
    policies = [policy for policy in vault.access_policies if facts.same_id(policy.object_id, identity.ids.object_id)]
    if model(vault) == "rbac" and own:
        return passed(f"the vault goes by roles, and so does the grant to {identity.label}", identity.object)
    if model(vault) == "policies" and policies:
        return passed(f"the vault goes by access policies, and so does the grant to {identity.label}", identity.object)
    return skip(f"nothing was granted to {identity.label} at the vault or its objects", identity.object)


def _age(assignment: facts.RoleAssignment, header: facts.Header) -> timedelta:
    """How old an assignment was when it was read; one without a date counts as old."""
    try:
        return facts.instant(header.collected_at) - facts.instant(assignment.created_on or "")
    except ValueError:
        return timedelta.max
