"""The state of the cluster and its Key Vault add-on."""

from collections.abc import Iterator

from preflight import Commands, Finding, Missing, Status, check, facts, fail, passed, unknown, warn
from preflight.access.commands import az, az_aks, commands, enable_addon
from preflight.access.scopes import resource_group, subscription

DRIVER = "secrets-store.csi.k8s.io"

_WAITING = ("succeeded", "failed", "canceled")
"""Provisioning states in which Azure takes the next operation; in every other one something is under way."""


@check("addon-state", group="addon")
def addon_state(
    cluster: facts.ManagedCluster,
    header: facts.Header,
    locks: tuple[facts.Lock, ...] | Missing | None = None,
    csi_drivers: tuple[facts.CSIDriver, ...] | None = None,
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
) -> Iterator[Finding]:
    """The Key Vault add-on is in the state this stage needs.

    Without the add-on nothing mounts the vault: pods that ask for it stay in ContainerCreating with "driver name
    secrets-store.csi.k8s.io not found in the list of registered CSI drivers". Azure enables it only on a cluster that
    runs, has no other operation under way and carries no ReadOnly lock on itself, its groups or its subscription.

    Fix: before enabling, off is right. Enable it with `az aks enable-addons --addons azure-keyvault-secrets-provider`
    before values with `global.keyvault` are deployed. Wait for the operation under way, start a stopped cluster, and
    have the lock's owner take a ReadOnly lock away for the time of the change.
    """
    name = f"cluster/{cluster.name}"
    addon = cluster.keyvault_addon
    on = addon is not None and addon.enabled
    yield from _operation(cluster, name)
    yield from _locks(cluster, locks, on=on)
    stages = header.stages or (header.stage,)
    cure = commands(enable_addon(cluster))
    if on:
        yield passed("the add-on is on", name, evidence={"enabled": True})
    elif header.stage == "enable":
        yield from _locks_unread(locks, name)
        yield _off_as_needed(name, cure, locks_read=isinstance(locks, tuple))
    elif _driver_works(csi_drivers, daemon_sets):
        message = "the add-on is off; a secrets-store driver of your own is installed and ready"
        yield warn(message, name, "make sure that driver has the azure provider and syncs Secrets", commands=cure)
    elif "enable" in stages:
        yield warn("the add-on is still off", name, "enable it first, then deploy these values", commands=cure)
    else:
        message = "the add-on is off: pods that mount the vault will not start"
        yield fail(message, name, "enable the add-on", evidence={"enabled": False}, commands=cure)


def _off_as_needed(name: str, cure: Commands, *, locks_read: bool) -> Finding:
    unread = "" if locks_read else "; locks were not looked at"
    return Finding(
        status=Status.PASS,
        message=f"the add-on is off, as it should be before you enable it{unread}",
        object=name,
        hint="once the other checks agree, enable it",
        evidence={"enabled": False},
        commands=cure,
    )


def _locks_unread(locks: tuple[facts.Lock, ...] | Missing | None, name: str) -> Iterator[Finding]:
    if isinstance(locks, Missing) and locks.is_lost:
        message = f"whether a ReadOnly lock forbids it is not known: {locks.reason}"
        yield unknown(message, name, commands=commands(az("lock list")))


def _operation(cluster: facts.ManagedCluster, name: str) -> Iterator[Finding]:
    state = cluster.provisioning_state or ""
    if state.lower() == "failed":
        hint = "look at the activity log; an update without changes often repairs it"
        yield warn("the last operation on the cluster failed", name, hint, commands=commands(az_aks("update", cluster)))
    elif state and state.lower() not in _WAITING:
        wait = commands(az_aks("wait", cluster, updated=True))
        message = f"an operation is under way (provisioningState {state}): Azure refuses another one meanwhile"
        yield fail(message, name, "wait until it has ended", evidence={"provisioning_state": state}, commands=wait)
    if (cluster.power_state.code or "").lower() == "stopped":
        start = commands(az_aks("start", cluster))
        yield fail("the cluster is stopped", name, "start it", evidence={"power_state": "Stopped"}, commands=start)


def _locks(
    cluster: facts.ManagedCluster, locks: tuple[facts.Lock, ...] | Missing | None, *, on: bool
) -> Iterator[Finding]:
    """A ReadOnly lock forbids enabling; with the add-on on it hinders later changes. CanNotDelete never hinders."""
    account, group = subscription(cluster.id), resource_group(cluster.id)
    whole = f"/subscriptions/{account}"
    groups = [f"{whole}/resourceGroups/{one}" for one in (group, cluster.node_resource_group) if one]
    concerned = {scope.lower() for scope in (cluster.id, whole, *groups)}
    for lock in locks if isinstance(locks, tuple) else ():
        scope = lock.id.lower().partition("/providers/microsoft.authorization/locks/")[0]
        if lock.level.lower() == "readonly" and scope in concerned:
            remove = commands(az("lock delete", ids=lock.id))
            message = f"a ReadOnly lock on {lock.id[: len(scope)]} refuses every change of the cluster"
            hint = "have the lock's owner remove it for the time of the change"
            say = warn if on else fail
            yield say(message, f"lock/{lock.name}", hint, evidence={"level": lock.level}, commands=remove)


def _driver_works(drivers: tuple[facts.CSIDriver, ...] | None, daemon_sets: tuple[facts.DaemonSet, ...] | None) -> bool:
    """Tell whether the driver is registered and a DaemonSet with it is ready on every node it wants."""
    registered = any(driver.metadata.name == DRIVER for driver in drivers or ())
    return registered and any(
        _carries_driver(daemon_set) and 0 < daemon_set.status.desired_number_scheduled <= daemon_set.status.number_ready
        for daemon_set in daemon_sets or ()
    )


def _carries_driver(daemon_set: facts.DaemonSet) -> bool:
    return any(container.name == "secrets-store" for container in daemon_set.spec.template.spec.containers)
