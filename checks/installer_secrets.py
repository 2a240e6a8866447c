"""installer-secrets: Secrets that are there already and what becomes of them."""

from collections.abc import Iterator

from preflight import Finding, Location, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import keep_present
from preflight.sync.collisions import collide
from preflight.sync.driver import driver_version
from preflight.sync.existing import by_name, is_dropped, namespace_of, owner_of
from preflight.sync.issued import askers
from preflight.sync.passwords import Switch, switches
from preflight.sync.planned import graph_or_end
from preflight.sync.rabbitmq import SECRET as RABBITMQ
from preflight.sync.rabbitmq import migration
from preflight.sync.values import location

_DELETED = "is the driver's, and deleted by Helm in the upgrade all the same: the deployed release made it too"


@check("installer-secrets", group="collision")
def installer_secrets(
    values: facts.Values,
    secrets: tuple[facts.Secret, ...],
    release: facts.Release | Missing | None = None,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    secret_provider_class_pod_statuses: facts.SecretProviderClassPodStatuses | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
    persistent_volume_claims: tuple[facts.PersistentVolumeClaim, ...] | None = None,
    value_parity: tuple[facts.ValueRelation, ...] | None = None,
    cert_manager_certificates: facts.CertificateObjects | None = None,
    ingresses: tuple[facts.Ingress, ...] | None = None,
) -> Iterator[Finding]:
    """No Secret made by somebody else stands in the way.

    A Secret of the same name that the driver did not make is left alone by drivers up to 1.5, so the pods keep the
    old value for ever; from 1.6 on it is replaced whole. If the chart makes it too, Helm and the driver own it
    together, or Helm refuses the release ("invalid ownership metadata"). And a service keeps on its volume the password
    that it was first started with, whatever becomes of its Secret.

    Fix: set the switch that stops the chart making its own; then Helm deletes it by itself in the upgrade. Of
    anything else make a copy, and delete it only once the class is mounted, followed by a restart of that pod. Let the
    vault hold the passwords that services have now; `--read-values` compares them.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    namespace = namespace_of(header, release)
    there = by_name(secrets, namespace)
    wanted = {secret.name: secret for item in graph.classes for secret in item.secrets if secret.name}
    asking = askers(namespace, certificates=cert_manager_certificates, ingresses=ingresses, manifest=manifest)
    mounted = _mounted(secret_provider_class_pod_statuses, namespace)
    is_moving = RABBITMQ in wanted and (
        migration(
            values, secrets, release, secret_provider_classes, secret_provider_class_pod_statuses, namespace
        ).under_way
    )
    found = []
    for name, secret in wanted.items():
        existing, place = there.get(name), location(secret.setting)
        made_by = owner_of(existing, release) if existing else None
        if existing is None or (made_by == "driver" and not is_dropped(existing, release, graph)):
            continue
        if name == RABBITMQ and is_moving:
            found.append(skip("its migration is under way: see rabbitmq-migration", _id(existing)))
            continue
        if made_by == "driver":
            message, cure = f"{name} {_DELETED}", "restart a pod that mounts its class right after it"
            found.append(warn(message, _id(existing), cure, location=place))
            continue
        if isinstance(release, Missing) and existing.metadata.labels.get("app.kubernetes.io/managed-by") == "Helm":
            found.append(
                unknown(f"{name} is Helm's; whose release it is could not be read: {release.reason}", _id(existing))
            )
            continue
        collision = collide(
            graph,
            secret,
            existing,
            release=release,
            driver=driver_version(daemon_sets),
            mounted=mounted,
            asking=asking.get(name, ()),
        )
        say = fail if collision.status == "fail" else warn
        found.append(say(collision.message, _id(existing), collision.hint, location=place, commands=collision.commands))
    if value_parity is None:
        vault = (header.target.vault if header else None) or "VAULT"
        switched = switches(wanted.values(), secrets, release, persistent_volume_claims or (), namespace)
        found += [_keeps(one, location(wanted[one.secret].setting), vault, namespace) for one in switched]
    yield from found
    if not any(finding.status != "skip" for finding in found):
        present = sum(name in there for name in wanted)
        yield passed(f"of {len(wanted)} planned Secrets {present} are there, all made by the driver")


def _id(secret: facts.Secret) -> str:
    return f"secret/{secret.metadata.namespace or '-'}/{secret.metadata.name}"


def _mounted(statuses: facts.SecretProviderClassPodStatuses | None, namespace: str) -> dict[str, str]:
    """Class to a pod that has it mounted."""
    return {
        item.status.secret_provider_class_name: item.status.pod_name
        for item in (statuses.items if statuses else ())
        if item.status.mounted and item.metadata.namespace in ("", namespace)
    }


def _keeps(one: Switch, place: Location | None, vault: str, namespace: str) -> Finding:
    """What a service with a volume makes of another password; the present one goes into the vault from its Secret."""
    cure = keep_present(one.secret, one.key, one.object_name, vault, namespace) if one.object_name else None
    object_, evidence = f"secret/{namespace}/{one.secret}", {"volume": one.volume}
    return warn(one.message, object_, one.hint, evidence=evidence, location=place, commands=cure)
