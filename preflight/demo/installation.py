"""The whole cluster of a sample, AKS and CluedIn together, as the facts that Kubernetes gives."""

from collections.abc import Iterable
from typing import Any

from preflight.access.operator import NAMESPACE_NEEDS
from preflight.demo import aks, cluedin
from preflight.demo.aks import replica_set_name
from preflight.demo.cluedin import Application
from preflight.facts import AccessReview, CSIDriver
from preflight.facts.kubernetes import AccessReviewSpec, AccessReviewStatus, ResourceAttributes
from preflight.testing import (
    CSI_DRIVER,
    claim,
    csi_driver,
    deployment,
    finished_job,
    replica_set,
    stateful_set,
    zonal_volume,
)


def installation(
    *, max_pods: int, addon: bool, running: Iterable[Application] = cluedin.APPLICATIONS
) -> dict[str, Any]:
    """Return the facts by name; `running` are the long-lived pods of the release."""
    released = tuple(running)
    return {
        "nodes": aks.nodes(max_pods),
        "pods": aks.system_pods(addon=addon) + cluedin.pods(released),
        "daemon_sets": aks.daemon_sets(addon=addon) + cluedin.daemon_sets(),
        "priority_classes": cluedin.priority_classes(),
        "pod_disruption_budgets": aks.disruption_budgets() + cluedin.disruption_budgets(),
        "csi_drivers": _csi_drivers(addon=addon),
        "jobs": tuple(finished_job(pod.metadata.owner_references[0].name, pod) for pod in cluedin.finished_pods()),
        "access_reviews": _access_reviews(),
        **_workloads(released),
        **_volumes(released),
    }


def _csi_drivers(*, addon: bool) -> tuple[CSIDriver, ...]:
    names = ["disk.csi.azure.com", "file.csi.azure.com", *([CSI_DRIVER] if addon else [])]
    return tuple(csi_driver(name) for name in names)


def _access_reviews() -> tuple[AccessReview, ...]:
    """Who looks at the samples may do everything in CluedIn's namespace."""
    return tuple(
        AccessReview(
            spec=AccessReviewSpec(
                resource_attributes=ResourceAttributes(
                    namespace=cluedin.NAMESPACE, verb=need.verb, group=need.group, resource=need.resource
                )
            ),
            status=AccessReviewStatus(allowed=True),
        )
        for need in NAMESPACE_NEEDS
    )


def _workloads(released: tuple[Application, ...]) -> dict[str, Any]:
    """What made the pods: those of the release and beside it, one workload for all pods of a name."""
    first: dict[str, Application] = {}
    for item in (*released, *cluedin.INTEGRATIONS):
        first.setdefault(item.name, item)
    count = {name: sum(item.name == name for item in released) or 1 for name in first}
    stateless = [item for item in first.values() if not item.stateful]
    return {
        "deployments": tuple(deployment(i.name, cluedin.pod_of(i), replicas=count[i.name]) for i in stateless),
        "replica_sets": tuple(
            replica_set(replica_set_name(i.name), i.name, namespace=cluedin.namespace_of(i), replicas=count[i.name])
            for i in stateless
        ),
        "stateful_sets": tuple(stateful_set(i.name, cluedin.pod_of(i)) for i in first.values() if i.stateful),
    }


def _volumes(released: tuple[Application, ...]) -> dict[str, Any]:
    """The disks of the release: each can be attached in the one zone where it was made."""
    disks = {name: f"pvc-{aks.ending(name, 12)}" for item in released for name in item.claims}
    return {
        "persistent_volume_claims": tuple(claim(name, disk) for name, disk in disks.items()),
        "persistent_volumes": tuple(zonal_volume(disk, aks.ZONE) for disk in disks.values()),
    }
