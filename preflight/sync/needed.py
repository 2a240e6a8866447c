"""Which objects of the vault are needed, by whom, and whether each is there and usable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from preflight.facts import (
    DeletedVaultObject,
    Header,
    Manifest,
    Missing,
    Pod,
    Release,
    SecretProviderClasses,
    Setting,
    Values,
    VaultObject,
    instant,
)
from preflight.sync.graph import CSI_DRIVER, Graph
from preflight.sync.planned import planned
from preflight.sync.rendered import graph_of
from preflight.sync.values import TLS, keyvault, objects_needed

DAY = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Need:
    """A vault object that classes fetch. `certificate` says that a certificate with its key is wanted."""

    name: str
    class_names: tuple[str, ...]
    secrets: tuple[str, ...]
    certificate: bool
    setting: Setting | None


def needs(values: Values | Missing | None, classes: SecretProviderClasses | None) -> tuple[Need, ...]:
    """Return what is needed, each name once whatever its case, in the order of the values.

    Without values that are switched on, what the deployed classes of provider azure fetch. A placeholder that a
    pipeline fills in is nobody's name yet.
    """
    block = keyvault(values) if isinstance(values, Values) else None
    uses: list[tuple[str, str, str | None, bool, Setting | None]] = []
    if block and block.enabled:
        uses = [
            (one.name, one.class_name, one.secret, one.certificate, one.setting)
            for one in objects_needed(block)
            if one.setting.kind != "token"
        ]
    elif block is None and classes:
        uses = list(_fetched(classes))
    found: dict[str, Need] = {}
    for name, class_name, secret, certificate, setting in uses:
        known = found.get(name.lower())
        found[name.lower()] = Need(
            name=known.name if known else name,
            class_names=tuple(dict.fromkeys((*(known.class_names if known else ()), class_name))),
            secrets=tuple(dict.fromkeys((*(known.secrets if known else ()), *([secret] if secret else [])))),
            certificate=certificate or bool(known and known.certificate),
            setting=known.setting if known else setting,
        )
    return tuple(found.values())


def _fetched(classes: SecretProviderClasses) -> Iterable[tuple[str, str, str | None, bool, Setting | None]]:
    deployed = sorted(classes.items, key=lambda one: (one.metadata.namespace, one.metadata.name))
    for one in graph_of(Manifest(source="release", classes=tuple(deployed))).classes:
        for fetched in one.objects if one.provider == "azure" else ():
            makes = [secret for secret in one.secrets if any(file == fetched.file for _, file in secret.keys)]
            certificate = any(secret.type == TLS for secret in makes)
            yield fetched.name, one.name, makes[0].name if makes else None, certificate, None


def mounting(
    class_names: Iterable[str],
    values: Values | Missing | None,
    header: Header,
    release: Release | Missing | None,
    pods: tuple[Pod, ...] | None,
) -> tuple[str, ...]:
    """Return who mounts any of the classes: pods that are there, else the workloads that the plan makes."""
    wanted = set(class_names)
    there = {
        pod.metadata.name
        for pod in pods or ()
        for volume in pod.spec.volumes
        if volume.csi
        and volume.csi.driver == CSI_DRIVER
        and volume.csi.volume_attributes.get("secretProviderClass") in wanted
    }
    if there:
        return tuple(sorted(there))
    graph = planned(values, release=release, header=header)
    if not isinstance(graph, Graph):
        return ()
    return tuple(dict.fromkeys(mount.pod.workload for mount in graph.mounts if mount.class_name in wanted))


def newest(objects: Iterable[VaultObject]) -> Mapping[str, VaultObject]:
    """Return the objects by name in small letters; of several versions the one that was made last."""
    in_order = sorted(objects, key=lambda one: (one.created or one.updated or "", one.version or ""))
    return {one.name.lower(): one for one in in_order}


def deleted(objects: Iterable[DeletedVaultObject] | None) -> Mapping[str, DeletedVaultObject]:
    """Return the deleted objects by name in small letters."""
    return {one.name.lower(): one for one in objects or ()}


def days_until(when: str | None, now: datetime) -> float | None:
    """Return the days from now to an instant, negative when it is over; None where there is no such instant.

    >>> days_until("2026-01-16T12:00:00Z", instant("2026-01-15T00:00:00Z"))
    1.5
    """
    try:
        return (instant(when) - now).total_seconds() / DAY if when else None
    except ValueError:
        return None
