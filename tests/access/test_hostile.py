"""Whatever text stands in the facts, an answer comes and nothing breaks."""

from hypothesis import given
from hypothesis import strategies as st

from preflight.access.effective import Evidence
from preflight.access.identities import known_identities
from preflight.access.mistakes import mistakes
from preflight.access.scopes import described
from preflight.access.view import access_view, table
from preflight.facts import (
    AccessPolicy,
    DeniedPrincipal,
    DenyAssignment,
    Permissions,
    RoleAssignment,
    RoleAssignments,
    RoleDefinition,
    RolePermission,
    Vault,
)
from preflight.testing import cluster

words = st.one_of(st.text(max_size=30), st.sampled_from(["", "/", "*", "//", "a/b/c", "\x00", "\u202e", "Group"]))
several = st.lists(words, max_size=3).map(tuple)
permissions = st.builds(RolePermission, data_actions=several, not_data_actions=several, condition=st.none() | words)
assignments = st.builds(
    RoleAssignment,
    id=words,
    scope=words,
    role_definition_id=words,
    principal_id=words,
    principal_type=st.none() | words,
)
definitions = st.builds(RoleDefinition, id=words, name=words, permissions=st.lists(permissions, max_size=2).map(tuple))
principals = st.lists(st.builds(DeniedPrincipal, id=words, type=st.none() | words), max_size=2).map(tuple)
denials = st.builds(
    DenyAssignment,
    id=words,
    scope=words,
    permissions=st.lists(permissions, max_size=2).map(tuple),
    principals=principals,
    exclude_principals=principals,
    do_not_apply_to_child_scopes=st.booleans(),
)
policies = st.builds(
    AccessPolicy, object_id=words, tenant_id=st.none() | words, permissions=st.builds(Permissions, secrets=several)
)
vaults = st.builds(
    Vault,
    id=words,
    name=words,
    tenant_id=st.none() | words,
    enable_rbac_authorization=st.sampled_from([True, False, None]),
    access_policies=st.lists(policies, max_size=3).map(tuple),
)


@given(
    vault=vaults,
    held=st.lists(assignments, max_size=4).map(tuple),
    roles=st.lists(definitions, max_size=3).map(tuple),
    denied=st.lists(denials, max_size=2).map(tuple),
    who=words,
    row=words,
)
def test_an_answer_always_comes(
    vault: Vault,
    held: tuple[RoleAssignment, ...],
    roles: tuple[RoleDefinition, ...],
    denied: tuple[DenyAssignment, ...],
    who: str,
    row: str,
) -> None:
    listing = RoleAssignments(items=held)
    view = access_view(who, (row,), Evidence(vault=vault, assignments=listing, definitions=roles, denials=denied))
    assert all(len(cells) == 6 for cells in view.objects.values())
    assert len(table(view)) >= len(view.objects)
    known = known_identities(cluster(addon=True), None)
    mistakes(known[0], known, vault, listing, roles)


@given(words, words)
def test_every_scope_has_words(scope: str, vault_id: str) -> None:
    assert isinstance(described(scope, vault_id), str)
