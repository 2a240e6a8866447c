"""The documented questions, one by one: azure-testing.md 1 and azure.md 5.1 to 5.5."""

from collections.abc import Sequence
from typing import Any

import pytest

from preflight import Missing
from preflight.access.actions import Operation, matches
from preflight.access.effective import Answer, Evidence, Question, evaluate, is_complete, readings
from preflight.facts import (
    AccessPolicy,
    DeniedPrincipal,
    DenyAssignment,
    GroupMembership,
    Permissions,
    RoleAssignment,
    RoleAssignments,
    RoleDefinition,
    RolePermission,
    Vault,
)

SUBSCRIPTION = "/subscriptions/7e0d5a2c-0000-4000-8000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg1"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
SECRET = f"{VAULT}/secrets/db-password"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg1"
TENANT = "5a5a5a5a-0000-4000-8000-0000000000aa"
ME = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
STAFF = "cccccccc-0000-4000-8000-000000000003"
EVERYONE = "00000000-0000-0000-0000-000000000000"
ROLE = "11111111-0000-4000-8000-00000000000a"
SECOND_ROLE = "22222222-0000-4000-8000-00000000000b"

KV = "Microsoft.KeyVault/vaults/"
GET = KV + "secrets/getSecret/action"
READ = KV + "secrets/readMetadata/action"

BUILT_IN = {
    "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Key Vault Certificate User": "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
    "Key Vault Reader": "21090545-7ca7-4776-b22c-e363652d74d2",
    "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Certificates Officer": "a4417e6f-fecd-4de8-b567-7b0420556985",
    "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Key Vault Crypto Service Release User": "08bbd89e-9f13-488c-ac41-acfcb10c90ab",
    "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
    "Key Vault Data Access Administrator": "8b54135c-b56d-4d72-a534-26097cfdc8d8",
    "Key Vault Purge Operator": "a68e7c17-0ab2-4c09-9a58-125dae29748c",
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
}


def role(*entries: RolePermission, guid: str = ROLE) -> RoleDefinition:
    return RoleDefinition(
        id=f"/providers/Microsoft.Authorization/roleDefinitions/{guid}", name=guid, permissions=entries
    )


def entry(data: Sequence[str] = (), minus: Sequence[str] = (), **fields: Any) -> RolePermission:
    return RolePermission(data_actions=tuple(data), not_data_actions=tuple(minus), **fields)


def held(scope: str = VAULT, guid: str = ROLE, principal: str = ME, **fields: Any) -> RoleAssignment:
    fields = {"principal_type": "ServicePrincipal", **fields}
    return RoleAssignment(scope=scope, role_definition_id=guid, principal_id=principal, **fields)


def by_roles(*assignments: RoleAssignment, definitions: Sequence[RoleDefinition] = (), **fields: Any) -> Evidence:
    vault = Vault(id=VAULT, name="kv1", tenant_id=TENANT, enable_rbac_authorization=True)
    roles = tuple(definitions) or (role(entry([GET])),)
    return Evidence(
        **{
            "vault": vault,
            "assignments": RoleAssignments(items=assignments),
            "definitions": roles,
            "denials": (),
            **fields,
        }
    )


def by_policies(*policies: AccessPolicy, rbac: bool | None = False, **fields: Any) -> Evidence:
    vault = Vault(
        id=VAULT, name="kv1", tenant_id=TENANT, enable_rbac_authorization=rbac, access_policies=tuple(policies)
    )
    return Evidence(vault=vault, **fields)


def policy(
    object_id: str = ME, *, tenant: str | None = TENANT, application: str | None = None, **words: Any
) -> AccessPolicy:
    return AccessPolicy(
        object_id=object_id, tenant_id=tenant, application_id=application, permissions=Permissions(**words)
    )


def deny(
    *principals: DeniedPrincipal, scope: str = VAULT, data: Sequence[str] = (GET,), **fields: Any
) -> DenyAssignment:
    fields = {"permissions": (entry(data),), **fields}
    return DenyAssignment(id="deny-1", scope=scope, principals=principals, **fields)


