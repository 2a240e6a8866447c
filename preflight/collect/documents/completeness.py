"""What speaks against a list being whole. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from preflight.facts import Node, Pod, instant

GRACE = timedelta(minutes=10)
"""How long a new node may be without a kube-system pod."""

_SYSTEM = "kube-system"
_USE_ALL = "made with -n? use -A"


def lacking(found: Mapping[str, Any], clock: datetime | None) -> dict[str, str]:
    """Return, for each list that cannot be whole, what speaks against it.

    `found` are the facts that the files cover; `clock` is the newest instant that their nodes and pods tell (creation,
    heartbeat, transition), so the answer is a function of the files' content alone.
    """
    reasons = {
        "nodes": _nodes_lack(found.get("nodes"), found.get("pods")),
        "pods": _pods_lack(found, clock),
        "daemon_sets": _daemon_sets_lack(found.get("daemon_sets"), found.get("pods")),
    }
    return {name: reason for name, reason in reasons.items() if reason}


def doubts(found: Mapping[str, Any]) -> list[str]:
    """Return what nothing speaks against, and a person had better look at."""
    pods = found.get("pods")
    if pods and all(pod.metadata.namespace == _SYSTEM for pod in pods):
        return [f"pods: only those of {_SYSTEM} are there, taken for all of the cluster; {_USE_ALL}"]
    return []


def _nodes_lack(nodes: Any, pods: Any) -> str | None:  # noqa: ANN401 - the fact's value, None where not covered
    if nodes is None or pods is None:
        return None
    known = {node.metadata.name for node in nodes}
    elsewhere = {
        pod.spec.node_name
        for pod in pods
        if pod.spec.node_name
        and pod.status.phase not in ("Succeeded", "Failed")
        and pod.metadata.deletion_timestamp is None
    } - known
    if not elsewhere:
        return None
    return f"pods run on {_some(elsewhere)}, which the files do not list; give all nodes"


def _pods_lack(found: Mapping[str, Any], clock: datetime | None) -> str | None:
    pods, nodes = found.get("pods"), found.get("nodes")
    if pods is None:
        return None
    with_system = {pod.spec.node_name for pod in pods if pod.metadata.namespace == _SYSTEM}
    bare = {
        node.metadata.name
        for node in nodes or ()
        if node.metadata.name not in with_system and _settled(node, clock) and _is_linux_machine(node)
    }
    if bare:
        return f"no kube-system pod on {_some(bare)}; {_USE_ALL}"
    if nodes is None and pods and not with_system:
        return f"no kube-system pod at all; {_USE_ALL}"
    listed = {pod.metadata.namespace for pod in pods}
    running = {owner.metadata.namespace for owner in found.get("daemon_sets") or () if owner.status.number_ready}
    mounting = {
        record.metadata.namespace
        for record in found.get("secret_provider_class_pod_statuses") or ()
        if record.status.mounted
    }
    unseen = (running | mounting) - listed
    return f"no pod of namespace {_some(unseen)}, where pods run; {_USE_ALL}" if unseen else None


def _daemon_sets_lack(daemon_sets: Any, pods: Sequence[Pod] | None) -> str | None:  # noqa: ANN401
    if daemon_sets is None:
        return None
    known = {(owner.metadata.namespace, owner.metadata.name) for owner in daemon_sets}
    if known and all(namespace != _SYSTEM for namespace, _ in known):
        return f"no DaemonSet of kube-system; {_USE_ALL}"
    unknown = {
        f"{pod.metadata.namespace}/{owner.name}"
        for pod in pods or ()
        for owner in pod.metadata.owner_references
        if owner.kind == "DaemonSet"
        and pod.metadata.deletion_timestamp is None
        and (pod.metadata.namespace, owner.name) not in known
    }
    return f"pods belong to DaemonSet {_some(unknown)}, which the files do not list; {_USE_ALL}" if unknown else None


def _settled(node: Node, clock: datetime | None) -> bool:
    ready = any(condition.type == "Ready" and condition.status == "True" for condition in node.status.conditions)
    try:
        created = instant(node.metadata.creation_timestamp or "")
    except ValueError:
        return ready
    return ready and clock is not None and clock - created > GRACE


def _is_linux_machine(node: Node) -> bool:
    labels = node.metadata.labels
    system = node.status.node_info.operating_system or labels.get("kubernetes.io/os", "linux")
    return system == "linux" and labels.get("type") != "virtual-kubelet"


def _some(names: set[str]) -> str:
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first
