"""Builders of what makes pods, what protects them, and what ties them to a zone."""

from collections.abc import Iterable, Mapping

from preflight.facts import (
    Container,
    DaemonSet,
    Deployment,
    Job,
    ObjectMeta,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
    PodTemplate,
    PriorityClass,
    ReplicaSet,
    StatefulSet,
    TemplateSpec,
)
from preflight.facts.kubernetes import (
    ClaimSpec,
    Condition,
    DaemonSetSpec,
    DaemonSetStatus,
    DeploymentSpec,
    DeploymentStrategy,
    JobSpec,
    JobStatus,
    LabelSelector,
    NodeSelector,
    NodeSelectorTerm,
    PersistentVolumeSpec,
    PodDisruptionBudgetSpec,
    PodDisruptionBudgetStatus,
    ReplicaSetSpec,
    RollingUpdate,
    SelectorRequirement,
    StatefulSetSpec,
    TemplateContainer,
    TemplateVolume,
    VolumeNodeAffinity,
)
from preflight.testing.kubernetes import CREATED, PRIORITIES, container, metadata, pod

ZONE = "topology.kubernetes.io/zone"


def template_of(made: Pod, *, restart_policy: str = "Always") -> PodTemplate:
    """Return the template that such a pod was made from: without its node, and with its priority by name only."""
    spec = made.spec
    return PodTemplate(
        metadata=ObjectMeta(labels=made.metadata.labels),
        spec=TemplateSpec(
            node_selector=spec.node_selector,
            tolerations=spec.tolerations,
            containers=tuple(
                TemplateContainer(name=c.name, image=c.image, resources=c.resources, ports=c.ports)
                for c in spec.containers
            ),
            priority_class_name=spec.priority_class_name,
            host_network=spec.host_network,
            scheduler_name=spec.scheduler_name,
            volumes=tuple(
                TemplateVolume(name=v.name, csi=v.csi, persistent_volume_claim=v.persistent_volume_claim)
                for v in spec.volumes
            ),
            restart_policy=restart_policy,
        ),
    )


def daemon_set(
    name: str,
    *,
    namespace: str = "kube-system",
    labels: Mapping[str, str] | None = None,
    containers: Iterable[Container] | None = None,
    tolerations: Iterable[str] = ("*",),
    node_selector: Mapping[str, str] | None = None,
    priority_class: str | None = "system-node-critical",
    host_network: bool = False,
    desired: int = 0,
    ready: int | None = None,
) -> DaemonSet:
    """Return a DaemonSet that tolerates everything; all its pods are ready unless told otherwise."""
    selected = dict(labels or {"app": name})
    made = pod(
        name,
        labels=selected,
        containers=(container(name),) if containers is None else containers,
        tolerations=tolerations,
        node_selector=node_selector,
        priority_class=priority_class,
        host_network=host_network,
    )
    return DaemonSet(
        metadata=metadata(name, namespace, labels=selected),
        spec=DaemonSetSpec(selector=LabelSelector(match_labels=selected), template=template_of(made)),
        status=DaemonSetStatus(desired_number_scheduled=desired, number_ready=desired if ready is None else ready),
    )


def deployment(name: str, made: Pod, *, replicas: int = 1) -> Deployment:
    """Return a Deployment of such pods, rolled out as Kubernetes does unless told otherwise."""
    return Deployment(
        metadata=metadata(name, made.metadata.namespace, labels=made.metadata.labels),
        spec=DeploymentSpec(
            replicas=replicas,
            selector=LabelSelector(match_labels=made.metadata.labels),
            template=template_of(made),
            strategy=DeploymentStrategy(
                type="RollingUpdate", rolling_update=RollingUpdate(max_surge="25%", max_unavailable="25%")
            ),
        ),
    )


def replica_set(name: str, owner: str, *, namespace: str = "cluedin", replicas: int = 1) -> ReplicaSet:
    """Return the ReplicaSet of the Deployment `owner`."""
    return ReplicaSet(
        metadata=metadata(name, namespace, owners=(f"Deployment/{owner}",)), spec=ReplicaSetSpec(replicas=replicas)
    )


def stateful_set(name: str, made: Pod, *, replicas: int = 1) -> StatefulSet:
    """Return a StatefulSet of such pods."""
    return StatefulSet(
        metadata=metadata(name, made.metadata.namespace, labels=made.metadata.labels),
        spec=StatefulSetSpec(
            replicas=replicas,
            selector=LabelSelector(match_labels=made.metadata.labels),
            template=template_of(made),
        ),
    )


def finished_job(name: str, made: Pod) -> Job:
    """Return a Job that made such a pod and is done."""
    return Job(
        metadata=metadata(name, made.metadata.namespace, labels=made.metadata.labels),
        spec=JobSpec(parallelism=1, template=template_of(made, restart_policy="Never")),
        status=JobStatus(
            conditions=tuple(Condition(type=kind, status="True") for kind in ("SuccessCriteriaMet", "Complete"))
        ),
    )


def claim(name: str, volume: str, *, namespace: str = "cluedin") -> PersistentVolumeClaim:
    """Return a claim that is bound to a volume."""
    return PersistentVolumeClaim(
        metadata=metadata(name, namespace), spec=ClaimSpec(volume_name=volume, storage_class_name="default")
    )


def zonal_volume(name: str, *zones: str) -> PersistentVolume:
    """Return a disk that can be attached in these zones only."""
    term = NodeSelectorTerm(match_expressions=(SelectorRequirement(key=ZONE, operator="In", values=zones),))
    affinity = VolumeNodeAffinity(required=NodeSelector(node_selector_terms=(term,)))
    return PersistentVolume(
        metadata=ObjectMeta(name=name, creation_timestamp=CREATED), spec=PersistentVolumeSpec(node_affinity=affinity)
    )


def priority_class(name: str, value: int | None = None) -> PriorityClass:
    """Return a priority class; the value of a known name may be left out."""
    return PriorityClass(
        metadata=ObjectMeta(name=name, creation_timestamp=CREATED),
        value=PRIORITIES[name] if value is None else value,
        preemption_policy="PreemptLowerPriority",
    )


def pod_disruption_budget(
    name: str, *, match: Mapping[str, str], allowed: int = 0, namespace: str = "cluedin"
) -> PodDisruptionBudget:
    """Return a disruption budget of the pods with these labels that lets `allowed` more go."""
    return PodDisruptionBudget(
        metadata=metadata(name, namespace),
        spec=PodDisruptionBudgetSpec(selector=LabelSelector(match_labels=dict(match))),
        status=PodDisruptionBudgetStatus(disruptions_allowed=allowed),
    )
