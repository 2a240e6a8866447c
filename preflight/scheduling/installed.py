"""The secrets-store drivers and Azure providers that run, whoever installed them, and where their pods are ready."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from preflight.facts import DaemonSet, Node, Pod, instant
from preflight.scheduling.addon import IDS
from preflight.scheduling.pools import leaving

DRIVER_CONTAINER = "secrets-store"
PROVIDER_CONTAINER = "provider-azure-installer"
"""What the containers are called, in the AKS add-on and in the charts of both projects (azure.md 2)."""


def id_of(daemon_set: DaemonSet) -> str:
    """`namespace/name`."""
    return f"{daemon_set.metadata.namespace}/{daemon_set.metadata.name}"


def is_addons(daemon_set: DaemonSet) -> bool:
    """Tell whether AKS made it for the add-on."""
    return (daemon_set.metadata.namespace, daemon_set.metadata.name) in IDS


def parts(daemon_sets: Iterable[DaemonSet], container: str) -> tuple[DaemonSet, ...]:
    """Return the DaemonSets that carry this container, the add-on's first, then by name."""
    found = [one for one in daemon_sets if any(c.name == container for c in one.spec.template.spec.containers)]
    return tuple(sorted(found, key=lambda one: (not is_addons(one), id_of(one))))


def is_settled(node: Node, now: datetime, minutes: int) -> bool:
    """Tell whether the node is Ready, stays, and has had these minutes to start what every node runs."""
    if leaving(node) or not any(c.type == "Ready" and c.status == "True" for c in node.status.conditions):
        return False
    try:
        return now - instant(node.metadata.creation_timestamp or "") >= timedelta(minutes=minutes)
    except ValueError:
        return True


def by_node(daemon_set: DaemonSet, pods: Iterable[Pod]) -> Mapping[str, Pod]:
    """Return the DaemonSet's pods by the node they are on; of two on one node the ready one."""
    found: dict[str, Pod] = {}
    for pod in sorted(pods, key=lambda pod: (is_ready(pod), pod.metadata.name)):
        owned = any(o.kind == "DaemonSet" and o.name == daemon_set.metadata.name for o in pod.metadata.owner_references)
        if owned and pod.metadata.namespace == daemon_set.metadata.namespace and pod.spec.node_name:
            found[pod.spec.node_name] = pod
    return found


def is_ready(pod: Pod) -> bool:
    """Tell whether the pod is Ready; where no condition says so, whether it runs."""
    said = next((c.status for c in pod.status.conditions if c.type == "Ready"), None)
    return pod.status.phase == "Running" if said is None else said == "True"


def why_not_ready(pod: Pod | None) -> str:
    """Return the kubelet's word for why a pod is not ready."""
    if pod is None:
        return "no pod there"
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    waiting = (status.state.waiting.reason for status in statuses if status.state.waiting)
    return next((reason for reason in waiting if reason), "") or pod.status.reason or f"{pod.status.phase}, not ready"
