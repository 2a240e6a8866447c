from typing import Any

import pytest
from msgspec.structs import replace

from checks.vault_found import vault_found
from preflight import Finding, Missing, Status, facts
from preflight.model import Target
from preflight.testing import cluster, guid, header, judge, vault
from tests.checks.identity_plan import plan

UNREAD = Missing(reason="no vault of that name in the readable subscriptions", why="failed")
VALUES = plan(guid(1))


def findings(**given: Any) -> tuple[Finding, ...]:
    return judge(vault_found, **{"stage": "deploy", "values": VALUES, "vault": vault(), **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_the_vault_of_the_values_is_found_in_whatever_case() -> None:
    assert the_finding().status is Status.PASS
    assert the_finding(values=plan(guid(1), vault="KV-CluedIn-Sample")).status is Status.PASS


def test_a_vault_of_another_subscription_passes() -> None:
    elsewhere = replace(vault(), id=vault().id.replace("/subscriptions/", "/subscriptions/f"))
    assert the_finding(vault=elsewhere).status is Status.PASS


@pytest.mark.parametrize("name", ["kv", "https://kv-1.vault.azure.net/", "1kv", "kv--1", "kv_1", "a" * 25])
def test_a_name_that_cannot_be_one_fails(name: str) -> None:
    finding = the_finding(values=plan(guid(1), vault=name), vault=UNREAD)
    assert finding.status is Status.FAIL
    assert finding.location is not None


@pytest.mark.parametrize("name", ["", "$kv.name", "<vault>"])
def test_no_name_fails(name: str) -> None:
    assert the_finding(values=plan(guid(1), vault=name), vault=UNREAD).status is Status.FAIL


def test_not_found_is_open_because_names_are_global() -> None:
    finding = the_finding(vault=UNREAD)
    assert finding.status is Status.UNKNOWN
    assert UNREAD.reason in finding.message


def test_a_free_name_fails() -> None:
    free = facts.NameAvailability(name="kv-cluedin-sample", name_available=True)
    assert the_finding(vault=UNREAD, vault_name=free).status is Status.FAIL
    taken = facts.NameAvailability(name="kv-cluedin-sample", name_available=False, reason="AlreadyExists")
    assert the_finding(vault=UNREAD, vault_name=taken).status is Status.UNKNOWN
    another = facts.NameAvailability(name="kv-other", name_available=True)
    assert the_finding(vault=UNREAD, vault_name=another).status is Status.UNKNOWN


def test_a_deleted_vault_fails_with_the_command_that_recovers_it() -> None:
    gone = facts.DeletedVault(name="KV-cluedin-sample", location="westeurope", deletion_date="2026-01-01T00:00:00Z")
    finding = the_finding(vault=UNREAD, deleted_vaults=(gone,))
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    assert finding.commands.bash == ("az keyvault recover --name kv-cluedin-sample --location westeurope",)


def test_another_vault_than_the_named_one_is_no_verdict() -> None:
    assert the_finding(vault=vault("kv-other")).status is Status.UNKNOWN


def test_without_values_the_vault_named_on_the_command_line_counts() -> None:
    none = Missing(reason="none", why="not-given")
    named = header(stage="enable", target=Target(vault="kv-cluedin-sample"))
    assert the_finding(values=none, header=named).status is Status.PASS
    assert the_finding(values=none, vault=Missing(reason="nothing names one", why="not-given")).status is Status.SKIP


@pytest.mark.parametrize(
    ("location", "cloud"), [("usgovvirginia", "AzureUSGovernmentCloud"), ("chinaeast2", "AzureChinaCloud")]
)
def test_a_sovereign_cloud_needs_its_name_in_the_class(location: str, cloud: str) -> None:
    found, failed = sorted(findings(cluster=replace(cluster(), location=location)), key=lambda one: one.status.loudness)
    assert (found.status, failed.status) == (Status.PASS, Status.FAIL)
    assert cloud in (failed.hint or "")


def test_what_cannot_be_asked_offline_is_skipped() -> None:
    assert the_finding(vault=Missing(reason="needs Azure", why="offline")).status is Status.SKIP
