"""What we take from a Kubernetes API server: trimmed views in the API's own words.

Decoding drops every field that is not declared here, so nothing else is ever held: no Secret value, no environment
value, no annotation but the three named in `Annotations`. The same types read `kubectl get -o json` files.

Quantities stay strings as the API prints them (`preflight.quantity` reads them); instants stay RFC 3339 strings
(`preflight.facts.instant` reads them).
"""

import msgspec

Quantities = dict[str, str | int | float]
"""Resource name to quantity, e.g. `{"cpu": "250m", "memory": "1Gi"}`; hand-written files may hold numbers."""


class _Object(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Configuration shared by the structs below: camelCase on the wire; gc=False because facts hold no cycles."""


class Annotations(_Object, frozen=True, kw_only=True):
    """The only annotations we hold: who made an object. last-applied-configuration can repeat values."""

    release_name: str | None = msgspec.field(name="meta.helm.sh/release-name", default=None)
    release_namespace: str | None = msgspec.field(name="meta.helm.sh/release-namespace", default=None)
    hook: str | None = msgspec.field(name="helm.sh/hook", default=None)


class OwnerReference(_Object, frozen=True, kw_only=True):
    """Who an object belongs to."""

    kind: str
    name: str
    controller: bool = False


class ObjectMeta(_Object, frozen=True, kw_only=True):
    """Name, labels, owners and instants of an object."""

    name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: Annotations = Annotations()
    owner_references: tuple[OwnerReference, ...] = ()
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


# --- nodes ---


class Taint(_Object, frozen=True, kw_only=True):
    """effect is NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    effect: str
    value: str = ""


class NodeSpec(_Object, frozen=True, kw_only=True):
    """Taints, cordon and the cloud's id of the machine."""

    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    provider_id: str | None = msgspec.field(name="providerID", default=None)


class Condition(_Object, frozen=True, kw_only=True):
    """A condition of a node or pod; status is True, False or Unknown."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


class NodeInfo(_Object, frozen=True, kw_only=True):
    """Versions the kubelet reports."""

    kubelet_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeStatus(_Object, frozen=True, kw_only=True):
    """What the node has, what it may give to pods, and how it is."""

    capacity: Quantities = {}
    allocatable: Quantities = {}
    conditions: tuple[Condition, ...] = ()
    node_info: NodeInfo = NodeInfo()


class Node(_Object, frozen=True, kw_only=True):
    """A node."""

    metadata: ObjectMeta
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


# --- pods ---


class ResourceRequirements(_Object, frozen=True, kw_only=True):
    """Requests and limits of a container or, pod-level, of a whole pod."""

    requests: Quantities = {}
    limits: Quantities = {}


class ContainerPort(_Object, frozen=True, kw_only=True):
    """A port; host_port 0 means none."""

    container_port: int = 0
    host_port: int = 0
    host_ip: str = msgspec.field(name="hostIP", default="")
    protocol: str = "TCP"


class Container(_Object, frozen=True, kw_only=True):
    """A container of a live pod. Environment and mounts are left out: `TemplateContainer` has what we need of them."""

    name: str = ""
    image: str = ""
    resources: ResourceRequirements = ResourceRequirements()
    ports: tuple[ContainerPort, ...] = ()
    restart_policy: str | None = None


class Toleration(_Object, frozen=True, kw_only=True):
    """An empty key with operator Exists tolerates everything; an empty effect matches every effect."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class SelectorRequirement(_Object, frozen=True, kw_only=True):
    """operator is In, NotIn, Exists, DoesNotExist, and for nodes Gt or Lt."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class NodeSelectorTerm(_Object, frozen=True, kw_only=True):
    """All requirements of a term hold together; a term without any matches nothing."""

    match_expressions: tuple[SelectorRequirement, ...] = ()
    match_fields: tuple[SelectorRequirement, ...] = ()


class NodeSelector(_Object, frozen=True, kw_only=True):
    """One matching term is enough."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(_Object, frozen=True, kw_only=True):
    """Only the required part: preferences never decide whether a pod fits."""

    required: NodeSelector | None = msgspec.field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)


class Affinity(_Object, frozen=True, kw_only=True):
    """Node affinity; affinity between pods is not read."""

    node_affinity: NodeAffinity | None = None


class LocalObjectReference(_Object, frozen=True, kw_only=True):
    """The name of an object in the same namespace."""

    name: str = ""


class CSIVolume(_Object, frozen=True, kw_only=True):
    """An inline CSI volume; for our driver `volume_attributes["secretProviderClass"]` names the class."""

    driver: str = ""
    read_only: bool | None = None
    volume_attributes: dict[str, str] = {}


