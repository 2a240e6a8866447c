"""Node pools: which node belongs to which, what a new node of a pool would be like, and which pools can grow."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from preflight.facts.azure import AgentPool, ManagedCluster
from preflight.facts.kubernetes import DaemonSet, Node, NodeSpec, ObjectMeta, Pod, PriorityClass, Taint
from preflight.scheduling.prediction import predict
from preflight.scheduling.room import Resident, Room
from preflight.scheduling.taints import untolerated

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
DISK_ZONE = "topology.disk.csi.azure.com/zone"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_POOL_LABELS = ("kubernetes.azure.com/agentpool", "agentpool")
_AUTO_PROVISIONED = "karpenter.sh/nodepool"
_LEAVING_TAINTS = ("ToBeDeletedByClusterAutoscaler", "DeletionCandidateOfClusterAutoscaler", "karpenter.sh/disrupted")


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """A pool that can still grow: what a new node of it would hold from the start, and how many there may be."""

    pool: str
    room: Room
    more: int


def pool_of(node: Node) -> str:
    """Return the name of the node's pool, "" where it belongs to none, as one that was auto-provisioned."""
    if _AUTO_PROVISIONED in node.metadata.labels:
        return ""
    return next((name for key in _POOL_LABELS if (name := node.metadata.labels.get(key))), "")


def os_of(node: Node) -> str:
    """Return `linux` or `windows`."""
    return node.metadata.labels.get("kubernetes.io/os") or node.status.node_info.operating_system or "linux"


def architecture_of(node: Node) -> str:
    """Return `amd64`, `arm64` or "" where nobody says."""
    return node.metadata.labels.get("kubernetes.io/arch") or node.status.node_info.architecture


def leaving(node: Node) -> str | None:
    """Return why the node is not one to judge by: cordoned, NotReady or marked for deletion; else None."""
    if any(taint.key in _LEAVING_TAINTS and taint.effect != "PreferNoSchedule" for taint in node.spec.taints):
        return "marked for deletion"
    if node.spec.unschedulable:
        return "cordoned"
    if any(condition.type == "Ready" and condition.status != "True" for condition in node.status.conditions):
        return "NotReady"
    return None


def owner_kind(pod: Pod) -> str | None:
    """Return the kind of who would make this pod again (`ReplicaSet`, `DaemonSet`, `Node`, ...), None for nobody."""
    owners = pod.metadata.owner_references
    controller = next((owner for owner in owners if owner.controller), owners[0] if owners else None)
    return controller.kind if controller else None


def new_node(rooms: Sequence[Room], name: str) -> tuple[Node, tuple[Pod, ...]]:
    """Return what a new node of a pool looks like, given the rooms of its nodes, and the pods it starts with.

    Labels on which the pool's nodes disagree are left out, zones above all: nobody knows in which one it will be made.
    It carries one pod of each DaemonSet and each static pod that any of them carries and that selects such a node.
    """
    nodes = [room.node for room in rooms]
    pattern = min(nodes, key=lambda node: (leaving(node) is not None, len(node.spec.taints), node.metadata.name))
    shared = dict(set.intersection(*(set(node.metadata.labels.items()) for node in nodes)))
    node = msgspec.structs.replace(
        pattern,
        metadata=msgspec.structs.replace(pattern.metadata, name=name, labels=shared | {HOSTNAME: name}),
        spec=msgspec.structs.replace(
            pattern.spec,
            unschedulable=False,
            taints=tuple(
                taint
                for taint in pattern.spec.taints
                if taint.key not in _LEAVING_TAINTS and not taint.key.startswith("node.kubernetes.io/")
            ),
        ),
    )
    carried = {
        _origin(r): r.pod for room in rooms for r in room.residents if owner_kind(r.pod) in ("DaemonSet", "Node")
    }
    pods = tuple(
        msgspec.structs.replace(pod, spec=msgspec.structs.replace(pod.spec, node_name=name))
        for pod in carried.values()
        if pod.spec.node_selector.items() <= shared.items()
    )
    return node, pods


def new_room(
    rooms: Sequence[Room], name: str, daemon_sets: Sequence[DaemonSet], priority_classes: Sequence[PriorityClass] = ()
) -> Room:
    """Return the room of a new node of the pool with these DaemonSets on it too."""
    node, pods = new_node(rooms, name)
    return predict([node], pods, daemon_sets, priority_classes=priority_classes).after[name]


