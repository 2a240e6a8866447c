"""max-pods-headroom: pod slots on every node, with the add-on's pods counted."""

from collections.abc import Callable, Iterator

from preflight import Finding, Status, check, facts, fail, passed, skip, unknown, warn
from preflight.scheduling.cures import cost_of_slots, grow, max_pods, one_more_node, pool_named
from preflight.scheduling.moving import make_room
from preflight.scheduling.own_pods import deployed_to
from preflight.scheduling.placement import Placement, Placements, place_addon
from preflight.scheduling.pools import growths
from preflight.scheduling.rollout import action_of, roll_out
from preflight.scheduling.waiting import short_pools
from preflight.scheduling.wording import consequence, plural, slots_evidence, slots_table

_ARTICLE = 30


@check("max-pods-headroom", group="capacity")
def max_pods_headroom(
    nodes: tuple[facts.Node, ...],
    pods: tuple[facts.Pod, ...],
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    pod_disruption_budgets: tuple[facts.PodDisruptionBudget, ...] | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    persistent_volumes: tuple[facts.PersistentVolume, ...] | None = None,
    cluster: facts.ManagedCluster | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | None = None,
    header: facts.Header | None = None,
    *,
    headroom: int = 2,
) -> Iterator[Finding]:
    """Every node can take the add-on's pods.

    The add-on puts two pods on every node, and each pod takes one of the node's slots: host network, DaemonSet, static
    and terminating pods count like all others, ended ones do not. A full node is no reason for the add-on to wait: its
    pods are node-critical and push CluedIn's out. The limit is read from each node; 30 is only the default of one of
    the network set-ups, and 50 is what CluedIn's installer asks for.

    Fix, in this order: move or remove pods that need not be there; add a node that those pushed out can use; make a new
    pool with a larger --max-pods and move over, because the number is fixed when a pool is made. The threshold
    `headroom` is how many slots should stay free on each node after that; where a manifest is given, the pods that the
    release adds while it rolls out must find slots in their pool too.
    """
    placements = place_addon(
        nodes,
        pods,
        daemon_sets=daemon_sets,
        budgets=pod_disruption_budgets,
        claims=persistent_volume_claims,
        volumes=persistent_volumes,
        cluster=cluster,
    )
    targeted = placements.nodes
    if not targeted:
        yield skip("the add-on targets none of the nodes")
        return
    growth = growths(placements.rooms, cluster, placements.arrivals)
    plan = (
        roll_out(
            manifest,
            placements.after,
            pods,
            action_of(release),
            growth=growth,
            namespace=deployed_to(release, header),
        )
        if manifest
        else None
    )
    crowded = short_pools(pods, targeted, plan.without_slot if plan else {})
    statuses = {p.name: _status(p, headroom, crowded.get(p.pool), cluster) for p in targeted}
    problems = [p for p in targeted if statuses[p.name] is not Status.PASS]
    problems.sort(key=lambda p: (-statuses[p.name].loudness, p.left, p.name))
    room = make_room(placements, problems, headroom=headroom)
    another = one_more_node(placements)
    for number, placement in enumerate(problems):
        evidence = slots_evidence(placement)
        if number == 0:
            evidence["table"] = slots_table(targeted, statuses)
        say = {Status.FAIL: fail, Status.WARN: warn, Status.UNKNOWN: unknown}[statuses[placement.name]]
        message = _message(placement, crowded.get(placement.pool), cluster)
        hint = _cure(placements, placement, headroom, cluster, another)
        cure = room.get(placement.name) or grow(cluster, another(placement))
        yield say(message, f"node/{placement.name}", hint, evidence=evidence, commands=cure)
    calm = [p for p in targeted if statuses[p.name] is Status.PASS]
    if calm:
        tightest = min(calm, key=lambda p: (p.left, p.name))
        yield passed(
            f"{plural(len(calm), 'node')} can take the add-on's pods; the tightest, {tightest.name}, then has "
            f"{tightest.left} of {tightest.limit} slots left",
            evidence=slots_evidence(tightest) | ({} if problems else {"table": slots_table(targeted, statuses)}),
        )


def _status(placement: Placement, headroom: int, crowd: str | None, cluster: facts.ManagedCluster | None) -> Status:
    if placement.left < 0 and placement.needed:
        return placement.verdict
    if placement.left < headroom or crowd or _disagrees(placement, cluster):
        return Status.WARN
    return Status.PASS


def _disagrees(placement: Placement, cluster: facts.ManagedCluster | None) -> int | None:
    pool = pool_named(cluster, placement.pool)
    return pool.max_pods if pool and pool.max_pods not in (None, placement.limit) else None


def _message(placement: Placement, crowd: str | None, cluster: facts.ManagedCluster | None) -> str:
    article = "" if placement.limit == _ARTICLE else f" (the article says {_ARTICLE}; this pool has {placement.limit})"
    numbers = f"{placement.before.load.slots} of {placement.limit} slots used{article}, the add-on needs "
    numbers += f"{placement.needed}" if placement.needed else "no more"
    if placement.left < 0 and placement.needed:
        return f"{numbers}. {consequence(placement)}"
    parts = [f"{numbers}: {placement.left} left"]
    if crowd:
        parts.append(crowd)
    if limit := _disagrees(placement, cluster):
        parts.append(f"Azure says the pool has {limit} slots a node; the node's own number counts")
    return "; ".join(parts)


def _cure(
    placements: Placements,
    placement: Placement,
    headroom: int,
    cluster: facts.ManagedCluster | None,
    another: Callable[[Placement], str | None],
) -> str:
    number = max_pods([p for p in placements.nodes if p.pool == placement.pool], headroom, cluster)
    more = -placement.left if placement.left < 0 else max(headroom - placement.left, 1)
    options = [f"move or remove {plural(more, 'pod')}"]
    if placement.left < 0 and (pool := another(placement)):
        options.append(f"add a node to pool {pool}")
    if number is not None and number > placement.limit:
        cost = cost_of_slots(number, placement, cluster)
        fixed = "fixed when a pool is made" + (f"; {cost}" if cost else "")
        options.append(
            f"make a new pool with --max-pods {number} ({fixed})"
            if placement.pool
            else f"set maxPods of the node's AKSNodeClass to {number}"
        )
    return ", or ".join(options)
