"""node-resource-pressure: whether Neo4j and Elasticsearch keep their nodes when the add-on arrives."""

from collections.abc import Callable, Iterator

from preflight import Commands, Finding, check, facts, fail, passed, skip, warn
from preflight.scheduling.cures import one_more_node
from preflight.scheduling.databases import database_of
from preflight.scheduling.lowering import lower, reserved
from preflight.scheduling.placement import Placement, place_addon
from preflight.scheduling.pressure import (
    Standing,
    left_of_cpu,
    memory_in_use,
    pressure_evidence,
    standings,
    threats,
    tightness,
)
from preflight.scheduling.wording import amount, plural


@check("node-resource-pressure", group="capacity")
def node_resource_pressure(
    nodes: tuple[facts.Node, ...],
    pods: tuple[facts.Pod, ...],
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    pod_disruption_budgets: tuple[facts.PodDisruptionBudget, ...] | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    persistent_volumes: tuple[facts.PersistentVolume, ...] | None = None,
    cluster: facts.ManagedCluster | None = None,
    pod_metrics: tuple[facts.PodMetrics, ...] | None = None,
    *,
    reserve: float = 2.0,
    usage: float = 95.0,
    newer_requests: bool = False,
) -> Iterator[Finding]:
    """Neo4j and Elasticsearch keep their nodes.

    Both were given nodes of their own, nearly full. The add-on's pods have a higher priority: where cpu, memory or
    slots do not suffice they push the database out, and it may have nowhere to go. It is also judged whether it could
    start again after a restart, what its node reports, and how close memory is. Affinity between pods is not looked at.

    Fix: lower the database's requests by what is missing, or add a node to its pool, before the add-on is enabled.
    Thresholds: `reserve` percent of cpu and memory should stay free, memory in use should stay below `usage` percent;
    `newer_requests` reckons with the add-on's requests since October 2025 instead of the larger older ones.
    """
    placements = place_addon(
        nodes,
        pods,
        daemon_sets=daemon_sets,
        budgets=pod_disruption_budgets,
        claims=persistent_volume_claims,
        volumes=persistent_volumes,
        cluster=cluster,
        requests="newer" if newer_requests else "older",
    )
    found = standings(pods, placements)
    if not found:
        yield skip("no pod of Neo4j or Elasticsearch was found, by label or by name")
        return
    in_use = memory_in_use(pods, pod_metrics) if pod_metrics else {}
    calm = []
    another = one_more_node(placements)
    for standing in found:
        node = standing.node.metadata.name if standing.node else None
        serious = threats(standing)
        slight = tightness(standing, in_use.get(node or ""), reserve=reserve, usage=usage)
        if not (serious or slight):
            calm.append(standing)
            continue
        say = fail if serious and not standing.leaving else warn
        where = f"node/{node}" if node else f"pod/{standing.name}"
        yield say(
            " ".join(serious or slight),
            where,
            _cure(standing, another),
            evidence=pressure_evidence(standing),
            commands=_less(standing, reserve),
        )
    if calm:
        tightest = min(calm, key=left_of_cpu)
        yield passed(
            f"{plural(len(calm), 'pod')} of Neo4j and Elasticsearch keep their nodes; the tightest is {tightest.name} "
            f"with {amount('cpu', left_of_cpu(tightest))} of cpu left ({placements.pair.wording})",
            evidence=pressure_evidence(tightest),
        )


def _less(standing: Standing, reserve: float) -> Commands | None:
    """The command with which the database leaves room for the add-on and the reserve; None where room is not it."""
    placement = standing.placement
    if placement is None or placement.left < 0:
        return None
    by = {name: more for name in ("cpu", "memory") if (more := _scarce(placement, name, reserve)) > 0}
    return lower(standing.pod, by, f"the add-on fits on {placement.name} then, and {reserve:g} % stay free")


def _scarce(placement: Placement, resource: str, reserve: float) -> int:
    has = placement.before.allocatable.get(resource, 0)
    return placement.used_with_addon(resource) + reserved(placement.before, resource, reserve) - has


def _cure(standing: Standing, another: Callable[[Placement], str | None]) -> str:
    placement, database = standing.placement, database_of(standing.pod)
    if placement is None:
        return "add a node that its selector, tolerations and volumes allow"
    options = [f"lower {database}'s {name} request by {amount(name, by)}" for name, by in placement.missing().items()]
    if standing.move and (pool := another(placement)):
        options.append(f"add one node to pool {pool}")
    if standing.move and placement.left < 0:
        options.append("make room as max-pods-headroom says")
    if standing.pressures:
        options.append("free what the node is short of: kubectl describe node tells")
    return ", or ".join(options) or f"lower {database}'s requests or limits, or move other pods off the node"
