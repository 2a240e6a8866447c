"""Every refusal becomes a reason of its own that names the right and the next step, and repeats nobody's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.collect import vault
from preflight.collect.azure.refusals import Answer as Said
from preflight.collect.azure.refusals import client_address, expected_tenant, for_answer
from preflight.facts import Missing
from tests.azure import scene
from tests.azure.conftest import Ask
from tests.azure.replay import TENANT, Answer, Replay, error, refusal

loopback = pytest.mark.loopback

VALUES = scene.values(keyvaultName="kv-cluedin")
CLUSTERS = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters"
OTHER_TENANT = "99999999-0000-4000-8000-000000000009"
HOSTILE = "\x1b[31m##vso[task.setvariable]<script>"


def refused(value: object) -> Missing:
    assert isinstance(value, Missing)
    assert "\n" not in value.reason
    return value


@loopback
def test_a_refused_right_is_named_with_its_scope(ask: Ask, replay: Replay) -> None:
    replay.script(CLUSTERS, refusal("Microsoft.ContainerService/managedClusters/read", CLUSTERS))
    missing = refused(ask("cluster"))
    assert missing.why == "refused"
    assert missing.reason == (
        f"refused: the AKS clusters of subscription {scene.SUBSCRIPTION} needs "
        f"Microsoft.ContainerService/managedClusters/read at {CLUSTERS}"
    )


@loopback
@pytest.mark.parametrize(
    ("answer", "why", "words"),
    [
        (error(403, "AuthorizationFailed"), "refused", "needs Microsoft.ContainerService/managedClusters/read"),
        (error(401, "ExpiredAuthenticationToken"), "refused", "the token has expired; sign in anew: az login"),
        (error(401, "InvalidAuthenticationToken"), "refused", "was not accepted (InvalidAuthenticationToken)"),
        (
            error(
                401,
                "InvalidAuthenticationTokenTenant",
                f"The access token is from the wrong issuer 'https://sts.windows.net/{TENANT}/'. It must match the "
                f"tenant 'https://sts.windows.net/{OTHER_TENANT}/' associated with this subscription. Please use the "
                f"authority (URL) 'https://login.windows.net/{OTHER_TENANT}' to get the token.",
            ),
            "refused",
            f"az login --tenant {OTHER_TENANT}",
        ),
        (error(404, "SubscriptionNotFound"), "failed", "not found: the AKS clusters"),
        (error(429, "Throttled", Retry_After="7"), "failed", "throttling (429); try again in 7 s"),
        (error(500, "InternalServerError"), "failed", "Azure answered 500 (InternalServerError)"),
        (Answer(status=502, text="<html>bad gateway</html>"), "failed", "Azure answered 502"),
        (Answer(text="<html>a proxy's login page</html>"), "failed", "not what Azure documents"),
        (Answer(text="[]"), "failed", "the AKS clusters"),
        (Answer(body={"value": [{"id": "x", "properties": {"agentPoolProfiles": 3}}]}), "failed", "agentPoolProfiles"),
        (Answer(body={"value": []}, cut=True), "failed", "the connection broke off"),
    ],
)
def test_answers_of_resource_manager(ask: Ask, replay: Replay, answer: Answer, why: str, words: str) -> None:
    replay.script(CLUSTERS, answer)
    missing = refused(ask("cluster"))
    assert missing.why == why
    assert words in missing.reason


@loopback
def test_a_slow_answer_is_given_up(ask: Ask, replay: Replay) -> None:
    replay.script(CLUSTERS, Answer(body={"value": []}, delay=1))
    assert "did not come in time" in refused(ask("cluster", read_timeout=0.2)).reason


@loopback
def test_throttling_and_hiccups_are_waited_out_by_the_sdk(ask: Ask, replay: Replay) -> None:
    well = Answer(body={"value": [scene.cluster()]})
    replay.script(CLUSTERS, error(429, "Throttled", Retry_After="1"), error(503, "Busy"), well)
    assert ask("cluster", retries=3).name == "aks-cluedin"
    assert len(replay.asked("/managedclusters")) == 3


@loopback
def test_a_wait_beyond_patience_is_a_reason(ask: Ask, replay: Replay) -> None:
    replay.script(CLUSTERS, error(429, "Throttled", Retry_After="3600"))
    assert "try again in 3600 s" in refused(ask("cluster", retries=3)).reason
    assert len(replay.asked("/managedclusters")) == 1


@loopback
def test_one_refused_fact_costs_only_those_that_need_it(ask: Ask, replay: Replay) -> None:
    listing = f"{scene.VAULT}/providers/Microsoft.Authorization/roleAssignments"
    replay.script(listing, refusal("Microsoft.Authorization/roleAssignments/read", scene.VAULT))
    found = ask("vault", "role_assignments", "role_definitions", "vault_secrets", values=VALUES)
    assert refused(found["role_assignments"]).why == "refused"
    assert "roleAssignments/read" in refused(found["role_definitions"]).reason
    assert found["vault"].name == "kv-cluedin"
    assert len(found["vault_secrets"]) == 2


@loopback
def test_a_link_to_another_server_is_not_followed(ask: Ask, replay: Replay) -> None:
    away = {"value": [], "nextLink": "https://elsewhere.invalid/subscriptions?api-version=1"}
    replay.script("/subscriptions", Answer(body=away))
    replay.script(CLUSTERS, Answer(body=away))
    assert "never makes" in refused(ask("cluster")).reason
    assert refused(ask("vault", values=VALUES))


# --- signing in ---


@loopback
def test_a_refused_sign_in_is_told_by_its_code(ask: Ask, replay: Replay) -> None:
    body = {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret is expired."}
    replay.script(f"/{TENANT}/oauth2/v2.0/token", Answer(status=401, body=body))
    found = ask("cluster", "vault_secrets", "operator", values=VALUES)
    for value in found.values():
        assert refused(value).reason == "no Azure token: the environment (AADSTS7000222); sign in anew with: az login"


# --- the vault ---


@loopback
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(403, "Forbidden", inner="ForbiddenByRbac"), "no role lets operator@example.org list the secrets"),
        (error(403, "Forbidden", inner="AccessDenied"), "no access policy lets operator@example.org list the secrets"),
        (error(403, "Forbidden", inner="ForbiddenByPolicy"), "an access policy of the vault refuses"),
        (
            error(
                403,
                "Forbidden",
                "Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7"
                "\r\nCaller: appid=x\r\nVault: kv-cluedin",
                inner="ForbiddenByFirewall",
            ),
            "keeps this machine out (203.0.113.7)",
        ),
        (error(403, "Forbidden", inner="ForbiddenByConnection"), "takes private connections only"),
        (error(403, "Forbidden", inner="SecretDisabled"), "an object is disabled"),
        (error(403, "Forbidden", inner="SomethingNew"), "refused the secrets of the vault kv-cluedin (SomethingNew)"),
        (error(403, "Forbidden"), "refused the secrets of the vault kv-cluedin (Forbidden)"),
        (error(404, "NotFound"), "not found: the secrets of the vault kv-cluedin"),
        (error(429, "Throttled"), "throttling (429); try again later"),
        (error(401, "Unauthorized", "AKV10000: Request is missing a token"), "our token was not accepted"),
    ],
)
def test_answers_of_a_vault_by_inner_code(ask: Ask, replay: Replay, answer: Answer, words: str) -> None:
    replay.script("/secrets", answer)
    assert words in refused(ask("vault_secrets", values=VALUES)).reason


def test_a_firewall_says_nothing_about_the_cluster() -> None:
    for inner in ("ForbiddenByFirewall", "ForbiddenByConnection"):
        said = Said(status=403, code="Forbidden", inner=inner)
        reason, why = vault.explain_answer(said, what="the secrets of the vault v", right="list")
        assert "cannot be listed from here; this says nothing about the cluster" in reason
        assert why == "refused"


def test_each_inner_code_has_a_sentence_of_its_own() -> None:
    codes = (
        "ForbiddenByRbac",
        "AccessDenied",
        "ForbiddenByPolicy",
        "ForbiddenByFirewall",
        "ForbiddenByConnection",
        "SecretDisabled",
        "Other",
    )
    answers = [Said(status=403, inner=code) for code in codes]
    answers += [Said(status=401, message="AKV10032"), Said(status=401), Said(status=404), Said(status=429)]
    reasons = {vault.explain_answer(answer, what="w", right="r")[0] for answer in answers}
    assert len(reasons) == len(answers)


def test_a_vault_of_another_tenant_names_the_sign_in() -> None:
    found = "found https://sts.windows.net/33333333-0000-4000-8000-000000000003/."
    message = f"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{OTHER_TENANT}/, {found}"
    reason, why = vault.explain_answer(Said(status=401, message=message), what="the secrets of v", right="list")
    assert (why, reason.endswith(f"az login --tenant {OTHER_TENANT}")) == ("refused", True)


def test_of_several_expected_tenants_none_is_guessed() -> None:
    several = (
        f"AKV10032: Expected one of https://sts.windows.net/{TENANT}/, https://sts.windows.net/{OTHER_TENANT}/, found"
    )
    assert expected_tenant(several) is None
    known = vault.explain_answer(Said(status=401, message=several), what="w", right="r", tenant=OTHER_TENANT)
    assert f"az login --tenant {OTHER_TENANT}" in known[0]
    assert "the vault's tenant" in vault.explain_answer(Said(status=401, message=several), what="w", right="r")[0]


@loopback
def test_the_vaults_own_tenant_is_named_where_resource_manager_tells_it(ask: Ask, replay: Replay) -> None:
    replay.put(scene.VAULT, scene.vault(replay.origin, tenantId=OTHER_TENANT))
    replay.script(
        "/secrets", error(401, "Unauthorized", "AKV10032: Invalid issuer.", **{"WWW-Authenticate": "Basic x"})
    )
    assert f"az login --tenant {OTHER_TENANT}" in refused(ask("vault_secrets", values=VALUES)).reason


# --- hostile text ---


@given(st.text(), st.text(), st.sampled_from((400, 401, 403, 404, 409, 418, 429, 500)))
def test_no_text_of_an_answer_is_repeated(message: str, retry_after: str, status: int) -> None:
    quiet = Said(status=status, message="", retry_after=None)
    loud = Said(status=status, message=f"{HOSTILE}{message}", retry_after=HOSTILE + retry_after)
    assert for_answer(loud, what="w", right="r") == for_answer(quiet, what="w", right="r")
    assert vault.explain_answer(loud, what="w", right="r") == vault.explain_answer(quiet, what="w", right="r")


@pytest.mark.parametrize(
    ("message", "address"),
    [
        ("Client address: 203.0.113.7\r\nCaller: x", "203.0.113.7"),
        ("Client address: 2001:db8::1\n", "2001:db8::1"),
        ("Client address: 999.1.1.1", None),
        (f"Client address: {HOSTILE}", None),
        ("", None),
    ],
)
def test_only_an_address_is_taken_from_a_firewalls_message(message: str, address: str | None) -> None:
    assert client_address(message) == address
