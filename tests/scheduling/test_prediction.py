"""Fit and preemption on small clusters, where the answer can be seen."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import InputError
from preflight.facts import DaemonSet, Node, Pod, PodDisruptionBudget
from preflight.facts.kubernetes import Container, Quantities
from preflight.scheduling.addon import DRIVER, PROVIDER, addon_pair
from preflight.scheduling.fit import PORTS_REASON
from preflight.scheduling.prediction import Answer, Prediction, predict
from preflight.scheduling.view import nodes_document, nodes_table
from preflight.testing import container, daemon_set, node, pod, pod_disruption_budget
from tests.scheduling.clusters import random_case
from tests.scheduling.test_oracle import as_daemon_set


def one(answers: Prediction, node_name: str = "n") -> Answer:
    (answer,) = answers.nodes[node_name].values()
    return answer


def asking(name: str = "d", cpu: str | None = None) -> DaemonSet:
    return daemon_set(name, containers=[container("c", cpu=cpu)])


def test_equal_still_fits_and_one_more_does_not() -> None:
    there = [pod("a", node="n", cpu="3930m")]
    assert one(predict([node("n", cpu="4")], there, [asking(cpu="70m")])).outcome == "fits"
    refused = one(
        predict([node("n", cpu="4")], [pod("a", node="n", cpu="3930m", priority=2_000_001_000)], [asking(cpu="71m")])
    )
    assert refused.outcome == "pending"
    assert [(s.resource, s.requested, s.used, s.allocatable, s.missing) for s in refused.shortfalls] == [
        ("cpu", 71, 3930, 4000, 1)
    ]


def test_ended_pods_hold_nothing_and_terminating_ones_everything() -> None:
    gone = pod("a", node="n", phase="Succeeded")
    leaving = msgspec.structs.replace(
        pod("b", node="n"),
        metadata=msgspec.structs.replace(pod("b").metadata, deletion_timestamp="2026-06-01T00:00:00Z"),
    )
    answer = one(predict([node("n", pods=1)], [gone, leaving], [asking()]))
    assert (answer.outcome, [v.name for v in answer.terminating]) == ("preempts", ["cluedin/b"])


def test_the_least_important_goes_unless_a_budget_speaks_for_it() -> None:
    there = [pod("a", node="n", priority=10), pod("b", node="n", priority=5), pod("c", node="n", priority=0)]
    labelled = msgspec.structs.replace(
        there[2], metadata=msgspec.structs.replace(there[2].metadata, labels={"app": "c"})
    )
    plain = one(predict([node("n", pods=3)], there, [asking()]))
    spared = one(
        predict(
            [node("n", pods=3)],
            [*there[:2], labelled],
            [asking()],
            budgets=[pod_disruption_budget("keep", match={"app": "c"})],
        )
    )
    assert [v.name for v in plain.victims] == ["cluedin/c"]
    assert [v.name for v in spared.victims] == ["cluedin/b"]
    assert spared.pdb_violations == 0


def test_equals_are_one_of_these() -> None:
    there = [pod("a", node="n"), pod("b", node="n")]
    answer = one(predict([node("n", pods=2)], there, [asking()]))
    assert answer.undecided
    assert len(answer.victims) == 1


def test_more_than_the_whole_node_is_never_worth_a_victim() -> None:
    answer = one(predict([node("n", cpu="1")], [pod("a", node="n")], [asking(cpu="1001m")]))
    assert (answer.outcome, answer.reasons) == ("pending", ("Insufficient cpu",))


def test_who_never_preempts_stays_pending() -> None:
    template = asking()
    spec = msgspec.structs.replace(template.spec.template.spec, preemption_policy="Never")
    patient = msgspec.structs.replace(
        template,
        spec=msgspec.structs.replace(
            template.spec, template=msgspec.structs.replace(template.spec.template, spec=spec)
        ),
    )
    assert one(predict([node("n", pods=1)], [pod("a", node="n")], [patient])).outcome == "pending"


def test_a_running_pod_of_the_daemon_set_is_the_answer() -> None:
    there = pod("d-x", node="n", namespace="kube-system", owner="DaemonSet/d")
    assert one(predict([node("n", pods=1)], [there], [asking()])).outcome == "running"


def test_a_daemon_set_given_twice_arrives_once_and_one_without_a_namespace_is_in_default() -> None:
    there = [pod("a", node="n", cpu="3")]
    nowhere = msgspec.structs.replace(asking(), metadata=msgspec.structs.replace(asking().metadata, namespace=""))
    prediction = predict([node("n", cpu="4")], there, [asking(cpu="700m"), nowhere, asking(cpu="600m")])
    answers = prediction.nodes["n"]
    assert {name: answer.outcome for name, answer in answers.items()} == {"kube-system/d": "fits", "default/d": "fits"}
    assert dict(prediction.after["n"].load.used)["cpu"] == 3600


def test_the_addon_on_a_full_node_in_both_orders() -> None:
    full = [pod("a", node="n", created="2026-01-01T00:00:00Z"), pod("b", node="n", created="2026-01-02T00:00:00Z")]
    pair = addon_pair()
    prediction = predict([node("n", pods=3)], full, [pair.driver, pair.provider])
    assert [answer.outcome for answer in prediction.nodes["n"].values()] == ["fits", "preempts"]
    assert [answer.outcome for answer in prediction.reversed["n"].values()] == ["preempts", "fits"]


def test_a_holder_of_the_provider_s_port_is_pushed_out() -> None:
    port = msgspec.convert({"name": "c", "ports": [{"containerPort": 8989, "hostPort": 8989}]}, Container)
    pair = addon_pair()
    answer = one(predict([node("n")], [pod("a", node="n", containers=[port])], [pair.provider]))
    assert (answer.outcome, answer.reasons) == ("preempts", (PORTS_REASON,))


def test_the_addon_is_not_made_on_virtual_windows_or_foreign_nodes() -> None:
    pair = addon_pair()
    nodes = [node("w", os="windows"), node("v", labels={"type": "virtual-kubelet"}), node("n")]
    prediction = predict(nodes, (), [pair.driver, pair.provider])
    assert {name: answers[DRIVER].targeted for name, answers in prediction.nodes.items()} == {
        "n": True,
        "v": False,
        "w": False,
    }
    twins = addon_pair(windows=True)
    assert one(predict([node("w", os="windows", pods=1)], (), [twins.provider]), "w").outcome == "fits"


def test_running_sizes_win_over_the_assumed_ones() -> None:
    there = [asking(DRIVER, cpu="1m"), asking(PROVIDER, cpu="1m")]
    assert addon_pair(there).source == "running"
    assert addon_pair(there[:1]).source == "older"


def test_the_document_is_plain_and_the_table_starts_with_the_worst() -> None:
    pair = addon_pair()
    there = [pod("a", node="full", created="2026-01-01T00:00:00Z"), pod("b", node="full")]
    nodes = [node("easy", pool="aa"), node("full", pool="zz", pods=2)]
    prediction = predict(nodes, there, [pair.driver, pair.provider])
    document = msgspec.json.decode(msgspec.json.encode(nodes_document(prediction)))
    assert set(document) == {"nodes", "reversed"}
    assert document["nodes"]["full"][DRIVER] == {
        "targeted": True,
        "outcome": "preempts",
        "reasons": ["Too many pods"],
        "victims": ["cluedin/b"],
        "terminating": [],
        "pdb_violations": 0,
        "cleared": [],
        "shortfalls": [{"resource": "pods", "requested": 1, "used": 2, "allocatable": 2}],
    }
    assert [(row.pool, row.node, row.outcome) for row in nodes_table(prediction)] == [
        ("zz", "full", "preempts"),
        ("aa", "easy", "fits"),
    ]


@pytest.mark.parametrize(
    ("nodes", "pods", "named"),
    [
        ([node("n", cpu="much")], [], "node n: not a Kubernetes quantity: 'much'"),
        ([node("n")], [pod("a", node="n", cpu="1x")], "pod cluedin/a: not a Kubernetes quantity: '1x'"),
    ],
)
def test_a_figure_that_is_no_quantity_is_named(nodes: list[Node], pods: list[Pod], named: str) -> None:
    with pytest.raises(InputError, match=named):
        predict(nodes, pods, [asking()])


# --- what holds for every cluster ---

Cluster = tuple[tuple[Node, ...], tuple[Pod, ...], tuple[DaemonSet, ...], tuple[PodDisruptionBudget, ...]]


def cluster(seed: int) -> Cluster:
    case = random_case(seed)
    return (
        msgspec.convert(case["nodes"], tuple[Node, ...]),
        msgspec.convert(case["pods"], tuple[Pod, ...]),
        tuple(map(as_daemon_set, case["incoming"])),
        msgspec.convert(case["pdbs"], tuple[PodDisruptionBudget, ...]),
    )


SEEDS = st.integers(0, 10**6)


@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(seed: int, rng: random.Random) -> None:
    nodes, pods, daemon_sets, budgets = cluster(seed)
    prediction = predict(nodes, pods, daemon_sets, budgets=budgets)
    other_nodes, other_pods = rng.sample(nodes, len(nodes)), rng.sample(pods, len(pods))
    assert predict(other_nodes, other_pods, daemon_sets, budgets=budgets) == prediction


@given(SEEDS)
def test_victims_have_a_lower_priority_and_are_there(seed: int) -> None:
    nodes, pods, daemon_sets, budgets = cluster(seed)
    prediction = predict(nodes, pods, daemon_sets, budgets=budgets)
    for answers in (*prediction.nodes.values(), *prediction.reversed.values()):
        for daemon_set_, answer in zip(daemon_sets, answers.values(), strict=True):
            priority = daemon_set_.spec.template.spec.priority or 0
            assert all(victim.priority < priority for victim in answer.victims)


@given(SEEDS, st.sampled_from(["cpu", "memory", "pods", "ephemeral-storage"]))
def test_more_allocatable_never_makes_a_fitting_pod_unfit(seed: int, resource: str) -> None:
    nodes, pods, daemon_sets, budgets = cluster(seed)
    before = predict(nodes, pods, daemon_sets[:1], budgets=budgets)
    after = predict(tuple(_with_more(n, resource) for n in nodes), pods, daemon_sets[:1], budgets=budgets)
    for name, answers in before.nodes.items():
        for key, answer in answers.items():
            if answer.outcome == "fits":
                assert after.nodes[name][key].outcome == "fits"


@given(SEEDS, st.integers(0, 100))
def test_a_removed_pod_never_adds_a_shortfall(seed: int, which: int) -> None:
    nodes, pods, daemon_sets, budgets = cluster(seed)
    fewer = pods[: which % len(pods)] + pods[which % len(pods) + 1 :]
    before = predict(nodes, pods, daemon_sets[:1], budgets=budgets)
    after = predict(nodes, fewer, daemon_sets[:1], budgets=budgets)
    for name, answers in before.nodes.items():
        for key, answer in answers.items():
            if PORTS_REASON in answer.reasons:
                continue  # a port conflict hides shortfalls, which show once its holder is gone
            assert set(after.nodes[name][key].reasons) <= set(answer.reasons)


@given(SEEDS)
def test_what_is_left_holds_no_more_than_there_is(seed: int) -> None:
    nodes, pods, daemon_sets, budgets = cluster(seed)
    prediction = predict(nodes, pods, daemon_sets, budgets=budgets)
    for name, room in prediction.after.items():
        if any(answer.outcome == "preempts" for answer in prediction.worse[name].values()):
            assert room.load.slots <= room.allocatable["pods"]


def _with_more(given_node: Node, resource: str) -> Node:
    has: Quantities = given_node.status.allocatable
    more = {**has, resource: {"pods": "200", "cpu": "64"}.get(resource, "1Ti")}
    return msgspec.structs.replace(given_node, status=msgspec.structs.replace(given_node.status, allocatable=more))