def described_node(pool: AgentPool) -> Node:
    """Return what Azure's description tells of a pool's node: labels and taints, no sizes."""
    os = (pool.os_type or "linux").lower()
    labels = {"kubernetes.io/os": os, INSTANCE_TYPE: pool.vm_size or "", **dict.fromkeys(_POOL_LABELS, pool.name)}
    meta = ObjectMeta(name=f"a new node of pool {pool.name}", labels=labels | pool.node_labels)
    return Node(metadata=meta, spec=NodeSpec(taints=tuple(map(_taint, pool.node_taints))))


def empty_pool_room(
    pool: AgentPool,
    rooms: Iterable[Room],
    cluster: ManagedCluster,
    daemon_sets: Sequence[DaemonSet],
    priority_classes: Sequence[PriorityClass] = (),
) -> Room | None:
    """Return the room of a first node of a pool that has none; a pool of the same machines and slots stands in.

    Labels and taints are the pool's own. None where no node of that size and --max-pods is there to measure.
    """
    name = f"a new node of pool {pool.name}"
    alike = [
        room
        for room in rooms
        if room.node.metadata.labels.get(INSTANCE_TYPE) == pool.vm_size
        and room.allocatable.get("pods") == pool.max_pods
        and leaving(room.node) is None
    ]
    if not alike:
        return None
    node, pods = new_node(alike, name)
    theirs = next((p.node_labels for p in cluster.agent_pool_profiles if p.name == pool_of(alike[0].node)), {})
    labels = {key: value for key, value in node.metadata.labels.items() if key not in theirs}
    labels |= pool.node_labels | dict.fromkeys(_POOL_LABELS, pool.name)
    node = msgspec.structs.replace(
        node,
        metadata=msgspec.structs.replace(node.metadata, labels=labels),
        spec=msgspec.structs.replace(node.spec, taints=tuple(map(_taint, pool.node_taints))),
    )
    carried = [pod for pod in pods if untolerated(pod.spec.tolerations, node.spec.taints) is None]
    return predict([node], carried, daemon_sets, priority_classes=priority_classes).after[name]


def growths(
    rooms: Mapping[str, Room],
    cluster: ManagedCluster | None,
    daemon_sets: Sequence[DaemonSet],
    priority_classes: Sequence[PriorityClass] = (),
) -> list[Growth]:
    """Return the pools whose autoscaler may still add nodes and whose new nodes can be foretold, by name."""
    found = []
    for pool in growing_pools(cluster):
        members = [room for room in rooms.values() if pool_of(room.node) == pool.name]
        more = (pool.max_count or 0) - len(members)
        if more <= 0 or cluster is None:
            continue
        if members:
            room = new_room(members, f"a new node of pool {pool.name}", daemon_sets, priority_classes)
        else:
            stand_in = empty_pool_room(pool, rooms.values(), cluster, daemon_sets, priority_classes)
            if stand_in is None:
                continue
            room = stand_in
        found.append(Growth(pool=pool.name, room=room, more=more))
    return found


def growing_pools(cluster: ManagedCluster | None) -> Iterable[AgentPool]:
    """Yield the pools with an autoscaler, by name."""
    pools = cluster.agent_pool_profiles if cluster else ()
    return (pool for pool in sorted(pools, key=lambda pool: pool.name) if pool.enable_auto_scaling)


def unmeasured_pools(
    rooms: Mapping[str, Room], cluster: ManagedCluster | None, growth: Iterable[Growth]
) -> list[AgentPool]:
    """Return the pools without a node whose first node nobody can foretell: what may only run there is not known."""
    known = {pool_of(room.node) for room in rooms.values()} | {grown.pool for grown in growth}
    return [pool for pool in growing_pools(cluster) if pool.name not in known and pool.max_count]


def _taint(text: str) -> Taint:
    """Read a taint as Azure writes it: `key=value:Effect`."""
    key, _, effect = text.rpartition(":")
    key, _, value = key.partition("=")
    return Taint(key=key, value=value, effect=effect)


def _origin(resident: Resident) -> tuple[str, str, str]:
    """What makes the pod: a DaemonSet, or the manifest of a static pod, whose name ends in the node's."""
    meta = resident.pod.metadata
    owner = next((o for o in meta.owner_references if o.kind == "DaemonSet"), None)
    if owner:
        return "DaemonSet", meta.namespace, owner.name
    return "Node", meta.namespace, meta.name.removesuffix(f"-{resident.pod.spec.node_name}")
