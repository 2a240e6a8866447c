from collections.abc import Sequence
from typing import Any

import pytest

from checks.operator_permissions import operator_permissions
from preflight import Finding, Missing, Status, facts
from preflight.access.operator import NAMESPACE_NEEDS
from preflight.facts.azure import DeniedPrincipal
from preflight.facts.kubernetes import AccessReviewSpec, AccessReviewStatus, ResourceAttributes
from preflight.testing import access_policy, guid, header, judge, role_assignment, vault, vault_objects
from tests.checks.identity_plan import ADDON, OFF, ON, plan

ME = guid(0x800)
VAULT = vault()
OWNER = facts.RolePermission(actions=("*",))
CONTRIBUTOR = facts.RolePermission(
    actions=("*",), not_actions=("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write")
)
READER = facts.RolePermission(actions=("*/read",))
OFFICER = facts.RolePermission(data_actions=("Microsoft.KeyVault/vaults/secrets/*",))
BOTH = header(stage="deploy", stages=("deploy", "enable"))
ALLOWED = {(need.verb, need.resource) for need in NAMESPACE_NEEDS}


def operator(
    *entries: facts.RolePermission, eligible: tuple[str, ...] | None = (), scopes: Sequence[str] = (OFF.id, VAULT.id)
) -> facts.Operator:
    held = tuple(facts.ScopedPermissions(scope=scope.upper(), permissions=entries) for scope in scopes)
    return facts.Operator(object_id=ME, name="ops@example.com", scopes=held, eligible_roles=eligible)


def reviews(allowed: set[tuple[str, str]]) -> tuple[facts.AccessReview, ...]:
    return tuple(
        facts.AccessReview(
            spec=AccessReviewSpec(
                resource_attributes=ResourceAttributes(verb=need.verb, group=need.group, resource=need.resource)
            ),
            status=AccessReviewStatus(allowed=(need.verb, need.resource) in allowed),
        )
        for need in NAMESPACE_NEEDS
    )


def findings(**given: Any) -> tuple[Finding, ...]:
    known = {"header": BOTH, "cluster": OFF, "vault": VAULT, "access_reviews": reviews(ALLOWED)}
    return judge(operator_permissions, **{**known, **given}).findings


def said(**given: Any) -> dict[str, Status]:
    """The statuses by what it is about: enable, grant, put."""
    words = {
        "enable the add-on": "enable",
        "grant the identity a role": "grant",
        "set an access policy": "grant",
        "put secrets": "put",
    }
    return {
        short: finding.status
        for finding in findings(**given)
        for text, short in words.items()
        if text in finding.message
    }


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((OWNER,), {"enable": Status.PASS, "grant": Status.PASS, "put": Status.WARN}),
        ((OWNER, OFFICER), {"enable": Status.PASS, "grant": Status.PASS, "put": Status.PASS}),
        ((CONTRIBUTOR,), {"enable": Status.PASS, "grant": Status.WARN, "put": Status.WARN}),
        ((READER,), {"enable": Status.WARN, "grant": Status.WARN, "put": Status.WARN}),
        ((), {"enable": Status.WARN, "grant": Status.WARN, "put": Status.WARN}),
    ],
    ids=["owner", "owner and officer", "contributor", "reader", "nobody"],
)
def test_what_well_known_roles_may(held: tuple[facts.RolePermission, ...], expected: dict[str, Status]) -> None:
    assert said(operator=operator(*held)) == expected


def test_the_person_to_ask_is_named() -> None:
    (finding,) = (one for one in findings(operator=operator(CONTRIBUTOR)) if "grant the identity" in one.message)
    assert "User Access Administrator" in (finding.hint or "")
    assert finding.evidence == {"action": "Microsoft.Authorization/roleAssignments/write", "scope": VAULT.id}


def test_what_another_person_must_do_comes_as_the_command_to_hand_over() -> None:
    refused = {one.message.partition(":")[0]: one.commands for one in findings(operator=operator(READER), cluster=OFF)}
    enable = refused["you may not enable the add-on"]
    assert enable is not None
    assert enable.bash[0].startswith("az aks enable-addons")
    assert refused["you may not grant the identity a role"] is None
    grant = {one.message.partition(":")[0]: one.commands for one in findings(operator=operator(READER), cluster=ON)}
    given = grant["you may not grant the identity a role"]
    assert given is not None
    assert f"--assignee-object-id {ADDON.object_id}" in given.powershell[0]


