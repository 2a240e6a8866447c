"""What comes later: nodes that upgrades and autoscaling make, and the release while it rolls out."""

import msgspec
import pytest

from checks.fresh_node_fit import fresh_node_fit
from checks.max_pods_headroom import max_pods_headroom
from checks.release_fit import release_fit
from preflight import Finding, Missing, Status
from preflight.collect.manifests import read_manifests
from preflight.collect.values import settings_of
from preflight.facts import AgentPool, Header, Manifest, Pod, Release, VirtualNetwork
from preflight.facts.azure import NetworkProfile, Subnet
from preflight.facts.kubernetes import Affinity, DeploymentStrategy, RollingUpdate
from preflight.model import Target
from preflight.scheduling.rollout import surge_of
from preflight.testing import claim_volume, cluster, node, pod, release
from tests.checks.plan import values

POOL = "agentpool"


def said(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.status.value, finding.object) for finding in findings]


def app(name: str, on: str | None = "n", owner: str = "ReplicaSet/app-1", **more: object) -> Pod:
    return pod(name, node=on, owner=owner, **more)  # type: ignore[arg-type]


# --- fresh-node-fit ---


def test_a_pod_that_just_fits_today_and_not_beside_the_addon() -> None:
    daemon = pod(
        "agent", node="n", owner="DaemonSet/agent", namespace="kube-system", cpu="200m", priority=2_000_001_000
    )
    (found,) = fresh_node_fit((node("n", cpu="1"),), (daemon, app("a", cpu="800m")))
    assert said([found]) == [("fail", "pool/general")]
    assert found.evidence["missing"] == {"cpu": 120}
    assert found.hint == "lower its requests by 120m of cpu"


def test_who_may_run_elsewhere_is_not_pinned() -> None:
    nodes = (node("n", cpu="1"), node("m", cpu="4", pool="other"))
    (found,) = fresh_node_fit(nodes, (app("a", cpu="1"),))
    assert said([found]) == [("pass", None)]


def test_what_is_pinned_must_fit_on_as_many_nodes_as_the_pool_may_have() -> None:
    pinned = tuple(app(f"p{number}", cpu="500m", node_selector={POOL: "general"}) for number in range(3))
    (found,) = fresh_node_fit((node("n", cpu="2"),), (*pinned, app("q", cpu="500m", node_selector={POOL: "general"})))
    assert said([found]) == [("fail", "pool/general")]
    growing = cluster(pools=(AgentPool(name="general", enable_auto_scaling=True, count=1, max_count=2),))
    assert said(fresh_node_fit((node("n", cpu="2"),), pinned, cluster=growing)) == [("pass", None)]


def test_pinned_pods_that_must_not_share_a_node_are_placed_apart() -> None:
    rule = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "a"}}}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}

    def shy(name: str, on: str, *, is_shy: bool) -> Pod:
        made = app(name, on, cpu="500m", node_selector={POOL: "general"}, labels={"app": "a"})
        affinity = msgspec.convert({"podAntiAffinity": required}, Affinity) if is_shy else None
        return msgspec.structs.replace(made, spec=msgspec.structs.replace(made.spec, affinity=affinity))

    # With the add-on's 120m the plain one and p1 fit no node together any more, so p1 and p2 would have to.
    nodes = (node("n1", cpu="2"), node("n2", cpu="2"))
    plain = app("plain", "n1", cpu="1400m", node_selector={POOL: "general"})
    for is_shy, status in ((False, "pass"), (True, "warn")):
        pair = (shy("p1", "n1", is_shy=is_shy), shy("p2", "n2", is_shy=is_shy))
        assert [found.status.value for found in fresh_node_fit(nodes, (plain, *pair))] == [status]


