"""The question the add-on will ask: may this identity do this with that object of the vault.

The rules are those of azure.md 5.3 to 5.5 and 10. Two things never become a verdict: a condition, which we do not
evaluate, and a group of which nobody told whether it has the identity in it.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from preflight.access import policies
from preflight.access.actions import DATA_ACTIONS, Operation
from preflight.access.denials import denial
from preflight.access.principals import Principal, Standing, is_group, principal
from preflight.access.roles import definition, power
from preflight.access.scopes import covers, described, last_segment, segments
from preflight.facts import (
    DenyAssignment,
    GroupMembership,
    Missing,
    RoleAssignment,
    RoleAssignments,
    RoleDefinition,
    Vault,
    same_id,
)

Doubt = Literal["vault", "assignments", "definition", "condition", "group", "denials"]
"""What left a question open: not read (vault, assignments, a role's definition, groups), or a condition."""


DENIALS_UNREAD = "deny assignments were not read"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May the principal (an object id) do the operation with the object, `secrets/NAME`; None asks about the vault."""

    principal: str
    operation: Operation
    object: str | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was read. `known_ids` are ids that are certainly no group's: the cluster's identities and their clients."""

    vault: Vault | Missing | None = None
    assignments: RoleAssignments | Missing | None = None
    definitions: tuple[RoleDefinition, ...] | Missing | None = None
    denials: tuple[DenyAssignment, ...] | Missing | None = None
    memberships: tuple[GroupMembership, ...] | Missing | None = None
    known_ids: frozenset[str] = frozenset()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Granted or refused `by` what, or undecidable; `why` is a clause for people; `doubts` tell what left it open."""

    answer: Literal["granted", "refused", "undecidable"]
    by: str | None = None
    why: str = ""
    doubts: tuple[Doubt, ...] = ()


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that bears on the question, with everything that keeps it from being certain."""

    text: str
    doubts: tuple[tuple[Doubt, str], ...] = ()


def evaluate(question: Question, evidence: Evidence) -> Answer:
    """Answer one question. Total: whatever is missing makes the answer undecidable and is named."""
    vault = evidence.vault
    if not isinstance(vault, Vault):
        return _open(("vault", "the vault was not read, so nothing tells how it grants access" + _reason(vault)))
    who = principal(question.principal, evidence.memberships, evidence.known_ids)
    if policies.model(vault) == "policies":
        return _by_policies(question, vault, who)
    return _by_roles(question, evidence, vault, who)


def is_complete(principal_id: str, evidence: Evidence) -> bool:
    """Tell whether nothing that was not read could turn a refusal into a grant or the reverse.

    Roles: the assignments were read at the vault and its objects with the principal's groups expanded, and the deny
    assignments too. Policies: the principal's groups are known.
    """
    if not isinstance(evidence.vault, Vault):
        return False
    if policies.model(evidence.vault) == "policies":
        return principal(principal_id, evidence.memberships).groups is not None
    listing = evidence.assignments
    return (
        isinstance(listing, RoleAssignments)
        and same_id(listing.assigned_to, principal_id)
        and listing.with_objects
        and isinstance(evidence.denials, tuple)
    )


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One answer for all the objects (`secrets/NAME`) it holds for; no objects: for the vault as a whole.

    `settled` is false for a refusal that a fuller listing could turn into a grant.
    """

    answer: Answer
    objects: tuple[str, ...]
    settled: bool


def readings(principal_id: str, objects: tuple[str, ...], evidence: Evidence) -> tuple[Reading, ...]:
    """Answer whether a principal may get each of the secrets, equal answers together, in the order of `objects`.

    Access policies are listed whole in the vault itself, so what they refuse is refused; so is what a deny assignment
    refuses. A role that is not in a listing may stand in a fuller one.
    """
    alike: dict[Answer, list[str]] = {}
    for name in dict.fromkeys(objects or ("",)):
        question = Question(principal=principal_id, operation="secrets/get", object=name or None)
        alike.setdefault(evaluate(question, evidence), []).append(name)
    by_policies = isinstance(evidence.vault, Vault) and policies.model(evidence.vault) == "policies"
    return tuple(
        Reading(
            answer=answer,
            objects=tuple(filter(None, names)),
            settled=answer.by is not None or by_policies or is_complete(principal_id, evidence),
        )
        for answer, names in alike.items()
    )


def reads_all(principal_id: str, names: tuple[str, ...], evidence: Evidence) -> bool:
    """Tell whether a principal may certainly get every secret of these names; of none: the vault's secrets."""
    found = readings(principal_id, tuple(f"secrets/{name}" for name in names), evidence)
    return all(reading.answer.answer == "granted" for reading in found)


def resource_of(vault: Vault, object: str | None) -> str:
    """Return the scope that a question is about: `<vault id>/secrets/NAME`, or the vault itself."""
    return f"{vault.id.rstrip('/')}/{object}" if object else vault.id


# --- roles ---


def _by_roles(question: Question, evidence: Evidence, vault: Vault, who: Principal) -> Answer:
    listing, action = evidence.assignments, DATA_ACTIONS[question.operation]
    if not isinstance(listing, RoleAssignments):
        return _open(("assignments", "role assignments were not read" + _reason(listing)))
    if not vault.id:
        return _open(("vault", "the vault's resource id is not in what was given"))
    resource = resource_of(vault, question.object)
    held = [
        (entry, standing)
        for entry in sorted(listing.items, key=_nearest_first)
        if covers(entry.scope, resource)
        and (standing := who.stands_to(entry.principal_id, may_be_group=is_group(entry.principal_type))) != "no"
    ]
    grants = [rule for entry, standing in held if (rule := _grant(entry, standing, action, evidence, vault))]
    denials = _denials(evidence, who, action, resource, vault)
    unread = "" if isinstance(evidence.denials, tuple) else DENIALS_UNREAD
    if listing.assigned_to and not same_id(listing.assigned_to, who.id):
        ungranted = _open(("assignments", f"role assignments were read for {listing.assigned_to} only"))
    else:
        ungranted = Answer(answer="refused", why=_lacking(held, action, evidence, vault))
    return _weighed(grants, denials, ungranted, unread)


def _weighed(grants: list[_Rule], denials: list[_Rule], ungranted: Answer, unread: str) -> Answer:
    """Put the rules together; `ungranted` is the answer where none grants and none surely denies."""
    certain_denials = [rule for rule in denials if not rule.doubts]
    certain_grants = [rule for rule in grants if not rule.doubts]
    if certain_denials:
        return Answer(answer="refused", by=certain_denials[0].text, why="a deny assignment wins over every role")
    if not grants:
        return ungranted
    if certain_grants and not denials:
        return Answer(answer="granted", by=certain_grants[0].text, why=unread)
    open_rules = denials if certain_grants else grants
    return _open(*(doubt for rule in open_rules for doubt in rule.doubts))


def _grant(
    assignment: RoleAssignment, standing: Standing, action: str, evidence: Evidence, vault: Vault
) -> _Rule | None:
    role = definition(assignment.role_definition_id, evidence.definitions)
    strength = power(role, action)
    if strength == "no":
        return None
    text = _described(assignment, role, vault)
    doubts: list[tuple[Doubt, str]] = []
    if standing == "perhaps":
        doubts.append(("group", f"{text} is for group {assignment.principal_id}, and groups were not read"))
    if strength == "undefined":
        doubts.append(("definition", f"the definition behind {text} was not read"))
    if assignment.condition or strength == "condition":
        doubts.append(("condition", f"{text} has a condition, which is not evaluated"))
    if standing == "member":
        text += f", through group {assignment.principal_id}"
    return _Rule(text=text, doubts=tuple(doubts))


def _denials(evidence: Evidence, who: Principal, action: str, resource: str, vault: Vault) -> list[_Rule]:
    rules = []
    given = evidence.denials if isinstance(evidence.denials, tuple) else ()
    for deny in sorted(given, key=lambda deny: (deny.scope, deny.id)):
        hit = denial(deny, who, action, resource)
        text = (
            f"deny assignment {deny.deny_assignment_name or last_segment(deny.id)} at {described(deny.scope, vault.id)}"
        )
        if hit == "yes":
            rules.append(_Rule(text=text))
        elif hit == "condition":
            rules.append(_Rule(text=text, doubts=(("condition", f"{text} has a condition, which is not evaluated"),)))
        elif hit == "group":
            rules.append(_Rule(text=text, doubts=(("group", f"{text} names groups, and groups were not read"),)))
    return rules


def _nearest_first(assignment: RoleAssignment) -> tuple[int, str, str, str]:
    return (-len(segments(assignment.scope)), assignment.scope, assignment.role_definition_id, assignment.id)


def _described(assignment: RoleAssignment, role: RoleDefinition | None, vault: Vault) -> str:
    name = (role.role_name if role else None) or assignment.role_definition_name
    return f"role {name or last_segment(assignment.role_definition_id)} at {described(assignment.scope, vault.id)}"


def _lacking(held: Sequence[tuple[RoleAssignment, Standing]], action: str, evidence: Evidence, vault: Vault) -> str:
    missing = f"no role assignment gives {action.removeprefix('Microsoft.KeyVault/vaults/')}"
    own = [
        _described(assignment, definition(assignment.role_definition_id, evidence.definitions), vault)
        for assignment, standing in held
        if standing in ("self", "member")
    ]
    return f"{missing}; it holds {', '.join(dict.fromkeys(own))}" if own else missing


# --- policies ---


def _by_policies(question: Question, vault: Vault, who: Principal) -> Answer:
    kind, word = question.operation.split("/")
    standing, object_id = policies.standing(vault, who, question.operation)
    if standing == "self":
        return Answer(answer="granted", by=f"access policy for {object_id}")
    if standing == "member":
        return Answer(answer="granted", by=f"access policy for group {object_id}")
    if standing == "perhaps":
        clause = f"only the access policy for {object_id} permits it, which may be a group; groups were not read"
        return _open(("group", clause))
    return Answer(answer="refused", why=f"no access policy for {question.principal} permits {kind}: {word}")


# --- wording ---


def _open(*doubts: tuple[Doubt, str]) -> Answer:
    why = "; ".join(dict.fromkeys(text for _, text in doubts))
    return Answer(answer="undecidable", why=why, doubts=tuple(dict.fromkeys(kind for kind, _ in doubts)))


def _reason(value: object) -> str:
    return f": {value.reason}" if isinstance(value, Missing) else ""