def test_it_fails_for_whoever_will_do_it_all() -> None:
    assert said(operator=operator(CONTRIBUTOR), thresholds={"required": True})["grant"] is Status.FAIL


def test_conditions_and_roles_that_could_be_activated_leave_it_open() -> None:
    limited = facts.RolePermission(actions=("*",), condition="@Resource[...]")
    assert said(operator=operator(limited))["grant"] is Status.UNKNOWN
    assert said(operator=operator(READER, eligible=("some-role",)))["grant"] is Status.UNKNOWN


def test_on_a_policy_vault_policies_decide() -> None:
    own = vault(rbac=False, policies=[access_policy(ME, secrets=["Set"])])
    assert said(operator=operator(CONTRIBUTOR), vault=own) == {
        "enable": Status.PASS,
        "grant": Status.PASS,
        "put": Status.PASS,
    }
    assert said(operator=operator(CONTRIBUTOR), vault=vault(rbac=False))["put"] is Status.UNKNOWN


def test_a_denial_counts_and_names_the_publisher() -> None:
    everyone = DeniedPrincipal(id="00000000-0000-0000-0000-000000000000", type="SystemDefined")
    denial = facts.DenyAssignment(
        scope=VAULT.id,
        deny_assignment_name="managed",
        principals=(everyone,),
        permissions=(facts.RolePermission(actions=("*/write",), not_actions=("Microsoft.KeyVault/*",)),),
    )
    answers = said(operator=operator(OWNER, OFFICER), deny_assignments=(denial,))
    assert answers == {"enable": Status.PASS, "grant": Status.WARN, "put": Status.PASS}
    (finding,) = (
        one for one in findings(operator=operator(OWNER), deny_assignments=(denial,)) if "grant the" in one.message
    )
    assert "publisher" in finding.message


def test_a_scope_that_was_not_read_is_open() -> None:
    assert said(operator=operator(OWNER, scopes=[OFF.id]))["grant"] is Status.UNKNOWN


def test_requests_in_the_namespace() -> None:
    given = {"operator": operator(OWNER, OFFICER)}
    assert all(finding.status is Status.PASS for finding in findings(**given))
    denied = [
        one
        for one in findings(**given, access_reviews=reviews(ALLOWED - {("delete", "secrets")}))
        if one.status is Status.WARN
    ]
    assert [finding.object for finding in denied] == ["request/delete secrets"]
    unasked = findings(**given, access_reviews=())
    assert {finding.status for finding in unasked if (finding.object or "").startswith("request/")} == {Status.UNKNOWN}


def test_only_what_is_still_to_be_done_counts() -> None:
    granted = facts.RoleAssignments(items=(role_assignment("Key Vault Secrets User", ADDON.object_id or ""),))
    given = {"operator": operator(READER), "cluster": ON, "values": plan(ADDON.client_id, a="cluedin-a")}
    assert said(**given) == {"grant": Status.WARN, "put": Status.WARN}
    assert said(**given, role_assignments=granted) == {"put": Status.WARN}
    there = vault_objects(["CLUEDIN-A", "other"])
    assert said(**given, role_assignments=granted, vault_secrets=there) == {}
    assert said(**{**given, "values": plan(ADDON.client_id)}, vault_secrets=there)["put"] is Status.WARN


def test_in_verify_only_the_namespace_counts() -> None:
    after = header(stage="verify")
    assert [finding.status for finding in findings(header=after, operator=operator(READER))] == [Status.PASS]


def test_what_was_refused_is_open_and_what_nobody_looked_at_is_skipped() -> None:
    refused = Missing(reason="403", why="refused")
    not_given = Missing(reason="not in the given files", why="not-given")
    assert judge(operator_permissions, operator=refused, access_reviews=not_given).status is Status.UNKNOWN
    assert judge(operator_permissions, operator=not_given, access_reviews=not_given).status is Status.SKIP
    assert judge(operator_permissions, operator=operator(), access_reviews=()).status is Status.SKIP


@pytest.mark.parametrize(("why", "status"), [("refused", "unknown"), ("partial", "unknown"), ("not-given", "pass")])
def test_what_is_to_be_done_at_a_vault_that_could_not_be_read_is_not_nothing(why: Any, status: str) -> None:
    lost = Missing(reason="something was taken out of it", why=why)
    given: dict[str, Any] = {"cluster": ON, "vault": lost, "operator": operator(OWNER, OFFICER)}
    assert judge(operator_permissions, header=BOTH, access_reviews=reviews(ALLOWED), **given).status == status
