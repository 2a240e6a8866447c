"""Builders of Kubernetes facts with sensible defaults: say what matters to the test, the rest is an ordinary cluster.

Taints and tolerations are written as kubectl writes them: `key=value:Effect`, `key:Effect` for any value, and for a
toleration `*` for everything. Owners are `Kind/name`. Quantities are strings as in a manifest.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from preflight.facts import (
    ClassParameters,
    Container,
    CSIDriver,
    DaemonSet,
    Node,
    ObjectMeta,
    Pod,
    PodDisruptionBudget,
    PodSpec,
    PodTemplate,
    PriorityClass,
    Secret,
    SecretProviderClass,
    SecretProviderClassPodStatus,
    TemplateSpec,
)
from preflight.facts.kubernetes import (
    Annotations,
    ClaimVolume,
    Condition,
    ContainerState,
    ContainerStateWaiting,
    ContainerStatus,
    CSIVolume,
    DaemonSetSpec,
    DaemonSetStatus,
    LabelSelector,
    MountedObject,
    NodeInfo,
    NodeSpec,
    NodeStatus,
    OwnerReference,
    PodDisruptionBudgetSpec,
    PodDisruptionBudgetStatus,
    PodStatus,
    PodStatusOfClass,
    ResourceRequirements,
    SecretObject,
    SecretObjectData,
    SecretProviderClassSpec,
    Taint,
    TemplateContainer,
    Toleration,
    Volume,
)

CREATED = "2026-01-05T06:00:00Z"
"""When every object was made unless told otherwise: ten days before `COLLECTED_AT`."""

CSI_DRIVER = "secrets-store.csi.k8s.io"
SUBSCRIPTION = "7c1e5f08-92d4-5b6a-8e03-d4a95c20b717"
NODE_RESOURCE_GROUP = "MC_rg-cluedin_aks-cluedin-sample_westeurope"

PRIORITIES = {
    "system-node-critical": 2_000_001_000,
    "system-cluster-critical": 2_000_000_000,
    "critical-priority-apps": 1_000_000,
    "high-priority-apps": 100_000,
    "medium-priority-apps": 80_000,
    "low-priority-apps": 50_000,
}
"""The values of Kubernetes' own priority classes and of CluedIn's chart."""


def node(
    name: str,
    *,
    pool: str = "general",
    pods: int = 30,
    cpu: str = "8",
    memory: str = "32Gi",
    taints: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    conditions: Mapping[str, str] | None = None,
    unschedulable: bool = False,
    os: str = "linux",
    architecture: str = "amd64",
    mode: Literal["User", "System"] = "User",
    version: str = "1.33.2",
    created: str = CREATED,
) -> Node:
    """Return a Ready AKS node whose allocatable is `pods`, `cpu` and `memory`, and whose capacity is the same.

    `conditions` maps type to status beside, or instead of, `Ready: True`.
    """
    return Node(
        metadata=ObjectMeta(
            name=name,
            labels={
                "agentpool": pool,
                "kubernetes.azure.com/agentpool": pool,
                "kubernetes.azure.com/cluster": NODE_RESOURCE_GROUP,
                "kubernetes.azure.com/mode": mode.lower(),
                "kubernetes.io/arch": architecture,
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": os,
                "topology.kubernetes.io/region": "westeurope",
                **(labels or {}),
            },
            creation_timestamp=created,
        ),
        spec=NodeSpec(
            unschedulable=unschedulable,
            taints=tuple(taint(text) for text in taints),
            provider_id=(
                f"azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/{NODE_RESOURCE_GROUP.lower()}/providers/"
                f"Microsoft.Compute/virtualMachineScaleSets/aks-{pool}-vmss/virtualMachines/{name.rpartition('-')[2]}"
            ),
        ),
        status=NodeStatus(
            capacity={"cpu": cpu, "memory": memory, "pods": str(pods)},
            allocatable={"cpu": cpu, "memory": memory, "pods": str(pods)},
            conditions=tuple(
                Condition(type=kind, status=status, last_transition_time=created)
                for kind, status in ({"Ready": "True"} | dict(conditions or {})).items()
            ),
            node_info=NodeInfo(kubelet_version=f"v{version}", operating_system=os, architecture=architecture),
        ),
    )


def taint(text: str) -> Taint:
    """Return the taint that kubectl writes as `key=value:Effect` or `key:Effect`."""
    key, _, effect = text.rpartition(":")
    key, _, value = key.partition("=")
    return Taint(key=key, value=value, effect=effect)


def toleration(text: str) -> Toleration:
    """Return the toleration of `key=value:Effect`, of `key:Effect` with any value, or of everything (`*`)."""
    if text == "*":
        return Toleration(operator="Exists")
    tolerated = taint(text)
    return Toleration(
        key=tolerated.key,
        operator="Equal" if tolerated.value else "Exists",
        value=tolerated.value,
        effect=tolerated.effect,
    )


def pod(
    name: str,
    *,
    node: str | None = None,
    cpu: str | None = None,
    memory: str | None = None,
    limits: Mapping[str, str] | None = None,
    namespace: str = "cluedin",
    owner: str | None = None,
    labels: Mapping[str, str] | None = None,
    priority: int | None = None,
    priority_class: str | None = None,
    tolerations: Iterable[str] = (),
    node_selector: Mapping[str, str] | None = None,
    volumes: Iterable[Volume] = (),
    containers: Iterable[Container] | None = None,
    host_network: bool = False,
    phase: str | None = None,
    waiting: str | None = None,
    conditions: Mapping[str, str] | None = None,
    created: str = CREATED,
) -> Pod:
    """Return a pod of one container, Running where it has a node and Pending where it has none.

    `containers` takes the place of the one that `cpu`, `memory` and `limits` describe. `priority` defaults to that of
    a known `priority_class`, else 0. `waiting` is why its first container waits, in the kubelet's word.
    """
    made = tuple(containers) if containers is not None else (container(name, cpu=cpu, memory=memory, limits=limits),)
    state = ContainerState(waiting=ContainerStateWaiting(reason=waiting)) if waiting else ContainerState()
    return Pod(
        metadata=metadata(name, namespace, labels=labels, owners=(owner,) if owner else (), created=created),
        spec=PodSpec(
            node_name=node,
            node_selector=dict(node_selector or {}),
            tolerations=tuple(toleration(text) for text in tolerations),
            containers=made,
            priority=PRIORITIES.get(priority_class or "", 0) if priority is None else priority,
            priority_class_name=priority_class,
            preemption_policy="PreemptLowerPriority",
            host_network=host_network,
            scheduler_name="default-scheduler",
            volumes=tuple(volumes),
        ),
        status=PodStatus(
            phase=phase or ("Running" if node else "Pending"),
            start_time=created if node else None,
            conditions=tuple(Condition(type=kind, status=status) for kind, status in (conditions or {}).items()),
            container_statuses=(ContainerStatus(name=made[0].name, state=state),) if waiting else (),
        ),
    )


def container(
    name: str,
    *,
    cpu: str | None = None,
    memory: str | None = None,
    limits: Mapping[str, str] | None = None,
    image: str = "",
    restart_policy: str | None = None,
) -> Container:
    """Return a container with these requests and limits; restart policy "Always" makes an init container a sidecar."""
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}
    return Container(
        name=name,
        image=image or f"{name}:1",
        resources=ResourceRequirements(requests=dict(requests), limits=dict(limits or {})),
        restart_policy=restart_policy,
    )


def class_volume(class_name: str, name: str = "azure-keyvault-secrets") -> Volume:
    """Return the CSI volume through which a pod mounts a SecretProviderClass."""
    attributes = {"secretProviderClass": class_name}
    return Volume(name=name, csi=CSIVolume(driver=CSI_DRIVER, read_only=True, volume_attributes=attributes))


def claim_volume(claim: str) -> Volume:
    """Return the volume of a PersistentVolumeClaim."""
    return Volume(name=claim, persistent_volume_claim=ClaimVolume(claim_name=claim))


def daemon_set(
    name: str,
    *,
    namespace: str = "kube-system",
    labels: Mapping[str, str] | None = None,
    containers: Iterable[Container] | None = None,
    tolerations: Iterable[str] = ("*",),
    node_selector: Mapping[str, str] | None = None,
    priority_class: str | None = "system-node-critical",
    desired: int = 0,
    ready: int | None = None,
) -> DaemonSet:
    """Return a DaemonSet that tolerates everything; all its pods are ready unless told otherwise."""
    selected = dict(labels or {"app": name})
    made = tuple(containers) if containers is not None else (container(name),)
    return DaemonSet(
        metadata=metadata(name, namespace, labels=selected),
        spec=DaemonSetSpec(
            selector=LabelSelector(match_labels=selected),
            template=PodTemplate(
                metadata=ObjectMeta(labels=selected),
                spec=TemplateSpec(
                    node_selector=dict(node_selector or {}),
                    tolerations=tuple(toleration(text) for text in tolerations),
                    containers=tuple(
                        TemplateContainer(name=c.name, image=c.image, resources=c.resources, ports=c.ports)
                        for c in made
                    ),
                    priority_class_name=priority_class,
                ),
            ),
        ),
        status=DaemonSetStatus(desired_number_scheduled=desired, number_ready=desired if ready is None else ready),
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


def metadata(
    name: str,
    namespace: str = "",
    *,
    labels: Mapping[str, str] | None = None,
    owners: Iterable[str] = (),
    release: str | None = None,
    created: str = CREATED,
) -> ObjectMeta:
    """Return an object's metadata; the first of `owners` (`Kind/name`) is its controller."""
    references = [text.partition("/") for text in owners]
    return ObjectMeta(
        name=name,
        namespace=namespace,
        labels=dict(labels or {}),
        annotations=Annotations(release_name=release, release_namespace=namespace) if release else Annotations(),
        owner_references=tuple(
            OwnerReference(kind=kind, name=owner, controller=position == 0)
            for position, (kind, _, owner) in enumerate(references)
        ),
        creation_timestamp=created,
    )
