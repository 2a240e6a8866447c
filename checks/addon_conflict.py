"""addon-conflict: nothing else claims what the add-on claims."""

from collections.abc import Iterator, Sequence

from preflight import Finding, Missing, check, facts, fail, passed, unknown, warn
from preflight.access.commands import commands
from preflight.scheduling.installed import DRIVER_CONTAINER, PROVIDER_CONTAINER, id_of, is_addons, parts
from preflight.scheduling.ports import host_ports
from preflight.sync.graph import CSI_DRIVER
from preflight.sync.stuck import mounts_vault

_PORTS = (8989, 8898)
"""The provider's health and metrics ports, taken on the node itself (azure.md 2)."""


@check("addon-conflict", group="addon")
def addon_conflict(
    daemon_sets: tuple[facts.DaemonSet, ...],
    header: facts.Header,
    cluster: facts.ManagedCluster | Missing | None = None,
    csi_drivers: tuple[facts.CSIDriver, ...] | Missing | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
    pods: tuple[facts.Pod, ...] | Missing | None = None,
    nodes: tuple[facts.Node, ...] | Missing | None = None,
) -> Iterator[Finding]:
    """Only one secrets-store driver is installed.

    The add-on and the open-source chart register the same driver name and use the same ports of the node. With both,
    pods are mounted by one or the other, an upgrade of one breaks the other, and a provider crashes with "address
    already in use". Virtual nodes carry no driver at all.

    Fix: uninstall the chart (`helm uninstall`) before enabling the add-on, then restart the pods that mount the vault.
    Move another pod's host port. Keep pods that mount the vault off virtual nodes.
    """
    parts_found = (*parts(daemon_sets, DRIVER_CONTAINER), *parts(daemon_sets, PROVIDER_CONTAINER))
    installed = list(dict.fromkeys(id_of(one) for one in parts_found))
    of_addon = any(is_addons(one) for one in parts_found)
    addon = cluster.keyvault_addon if isinstance(cluster, facts.ManagedCluster) else None
    own = [one for one in parts_found if not is_addons(one)]
    beside = "beside the add-on" if of_addon or (addon and addon.enabled) else ""
    if not beside and "enable" in (header.stage, *header.stages):
        beside = "where the add-on is to be enabled"
    found = [*_second(own, beside)]
    if isinstance(csi_drivers, tuple):
        found += _registered(csi_drivers, parts(daemon_sets, DRIVER_CONTAINER), of_addon=of_addon)
    if secret_provider_classes and secret_provider_classes.served and not installed and not (addon and addon.enabled):
        message = "the kind SecretProviderClass is there and no driver is: something was uninstalled by halves"
        hint = "enabling the add-on takes the kind over; keep a copy of the classes"
        found.append(warn(message, "customresourcedefinition/secretproviderclasses", hint))
    if isinstance(pods, tuple):
        found += _ports(pods, {one.metadata.name for one in parts_found})
        found += _virtual(pods, nodes if isinstance(nodes, tuple) else ())
    yield from found
    unread = {"csi drivers": csi_drivers, "pods": pods, "nodes": nodes}
    lacking = [name for name, value in unread.items() if not isinstance(value, tuple)]
    if lacking and not any(finding.status == "fail" for finding in found):
        why = next((f": {value.reason}" for value in unread.values() if isinstance(value, Missing)), "")
        yield unknown(f"{', '.join(lacking)} not looked at{why}; nothing else stands in the way")
    elif not found:
        drivers = f"installed: {', '.join(sorted(installed))}" if installed else "no driver is installed"
        yield passed(f"{drivers}; nobody else has its name or its ports", evidence={"installed": [*sorted(installed)]})


def _second(own: Sequence[facts.DaemonSet], beside: str) -> Iterator[Finding]:
    """Whoever stands beside the add-on; without it, a second driver of one's own."""
    drivers = {one.metadata.namespace for one in own if any(c.name == DRIVER_CONTAINER for c in _containers(one))}
    if not beside and len(drivers) < 2:  # noqa: PLR2004 - one is what there should be
        return
    for one in {id_of(one): one for one in own}.values():
        release = one.metadata.annotations.release_name
        namespace = one.metadata.namespace
        yield fail(
            f"{id_of(one)} runs {beside or 'beside another driver'}: both would answer for {CSI_DRIVER}",
            f"daemonset/{id_of(one)}",
            "uninstall it, and restart the pods that mount the vault",
            evidence={"release": release},
            commands=commands(("helm", "uninstall", release, "-n", namespace)) if release else None,
        )


def _containers(daemon_set: facts.DaemonSet) -> Sequence[facts.Container]:
    return daemon_set.spec.template.spec.containers


def _registered(
    registered: tuple[facts.CSIDriver, ...], drivers: Sequence[facts.DaemonSet], *, of_addon: bool
) -> Iterator[Finding]:
    ours = next((one for one in registered if one.metadata.name == CSI_DRIVER), None)
    object_ = f"csidriver/{CSI_DRIVER}"
    release = ours.metadata.annotations.release_name if ours else None
    if ours is None and drivers:
        message = f"{id_of(drivers[0])} runs and the CSIDriver object is missing: the kubelet refuses its volumes"
        yield fail(message, object_, "reinstall the driver: disable and enable the add-on, or upgrade its release")
    elif release and of_addon:
        message = f"the CSIDriver object belongs to Helm release {release}, and the add-on needs its own"
        yield fail(message, object_, "uninstall that release", evidence={"release": release})
    elif ours and not drivers:
        message = "the driver is registered and no pod of it runs: something was uninstalled by halves"
        yield warn(message, object_, "finish uninstalling, or enable the add-on")


def _ports(pods: tuple[facts.Pod, ...], names: set[str]) -> Iterator[Finding]:
    for pod in sorted(pods, key=lambda pod: (pod.metadata.namespace, pod.metadata.name)):
        if pod.status.phase in ("Succeeded", "Failed") or not pod.spec.node_name:
            continue
        taken = sorted(port for _, protocol, port in host_ports(pod.spec) if protocol == "TCP" and port in _PORTS)
        if taken and not any(owner.name in names for owner in pod.metadata.owner_references):
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            ports = " and ".join(str(port) for port in taken)
            message = f"{name} takes port {ports} of node {pod.spec.node_name}, which the provider needs"
            yield fail(message, f"pod/{name}", "give it other host ports", evidence={"ports": [*taken]})


def _virtual(pods: tuple[facts.Pod, ...], nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    virtual = {node.metadata.name for node in nodes if node.metadata.labels.get("type") == "virtual-kubelet"}
    for pod in sorted(pods, key=lambda pod: (pod.metadata.namespace, pod.metadata.name)):
        if pod.spec.node_name in virtual and mounts_vault(pod):
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            message = f"{name} mounts the vault on virtual node {pod.spec.node_name}, where no driver runs"
            yield fail(message, f"pod/{name}", "keep it off virtual nodes with a node selector")
