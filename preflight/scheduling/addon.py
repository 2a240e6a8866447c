"""The Key Vault add-on as DaemonSets, before it is there.

Source: `facts/azure.md` section 2.1 and `facts/scheduling.md` section 2: the AKS changelog of 2025-10-12 gives the
requests before and after, a node dump of a live add-on the rest.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from preflight.facts.kubernetes import (
    Affinity,
    ContainerPort,
    DaemonSet,
    DaemonSetSpec,
    LabelSelector,
    NodeAffinity,
    NodeSelector,
    NodeSelectorTerm,
    ObjectMeta,
    PodTemplate,
    ResourceRequirements,
    SelectorRequirement,
    TemplateContainer,
    TemplateSpec,
    Toleration,
)

NAMESPACE = "kube-system"
DRIVER = "aks-secrets-store-csi-driver"
PROVIDER = "aks-secrets-store-provider-azure"
WINDOWS = "-windows"
"""What the names of the twins on Windows nodes end in."""

IDS = frozenset((NAMESPACE, name + suffix) for name in (DRIVER, PROVIDER) for suffix in ("", WINDOWS))
"""Namespace and name of the add-on's DaemonSets."""

Requests = Literal["older", "newer"]

_REQUESTS: dict[Requests, dict[str, tuple[str, str]]] = {
    "older": {
        "node-driver-registrar": ("10m", "20Mi"),
        "secrets-store": ("50m", "100Mi"),
        "liveness-probe": ("10m", "20Mi"),
        "provider-azure-installer": ("50m", "100Mi"),
    },
    "newer": {
        "node-driver-registrar": ("5m", "10Mi"),
        "secrets-store": ("23m", "88Mi"),
        "liveness-probe": ("5m", "10Mi"),
        "provider-azure-installer": ("16m", "50Mi"),
    },
}
_DRIVER_CONTAINERS = ("node-driver-registrar", "secrets-store", "liveness-probe")
_PROVIDER_CONTAINERS = ("provider-azure-installer",)
_PROVIDER_PORTS = (8989, 8898)


class AddonPair(NamedTuple):
    """The two DaemonSets, in the order in which they are tried first, and where their requests come from."""

    driver: DaemonSet
    provider: DaemonSet
    source: Literal["running", "older", "newer"]

    @property
    def wording(self) -> str:
        """The source in words, for messages."""
        return {
            "running": "as the running DaemonSets request",
            "older": "the requests of AKS releases before October 2025, the larger ones",
            "newer": "the requests of AKS releases since October 2025",
        }[self.source]


def addon_pair(running: Iterable[DaemonSet] = (), *, requests: Requests = "older", windows: bool = False) -> AddonPair:
    """Return the add-on's driver and provider.

    A pair that is among the `running` DaemonSets is taken as it is; else it is made with the `older` requests (driver
    70m and 140Mi, provider 50m and 100Mi) or the `newer` ones (33m and 108Mi, 16m and 50Mi). For `windows` the twins
    are returned: their requests are not published, so they count for their slots only.
    """
    suffix = WINDOWS if windows else ""
    there = {d.metadata.name: d for d in running if d.metadata.namespace == NAMESPACE}
    driver, provider = there.get(DRIVER + suffix), there.get(PROVIDER + suffix)
    if driver and provider:
        return AddonPair(driver=driver, provider=provider, source="running")
    sizes = {} if windows else _REQUESTS[requests]
    os = "windows" if windows else "linux"
    return AddonPair(
        driver=_daemon_set(DRIVER + suffix, "secrets-store-csi-driver", _DRIVER_CONTAINERS, sizes, os=os),
        provider=_on_host(
            _daemon_set(PROVIDER + suffix, "secrets-store-provider-azure", _PROVIDER_CONTAINERS, sizes, os=os), os
        ),
        source=requests,
    )


def _daemon_set(
    name: str, app: str, containers: Iterable[str], sizes: dict[str, tuple[str, str]], *, os: str
) -> DaemonSet:
    labels = {"app": app, "kubernetes.azure.com/managedby": "aks"}
    return DaemonSet(
        metadata=ObjectMeta(name=name, namespace=NAMESPACE, labels=labels),
        spec=DaemonSetSpec(
            selector=LabelSelector(match_labels=labels),
            template=PodTemplate(
                metadata=ObjectMeta(labels=labels),
                spec=TemplateSpec(
                    affinity=_every_aks_node(os),
                    tolerations=(
                        Toleration(key="CriticalAddonsOnly", operator="Exists"),
                        Toleration(effect="NoExecute", operator="Exists"),
                        Toleration(effect="NoSchedule", operator="Exists"),
                    ),
                    containers=tuple(_container(container, sizes.get(container)) for container in containers),
                    priority_class_name="system-node-critical",
                ),
            ),
        ),
    )


def _on_host(provider: DaemonSet, os: str) -> DaemonSet:
    """Put the provider on the host's network, where each of its ports takes that port of the node."""
    template = provider.spec.template
    container = msgspec.structs.replace(
        template.spec.containers[0], ports=tuple(ContainerPort(container_port=port) for port in _PROVIDER_PORTS)
    )
    spec = msgspec.structs.replace(
        template.spec,
        containers=(container,),
        host_network=os == "linux",
        node_selector={"kubernetes.io/os": os},
    )
    template = msgspec.structs.replace(template, spec=spec)
    return msgspec.structs.replace(provider, spec=msgspec.structs.replace(provider.spec, template=template))


def _container(name: str, size: tuple[str, str] | None) -> TemplateContainer:
    if size is None:
        return TemplateContainer(name=name)
    cpu, memory = size
    return TemplateContainer(name=name, resources=ResourceRequirements(requests={"cpu": cpu, "memory": memory}))


def _every_aks_node(os: str) -> Affinity:
    """Nodes of this system that AKS made, virtual ones excepted."""
    term = NodeSelectorTerm(
        match_expressions=(
            SelectorRequirement(key="kubernetes.azure.com/cluster", operator="Exists"),
            SelectorRequirement(key="kubernetes.io/os", operator="In", values=(os,)),
            SelectorRequirement(key="type", operator="NotIn", values=("virtual-kubelet",)),
        )
    )
    return Affinity(node_affinity=NodeAffinity(required=NodeSelector(node_selector_terms=(term,))))
