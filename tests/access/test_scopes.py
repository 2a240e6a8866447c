import pytest

from preflight.access.scopes import covers, described, last_segment, resource_group, subscription

SUBSCRIPTION = "/subscriptions/7e0d5a2c-0000-4000-8000-000000000001"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/kv1"


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (VAULT.upper(), "the vault"),
        (f"{VAULT}/secrets/Db", "secrets/Db"),
        ("/", "the root"),
        ("/providers/Microsoft.Management/managementGroups/Corp", "management group Corp"),
        (SUBSCRIPTION, "subscription 7e0d5a2c-0000-4000-8000-000000000001"),
        (f"{SUBSCRIPTION}/resourceGroups/RG1/", "resource group RG1"),
        (f"{VAULT}0", f"{VAULT}0"),
    ],
)
def test_a_scope_in_words(scope: str, words: str) -> None:
    assert described(scope, VAULT) == words


def test_the_parts_of_an_id() -> None:
    assert (subscription(VAULT), resource_group(VAULT)) == ("7e0d5a2c-0000-4000-8000-000000000001", "rg1")
    assert (subscription("/"), resource_group(SUBSCRIPTION)) == (None, None)
    assert last_segment("ABC") == "abc"


@pytest.mark.parametrize(("scope", "resource"), [("", VAULT), (" ", VAULT), (VAULT, ""), ("", "")])
def test_nothing_covers_nothing(scope: str, resource: str) -> None:
    assert not covers(scope, resource)
