"""Commands that make room: with the numbers that suffice, and followed in the facts they do make it."""

import re

import msgspec
import pytest

from checks.addon_placement import addon_placement
from checks.max_pods_headroom import max_pods_headroom
from checks.node_resource_pressure import node_resource_pressure
from preflight.demo import sample
from preflight.facts import Missing, Node, Pod
from preflight.facts.azure import AgentPool
from preflight.scheduling.cures import grow
from preflight.scheduling.lowering import enough, lower, lower_to_fit, workload_of
from preflight.scheduling.moving import make_room
from preflight.scheduling.placement import place_addon
from preflight.shells import words_of
from preflight.testing import claim_volume, cluster, container, node, pod
from tests.commands.known import complaint, table

NEO4J = {"labels": {"app.kubernetes.io/name": "neo4j"}, "owner": "StatefulSet/cluedin-neo4j"}
HASH = "7d9f8b6c54"


def some(count: int, on: str, cpu: str | None = None) -> list[Pod]:
    return [pod(f"{on}-{n}-{HASH}-x", node=on, owner=f"ReplicaSet/{on}-{n}-{HASH}", cpu=cpu) for n in range(count)]


def rooms_made(nodes: list[Node], pods: list[Pod], **more: int) -> dict[str, list[str]]:
    placements = place_addon(nodes, pods)
    made = make_room(placements, placements.nodes, **more)
    return {name: [*cure.bash] for name, cure in made.items()}


def test_a_full_node_sends_away_what_lacks_and_the_headroom() -> None:
    lines = rooms_made([node("a", pods=30), node("b", pods=60)], some(29, "a"))
    assert lines["a"][0].endswith("then 2 slots of 30 stay free with the add-on")
    assert [words_of(line)[1] for line in lines["a"][1:]] == ["cordon", "delete", "delete", "delete", "uncordon"]
    assert "b" not in lines


def test_without_room_for_all_the_fewest_go_and_without_any_none() -> None:
    beside = some(55, "b")
    lines = rooms_made([node("a", pods=30), node("b", pods=60)], [*some(29, "a"), *beside])
    assert sum("delete pod" in line for line in lines["a"]) == 1
    full = [node("a", pods=30), node("b", pods=60)]
    assert rooms_made(full, [*some(29, "a"), *some(58, "b")]) == {}


def test_where_nothing_can_move_a_pool_gets_a_node() -> None:
    full = [*some(29, "a"), *some(60, "b")]
    nodes = (node("a", pods=30), node("b", pods=60))
    pool = AgentPool(name="general", count=2)
    (first, *_) = addon_placement(nodes, tuple(full), cluster=cluster("aks-1", pools=[pool]))
    assert first.commands
    assert first.commands.bash[0].startswith("az aks nodepool scale --cluster-name aks-1 --name general ")
    assert first.commands.bash[0].endswith(" --node-count 3")
    assert (complaint([*words_of(first.commands.bash[0])][1:], table())) is None
    scales = AgentPool(name="general", count=2, enable_auto_scaling=True, min_count=1, max_count=2)
    grown = grow(cluster("aks-1", pools=[scales]), "general")
    assert grown
    assert grown.bash[0].endswith("--update-cluster-autoscaler --min-count 1 --max-count 3")
    assert complaint([*words_of(grown.bash[0])][1:], table()) is None
    assert grow(cluster("aks-1", pools=[pool]), "other") is None
    assert grow(None, "general") is None


def test_moves_of_several_nodes_do_not_count_on_one_place_twice() -> None:
    nodes = [node("a", pods=30), node("b", pods=30), node("c", pods=10)]
    lines = rooms_made(nodes, [*some(30, "a"), *some(30, "b")])
    moved = sum("delete pod" in line for cure in lines.values() for line in cure)
    assert moved <= 10 - 2


@pytest.mark.parametrize(
    "staying",
    [
        {"owner": "StatefulSet/db"},
        {"owner": "DaemonSet/agent"},
        {"owner": None},
        {"namespace": "kube-system", "owner": f"ReplicaSet/coredns-{HASH}"},
        {"owner": f"ReplicaSet/disk-{HASH}", "volumes": [claim_volume("data")]},
    ],
)
def test_who_stays_where_it_is(staying: dict[str, object]) -> None:
    pods = [pod(f"p{n}", node="a", **staying) for n in range(29)]  # type: ignore[arg-type] # as each case says
    assert rooms_made([node("a", pods=30), node("b", pods=60)], pods) == {}


