"""The AKS part of the samples: node pools, nodes, and what AKS itself runs on them.

Requests of the system pods are those that clusters of 2025 show; they change with every AKS release, which is why the
checks read the live pods and never a table.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from preflight.facts import AgentPool, Container, DaemonSet, Node, Pod, PodDisruptionBudget
from preflight.testing import agent_pool, container, daemon_set, node, pod, pod_disruption_budget

POOL_KEY = "kubernetes.cluedin.com/pool"
DRIVER, PROVIDER = "aks-secrets-store-csi-driver", "aks-secrets-store-provider-azure"
ZONE = "westeurope-1"
LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes makes the random ends of names from."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """A machine size: what its kubelet has left for pods, in cores and KiB, before the reserve that grows with pods."""

    name: str
    cpu: str
    memory: int


SMALL = Size(name="Standard_D4s_v5", cpu="3860m", memory=16_381_864)
LARGE = Size(name="Standard_D8s_v5", cpu="7820m", memory=32_871_408)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A node pool of the samples; `taint` is the value of CluedIn's pool taint and label, None where there is none."""

    name: str
    size: Size
    count: int = 1
    taint: str | None = None
    mode: Literal["User", "System"] = "User"

    @property
    def taints(self) -> tuple[str, ...]:
        """The taints as kubectl writes them."""
        if self.mode == "System":
            return ("CriticalAddonsOnly=true:NoSchedule",)
        return (f"{POOL_KEY}={self.taint}:NoSchedule",) if self.taint else ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of its nodes."""
        return tuple(f"{self.name}-{number}" for number in range(self.count))


POOLS = (
    Pool(name="system", size=SMALL, mode="System"),
    Pool(name="general", size=SMALL, count=2),
    Pool(name="data", size=LARGE, count=2, taint="data"),
    Pool(name="dataneo", size=LARGE, taint="data-neo"),
    Pool(name="processing", size=SMALL, taint="processing"),
)
"""The pools that CluedIn documents: seven nodes."""

NODES = tuple(name for pool in POOLS for name in pool.nodes)


@dataclass(frozen=True, kw_only=True)
class System:
    """A workload of AKS: its pods' containers as (name, cpu, memory), and whether they use the node's network."""

    name: str
    containers: Sequence[tuple[str, str, str | None]]
    host_network: bool = True


_ON_EVERY_NODE = (
    System(name="azure-cns", containers=[("cns-container", "40m", "250Mi")]),
    System(name="azure-ip-masq-agent", containers=[("azure-ip-masq-agent", "100m", "50Mi")]),
    System(name="cloud-node-manager", containers=[("cloud-node-manager", "50m", "50Mi")]),
    System(
        name="csi-azuredisk-node",
        containers=[
            ("liveness-probe", "10m", "20Mi"),
            ("node-driver-registrar", "10m", "20Mi"),
            ("azuredisk", "10m", "20Mi"),
        ],
    ),
    System(
        name="csi-azurefile-node",
        containers=[
            ("liveness-probe", "10m", "20Mi"),
            ("node-driver-registrar", "10m", "20Mi"),
            ("azurefile", "10m", "20Mi"),
        ],
    ),
    System(name="kube-proxy", containers=[("kube-proxy", "100m", None)]),
    System(
        name="ama-logs",
        host_network=False,
        containers=[
            ("addon-token-adapter", "20m", "50Mi"),
            ("ama-logs", "75m", "225Mi"),
            ("ama-logs-prometheus", "75m", "225Mi"),
        ],
    ),
    System(
        name="ama-metrics-node",
        host_network=False,
        containers=[("addon-token-adapter", "20m", "30Mi"), ("prometheus-collector", "100m", "250Mi")],
    ),
    System(
        name="microsoft-defender-collector-ds",
        host_network=False,
        containers=[
            ("microsoft-defender-low-level-collector", "60m", "96Mi"),
            ("microsoft-defender-pod-collector", "60m", "64Mi"),
        ],
    ),
)
"""760m and 1410Mi on each node."""

_ONCE = (
    (System(name="coredns", containers=[("coredns", "100m", "70Mi")]), 2),
    (System(name="coredns-autoscaler", containers=[("autoscaler", "20m", "10Mi")]), 1),
    (System(name="konnectivity-agent", containers=[("konnectivity-agent", "20m", "20Mi")]), 2),
    (System(name="metrics-server", containers=[("metrics-server", "156m", "134Mi")]), 1),
    (System(name="ama-logs-rs", containers=[("ama-logs", "150m", "250Mi")]), 1),
    (System(name="ama-metrics", containers=[("prometheus-collector", "150m", "500Mi")]), 1),
)

_ADDON = (
    System(
        name=DRIVER,
        host_network=False,
        containers=[
            ("node-driver-registrar", "10m", "20Mi"),
            ("secrets-store", "50m", "100Mi"),
            ("liveness-probe", "10m", "20Mi"),
        ],
    ),
    System(name=PROVIDER, containers=[("provider-azure-installer", "50m", "100Mi")]),
)
_ADDON_LABELS = {DRIVER: "secrets-store-csi-driver", PROVIDER: "secrets-store-provider-azure"}
_ADDON_IMAGES = {
    "secrets-store": "oss/v2/kubernetes-csi/secrets-store/driver:v1.5.1",
    "provider-azure-installer": "oss/v2/azure/secrets-store/provider-azure:v1.7.2",
}


def agent_pools(max_pods: int) -> tuple[AgentPool, ...]:
    """Return the pools as Azure shows them."""
    return tuple(
        agent_pool(
            pool.name,
            count=pool.count,
            max_pods=max_pods,
            mode=pool.mode,
            vm_size=pool.size.name,
            taints=pool.taints,
        )
        for pool in POOLS
    )


def nodes(max_pods: int) -> tuple[Node, ...]:
    """Return the seven nodes. AKS keeps back (20 x maxPods + 50) MiB and evicts below 100 MiB.

    30 pods on a small machine: 16381864 Ki - (650 + 100) x 1024 Ki = 15613864Ki.
    """
    return tuple(
        node(
            name,
            pool=pool.name,
            pods=max_pods,
            cpu=pool.size.cpu,
            memory=f"{pool.size.memory - (20 * max_pods + 150) * 1024}Ki",
            taints=pool.taints,
            labels={
                "node.kubernetes.io/instance-type": pool.size.name,
                "topology.kubernetes.io/zone": ZONE,
                **({POOL_KEY: pool.taint} if pool.taint else {}),
            },
            conditions={"MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"},
            mode=pool.mode,
        )
        for pool in POOLS
        for name in pool.nodes
    )


def system_pods(*, addon: bool) -> tuple[Pod, ...]:
    """Return what AKS runs: on every node, and once on the system pool; with `addon`, the two of the add-on as well."""
    everywhere = tuple(
        _pod(system, f"{system.name}-{ending(system.name + name, 5)}", name, f"DaemonSet/{system.name}")
        for system in (*_ON_EVERY_NODE, *(_ADDON if addon else ()))
        for name in NODES
    )
    once = tuple(
        _pod(system, replica_name(system.name, number), "system-0", f"ReplicaSet/{replica_set_name(system.name)}")
        for system, count in _ONCE
        for number in range(count)
    )
    return everywhere + once


def daemon_sets(*, addon: bool) -> tuple[DaemonSet, ...]:
    """Return the DaemonSets of AKS; with `addon`, the two of the add-on as well."""
    return tuple(
        daemon_set(
            system.name,
            labels=_labels(system),
            containers=_containers(system),
            node_selector={"kubernetes.io/os": "linux"},
            host_network=system.host_network,
            desired=len(NODES),
        )
        for system in (*_ON_EVERY_NODE, *(_ADDON if addon else ()))
    )


def disruption_budgets() -> tuple[PodDisruptionBudget, ...]:
    """Return the disruption budgets of AKS."""
    return tuple(
        pod_disruption_budget(name, match={"app": app}, allowed=1, namespace="kube-system")
        for name, app in (("coredns-pdb", "coredns"), ("konnectivity-agent", "konnectivity-agent"))
    )


def ending(text: str, length: int) -> str:
    """Return what stands for a random end of a name: always the same for the same text.

    >>> len(ending("cluedin-server", 5))
    5
    """
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:length])


def replica_set_name(deployment: str) -> str:
    """Return the name of a Deployment's ReplicaSet."""
    return f"{deployment}-{ending(deployment, 10)}"


def replica_name(deployment: str, number: int = 0) -> str:
    """Return the name of a Deployment's pod."""
    return f"{replica_set_name(deployment)}-{ending(f'{deployment}/{number}', 5)}"


def _pod(system: System, name: str, node_name: str, owner: str) -> Pod:
    return pod(
        name,
        node=node_name,
        namespace="kube-system",
        owner=owner,
        labels=_labels(system),
        containers=_containers(system),
        priority_class="system-node-critical",
        tolerations=("*",),
        host_network=system.host_network,
    )


def _containers(system: System) -> Iterable[Container]:
    return [
        container(name, cpu=cpu, memory=memory, image=_ADDON_IMAGES.get(name, ""))
        for name, cpu, memory in system.containers
    ]


def _labels(system: System) -> Mapping[str, str]:
    if system.name in _ADDON_LABELS:
        return {"app": _ADDON_LABELS[system.name], "kubernetes.azure.com/managedby": "aks"}
    return {"app": system.name}
