"""bootstrap-cycle: no pod waits for a Secret that only it can bring."""

from collections.abc import Iterator, Mapping

from preflight import Finding, Missing, check, facts, fail, passed, warn
from preflight.sync.existing import by_name, is_dropped, namespace_of
from preflight.sync.graph import Graph, PlannedClass, SyncedSecret
from preflight.sync.planned import first, graph_or_end, rests_on
from preflight.sync.values import location

PULL_TYPES = frozenset(["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"])


@check("bootstrap-cycle", group="sync")
def bootstrap_cycle(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    secrets: tuple[facts.Secret, ...] | None = None,
) -> Iterator[Finding]:
    """No pod needs a Secret it must itself deliver first.

    The image of a pod is pulled with a Secret that must be there before the pod's class is synced. If every pod that
    would sync the pull secret needs it to start, none ever does; the article names `acr-registry-credentials`, the
    charts use `docker-registry-key` and `acr-registry-key`.

    Fix: make the pull secret outside the sync, or let a pod whose image needs no secret mount its class.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    there = by_name(secrets, namespace_of(header, release)) if secrets is not None else {}
    there = {name: secret for name, secret in there.items() if not is_dropped(secret, release, graph)}
    pulled = {name for pod in graph.pods for name in pod.pull_secrets}
    found = [
        finding
        for planned_class in graph.classes
        for secret in planned_class.secrets
        if secret.name in pulled or secret.type in PULL_TYPES
        for finding in _judged(graph, planned_class, secret, there)
    ]
    yield from found
    if not found:
        yield passed(
            f"no pod syncs the Secret it is pulled with ({first(sorted(pulled)) or 'none'}), {rests_on(graph)}"
        )


def _judged(
    graph: Graph, planned_class: PlannedClass, secret: SyncedSecret, there: Mapping[str, facts.Secret]
) -> Iterator[Finding]:
    bringing = {mount.pod.workload: mount.pod for mount in graph.mounts if mount.class_name == planned_class.name}
    waiting = [name for name, pod in bringing.items() if secret.name in pod.pull_secrets]
    if not waiting:
        return
    free = [name for name in bringing if name not in waiting]
    if secret.name in there or free:
        why = "it is in the namespace already" if secret.name in there else f"{first(free)} can sync it without"
        yield warn(
            f"{first(waiting)} syncs {secret.name} and is pulled with it; {why}",
            f"secret/{secret.name}",
            "make the pull secret outside the sync",
            location=location(secret.setting),
        )
        return
    yield fail(
        f"{first(waiting)} must be pulled with {secret.name} and is the one to sync it ({rests_on(graph)})",
        f"secret/{secret.name}",
        "make the pull secret before the deployment, outside the sync",
        evidence={"pods": list(waiting)},
        location=location(secret.setting),
    )