@pytest.mark.parametrize(
    ("size", "cpu", "status"),
    [("Standard_E8", "6", "pass"), ("Standard_E8", "9", "fail"), ("Standard_E16", "6", "unknown")],
)
def test_what_waits_for_a_pool_without_nodes_is_measured_by_its_like(size: str, cpu: str, status: str) -> None:
    data = AgentPool(name="data", enable_auto_scaling=True, max_count=2, max_pods=30, vm_size=size)
    tainted = msgspec.structs.replace(data, node_taints=("pool=data:NoSchedule",))
    known = cluster(pools=(AgentPool(name="general", count=1, max_pods=30), tainted))
    there = node("n", cpu="8", labels={"node.kubernetes.io/instance-type": "Standard_E8"})
    waiting = app(
        "neo4j-0", None, "StatefulSet/neo4j", cpu=cpu, node_selector={POOL: "data"}, tolerations=["pool:NoSchedule"]
    )
    found = fresh_node_fit((there,), (waiting,), cluster=known)
    judged = [one for one in found if one.object == "pool/data"]
    assert [one.status.value for one in judged] == ([] if status == "pass" else [status])
    passes = [one.evidence for one in fresh_node_fit((there,), (waiting,), cluster=known) if one.status is Status.PASS]
    assert passes == [{"general": []} | ({"data": ["cluedin/neo4j-0"]} if status == "pass" else {})]
    assert [one.object for one in fresh_node_fit((there,), (), cluster=known)] == [None]


def test_a_pool_at_its_most_with_demand_is_a_warning() -> None:
    growing = cluster(pools=(AgentPool(name="general", enable_auto_scaling=True, count=1, max_count=1),))
    found = fresh_node_fit((node("n"),), (app("a", None),), cluster=growing)
    assert said(found) == [("warn", "pool/general")]


def test_a_pool_that_is_being_emptied_and_nodes_of_no_pool_are_not_judged() -> None:
    alone = node("n", labels={"kubernetes.azure.com/agentpool": "", "agentpool": ""})
    old = node("old", unschedulable=True, cpu="100m")
    assert said(fresh_node_fit((alone, old), (app("a", "old", cpu="1"),))) == [("skip", None)]


def test_an_unread_volume_between_zones_is_unknown() -> None:
    zones = [{"topology.kubernetes.io/zone": f"west-{number}"} for number in (1, 2)]
    nodes = tuple(node(f"n{number}", cpu="1200m", labels=zones[number]) for number in (0, 1))
    both = [app(f"a{number}", "n0", cpu="600m", volumes=[claim_volume("data")]) for number in (0, 1)]
    (found,) = fresh_node_fit(nodes, tuple(both))
    assert found.status is Status.UNKNOWN


@pytest.mark.parametrize(("prefix", "short"), [("10.0.0.0/25", True), ("10.0.0.0/24", False)])
def test_addresses_of_the_subnet(prefix: str, short: bool) -> None:  # noqa: FBT001 - a column of the table
    pools = (AgentPool(name="general", count=4, max_pods=30, vnet_subnet_id="/net/Nodes"),)
    known = msgspec.structs.replace(cluster(pools=pools), network_profile=NetworkProfile(network_plugin="azure"))
    networks = (VirtualNetwork(subnets=(Subnet(id="/net/nodes", name="nodes", address_prefix=prefix),)),)
    found = fresh_node_fit((node("n"),), (), cluster=known, networks=networks)
    assert (("warn", "subnet/nodes") in said(found)) is short


# --- release-fit ---


def plan(*documents: str) -> Manifest:
    return read_manifests([("manifest.yaml", "\n---\n".join(documents).encode())])


