"""Where those pushed out can go, and what would change that."""

import msgspec
import pytest

from preflight.facts import ManagedCluster, Node, Pod
from preflight.facts.azure import AgentPool, NetworkProfile
from preflight.facts.kubernetes import (
    ClaimSpec,
    NodeSelector,
    NodeSelectorTerm,
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeSpec,
    SelectorRequirement,
    VolumeNodeAffinity,
)
from preflight.model import Status
from preflight.scheduling.addon import addon_pair
from preflight.scheduling.cures import cost_of_slots, max_pods, one_more_node
from preflight.scheduling.placement import Placement, Placements, place_addon
from preflight.scheduling.pools import leaving
from preflight.scheduling.wording import consequence
from preflight.testing import claim_volume, cluster, container, daemon_set, node, pod
from preflight.testing.kubernetes import metadata

ZONE = "topology.kubernetes.io/zone"


def app(name: str, on: str, **more: object) -> Pod:
    return pod(name, node=on, owner="ReplicaSet/app", **{"cpu": "1", **more})  # type: ignore[arg-type]


def volume(name: str, zone: str) -> PersistentVolume:
    term = NodeSelectorTerm(match_expressions=(SelectorRequirement(key=ZONE, operator="In", values=(zone,)),))
    affinity = VolumeNodeAffinity(required=NodeSelector(node_selector_terms=(term,)))
    return PersistentVolume(metadata=metadata(name), spec=PersistentVolumeSpec(node_affinity=affinity))


def claim(name: str, bound_to: str) -> PersistentVolumeClaim:
    return PersistentVolumeClaim(metadata=metadata(name, "cluedin"), spec=ClaimSpec(volume_name=bound_to))


def placed(placements: Placements, name: str = "full") -> Placement:
    return next(placement for placement in placements.nodes if placement.name == name)


FULL = node("full", cpu="1", pool="general")
ROOMY = node("roomy", cpu="4", pool="general")
TIGHT = node("tight", cpu="500m", pool="general")


def test_a_victim_with_room_elsewhere_is_a_warning() -> None:
    found = placed(place_addon([FULL, ROOMY], [app("a", "full")]))
    assert [(move.fate, move.to) for move in found.moves] == [("moves", "roomy")]
    assert found.verdict is Status.WARN
    assert "which fits on roomy" in consequence(found)


def test_a_victim_without_room_stays_pending_and_fails() -> None:
    found = placed(place_addon([FULL, TIGHT], [app("a", "full")]))
    assert [(move.fate, move.why) for move in found.moves] == [("stuck", "Insufficient cpu")]
    assert found.verdict is Status.FAIL


def test_the_room_of_one_victim_is_not_given_to_the_next() -> None:
    nodes = [FULL, node("full2", cpu="1"), node("one", cpu="1500m")]
    placements = place_addon(nodes, [app("a", "full"), app("b", "full2")])
    assert sorted(move.fate for p in placements.nodes for move in p.moves) == ["moves", "stuck"]


def test_a_victim_that_pushes_out_others_is_judged_by_them() -> None:
    critical = app("a", "full", priority=1000)
    small = app("small", "roomy", cpu="3500m")
    found = placed(place_addon([FULL, ROOMY], [critical, small]))
    (move,) = found.moves
    assert (move.fate, [pushed.fate for pushed in move.chain]) == ("pushes", ["stuck"])
    assert found.verdict is Status.FAIL


@pytest.mark.parametrize(
    ("nodes", "more", "fate", "status"),
    [
        ([FULL, node("arm", cpu="4", architecture="arm64")], {}, "pinned", Status.FAIL),
        ([FULL, node("data", cpu="4", taints=["pool=data:NoSchedule"])], {}, "pinned", Status.FAIL),
        (
            [FULL, node("data", cpu="4", pool="data")],
            {"node_selector": {"agentpool": "general"}},
            "pinned",
            Status.FAIL,
        ),
        ([FULL, node("off", cpu="4", unschedulable=True)], {}, "pinned", Status.FAIL),
        ([FULL, ROOMY], {"owner": "DaemonSet/agent"}, "lost", Status.WARN),
        ([FULL, ROOMY], {"owner": "DaemonSet/agent", "namespace": "kube-system"}, "lost", Status.FAIL),
        ([FULL, ROOMY], {"owner": None}, "lost", Status.FAIL),
        ([FULL, ROOMY], {"owner": "Node/full"}, "lost", Status.WARN),
    ],
)
def test_what_keeps_a_pod_where_it_is(nodes: list[Node], more: dict[str, object], fate: str, status: Status) -> None:
    victim = pod("a", node="full", cpu="1", **{"owner": "ReplicaSet/app", **more})  # type: ignore[arg-type]
    found = placed(place_addon(nodes, [victim]))
    assert [move.fate for move in found.moves] == [fate]
    assert found.verdict is status


