import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.akv_naming import akv_naming
from preflight import facts
from preflight.sync import naming
from tests.checks.plan import keyvault, one_secret, recorded, said

ENTRY = "global.keyvault.secretProviderClasses.cluedin-server[0]"


@pytest.mark.parametrize("name", ["article-block", "akv-sync-sample", "sample-with-rabbit-volumes-kept"])
def test_the_article_and_the_sample_pass_as_they_are(name: str) -> None:
    assert [status for status, *_ in said(akv_naming(recorded(name)))] == ["pass"]


@pytest.mark.parametrize("name", ["kv", "k" * 25, "1kv", "kv-", "kv--a", "kv_a", "https://kv-a.vault.azure.net"])
def test_vault_names(name: str) -> None:
    found = akv_naming(keyvault(f"    frontendCrt: cluedin-crt\n    keyvaultName: {name}\n"))
    assert said(found) == [("fail", "global.keyvault.keyvaultName", 8)]
    assert found[0].message.startswith("Not legal: ")


@pytest.mark.parametrize("name", ["a_b", "a.b", "a b", "a" * 128, "NEO4J_AUTH"])
def test_object_names(name: str) -> None:
    found = said(akv_naming(one_secret(f"{{secretName: s, secretKeys: {{password: '{name}'}}}}")))
    assert found == [("fail", f"{ENTRY}.secretKeys.password", 9)]


@pytest.mark.parametrize("name", ["Upper", "a_b", "-a", "a-", "a..b", "a" * 254])
def test_secret_names(name: str) -> None:
    found = said(akv_naming(one_secret(f"{{secretName: {name}, secretKeys: {{password: cluedin-password}}}}")))
    assert found == [("fail", f"{ENTRY}.secretName", 9)]


@pytest.mark.parametrize("key", ["a b", "..", "a/b", "ä"])
def test_keys(key: str) -> None:
    (status, path, line) = said(akv_naming(one_secret(f"{{secretName: s, secretKeys: {{'{key}': cluedin-x}}}}")))[0]
    assert (status, line) == ("fail", 9)
    assert key in path


@pytest.mark.parametrize("key", ["Cluedin-Server", "a_b", "cluedin-frontend-crt"])
def test_class_names(key: str) -> None:
    entry = "- {secretName: s, secretKeys: {password: cluedin-password}}"
    below = f"    secretProviderClasses:\n      {key}:\n      {entry}\n"
    assert said(akv_naming(keyvault(below))) == [("fail", f"global.keyvault.secretProviderClasses.{key}", 8)]


def test_the_frontend_secret_is_reserved() -> None:
    found = said(akv_naming(one_secret("{secretName: cluedin-frontend-crt, secretKeys: {password: cluedin-password}}")))
    assert found == [("fail", f"{ENTRY}.secretName", 9)]


def test_a_pasted_password_is_refused_and_not_repeated() -> None:
    found = akv_naming(one_secret("{secretName: s, secretKeys: {password: 'S3cr*t!%pasted'}}"))
    assert said(found) == [("fail", f"{ENTRY}.secretKeys.password", 9)]
    assert "pasted" not in repr(found)


@pytest.mark.parametrize(
    "keys",
    [
        "{password: kv-login-password, username: kv-login-username}",
        "{password: cluedin-a-password, username: cluedin-b-username}",
        "{password: cluedin-password, username: cluedin-username}",
        "{password: cluedin-login-username, username: cluedin-login-password}",
        "{password: cluedin-login-username}",
        "{password: cluedin-login-password, username: cluedin-login-password}",
        "{password: cluedin-login-one, username: cluedin-login-two}",
        "{password: cluedinlogin-password}",
    ],
)
def test_one_warning_per_secret_with_the_expected_names(keys: str) -> None:
    (finding,) = akv_naming(one_secret(f"{{secretName: cluedin-login-details, secretKeys: {keys}}}"))
    assert said([finding]) == [("warn", ENTRY, 9)]
    assert finding.message.startswith("Not the convention: ")
    assert "password: cluedin-login-password" in (finding.hint or "")


def test_an_empty_prefix_turns_that_part_off() -> None:
    values = one_secret("{secretName: s, secretKeys: {password: acme-login-password, username: acme-login-username}}")
    assert [status for status, *_ in said(akv_naming(values, prefix=""))] == ["pass"]


def test_tls_keys_share_their_object() -> None:
    keys = "secretKeys: {tls.crt: cluedin-crt, tls.key: cluedin-crt}"
    entry = f"{{secretName: s, secretType: kubernetes.io/tls, objectName: cluedin-crt, {keys}}}"
    assert [status for status, *_ in said(akv_naming(one_secret(entry)))] == ["pass"]


def test_a_name_one_letter_from_one_in_the_vault_is_probably_a_typing_error() -> None:
    values = one_secret("{secretName: s, secretKeys: {password: cluedin-pasword, token: cluedin-token-1}}")
    vault = (facts.VaultObject(name="cluedin-password"), facts.VaultObject(name="cluedin-token-2"))
    found = [finding for finding in akv_naming(values, vault) if "one letter" in finding.message]
    assert said(found) == [("warn", f"{ENTRY}.secretKeys.password", 9)]


@given(st.text(max_size=20), st.text(max_size=20))
def test_one_letter_apart_is_symmetric_and_never_of_itself(one: str, other: str) -> None:
    assert naming.one_letter_apart(one, other) == naming.one_letter_apart(other, one)
    assert not naming.one_letter_apart(one, one)


@given(st.text(max_size=300))
def test_any_text_is_judged_by_every_rule(name: str) -> None:
    for fault in (naming.vault_fault, naming.object_fault, naming.subdomain_fault, naming.key_fault):
        why = fault(name)
        assert why is None or "\n" not in why
