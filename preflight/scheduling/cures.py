"""What would change the verdict, computed with the same functions that gave it."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from preflight.facts.azure import AgentPool, ManagedCluster
from preflight.model import Commands
from preflight.scheduling.elsewhere import Move, relocate
from preflight.scheduling.placement import Placement, Placements
from preflight.scheduling.pools import Growth, new_room, os_of, pool_of
from preflight.scheduling.room import Room
from preflight.shells import Words, commands

_PARTS_OF_AN_ID = 9
"""Of /subscriptions/S/resourceGroups/G/providers/P/managedClusters/NAME, split at its slashes."""

SMALLEST, LARGEST, LARGEST_WINDOWS, SMALLEST_SYSTEM = 10, 250, 110, 30
"""What AKS accepts as --max-pods (110 is the advised ceiling on Windows)."""

_MODE = "kubernetes.azure.com/mode"


def pool_named(cluster: ManagedCluster | None, name: str) -> AgentPool | None:
    """Return the agent pool as Azure describes it."""
    pools = cluster.agent_pool_profiles if cluster else ()
    return next((pool for pool in pools if pool.name == name), None)


def max_pods(placements: Iterable[Placement], headroom: int, cluster: ManagedCluster | None) -> int | None:
    """Return the smallest --max-pods with which every one of these nodes has room for the add-on and the headroom.

    29 pods, 2 of the add-on and a headroom of 2 need 33. A pool that is the only system pool needs 30, and where Azure
    was not read, any system pool; with static blocks of addresses only 16n - 1 makes sense, so 33 becomes 47. None
    where AKS allows no such number.
    """
    members = list(placements)
    wanted = max((p.before.load.slots + p.needed + headroom for p in members), default=0)
    pool = pool_named(cluster, members[0].pool) if members else None
    wanted = max(wanted, SMALLEST_SYSTEM if _is_only_system_pool(pool, cluster, members) else SMALLEST)
    if pool and (pool.pod_ip_allocation_mode or "").lower() == "staticblock":
        wanted = -(-(wanted + 1) // 16) * 16 - 1
    described = pool is not None and (pool.os_type or "").lower() == "windows"
    windows = described or any(os_of(member.node) == "windows" for member in members)
    return wanted if wanted <= (LARGEST_WINDOWS if windows else LARGEST) else None


def cost_of_slots(number: int, placement: Placement, cluster: ManagedCluster | None) -> str:
    """Say what more slots cost: reserved memory (20 MB each, at most a quarter of the machine), and addresses.

    From 30 to 50 slots is 20 x 20 MB = 400 MB less for pods. Source: `facts/azure.md` 1.4 and 3.1.
    """
    more = number - placement.limit
    words = [f"reserves up to {20 * more} MB more of each node's memory"] if more > 0 else []
    network = cluster.network_profile if cluster else None
    pool = pool_named(cluster, placement.pool)
    own_subnet = network and network.network_plugin == "azure" and not network.network_plugin_mode
    if own_subnet and pool and not pool.pod_subnet_id:
        words.append(f"takes {number + 1} addresses of the subnet for each node")
    return " and ".join(words)


def grow(cluster: ManagedCluster | None, name: str | None) -> Commands | None:
    """Return the command for one more node in a pool, or for one more at most where it scales by itself.

    None where the pool is not among those that Azure describes, or its resource id does not tell the group.
    """
    pool = pool_named(cluster, name) if name else None
    parts = cluster.id.split("/") if cluster else []
    if cluster is None or pool is None or len(parts) < _PARTS_OF_AN_ID:
        return None
    where = ("--cluster-name", cluster.name, "--name", pool.name, "--resource-group", parts[4])
    words = ("az", "aks", "nodepool")
    line: Words
    if pool.enable_auto_scaling and pool.min_count is not None and pool.max_count is not None:
        limits = ("--min-count", str(pool.min_count), "--max-count", str(pool.max_count + 1))
        line = (*words, "update", *where, "--subscription", parts[2], "--update-cluster-autoscaler", *limits)
    elif pool.count is not None and not pool.enable_auto_scaling:
        line = (*words, "scale", *where, "--subscription", parts[2], "--node-count", str(pool.count + 1))
    else:
        return None
    return commands(line)


def one_more_node(placements: Placements) -> Callable[[Placement], str | None]:
    """Return what names, for a node, the pool in which one more node would give all its victims a place.

    Its own pool is tried first. What becomes of all victims is worked out once for each pool, however many nodes ask.
    """
    displaced = [(m.node, m.resident) for p in placements.nodes for m in p.moves]
    members: dict[str, list[Room]] = {}
    for room in placements.rooms.values():
        members.setdefault(pool_of(room.node), []).append(room)

    @cache
    def moves_with(pool: str) -> Mapping[str, Move]:
        room = new_room(members[pool], f"a new node of pool {pool}", placements.arrivals)
        growth = (Growth(pool=pool, room=room, more=1),)
        return relocate(displaced, placements.after, ties=placements.ties, growth=growth)

    def pool_for(placement: Placement) -> str | None:
        victims = [move.resident.name for move in placement.moves]
        for pool in sorted(members.keys() - {""}, key=lambda name: (name != placement.pool, name)) if victims else ():
            moves = moves_with(pool)
            if not any(moves[name].is_homeless or moves[name].is_unsure for name in victims):
                return pool
        return None

    return pool_for


def _is_only_system_pool(pool: AgentPool | None, cluster: ManagedCluster | None, members: Iterable[Placement]) -> bool:
    if pool is None:
        return any(member.node.metadata.labels.get(_MODE) == "system" for member in members)
    system = [p.name for p in (cluster.agent_pool_profiles if cluster else ()) if (p.mode or "").lower() == "system"]
    return system == [pool.name]
