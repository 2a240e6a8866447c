"""The graph: which class fetches what, which pod mounts it, which Secret comes of it and who reads which key.

Pods are what the graph is made of; mounts, readers and what the API server would refuse are read off them, in the same
way whether the pods come from a rendered manifest or from the values and the chart facts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from preflight.facts import Setting

CSI_DRIVER = "secrets-store.csi.k8s.io"
SHORT_LIVED = frozenset(["Job", "CronJob", "Pod"])

Basis = Literal["manifest", "release manifest", "chart facts"]


@dataclass(frozen=True, kw_only=True)
class Mount:
    """Where a container sees a volume. `setting` is where the values ask for it."""

    volume: str
    path: str
    sub_path: str = ""
    read_only: bool = True
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A volume of a pod. `class_name` for one of the secrets-store driver, `secrets` for Secrets as files.

    `setting` is where the values ask for it, None for the chart's own and for a manifest's. `kind` is what the volume
    is to the API server: two of one name and kind are merged by an upgrade, and refused by an installation.
    """

    name: str
    class_name: str | None = None
    read_only: bool = True
    secrets: tuple["SecretUse", ...] = ()
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class SecretUse:
    """A reference to a Secret: to one key of it, or with `key` None to all of them."""

    secret: str
    key: str | None
    how: Literal["env", "envFrom", "volume", "projected"]
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container, its mounts and the Secrets its environment comes from."""

    name: str
    init: bool = False
    mounts: tuple[Mount, ...] = ()
    uses: tuple[SecretUse, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PodPlan:
    """The pods of one workload. `hook` are the Helm hooks it runs at, None for a plain object.

    `claims` are volumes that a StatefulSet's claim templates bring.
    """

    kind: str
    name: str
    replicas: int = 1
    hook: str | None = None
    volumes: tuple[Volume, ...] = ()
    claims: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    pull_secrets: tuple[str, ...] = ()

    @property
    def workload(self) -> str:
        """`Kind/name`."""
        return f"{self.kind}/{self.name}"

    @property
    def stays(self) -> bool:
        """Whether its pods live on: a Secret goes when the last pod that mounted its class is gone for good."""
        return self.kind not in SHORT_LIVED and self.hook is None


@dataclass(frozen=True, kw_only=True)
class FetchedObject:
    """A vault object that a class fetches, and the file it becomes (its alias, else its name)."""

    name: str
    type: str = "secret"
    file: str = ""

    def __post_init__(self) -> None:
        """A file is called after its object unless an alias says otherwise."""
        if not self.file:
            object.__setattr__(self, "file", self.name)


@dataclass(frozen=True, kw_only=True)
class SyncedSecret:
    """A Secret that a class makes: key to the file that fills it. `setting` is its entry in the values."""

    name: str
    type: str
    keys: tuple[tuple[str, str], ...]
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedClass:
    """A SecretProviderClass. `setting` is where the values ask for it, None for the chart's empty defaults."""

    name: str
    objects: tuple[FetchedObject, ...] = ()
    secrets: tuple[SyncedSecret, ...] = ()
    provider: str = "azure"
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class MadeSecret:
    """A Secret object that the chart renders. `switch` is the value that turns it off, where the facts know one."""

    name: str
    keys: tuple[str, ...]
    type: str = "Opaque"
    hook: str | None = None
    switch: str | None = None


