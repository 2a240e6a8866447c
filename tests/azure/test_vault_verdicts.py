"""From the vault's answers, through the real SDK, to the verdict: objects of every kind, and a vault that refuses."""

from typing import Any

import pytest

from checks.frontend_certificate import frontend_certificate
from checks.vault_objects import vault_objects
from preflight import Check, Status
from preflight.testing import header, judge, values
from tests.azure import scene
from tests.azure.conftest import Ask
from tests.azure.replay import Answer, Replay, error

pytestmark = pytest.mark.loopback

NOW = 1_700_000_000
DAY = 24 * 60 * 60
HEADER = header(stage="deploy", collected_at="2023-11-14T22:13:20Z")
OBJECTS = ("fine", "Other-Case", "disabled", "expired", "expires-soon", "not-yet", "deleted", "missing")
PLAN = values(
    "global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-cluedin\n    frontendCrt: Front-End\n"
    "    secretProviderClasses:\n      cluedin-server:\n      - secretName: cluedin-email\n        secretKeys:\n"
    + "".join(f"          key-{name.lower()}: {name}\n" for name in OBJECTS)
)
FACTS = {
    vault_objects: (
        "vault_secrets",
        "vault_certificates",
        "deleted_vault_secrets",
        "deleted_vault_certificates",
    ),
    frontend_certificate: ("vault_secrets", "vault_certificates", "certificate_policies"),
}


def fill(replay: Replay) -> None:
    """Many objects of no interest, and among them those that the values name."""
    origin = replay.origin
    listed = [scene.secret(origin, f"unrelated-{number:04}") for number in range(2000)]
    named: dict[str, dict[str, object]] = {
        "fine": {"exp": NOW + 400 * DAY},
        "OTHER-case": {},
        "disabled": {"enabled": False},
        "expired": {"exp": NOW - DAY},
        "expires-soon": {"exp": NOW + 10 * DAY},
        "not-yet": {"nbf": NOW + 10 * DAY},
    }
    listed[700:700] = [scene.secret(origin, name, **attributes) for name, attributes in named.items()]
    certificate = {"managed": True, "contentType": "application/x-pkcs12"}
    listed.append(scene.secret(origin, "front-end", exp=NOW + 20 * DAY) | certificate)
    replay.put_list("/secrets", listed)
    expires = {"enabled": True, "exp": NOW + 20 * DAY}
    replay.put_list("/certificates", [{"id": f"{origin}/certificates/front-end", "attributes": expires}])
    replay.put_list("/deletedsecrets", [scene.deleted(origin, "secrets", "deleted")])
    replay.put("/certificates/front-end/policy", scene.certificate_policy(origin, "front-end"))


def judged(ask: Ask, check: Check, **patience: Any) -> dict[str, Status]:
    """Object to status; what was not read at all is under the check's id."""
    found = ask(*FACTS[check], values=PLAN, **patience)
    outcome = judge(check, header=HEADER, values=PLAN, **found)
    return {finding.object or check.id: finding.status for finding in outcome.findings}


def test_each_object_gets_the_verdict_that_its_properties_deserve(ask: Ask, replay: Replay) -> None:
    fill(replay)
    said = judged(ask, vault_objects)
    assert said == {
        "vault-secret/disabled": Status.FAIL,
        "vault-secret/deleted": Status.FAIL,
        "vault-secret/missing": Status.FAIL,
        "vault-secret/expired": Status.WARN,
        "vault-secret/expires-soon": Status.WARN,
        "vault-secret/not-yet": Status.WARN,
        "vault-secret/Front-End": Status.WARN,
    }
    # A certificate that renews itself is left alone until fourteen days before.
    front = judged(ask, frontend_certificate)
    assert front["vault-certificate/Front-End"] is Status.PASS
    assert not {path for path in (one.path for one in replay.log) if path.startswith("/secrets/")}


@pytest.mark.parametrize(
    "answer",
    [
        *(
            error(403, "Forbidden", inner=inner)
            for inner in ("ForbiddenByFirewall", "ForbiddenByConnection", "ForbiddenByRbac", "AccessDenied")
        ),
        error(429, "Throttled", Retry_After="3600"),
        error(404, "NotFound"),
        Answer(body={"value": []}, cut=True),
    ],
)
def test_a_vault_that_refuses_or_breaks_off_leaves_everything_open(ask: Ask, replay: Replay, answer: Answer) -> None:
    fill(replay)
    for path in ("/secrets", "/certificates", "/deletedsecrets"):
        replay.script(path, answer)
    assert judged(ask, vault_objects) == {"vault-objects": Status.UNKNOWN}
    assert Status.UNKNOWN in judged(ask, frontend_certificate).values()


def test_a_page_that_fails_is_never_taken_for_the_end(ask: Ask, replay: Replay) -> None:
    fill(replay)
    whole = judged(ask, vault_objects)
    page = {"value": [scene.secret(replay.origin, "fine")], "nextLink": f"{replay.origin}/secrets?$skiptoken=1"}
    replay.script("/secrets", Answer(body=page), error(500, "InternalServerError"))
    assert judged(ask, vault_objects) == {"vault-objects": Status.UNKNOWN} != whole