def deployment(name: str, *, replicas: int = 1, cpu: str = "1", more: str = "", strategy: str = "") -> str:
    return (
        f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: {name}}}, spec: {{replicas: {replicas}, {strategy}"
        f"template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{{more} "
        f"containers: [{{name: c, resources: {{requests: {{cpu: {cpu}}}}}}}]}}}}}}}}"
    )


FRESH = Release(found=False)


def test_without_a_manifest_it_is_a_skip_and_unread_unknown() -> None:
    assert said(release_fit((node("n"),), ())) == [("skip", None)]
    unread = Missing(reason="refused", why="refused")
    assert said(release_fit((node("n"),), (), unread)) == [("unknown", None)]


# --- release-fit from values and chart facts ---


def version(named: str) -> Header:
    target = Target(chart_version=named)
    return Header(collected_at="2026-01-01T00:00:00Z", tool_version="0", stage="deploy", target=target)


def by_default(text: str = "", *, pods: tuple[Pod, ...] = (), known: Release = FRESH, cpu: str = "32") -> list[Finding]:
    """What it says of values for chart 2.6.0 on two nodes of the size."""
    nodes = tuple(node(name, cpu=cpu, memory="128Gi") for name in ("n", "m"))
    not_given = Missing(reason="no rendered manifest was given", why="not-yet")
    return list(release_fit(nodes, pods, not_given, known, values=values(text), header=version("2.6.0")))


def test_values_that_size_nothing_are_judged_by_the_charts_defaults() -> None:
    (found,) = by_default("global: {}")
    assert found.status is Status.PASS
    assert found.message.startswith("30 workloads fit")
    assert found.message.endswith("by the chart's defaults of 2.6.0")


def test_neo4j_of_the_chart_needs_large_machines() -> None:
    (found,) = by_default(cpu="6")
    assert said([found]) == [("fail", "statefulset/cluedin-neo4j")]
    assert "by the chart's defaults of 2.6.0" in found.message


def test_what_the_values_size_is_unknown_and_the_rest_is_judged() -> None:
    text = "infrastructure:\n  neo4j:\n    resources: {requests: {cpu: 1}}\n"
    (found,) = by_default(text, cpu="6")
    assert said([found]) == [("unknown", "statefulset/cluedin-neo4j")]
    assert (found.location.line if found.location else None, found.hint) == (3, "pass --manifest or --chart")
    assert "29 other workloads would fit without them, by the chart's defaults of 2.6.0" in found.message
    crowded, sized = by_default(text, cpu="2500m")
    assert (crowded.status, sized.status) == (Status.FAIL, Status.UNKNOWN)
    assert "would fit" not in sized.message


def test_pods_larger_than_the_defaults_tell_that_not_all_values_are_given() -> None:
    large = app("cluedin-server-1-x", owner="ReplicaSet/cluedin-server-1", cpu="4")
    (found,) = by_default(pods=(large,), known=release())
    assert said([found]) == [("skip", None)]
    assert "pods of deployment/cluedin-server run" in found.message
    neo4j = app("cluedin-neo4j-0", owner="StatefulSet/cluedin-neo4j", cpu="1")
    assert said(by_default(pods=(neo4j,), known=release(), cpu="6")) == [("skip", None)]


def test_an_upgrade_by_the_defaults_counts_what_runs() -> None:
    same = app("cluedin-server-1-x", owner="ReplicaSet/cluedin-server-1", cpu="500m", memory="2Gi")
    (found,) = by_default(pods=(same,), known=release())
    assert (found.status, found.evidence["extra"]) == (Status.PASS, 29)


def test_deployments_of_the_chart_that_stop_before_they_start_need_no_room_of_their_own() -> None:
    sql = app("cluedin-sqlserver-1-x", owner="ReplicaSet/cluedin-sqlserver-1", cpu="0", memory="0")
    ui = app("cluedin-ui-1-x", owner="ReplicaSet/cluedin-ui-1", cpu="0", memory="0")
    extra = [by_default(pods=pods, known=release())[0].evidence["extra"] for pods in ((), (sql,), (ui,), (sql, ui))]
    assert extra == [30, 29, 30, 29]


def test_no_plan_and_no_facts_are_not_judged_and_a_releases_name_does_not_matter() -> None:
    assert said(release_fit((node("n"),), (), values=values(""), header=version("9.0.0"))) == [("unknown", None)]
    assert said(release_fit((node("n"),), (), values=settings_of({}))) == [("skip", None)]
    assert said(by_default(known=release(name="other"))) == [("pass", None)]


def test_an_upgrade_adds_the_surge_and_an_install_everything() -> None:
    there = (app("cluedin-server-1-x", owner="ReplicaSet/cluedin-server-1", cpu="1"),)
    upgrade = release_fit((node("n"),), there, plan(deployment("cluedin-server")), release())
    install = release_fit((node("n"),), (), plan(deployment("cluedin-server", replicas=3)), FRESH)
    assert [finding.evidence["extra"] for finding in (*upgrade, *install)] == [1, 3]
    assert said([*upgrade, *install]) == [("pass", None), ("pass", None)]


@pytest.mark.parametrize(("known", "status"), [(release(), "warn"), (FRESH, "fail")])
def test_no_room_at_the_peak(known: Release, status: str) -> None:
    there = (app("a-1-x", owner="ReplicaSet/a-1", cpu="1"),)
    planned = plan(deployment("a"), deployment("b"))
    (found,) = release_fit((node("n", cpu="2500m"),), there, planned, known)
    assert said([found]) == [(status, "deployment/b")]
    assert "Insufficient cpu" in found.message


def test_recreate_needs_no_room_of_its_own() -> None:
    there = (app("a-1-x", owner="ReplicaSet/a-1", cpu="1"),)
    planned = plan(deployment("a", strategy="strategy: {type: Recreate}, "))
    assert said(release_fit((node("n", cpu="1200m"),), there, planned, release())) == [("pass", None)]


def test_a_selector_or_toleration_that_matches_no_pool_is_a_failure() -> None:
    tainted = node("data", pool="data", taints=["kubernetes.cluedin.com/pool=data:NoSchedule"])
    wishes = (
        "nodeSelector: {agentpool: data}, "
        "tolerations: [{key: kubernetes.cluedin.com/pool, operator: Equal, value: data-es, effect: NoSchedule}],"
    )
    (found,) = release_fit((node("n"), tainted), (), plan(deployment("elasticsearch", more=wishes)), release())
    assert said([found]) == [("fail", "deployment/elasticsearch")]
    assert "tolerates kubernetes.cluedin.com/pool=data-es" in found.message


def test_a_pod_larger_than_every_node_is_a_failure() -> None:
    (found,) = release_fit((node("n", cpu="4"),), (), plan(deployment("neo4j", cpu="6500m")), FRESH)
    assert said([found]) == [("fail", "deployment/neo4j")]


def test_a_pool_scaled_to_zero_is_measured_by_its_like_or_leaves_it_open() -> None:
    size = {"node.kubernetes.io/instance-type": "Standard_D8s_v5"}
    empty = AgentPool(
        name="burst",
        enable_auto_scaling=True,
        count=0,
        max_count=1,
        max_pods=30,
        vm_size="Standard_D8s_v5",
        node_labels={"pool": "burst"},
        node_taints=("only=burst:NoSchedule",),
    )
    wishes = "nodeSelector: {pool: burst}, tolerations: [{key: only, operator: Exists}],"
    planned, known = plan(deployment("a", more=wishes)), cluster(pools=(empty,))
    (measured,) = release_fit((node("n", labels=size),), (), planned, FRESH, cluster=known)
    (open_,) = release_fit((node("n"),), (), planned, FRESH, cluster=known)
    assert said([measured, open_]) == [("pass", None), ("unknown", "deployment/a")]
    assert measured.evidence["grown"] == ["burst"]


HARD = (
    "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: ["
    "{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: search}}}]}},"
)


def test_pods_that_must_not_share_a_node_need_as_many_nodes() -> None:
    planned = plan(deployment("search", replicas=3, more=HARD))
    nodes = tuple(node(f"n{number}", cpu="8") for number in range(3))
    (found,) = release_fit(nodes[:2], (), planned, FRESH)
    assert (found.status, found.object) == (Status.FAIL, "deployment/search")
    assert "anti-affinity" in found.message
    assert said(release_fit(nodes, (), planned, FRESH)) == [("pass", None)]


EXPORTER = (
    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: exporter}, spec: {template: {spec: {tolerations: "
    "[{operator: Exists}], containers: [{name: c}]}}}}"
)


@pytest.mark.parametrize(("limit", "status"), [(4, "pass"), (3, "fail")])
def test_the_plan_s_exporter_takes_a_slot_on_each_node(limit: int, status: str) -> None:
    nodes = (node("n", pods=limit), node("m", pods=9, taints=["a=b:NoSchedule"]))
    (fresh,) = release_fit(nodes, (), plan(EXPORTER, deployment("server")), FRESH)
    there = tuple(app(f"exporter-{on}", on, "DaemonSet/exporter") for on in ("n", "m"))
    (upgrade,) = release_fit(nodes, there, plan(EXPORTER, deployment("server")), release())
    assert (fresh.status.value, upgrade.status.value) == (status, status)
    assert (fresh.evidence.get("extra"), upgrade.evidence.get("extra")) == (
        (3, 1) if status == "pass" else (None, None)
    )


def test_an_exporter_that_finds_no_slot_is_named() -> None:
    (found,) = release_fit((node("n", pods=2), node("m")), (), plan(EXPORTER), FRESH)
    assert said([found]) == [("fail", "daemonset/exporter")]
    assert "Too many pods" in found.message


def test_a_pool_grows_by_as_many_nodes_as_it_may() -> None:
    growing = cluster(pools=(AgentPool(name="general", enable_auto_scaling=True, count=1, max_count=4),))
    planned = plan(deployment("big", replicas=3, cpu="6"))
    (found,) = release_fit((node("n", cpu="8"),), (app("a", cpu="4"),), planned, FRESH, cluster=growing)
    assert (found.status, found.evidence["grown"]) == (Status.PASS, ["general"])
    (found,) = release_fit(
        (node("n", cpu="8"),),
        (app("a", cpu="4"),),
        plan(deployment("big", replicas=4, cpu="6")),
        FRESH,
        cluster=growing,
    )
    assert found.status is Status.FAIL


def test_pods_of_the_same_name_in_another_namespace_are_not_the_release_s() -> None:
    theirs = tuple(app(f"other-{number}", owner="ReplicaSet/search-1", namespace="other") for number in range(3))
    planned = plan(deployment("search", replicas=3))
    named = Header(collected_at="2026-06-01T00:00:00Z", tool_version="1", stage="deploy")
    at_home = msgspec.structs.replace(named, target=Target(namespace="cluedin"))
    (found,) = release_fit((node("n"),), theirs, planned, header=at_home)
    assert found.evidence["extra"] == 3
    (found,) = release_fit((node("n"),), theirs, planned, header=named)
    assert found.evidence["extra"] == 1


def test_what_the_operator_makes_and_hooks_count() -> None:
    prometheus = "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: p}, spec: {replicas: 2}}"
    annotations = "{helm.sh/hook: 'pre-upgrade,post-install'}"
    hook = f"{{apiVersion: batch/v1, kind: Job, metadata: {{name: h, annotations: {annotations}}}}}"
    test = "{apiVersion: v1, kind: Pod, metadata: {name: t, annotations: {helm.sh/hook: test}}}"
    (found,) = release_fit((node("n"),), (), plan(prometheus, hook, test), FRESH)
    assert found.evidence["extra"] == 3


@pytest.mark.parametrize(
    ("surge", "replicas", "expected"), [(None, 3, 1), (None, 1, 1), ("50%", 3, 2), (2, 3, 2), ("0", 3, 0)]
)
def test_surge(surge: int | str | None, replicas: int, expected: int) -> None:
    assert surge_of(DeploymentStrategy(rolling_update=RollingUpdate(max_surge=surge)), replicas) == expected


@pytest.mark.parametrize(("limit", "status"), [(33, "pass"), (32, "warn")])
def test_what_the_release_adds_at_its_peak_needs_slots(limit: int, status: str) -> None:
    there = tuple(app(f"p{number}") for number in range(25))
    planned = plan(*(deployment(f"d{number}", cpu="10m") for number in range(6)))
    (found,) = max_pods_headroom((node("n", pods=limit),), there, manifest=planned, release=FRESH)
    assert found.status.value == status
    fits = release_fit((node("n", pods=limit),), there, planned, FRESH)
    assert said(fits) == [("pass", None)] if status == "pass" else [("fail", "deployment/d5")]
