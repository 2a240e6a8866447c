"""Builders of Secrets without values, and of what the secrets-store driver makes them from."""

from collections.abc import Iterable, Mapping

from preflight.facts import (
    ClassParameters,
    CSIDriver,
    ObjectMeta,
    Secret,
    SecretProviderClass,
    SecretProviderClassPodStatus,
)
from preflight.facts.kubernetes import (
    CSIVolume,
    MountedObject,
    PodStatusOfClass,
    SecretObject,
    SecretObjectData,
    SecretProviderClassSpec,
    Volume,
)
from preflight.testing.kubernetes import CREATED, metadata

CSI_DRIVER = "secrets-store.csi.k8s.io"


def secret(
    name: str,
    *,
    keys: Iterable[str] | None = None,
    namespace: str = "cluedin",
    type: str = "Opaque",
    labels: Mapping[str, str] | None = None,
    owners: Iterable[str] = (),
    release: str | None = None,
    managers: Iterable[str] = (),
    immutable: bool | None = None,
) -> Secret:
    """Return a Secret's metadata; with `release` it bears the marks of that Helm release of the same namespace."""
    known = None if keys is None else tuple(keys)
    helm = {"app.kubernetes.io/managed-by": "Helm"} if release else {}
    return Secret(
        metadata=metadata(name, namespace, labels={**helm, **(labels or {})}, owners=owners, release=release),
        type=type,
        keys=known,
        key_count=None if known is None else len(known),
        immutable=immutable,
        managers=tuple(managers),
    )


def secret_provider_class(
    name: str,
    secrets: Mapping[str, Mapping[str, str]],
    *,
    namespace: str = "cluedin",
    types: Mapping[str, str] | None = None,
    vault: str = "kv-cluedin-sample",
    tenant: str = "",
    client_id: str = "",
    provider: str = "azure",
) -> SecretProviderClass:
    """Return a class as CluedIn's chart renders it: `secrets` maps Secret name to {key: vault object}."""
    objects = dict.fromkeys(name for keys in secrets.values() for name in keys.values())
    entries = "".join(f"  - |\n    objectName: {name}\n    objectType: secret\n" for name in objects)
    return SecretProviderClass(
        metadata=metadata(name, namespace),
        spec=SecretProviderClassSpec(
            provider=provider,
            parameters=ClassParameters(
                use_pod_identity="false",
                use_vm_managed_identity="true",
                user_assigned_identity_id=client_id,
                keyvault_name=vault,
                tenant_id_old=tenant,
                objects=f"array:\n{entries}",
            ),
            secret_objects=tuple(
                SecretObject(
                    secret_name=secret_name,
                    type=(types or {}).get(secret_name, "Opaque"),
                    data=tuple(SecretObjectData(object_name=name, key=key) for key, name in keys.items()),
                )
                for secret_name, keys in secrets.items()
            ),
        ),
    )


def class_pod_status(
    class_name: str, pod: str, objects: Mapping[str, str], *, namespace: str = "cluedin", mounted: bool = True
) -> SecretProviderClassPodStatus:
    """Return the driver's record of one mount: `objects` maps vault object to the version that was fetched."""
    return SecretProviderClassPodStatus(
        metadata=metadata(f"{pod}-{namespace}-{class_name}", namespace),
        status=PodStatusOfClass(
            pod_name=pod,
            secret_provider_class_name=class_name,
            mounted=mounted,
            objects=tuple(MountedObject(id=f"secret/{name}", version=version) for name, version in objects.items()),
        ),
    )


def csi_driver(name: str = CSI_DRIVER, *, labels: Mapping[str, str] | None = None) -> CSIDriver:
    """Return a registered CSI driver, the secrets-store one unless named otherwise."""
    return CSIDriver(metadata=ObjectMeta(name=name, labels=dict(labels or {}), creation_timestamp=CREATED))


def class_volume(class_name: str, name: str = "azure-keyvault-secrets") -> Volume:
    """Return the CSI volume through which a pod mounts a SecretProviderClass."""
    attributes = {"secretProviderClass": class_name}
    return Volume(name=name, csi=CSIVolume(driver=CSI_DRIVER, read_only=True, volume_attributes=attributes))
