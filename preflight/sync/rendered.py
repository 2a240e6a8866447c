"""A rendered manifest as a graph."""

import re
from collections.abc import Iterable
from typing import Literal

from preflight.facts import Manifest, SecretProviderClass, Workload
from preflight.facts.kubernetes import SecretItem, TemplateContainer, TemplateVolume
from preflight.sync.graph import (
    CSI_DRIVER,
    Basis,
    Container,
    FetchedObject,
    Graph,
    LaterSecret,
    MadeSecret,
    Mount,
    PlannedClass,
    PodPlan,
    SecretUse,
    SyncedSecret,
    Volume,
)
from preflight.sync.issued import asks

_FIELD = re.compile(r"^[\s-]*(objectName|objectType|objectAlias):[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def graph_of(manifest: Manifest, *, version: str | None = None) -> Graph:
    """Build the graph of a rendered manifest; the best there is, because nothing in it is predicted."""
    basis: Basis = "release manifest" if manifest.source == "release" else "manifest"
    return Graph(
        basis=basis,
        version=version,
        pods=tuple(_pod(workload) for workload in manifest.workloads),
        classes=tuple(_class(item) for item in manifest.classes),
        made=tuple(
            MadeSecret(
                name=secret.metadata.name,
                keys=secret.keys,
                type=secret.type or "Opaque",
                hook=secret.metadata.annotations.hook,
            )
            for secret in manifest.secrets
        ),
        later=tuple(
            LaterSecret(name=item.secret_name, by=f"cert-manager, for Certificate {item.name}")
            for item in manifest.certificates
            if item.secret_name
        )
        + tuple(
            LaterSecret(name=tls.secret_name, by=f"cert-manager, for Ingress {item.metadata.name}", certain=False)
            for item in manifest.ingresses
            if asks(item.metadata.annotations)
            for tls in item.spec.tls
        ),
    )


def _pod(workload: Workload) -> PodPlan:
    spec = workload.template.spec
    return PodPlan(
        kind=workload.kind,
        name=workload.metadata.name,
        replicas=workload.replicas,
        hook=workload.metadata.annotations.hook,
        volumes=tuple(_volume(volume) for volume in spec.volumes),
        claims=workload.claims,
        containers=(
            *(_container(container, init=True) for container in spec.init_containers),
            *(_container(container, init=False) for container in spec.containers),
        ),
        pull_secrets=tuple(reference.name for reference in spec.image_pull_secrets),
    )


def _container(container: TemplateContainer, *, init: bool) -> Container:
    references = [env.value_from.secret_key_ref for env in container.env if env.value_from]
    sources = [source.secret_ref for source in container.env_from]
    uses = (
        *(SecretUse(secret=one.name, key=one.key, how="env", optional=one.optional) for one in references if one),
        *(SecretUse(secret=one.name, key=None, how="envFrom", optional=one.optional) for one in sources if one),
    )
    return Container(
        name=container.name,
        init=init,
        mounts=tuple(
            Mount(volume=item.name, path=item.mount_path, sub_path=item.sub_path, read_only=item.read_only)
            for item in container.volume_mounts
        ),
        uses=uses,
    )


def _volume(volume: TemplateVolume) -> Volume:
    secrets: tuple[SecretUse, ...] = ()
    if volume.secret:
        one = volume.secret
        secrets = _uses(one.secret_name, one.items, "volume", optional=one.optional)
    for source in volume.projected.sources if volume.projected else ():
        if source.secret:
            secrets += _uses(source.secret.name, source.secret.items, "projected", optional=source.secret.optional)
    csi = volume.csi if volume.csi and volume.csi.driver == CSI_DRIVER else None
    return Volume(
        name=volume.name,
        class_name=csi.volume_attributes.get("secretProviderClass", "") if csi else None,
        read_only=bool(csi.read_only) if csi else True,
        secrets=secrets,
    )


def _uses(
    secret: str, items: tuple[SecretItem, ...], how: Literal["volume", "projected"], *, optional: bool
) -> tuple[SecretUse, ...]:
    keys: tuple[str | None, ...] = tuple(item.key for item in items) or (None,)
    return tuple(SecretUse(secret=secret, key=key, how=how, optional=optional) for key in keys)


def _class(item: SecretProviderClass) -> PlannedClass:
    return PlannedClass(
        name=item.metadata.name,
        provider=item.spec.provider,
        objects=tuple(_objects(item.spec.parameters.objects or "")),
        secrets=tuple(
            SyncedSecret(
                name=secret.secret_name,
                type=secret.type or "Opaque",
                keys=tuple((data.key, data.object_name) for data in secret.data),
            )
            for secret in item.spec.secret_objects
        ),
    )


def _objects(text: str) -> Iterable[FetchedObject]:
    """Read the `objects` parameter: YAML in YAML, each entry a text again; only three fields of it matter."""
    found: dict[str, str] = {}
    for field, value in _FIELD.findall(text):
        if field in found:
            yield _fetched(found)
            found = {}
        found[field] = value.strip("\"'")
    if found:
        yield _fetched(found)


def _fetched(found: dict[str, str]) -> FetchedObject:
    name = found.get("objectName", "")
    return FetchedObject(name=name, type=found.get("objectType", ""), file=found.get("objectAlias") or name)
