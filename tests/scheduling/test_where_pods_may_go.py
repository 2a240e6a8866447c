"""Selectors, taints and host ports: which nodes are open to a pod at all."""

import pytest

from preflight.facts import PodSpec
from preflight.facts.kubernetes import (
    Affinity,
    ContainerPort,
    LabelSelector,
    NodeAffinity,
    NodeSelector,
    NodeSelectorTerm,
    SelectorRequirement,
    TemplateContainer,
    Toleration,
)
from preflight.scheduling.fit import AFFINITY_REASON, CORDONED_REASON, TAINT_REASON, barred
from preflight.scheduling.ports import conflict, host_ports, incoming_ports
from preflight.scheduling.prediction import is_targeted
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.selectors import node_matches, pods_match
from preflight.scheduling.taints import daemon_tolerations, tolerates
from preflight.testing import daemon_set, node, pod, priority_class
from preflight.testing.kubernetes import taint, toleration


def wanting(*terms: NodeSelectorTerm) -> PodSpec:
    return PodSpec(affinity=Affinity(node_affinity=NodeAffinity(required=NodeSelector(node_selector_terms=terms))))


def label(key: str, operator: str, *values: str) -> NodeSelectorTerm:
    return NodeSelectorTerm(match_expressions=(SelectorRequirement(key=key, operator=operator, values=values),))


def name(operator: str, *values: str) -> NodeSelectorTerm:
    return NodeSelectorTerm(match_fields=(SelectorRequirement(key="metadata.name", operator=operator, values=values),))


@pytest.mark.parametrize(
    ("terms", "matches"),
    [
        ([label("size", "In", "5")], True),
        ([label("size", "In")], False),
        ([label("type", "NotIn", "virtual-kubelet")], True),
        ([label("size", "Gt", "4")], True),
        ([label("size", "Lt", "5")], False),
        ([label("size", "Gt", "four")], False),
        ([label("word", "Gt", "4")], False),
        ([label("size", "Exists")], True),
        ([label("size", "Exists", "5")], False),
        ([label("size", "DoesNotExist")], False),
        ([label("size", "Equals", "5")], False),
        ([NodeSelectorTerm()], False),
        ([], False),
        ([NodeSelectorTerm(), label("size", "In", "5")], True),
        ([name("In", "n1")], True),
        ([name("In", "n1", "n2")], False),
        ([name("NotIn", "n1")], False),
    ],
)
def test_node_affinity(terms: list[NodeSelectorTerm], matches: bool) -> None:  # noqa: FBT001 - a column of the table
    assert node_matches(wanting(*terms), node("n1", labels={"size": "5", "word": "five"})) is matches


def test_an_absent_or_empty_selector_of_a_budget_matches_nobody() -> None:
    assert not pods_match(None, {"app": "ui"})
    assert not pods_match(LabelSelector(), {"app": "ui"})
    assert pods_match(LabelSelector(match_labels={"app": "ui"}), {"app": "ui"})


@pytest.mark.parametrize(
    ("written", "tainted", "tolerated"),
    [
        ("*", "a=b:NoExecute", True),
        ("a=b:NoSchedule", "a=b:NoSchedule", True),
        ("a=b:NoSchedule", "a=c:NoSchedule", False),
        ("a=b:NoSchedule", "a=b:NoExecute", False),
        ("a:NoSchedule", "a=b:NoSchedule", True),
    ],
)
def test_tolerations(written: str, tainted: str, tolerated: bool) -> None:  # noqa: FBT001 - a column of the table
    assert tolerates([toleration(written)], taint(tainted)) is tolerated


def test_an_operator_behind_a_gate_tolerates_nothing() -> None:
    assert not tolerates([Toleration(key="a", operator="Gt", value="1")], taint("a=5:NoSchedule"))


def test_a_daemon_pod_tolerates_pressure_and_cordons_but_not_not_ready() -> None:
    own = daemon_tolerations(PodSpec())
    assert tolerates(own, taint("node.kubernetes.io/unschedulable:NoSchedule"))
    assert tolerates(own, taint("node.kubernetes.io/not-ready:NoExecute"))
    assert not tolerates(own, taint("node.kubernetes.io/not-ready:NoSchedule"))
    assert not tolerates(own, taint("node.kubernetes.io/network-unavailable:NoSchedule"))
    on_host = daemon_tolerations(PodSpec(host_network=True))
    assert tolerates(on_host, taint("node.kubernetes.io/network-unavailable:NoSchedule"))


def test_who_gets_a_daemon_pod() -> None:
    plain = daemon_set("d", tolerations=(), node_selector={"agentpool": "general"})
    assert is_targeted(plain, node("n"))
    assert is_targeted(plain, node("n", unschedulable=True))
    assert is_targeted(plain, node("n", taints=["a=b:PreferNoSchedule"]))
    assert not is_targeted(plain, node("n", taints=["a=b:NoSchedule"]))
    assert not is_targeted(plain, node("n", pool="data"))


def test_what_bars_a_pod_from_a_node_in_the_scheduler_s_order() -> None:
    spec = pod("p", node_selector={"agentpool": "data"}).spec
    assert barred(spec, node("n", unschedulable=True, taints=["a=b:NoSchedule"])) == CORDONED_REASON
    assert barred(spec, node("n", taints=["a=b:NoSchedule"])) == TAINT_REASON
    assert barred(spec, node("n")) == AFFINITY_REASON
    assert barred(spec, node("n", pool="data")) is None


@pytest.mark.parametrize(
    ("one", "other", "conflicts"),
    [
        (("10.0.0.4", "TCP", 8989), ("10.0.0.5", "TCP", 8989), False),
        (("10.0.0.4", "TCP", 8989), ("0.0.0.0", "TCP", 8989), True),  # noqa: S104 - compared, not listened on
        (("10.0.0.4", "TCP", 8989), ("10.0.0.4", "TCP", 8989), True),
        (("10.0.0.4", "TCP", 8989), ("10.0.0.4", "UDP", 8989), False),
        (("10.0.0.4", "TCP", 8989), ("10.0.0.4", "TCP", 8898), False),
    ],
)
def test_host_ports(one: tuple[str, str, int], other: tuple[str, str, int], conflicts: bool) -> None:  # noqa: FBT001
    assert conflict(frozenset({one}), frozenset({other})) is conflicts
    assert conflict(frozenset({other}), frozenset({one})) is conflicts


def test_host_networking_makes_container_ports_host_ports_of_a_new_pod() -> None:
    listening = (TemplateContainer(name="c", ports=(ContainerPort(container_port=8989),)),)
    spec = PodSpec(containers=listening, init_containers=listening, host_network=True)
    assert incoming_ports(spec) == {("0.0.0.0", "TCP", 8989)}  # noqa: S104 - compared, not listened on
    assert host_ports(spec) == frozenset()


def test_priority_comes_from_the_spec_then_the_class_then_the_default() -> None:
    classes = [priority_class("high-priority-apps"), priority_class("critical-priority-apps")]
    assert incoming_priority(PodSpec(priority=7, priority_class_name="high-priority-apps"), classes).value == 7
    assert incoming_priority(PodSpec(priority_class_name="high-priority-apps"), classes).value == 100_000
    assert incoming_priority(PodSpec(priority_class_name="system-node-critical"), ()).value == 2_000_001_000
    assert incoming_priority(PodSpec(), classes).value == 0
    assert not incoming_priority(PodSpec(preemption_policy="Never"), ()).preempts
