"""Pods that wait for a node now: they will take room that looks free."""

from collections.abc import Iterable, Mapping, Sequence

from preflight.facts.kubernetes import Pod
from preflight.scheduling.addon import IDS
from preflight.scheduling.fit import barred
from preflight.scheduling.placement import Placement
from preflight.scheduling.room import ENDED, daemon_sets_of
from preflight.scheduling.wording import plural


def is_waiting(pod: Pod) -> bool:
    """Tell whether the pod has no node yet and the scheduler is to find one; a gated pod is not looked at."""
    return not pod.spec.node_name and pod.status.phase not in ENDED and not pod.spec.scheduling_gates


def short_pools(
    pods: Iterable[Pod], placements: Sequence[Placement], without_slot: Mapping[str, int]
) -> dict[str, str]:
    """Return why pools are short of slots, by name: pods that wait now, and those that a release has no slot for.

    A pool with 3 slots left after the add-on, over all its nodes, is short when 3 or more pods wait that it may take.
    The add-on's own are counted with their nodes.
    """
    waiting = [pod for pod in pods if is_waiting(pod) and IDS.isdisjoint(daemon_sets_of(pod))]
    pools: dict[str, list[Placement]] = {}
    for placement in placements:
        pools.setdefault(placement.pool, []).append(placement)
    short = {}
    for pool, members in pools.items():
        left = sum(max(member.left, 0) for member in members)
        count = sum(any(barred(pod.spec, member.node) is None for member in members) for pod in waiting)
        if count and count >= left:
            short[pool] = f"{plural(count, 'pod')} waiting to be scheduled could use the rest of pool {pool}"
        elif lacking := without_slot.get(pool):
            short[pool] = (
                f"while the planned release rolls out, {plural(lacking, 'slot')} more are needed in pool {pool}"
            )
    return short
