"""What makes pods: their templates, and the workloads that hold them."""

from preflight.facts.kubernetes.objects import Condition, LabelSelector, LocalObjectReference, ObjectMeta, Trimmed
from preflight.facts.kubernetes.pods import Container, PodSpec
from preflight.facts.kubernetes.volumes import TemplateVolume, VolumeMount


class SecretKeySelector(Trimmed, frozen=True, kw_only=True):
    """A key of a Secret."""

    name: str = ""
    key: str = ""
    optional: bool = False


class EnvVarSource(Trimmed, frozen=True, kw_only=True):
    """Only references to Secrets are read."""

    secret_key_ref: SecretKeySelector | None = None


class EnvVar(Trimmed, frozen=True, kw_only=True):
    """The name of an environment variable and where it comes from. There is no field for its value."""

    name: str = ""
    value_from: EnvVarSource | None = None


class SecretEnvSource(Trimmed, frozen=True, kw_only=True):
    """A Secret whose keys all become environment variables."""

    name: str = ""
    optional: bool = False


class EnvFromSource(Trimmed, frozen=True, kw_only=True):
    """Only Secrets are read."""

    secret_ref: SecretEnvSource | None = None


class TemplateContainer(Container, frozen=True, kw_only=True):
    """A container of a pod template, with the Secrets it refers to and its mounts."""

    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()


class TemplateSpec(PodSpec, frozen=True, kw_only=True):
    """The spec of a pod template."""

    containers: tuple[TemplateContainer, ...] = ()
    init_containers: tuple[TemplateContainer, ...] = ()
    volumes: tuple[TemplateVolume, ...] = ()
    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    restart_policy: str | None = None


class PodTemplate(Trimmed, frozen=True, kw_only=True):
    """What a workload makes pods from."""

    metadata: ObjectMeta = ObjectMeta()
    spec: TemplateSpec = TemplateSpec()


class DaemonSetSpec(Trimmed, frozen=True, kw_only=True):
    """The template and whom it owns."""

    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()


class DaemonSetStatus(Trimmed, frozen=True, kw_only=True):
    """Counts as the controller reports them."""

    desired_number_scheduled: int = 0
    number_ready: int = 0


class DaemonSet(Trimmed, frozen=True, kw_only=True):
    """A DaemonSet."""

    metadata: ObjectMeta
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class RollingUpdate(Trimmed, frozen=True, kw_only=True):
    """How far a Deployment's roll-out may go beyond its replicas; a number, or a percentage as a string."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class DeploymentStrategy(Trimmed, frozen=True, kw_only=True):
    """`Recreate` or `RollingUpdate`, where absent maxSurge and maxUnavailable are 25 %."""

    type: str | None = None
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(Trimmed, frozen=True, kw_only=True):
    """The template, how many pods of it, and how they are replaced."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    strategy: DeploymentStrategy = DeploymentStrategy()


class Deployment(Trimmed, frozen=True, kw_only=True):
    """A Deployment."""

    metadata: ObjectMeta
    spec: DeploymentSpec = DeploymentSpec()


class VolumeClaimTemplateSpec(Trimmed, frozen=True, kw_only=True):
    """Of which class a claim of a StatefulSet is made."""

    storage_class_name: str | None = None


class VolumeClaimTemplate(Trimmed, frozen=True, kw_only=True):
    """A claim that a StatefulSet makes for each of its pods."""

    metadata: ObjectMeta = ObjectMeta()
    spec: VolumeClaimTemplateSpec = VolumeClaimTemplateSpec()


class StatefulSetSpec(Trimmed, frozen=True, kw_only=True):
    """The template, how many pods of it, and the claims each of them gets."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    volume_claim_templates: tuple[VolumeClaimTemplate, ...] = ()


class StatefulSet(Trimmed, frozen=True, kw_only=True):
    """A StatefulSet."""

    metadata: ObjectMeta
    spec: StatefulSetSpec = StatefulSetSpec()


class ReplicaSetSpec(Trimmed, frozen=True, kw_only=True):
    """How many pods it keeps; its template is its Deployment's."""

    replicas: int | None = None


class ReplicaSet(Trimmed, frozen=True, kw_only=True):
    """A ReplicaSet: its owner tells which Deployment a pod belongs to."""

    metadata: ObjectMeta
    spec: ReplicaSetSpec = ReplicaSetSpec()


class JobSpec(Trimmed, frozen=True, kw_only=True):
    """The template and how many pods of it run side by side."""

    parallelism: int | None = None
    suspend: bool = False
    template: PodTemplate = PodTemplate()


class JobStatus(Trimmed, frozen=True, kw_only=True):
    """Whether it is done."""

    active: int = 0
    conditions: tuple[Condition, ...] = ()


class Job(Trimmed, frozen=True, kw_only=True):
    """A Job."""

    metadata: ObjectMeta
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()
