from typing import Any

import pytest
from msgspec.structs import replace

from checks.vault_objects import vault_objects
from preflight import Finding, Missing, Status, facts
from preflight.demo import sample
from preflight.facts import DeletedVaultObject, SecretProviderClasses
from preflight.testing import class_volume, header, judge, judge_snapshot, pod, secret_provider_class, values
from preflight.testing import vault_objects as objects
from tests.checks.identity_plan import ADDON, plan

HEADER = replace(header(stage="deploy"), target=replace(header().target, vault="kv-1"))
PLAN = plan(ADDON.client_id, EmailHost="cluedin-email-host", EmailPassword="cluedin-email-password")
BOTH = objects(["cluedin-email-host", "cluedin-email-password"])


def findings(**given: Any) -> tuple[Finding, ...]:
    return judge(vault_objects, **{"header": HEADER, "values": PLAN, "vault_secrets": BOTH, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def with_host(**changes: Any) -> tuple[facts.VaultObject, ...]:
    return (replace(BOTH[0], **changes), BOTH[1])


def test_all_there_and_enabled_passes() -> None:
    assert (the_finding().status, the_finding().evidence) == (Status.PASS, {"objects": 2})


def test_names_are_compared_without_case() -> None:
    assert the_finding(vault_secrets=objects(["CLUEDIN-Email-Host", "cluedin-email-PASSWORD"])).status is Status.PASS


def test_a_missing_one_fails_with_place_and_command() -> None:
    finding = the_finding(vault_secrets=BOTH[1:])
    assert (finding.status, finding.object) == (Status.FAIL, "vault-secret/cluedin-email-host")
    assert finding.location
    assert finding.commands
    assert finding.commands.bash == ("az keyvault secret set --vault-name kv-1 --name cluedin-email-host --file FILE",)


def test_the_nearest_name_is_offered() -> None:
    finding = the_finding(vault_secrets=(*BOTH[1:], *objects(["Cluedin-emial-host", "other"])))
    assert finding.evidence["near"] == "Cluedin-emial-host"
    assert finding.hint == "upload it, or name Cluedin-emial-host, which is there"


def test_who_does_not_start_is_named_by_pod_or_else_by_workload() -> None:
    assert "it keeps Deployment/cluedin-server from starting" in the_finding(vault_secrets=BOTH[1:]).message
    there = pod("cluedin-server-1", node="n", volumes=(class_volume("cluedin-server-sync"),))
    finding = the_finding(vault_secrets=BOTH[1:], pods=(there,))
    assert finding.evidence["pods"] == ["cluedin-server-1"]


def test_a_deleted_one_fails_and_is_to_be_recovered() -> None:
    gone = DeletedVaultObject(
        name="Cluedin-Email-Host", deleted_date="2026-01-02T03:04:05Z", scheduled_purge_date="2026-04-02T03:04:05Z"
    )
    finding = the_finding(vault_secrets=BOTH[1:], deleted_vault_secrets=(gone,))
    assert "was deleted on 2026-01-02, and will be purged on 2026-04-02" in finding.message
    assert finding.commands
    assert finding.commands.bash == ("az keyvault secret recover --vault-name kv-1 --name cluedin-email-host",)
    recovered = the_finding(deleted_vault_secrets=(gone,))
    assert recovered.status is Status.PASS


def test_a_deleted_certificate_takes_its_secret_along_and_is_recovered_as_one() -> None:
    gone = DeletedVaultObject(name="cluedin-email-host")
    finding = the_finding(vault_secrets=BOTH[1:], deleted_vault_certificates=(gone,), deleted_vault_secrets=(gone,))
    assert finding.commands
    assert "certificate recover" in finding.commands.bash[0]


def test_a_disabled_one_fails() -> None:
    finding = the_finding(vault_secrets=with_host(enabled=False))
    assert finding.status is Status.FAIL
    assert finding.commands
    assert "set-attributes" in finding.commands.bash[0]
    assert the_finding(vault_secrets=with_host(enabled=None)).status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": "2026-01-14T09:00:00Z"}, "expired on 2026-01-14"),
        ({"expires": "2026-02-13T09:00:00Z"}, "expires in 29 days"),
        ({"not_before": "2026-02-01T00:00:00Z"}, "not valid before 2026-02-01"),
    ],
)
def test_dates_warn_because_the_vault_hands_it_out_all_the_same(changes: dict[str, str], said: str) -> None:
    warned, passed = findings(vault_secrets=with_host(**changes))
    assert (warned.status, passed.status) == (Status.WARN, Status.PASS)
    assert said in warned.message


