from typing import Any

from checks.identity_tenant import identity_tenant
from preflight import Finding, Missing, Status
from preflight.testing import TENANT, cluster, guid, judge, managed_identity, vault
from tests.checks.identity_plan import ADDON, OFF, ON, OWN, plan

FOREIGN = guid(0xBB)


def the_finding(**given: Any) -> Finding:
    known = {"stage": "deploy", "cluster": ON, "vault": vault(), "values": plan(ADDON.client_id)}
    (finding,) = judge(identity_tenant, **{**known, **given}).findings
    return finding


def test_one_tenant_passes_in_whatever_case() -> None:
    assert the_finding(vault=vault(tenant=TENANT.upper())).status is Status.PASS


def test_a_vault_of_another_tenant_fails() -> None:
    finding = the_finding(vault=vault(tenant=FOREIGN), values=plan(ADDON.client_id, tenant=FOREIGN))
    assert finding.status is Status.FAIL
    assert finding.evidence == {"vault_tenant": FOREIGN, "identity_tenant": TENANT}
    assert "AKV10032" in finding.message


def test_before_the_add_on_is_on_the_clusters_tenant_is_the_one_to_come() -> None:
    given = {"stage": "enable", "cluster": OFF, "values": plan("$kvManagedIdentity", tenant=FOREIGN)}
    assert the_finding(**given, vault=vault(tenant=FOREIGN)).status is Status.FAIL


def test_an_identity_of_ones_own_brings_its_own_tenant() -> None:
    foreign = managed_identity("id-cluedin", 0x400, tenant=FOREIGN)
    given = {"values": plan(OWN.client_id, tenant=FOREIGN), "vault": vault(tenant=FOREIGN)}
    assert the_finding(**given, identities=(foreign,)).status is Status.PASS
    assert the_finding(**given, identities=(OWN,)).status is Status.FAIL


def test_the_values_tenant_may_not_be_empty_and_ought_to_be_the_vaults() -> None:
    empty = the_finding(values=plan(ADDON.client_id, tenant=""))
    assert (empty.status, empty.hint) == (Status.FAIL, f"set it to {TENANT}")
    assert the_finding(values=plan(ADDON.client_id, tenant="$tenantId")).status is Status.FAIL
    other = the_finding(values=plan(ADDON.client_id, tenant=FOREIGN))
    assert (other.status, other.object) == (Status.WARN, "values/global.keyvault.tenantId")


def test_without_values_vault_and_cluster_are_compared() -> None:
    assert the_finding(values=Missing(reason="none", why="not-given")).status is Status.PASS


def test_what_was_not_read_is_open() -> None:
    assert the_finding(vault=Missing(reason="403", why="refused")).status is Status.UNKNOWN
    assert the_finding(vault=Missing(reason="offline", why="offline")).status is Status.SKIP
    assert the_finding(cluster=Missing(reason="403", why="refused")).status is Status.UNKNOWN
    assert the_finding(cluster=cluster(addon=True, tenant="")).status is Status.UNKNOWN
