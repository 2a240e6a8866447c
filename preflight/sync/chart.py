"""Values and chart facts as a graph: what `helm template` would render, as far as Secrets go, without the chart.

`chart_facts.json` was derived from renderings of the published charts with Helm 3.20 and holds names only. Its groups
are letters for versions that render alike. A text may hold `${path|default}`, the value at a path, or
`${path||default}` where the chart takes its default for an empty value too. A condition is a path that must be set
(`!path`: must not be), with `|true` where the chart's own default is true, and with `|dependency` where it is the
condition of a subchart: Helm turns that off for the boolean false alone. One with `@` is about the key vault block
(`preflight.sync.classes`). An item with `list` is the chart's default entry of a list that a value at that path
replaces.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from preflight.facts import Setting, Values
from preflight.sync.additions import added_mounts, added_names, added_uses, added_volumes, extra_secrets
from preflight.sync.classes import RenderedBlock
from preflight.sync.graph import (
    Container,
    Graph,
    LaterSecret,
    LostEntry,
    MadeSecret,
    Mount,
    PodPlan,
    SecretUse,
    Volume,
)
from preflight.sync.values import Index, truth
from preflight.sync.workload_facts import concerned, workload_facts

CONTAINERS = frozenset(["initContainers", "extraInitContainers", "extraContainers", "sidecars"])
"""Keys of lists of containers, wherever they stand."""

_REFERENCE = re.compile(r"\$\{([^|}]+)\|(\|?)([^}]*)\}")


class Fact(msgspec.Struct, frozen=True, kw_only=True, rename={"groups": "in", "when": "if"}, omit_defaults=True):
    """What all rows share: the groups of versions they are true for (empty: all) and their conditions."""

    groups: str = ""
    when: tuple[str, ...] = ()
    list: str = ""


class VolumeFact(Fact, frozen=True, kw_only=True):
    """A volume; `class_name` of one of the driver's, `secret` of one that shows a Secret."""

    name: str
    class_name: str = ""
    secret: str = ""
    how: Literal["volume", "projected"] = "volume"


class MountFact(Fact, frozen=True, kw_only=True):
    """A mount of a container."""

    volume: str
    path: str
    sub_path: str = ""
    read_only: bool = False


class UseFact(Fact, frozen=True, kw_only=True):
    """A reference of a container's environment; without key it is envFrom."""

    secret: str
    key: str = ""


class NameFact(Fact, frozen=True, kw_only=True):
    """A name by itself: a pull secret, a claim."""

    name: str


class ContainerFact(Fact, frozen=True, kw_only=True):
    """A container. `mount_lists` and `env_lists` are the values whose entries are added."""

    name: str
    init: bool = False
    mounts: tuple[MountFact, ...] = ()
    uses: tuple[UseFact, ...] = ()
    mount_lists: tuple[str, ...] = ()
    env_lists: tuple[str, ...] = ()


class PodFact(Fact, frozen=True, kw_only=True):
    """A workload. `replicas` is the path of their number, `idle` of a switch that makes it none.

    `replicas` with `||1` behind the path: the chart takes 0 for nothing said.

    `volume_list` and `pull_lists` are the values whose entries are added.
    """

    kind: str
    name: str
    hook: str = ""
    replicas: str = ""
    idle: str = ""
    pull: tuple[NameFact, ...] = ()
    pull_lists: tuple[str, ...] = ()
    claims: tuple[NameFact, ...] = ()
    volumes: tuple[VolumeFact, ...] = ()
    volume_list: str = ""
    containers: tuple[ContainerFact, ...] = ()


class SecretFact(Fact, frozen=True, kw_only=True):
    """A Secret that the chart renders. `switch` is the value that turns it off, empty where there is none."""

    name: str
    keys: tuple[str, ...] = ()
    type: str = "Opaque"
    hook: str = ""
    switch: str = ""


class LaterFact(Fact, frozen=True, kw_only=True):
    """A Secret that comes to be after the deployment."""

    name: str
    by: str
    certain: bool = True


class ReshapingFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that changes volumes, names or Secrets of pods in ways that no row tells.

    `unless` is the chart's own value, with which nothing changes. `null`: only a null does, with which Helm refuses to
    render ("wrong type for value", measured with 2.6.0). `whole`: what is rendered at all is not known then.
    """

    path: str
    unless: str = ""
    null: bool = False
    whole: bool = False


class ChartFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `versions` maps a chart version to its group."""

    versions: dict[str, str]
    pods: tuple[PodFact, ...]
    secrets: tuple[SecretFact, ...]
    later: tuple[LaterFact, ...]
    reshaping: tuple[ReshapingFact, ...]


@lru_cache(maxsize=1)
def chart_facts() -> ChartFacts:
    """Read the package data."""
    return msgspec.json.decode(files("preflight.sync").joinpath("chart_facts.json").read_bytes(), type=ChartFacts)


def newest_version() -> str:
    """The newest chart version the facts know."""
    return max(chart_facts().versions, key=version_order)


def version_order(version: str) -> tuple[int, ...]:
    """Order versions; a pre-release comes before its release. What is no number counts as 0.

    >>> version_order("2.4.0-rc.1") < version_order("2.4.0") < version_order("2.10.0")
    True
    """
    core, _, pre = version.lstrip("v").partition("+")[0].partition("-")
    numbers = [int(part) if part.isdigit() else 0 for part in core.split(".")]
    return (*[*numbers, 0, 0, 0][:3], 0 if pre else 1)


def predict(values: Values, version: str) -> Graph | None:
    """Return the graph of these values and this chart version, None for a version that the facts do not know."""
    facts = chart_facts()
    version = version.removeprefix("v")
    group = facts.versions.get(version)
    if group is None:
        return None
    block = RenderedBlock(values, group)
    reading = _Reading(block, group)
    return Graph(
        basis="chart facts",
        version=version,
        pods=tuple(reading.pod(pod) for pod in reading.valid(facts.pods)),
        classes=block.classes,
        made=(*(reading.secret(item) for item in reading.valid(facts.secrets)), *extra_secrets(block.index)),
        later=tuple(
            LaterSecret(name=reading.text(item.name), by=item.by, certain=item.certain)
            for item in reading.valid(facts.later)
        ),
        supported=block.supported,
        render_error=block.render_error,
        ignored=block.ignored,
        reshaped=_reshaped(values, block.index),
        lost=tuple(lost for pod in reading.valid(facts.pods) for lost in reading.lost(pod)),
    )


def unpredictable(values: Values) -> Setting | None:
    """Return a setting after which the facts tell nothing: parts switched off whole, and names changed."""
    index = Index(values)
    return next((found for row in chart_facts().reshaping if row.whole and (found := _reshapes(index, row))), None)


def _reshapes(index: Index, row: ReshapingFact) -> Setting | None:
    setting = index.dotted(row.path)
    if row.null:
        return setting if setting is not None and setting.kind == "null" else None
    if setting is None or (setting.empty and not row.unless):
        return None
    if setting.kind == "boolean":
        return None if truth(setting) == (row.unless == "true") else setting
    return None if setting.text == row.unless else setting


def _reshaped(values: Values, index: Index) -> Mapping[str, Setting]:
    """By `Kind/name` the workloads of which the values change more than the facts tell, with the first such setting.

    Containers of one's own may mount and read anything; an empty list of them replaces the chart's.
    """
    rows = workload_facts()
    sections = {row.section for row in rows}
    settings = [found for row in chart_facts().reshaping if not row.whole and (found := _reshapes(index, row))]
    settings += [item for item in values.sizing if item.path[-1] in CONTAINERS]
    changed: dict[str, Setting] = {}
    for setting in settings:
        places = concerned(setting.path[:-1], sections)
        for row in rows:
            if row.section and row.section in places:
                changed.setdefault(f"{row.kind}/{row.name}", setting)
    return changed


F = TypeVar("F", bound=Fact)


