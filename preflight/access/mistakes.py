"""Grants that were meant for an identity and do not work: the wrong id, the wrong model, the wrong kind of policy."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from preflight.access.actions import DATA_ACTIONS
from preflight.access.identities import KnownIdentity
from preflight.access.policies import is_compound, is_foreign, model
from preflight.access.roles import CERTIFICATE_USER, definition, power
from preflight.access.scopes import covers, described, is_below, last_segment
from preflight.facts import AccessPolicy, Missing, RoleAssignment, RoleAssignments, RoleDefinition, Vault, same_id

MistakeKind = Literal["other-model", "client-id", "other-identity", "compound", "foreign-tenant"]


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One grant that does nothing for the identity; `grant` names it, `text` is a sentence about it."""

    kind: MistakeKind
    grant: str
    text: str


def mistakes(
    identity: KnownIdentity,
    known: tuple[KnownIdentity, ...],
    vault: Vault,
    assignments: RoleAssignments | Missing | None,
    definitions: tuple[RoleDefinition, ...] | Missing | None,
) -> tuple[Mistake, ...]:
    """Return the grants at the vault or its objects that miss the identity.

    Only grants that would let somebody read secrets, and only those for ids of this identity or of the cluster's other
    ones: what other people were given is none of our business.
    """
    listing = assignments.items if isinstance(assignments, RoleAssignments) else ()
    at_vault = sorted(
        (entry for entry in listing if _at_vault(entry, vault) and _reads_secrets(entry, definitions)),
        key=lambda entry: (entry.scope, entry.principal_id, entry.id),
    )
    roles = [(entry.principal_id, _role_text(entry, definitions, vault)) for entry in at_vault]
    found = [*_roles(roles, identity, known, vault), *_policies(identity, known, vault)]
    return tuple(dict.fromkeys(found))


def own_grants(
    object_id: str, vault: Vault, assignments: RoleAssignments | Missing | None
) -> tuple[RoleAssignment, ...]:
    """Return the role assignments made for an id at the vault itself or at one of its objects."""
    listing = assignments.items if isinstance(assignments, RoleAssignments) else ()
    mine = (entry for entry in listing if same_id(entry.principal_id, object_id) and _at_vault(entry, vault))
    return tuple(sorted(mine, key=lambda entry: (entry.scope, entry.id)))


def holds_certificate_user_only(object_id: str, assignments: RoleAssignments | Missing | None, vault: Vault) -> bool:
    """Tell whether all that an identity got at the vault is Key Vault Certificate User.

    That is what the published command leaves behind: `--role` given twice in one call assigns the last role only
    (azure-testing.md 2). The role happens to include reading secrets.
    """
    listing = assignments.items if isinstance(assignments, RoleAssignments) else ()
    roles = {
        last_segment(entry.role_definition_id)
        for entry in listing
        if same_id(entry.principal_id, object_id) and covers(entry.scope, vault.id)
    }
    return roles == {CERTIFICATE_USER}


def _roles(
    roles: list[tuple[str, str]], identity: KnownIdentity, known: tuple[KnownIdentity, ...], vault: Vault
) -> Iterator[Mistake]:
    for principal_id, role in roles:
        if same_id(principal_id, identity.ids.object_id):
            if model(vault) == "policies":
                text = (
                    f"{role} is for this identity, but the vault goes by access policies: roles count for nothing here"
                )
                yield Mistake(kind="other-model", grant=role, text=text)
        else:
            yield from _other_id(principal_id, role, identity, known)


def _policies(identity: KnownIdentity, known: tuple[KnownIdentity, ...], vault: Vault) -> Iterator[Mistake]:
    for policy in vault.access_policies:
        grant = f"the access policy for {policy.object_id}"
        if not _permits_secrets(policy):
            continue
        if not same_id(policy.object_id, identity.ids.object_id):
            yield from _other_id(policy.object_id, grant, identity, known)
        elif model(vault) == "rbac":
            text = f"{grant} is for this identity, but the vault goes by roles: policies count for nothing here"
            yield Mistake(kind="other-model", grant=grant, text=text)
        elif is_compound(policy):
            text = f"{grant} asks for a user through application {policy.application_id}, which no managed identity is"
            yield Mistake(kind="compound", grant=grant, text=text)
        elif is_foreign(policy, vault):
            text = f"{grant} is for tenant {policy.tenant_id}, not the vault's"
            yield Mistake(kind="foreign-tenant", grant=grant, text=text)


def _other_id(
    granted_to: str, grant: str, identity: KnownIdentity, known: tuple[KnownIdentity, ...]
) -> Iterator[Mistake]:
    if same_id(granted_to, identity.ids.client_id):
        text = f"{grant} is for the client id of {identity.label}; grants go to its object id {identity.ids.object_id}"
        yield Mistake(kind="client-id", grant=grant, text=text)
        return
    for other in known:
        if other is identity:
            continue
        # An identity of one's own that is not the judged one may have good reasons to read the vault.
        if other.role != "own" and (
            same_id(granted_to, other.ids.object_id) or same_id(granted_to, other.ids.client_id)
        ):
            text = f"{grant} is for {other.label}, not for {identity.label}"
            yield Mistake(kind="other-identity", grant=grant, text=text)
            return


def _at_vault(assignment: RoleAssignment, vault: Vault) -> bool:
    same = covers(assignment.scope, vault.id) and covers(vault.id, assignment.scope)
    return same or is_below(assignment.scope, vault.id)


def _reads_secrets(assignment: RoleAssignment, definitions: tuple[RoleDefinition, ...] | Missing | None) -> bool:
    role = definition(assignment.role_definition_id, definitions)
    return power(role, DATA_ACTIONS["secrets/get"]) in ("yes", "condition")


def _role_text(
    assignment: RoleAssignment, definitions: tuple[RoleDefinition, ...] | Missing | None, vault: Vault
) -> str:
    role = definition(assignment.role_definition_id, definitions)
    name = role.role_name if role else None
    return f"role {name or last_segment(assignment.role_definition_id)} at {described(assignment.scope, vault.id)}"


def _permits_secrets(policy: AccessPolicy) -> bool:
    return any(word.lower() in ("get", "all") for word in policy.permissions.secrets)
