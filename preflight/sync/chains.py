"""The chain of each planned Secret: vault object, class, mount, Secret, key, reader; and the first link that breaks."""

from collections.abc import Iterator
from dataclasses import dataclass

from preflight.sync.graph import ClassMount, Graph, PlannedClass, Reader, SyncedSecret


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One planned Secret. `broken` names the first link that does not hold, None when all do.

    `keys` maps each key to the vault object that fills it.
    """

    planned: PlannedClass
    secret: SyncedSecret
    mounts: tuple[ClassMount, ...]
    readers: tuple[Reader, ...]
    broken: str | None

    @property
    def objects(self) -> tuple[str, ...]:
        """The vault objects, each once."""
        return tuple(dict.fromkeys(name for _, name in self.secret.keys))

    @property
    def mounted_by(self) -> tuple[str, ...]:
        """Workloads whose containers mount the class, each once."""
        return tuple(dict.fromkeys(mount.pod.workload for mount in self.mounts))

    @property
    def read_by(self) -> tuple[str, ...]:
        """Workloads that read the Secret, each once."""
        return tuple(dict.fromkeys(reader.pod.workload for reader in self.readers))


def chains(graph: Graph) -> tuple[Chain, ...]:
    """One chain per Secret of each class, in the order of the classes."""
    return tuple(
        _chain(graph, planned, secret) for planned in (*graph.classes, *graph.ignored) for secret in planned.secrets
    )


def _chain(graph: Graph, planned: PlannedClass, secret: SyncedSecret) -> Chain:
    mounts = tuple(mount for mount in graph.mounts if mount.class_name == planned.name)
    return Chain(
        planned=planned,
        secret=secret,
        mounts=mounts,
        readers=tuple(reader for reader in graph.readers if reader.use.secret == secret.name),
        broken=next(_breaks(graph, planned, secret, mounts), None),
    )


def _breaks(graph: Graph, planned: PlannedClass, secret: SyncedSecret, mounts: tuple[ClassMount, ...]) -> Iterator[str]:
    """Every link that does not hold, in the order in which it would be met."""
    if planned in graph.ignored:
        yield graph.render_error or f"chart {graph.version} does not read global.keyvault"
        return
    fetched = {item.file for item in planned.objects}
    lost = [key for key, name in secret.keys if not name or name not in fetched]
    if lost or not secret.keys:
        yield f"no vault object fills {', '.join(lost)}" if lost else "it has no keys"
    lasting = [mount.pod for mount in mounts if mount.pod.stays]
    if not mounts:
        yield f"no container mounts {planned.name}"
    elif not lasting:
        yield f"only {mounts[0].pod.workload} mounts {planned.name}, and it does not stay"
    else:
        refused = {refusal.pod.workload for refusal in graph.refusals}
        if all(pod.workload in refused for pod in lasting):
            yield f"{lasting[0].workload} is refused by the API server: its volumes or mounts clash"
        if not any(pod.replicas for pod in lasting):
            yield f"{lasting[0].workload} has no replicas"
    yield from (
        f"{other.name} makes it too"
        for other in graph.classes
        if other is not planned and any(one.name == secret.name for one in other.secrets)
    )
    if any(made.name == secret.name for made in graph.made):
        yield "the chart makes it too"
