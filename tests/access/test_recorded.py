"""Recorded answers of Azure: no identity value is asserted on, because the recorders scrubbed many."""

import json
from typing import Any

import pytest

from preflight.access.effective import Evidence, Question, evaluate
from preflight.access.policies import model
from preflight.collect.shapes import decode, decode_all
from preflight.facts import RoleAssignment, RoleAssignments, RoleDefinition, Vault
from tests.data import data_path


def recorded(name: str) -> Any:
    return json.loads(data_path(f"azure/{name}.json").read_text(encoding="utf-8"))


def may_get(principal: str, evidence: Evidence) -> str:
    return evaluate(Question(principal=principal, operation="secrets/get"), evidence).answer


@pytest.mark.parametrize(
    "name",
    [
        "vault-networkacls-deny-rbac-false",
        "vault-one-policy",
        "vault-one-policy-registering-dns",
        "vault-zero-policies",
    ],
)
def test_every_recorded_vault_goes_by_policies(name: str) -> None:
    assert model(decode(recorded(name), Vault)) == "policies"


def test_policies_as_azure_writes_them() -> None:
    vault = decode(recorded("vault-networkacls-deny-rbac-false"), Vault)
    for policy in vault.access_policies:
        assert may_get(policy.object_id, Evidence(vault=vault)) == "granted"
    # One of these policies may be a group's.
    assert may_get("11111111-0000-4000-8000-000000000000", Evidence(vault=vault)) == "undecidable"


def test_a_compound_policy_by_its_shape_grants_nothing() -> None:
    vault = decode(recorded("vault-one-policy"), Vault)
    (policy,) = vault.access_policies
    assert policy.application_id
    assert may_get(policy.object_id, Evidence(vault=vault)) == "refused"


def test_an_empty_list_of_policies_refuses_everybody() -> None:
    vault = decode(recorded("vault-zero-policies"), Vault)
    assert may_get("11111111-0000-4000-8000-000000000000", Evidence(vault=vault)) == "refused"


def test_a_real_page_of_assignments_gives_nobody_data_access_by_control_plane_roles() -> None:
    assignments = decode_all(recorded("role-assignments-list-a"), RoleAssignment)
    definitions = decode_all(recorded("role-definitions-a"), RoleDefinition)
    assert all(len(role.permissions) == 1 for role in definitions)
    scope = next(entry.scope for entry in assignments if entry.scope.lower().startswith("/subscriptions/"))
    vault = Vault(
        id="/".join(scope.split("/")[:3]) + "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv",
        name="kv",
        enable_rbac_authorization=True,
    )
    evidence = Evidence(vault=vault, assignments=RoleAssignments(items=assignments), definitions=definitions)
    owners = {
        entry.principal_id
        for entry in assignments
        if entry.role_definition_id.endswith("8e3af657-a8ff-443c-a75c-2fe8c4bcb635")
    }
    assert owners
    assert {may_get(owner, evidence) for owner in owners} <= {"refused", "undecidable"}
