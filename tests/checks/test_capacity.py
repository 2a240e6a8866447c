"""The capacity checks on small clusters: numbers, shortfall and cure are exact."""

import msgspec
import pytest

from checks.addon_placement import addon_placement
from checks.max_pods_headroom import max_pods_headroom
from checks.node_resource_pressure import node_resource_pressure
from preflight import Finding, Status
from preflight.demo import sample
from preflight.facts import Pod, PodMetrics
from preflight.facts.azure import AgentPool
from preflight.facts.kubernetes import ContainerMetrics
from preflight.testing import cluster, judge_snapshot, node, pod
from preflight.testing.kubernetes import metadata

NEO4J = {"labels": {"app.kubernetes.io/name": "neo4j"}, "owner": "StatefulSet/cluedin-neo4j"}


def said(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.status.value, finding.object) for finding in findings]


def some(count: int, on: str = "n") -> list[Pod]:
    return [pod(f"p{number}", node=on, owner="ReplicaSet/app") for number in range(count)]


def neo4j(on: str | None = "n", **more: object) -> Pod:
    return pod("cluedin-neo4j-0", node=on, **{**NEO4J, **more})  # type: ignore[arg-type]


# --- max-pods-headroom ---


@pytest.mark.parametrize(
    ("there", "status", "left"), [(26, "pass", 2), (27, "warn", 1), (28, "warn", 0), (29, "fail", -1), (30, "fail", -2)]
)
def test_slots_are_counted_exactly(there: int, status: str, left: int) -> None:
    (found,) = max_pods_headroom((node("n", pods=30),), tuple(some(there)))
    assert (found.status.value, found.evidence["left"]) == (status, left)


def test_a_full_node_whose_victims_fit_elsewhere_is_a_warning() -> None:
    found = max_pods_headroom((node("n", pods=30), node("other", pods=60)), tuple(some(30)))
    assert said(found) == [("warn", "node/n"), ("pass", None)]
    assert "30 of 30 slots used, the add-on needs 2. It does not wait: it pushes out" in found[0].message
    assert "which fits on other" in found[0].message
    assert found[0].hint is not None
    assert "--max-pods 34" in found[0].hint


def test_the_article_s_30_is_not_every_pool_s_limit() -> None:
    (found,) = max_pods_headroom((node("n", pods=50),), tuple(some(49)))
    assert "(the article says 30; this pool has 50)" in found.message


def test_waiting_pods_use_what_looks_free() -> None:
    waiting = [pod(f"w{number}") for number in range(3)]
    (found,) = max_pods_headroom((node("n", pods=30),), (*some(25), *waiting))
    assert found.status is Status.WARN
    assert "3 pods waiting to be scheduled" in found.message


def test_a_pool_whose_limit_azure_sees_otherwise_is_a_warning() -> None:
    known = cluster(pools=(AgentPool(name="general", max_pods=50),))
    (found,) = max_pods_headroom((node("n", pods=30),), (), cluster=known)
    assert found.status is Status.WARN
    assert "Azure says the pool has 50 slots a node" in found.message


def test_without_a_targeted_node_there_is_nothing_to_judge() -> None:
    virtual = node("v", labels={"type": "virtual-kubelet"})
    for check in (max_pods_headroom, addon_placement):
        assert said(check((virtual,), ())) == [("skip", None)]


# --- addon-placement ---


def test_each_node_says_what_becomes_of_both_pods() -> None:
    nodes = (node("full", cpu="1"), node("roomy"))
    found = addon_placement(nodes, (pod("a", node="full", cpu="1", owner="ReplicaSet/a"),))
    assert said(found) == [("warn", "node/full"), ("pass", None)]
    evidence = found[0].evidence
    assert {key: evidence[key] for key in ("driver", "provider", "victims", "homeless")} == {
        "driver": "preempts",
        "provider": "fits",
        "victims": ["cluedin/a"],
        "homeless": [],
    }
    assert evidence["shortfalls"] == [
        {"pod": "driver", "resource": "cpu", "requested": 70, "used": 1000, "allocatable": 1000}
    ]
    assert found[0].hint == "request 120m of cpu less on the node"


