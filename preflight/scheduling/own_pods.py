"""Which pods are the release's own: those in its namespaces, by the workload that made them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from preflight.facts import Header
from preflight.facts.kubernetes import Pod
from preflight.facts.plan import Manifest, Release
from preflight.scheduling.pools import owner_kind
from preflight.scheduling.room import ENDED


def deployed_to(release: Release | None, header: Header | None) -> str | None:
    """Return the namespace that is deployed to: the release's, else the one that was named; None where nobody says."""
    named = header.target.namespace if header else None
    return (release.namespace if release else None) or named or None


def namespaces_of(manifest: Manifest, namespace: str | None) -> frozenset[str]:
    """Return the namespaces that the plan's pods are in; empty where that is not known."""
    named = {workload.metadata.namespace for workload in (*manifest.workloads, *manifest.operated)} - {""}
    return frozenset({namespace, *named}) if namespace else frozenset()


def present(pods: Iterable[Pod], namespaces: Collection[str]) -> Counter[tuple[str, str]]:
    """Count the pods of each workload by its kind and name; a ReplicaSet's name is its Deployment's and a hash.

    Pods of other namespaces than these are somebody else's; of none, any may be.
    """
    found: Counter[tuple[str, str]] = Counter()
    for pod in pods:
        if not namespaces or pod.metadata.namespace in namespaces:
            found.update(workloads_of(pod))
    return found


def workloads_of(pod: Pod) -> Iterator[tuple[str, str]]:
    """Yield kind and name of what made the pod, of a ReplicaSet also the Deployment's; of one that ended nothing."""
    kind = owner_kind(pod)
    if pod.status.phase in ENDED or kind is None:
        return
    name = next(owner.name for owner in pod.metadata.owner_references if owner.kind == kind)
    if kind == "ReplicaSet":
        yield "Deployment", name.rpartition("-")[0]
    yield kind, name