def in_groups(*groups: str) -> tuple[GroupMembership, ...]:
    return (GroupMembership(principal_id=ME, groups=groups),)


def ask(evidence: Evidence, operation: Operation = "secrets/get", object: str | None = "secrets/db-password") -> Answer:
    return evaluate(Question(principal=ME, operation=operation, object=object), evidence)


SECRETS_USER = role(entry([GET, READ]))
STAFF_TYPED = DeniedPrincipal(id=STAFF, type="Group")
ALL = DeniedPrincipal(id=EVERYONE, type="SystemDefined")

TABLE = {
    "granted at the vault": (by_roles(held()), "granted"),
    "granted at the group": (by_roles(held(GROUP)), "granted"),
    "granted at the subscription": (by_roles(held(SUBSCRIPTION)), "granted"),
    "granted at a listed management group": (by_roles(held(MANAGEMENT_GROUP)), "granted"),
    "granted at the root": (by_roles(held("/")), "granted"),
    "sibling group rg10": (by_roles(held(f"{SUBSCRIPTION}/resourceGroups/rg10")), "refused"),
    "sibling group rg": (by_roles(held(f"{SUBSCRIPTION}/resourceGroups/rg")), "refused"),
    "sibling vault kv10": (by_roles(held(VAULT + "0")), "refused"),
    "scope in capitals": (by_roles(held(VAULT.upper())), "granted"),
    "scope with a slash at its end": (by_roles(held(GROUP + "/")), "granted"),
    "no scope": (by_roles(held("")), "refused"),
    "at the secret itself": (by_roles(held(SECRET)), "granted"),
    "at the secret in capitals": (by_roles(held(SECRET.upper())), "granted"),
    "at another object": (by_roles(held(f"{VAULT}/secrets/other")), "refused"),
    "at an object whose name begins alike": (by_roles(held(f"{VAULT}/secrets/db")), "refused"),
    "at the certificate of that name": (by_roles(held(f"{VAULT}/certificates/db-password")), "refused"),
    "action in another case": (by_roles(held(), definitions=[role(entry([GET.upper()]))]), "granted"),
    "star after a slash": (by_roles(held(), definitions=[role(entry([KV + "secrets/*"]))]), "granted"),
    "star elsewhere": (by_roles(held(), definitions=[role(entry([KV + "secrets/get*"]))]), "granted"),
    "star at the front": (by_roles(held(), definitions=[role(entry(["*/getSecret/action"]))]), "granted"),
    "secrets minus getSecret": (by_roles(held(), definitions=[role(entry([KV + "secrets/*"], [GET]))]), "refused"),
    "all minus getSecret": (by_roles(held(), definitions=[role(entry(["*"], [GET]))]), "refused"),
    "vaults minus secrets/get*": (
        by_roles(held(), definitions=[role(entry([KV + "*"], [KV + "secrets/get*"]))]),
        "refused",
    ),
    "subtracted in one role, granted by another": (
        by_roles(
            held(),
            held(guid=SECOND_ROLE),
            definitions=[role(entry(["*"], [GET])), role(entry([GET]), guid=SECOND_ROLE)],
        ),
        "granted",
    ),
    "two entries of one role: one subtracts, one grants": (
        by_roles(held(), definitions=[role(entry(["*"], [GET]), entry([GET]))]),
        "granted",
    ),
    "actions * without data actions": (by_roles(held(), definitions=[role(entry(actions=("*",)))]), "refused"),
    "deny assignment": (by_roles(held(), denials=(deny(DeniedPrincipal(id=ME)),)), "refused"),
    "condition": (by_roles(held(condition="@Resource[...] StringEquals 'x'")), "undecidable"),
    "condition in the role": (by_roles(held(), definitions=[role(entry([GET], condition="..."))]), "undecidable"),
    "condition beside an entry without": (
        by_roles(held(), definitions=[role(entry([GET], condition="..."), entry([GET]))]),
        "granted",
    ),
    "condition beside an assignment without": (by_roles(held(condition="..."), held(GROUP)), "granted"),
    "condition on a role that would not grant": (
        by_roles(held(condition="..."), definitions=[role(entry([READ]))]),
        "refused",
    ),
    "a group's assignment, member": (
        by_roles(held(principal=STAFF, principal_type="Group"), memberships=in_groups(STAFF.upper())),
        "granted",
    ),
    "a group's assignment, no member": (
        by_roles(held(principal=STAFF, principal_type="Group"), memberships=in_groups(OTHER)),
        "refused",
    ),
    "a group's assignment, groups not read": (by_roles(held(principal=STAFF, principal_type="Group")), "undecidable"),
    "a group's assignment that would not decide": (
        by_roles(held(principal=STAFF, principal_type="Group"), held()),
        "granted",
    ),
    "a group's assignment of no use": (
        by_roles(held(principal=STAFF, principal_type="Group"), definitions=[role(entry([READ]))]),
        "refused",
    ),
    "another principal's assignment in the answer": (by_roles(held(principal=OTHER)), "refused"),
    "principal in capitals": (by_roles(held(principal=ME.upper())), "granted"),
    "role id with a prefix": (
        by_roles(held(guid=f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{ROLE.upper()}")),
        "granted",
    ),
    "role not read": (by_roles(held(guid=SECOND_ROLE)), "undecidable"),
    "no assignment": (by_roles(), "refused"),
    "assignments not read": (by_roles(assignments=Missing(reason="403", why="refused")), "undecidable"),
    "policy vault: get": (by_policies(policy(secrets=("get",))), "granted"),
    "policy vault: all": (by_policies(policy(secrets=("all",))), "granted"),
    "policy vault: certificates only": (by_policies(policy(certificates=("get", "list"))), "refused"),
    "policy vault: GET for capitals": (by_policies(policy(ME.upper(), secrets=("GET",))), "granted"),
    "policy vault: list only": (by_policies(policy(secrets=("list",))), "refused"),
    "policy vault: two policies add up": (by_policies(policy(secrets=("list",)), policy(secrets=("get",))), "granted"),
    "policy vault: compound": (by_policies(policy(secrets=("get",), application=OTHER)), "refused"),
    "policy vault: other tenant": (by_policies(policy(secrets=("get",), tenant=OTHER)), "refused"),
    "policy vault: a role alone": (by_policies(assignments=RoleAssignments(items=(held(),))), "refused"),
    "null is a policy vault": (by_policies(policy(secrets=("get",)), rbac=None), "granted"),
    "null is a policy vault: a role alone": (
        by_policies(rbac=None, assignments=RoleAssignments(items=(held(),))),
        "refused",
    ),
    "role vault: policies ignored": (
        by_policies(policy(secrets=("all",)), rbac=True, assignments=RoleAssignments()),
        "refused",
    ),
    "policy of a group, member": (
        by_policies(policy(STAFF, secrets=("get",)), memberships=in_groups(STAFF)),
        "granted",
    ),
    "policy of a group, groups not read": (by_policies(policy(STAFF, secrets=("get",))), "undecidable"),
    "policy of a known identity, groups not read": (
        by_policies(policy(OTHER, secrets=("get",)), known_ids=frozenset({OTHER})),
        "refused",
    ),
    "compound policy of a group": (by_policies(policy(STAFF, secrets=("get",), application=OTHER)), "refused"),
    "no vault": (Evidence(), "undecidable"),
}


@pytest.mark.parametrize("case", TABLE)
def test_documented_answer(case: str) -> None:
    evidence, expected = TABLE[case]
    assert ask(evidence).answer == expected


DENIALS = {
    "for me": (deny(DeniedPrincipal(id=ME.upper(), type="ServicePrincipal")), None, "refused"),
    "for everyone": (deny(ALL), None, "refused"),
    "for everyone but me": (deny(ALL, exclude_principals=(DeniedPrincipal(id=ME),)), None, "granted"),
    "for everyone but a group of mine": (deny(ALL, exclude_principals=(STAFF_TYPED,)), (STAFF,), "granted"),
    "for everyone but a group, not mine": (deny(ALL, exclude_principals=(STAFF_TYPED,)), (), "refused"),
    "for everyone but a group, groups not read": (deny(ALL, exclude_principals=(STAFF_TYPED,)), None, "undecidable"),
    "for a group of mine": (deny(STAFF_TYPED), (STAFF,), "refused"),
    "for a group, groups not read": (deny(STAFF_TYPED), None, "undecidable"),
    "for an id without a type, groups not read": (deny(DeniedPrincipal(id=STAFF)), None, "granted"),
    "for another": (deny(DeniedPrincipal(id=OTHER, type="User")), None, "granted"),
    "for nobody": (deny(), None, "granted"),
    "of another data action": (deny(ALL, data=(READ,)), None, "granted"),
    "of actions only": (deny(ALL, permissions=(entry(actions=("*",)),)), None, "granted"),
    "that spares this action": (deny(ALL, permissions=(entry(["*"], [GET]),)), None, "granted"),
    "that spares it in one entry only": (deny(ALL, permissions=(entry(["*"], [GET]), entry([GET]))), None, "refused"),
    "at the subscription": (deny(ALL, scope=SUBSCRIPTION), None, "refused"),
    "at a sibling group": (deny(ALL, scope=GROUP + "0"), None, "granted"),
    "at the vault, not to children": (deny(ALL, do_not_apply_to_child_scopes=True), None, "granted"),
    "at the secret, not to children": (deny(ALL, scope=SECRET, do_not_apply_to_child_scopes=True), None, "refused"),
    "under a condition": (deny(ALL, condition="..."), None, "undecidable"),
    "under a condition in the entry": (deny(ALL, permissions=(entry([GET], condition="..."),)), None, "undecidable"),
}


@pytest.mark.parametrize("case", DENIALS)
def test_denial_of_what_a_role_grants(case: str) -> None:
    denial, groups, expected = DENIALS[case]
    evidence = by_roles(held(), denials=(denial,), memberships=None if groups is None else in_groups(*groups))
    assert ask(evidence).answer == expected


def test_a_denial_that_is_not_to_children_holds_at_its_very_scope() -> None:
    evidence = by_roles(held(), denials=(deny(ALL, do_not_apply_to_child_scopes=True),))
    assert ask(evidence, object=None).answer == "refused"


def test_denials_do_not_bear_on_policies() -> None:
    assert ask(by_policies(policy(secrets=("get",)), denials=(deny(ALL),))).answer == "granted"


def test_a_certain_denial_beats_a_doubtful_grant() -> None:
    evidence = by_roles(held(condition="..."), denials=(deny(ALL),))
    assert ask(evidence).answer == "refused"


def test_a_doubtful_denial_of_nothing_changes_nothing() -> None:
    assert ask(by_roles(denials=(deny(STAFF_TYPED),))).answer == "refused"


def test_denials_that_were_not_read_leave_a_grant_granted_and_are_named() -> None:
    answer = ask(by_roles(held(), denials=None))
    assert (answer.answer, answer.why) == ("granted", "deny assignments were not read")


# azure.md 5.1: enough to read a secret, list secrets, read a certificate, read a key
BUILT_IN_TABLE = {
    "Key Vault Administrator": "yyyy",
    "Key Vault Secrets User": "yynn",
    "Key Vault Certificate User": "yyyy",
    "Key Vault Reader": "nyyy",
    "Key Vault Secrets Officer": "yynn",
    "Key Vault Certificates Officer": "nnyn",
    "Key Vault Crypto Officer": "nnny",
    "Key Vault Crypto User": "nnny",
    "Key Vault Crypto Service Encryption User": "nnny",
    "Key Vault Crypto Service Release User": "nnnn",
    "Key Vault Contributor": "nnnn",
    "Key Vault Data Access Administrator": "nnnn",
    "Key Vault Purge Operator": "nnnn",
    "Owner": "nnnn",
    "Contributor": "nnnn",
}


@pytest.mark.parametrize("name", BUILT_IN_TABLE)
def test_built_in_role_whose_definition_was_not_given(name: str) -> None:
    evidence = by_roles(held(guid=BUILT_IN[name]), definitions=[role(entry(["*"]), guid=SECOND_ROLE)])
    operations: tuple[Operation, ...] = ("secrets/get", "secrets/list", "certificates/get", "keys/get")
    answers = [ask(evidence, operation, None).answer for operation in operations]
    assert answers == ["granted" if letter == "y" else "refused" for letter in BUILT_IN_TABLE[name]]


def test_a_given_definition_counts_before_the_published_one() -> None:
    evidence = by_roles(held(guid=BUILT_IN["Owner"]), definitions=[role(entry([GET]), guid=BUILT_IN["Owner"])])
    assert ask(evidence).answer == "granted"


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("secrets/get", "secrets/getSecret/action"),
        ("secrets/list", "secrets/readMetadata/action"),
        ("certificates/get", "certificates/read"),
        ("certificates/list", "certificates/read"),
        ("keys/get", "keys/read"),
        ("keys/list", "keys/read"),
    ],
)
def test_each_operation_needs_its_own_data_action(operation: Operation, action: str) -> None:
    only, without = role(entry([KV + action])), role(entry(["*"], [KV + action]))
    assert ask(by_roles(held(), definitions=[only]), operation, None).answer == "granted"
    assert ask(by_roles(held(), definitions=[without]), operation, None).answer == "refused"


