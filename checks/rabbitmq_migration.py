"""rabbitmq-migration: from a password in the values to a synced one."""

from collections.abc import Iterator

from preflight import Commands, Finding, Missing, Status, check, facts, skip, unknown, warn
from preflight.access.commands import commands
from preflight.sync.collisions import UPDATING
from preflight.sync.driver import driver_version
from preflight.sync.existing import by_name, namespace_of, owner_of
from preflight.sync.needed import needs
from preflight.sync.rabbitmq import POD, PROCEDURE, SECRET, Migration, migration
from preflight.sync.values import location

_REMEMBER = {
    "cluedin-sqlserver-secret": ("SQL Server", "sqlserver", "the sa login in its master database"),
    "cluedin-neo4j-secrets": ("Neo4j", "neo4j", "the user in its system database"),
    "elasticsearch-credentials": ("Elasticsearch", "elasticsearch", "the user in its security index"),
}
"""Secrets of services that keep the password they were first started with on their volume; Redis keeps none."""


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
    three steps; a fresh one needs none of them. RabbitMQ keeps its password on its volume, like SQL Server, Neo4j and
    Elasticsearch: what is put into the vault must be the password that the service has now.

    Fix: 1 deploy with the class mounted and the password still in the values. 2 delete the Secret cluedin-rabbitmq and
    restart RabbitMQ's pod; the driver writes it anew. 3 remove the password from the values and deploy again.
    """
    namespace = namespace_of(header, release)
    now = migration(values, secrets, release, secret_provider_classes, secret_provider_class_pod_statuses, namespace)
    if now.state == "not synced":
        unread = isinstance(values, Missing) and not values.is_skip and secret_provider_classes is None
        yield unknown("what is planned was not read") if unread else skip("RabbitMQ's password is not synced")
    elif isinstance(release, Missing) and now.state not in ("after 2", "done"):
        yield unknown(f"how far it is depends on the release, which was not read: {release.reason}", _object(namespace))
    else:
        yield _told(now, namespace, deploying=header.stage == "deploy", replaces=_replaces(daemon_sets))
    yield from _keeping(values, secrets, release, persistent_volume_claims or (), namespace)


def _object(namespace: str) -> str:
    return f"secret/{namespace}/{SECRET}"


def _replaces(daemon_sets: tuple[facts.DaemonSet, ...] | None) -> bool:
    return (driver_version(daemon_sets) or (0,)) >= UPDATING


def _told(now: Migration, namespace: str, *, deploying: bool, replaces: bool) -> Finding:
    step = PROCEDURE[now.state]
    message = step.reached + (f"; {step.not_now}" if step.not_now else "")
    if now.state == "before 1" and replaces:
        message += "; this driver (1.6 or later) replaces the Secret already in step 1"
    evidence = {"state": now.state, "owner": now.owner, "password_in_values": now.password, "mounted_by": now.pod}
    status = _status(now, deploying=deploying, replaces=replaces)
    return Finding(
        status=status,
        message=message,
        object=_object(namespace),
        hint=step.next or None,
        evidence={name: value for name, value in evidence.items() if value is not None},
        location=location(now.setting) if status is Status.FAIL or now.state == "after 2" else None,
        commands=_commands(now, namespace),
    )


def _status(now: Migration, *, deploying: bool, replaces: bool) -> Status:
    if now.state in ("fresh", "done") or (now.state == "before 1" and not replaces):
        return Status.PASS
    # What is about to be deployed would be refused by Helm; what is deployed already only waits for the next step.
    refused = now.state == "not mounted" or (deploying and now.state in ("after 2", "too early"))
    return Status.FAIL if refused else Status.WARN


def _commands(now: Migration, namespace: str) -> Commands | None:
    delete = ("kubectl", "delete", "secret", SECRET, "-n", namespace)
    restart = ("kubectl", "delete", "pod", now.pod or POD, "-n", namespace)
    look = ("kubectl", "get", "secret", SECRET, "-n", namespace, "--show-labels")
    if now.state == "after 1":
        return commands(delete, restart, look)
    return commands(restart, look) if now.state in ("within 2", "too early") else None


def _keeping(
    values: facts.Values | Missing | None,
    secrets: tuple[facts.Secret, ...],
    release: facts.Release | Missing | None,
    claims: tuple[facts.PersistentVolumeClaim, ...],
    namespace: str,
) -> Iterator[Finding]:
    """The other services that keep their password on a volume, and whose Secret the driver is to take over."""
    planned = {name for need in needs(values, None) for name in need.secrets}
    there = by_name(secrets, namespace)
    for name, (service, part, where) in _REMEMBER.items():
        volume = next((c.metadata.name for c in claims if part in c.metadata.name and _is_in(c, namespace)), None)
        if name in planned and volume and (name not in there or owner_of(there[name], release) != "driver"):
            message = f"{service} keeps its password in {where}, on volume {volume}: a new one in {name} locks it out"
            hint = f"put the password that {service} has now into the vault; values were not compared"
            yield warn(message, f"secret/{namespace}/{name}", hint, evidence={"volume": volume})


def _is_in(claim: facts.PersistentVolumeClaim, namespace: str) -> bool:
    return claim.metadata.namespace in ("", namespace)
