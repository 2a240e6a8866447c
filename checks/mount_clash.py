"""mount-clash: volumes and mounts that the API server takes."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, warn
from preflight.sync.graph import Graph, LostEntry, Refusal
from preflight.sync.planned import graph_or_end, reshaped, rests_on
from preflight.sync.values import Index, dotted, location, truth

_SCRIPTS = "global.containerImages.initSql.scripts"


@check("mount-clash", group="sync")
def mount_clash(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
) -> Iterator[Finding]:
    """Volumes and mounts of the planned pods are valid.

    The API server refuses a pod with two volumes of one name, two mounts at one path, or a mount whose volume is not
    there. From chart 2.5.2 on the databases mount their class by themselves, so the hand-made volumes of the published
    sample are there twice; and a list in the values replaces the chart's list, so its own entries vanish. Helm 3
    merges two equal entries in an upgrade: such a release runs, and cannot be installed anew.

    Fix: remove the hand-made `azure-keyvault-secrets` volumes and mounts from 2.5.3 on; where a list is set, repeat
    the chart's own entries in it.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header, synced_only=False)
    if isinstance(graph, Finding):
        yield graph
        return
    upgrade = isinstance(release, facts.Release) and release.found
    known = [refusal for refusal in graph.refusals if refusal.pod.workload not in graph.reshaped]
    broken = [_refused(graph, refusal, upgrade=upgrade) for refusal in known]
    mounts_lost = [lost for lost in graph.lost if lost.path is not None and lost.pod not in graph.reshaped]
    found = [*broken, *(_lost(graph, lost) for lost in mounts_lost), *_scripts(values, graph)]
    found += reshaped(graph, "what is mounted")
    yield from found
    if not any(finding.status in ("fail", "unknown") for finding in found):
        volumes = sum(len(pod.volumes) for pod in graph.pods)
        yield passed(f"{len(graph.pods)} workloads with {volumes} volumes are valid, {rests_on(graph)}")


def _refused(graph: Graph, refusal: Refusal, *, upgrade: bool) -> Finding:
    where = f"workload/{refusal.pod.workload}"
    place = location(refusal.setting)
    if "no volume defines" in refusal.what:
        lists = [
            lost
            for lost in graph.lost
            if lost.pod == refusal.pod.workload and lost.volume == refusal.volume and lost.path is None
        ]
        cause = f": {dotted(lists[0].setting.path)} replaces the chart's list" if lists else ""
        return fail(
            f"{refusal.what}{cause}",
            where,
            f"add the volume {refusal.volume} to the list again (an emptyDir)" if lists else "define the volume",
            location=place or (location(lists[0].setting) if lists else None),
        )
    hint = f"remove your own {refusal.volume}: the chart mounts it by itself"
    if upgrade and refusal.merges:
        return warn(
            f"{refusal.what}; an upgrade by Helm 3 merges the two, an installation (or "
            "server-side apply, as in Helm 4) is refused",
            where,
            hint,
            location=place,
        )
    return fail(f"{refusal.what}; the API server refuses it", where, hint, location=place)


def _lost(graph: Graph, lost: LostEntry) -> Finding:
    path = dotted(lost.setting.path)
    return warn(
        f"{lost.pod} loses the chart's own mount of {lost.volume} at {lost.path}: {path} replaces the list "
        f"({rests_on(graph)})",
        f"values/{path}",
        f"repeat the entry: name: {lost.volume}, mountPath: {lost.path}",
        location=location(lost.setting),
    )


def _scripts(values: facts.Values, graph: Graph) -> Iterator[Finding]:
    """With SQL scripts and a class the Job's template has the key `volumes` twice, and the later wins."""
    index = Index(values)
    for name in ("preInstall", "postInstall"):
        setting = index.dotted(f"{_SCRIPTS}.{name}")
        planned_class = graph.named("cluedin-sqlserver-sync")
        if graph.basis == "chart facts" and truth(setting) and planned_class and planned_class.secrets:
            yield fail(
                f"{_SCRIPTS}.{name} is lost: with a class cluedin-sqlserver the chart writes the Job's volumes twice",
                "workload/Job/init-sqlserver-job",
                "run the scripts in a deployment without the class, or put its Secrets into another class",
                location=location(setting),
            )
            return
