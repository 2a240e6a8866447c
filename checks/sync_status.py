"""sync-status: what became of each synced Secret."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import commands
from preflight.sync.currency import Mounted, interval, mounted, stale
from preflight.sync.existing import by_name, namespace_of, owner_of
from preflight.sync.graph import CSI_DRIVER
from preflight.sync.planned import first
from preflight.sync.rabbitmq import SECRET, migration


@check("sync-status", group="sync", stages=("verify",))
def sync_status(
    secret_provider_classes: facts.SecretProviderClasses,
    secret_provider_class_pod_statuses: facts.SecretProviderClassPodStatuses,
    secrets: tuple[facts.Secret, ...],
    header: facts.Header,
    release: facts.Release | Missing | None = None,
    values: facts.Values | Missing | None = None,
    cluster: facts.ManagedCluster | None = None,
    vault_secrets: tuple[facts.VaultObject, ...] | None = None,
    vault_secret_versions: tuple[facts.VaultObject, ...] | Missing | None = None,
    pods: tuple[facts.Pod, ...] | None = None,
) -> Iterator[Finding]:
    """Synced Secrets are present, owned by the driver and current.

    The driver makes the Secrets of a class when the first pod has it mounted, and marks them as its own. One that
    somebody else made under that name is left alone by drivers up to 1.5: it looks synced and never changes. With
    rotation on, a new version in the vault reaches the pods within twice the interval.

    Fix: get a pod started that mounts the class (pods-start says what it waits for). Give a Secret of another owner to
    the driver: keep a copy, delete it, restart the pod that mounts the class.
    """
    namespace = namespace_of(header, release)
    classes = [
        one
        for one in sorted(secret_provider_classes.items, key=lambda one: one.metadata.name)
        if one.metadata.namespace in ("", namespace) and one.spec.provider == "azure" and one.spec.secret_objects
    ]
    if not classes:
        yield skip(f"no class that makes a Secret is deployed in namespace {namespace}")
        return
    there = by_name(secrets, namespace)
    records = secret_provider_class_pod_statuses.items
    moving = migration(values, secrets, release, secret_provider_classes, secret_provider_class_pod_statuses, namespace)
    found: list[Finding] = []
    for one in classes:
        mounted_by = sorted(
            record.status.pod_name
            for record in records
            if record.status.mounted
            and record.status.secret_provider_class_name == one.metadata.name
            and record.metadata.namespace in ("", namespace)
        )
        waiting = [pod.metadata.name for pod in pods or () if _would_mount(pod, one.metadata.name, namespace)]
        for secret in one.spec.secret_objects:
            if secret.secret_name == SECRET and moving.under_way:
                found.append(skip("it is being migrated: see rabbitmq-migration", f"secret/{namespace}/{SECRET}"))
            else:
                existing = there.get(secret.secret_name)
                owner = owner_of(existing, release) if existing else None
                found += _judged(secret.secret_name, one.metadata.name, namespace, owner, mounted_by, waiting)
    yield from found
    every = interval(cluster.keyvault_addon.config) if cluster and cluster.keyvault_addon else None
    known = vault_secret_versions if isinstance(vault_secret_versions, tuple) else ()
    have = mounted(records, known, vault_secrets or (), facts.instant(header.collected_at), every)
    yield from _currency(have, vault_secret_versions, rotates=every is not None)
    if not any(finding.status in ("fail", "warn") for finding in found):
        made = sum(len(one.spec.secret_objects) for one in classes)
        newest = sum(one.currency == "newest" for one in have)
        message = f"all {made} Secrets of {len(classes)} classes are there and the driver's"
        if have:
            message += f"; of {len(have)} mounted objects {newest} are known to be the newest"
        yield passed(message, evidence={"classes": len(classes), "secrets": made, "newest": newest})


def _would_mount(pod: facts.Pod, class_name: str, namespace: str) -> bool:
    """Tell whether the pod has the class as a volume, and no node or volume yet."""
    volumes = (volume.csi for volume in pod.spec.volumes if volume.csi and volume.csi.driver == CSI_DRIVER)
    names = {csi.volume_attributes.get("secretProviderClass") for csi in volumes}
    return pod.metadata.namespace == namespace and pod.status.phase == "Pending" and class_name in names


def _judged(
    name: str, class_name: str, namespace: str, owner: str | None, pods: list[str], waiting: list[str]
) -> Iterator[Finding]:
    object_ = f"secret/{namespace}/{name}"
    if owner is None and not pods:
        message = f"it has not arrived: no pod has mounted {class_name}"
        message += f"; {first(waiting)} is waiting to" if waiting else ""
        hint = "get a pod started that mounts the class: see pods-start and secret-mounted"
        yield fail(message, object_, hint, evidence={"check": "pods-start", "pods": [*waiting]} if waiting else None)
    elif owner is None:
        message = f"it was not made, although {first(pods)} has {class_name} mounted"
        events = commands(
            ("kubectl", "get", "events", "-n", namespace, "--field-selector", "reason=FailedToCreateSecret")
        )
        hint = "see the driver's events; in the first minute it may be on its way"
        yield fail(message, object_, hint, evidence={"pods": [*pods]}, commands=events)
    elif owner != "driver":
        whose = "Helm's" if owner.endswith("release") else f"{owner}'s"
        message = f"it is {whose}, not the driver's: what the vault holds may never reach it"
        hint = "keep a copy, delete it, and restart a pod that mounts the class: see installer-secrets"
        yield fail(message, object_, hint, evidence={"owner": owner})
    elif not pods:
        message = f"it is there, and no pod has {class_name} mounted now: it is not kept current"
        hint = "get a pod started that mounts the class: see pods-start"
        yield warn(message, object_, hint, evidence={"check": "pods-start", "pods": [*waiting]} if waiting else None)


def _currency(
    have: tuple[Mounted, ...], versions: tuple[facts.VaultObject, ...] | Missing | None, *, rotates: bool
) -> Iterator[Finding]:
    """Without rotation an older version is in order until the pod restarts: addon-rotation tells of it."""
    for name, older in stale(have) if rotates else ():
        message = f"{first(one.pod for one in older)} still has an older version of {name}, although rotation is on"
        hint = "see the driver's log on that pod's node; a class that names a version stays at it"
        evidence = {"since": older[0].since, "pods": ", ".join(one.pod for one in older)}
        yield warn(message, f"vault-secret/{name}", hint, evidence=evidence)
    open_ = [one for one in have if one.currency == "unknown"]
    if rotates and open_:
        why = f": {versions.reason}" if isinstance(versions, Missing) else ""
        yield unknown(f"whether {len(open_)} of {len(have)} mounted objects are the newest is not known{why}")
