"""rabbitmq-migration: from a password in the values to a synced one."""

from collections.abc import Iterator

from preflight import Commands, Finding, Missing, Status, check, facts, skip, unknown
from preflight.access.commands import backup, commands, keep_present
from preflight.sync.collisions import UPDATING
from preflight.sync.driver import driver_version
from preflight.sync.existing import namespace_of
from preflight.sync.rabbitmq import KEY, POD, SECRET, Migration, migration, step_of
from preflight.sync.values import location


@check("rabbitmq-migration", group="migration", stages=("deploy", "verify"))
def rabbitmq_migration(
    secrets: tuple[facts.Secret, ...],
    header: facts.Header,
    values: facts.Values | Missing | None = None,
    release: facts.Release | Missing | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
    secret_provider_class_pod_statuses: facts.SecretProviderClassPodStatuses | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
) -> Iterator[Finding]:
    """RabbitMQ can move to a synced password.

    Its chart does not upgrade with neither a password in the values nor the Secret in the cluster ("PASSWORDS ERROR"),
    and Helm refuses a Secret that the driver made while the chart makes one too. So an existing installation moves in
    three steps; a fresh one needs none of them. RabbitMQ keeps its password on its volume: what is put into the vault
    must be the password that it has now. installer-secrets tells of the other services.

    Fix: 1 deploy with the class mounted and the password still in the values. 2 delete the Secret cluedin-rabbitmq and
    restart RabbitMQ's pod; the driver writes it anew. 3 remove the password from the values and deploy again.
    """
    namespace = namespace_of(header, release)
    statuses, claims = secret_provider_class_pod_statuses, persistent_volume_claims or ()
    now = migration(values, secrets, release, secret_provider_classes, statuses, namespace, claims)
    if now.state == "not synced":
        unread = isinstance(values, Missing) and not values.is_skip and secret_provider_classes is None
        yield unknown("what is planned was not read") if unread else skip("RabbitMQ's password is not synced")
    elif isinstance(release, Missing) and now.state not in ("after 2", "done"):
        yield unknown(f"how far it is depends on the release, which was not read: {release.reason}", _object(namespace))
    elif now.state == "before 1" and secret_provider_classes is None:
        yield unknown("how far it is depends on the deployed classes, which were not read", _object(namespace))
    else:
        yield _told(now, header, release, namespace, driver_version(daemon_sets))


def _object(namespace: str) -> str:
    return f"secret/{namespace}/{SECRET}"


def _told(
    now: Migration,
    header: facts.Header,
    release: facts.Release | Missing | None,
    namespace: str,
    driver: tuple[int, ...] | None,
) -> Finding:
    step = step_of(now, release)
    message = step.reached + (f"; {step.not_now}" if step.not_now else "")
    if now.state == "before 1" and (driver is None or driver >= UPDATING):
        message += f"; {'this driver' if driver else 'a driver'} from 1.6 on replaces the Secret already in step 1"
        message += "" if driver else ", and which will run is not known"
    evidence = {"state": now.state, "owner": now.owner, "password_in_values": now.password, "mounted_by": now.pod}
    status = _status(now, header, driver)
    return Finding(
        status=status,
        message=message,
        object=_object(namespace),
        hint=step.next or None,
        evidence={name: value for name, value in evidence.items() if value is not None},
        location=location(now.setting) if status is Status.FAIL or now.state == "after 2" else None,
        commands=_commands(now, header, release, namespace),
    )


def _status(now: Migration, header: facts.Header, driver: tuple[int, ...] | None) -> Status:
    """What is to be deployed would undo a step or be refused; what is deployed already only waits for the next."""
    if now.state in ("fresh", "done") or (now.state == "before 1" and driver is not None and driver < UPDATING):
        return Status.PASS
    if now.state == "mount not known":
        return Status.UNKNOWN
    refused = ("after 2", "too early") if header.stage == "deploy" else ("not mounted",)
    return Status.FAIL if now.state in refused else Status.WARN


def _commands(
    now: Migration, header: facts.Header, release: facts.Release | Missing | None, namespace: str
) -> Commands | None:
    place = ("-n", namespace)
    restart = ("kubectl", "delete", "pod", now.pod or POD, *place)
    look = ("kubectl", "get", "secret", SECRET, *place, "--show-labels")
    records = ("kubectl", "get", "secretproviderclasspodstatuses", *place)
    if now.state == "before 1" and now.owner and now.object_name:
        upload = keep_present(SECRET, KEY, now.object_name, header.target.vault or "VAULT", namespace)
        return _both(upload, commands(_upgrade(header, release, place)))
    if now.state == "after 1" or (now.state == "foreign" and now.pod):
        return _both(
            backup(SECRET, namespace), commands(("kubectl", "delete", "secret", SECRET, *place), restart, look)
        )
    by_state = {
        "mount not known": (records,),
        "not mounted": (records, ("kubectl", "describe", "pod", POD, *place)),
        "within 2": (restart, look),
        "too early": (restart, look),
        "after 2": (_upgrade(header, release, place), restart, look),
    }
    lines = by_state.get(now.state)
    return commands(*lines) if lines else None


def _upgrade(header: facts.Header, release: facts.Release | Missing | None, place: tuple[str, ...]) -> tuple[str, ...]:
    name = release.name if isinstance(release, facts.Release) else None
    files = tuple(word for file in header.target.values for word in ("-f", file))
    return ("helm", "upgrade", name or "RELEASE", "CHART", *place, *(files or ("-f", "values.yaml")))


def _both(first: Commands, then: Commands) -> Commands:
    return Commands(bash=first.bash + then.bash, powershell=first.powershell + then.powershell)
