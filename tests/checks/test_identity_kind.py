from typing import Any

import pytest
from msgspec.structs import replace

from checks.identity_kind import identity_kind
from preflight import Finding, Missing, Status
from preflight.facts.azure import ScaleSetTags
from preflight.testing import agent_pool, cluster, guid, header, judge
from tests.checks.identity_plan import ADDON, KUBELET, OFF, ON, OWN, plan, scale_set

RIGHT = ADDON.client_id or "-"
STRANGER = guid(0x999)


def the_finding(**given: Any) -> Finding:
    (finding,) = judge(identity_kind, **{"stage": "deploy", "cluster": ON, **given}).findings
    return finding


def test_the_client_id_of_the_add_on_passes() -> None:
    finding = the_finding(values=plan(ADDON.client_id))
    assert finding.status is Status.PASS
    assert finding.location is not None
    assert finding.location.line == 4


def test_in_whatever_case() -> None:
    assert the_finding(values=plan((ADDON.client_id or "").upper())).status is Status.PASS


def test_the_object_id_of_the_published_procedure_fails_with_the_right_value() -> None:
    finding = the_finding(values=plan(ADDON.object_id))
    assert finding.status is Status.FAIL
    assert "object id" in finding.message
    assert "Identity not found" in finding.message
    assert RIGHT in (finding.hint or "")
    assert finding.commands is not None
    assert "identity.clientId" in finding.commands.bash[0]
    assert finding.object == "values/global.keyvault.userAssignedIdentityID"


def test_the_resource_id_fails_with_the_right_value() -> None:
    finding = the_finding(values=plan(ADDON.resource_id))
    assert finding.status is Status.FAIL
    assert RIGHT in (finding.hint or "")


def test_the_kubelet_identity_works_and_warns() -> None:
    assert the_finding(values=plan(KUBELET.client_id)).status is Status.WARN


@pytest.mark.parametrize("id", [KUBELET.object_id, guid(0x301)], ids=["kubelet object id", "control plane"])
def test_other_ids_of_the_cluster_fail_and_the_add_on_is_named(id: str) -> None:
    finding = the_finding(values=plan(id))
    assert finding.status is Status.FAIL
    assert RIGHT in (finding.hint or "")


def test_an_identity_of_ones_own_is_judged_by_where_it_is_attached() -> None:
    everywhere = (scale_set("general", OWN.id), scale_set("data", OWN.id, "/other"))
    given = {"values": plan(OWN.client_id), "identities": (OWN,)}
    assert the_finding(**given, scale_sets=everywhere).status is Status.WARN
    partly = the_finding(**given, scale_sets=(*everywhere, scale_set("neo4j", "/other")))
    assert partly.status is Status.FAIL
    assert partly.evidence == {"lacking": ["neo4j"]}
    assert partly.commands is not None
    assert partly.commands.bash[0].startswith("az vmss identity assign --name aks-neo4j-vmss --resource-group MC_rg")
    refused = the_finding(**given, scale_sets=Missing(reason="no right to read scale sets", why="refused"))
    assert refused.status is Status.UNKNOWN
    assert "no right to read scale sets" in refused.message


def test_scale_sets_of_another_cluster_say_nothing() -> None:
    mine = scale_set("general", ADDON.resource_id or "")
    other = scale_set("general", "/other", group="MC_rg_other_westeurope")
    assert the_finding(values=plan(ADDON.client_id), scale_sets=(mine, other)).status is Status.PASS


def test_an_identity_of_ones_own_is_open_where_a_pool_s_scale_set_was_not_read() -> None:
    known = cluster(addon=True, pools=(agent_pool("general"), agent_pool("neo4j")))
    given = {"values": plan(OWN.client_id), "identities": (OWN,), "cluster": known}
    partly = the_finding(**given, scale_sets=(scale_set("general", OWN.id),))
    assert partly.status is Status.UNKNOWN
    assert "neo4j" in partly.message
    every = (scale_set("general", OWN.id), scale_set("neo4j", OWN.id))
    assert the_finding(**given, scale_sets=every).status is Status.WARN


def test_an_identity_of_ones_own_is_judged_before_the_add_on_is_on() -> None:
    finding = the_finding(
        stage="enable",
        cluster=OFF,
        values=plan(OWN.client_id),
        identities=(OWN,),
        scale_sets=(scale_set("general", OWN.id),),
    )
    assert finding.status is Status.WARN


def test_the_object_id_of_ones_own_fails_with_its_client_id() -> None:
    finding = the_finding(cluster=OFF, values=plan(OWN.principal_id), identities=(OWN,))
    assert finding.status is Status.FAIL
    assert (OWN.client_id or "-") in (finding.hint or "")


def test_a_strangers_id_is_open() -> None:
    finding = the_finding(values=plan(STRANGER))
    assert finding.status is Status.UNKNOWN
    assert RIGHT in (finding.hint or "")


@pytest.mark.parametrize("id", [None, "$kvManagedIdentity", "00000000-0000-0000-0000-000000000000", "<client-id>"])
def test_what_was_never_filled_in_is_not_yet_before_enabling_and_fails_from_then_on(id: str | None) -> None:
    assert the_finding(stage="enable", cluster=OFF, values=plan(id)).status is Status.SKIP
    both = header(stage="deploy", stages=("deploy", "enable"))
    assert the_finding(header=both, cluster=OFF, values=plan(id)).status is Status.SKIP
    failed = the_finding(values=plan(id))
    assert failed.status is Status.FAIL
    assert RIGHT in (failed.hint or "")


def test_a_name_is_no_id() -> None:
    assert the_finding(values=plan("azurekeyvaultsecretsprovider-aks")).status is Status.FAIL


def test_without_values_nothing_names_an_identity() -> None:
    assert the_finding().status is Status.SKIP
    assert the_finding(values=plan(ADDON.object_id, enabled="false")).status is Status.SKIP
    assert the_finding(values=Missing(reason="no right to get the release", why="refused")).status is Status.UNKNOWN


def test_without_the_cluster_nothing_is_compared() -> None:
    unread = the_finding(values=plan(ADDON.client_id), cluster=Missing(reason="403", why="refused"))
    assert unread.status is Status.UNKNOWN
    offline = the_finding(values=plan(ADDON.client_id), cluster=Missing(reason="needs Azure", why="offline"))
    assert offline.status is Status.SKIP


def test_where_client_and_object_id_are_one_the_client_id_wins() -> None:
    same = cluster(addon=True, addon_identity=type(ADDON)(client_id=guid(5), object_id=guid(5)))
    assert the_finding(cluster=same, values=plan(guid(5))).status is Status.PASS


def test_even_the_add_ons_identity_fails_where_a_scale_set_provably_lacks_it() -> None:
    attached = scale_set("general", ADDON.resource_id or "")
    assert the_finding(values=plan(ADDON.client_id), scale_sets=(attached,)).status is Status.PASS
    finding = the_finding(values=plan(ADDON.client_id), scale_sets=(attached, scale_set("new", "/other")))
    assert (finding.status, finding.evidence) == (Status.FAIL, {"lacking": ["new"]})


def test_scale_sets_that_are_no_node_pools_do_not_count() -> None:
    other = replace(scale_set("x"), tags=ScaleSetTags())
    attached = scale_set("general", ADDON.resource_id or "")
    assert the_finding(values=plan(ADDON.client_id), scale_sets=(other, attached)).status is Status.PASS