@dataclass(frozen=True, kw_only=True)
class LaterSecret:
    """A Secret that something in the cluster makes after the deployment: cert-manager, a hook's Job, an operator.

    `certain` is false where the deployment does not bring the one that makes it.
    """

    name: str
    by: str
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class ClassMount:
    """A class mounted by a container of a workload."""

    pod: PodPlan
    class_name: str
    volume: Volume
    path: str
    container: Container
    mount: Mount


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A container that reads a Secret."""

    pod: PodPlan
    container: str
    use: SecretUse


@dataclass(frozen=True, kw_only=True)
class LostEntry:
    """A volume or mount of the chart's own that a list in the values replaced and did not repeat.

    `path` is where the container would see it, None for the volume itself; `setting` is the list.
    """

    pod: str
    volume: str
    path: str | None
    setting: Setting


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the API server would refuse in a pod. `merges` says that an upgrade merges the two and passes."""

    pod: PodPlan
    what: str
    merges: bool
    volume: str
    setting: Setting | None = None


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Everything a deployment plans about Secrets, and what that rests on.

    `version` is the chart's, `assumed` why it is taken where nobody named it. `supported` is false where a chart of
    this version does not read `global.keyvault`; `ignored` are the classes that the values ask for in vain, for that
    reason or because of `render_error`. `reshaped` are workloads, as `Kind/name`, whose volumes, mounts and Secrets a
    setting changes in ways that are not known. `lost` are the chart's own list entries that values replaced.
    """

    basis: Basis
    version: str | None
    pods: tuple[PodPlan, ...]
    classes: tuple[PlannedClass, ...]
    made: tuple[MadeSecret, ...]
    later: tuple[LaterSecret, ...] = ()
    supported: bool = True
    render_error: str | None = None
    assumed: str = ""
    lost: tuple["LostEntry", ...] = ()
    ignored: tuple[PlannedClass, ...] = ()
    reshaped: Mapping[str, Setting] = field(default_factory=dict)

    @cached_property
    def mounts(self) -> tuple[ClassMount, ...]:
        """Every class mounted by a container, in order of pods, containers and mounts; each once."""
        found: dict[tuple[str, ...], ClassMount] = {}
        for pod in self.pods:
            for container in pod.containers:
                for mount in container.mounts:
                    for volume in pod.volumes:
                        if volume.name == mount.volume and volume.class_name is not None:
                            key = (pod.workload, volume.class_name, volume.name, mount.path, container.name)
                            found.setdefault(
                                key,
                                ClassMount(
                                    pod=pod,
                                    class_name=volume.class_name,
                                    volume=volume,
                                    path=mount.path,
                                    container=container,
                                    mount=mount,
                                ),
                            )
        return tuple(found.values())

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        """Every reference to a Secret. A volume is read by each container that mounts it."""
        found: dict[tuple[str, str, SecretUse], Reader] = {}
        for pod in self.pods:
            for container in pod.containers:
                uses = list(container.uses)
                for mount in container.mounts:
                    uses += [use for volume in pod.volumes if volume.name == mount.volume for use in volume.secrets]
                for use in uses:
                    reader = Reader(pod=pod, container=container.name, use=use)
                    found.setdefault((pod.workload, container.name, use), reader)
        return tuple(found.values())

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every volume or mount that the API server would refuse."""
        return tuple(refusal for pod in self.pods for refusal in _refused(pod))

    def named(self, name: str) -> PlannedClass | None:
        """The class of this name."""
        return next((planned for planned in self.classes if planned.name == name), None)


def _refused(pod: PodPlan) -> Iterable[Refusal]:
    by_name: dict[str, list[Volume]] = {}
    for volume in pod.volumes:
        by_name.setdefault(volume.name, []).append(volume)
    for name, same in by_name.items():
        if len(same) > 1:
            yield Refusal(
                pod=pod,
                what=f"volume name '{name}' x{len(same)}",
                merges=len({(volume.class_name, volume.secrets) for volume in same}) == 1,
                volume=name,
                setting=next((volume.setting for volume in same if volume.setting), None),
            )
    for container in pod.containers:
        for name in dict.fromkeys(mount.volume for mount in container.mounts):
            if name not in by_name and name not in pod.claims:
                what = f"container '{container.name}' mounts '{name}' that no volume defines"
                yield Refusal(pod=pod, what=what, merges=False, volume=name)
        for path, count in Counter(mount.path for mount in container.mounts).items():
            if count > 1:
                at = [mount.volume for mount in container.mounts if mount.path == path]
                setting = next((item.setting for item in pod.volumes if item.name in at and item.setting), None)
                yield Refusal(
                    pod=pod,
                    what=f"container '{container.name}' mountPath '{path}' x{count}",
                    merges=len(set(at)) == 1,
                    volume=at[0],
                    setting=setting,
                )