def test_the_newer_requests_may_fit_where_the_older_do_not() -> None:
    facts = (node("n", cpu="1"),), (pod("a", node="n", cpu="900m"),)
    assert said(addon_placement(*facts)) == [("fail", "node/n")]
    assert said(addon_placement(*facts, newer_requests=True)) == [("pass", None)]


def test_the_sample_fails() -> None:
    snapshot = sample("enable")
    assert judge_snapshot(addon_placement, snapshot).status is Status.FAIL


# --- node-resource-pressure ---


def test_neo4j_pushed_out_with_numbers_and_cure() -> None:
    facts = (node("n", cpu="7820m"), node("small", cpu="1")), (neo4j(cpu="7760m"),)
    (found,) = node_resource_pressure(*facts)
    assert said([found]) == [("fail", "node/n")]
    assert found.message == (
        "7760m + 120m for the add-on > 7820m cpu. Pushed out: cluedin/cluedin-neo4j-0, which finds no room on the only "
        "other node it may use (Insufficient cpu) and stays Pending."
    )
    assert found.hint == "lower Neo4j's cpu request by 60m"
    assert found.evidence["figure"] == "-60m"
    assert found.evidence["cpu_left"] == -60


def test_another_node_that_would_take_it_is_named_and_it_still_fails() -> None:
    (found,) = node_resource_pressure((node("n", cpu="1"), node("other")), (neo4j(cpu="1"),))
    assert found.status is Status.FAIL
    assert "which fits on other" in found.message


@pytest.mark.parametrize("condition", ["MemoryPressure", "DiskPressure", "PIDPressure"])
def test_pressure_on_its_node_fails(condition: str) -> None:
    (found,) = node_resource_pressure((node("n", conditions={condition: "True"}),), (neo4j(),))
    assert found.status is Status.FAIL
    assert condition in found.message


def test_a_cordoned_node_is_a_warning_though_it_could_not_start_again() -> None:
    (found,) = node_resource_pressure((node("n", unschedulable=True),), (neo4j(),))
    assert found.status is Status.WARN
    assert "could not start here again after a restart (node(s) were unschedulable)" in found.message


def test_neo4j_without_a_node_fails() -> None:
    (found,) = node_resource_pressure((node("n", cpu="1"),), (neo4j(None, cpu="2"),))
    assert said([found]) == [("fail", "pod/cluedin/cluedin-neo4j-0")]


@pytest.mark.parametrize(("cpu", "status"), [("3800m", "pass"), ("3801m", "warn")])
def test_less_than_the_reserve_is_a_warning(cpu: str, status: str) -> None:
    (found,) = node_resource_pressure((node("n", cpu="4"),), (neo4j(cpu=cpu),))
    assert found.status.value == status


def test_its_memory_limit_beside_everybody_s_requests() -> None:
    facts = (node("n", memory="30Gi"),), (neo4j(memory="26Gi", limits={"memory": "30Gi"}),)
    (found,) = node_resource_pressure(*facts)
    assert found.status is Status.WARN
    assert "the node lacks 240Mi" in found.message


def test_memory_in_use_now() -> None:
    nodes, pods = (node("n", memory="10Gi"),), (neo4j(memory="1Gi"),)
    used = PodMetrics(
        metadata=metadata("cluedin-neo4j-0", "cluedin"), containers=(ContainerMetrics(usage={"memory": "9900Mi"}),)
    )
    (found,) = node_resource_pressure(nodes, pods, pod_metrics=(used,))
    assert found.status is Status.WARN
    assert "97 % of the memory is in use now" in found.message


def test_jobs_and_others_are_no_database() -> None:
    job = pod("init-neo4j-job-x", node="n", owner="Job/init-neo4j-job", labels={"app": "neo4j"})
    assert said(node_resource_pressure((node("n"),), (job, *some(2)))) == [("skip", None)]


def test_the_sample_s_neo4j_has_nowhere_to_go_and_says_why() -> None:
    found = judge_snapshot(node_resource_pressure, sample("enable")).findings[0]
    assert (found.status, found.object) == (Status.FAIL, "node/dataneo-0")
    assert "kubernetes.cluedin.com/pool=data-neo" in found.message


def test_the_table_is_given_once() -> None:
    findings = judge_snapshot(addon_placement, sample("enable")).findings
    assert sum("table" in finding.evidence for finding in findings) == 1
    assert msgspec.json.encode(findings)