def test_the_answer_names_what_decides() -> None:
    granted = ask(by_roles(held(GROUP), held(), definitions=[SECRETS_USER]))
    assert granted.by == f"role {ROLE} at the vault"
    owner = ask(by_roles(held(guid=BUILT_IN["Owner"])))
    assert "it holds role Owner" in owner.why
    assert (
        ask(by_roles(held(), denials=(deny(ALL, deny_assignment_name="lockdown"),))).by
        == "deny assignment lockdown at the vault"
    )
    through = ask(by_roles(held(principal=STAFF, principal_type="Group"), memberships=in_groups(STAFF)))
    assert (through.by or "").endswith(f"through group {STAFF}")


def test_a_listing_made_for_another_principal_refuses_nothing() -> None:
    assert ask(by_roles(assignments=RoleAssignments(assigned_to=OTHER))).answer == "undecidable"
    granted = RoleAssignments(items=(held(),), assigned_to=OTHER)
    assert ask(by_roles(assignments=granted)).answer == "granted"
    assert ask(by_roles(assignments=RoleAssignments(assigned_to=ME.upper()))).answer == "refused"


def test_order_does_not_matter() -> None:
    entries = (held(GROUP), held(), held(SECRET, guid=SECOND_ROLE), held(principal=STAFF, principal_type="Group"))
    definitions = (SECRETS_USER, role(entry([GET]), guid=SECOND_ROLE))
    forwards = ask(by_roles(*entries, definitions=definitions))
    assert forwards == ask(by_roles(*reversed(entries), definitions=definitions[::-1]))


