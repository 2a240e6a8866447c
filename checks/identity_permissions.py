"""What the identity may read in the vault."""

from collections.abc import Iterator

from msgspec.structs import replace

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown
from preflight.access.commands import SECRETS_USER_NAME, commands, grant, settling
from preflight.access.effective import Evidence, Reading, readings
from preflight.access.identities import (
    KnownIdentity,
    Undetermined,
    ids_that_are_no_groups,
    judged_identity,
    known_identities,
)
from preflight.access.mistakes import holds_certificate_user_only, mistakes
from preflight.access.policies import model
from preflight.sync.values import keyvault, objects_needed


@check("identity-permissions", group="identity")
def identity_permissions(
    vault: facts.Vault | Missing | None = None,
    cluster: facts.ManagedCluster | Missing | None = None,
    values: facts.Values | Missing | None = None,
    identities: tuple[facts.ManagedIdentity, ...] | None = None,
    role_assignments: facts.RoleAssignments | Missing | None = None,
    role_definitions: tuple[facts.RoleDefinition, ...] | Missing | None = None,
    deny_assignments: tuple[facts.DenyAssignment, ...] | Missing | None = None,
    group_memberships: tuple[facts.GroupMembership, ...] | Missing | None = None,
    operator: facts.Operator | None = None,
) -> Iterator[Finding]:
    """That identity may read what the values ask for.

    A vault grants by roles or by access policies, never by both, and one object that cannot be read keeps every pod
    that mounts it in ContainerCreating. All objects are read as *secrets*, the front-end certificate too, and only
    `get` is needed. Grants go to the identity's object id. Owner and Contributor hold no data access at all.

    Fix: on a vault with roles assign Key Vault Secrets User (with an s: "Key Vault Secret User" does not exist) at the
    vault; az makes one assignment for each call, so a repeated `--role` keeps the last only. On a vault with access
    policies give the object id (`--object-id`, not `--spn`) the secret permission get.
    """
    block = keyvault(values) if isinstance(values, facts.Values) else None
    named = block.user_assigned_identity_id if block and block.enabled else None
    identity = judged_identity(named, cluster, identities)
    if isinstance(identity, Undetermined):
        yield skip(identity.reason) if identity.not_yet else unknown(identity.reason)
        return
    if isinstance(values, Missing) and values.is_lost:
        yield unknown(f"which identity and objects the values name is not known: {values.reason}")
        return
    if not isinstance(vault, facts.Vault):
        missing = vault or Missing(reason="nothing named it")
        yield skip(missing.reason) if missing.is_skip else unknown(f"vault not read: {missing.reason}")
        return
    if not identity.ids.object_id:
        yield unknown(f"the object id of {identity.label}, which grants name, is not known", identity.object)
        return
    known = known_identities(cluster, identities)
    evidence = Evidence(
        vault=vault,
        assignments=role_assignments,
        definitions=role_definitions,
        denials=deny_assignments,
        memberships=group_memberships,
        known_ids=ids_that_are_no_groups(known, operator),
    )
    names = tuple(f"secrets/{needed.name}" for needed in objects_needed(block)) if block else ()
    wrong = [mistake.text for mistake in mistakes(identity, known, vault, role_assignments, role_definitions)]
    found = readings(identity.ids.object_id, names, evidence)
    for reading in found:
        finding = _finding(reading, identity, identity.ids.object_id, evidence, vault, wrong[:1], apart=len(found) > 1)
        shown = {"principal": identity.ids.object_id, "model": model(vault), "objects": [*reading.objects]}
        yield replace(finding, evidence=shown)


def _finding(
    reading: Reading,
    identity: KnownIdentity,
    object_id: str,
    evidence: Evidence,
    vault: facts.Vault,
    wrong: list[str],
    *,
    apart: bool,
) -> Finding:
    """Word one reading. `apart`: the objects are not all answered alike, so the cure is for these alone."""
    answer, name = reading.answer, identity.object
    what = _named(reading.objects) if apart else f"the {len(reading.objects)} objects" if reading.objects else "secrets"
    because = "; ".join(filter(None, (answer.by, answer.why)))
    if answer.answer == "granted":
        if holds_certificate_user_only(object_id, evidence.assignments, vault):
            because += "; a repeated --role assigns the last role only, and this one happens to read secrets too"
        return passed(f"{identity.label} may read {what}: {because}", name)
    settle = commands(*settling(vault, object_id, answer.doubts))
    if answer.answer == "undecidable":
        message = f"whether {identity.label} may read {what} is open: {because}"
        return unknown(message, name, "look at what these list", commands=settle)
    if not reading.settled:
        message = "; ".join([because, *wrong, "the listing may lack inherited and group grants"])
        return unknown(message, name, "these list every grant", commands=settle)
    message = "; ".join([f"{identity.label} may not read {what}: {because}", *wrong])
    if answer.by:
        hint = "no role outdoes a deny assignment: have its owner exclude the identity"
        return fail(message, name, hint, commands=settle)
    cure = grant(vault, object_id, reading.objects if apart else ())
    hint = f"give its object id {object_id} " + (
        f'the role {SECRETS_USER_NAME} (there is no "Key Vault Secret User")'
        if model(vault) == "rbac"
        else "the secret permission get"
    )
    return fail(message, name, hint, commands=cure)


def _named(objects: tuple[str, ...], most: int = 3) -> str:
    names = [name.partition("/")[2] for name in objects]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