def test_a_distant_expiry_is_no_news_and_the_threshold_counts() -> None:
    later = with_host(expires="2026-02-15T09:00:00Z")
    assert the_finding(vault_secrets=later).status is Status.PASS
    outcome = judge(vault_objects, header=HEADER, values=PLAN, vault_secrets=later, thresholds={"days": 40})
    assert outcome.status is Status.WARN


@pytest.mark.parametrize(("why", "status"), [("refused", Status.UNKNOWN), ("not-yet", Status.SKIP)])
def test_a_listing_that_was_refused_decides_nothing(why: Any, status: Status) -> None:
    missing = Missing(reason="the vault's firewall keeps this machine out", why=why)
    assert the_finding(vault_secrets=missing).status is status


def test_without_values_the_deployed_classes_tell_what_is_needed() -> None:
    made = secret_provider_class("cluedin-server-sync", {"cluedin-email": {"EmailHost": "cluedin-email-host"}})
    classes = SecretProviderClasses(served=True, items=(made,))
    absent = Missing(reason="not given", why="not-given")
    finding = the_finding(values=absent, secret_provider_classes=classes, vault_secrets=())
    assert (finding.status, finding.object) == (Status.FAIL, "vault-secret/cluedin-email-host")


def test_a_certificate_is_right_for_the_front_end() -> None:
    crt = values("global:\n  keyvault:\n    enabled: true\n    frontendCrt: cluedin-pfx\n    keyvaultName: kv-1\n")
    assert the_finding(values=crt, vault_secrets=objects(["cluedin-pfx"], managed=True)).status is Status.PASS
    finding = the_finding(values=crt, vault_secrets=())
    assert finding.message.startswith("the vault has no certificate cluedin-pfx")
    assert finding.commands is None


FRONT = values("global:\n  keyvault:\n    enabled: true\n    frontendCrt: Cluedin-PFX\n    keyvaultName: kv-1\n")


def test_a_listing_of_secrets_that_leaves_certificates_out_does_not_prove_that_one_is_missing() -> None:
    """`az keyvault secret list` shows no secret of a certificate unless `--include-managed` is said."""
    listed = objects(["cluedin-email-host"])
    assert the_finding(values=FRONT, vault_secrets=listed).status is Status.UNKNOWN
    certificates = objects(["cluedin-pfx"])
    assert the_finding(values=FRONT, vault_secrets=listed, vault_certificates=certificates).status is Status.PASS
    assert the_finding(values=FRONT, vault_secrets=listed, vault_certificates=()).status is Status.FAIL
    with_managed = (*listed, *objects(["another-certificate"], managed=True))
    assert the_finding(values=FRONT, vault_secrets=with_managed).status is Status.FAIL


def test_a_certificate_that_only_its_own_listing_shows_is_judged_like_any_other() -> None:
    listed = objects(["cluedin-email-host"])
    (certificate,) = objects(["cluedin-pfx"])
    off = (replace(certificate, enabled=False),)
    finding = the_finding(values=FRONT, vault_secrets=listed, vault_certificates=off)
    assert finding.status is Status.FAIL
    assert finding.commands
    assert finding.commands.bash[0].startswith("az keyvault certificate set-attributes")
    soon = (replace(certificate, expires="2026-01-20T00:00:00Z"),)
    assert findings(values=FRONT, vault_secrets=listed, vault_certificates=soon)[0].status is Status.WARN


def test_nothing_to_fetch_is_a_skip_and_unreadable_values_are_unknown() -> None:
    assert the_finding(values=plan(ADDON.client_id, enabled="false")).status is Status.SKIP
    assert the_finding(values=Missing(reason="x", why="refused")).status is Status.UNKNOWN


def test_the_sample_lacks_the_one_that_its_story_says() -> None:
    failed = [f for f in judge_snapshot(vault_objects, sample("verify")).findings if f.status is Status.FAIL]
    assert [finding.object for finding in failed] == ["vault-secret/cluedin-email-hostport"]