class ClaimVolume(_Object, frozen=True, kw_only=True):
    """A PersistentVolumeClaim by name."""

    claim_name: str = ""


class SecretItem(_Object, frozen=True, kw_only=True):
    """One key of a Secret that a volume picks."""

    key: str = ""


class SecretVolume(_Object, frozen=True, kw_only=True):
    """A Secret as files; without items every key."""

    secret_name: str = ""
    items: tuple[SecretItem, ...] = ()
    optional: bool = False


class SecretProjection(_Object, frozen=True, kw_only=True):
    """A Secret inside a projected volume."""

    name: str = ""
    items: tuple[SecretItem, ...] = ()
    optional: bool = False


class ProjectedSource(_Object, frozen=True, kw_only=True):
    """One source of a projected volume; only Secrets are read."""

    secret: SecretProjection | None = None


class ProjectedVolume(_Object, frozen=True, kw_only=True):
    """A projected volume."""

    sources: tuple[ProjectedSource, ...] = ()


class Volume(_Object, frozen=True, kw_only=True):
    """A volume of a live pod. Kinds without a field count as others; `TemplateVolume` has more of them."""

    name: str = ""
    csi: CSIVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None


class TemplateVolume(Volume, frozen=True, kw_only=True):
    """A volume of a pod template, with the Secrets it brings."""

    secret: SecretVolume | None = None
    projected: ProjectedVolume | None = None


class SchedulingGate(_Object, frozen=True, kw_only=True):
    """A pod with a gate is not considered by the scheduler."""

    name: str = ""


class PodSpec(_Object, frozen=True, kw_only=True):
    """What decides where a pod may run and what it needs. Fields are those of core/v1."""

    node_name: str | None = None
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    overhead: Quantities = {}
    priority: int | None = None
    priority_class_name: str | None = None
    preemption_policy: str | None = None
    host_network: bool = False
    scheduler_name: str | None = None
    scheduling_gates: tuple[SchedulingGate, ...] = ()
    volumes: tuple[Volume, ...] = ()


class ContainerStateWaiting(_Object, frozen=True, kw_only=True):
    """Why a container waits, in the kubelet's words."""

    reason: str = ""
    message: str = ""


class ContainerState(_Object, frozen=True, kw_only=True):
    """Only the waiting state is read."""

    waiting: ContainerStateWaiting | None = None


class ContainerStatus(_Object, frozen=True, kw_only=True):
    """Allocated and actual resources (in-place resize), and why a container waits."""

    name: str = ""
    ready: bool = False
    resources: ResourceRequirements | None = None
    allocated_resources: Quantities = {}
    state: ContainerState = ContainerState()


class PodStatus(_Object, frozen=True, kw_only=True):
    """Phase, conditions and what in-place resize needs."""

    phase: str = ""
    reason: str = ""
    start_time: str | None = None
    nominated_node_name: str | None = None
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(_Object, frozen=True, kw_only=True):
    """A live pod."""

    metadata: ObjectMeta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


# --- pod templates and workloads ---


class SecretKeySelector(_Object, frozen=True, kw_only=True):
    """A key of a Secret."""

    name: str = ""
    key: str = ""
    optional: bool = False


class EnvVarSource(_Object, frozen=True, kw_only=True):
    """Only references to Secrets are read."""

    secret_key_ref: SecretKeySelector | None = None


class EnvVar(_Object, frozen=True, kw_only=True):
    """The name of an environment variable and where it comes from. There is no field for its value."""

    name: str = ""
    value_from: EnvVarSource | None = None


class SecretEnvSource(_Object, frozen=True, kw_only=True):
    """A Secret whose keys all become environment variables."""

    name: str = ""
    optional: bool = False


class EnvFromSource(_Object, frozen=True, kw_only=True):
    """Only Secrets are read."""

    secret_ref: SecretEnvSource | None = None


class VolumeMount(_Object, frozen=True, kw_only=True):
    """Where a container sees a volume."""

    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    read_only: bool = False


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


class PodTemplate(_Object, frozen=True, kw_only=True):
    """What a workload makes pods from."""

    metadata: ObjectMeta = ObjectMeta()
    spec: TemplateSpec = TemplateSpec()


