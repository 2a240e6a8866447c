"""Pods that wait for a node now: they will take room that looks free."""

from collections.abc import Iterable, Sequence

from preflight.facts.kubernetes import Pod
from preflight.scheduling.fit import barred
from preflight.scheduling.placement import Placement
from preflight.scheduling.pools import owner_kind
from preflight.scheduling.room import ENDED


def is_waiting(pod: Pod) -> bool:
    """Tell whether the pod has no node yet and the scheduler is to find one; a gated pod is not looked at."""
    return not pod.spec.node_name and pod.status.phase not in ENDED and not pod.spec.scheduling_gates


def waiting_for(pods: Iterable[Pod], placements: Sequence[Placement]) -> dict[str, int]:
    """Return for each pool that is short of slots because of them how many waiting pods may go there.

    A pool with 3 slots left after the add-on, over all its nodes, is short when 3 or more pods wait that it may take.
    DaemonSet pods belong to one node and are counted with it.
    """
    waiting = [pod for pod in pods if is_waiting(pod) and owner_kind(pod) != "DaemonSet"]
    pools: dict[str, list[Placement]] = {}
    for placement in placements:
        pools.setdefault(placement.pool, []).append(placement)
    short = {}
    for pool, members in pools.items():
        count = sum(any(barred(pod.spec, member.node) is None for member in members) for pod in waiting)
        if count and count >= sum(max(member.left, 0) for member in members):
            short[pool] = count
    return short
