"""Builders of Kubernetes facts with sensible defaults: say what matters to the test, the rest is an ordinary cluster.

Taints and tolerations are written as kubectl writes them: `key=value:Effect`, `key:Effect` for any value, and for a
toleration `*` for everything. Owners are `Kind/name`. Quantities are strings as in a manifest.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from preflight.facts import Container, Node, ObjectMeta, Pod, PodSpec
from preflight.facts.kubernetes import (
    Annotations,
    ClaimVolume,
    Condition,
    ContainerState,
    ContainerStateWaiting,
    ContainerStatus,
    NodeInfo,
    NodeSpec,
    NodeStatus,
    OwnerReference,
    PodStatus,
    ResourceRequirements,
    Taint,
    Toleration,
    Volume,
)

CREATED = "2026-01-05T06:00:00Z"
"""When every object was made unless told otherwise: ten days before `COLLECTED_AT`."""

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
                Condition(type=kind, status=status)
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
    waiting_message: str = "",
    conditions: Mapping[str, str] | None = None,
    created: str = CREATED,
) -> Pod:
    """Return a pod of one container, Running where it has a node and Pending where it has none.

    `containers` takes the place of the one that `cpu`, `memory` and `limits` describe. `priority` defaults to that of
    a known `priority_class`, else 0. `waiting` is why its first container waits, in the kubelet's word, and
    `waiting_message` its sentence.
    """
    made = tuple(containers) if containers is not None else (container(name, cpu=cpu, memory=memory, limits=limits),)
    wait = ContainerStateWaiting(reason=waiting, message=waiting_message) if waiting else None
    state = ContainerState(waiting=wait)
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


def claim_volume(claim: str) -> Volume:
    """Return the volume of a PersistentVolumeClaim."""
    return Volume(name=claim, persistent_volume_claim=ClaimVolume(claim_name=claim))


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