class LabelSelector(_Object, frozen=True, kw_only=True):
    """All labels and expressions hold together."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[SelectorRequirement, ...] = ()


class DaemonSetSpec(_Object, frozen=True, kw_only=True):
    """The template and whom it owns."""

    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()


class DaemonSetStatus(_Object, frozen=True, kw_only=True):
    """Counts as the controller reports them."""

    desired_number_scheduled: int = 0
    number_ready: int = 0


class DaemonSet(_Object, frozen=True, kw_only=True):
    """A DaemonSet."""

    metadata: ObjectMeta
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class RollingUpdate(_Object, frozen=True, kw_only=True):
    """How far a Deployment's roll-out may go beyond its replicas; a number, or a percentage as a string."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class DeploymentStrategy(_Object, frozen=True, kw_only=True):
    """`Recreate` or `RollingUpdate`, where absent maxSurge and maxUnavailable are 25 %."""

    type: str | None = None
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(_Object, frozen=True, kw_only=True):
    """The template, how many pods of it, and how they are replaced."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    strategy: DeploymentStrategy = DeploymentStrategy()


class Deployment(_Object, frozen=True, kw_only=True):
    """A Deployment."""

    metadata: ObjectMeta
    spec: DeploymentSpec = DeploymentSpec()


class VolumeClaimTemplateSpec(_Object, frozen=True, kw_only=True):
    """Of which class a claim of a StatefulSet is made."""

    storage_class_name: str | None = None


class VolumeClaimTemplate(_Object, frozen=True, kw_only=True):
    """A claim that a StatefulSet makes for each of its pods."""

    metadata: ObjectMeta = ObjectMeta()
    spec: VolumeClaimTemplateSpec = VolumeClaimTemplateSpec()


class StatefulSetSpec(_Object, frozen=True, kw_only=True):
    """The template, how many pods of it, and the claims each of them gets."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    volume_claim_templates: tuple[VolumeClaimTemplate, ...] = ()


class StatefulSet(_Object, frozen=True, kw_only=True):
    """A StatefulSet."""

    metadata: ObjectMeta
    spec: StatefulSetSpec = StatefulSetSpec()


class ReplicaSetSpec(_Object, frozen=True, kw_only=True):
    """How many pods it keeps; its template is its Deployment's."""

    replicas: int | None = None


class ReplicaSet(_Object, frozen=True, kw_only=True):
    """A ReplicaSet: its owner tells which Deployment a pod belongs to."""

    metadata: ObjectMeta
    spec: ReplicaSetSpec = ReplicaSetSpec()


class JobSpec(_Object, frozen=True, kw_only=True):
    """The template and how many pods of it run side by side."""

    parallelism: int | None = None
    suspend: bool = False
    template: PodTemplate = PodTemplate()


class JobStatus(_Object, frozen=True, kw_only=True):
    """Whether it is done."""

    active: int = 0
    conditions: tuple[Condition, ...] = ()


class Job(_Object, frozen=True, kw_only=True):
    """A Job."""

    metadata: ObjectMeta
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


# --- volumes: only what ties a pod to a zone or a node ---


class ClaimSpec(_Object, frozen=True, kw_only=True):
    """The volume a claim is bound to, if any."""

    volume_name: str = ""
    storage_class_name: str | None = None


class PersistentVolumeClaim(_Object, frozen=True, kw_only=True):
    """A claim."""

    metadata: ObjectMeta
    spec: ClaimSpec = ClaimSpec()


class VolumeNodeAffinity(_Object, frozen=True, kw_only=True):
    """The nodes a volume can be attached to; a zonal disk names its zone."""

    required: NodeSelector | None = None


class PersistentVolumeSpec(_Object, frozen=True, kw_only=True):
    """Where the volume can be used."""

    node_affinity: VolumeNodeAffinity | None = None


class PersistentVolume(_Object, frozen=True, kw_only=True):
    """A volume."""

    metadata: ObjectMeta
    spec: PersistentVolumeSpec = PersistentVolumeSpec()


# --- what pods use, from the metrics API ---


class ContainerMetrics(_Object, frozen=True, kw_only=True):
    """Use of one container at one moment."""

    name: str = ""
    usage: Quantities = {}


class PodMetrics(_Object, frozen=True, kw_only=True):
    """Use of one pod at one moment."""

    metadata: ObjectMeta
    containers: tuple[ContainerMetrics, ...] = ()


# --- priorities, budgets ---


class PriorityClass(_Object, frozen=True, kw_only=True):
    """A priority class."""

    metadata: ObjectMeta
    value: int = 0
    global_default: bool = False
    preemption_policy: str | None = None


class PodDisruptionBudgetSpec(_Object, frozen=True, kw_only=True):
    """Whom the budget protects."""

    selector: LabelSelector | None = None


