import msgspec
import pytest

from preflight.access.effective import Evidence
from preflight.access.view import access_view, object_row, table
from preflight.errors import UsageError
from preflight.facts import RoleAssignments
from preflight.testing import access_policy, guid, role_assignment, role_definitions, vault

ME = guid(1)
OPERATIONS = {"secrets/get", "secrets/list", "certificates/get", "certificates/list", "keys/get", "keys/list"}


def by_secrets_user(*, denials: object = ()) -> Evidence:
    return Evidence(
        vault=vault(),
        assignments=RoleAssignments(items=(role_assignment("Key Vault Secrets User", ME),)),
        definitions=role_definitions(),
        denials=denials if isinstance(denials, tuple) else None,
    )


def test_the_document_is_the_one_of_the_interface() -> None:
    document = msgspec.to_builtins(access_view(ME, ("secrets/a", "certificates/b"), by_secrets_user()))
    assert list(document) == ["principal", "vault", "model", "complete", "objects"]
    assert (document["principal"], document["vault"], document["model"]) == (ME, "kv-cluedin-sample", "rbac")
    assert document["complete"] is False
    assert list(document["objects"]) == ["vault", "secrets/a", "certificates/b"]
    for cells in document["objects"].values():
        assert set(cells) == OPERATIONS
        assert all(set(cell) == {"answer", "by", "why"} for cell in cells.values())
    answers = {operation: cell["answer"] for operation, cell in document["objects"]["secrets/a"].items()}
    assert answers == {
        "secrets/get": "granted",
        "secrets/list": "granted",
        "certificates/get": "refused",
        "certificates/list": "refused",
        "keys/get": "refused",
        "keys/list": "refused",
    }


def test_the_model_of_a_vault_with_policies() -> None:
    evidence = Evidence(vault=vault(rbac=None, policies=[access_policy(ME, secrets=["Get"])]))
    view = access_view(ME, (), evidence)
    assert view.model == "policies"
    assert view.objects["vault"]["secrets/get"].by == f"access policy for {ME}"


def test_without_a_vault_everything_is_open() -> None:
    view = access_view(ME, ("secrets/a",), Evidence())
    assert (view.vault, view.model, view.complete) == (None, None, False)
    assert {cell.answer for cells in view.objects.values() for cell in cells.values()} == {"undecidable"}


def test_the_table_joins_operations_that_are_answered_alike() -> None:
    rows = table(access_view(ME, (), by_secrets_user()))
    assert [row[:3] for row in rows] == [
        ("vault", "secrets/get, secrets/list", "granted"),
        ("vault", "certificates/get, certificates/list", "refused"),
        ("vault", "keys/get, keys/list", "refused"),
    ]
    assert rows[0][3] == "role Key Vault Secrets User at the vault"


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("secret/a", "secrets/a"),
        ("Secrets/A", "secrets/A"),
        ("certificate/web", "certificates/web"),
        ("cert/web", "certificates/web"),
        ("key/k", "keys/k"),
        ("vault-secret/a", "secrets/a"),
        ("vault", "vault"),
    ],
)
def test_objects_as_people_type_them(typed: str, row: str) -> None:
    assert object_row(typed) == row


@pytest.mark.parametrize("typed", ["", "a", "secret/", "secrets/a/b", "storage/a", "/a"])
def test_objects_that_are_none(typed: str) -> None:
    with pytest.raises(UsageError, match="secret/NAME"):
        object_row(typed)
