"""The secrets-store CSI driver: its classes, what pods have mounted, and which drivers are there."""

import msgspec

from preflight.facts.kubernetes.objects import ObjectMeta, Trimmed


class SecretObjectData(Trimmed, frozen=True, kw_only=True):
    """One key of a Secret to make and the file of the mount that fills it."""

    object_name: str = ""
    key: str = ""


class SecretObject(Trimmed, frozen=True, kw_only=True):
    """A Secret that the driver is to make."""

    secret_name: str = ""
    type: str = ""
    data: tuple[SecretObjectData, ...] = ()


class ClassParameters(Trimmed, frozen=True, kw_only=True):
    """The parameters of an azure class that we read. Their spelling is case-sensitive for the provider."""

    use_pod_identity: str | None = None
    use_vm_managed_identity: str | None = msgspec.field(name="useVMManagedIdentity", default=None)
    user_assigned_identity_id: str | None = msgspec.field(name="userAssignedIdentityID", default=None)
    client_id: str | None = msgspec.field(name="clientID", default=None)
    keyvault_name: str | None = None
    cloud_name: str | None = None
    tenant_id: str | None = msgspec.field(name="tenantID", default=None)
    tenant_id_old: str | None = msgspec.field(name="tenantId", default=None)
    objects: str | None = None


class SecretProviderClassSpec(Trimmed, frozen=True, kw_only=True):
    """What to fetch and which Secrets to make of it."""

    provider: str = ""
    parameters: ClassParameters = ClassParameters()
    secret_objects: tuple[SecretObject, ...] = ()


class SecretProviderClass(Trimmed, frozen=True, kw_only=True):
    """A SecretProviderClass."""

    metadata: ObjectMeta
    spec: SecretProviderClassSpec = SecretProviderClassSpec()


class SecretProviderClasses(Trimmed, frozen=True, kw_only=True):
    """The classes, and whether the kind is served at all: a missing CRD is normal before the add-on is on."""

    served: bool
    items: tuple[SecretProviderClass, ...] = ()


class MountedObject(Trimmed, frozen=True, kw_only=True):
    """One object of a mount and the version that was fetched."""

    id: str = ""
    version: str = ""


class PodStatusOfClass(Trimmed, frozen=True, kw_only=True):
    """What the driver mounted into which pod."""

    pod_name: str = ""
    secret_provider_class_name: str = ""
    mounted: bool = False
    objects: tuple[MountedObject, ...] = ()


class SecretProviderClassPodStatus(Trimmed, frozen=True, kw_only=True):
    """The driver's record of one mount."""

    metadata: ObjectMeta
    status: PodStatusOfClass = PodStatusOfClass()


class SecretProviderClassPodStatuses(Trimmed, frozen=True, kw_only=True):
    """The records, and whether the kind is served at all."""

    served: bool
    items: tuple[SecretProviderClassPodStatus, ...] = ()


class CSIDriver(Trimmed, frozen=True, kw_only=True):
    """A registered CSI driver; ours is `secrets-store.csi.k8s.io`."""

    metadata: ObjectMeta
