"""addon-placement: what the scheduler will do with the add-on's driver and provider on every node."""

from collections.abc import Callable, Iterator

from preflight import Finding, Status, check, facts, fail, passed, skip, unknown, warn
from preflight.scheduling.cures import grow, one_more_node
from preflight.scheduling.moving import make_room
from preflight.scheduling.placement import Placement, place_addon
from preflight.scheduling.wording import amount, consequence, fit_table, plural, too_much, verdict_evidence

_SAY = {Status.FAIL: fail, Status.WARN: warn, Status.UNKNOWN: unknown}


@check("addon-placement", group="capacity")
def addon_placement(
    nodes: tuple[facts.Node, ...],
    pods: tuple[facts.Pod, ...],
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    pod_disruption_budgets: tuple[facts.PodDisruptionBudget, ...] | None = None,
    priority_classes: tuple[facts.PriorityClass, ...] | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    persistent_volumes: tuple[facts.PersistentVolume, ...] | None = None,
    cluster: facts.ManagedCluster | None = None,
    *,
    newer_requests: bool = False,
) -> Iterator[Finding]:
    """The add-on's pods fit on every node.

    Computed as kube-scheduler decides: requests, slots, host ports 8989 and 8898, taints, preemption with disruption
    budgets, both orders of arrival. The add-on's pods are node-critical: without room they push others out, and what
    counts is whether those have somewhere to go, by selectors, taints, architecture, volumes, room, and what pods
    require of each other (affinity, anti-affinity, spread). Pinned pods stay Pending. A cordoned, NotReady or leaving
    node is a warning at most.

    Fix: make room on the node, or add one that those pushed out can use, before the add-on is enabled; show nodes tells
    more. The threshold `newer_requests` reckons with the add-on's requests since October 2025 instead of the older,
    larger ones; a running add-on's own are used where it runs.
    """
    placements = place_addon(
        nodes,
        pods,
        daemon_sets=daemon_sets,
        budgets=pod_disruption_budgets,
        priority_classes=priority_classes,
        claims=persistent_volume_claims,
        volumes=persistent_volumes,
        cluster=cluster,
        requests="newer" if newer_requests else "older",
    )
    if not placements.nodes:
        yield skip("the add-on targets none of the nodes")
        return
    statuses = {placement.name: placement.verdict for placement in placements.nodes}
    table = {"table": fit_table(placements.nodes, statuses)}
    problems = [p for p in placements.nodes if p.verdict is not Status.PASS]
    problems.sort(key=lambda p: (-p.verdict.loudness, p.name))
    room, another = make_room(placements, problems), one_more_node(placements)
    for placement in problems:
        evidence = verdict_evidence(placement) | table
        table = {}
        message = ". ".join(filter(None, (too_much(placement), consequence(placement))))
        yield _SAY[placement.verdict](
            message,
            f"node/{placement.name}",
            _cure(placement, another),
            evidence=evidence,
            commands=room.get(placement.name) or grow(cluster, another(placement)),
        )
    calm = [p for p in placements.nodes if p.verdict is Status.PASS]
    if calm:
        running = sum(not placement.needed for placement in calm)
        yield passed(
            f"the add-on's pods {'run' if running == len(calm) else 'fit'} on {plural(len(calm), 'node')} without "
            f"pushing anybody out ({placements.pair.wording})",
            evidence=table,
        )


def _cure(placement: Placement, another: Callable[[Placement], str | None]) -> str:
    options = [f"request {amount(name, by)} of {name} less on the node" for name, by in placement.missing().items()]
    if placement.left < 0:
        options.append(f"free {plural(-placement.left, 'slot')}")
    if any(move.is_homeless for move in placement.moves) and (pool := another(placement)):
        options.append(f"add one node to pool {pool} for those pushed out")
    if any(move.waits_for_volumes for move in placement.moves):
        options.append(
            "give kubectl get persistentvolumes,persistentvolumeclaims -A -o json, which tells where they may go"
        )
    return ", or ".join(options) or "move what holds the ports or the room away: show nodes names it"
