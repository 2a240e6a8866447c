"""Volumes of pods, and the claims that tie a pod to a zone or a node."""

from preflight.facts.kubernetes.nodes import NodeSelector
from preflight.facts.kubernetes.objects import ObjectMeta, Trimmed


class CSIVolume(Trimmed, frozen=True, kw_only=True):
    """An inline CSI volume; for our driver `volume_attributes["secretProviderClass"]` names the class."""

    driver: str = ""
    read_only: bool | None = None
    volume_attributes: dict[str, str] = {}


class ClaimVolume(Trimmed, frozen=True, kw_only=True):
    """A PersistentVolumeClaim by name."""

    claim_name: str = ""


class SecretItem(Trimmed, frozen=True, kw_only=True):
    """One key of a Secret that a volume picks."""

    key: str = ""


class SecretVolume(Trimmed, frozen=True, kw_only=True):
    """A Secret as files; without items every key."""

    secret_name: str = ""
    items: tuple[SecretItem, ...] = ()
    optional: bool = False


class SecretProjection(Trimmed, frozen=True, kw_only=True):
    """A Secret inside a projected volume."""

    name: str = ""
    items: tuple[SecretItem, ...] = ()
    optional: bool = False


class ProjectedSource(Trimmed, frozen=True, kw_only=True):
    """One source of a projected volume; only Secrets are read."""

    secret: SecretProjection | None = None


class ProjectedVolume(Trimmed, frozen=True, kw_only=True):
    """A projected volume."""

    sources: tuple[ProjectedSource, ...] = ()


class Volume(Trimmed, frozen=True, kw_only=True):
    """A volume of a live pod. Kinds without a field count as others; `TemplateVolume` has more of them."""

    name: str = ""
    csi: CSIVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None


class TemplateVolume(Volume, frozen=True, kw_only=True):
    """A volume of a pod template, with the Secrets it brings."""

    secret: SecretVolume | None = None
    projected: ProjectedVolume | None = None


class VolumeMount(Trimmed, frozen=True, kw_only=True):
    """Where a container sees a volume."""

    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    read_only: bool = False


class ClaimSpec(Trimmed, frozen=True, kw_only=True):
    """The volume a claim is bound to, if any."""

    volume_name: str = ""
    storage_class_name: str | None = None


class PersistentVolumeClaim(Trimmed, frozen=True, kw_only=True):
    """A claim."""

    metadata: ObjectMeta
    spec: ClaimSpec = ClaimSpec()


class VolumeNodeAffinity(Trimmed, frozen=True, kw_only=True):
    """The nodes a volume can be attached to; a zonal disk names its zone."""

    required: NodeSelector | None = None


class PersistentVolumeSpec(Trimmed, frozen=True, kw_only=True):
    """Where the volume can be used."""

    node_affinity: VolumeNodeAffinity | None = None


class PersistentVolume(Trimmed, frozen=True, kw_only=True):
    """A volume."""

    metadata: ObjectMeta
    spec: PersistentVolumeSpec = PersistentVolumeSpec()