def test_a_database_asks_for_so_much_less_that_the_reserve_stays_free() -> None:
    nodes = [node("n", cpu="7820m", pods=30)]
    pods = [pod("cluedin-neo4j-0", node="n", cpu="7760m", **NEO4J)]  # type: ignore[arg-type] # two words
    placement = place_addon(nodes, pods).nodes[0]
    assert placement.missing() == {"cpu": 60}
    assert enough(placement) == {"cpu": 60 + 157}
    (_, line) = rooms_made(nodes, pods)["n"]
    assert line == "kubectl set resources statefulset/cluedin-neo4j -n cluedin -c cluedin-neo4j-0 --requests=cpu=7543m"
    (found,) = node_resource_pressure(tuple(nodes), tuple(pods))
    assert found.commands
    assert found.commands.bash[1] == line


def test_commands_of_the_sample_cure_what_they_are_for() -> None:
    before = sample("enable")
    nodes, pods = before.get("nodes"), before.get("pods")
    facts = [before.get(name) for name in ("daemon_sets", "pod_disruption_budgets")]
    assert not any(isinstance(fact, Missing) for fact in facts)
    found = [*addon_placement(nodes, pods, *facts), *max_pods_headroom(nodes, pods, *facts)]
    lines = {line for finding in found if finding.commands for line in finding.commands.bash}
    after = [followed(one, lines) for one in pods]
    for one in ("cluedin-cert-manager", "cluedin-neo4j"):
        assert any(one in line for line in lines)
    cured = [*addon_placement(nodes, tuple(after), *facts), *max_pods_headroom(nodes, tuple(after), *facts)]
    assert {finding.status.value for finding in cured} == {"pass"}


def followed(one: Pod, lines: set[str]) -> Pod:
    """Move the pod where it was deleted, and lower its request where that was set."""
    name = one.metadata.name
    if any(words_of(line)[1:4] == ("delete", "pod", name) for line in lines):
        return msgspec.structs.replace(one, spec=msgspec.structs.replace(one.spec, node_name="general-1"))
    for line in lines:
        wanted = re.search(r"set resources statefulset/(\S+) .* --requests=cpu=(\d+m)$", line)
        if wanted and name == f"{wanted[1]}-0":
            first = one.spec.containers[0]
            requests = {**first.resources.requests, "cpu": wanted[2]}
            less = msgspec.structs.replace(first, resources=msgspec.structs.replace(first.resources, requests=requests))
            return msgspec.structs.replace(one, spec=msgspec.structs.replace(one.spec, containers=(less,)))
    return one


@pytest.mark.parametrize(
    ("owner", "workload"),
    [
        ("StatefulSet/db", "statefulset/db"),
        (f"ReplicaSet/web-app-{HASH}", "deployment/web-app"),
        ("ReplicaSet/by-hand", None),
        ("Job/once", None),
        (None, None),
    ],
)
def test_what_makes_a_pod_anew(owner: str | None, workload: str | None) -> None:
    assert workload_of(pod("p", owner=owner)) == workload


def test_the_largest_container_gives_and_memory_is_told_in_mebibytes() -> None:
    two = [container("main", cpu="1", memory="2Gi"), container("side", cpu="100m", memory="3Gi")]
    cure = lower(pod("p", owner="StatefulSet/db", containers=two), {"cpu": 300, "memory": 2**20 + 1}, "so")
    assert cure is not None
    assert [line.partition(" -c ")[2] for line in cure.bash[1:]] == [
        "main --requests=cpu=700m",
        "side --requests=memory=3070Mi",
    ]
    assert cure.bash[0].startswith("# 300m of cpu, 2Mi of memory less: so; write the same into the values")


@pytest.mark.parametrize("by", [{"cpu": 1000}, {"memory": 1}, {"nvidia.com/gpu": 1}, {}])
def test_no_command_where_it_would_not_do(by: dict[str, int]) -> None:
    assert lower(pod("p", owner="StatefulSet/db", cpu="1"), by, "so") is None


def test_a_waiting_pod_asks_for_what_is_left_unless_that_is_too_little() -> None:
    waiting = pod("p", owner=f"ReplicaSet/web-{HASH}", cpu="2")
    nodes = [node("a", cpu="4"), node("b", cpu="3")]
    cure = lower_to_fit(waiting, nodes, [*some(1, "a", cpu="3"), *some(1, "b", cpu="2900m"), waiting])
    assert cure is not None
    assert cure.bash[1].endswith("deployment/web -n cluedin -c p --requests=cpu=1000m")
    assert lower_to_fit(waiting, nodes, [*some(1, "a", cpu="3900m"), *some(1, "b", cpu="2900m"), waiting]) is None
    assert lower_to_fit(waiting, [], [waiting]) is None
