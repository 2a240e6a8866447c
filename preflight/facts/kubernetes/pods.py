"""Pods: where they are, what they request, what they wait for, what they use."""

import msgspec

from preflight.facts.kubernetes.nodes import NodeAffinity
from preflight.facts.kubernetes.objects import Condition, LabelSelector, ObjectMeta, Quantities, Trimmed
from preflight.facts.kubernetes.volumes import Volume


class ResourceRequirements(Trimmed, frozen=True, kw_only=True):
    """Requests and limits of a container or, pod-level, of a whole pod."""

    requests: Quantities = {}
    limits: Quantities = {}


class ContainerPort(Trimmed, frozen=True, kw_only=True):
    """A port; host_port 0 means none."""

    container_port: int = 0
    host_port: int = 0
    host_ip: str = msgspec.field(name="hostIP", default="")
    protocol: str = "TCP"


class Container(Trimmed, frozen=True, kw_only=True):
    """A container of a live pod. Environment and mounts are left out: `TemplateContainer` has what we need of them."""

    name: str = ""
    image: str = ""
    resources: ResourceRequirements = ResourceRequirements()
    ports: tuple[ContainerPort, ...] = ()
    restart_policy: str | None = None


class Toleration(Trimmed, frozen=True, kw_only=True):
    """An empty key with operator Exists tolerates everything; an empty effect matches every effect."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class PodAffinityTerm(Trimmed, frozen=True, kw_only=True):
    """Which other pods are meant, and the node label that says how near they are.

    Without namespaces and namespace_selector those of the pod's own namespace are meant. The pod's own value of a label
    in match_label_keys must be theirs too, that of one in mismatch_label_keys must not.
    """

    topology_key: str
    label_selector: LabelSelector | None = None
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None
    match_label_keys: tuple[str, ...] = ()
    mismatch_label_keys: tuple[str, ...] = ()


class PodAffinity(Trimmed, frozen=True, kw_only=True):
    """Only the required part, as for nodes."""

    required: tuple[PodAffinityTerm, ...] = msgspec.field(
        name="requiredDuringSchedulingIgnoredDuringExecution", default=()
    )


class Affinity(Trimmed, frozen=True, kw_only=True):
    """Nodes that a pod is bound to, and pods that it must stand near to or apart from."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class TopologySpreadConstraint(Trimmed, frozen=True, kw_only=True):
    """How evenly the pods that are selected stand on the values of a node label.

    Only `when_unsatisfiable` DoNotSchedule decides. Absent, min_domains is 1, node_affinity_policy Honor and
    node_taints_policy Ignore.
    """

    topology_key: str
    max_skew: int = 1
    when_unsatisfiable: str = "DoNotSchedule"
    label_selector: LabelSelector | None = None
    min_domains: int | None = None
    node_affinity_policy: str | None = None
    node_taints_policy: str | None = None
    match_label_keys: tuple[str, ...] = ()


class SchedulingGate(Trimmed, frozen=True, kw_only=True):
    """A pod with a gate is not considered by the scheduler."""

    name: str = ""


class PodSpec(Trimmed, frozen=True, kw_only=True):
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
    topology_spread_constraints: tuple[TopologySpreadConstraint, ...] = ()
    volumes: tuple[Volume, ...] = ()


class ContainerStateWaiting(Trimmed, frozen=True, kw_only=True):
    """Why a container waits, in the kubelet's words."""

    reason: str = ""
    message: str = ""


class ContainerState(Trimmed, frozen=True, kw_only=True):
    """Only the waiting state is read."""

    waiting: ContainerStateWaiting | None = None


class ContainerStatus(Trimmed, frozen=True, kw_only=True):
    """Allocated and actual resources (in-place resize), and why a container waits."""

    name: str = ""
    ready: bool = False
    resources: ResourceRequirements | None = None
    allocated_resources: Quantities = {}
    state: ContainerState = ContainerState()


class PodStatus(Trimmed, frozen=True, kw_only=True):
    """Phase, conditions and what in-place resize needs."""

    phase: str = ""
    reason: str = ""
    start_time: str | None = None
    nominated_node_name: str | None = None
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()


class Pod(Trimmed, frozen=True, kw_only=True):
    """A live pod."""

    metadata: ObjectMeta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class ContainerMetrics(Trimmed, frozen=True, kw_only=True):
    """Use of one container at one moment."""

    name: str = ""
    usage: Quantities = {}


class PodMetrics(Trimmed, frozen=True, kw_only=True):
    """Use of one pod at one moment."""

    metadata: ObjectMeta
    containers: tuple[ContainerMetrics, ...] = ()
