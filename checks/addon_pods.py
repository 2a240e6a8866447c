"""addon-pods: driver and provider on every node."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown
from preflight.access.commands import commands
from preflight.scheduling.addon import DRIVER, NAMESPACE
from preflight.scheduling.installed import (
    DRIVER_CONTAINER,
    PROVIDER_CONTAINER,
    by_node,
    id_of,
    is_ready,
    is_settled,
    parts,
    why_not_ready,
)
from preflight.scheduling.prediction import is_targeted
from preflight.sync.collisions import UPDATING
from preflight.sync.driver import driver_version


@check("addon-pods", group="addon", stages=("deploy", "verify"))
def addon_pods(
    daemon_sets: tuple[facts.DaemonSet, ...],
    header: facts.Header,
    nodes: tuple[facts.Node, ...] | Missing | None = None,
    pods: tuple[facts.Pod, ...] | Missing | None = None,
    cluster: facts.ManagedCluster | None = None,
    *,
    grace_minutes: int = 10,
) -> Iterator[Finding]:
    """The add-on runs on every node.

    On a node without a ready driver pods that mount the vault wait with "driver name secrets-store.csi.k8s.io not found
    in the list of registered CSI drivers", on one without a ready provider with "provider not found". A node that was
    made within ten minutes may still be starting them, one that leaves does not matter any more.

    Fix: see why the named pod is not ready (`kubectl describe pod -n kube-system`); most often the node has no room for
    it, which addon-placement shows.
    """
    drivers, providers = parts(daemon_sets, DRIVER_CONTAINER), parts(daemon_sets, PROVIDER_CONTAINER)
    addon = cluster.keyvault_addon if cluster else None
    if not drivers and not providers:
        if addon and addon.enabled:
            wanted = f"daemonset/{NAMESPACE}/{DRIVER}"
            yield fail("the add-on is on and its DaemonSets are not there", wanted, "wait, or enable it anew")
        else:
            yield skip("no secrets-store driver is installed: see addon-state")
        return
    for kind, found in (("driver", drivers), ("Azure provider", providers)):
        if not found:
            there = id_of((*drivers, *providers)[0])
            yield fail(
                f"{there} runs without any {kind}", f"daemonset/{there}", "enable the AKS add-on, which has both"
            )
    if not isinstance(nodes, tuple) or not isinstance(pods, tuple):
        lacking = next((one for one in (nodes, pods) if isinstance(one, Missing)), None)
        yield from _by_counts((*drivers, *providers), lacking)
        return
    now = facts.instant(header.collected_at)
    settled = sorted((n for n in nodes if is_settled(n, now, grace_minutes)), key=lambda n: n.metadata.name)
    both = (*drivers, *providers)
    failed = [finding for one in both for finding in _lacking(one, settled, pods)]
    yield from failed
    if not failed and drivers and providers:
        targeted = [node for node in nodes if any(is_targeted(one, node) for one in both)]
        judged = sum(node in settled for node in targeted)
        if judged:
            yield _running(drivers, judged, len(targeted) - judged)
        elif any(is_settled(node, now, 0) for node in targeted):
            yield skip(f"not yet: no node has been there for {grace_minutes} minutes")
        else:
            yield unknown("there is no node to judge by: all are leaving or not Ready")


def _lacking(daemon_set: facts.DaemonSet, nodes: list[facts.Node], pods: tuple[facts.Pod, ...]) -> Iterator[Finding]:
    there = by_node(daemon_set, pods)
    for node in nodes:
        name = node.metadata.name
        pod = there.get(name)
        if is_targeted(daemon_set, node) and (pod is None or not is_ready(pod)):
            shown = pod.metadata.name if pod else daemon_set.metadata.name
            kind, namespace = "pod" if pod else "daemonset", daemon_set.metadata.namespace
            why = why_not_ready(pod)
            yield fail(
                f"{id_of(daemon_set)} is not ready on {name} ({why}): pods that mount the vault do not start there",
                f"node/{name}",
                "see why that pod is not ready, and make room on the node if it waits for some",
                evidence={"daemon_set": id_of(daemon_set), "pod": pod.metadata.name if pod else None, "reason": why},
                commands=commands(("kubectl", "describe", kind, shown, "-n", namespace)),
            )


def _by_counts(found: tuple[facts.DaemonSet, ...], lacking: Missing | None) -> Iterator[Finding]:
    """Without nodes and pods the DaemonSets' own counts can show a shortage, but not that it does not matter."""
    short = [one for one in found if one.status.number_ready < one.status.desired_number_scheduled]
    for one in short:
        ready, desired = one.status.number_ready, one.status.desired_number_scheduled
        message = (
            f"{id_of(one)} is ready on {ready} of {desired} nodes; whether the others are new or leaving is not known"
        )
        yield unknown(message, f"daemonset/{id_of(one)}", evidence={"ready": ready, "desired": desired})
    if not short:
        why = f": {lacking.reason}" if lacking else ""
        yield unknown(f"every pod that is wanted is ready; on which nodes is not known{why}")


def _running(drivers: tuple[facts.DaemonSet, ...], nodes: int, left_out: int) -> Finding:
    version = driver_version(drivers)
    shown = ".".join(str(part) for part in version) if version else "of an unknown version"
    does = "are left by versions below 1.6 and replaced by later ones"
    if version:
        does = "it replaces" if version >= UPDATING else "it leaves as they are"
    others = f"; {left_out} not judged: new, leaving or not Ready" if left_out else ""
    message = f"driver {shown} and provider are ready on all {nodes} nodes{others}; Secrets that others made {does}"
    return passed(message, evidence={"nodes": nodes, "left_out": left_out, "driver": shown if version else None})
