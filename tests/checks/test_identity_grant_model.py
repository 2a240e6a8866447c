from typing import Any

from msgspec.structs import replace

from checks.identity_grant_model import identity_grant_model
from preflight import Finding, Missing, Status, facts
from preflight.testing import access_policy, guid, judge, role_assignment, vault
from tests.checks.identity_plan import ADDON, KUBELET, OFF, ON, plan

ME, CLIENT = ADDON.object_id or "", ADDON.client_id or ""


def listing(*items: facts.RoleAssignment) -> facts.RoleAssignments:
    return facts.RoleAssignments(items=items, assigned_to=ME, with_objects=True)


def findings(**given: Any) -> tuple[Finding, ...]:
    known = {
        "stage": "deploy",
        "cluster": ON,
        "vault": vault(),
        "deny_assignments": (),
        "group_memberships": (facts.GroupMembership(principal_id=ME),),
        "role_assignments": listing(),
        "values": plan(CLIENT),
    }
    return judge(identity_grant_model, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def secrets_user(principal: str, **fields: Any) -> facts.RoleAssignment:
    return replace(role_assignment("Key Vault Secrets User", principal), **fields)


def test_a_role_on_a_role_vault_passes() -> None:
    assert the_finding(role_assignments=listing(secrets_user(ME))).status is Status.PASS


def test_a_policy_on_a_policy_vault_passes() -> None:
    assert the_finding(vault=vault(rbac=False, policies=[access_policy(ME, secrets=["get"])])).status is Status.PASS


def test_a_role_on_a_policy_vault_fails_with_the_policy_to_make() -> None:
    finding = the_finding(vault=vault(rbac=None), role_assignments=listing(secrets_user(ME)))
    assert finding.status is Status.FAIL
    assert finding.evidence == {"kind": "other-model"}
    assert finding.commands is not None
    assert finding.commands.bash[0].startswith("az keyvault set-policy")


def test_it_warns_at_most_where_the_identity_may_read() -> None:
    policies = [access_policy(ME, secrets=["get"])]
    assert (
        the_finding(vault=vault(rbac=False, policies=policies), role_assignments=listing(secrets_user(ME))).status
        is Status.WARN
    )
    both = vault(policies=policies)
    assert the_finding(vault=both, role_assignments=listing(secrets_user(ME))).status is Status.WARN


def test_a_policy_on_a_role_vault_fails() -> None:
    finding = the_finding(vault=vault(policies=[access_policy(ME, secrets=["get"])]))
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    assert finding.commands.bash[0].startswith("az role assignment create")


def test_where_a_fuller_listing_could_hold_the_grant_it_warns() -> None:
    plain = facts.RoleAssignments()
    finding = the_finding(vault=vault(policies=[access_policy(ME, secrets=["get"])]), role_assignments=plain)
    assert finding.status is Status.WARN


def test_a_compound_policy_is_named() -> None:
    compound = vault(rbac=False, policies=[access_policy(ME, secrets=["get"], application_id=guid(9))])
    finding = the_finding(vault=compound)
    assert (finding.status, finding.evidence) == (Status.FAIL, {"kind": "compound"})


def test_grants_to_other_ids_of_the_cluster_are_named() -> None:
    wrong = listing(
        secrets_user(CLIENT), secrets_user(KUBELET.object_id or "", id="2"), secrets_user(guid(0x999), id="3")
    )
    kinds = [finding.evidence["kind"] for finding in findings(role_assignments=wrong)]
    assert sorted(map(str, kinds)) == ["client-id", "other-identity"]


def test_grants_elsewhere_are_none_of_our_business() -> None:
    elsewhere = secrets_user(CLIENT, scope="/subscriptions/00000000-0000-4000-8000-000000000001")
    assert the_finding(role_assignments=listing(elsewhere)).status is Status.SKIP


def test_a_young_assignment_warns() -> None:
    young = secrets_user(ME, created_on="2026-01-15T08:52:00.1234567Z")
    finding = the_finding(role_assignments=listing(young))
    assert finding.status is Status.WARN
    assert "younger than 10 minutes" in finding.message
    nonsense = secrets_user(ME, created_on="yesterday")
    assert the_finding(role_assignments=listing(nonsense)).status is Status.PASS


def test_what_cannot_be_told() -> None:
    assert the_finding().status is Status.SKIP
    assert the_finding(cluster=OFF, values=plan(None)).status is Status.SKIP
    assert the_finding(role_assignments=Missing(reason="403", why="refused")).status is Status.UNKNOWN
    assert the_finding(values=plan(guid(0x999))).status is Status.UNKNOWN
