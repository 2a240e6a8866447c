"""fresh-node-fit: whether the nodes that upgrades and autoscaling make can carry what is pinned to their pool."""

from collections import Counter
from collections.abc import Iterator, Mapping

from preflight import Commands, Finding, check, facts, fail, passed, skip, unknown, warn
from preflight.scheduling.addon import addon_pair
from preflight.scheduling.addresses import shortages
from preflight.scheduling.cures import pool_named
from preflight.scheduling.elsewhere import VolumeTies
from preflight.scheduling.fit import barred
from preflight.scheduling.fresh import FreshPool, empty_pool, fresh_evidence, fresh_pool, most_nodes
from preflight.scheduling.lowering import lower, reserved
from preflight.scheduling.pools import leaving, pool_of
from preflight.scheduling.room import Room, rooms
from preflight.scheduling.waiting import is_waiting
from preflight.scheduling.wording import amount, plural


@check("fresh-node-fit", group="capacity", stages=("enable", "deploy"))
def fresh_node_fit(
    nodes: tuple[facts.Node, ...],
    pods: tuple[facts.Pod, ...],
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    persistent_volumes: tuple[facts.PersistentVolume, ...] | None = None,
    cluster: facts.ManagedCluster | None = None,
    networks: tuple[facts.VirtualNetwork, ...] | None = None,
    *,
    newer_requests: bool = False,
) -> Iterator[Finding]:
    """A new node of each pool still carries what is pinned to it.

    An upgrade replaces every node, and autoscaling adds empty ones. Each new node first runs every DaemonSet, and from
    now on the add-on's two pods; what selectors, taints or volumes tie to the pool must fit beside them, on as many
    nodes as the pool may have. A pod that just fits today then stays Pending in the next upgrade. For a pool without
    nodes, and pods that wait for one, a node of the same size and --max-pods stands in. Addresses are counted too,
    where networks could be read. Nodes that belong to no pool (auto-provisioned ones) are not judged.

    Fix: lower the requests of the pod that is named, choose a larger machine size for the pool, or allow more nodes.
    """
    pair = addon_pair(daemon_sets or (), requests="newer" if newer_requests else "older")
    twins = addon_pair(daemon_sets or (), windows=True)
    arrivals = (pair.driver, pair.provider, twins.driver, twins.provider)
    ties = VolumeTies(persistent_volume_claims, persistent_volumes)
    before = rooms(nodes, pods)
    present = Counter(pool_of(node) for node in nodes)
    staying = {pool_of(node) for node in nodes if leaving(node) is None}
    names = sorted(staying - {""})
    if not names:
        yield skip("no node that is to stay belongs to a node pool")
        return
    calm: list[FreshPool] = []
    for name in names:
        described = pool_named(cluster, name)
        count = max(most_nodes(described) if described else 0, present[name])
        fresh = fresh_pool(name, before, count, ties=ties, daemon_sets=arrivals)
        at_most = described is not None and described.enable_auto_scaling and described.max_count == present[name]
        waiting = _waiting_for(name, nodes, pods) if at_most else 0
        if waiting:
            yield warn(
                f"The pool has all the nodes it may have, and {plural(waiting, 'pod')} that could use more are waiting",
                f"pool/{name}",
                f"raise the autoscaler's maximum of pool {name}",
            )
        if fresh.verdict == "fits":
            calm += [] if waiting else [fresh]
        else:
            yield _problem(fresh, before)
    for fresh in _empty(cluster, before, pods, ties, arrivals) if cluster else ():
        if fresh.verdict == "fits":
            calm.append(fresh)
        else:
            yield _problem(fresh, before)
    for short in shortages(cluster, networks) if cluster else ():
        yield warn(
            f"{short.range} has {short.has} addresses or blocks, and {', '.join(short.pools)} may need {short.needed} "
            "with all their nodes and upgrade surge",
            f"subnet/{short.range}",
            "allow fewer nodes, or make the pools in a larger range",
            evidence={"needed": short.needed, "has": short.has},
        )
    if calm:
        pinned = sum(len(fresh.pinned) for fresh in calm)
        yield passed(
            f"new nodes of {plural(len(calm), 'pool')} carry the {plural(pinned, 'pod')} pinned to them, beside every "
            f"DaemonSet and the add-on ({pair.wording})",
            evidence={fresh.pool: [resident.name for resident in fresh.pinned] for fresh in calm},
        )


def _waiting_for(pool: str, nodes: tuple[facts.Node, ...], pods: tuple[facts.Pod, ...]) -> int:
    members = [node for node in nodes if pool_of(node) == pool]
    return sum(is_waiting(pod) and any(barred(pod.spec, node) is None for node in members) for pod in pods)


def _empty(
    cluster: facts.ManagedCluster,
    before: Mapping[str, Room],
    pods: tuple[facts.Pod, ...],
    ties: VolumeTies,
    arrivals: tuple[facts.DaemonSet, ...],
) -> Iterator[FreshPool]:
    """Judge the pools that have no node, by those that wait for one."""
    there = {pool_of(room.node) for room in before.values()}
    waiting = [pod for pod in pods if is_waiting(pod)]
    for pool in cluster.agent_pool_profiles:
        if pool.name not in there and most_nodes(pool):
            fresh = empty_pool(pool, before, waiting, cluster, ties=ties, daemon_sets=arrivals)
            if fresh:
                yield fresh


def _less(fresh: FreshPool, before: Mapping[str, Room]) -> Commands | None:
    """The command with which the pod fits on a new node and a reserve stays free; None where none is there to see."""
    member = next((room for _, room in sorted(before.items()) if pool_of(room.node) == fresh.pool), None)
    if member is None:
        return None
    by = {name: lacks + reserved(member, name) for name, lacks in fresh.missing.items()}
    return lower(fresh.culprit.pod, by, f"it fits on a new node of pool {fresh.pool} then") if fresh.culprit else None


def _problem(fresh: FreshPool, before: Mapping[str, Room]) -> Finding:
    culprit = fresh.culprit.name if fresh.culprit else ""
    lacking = ", ".join(f"{amount(name, by)} of {name}" for name, by in fresh.missing.items())
    evidence = fresh_evidence(fresh)
    pinned = ", ".join(resident.name for resident in fresh.pinned[:3])
    where = f"pool/{fresh.pool}"
    if fresh.verdict == "too-big":
        text = f"{culprit} does not fit on a new node of the pool beside its DaemonSets and the add-on: {lacking} short"
        return fail(
            f"{text}. It stays Pending in the next upgrade",
            where,
            f"lower its requests by {lacking}",
            evidence=evidence,
            commands=_less(fresh, before),
        )
    if fresh.verdict == "too-much":
        text = f"What is pinned to the pool needs {lacking} more than {plural(fresh.nodes, 'new node')} have"
        return fail(text, where, f"allow one more node in pool {fresh.pool}, or lower requests", evidence=evidence)
    if fresh.verdict == "unmeasured":
        text = f"The pool has no node, and no other one is of its machine size and --max-pods: whether {pinned} fit"
        return unknown(f"{text} on one is not known", where, "add one node to the pool, and ask again")
    if fresh.verdict == "unsure":
        text = f"{culprit} fits on a new node if its volume may go there; volumes were not read"
        return unknown(text, where, "give kubectl get persistentvolumes,persistentvolumeclaims -A -o json")
    text = (
        f"No way was found to place what is pinned to the pool on {plural(fresh.nodes, 'new node')}: {culprit} is left"
    )
    return warn(text, where, f"allow one more node in pool {fresh.pool}", evidence=evidence)
