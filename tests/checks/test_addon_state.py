from typing import Any

import pytest
from msgspec.structs import replace

from checks.addon_state import addon_state
from preflight import Finding, Missing, Status, facts
from preflight.facts.kubernetes import DaemonSetStatus
from preflight.testing import (
    NODE_RESOURCE_GROUP,
    SUBSCRIPTION,
    cluster,
    container,
    csi_driver,
    daemon_set,
    header,
    judge,
)
from tests.checks.identity_plan import OFF, ON

UPGRADING = header(stage="deploy", stages=("deploy", "enable"))


def findings(**given: Any) -> tuple[Finding, ...]:
    return judge(addon_state, **{"locks": (), **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def test_off_is_right_before_enabling_and_the_hint_is_the_command() -> None:
    finding = the_finding(stage="enable", cluster=OFF)
    assert finding.status is Status.PASS
    assert finding.commands is not None
    assert finding.commands.bash[0].startswith(
        "az aks enable-addons --name aks-cluedin-sample --resource-group rg-cluedin"
    )
    assert finding.commands.bash[0].endswith("--addons azure-keyvault-secrets-provider")


def test_a_cluster_without_the_key_is_off_too_and_its_case_does_not_matter() -> None:
    assert the_finding(stage="enable", cluster=replace(OFF, addon_profiles={})).status is Status.PASS
    odd = replace(ON, addon_profiles={"AzureKeyVaultSecretsProvider": next(iter(ON.addon_profiles.values()))})
    assert the_finding(stage="deploy", cluster=odd).status is Status.PASS


@pytest.mark.parametrize("stage", ["deploy", "verify"])
def test_off_fails_from_deploying_on(stage: str) -> None:
    finding = the_finding(stage=stage, cluster=OFF)
    assert finding.status is Status.FAIL
    assert finding.commands is not None
    assert the_finding(stage=stage, cluster=ON).status is Status.PASS


def test_off_warns_where_enabling_comes_first() -> None:
    finding = the_finding(header=UPGRADING, cluster=OFF)
    assert (finding.status, finding.hint) == (Status.WARN, "enable it first, then deploy these values")


def test_a_working_driver_of_ones_own_warns() -> None:
    own = daemon_set("csi-secrets-store", namespace="csi", containers=[container("secrets-store")])
    ready = replace(own, status=DaemonSetStatus(desired_number_scheduled=3, number_ready=3))
    given = {"stage": "deploy", "cluster": OFF, "csi_drivers": (csi_driver(),)}
    assert the_finding(**given, daemon_sets=(ready,)).status is Status.WARN
    broken = replace(own, status=DaemonSetStatus(desired_number_scheduled=3, number_ready=2))
    assert the_finding(**given, daemon_sets=(broken,)).status is Status.FAIL
    assert the_finding(stage="deploy", cluster=OFF, daemon_sets=(ready,)).status is Status.FAIL


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Succeeded", Status.PASS),
        ("succeeded", Status.PASS),
        ("Canceled", Status.PASS),
        ("Failed", Status.WARN),
        ("Updating", Status.FAIL),
        ("Upgrading", Status.FAIL),
        ("Deleting", Status.FAIL),
    ],
)
def test_provisioning_state(state: str, status: Status) -> None:
    outcome = judge(addon_state, stage="enable", cluster=cluster(provisioning_state=state), locks=())
    assert outcome.status is status


def test_a_stopped_cluster_fails() -> None:
    failed, _ = findings(stage="enable", cluster=cluster(power="Stopped"))
    assert failed.status is Status.FAIL
    assert failed.commands is not None
    assert failed.commands.bash[0].startswith("az aks start")


def lock(scope: str, level: str = "ReadOnly") -> facts.Lock:
    return facts.Lock(id=f"{scope}/providers/Microsoft.Authorization/locks/frozen", name="frozen", level=level)


SCOPES = {
    "cluster": OFF.id,
    "group": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-cluedin",
    "group in capitals": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-CLUEDIN",
    "node group": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{NODE_RESOURCE_GROUP}",
    "subscription": f"/subscriptions/{SUBSCRIPTION}",
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_read_only_lock_fails_before_enabling_and_warns_once_it_is_on(scope: str) -> None:
    failed, _ = findings(stage="enable", cluster=OFF, locks=(lock(SCOPES[scope]),))
    assert failed.status is Status.FAIL
    assert failed.commands is not None
    assert "az lock delete --ids" in failed.commands.bash[0]
    warned, _ = findings(stage="deploy", cluster=ON, locks=(lock(SCOPES[scope]),))
    assert warned.status is Status.WARN


def test_other_locks_do_not_matter() -> None:
    elsewhere = lock(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-cluedin2")
    undeletable = lock(OFF.id, "CanNotDelete")
    assert the_finding(stage="enable", cluster=OFF, locks=(elsewhere, undeletable)).status is Status.PASS


def test_locks_that_could_not_be_read_leave_it_open() -> None:
    refused = Missing(reason="no right to read locks", why="refused")
    assert judge(addon_state, stage="enable", cluster=OFF, locks=refused).status is Status.UNKNOWN
    not_given = Missing(reason="not in the given files", why="not-given")
    finding = the_finding(stage="enable", cluster=OFF, locks=not_given)
    assert finding.status is Status.PASS
    assert "locks were not looked at" in finding.message
