from typing import Any

from msgspec.structs import replace

from checks.addon_conflict import addon_conflict
from preflight import Finding, Missing, Status, facts
from preflight.facts.kubernetes import Annotations, ContainerPort
from preflight.scheduling.addon import PROVIDER, addon_pair
from preflight.testing import class_volume, cluster, container, csi_driver, daemon_set, judge, metadata, node, pod

PAIR = addon_pair()[:2]
READ: dict[str, Any] = {"csi_drivers": (csi_driver(),), "pods": (), "nodes": (node("a"),)}


def findings(*, stage: Any = "deploy", **given: Any) -> tuple[Finding, ...]:
    known = {"daemon_sets": PAIR, "cluster": cluster(addon=True), **READ}
    return judge(addon_conflict, stage=stage, **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def chart(namespace: str = "csi", release: str | None = "csi") -> facts.DaemonSet:
    made = daemon_set("csi-secrets-store", namespace=namespace, containers=(container("secrets-store"),))
    return replace(made, metadata=metadata("csi-secrets-store", namespace, release=release))


def on_ports(name: str, *ports: int, owner: str | None = None) -> facts.Pod:
    opened = tuple(ContainerPort(container_port=port, host_port=port) for port in ports)
    return pod(name, node="a", owner=owner, containers=(replace(container(name), ports=opened),))


def test_the_addon_alone_passes() -> None:
    assert the_finding().status is Status.PASS


def test_a_chart_beside_the_addon_fails_with_the_command() -> None:
    finding = the_finding(daemon_sets=(*PAIR, chart()))
    assert (finding.status, finding.object) == (Status.FAIL, "daemonset/csi/csi-secrets-store")
    assert finding.commands
    assert finding.commands.bash == ("helm uninstall csi -n csi",)


def test_a_chart_alone_fails_only_where_the_addon_is_to_be_enabled() -> None:
    off = cluster()
    assert the_finding(stage="enable", daemon_sets=(chart(),), cluster=off).status is Status.FAIL
    assert the_finding(stage="deploy", daemon_sets=(chart(),), cluster=off).status is Status.PASS


def test_two_charts_fail() -> None:
    found = findings(daemon_sets=(chart(), chart("other", None)), cluster=cluster())
    assert [finding.status for finding in found] == [Status.FAIL, Status.FAIL]


def test_the_drivers_object_owned_by_helm_beside_the_addon_fails() -> None:
    owned = csi_driver()
    owned = replace(owned, metadata=replace(owned.metadata, annotations=Annotations(release_name="csi")))
    assert the_finding(csi_drivers=(owned,)).object == "csidriver/secrets-store.csi.k8s.io"


def test_what_an_uninstallation_left_behind_warns() -> None:
    left = facts.SecretProviderClasses(served=True)
    found = findings(daemon_sets=(), cluster=cluster(), secret_provider_classes=left)
    assert {(finding.status, (finding.object or "").partition("/")[0]) for finding in found} == {
        (Status.WARN, "csidriver"),
        (Status.WARN, "customresourcedefinition"),
    }


def test_nothing_installed_before_enabling_passes() -> None:
    finding = the_finding(stage="enable", daemon_sets=(), cluster=cluster(), csi_drivers=())
    assert finding.status is Status.PASS
    assert "no driver is installed" in finding.message


def test_the_providers_ports_taken_by_another_pod_fail() -> None:
    finding = the_finding(pods=(on_ports("monitor", 8898, 80),))
    assert (finding.status, finding.evidence) == (Status.FAIL, {"ports": [8898]})
    assert the_finding(pods=(on_ports("provider", 8898, owner=f"DaemonSet/{PROVIDER}"),)).status is Status.PASS


def test_only_what_is_on_a_node_and_of_that_protocol_takes_a_port() -> None:
    waiting = replace(on_ports("monitor", 8989), spec=replace(on_ports("monitor", 8989).spec, node_name=None))
    assert the_finding(pods=(waiting,)).status is Status.PASS
    opened = (ContainerPort(container_port=8989, host_port=8989, protocol="UDP"),)
    udp = pod("dns", node="a", containers=(replace(container("dns"), ports=opened),))
    assert the_finding(pods=(udp,)).status is Status.PASS


def test_a_driver_without_its_csidriver_object_fails() -> None:
    finding = the_finding(csi_drivers=())
    assert (finding.status, finding.object) == (Status.FAIL, "csidriver/secrets-store.csi.k8s.io")
    assert "CSIDriver object is missing" in finding.message
    other = replace(csi_driver(), metadata=metadata("disk.csi.azure.com", ""))
    assert the_finding(csi_drivers=(other,)).status is Status.FAIL
    assert the_finding(csi_drivers=(other, csi_driver())).status is Status.PASS


def test_a_pod_on_a_virtual_node_that_mounts_the_vault_fails() -> None:
    virtual = node("aci", labels={"type": "virtual-kubelet"})
    mounts = pod("server", node="aci", volumes=(class_volume("cluedin-server-sync"),))
    assert the_finding(nodes=(virtual,), pods=(mounts,)).status is Status.FAIL
    assert the_finding(nodes=(virtual,), pods=(pod("web", node="aci"),)).status is Status.PASS


def test_what_was_not_read_is_never_a_pass() -> None:
    refused = Missing(reason="needs list pods", why="refused")
    finding = the_finding(pods=refused)
    assert finding.status is Status.UNKNOWN
    assert "needs list pods" in finding.message