class PodDisruptionBudgetStatus(_Object, frozen=True, kw_only=True):
    """How many more may go; names that are on their way already."""

    disruptions_allowed: int = 0
    disrupted_pods: dict[str, str] = {}


class PodDisruptionBudget(_Object, frozen=True, kw_only=True):
    """A disruption budget."""

    metadata: ObjectMeta
    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
    status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus()


# --- Secrets, without their values ---


class Secret(_Object, frozen=True, kw_only=True):
    """A Secret's metadata. There is no field for data.

    `keys` are the names of its keys where they are known: read from managedFields when their union has the size that
    the server's Table reports, else None. `key_count` is that size, None where only metadata was given. `managers` are
    the field managers (`helm`, `secrets-store-csi-driver`, ...).
    """

    metadata: ObjectMeta
    type: str = ""
    keys: tuple[str, ...] | None = None
    key_count: int | None = None
    immutable: bool | None = None
    managers: tuple[str, ...] = ()


# --- the secrets-store CSI driver ---


class SecretObjectData(_Object, frozen=True, kw_only=True):
    """One key of a Secret to make and the file of the mount that fills it."""

    object_name: str = ""
    key: str = ""


class SecretObject(_Object, frozen=True, kw_only=True):
    """A Secret that the driver is to make."""

    secret_name: str = ""
    type: str = ""
    data: tuple[SecretObjectData, ...] = ()


class ClassParameters(_Object, frozen=True, kw_only=True):
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


class SecretProviderClassSpec(_Object, frozen=True, kw_only=True):
    """What to fetch and which Secrets to make of it."""

    provider: str = ""
    parameters: ClassParameters = ClassParameters()
    secret_objects: tuple[SecretObject, ...] = ()


class SecretProviderClass(_Object, frozen=True, kw_only=True):
    """A SecretProviderClass."""

    metadata: ObjectMeta
    spec: SecretProviderClassSpec = SecretProviderClassSpec()


class SecretProviderClasses(_Object, frozen=True, kw_only=True):
    """The classes, and whether the kind is served at all: a missing CRD is normal before the add-on is on."""

    served: bool
    items: tuple[SecretProviderClass, ...] = ()


class MountedObject(_Object, frozen=True, kw_only=True):
    """One object of a mount and the version that was fetched."""

    id: str = ""
    version: str = ""


class PodStatusOfClass(_Object, frozen=True, kw_only=True):
    """What the driver mounted into which pod."""

    pod_name: str = ""
    secret_provider_class_name: str = ""
    mounted: bool = False
    objects: tuple[MountedObject, ...] = ()


class SecretProviderClassPodStatus(_Object, frozen=True, kw_only=True):
    """The driver's record of one mount."""

    metadata: ObjectMeta
    status: PodStatusOfClass = PodStatusOfClass()


class SecretProviderClassPodStatuses(_Object, frozen=True, kw_only=True):
    """The records, and whether the kind is served at all."""

    served: bool
    items: tuple[SecretProviderClassPodStatus, ...] = ()


# --- cert-manager ---


class CertificateObjectSpec(_Object, frozen=True, kw_only=True):
    """The Secret that cert-manager writes the certificate to."""

    secret_name: str = ""


class CertificateObject(_Object, frozen=True, kw_only=True):
    """A Certificate of cert-manager: whatever else writes to its Secret is overwritten."""

    metadata: ObjectMeta
    spec: CertificateObjectSpec = CertificateObjectSpec()


class CertificateObjects(_Object, frozen=True, kw_only=True):
    """The Certificates, and whether cert-manager's kinds are served at all."""

    served: bool
    items: tuple[CertificateObject, ...] = ()


# --- CSI drivers ---


class CSIDriver(_Object, frozen=True, kw_only=True):
    """A registered CSI driver; ours is `secrets-store.csi.k8s.io`."""

    metadata: ObjectMeta


# --- what the caller may do ---


class ResourceAttributes(_Object, frozen=True, kw_only=True):
    """A request somebody might make."""

    namespace: str = ""
    verb: str = ""
    group: str = ""
    resource: str = ""


class AccessReviewSpec(_Object, frozen=True, kw_only=True):
    """What was asked about."""

    resource_attributes: ResourceAttributes = ResourceAttributes()


class AccessReviewStatus(_Object, frozen=True, kw_only=True):
    """The API server's answer."""

    allowed: bool = False


class AccessReview(_Object, frozen=True, kw_only=True):
    """A SelfSubjectAccessReview: may the caller make this request."""

    spec: AccessReviewSpec = AccessReviewSpec()
    status: AccessReviewStatus = AccessReviewStatus()