class _Reading:
    """Chart facts in the light of one set of values."""

    def __init__(self, block: RenderedBlock, group: str) -> None:
        self.block = block
        self.index = block.index
        self.group = group

    def valid(self, rows: Iterable[F]) -> Iterator[F]:
        """The rows that hold for the version and the values; defaults of a list that was replaced do not."""
        for row in rows:
            if (
                (not row.groups or self.group in row.groups)
                and all(self.holds(condition) for condition in row.when)
                and not (row.list and self.index.dotted(row.list) is not None)
            ):
                yield row

    def holds(self, condition: str) -> bool:
        asked = condition.removeprefix("!")
        if asked.startswith("@"):
            found = self.block.holds(asked)
        else:
            path, _, default = asked.partition("|")
            setting = self.written(path)
            if setting is None:
                found = bool(default)
            elif default == "dependency":
                found = setting.kind != "boolean" or truth(setting)
            else:
                found = truth(setting)
        return found != condition.startswith("!")

    def written(self, path: str) -> Setting | None:
        """The setting at a path; below `global` a null deletes nothing, since subcharts bring the default along."""
        setting = self.index.dotted(path)
        return None if setting and setting.kind == "null" and setting.path[0] == "global" else setting

    def text(self, template: str) -> str:
        """Fill in the values; a value that is not held as text is shown as (not shown)."""

        def filled(match: re.Match[str]) -> str:
            setting = self.written(match[1])
            if setting is None or (setting.empty and match[2]):
                return match[3]
            return "" if setting.empty else setting.text or "(not shown)"

        return _REFERENCE.sub(filled, template)

    def pod(self, fact: PodFact) -> PodPlan:
        path, _, least = fact.replicas.partition("||")
        setting = self.index.dotted(path) if path else None
        digits = (setting.text or "") if setting else ""
        count = int(digits) if digits.isdigit() else 1
        count = max(count, int(least or 0))
        if fact.idle and truth(self.index.dotted(fact.idle)):
            count = 0
        return PodPlan(
            kind=fact.kind,
            name=self.text(fact.name),
            replicas=count,
            hook=fact.hook or None,
            volumes=(
                *(self.volume(volume) for volume in self.valid(fact.volumes)),
                *(added_volumes(self.index, fact.volume_list) if fact.volume_list else ()),
            ),
            claims=tuple(self.text(claim.name) for claim in self.valid(fact.claims)),
            containers=tuple(self.container(container) for container in self.valid(fact.containers)),
            pull_secrets=(
                *(self.text(item.name) for item in self.valid(fact.pull)),
                *(name for path in fact.pull_lists for name in added_names(self.index, path)),
            ),
        )

    def lost(self, fact: PodFact) -> Iterator[LostEntry]:
        """The chart's own entries of lists that the values replaced, those they repeat left out."""
        mounts: list[tuple[Fact, str, str]] = [
            (item, item.volume, item.path) for container in self.valid(fact.containers) for item in container.mounts
        ]
        volumes = [(item, item.name, "") for item in fact.volumes]
        for row, name, path in (*mounts, *volumes):
            setting = self.index.dotted(row.list) if row.list else None
            if setting is None or (row.groups and self.group not in row.groups):
                continue
            if name not in {self.named(item) for item in self.index.below(*setting.path)}:
                yield LostEntry(
                    pod=f"{fact.kind}/{self.text(fact.name)}", volume=name, path=path or None, setting=setting
                )

    def named(self, entry: Setting) -> str | None:
        name = self.index.get(*entry.path, "name")
        return name.text if name else None

    def volume(self, fact: VolumeFact) -> Volume:
        use = SecretUse(secret=self.text(fact.secret), key=None, how=fact.how) if fact.secret else None
        return Volume(name=fact.name, class_name=fact.class_name or None, secrets=(use,) if use else ())

    def container(self, fact: ContainerFact) -> Container:
        uses = [
            SecretUse(
                secret=self.text(use.secret),
                key=self.text(use.key) if use.key else None,
                how="env" if use.key else "envFrom",
            )
            for use in self.valid(fact.uses)
        ]
        for path in fact.env_lists:
            uses += added_uses(self.index, path)
        return Container(
            name=fact.name,
            init=fact.init,
            mounts=(
                *(
                    Mount(volume=mount.volume, path=mount.path, sub_path=mount.sub_path, read_only=mount.read_only)
                    for mount in self.valid(fact.mounts)
                ),
                *(mount for path in fact.mount_lists for mount in added_mounts(self.index, path)),
            ),
            uses=tuple(uses),
        )

    def secret(self, fact: SecretFact) -> MadeSecret:
        return MadeSecret(
            name=self.text(fact.name),
            keys=tuple(self.text(key) for key in fact.keys),
            type=fact.type,
            hook=fact.hook or None,
            switch=fact.switch or None,
        )
