from typing import Any

import pytest
from msgspec.structs import replace

from checks.addon_pods import addon_pods
from preflight import Finding, Missing, Status, facts
from preflight.scheduling.addon import DRIVER, PROVIDER, WINDOWS, addon_pair
from preflight.testing import cluster, container, daemon_set, judge, node, pod

PAIR = addon_pair()
NODES = (node("a-0"), node("a-1"))


def pods_of(*daemon_sets: facts.DaemonSet, nodes: tuple[facts.Node, ...] = NODES) -> tuple[facts.Pod, ...]:
    return tuple(
        pod(
            f"{one.metadata.name}-{there.metadata.name}",
            node=there.metadata.name,
            namespace=one.metadata.namespace,
            owner=f"DaemonSet/{one.metadata.name}",
            conditions={"Ready": "True"},
        )
        for one in daemon_sets
        for there in nodes
    )


def findings(**given: Any) -> tuple[Finding, ...]:
    known: dict[str, Any] = {"daemon_sets": PAIR[:2], "nodes": NODES, "pods": pods_of(*PAIR[:2])}
    return judge(addon_pods, stage="verify", **{**known, **given}).findings


def the_finding(**given: Any) -> Finding:
    (finding,) = findings(**given)
    return finding


def version(tag: str) -> tuple[facts.DaemonSet, ...]:
    made = daemon_set(DRIVER, containers=(container("secrets-store", image=f"oss/secrets-store/driver:{tag}"),))
    return (made, daemon_set(PROVIDER, containers=(container("provider-azure-installer"),)))


def test_ready_on_every_node_passes() -> None:
    finding = the_finding()
    assert (finding.status, finding.evidence["nodes"]) == (Status.PASS, 2)


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v1.5.1", "leaves as they are"), ("v1.6.0", "it replaces"), ("latest", "versions below 1.6")],
)
def test_the_image_tells_what_becomes_of_secrets_that_others_made(tag: str, said: str) -> None:
    pair = version(tag)
    assert said in the_finding(daemon_sets=pair, pods=pods_of(*pair)).message


def test_a_node_without_a_ready_pod_fails_by_name_and_reason() -> None:
    ready = pods_of(*PAIR[:2])
    waiting = pod(
        "driver-x", node="a-1", namespace="kube-system", owner=f"DaemonSet/{DRIVER}", waiting="ImagePullBackOff"
    )
    stuck = replace(waiting, status=replace(waiting.status, phase="Pending"))
    kept = tuple(p for p in ready if not (p.spec.node_name == "a-1" and p.metadata.name.startswith(DRIVER)))
    finding = the_finding(pods=(*kept, stuck))
    assert (finding.status, finding.object) == (Status.FAIL, "node/a-1")
    assert "(ImagePullBackOff)" in finding.message
    absent = the_finding(pods=kept)
    assert "(no pod there)" in absent.message


@pytest.mark.parametrize(
    "other",
    [
        node("b-0", conditions={"Ready": "False"}),
        node("b-0", unschedulable=True),
        node("b-0", taints=("ToBeDeletedByClusterAutoscaler:NoSchedule",)),
        node("b-0", created="2026-01-15T08:55:00Z"),
    ],
)
def test_a_node_that_is_new_or_leaves_is_left_out_and_counted(other: facts.Node) -> None:
    finding = the_finding(nodes=(*NODES, other))
    assert (finding.status, finding.evidence["left_out"]) == (Status.PASS, 1)
    assert "1 not judged" in finding.message


def test_a_virtual_node_is_no_node_of_the_addon() -> None:
    assert the_finding(nodes=(*NODES, node("virtual", labels={"type": "virtual-kubelet"}))).status is Status.PASS


def test_a_windows_node_is_judged_by_the_twin() -> None:
    twins = addon_pair(windows=True)
    windows = node("win-0", os="windows")
    everything = (
        *PAIR[:2],
        *(daemon_set(t.metadata.name, containers=t.spec.template.spec.containers) for t in twins[:2]),
    )
    twin = next(one for one in everything if one.metadata.name == DRIVER + WINDOWS)
    targeted = replace(twin, spec=replace(twin.spec, template=twins.driver.spec.template))
    found = findings(daemon_sets=(*PAIR[:2], targeted), nodes=(*NODES, windows))
    assert {finding.object for finding in found} == {"node/win-0"}


def test_before_the_addon_is_on_nothing_is_said_and_after_that_its_absence_fails() -> None:
    assert the_finding(daemon_sets=(), cluster=cluster()).status is Status.SKIP
    assert the_finding(daemon_sets=(), cluster=cluster(addon=True)).status is Status.FAIL


def test_a_driver_without_provider_fails() -> None:
    found = findings(daemon_sets=PAIR[:1])
    assert any("without any Azure provider" in finding.message for finding in found)


def test_without_nodes_or_pods_counts_decide_nothing() -> None:
    refused = Missing(reason="needs list nodes", why="refused")
    assert the_finding(nodes=refused).status is Status.UNKNOWN
    short = daemon_set(DRIVER, containers=(container("secrets-store"),), desired=3, ready=2)
    found = findings(daemon_sets=(short, PAIR[1]), pods=refused)
    assert "ready on 2 of 3 nodes" in found[0].message


def test_only_nodes_that_can_have_the_addon_are_counted() -> None:
    virtual = node("aci", labels={"type": "virtual-kubelet"})
    finding = the_finding(nodes=(*NODES, virtual))
    assert (finding.status, finding.evidence["nodes"], finding.evidence["left_out"]) == (Status.PASS, 2, 0)


def test_without_a_node_to_judge_by_nothing_passes() -> None:
    young = tuple(replace(n, metadata=replace(n.metadata, creation_timestamp="2026-01-15T08:59:00Z")) for n in NODES)
    finding = the_finding(nodes=young, pods=())
    assert (finding.status, finding.message) == (Status.SKIP, "not yet: no node has been there for 10 minutes")
    down = tuple(replace(n, status=replace(n.status, conditions=())) for n in NODES)
    assert the_finding(nodes=down, pods=()).status is Status.UNKNOWN
    assert the_finding(nodes=(*young, *down), pods=()).status is Status.SKIP
