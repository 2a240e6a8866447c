from typing import Any

import pytest

from checks.identity_permissions import identity_permissions
from preflight import Finding, Missing, Status, facts
from preflight.facts.azure import DeniedPrincipal
from preflight.testing import access_policy, guid, judge, role_assignment, vault
from tests.checks.identity_plan import ADDON, KUBELET, OFF, ON, OWN, plan

VAULT = vault()
ME = ADDON.object_id or ""
OWNER = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"


def listing(*items: facts.RoleAssignment, full: bool = True) -> facts.RoleAssignments:
    return facts.RoleAssignments(items=items, assigned_to=ME if full else None, with_objects=full)


def findings(**given: Any) -> tuple[Finding, ...]:
    known = {
        "stage": "deploy",
        "cluster": ON,
        "vault": VAULT,
        "deny_assignments": (),
        "values": plan(ADDON.client_id, a="cluedin-a", b="cluedin-b"),
    }
    return judge(identity_permissions, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_secrets_user_at_the_vault_is_enough() -> None:
    finding = the_finding(role_assignments=listing(role_assignment("Key Vault Secrets User", ME)))
    assert finding.status is Status.PASS
    assert "the 2 objects" in finding.message
    assert finding.evidence == {"principal": ME, "model": "rbac", "objects": ["secrets/cluedin-a", "secrets/cluedin-b"]}


def test_no_role_in_a_full_listing_fails_with_the_least_grant() -> None:
    finding = the_finding(role_assignments=listing())
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    (line,) = finding.commands.bash
    assert f"--assignee-object-id {ME}" in line
    assert "--role 'Key Vault Secrets User'" in line
    assert line.endswith(f"--scope {VAULT.id}")
    assert '"Key Vault Secret User"' in (finding.hint or "")


@pytest.mark.parametrize(
    "given",
    [
        {"role_assignments": listing(full=False)},
        {"role_assignments": listing(), "deny_assignments": Missing(reason="403", why="refused")},
        {"role_assignments": facts.RoleAssignments(assigned_to=ME)},
        {"role_assignments": Missing(reason="403", why="refused")},
    ],
    ids=["plain listing", "deny assignments not read", "single objects not asked", "not read"],
)
def test_a_no_that_a_fuller_listing_could_turn_is_unknown_with_what_settles_it(given: dict[str, Any]) -> None:
    finding = the_finding(**given)
    assert finding.status is Status.UNKNOWN
    assert finding.commands is not None
    assert finding.commands.bash[0] == (
        f"az role assignment list --assignee {ME} --scope {VAULT.id} --include-inherited --include-groups"
    )


def test_denials_that_were_not_read_leave_a_grant_granted() -> None:
    granted = listing(role_assignment("Key Vault Secrets User", ME))
    finding = the_finding(role_assignments=granted, deny_assignments=Missing(reason="403", why="refused"))
    assert finding.status is Status.PASS
    assert "deny assignments were not read" in finding.message


def test_a_denial_fails_even_with_a_plain_listing() -> None:
    denial = facts.DenyAssignment(
        scope=VAULT.id,
        deny_assignment_name="lockdown",
        permissions=(facts.RolePermission(data_actions=("*",)),),
        principals=(DeniedPrincipal(id="00000000-0000-0000-0000-000000000000", type="SystemDefined"),),
    )
    granted = listing(role_assignment("Key Vault Secrets User", ME), full=False)
    finding = the_finding(role_assignments=granted, deny_assignments=(denial,))
    assert finding.status is Status.FAIL
    assert "lockdown" in finding.message
    assert "role assignment create" not in str(finding.commands)


def test_an_object_level_grant_counts_for_its_object_and_the_cure_for_the_rest() -> None:
    only = role_assignment("Key Vault Secrets User", ME, scope=f"{VAULT.id}/secrets/CLUEDIN-A")
    failed, passed = findings(role_assignments=listing(only))
    assert (failed.status, passed.status) == (Status.FAIL, Status.PASS)
    assert "cluedin-b" in failed.message
    assert failed.commands is not None
    assert [line.rsplit("/", 1)[1] for line in failed.commands.bash] == ["cluedin-b"]


def test_the_repeated_role_of_the_published_command_is_named() -> None:
    finding = the_finding(role_assignments=listing(role_assignment("Key Vault Certificate User", ME)))
    assert finding.status is Status.PASS
    assert "repeated --role" in finding.message


@pytest.mark.parametrize(("role", "name"), [(OWNER, "Owner"), (CONTRIBUTOR, "Contributor")])
def test_a_role_without_data_access_is_named(role: str, name: str) -> None:
    held = facts.RoleAssignment(
        scope="/subscriptions/00000000-0000-4000-8000-000000000001", role_definition_id=role, principal_id=ME
    )
    at_vault = facts.RoleAssignment(scope=VAULT.id, role_definition_id=role, principal_id=ME)
    finding = the_finding(role_assignments=listing(held, at_vault))
    assert finding.status is Status.FAIL
    assert f"it holds role {name} at the vault" in finding.message


def test_a_grant_to_the_client_id_is_named() -> None:
    wrong = role_assignment("Key Vault Secrets User", ADDON.client_id or "")
    finding = the_finding(role_assignments=listing(wrong))
    assert finding.status is Status.FAIL
    assert "is for the client id" in finding.message


def test_a_condition_is_open() -> None:
    held = role_assignment("Key Vault Secrets User", ME)
    conditional = facts.RoleAssignment(
        scope=held.scope, role_definition_id=held.role_definition_id, principal_id=ME, condition="@Resource[...]"
    )
    finding = the_finding(role_assignments=listing(conditional))
    assert finding.status is Status.UNKNOWN
    assert "condition" in finding.message


def test_a_group_in_play_with_groups_refused_is_open_with_the_command_for_groups() -> None:
    held = role_assignment("Key Vault Secrets User", guid(0x777))
    grouped = facts.RoleAssignment(
        scope=held.scope, role_definition_id=held.role_definition_id, principal_id=guid(0x777), principal_type="Group"
    )
    finding = the_finding(role_assignments=listing(grouped), group_memberships=Missing(reason="403", why="refused"))
    assert finding.status is Status.UNKNOWN
    assert finding.commands is not None
    assert "transitiveMemberOf" in finding.commands.bash[0]
    member = (facts.GroupMembership(principal_id=ME, groups=(guid(0x777),)),)
    assert the_finding(role_assignments=listing(grouped), group_memberships=member).status is Status.PASS


def test_a_policy_vault_takes_policies_only() -> None:
    granted = vault(rbac=None, policies=[access_policy(ME, secrets=["Get"])])
    assert the_finding(vault=granted).status is Status.PASS
    role = listing(role_assignment("Key Vault Secrets User", ME))
    finding = the_finding(vault=vault(rbac=False), role_assignments=role)
    assert finding.status is Status.FAIL
    assert "roles count for nothing here" in finding.message
    assert finding.commands is not None
    assert f"--object-id {ME} --secret-permissions get" in finding.commands.powershell[0]


def test_a_policy_for_certificates_alone_does_not_read_the_front_end_certificate() -> None:
    given = vault(rbac=False, policies=[access_policy(ME, certificates=["get", "list"])])
    assert the_finding(vault=given).status is Status.FAIL


def test_policies_for_the_clusters_own_ids_are_no_groups() -> None:
    wrong = [
        access_policy(ADDON.client_id or "", secrets=["get"]),
        access_policy(KUBELET.object_id or "", secrets=["get"]),
    ]
    finding = the_finding(vault=vault(rbac=False, policies=wrong))
    assert finding.status is Status.FAIL
    assert "client id" in finding.message


def test_before_the_add_on_is_on_its_identity_is_not_yet() -> None:
    finding = the_finding(stage="enable", cluster=OFF, values=plan("$kvManagedIdentity"), role_assignments=listing())
    assert finding.status is Status.SKIP
    assert finding.message.startswith("not yet")


def test_an_identity_of_ones_own_is_judged_before() -> None:
    own = facts.RoleAssignments(assigned_to=OWN.principal_id, with_objects=True)
    given = {"stage": "enable", "cluster": OFF, "values": plan(OWN.client_id), "identities": (OWN,)}
    assert the_finding(**given, role_assignments=own).status is Status.FAIL


def test_the_add_ons_identity_is_judged_without_values() -> None:
    granted = listing(role_assignment("Key Vault Secrets User", ME))
    finding = the_finding(values=Missing(reason="none given", why="not-given"), role_assignments=granted)
    assert finding.status is Status.PASS
    assert "may read secrets" in finding.message


def test_the_identity_whose_object_id_was_pasted_is_still_judged() -> None:
    granted = listing(role_assignment("Key Vault Secrets User", ME))
    assert the_finding(values=plan(ADDON.object_id), role_assignments=granted).status is Status.PASS


def test_what_cannot_be_looked_at_is_open() -> None:
    assert the_finding(values=plan(guid(0x999)), role_assignments=listing()).status is Status.UNKNOWN
    assert the_finding(vault=Missing(reason="404", why="failed")).status is Status.UNKNOWN
    assert the_finding(vault=Missing(reason="offline", why="offline")).status is Status.SKIP
    assert the_finding(cluster=Missing(reason="offline", why="offline")).status is Status.SKIP


def test_values_that_could_not_be_read_may_name_another_identity() -> None:
    granted = listing(role_assignment("Key Vault Secrets User", ME))
    refused = Missing(reason="no right to get the release", why="refused")
    assert the_finding(values=refused, role_assignments=granted).status is Status.UNKNOWN
    assert the_finding(values=refused, cluster=OFF).status is Status.SKIP


def test_the_callers_own_policy_is_no_groups() -> None:
    given = vault(rbac=False, policies=[access_policy(guid(0x801), secrets=["all"])])
    assert the_finding(vault=given).status is Status.UNKNOWN
    assert the_finding(vault=given, operator=facts.Operator(object_id=guid(0x801))).status is Status.FAIL
