"""secret-mounted: every class that makes Secrets is mounted by a pod that stays."""

from collections.abc import Iterator, Mapping

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.sync.existing import by_name, namespace_of
from preflight.sync.graph import ClassMount, Graph, PlannedClass
from preflight.sync.mapping import MOUNTING
from preflight.sync.planned import ASK, first, graph_or_end, rests_on
from preflight.sync.values import dotted, location


@check("secret-mounted", group="sync")
def secret_mounted(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    secrets: tuple[facts.Secret, ...] | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
) -> Iterator[Finding]:
    """Every synced Secret is mounted by a pod that starts.

    The driver makes a Secret only while it sets up the volumes of a pod on a node. A class that no container mounts
    makes nothing, without an error anywhere. A Secret made for a Job goes when the Job goes, and a pod whose class
    does not exist never starts.

    Fix: mount the class in the application that needs the Secret: `csi.volumeAttributes.secretProviderClass` in a
    volume with `readOnly: true`, and a mount of that volume in a container. From chart 2.5.3 on the databases and
    Grafana mount the class of their own name by themselves; in 2.3.0 to 2.5.1 only cluedin-server does.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    there = by_name(secrets, namespace_of(header, release)) if secrets is not None else None
    served = {item.metadata.name for item in secret_provider_classes.items} if secret_provider_classes else set()
    found = [*_missing_classes(graph, served), *(item for one in graph.classes for item in _judged(graph, one, there))]
    yield from found
    if not any(finding.status in ("fail", "unknown") for finding in found):
        made = [one for one in graph.classes if one.secrets]
        pods = sorted({mount.pod.workload for mount in graph.mounts if mount.pod.stays})
        if made:
            yield passed(f"{len(made)} classes are mounted by {first(pods, 8)}, {rests_on(graph)}")
        elif not found:
            yield skip(f"no class makes a Secret, {rests_on(graph)}")


def _judged(graph: Graph, planned_class: PlannedClass, there: Mapping[str, facts.Secret] | None) -> Iterator[Finding]:
    if not planned_class.secrets:
        return
    mounts = [mount for mount in graph.mounts if mount.class_name == planned_class.name]
    lasting = [mount for mount in mounts if mount.pod.stays]
    named = first(secret.name for secret in planned_class.secrets)
    open_pods = [pod for pod in graph.pods if pod.workload in graph.reshaped]
    declaring = [pod for pod in open_pods if any(item.class_name == planned_class.name for item in pod.volumes)]
    if declaring and all(mount.pod in declaring for mount in lasting):
        setting = graph.reshaped[declaring[0].workload]
        yield unknown(
            f"the values set {dotted(setting.path)}: whether {declaring[0].workload} mounts {planned_class.name} is "
            "not known from them",
            f"secretproviderclass/{planned_class.name}",
            ASK,
            location=location(setting),
        )
    elif not lasting:
        goes = f"only {first(mount.pod.workload for mount in mounts)} mounts it, and goes"
        where = goes if mounts else _unmounted(graph, planned_class)
        yield fail(
            f"{planned_class.name} is never synced for good: {where} ({rests_on(graph)}); it makes {named}",
            f"secretproviderclass/{planned_class.name}",
            _where_to_mount(planned_class),
            evidence={"secrets": [secret.name for secret in planned_class.secrets]},
            location=location(planned_class.setting or planned_class.secrets[0].setting),
        )
    elif not any(mount.pod.replicas for mount in lasting):
        kept = there is not None and all(secret.name in there for secret in planned_class.secrets)
        say = warn if kept else fail
        yield say(
            f"{planned_class.name} is mounted by {first(mount.pod.workload for mount in lasting)} with no replicas",
            f"secretproviderclass/{planned_class.name}",
            "run at least one replica, or mount the class in another application too",
            location=location(planned_class.setting),
        )
    for mount in mounts:
        yield from _mount(mount)


def _unmounted(graph: Graph, planned_class: PlannedClass) -> str:
    declared = [pod.workload for pod in graph.pods for item in pod.volumes if item.class_name == planned_class.name]
    return f"{first(declared)} declares the volume and no container mounts it" if declared else "no pod mounts it"


def _where_to_mount(planned_class: PlannedClass) -> str:
    lists = MOUNTING.get(planned_class.name.removesuffix("-sync"))
    if lists is None:
        return "move its Secrets to the class of the application that reads them, or mount it there"
    return f"mount it through {lists[0]} and {lists[1]}"


def _mount(mount: ClassMount) -> Iterator[Finding]:
    where = location(mount.volume.setting or mount.mount.setting)
    if not mount.volume.read_only:
        yield fail(
            f"{mount.pod.workload} mounts {mount.class_name} without csi.readOnly: the driver refuses that",
            f"workload/{mount.pod.workload}",
            f"set readOnly: true in the volume {mount.volume.name}",
            location=where,
        )
    if mount.mount.sub_path:
        yield warn(
            f"{mount.pod.workload} mounts {mount.class_name} with subPath: rotation never reaches it",
            f"workload/{mount.pod.workload}",
            "mount the whole volume",
            location=where,
        )


def _missing_classes(graph: Graph, served: set[str]) -> Iterator[Finding]:
    """Pods that mount a class nobody makes stay in ContainerCreating."""
    known = {item.name for item in graph.classes} | served
    for pod in graph.pods:
        for volume in pod.volumes:
            if volume.class_name is not None and volume.class_name not in known:
                yield fail(
                    f"{pod.workload} mounts {volume.class_name or 'no class'}, which nobody makes: it never starts",
                    f"workload/{pod.workload}",
                    "add the class to global.keyvault.secretProviderClasses, or remove the volume",
                    location=location(volume.setting),
                )