@pytest.mark.parametrize(
    ("claims", "volumes", "fate"),
    [
        ([claim("data", "disk")], [volume("disk", "west-1")], "pinned"),
        ([claim("data", "disk")], [volume("disk", "west-2")], "moves"),
        ([claim("data", "")], [], "moves"),
        (None, None, "unsure"),
    ],
)
def test_a_volume_stays_in_its_zone(
    claims: list[PersistentVolumeClaim] | None, volumes: list[PersistentVolume] | None, fate: str
) -> None:
    nodes = [node("full", cpu="1", labels={ZONE: "west-1"}), node("far", cpu="4", labels={ZONE: "west-2"})]
    victim = app("a", "full", volumes=[claim_volume("data")])
    found = placed(place_addon(nodes, [victim], claims=claims, volumes=volumes))
    assert [move.fate for move in found.moves] == [fate]
    assert (found.verdict is Status.UNKNOWN) is (fate == "unsure")


def test_a_pool_that_can_grow_softens_the_verdict() -> None:
    growing = cluster(pools=(AgentPool(name="general", enable_auto_scaling=True, count=1, max_count=2),))
    victims = [app("a", "full", cpu="500m"), app("b", "full", cpu="500m")]
    found = placed(place_addon([FULL], victims, cluster=growing))
    assert [(move.fate, move.to) for move in found.moves] == [("grows", "a new node of pool general")]
    assert found.verdict is Status.WARN


def test_a_node_that_is_leaving_is_a_warning_at_most() -> None:
    cordoned = node("full", cpu="1", unschedulable=True)
    found = placed(place_addon([cordoned], [app("a", "full")]))
    assert (found.verdict, found.leaving) == (Status.WARN, "cordoned")
    assert leaving(node("n", conditions={"Ready": "Unknown"})) == "NotReady"
    assert leaving(node("n", taints=["ToBeDeletedByClusterAutoscaler=1:NoSchedule"])) == "marked for deletion"


def test_windows_nodes_are_judged_by_the_twins() -> None:
    windows = node("win", os="windows", pods=1)
    found = placed(place_addon([windows], [app("a", "win")]), "win")
    assert (found.needed, found.left) == (2, -2)


def test_an_addon_pod_that_finds_no_place_fails() -> None:
    critical = pod("a", node="full", cpu="1", priority=2_000_001_000)
    found = placed(place_addon([FULL], [critical]))
    assert (found.driver.outcome, found.verdict) == ("pending", Status.FAIL)
    assert "stays Pending" in consequence(found)


def test_one_more_node_of_the_right_pool_is_found() -> None:
    victims = [app("a", "full", cpu="500m"), app("b", "full", cpu="500m")]
    placements = place_addon([FULL, node("data", pool="data", taints=["pool=data:NoSchedule"])], victims)
    assert one_more_node(placements)(placed(placements)) == "general"
    too_big = place_addon([FULL], [app("a", "full")])
    assert one_more_node(too_big)(placed(too_big)) is None


def pools(**fields: object) -> ManagedCluster:
    profile = NetworkProfile(network_plugin="azure")
    pool = AgentPool(name="general", **fields)  # type: ignore[arg-type]
    return msgspec.structs.replace(cluster(), agent_pool_profiles=(pool,), network_profile=profile)


@pytest.mark.parametrize(
    ("fields", "pods_there", "expected"),
    [
        ({"mode": "User"}, 29, 33),
        ({"mode": "User"}, 3, 10),
        ({"mode": "System"}, 3, 30),
        ({"mode": "User", "pod_ip_allocation_mode": "StaticBlock"}, 29, 47),
        ({"mode": "User", "os_type": "Windows"}, 120, None),
        ({"mode": "User"}, 247, None),
    ],
)
def test_the_smallest_max_pods(fields: dict[str, object], pods_there: int, expected: int | None) -> None:
    there = [pod(f"p{number}", node="n") for number in range(pods_there)]
    placements = place_addon([node("n", pods=30)], there)
    assert max_pods(placements.nodes, 2, pools(**fields)) == expected


def test_the_smallest_max_pods_by_the_nodes_alone_where_azure_was_not_read() -> None:
    many = [pod(f"p{number}", node="w") for number in range(109)]
    assert max_pods(place_addon([node("w", os="windows", pods=100)], many).nodes, 2, None) is None
    assert max_pods(place_addon([node("w", os="windows", pods=100)], many[:99]).nodes, 2, None) == 103
    few = [pod("p", node="s")]
    assert max_pods(place_addon([node("s", mode="System", pods=2)], few).nodes, 2, None) == 30
    assert max_pods(place_addon([node("s", pods=2)], few).nodes, 2, None) == 10


def test_more_slots_cost_memory_and_addresses() -> None:
    (placement,) = place_addon([node("n", pods=30)], ()).nodes
    cost = "reserves up to 400 MB more of each node's memory and takes 51 addresses of the subnet for each node"
    assert cost_of_slots(50, placement, pools()) == cost
    assert (
        cost_of_slots(50, placement, pools(pod_subnet_id="/pods")) == "reserves up to 400 MB more of each node's memory"
    )


def test_a_running_addon_needs_nothing_more() -> None:
    pair = addon_pair()
    there = [
        pod(f"{d.metadata.name}-x", node="full", namespace="kube-system", owner=f"DaemonSet/{d.metadata.name}")
        for d in (pair.driver, pair.provider)
    ]
    found = placed(place_addon([FULL], there, daemon_sets=[daemon_set("other", containers=[container("c")])]))
    assert (found.needed, found.verdict) == (0, Status.PASS)