def test_complete_needs_expanded_groups_objects_and_denials() -> None:
    full = RoleAssignments(assigned_to=ME.upper(), with_objects=True)
    assert is_complete(ME, by_roles(assignments=full))
    assert not is_complete(ME, by_roles(assignments=full, denials=None))
    assert not is_complete(ME, by_roles(assignments=RoleAssignments(assigned_to=ME)))
    assert not is_complete(ME, by_roles(assignments=RoleAssignments(with_objects=True)))
    assert not is_complete(OTHER, by_roles(assignments=full))
    assert is_complete(ME, by_policies(memberships=in_groups()))
    assert not is_complete(ME, by_policies())
    assert not is_complete(ME, Evidence())


def test_readings_put_equal_answers_together() -> None:
    evidence = by_roles(held(SECRET))
    found = readings(ME, ("secrets/db-password", "secrets/b", "secrets/c", "secrets/b"), evidence)
    assert [(one.answer.answer, one.objects, one.settled) for one in found] == [
        ("granted", ("secrets/db-password",), True),
        ("refused", ("secrets/b", "secrets/c"), False),
    ]


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a.c", "abc", False),
        ("**/read", "keys/read", True),
    ],
)
def test_patterns(pattern: str, action: str, expected: object) -> None:
    assert matches(pattern, action) is expected


def test_a_hostile_pattern_costs_little() -> None:
    assert not matches("*a" * 5000 + "b", "a" * 20_000)
