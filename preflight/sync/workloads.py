"""The workloads of values and chart facts: what pods ask for by the chart's defaults, where the values leave them so.

`chart_workloads.json` was taken from renderings of the published charts: each pod's requests in one sum, where it may
go, and how a Deployment rolls out where that is not the default. What values write instead of a default is not held:
whose figures they change is said, no more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import msgspec

from preflight.facts import Header, Manifest, ObjectMeta, PodTemplate, Release, Setting, Values, Workload
from preflight.facts.kubernetes import (
    Annotations,
    DeploymentStrategy,
    ResourceRequirements,
    TemplateContainer,
    TemplateSpec,
    Toleration,
)
from preflight.model import Finding, Status
from preflight.sync.chart import chart_facts
from preflight.sync.graph import Graph
from preflight.sync.planned import graph_or_end
from preflight.sync.values import Index, Path

_OPERATED = ("Prometheus", "Alertmanager")

RELEASE = "cluedin"
"""The release's name that the facts were rendered with; the names of some workloads begin with it."""


class WorkloadFact(msgspec.Struct, frozen=True, kw_only=True):
    """A workload's defaults in the versions named (none: in all).

    `section` is the path below which values size it, `depends` are switches that would change its figures. `made_by`
    names the workload without which an operator's pods do not come to be. `strategy` is a Deployment's.
    """

    kind: str
    name: str
    versions: tuple[str, ...] = ()
    section: str = ""
    requests: dict[str, str] = {}
    node_selector: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str | None = None
    host_network: bool = False
    strategy: DeploymentStrategy = DeploymentStrategy()
    depends: tuple[str, ...] = ()
    made_by: str = ""


@dataclass(frozen=True, kw_only=True)
class DefaultWorkloads:
    """The workloads that keep the chart's defaults, and by `Kind/name` those whose figures a setting changes.

    `manifest` holds the workloads only: its Secrets and classes are in the graph. `basis` is what a verdict rests on.
    """

    manifest: Manifest
    basis: str
    changed: Mapping[str, Setting] = field(default_factory=dict)


@lru_cache(maxsize=1)
def workload_facts() -> tuple[WorkloadFact, ...]:
    """Read the package data."""
    data = files("preflight.sync").joinpath("chart_workloads.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[WorkloadFact, ...])


def workloads_of(values: Values, graph: Graph) -> DefaultWorkloads:
    """Return what these values plan; the graph is what the chart facts make of them, and tells which workloads."""
    version = graph.version or ""
    rows = {f"{row.kind}/{row.name}": row for row in workload_facts() if not row.versions or version in row.versions}
    hooks = {pod.workload: pod.hook for pod in graph.pods}
    replicas = {pod.workload: pod.replicas for pod in graph.pods}
    there = [name for name, row in rows.items() if name in replicas or row.made_by in replicas]
    sections = {row.section for row in rows.values()}
    index = Index(values)
    changed: dict[str, Setting] = {}
    for setting in _overrides(values, index):
        concerned = _concerned(setting.path[:-1], sections)
        changed |= {name: setting for name in there if rows[name].section in concerned and name not in changed}
    for name in there:
        for switch in rows[name].depends:
            if switched := index.dotted(switch):
                changed.setdefault(name, switched)
    made = [_workload(rows[name], replicas.get(name, 1), hooks.get(name)) for name in there if name not in changed]
    return DefaultWorkloads(
        basis=f"by the chart's defaults of {version}" + (f", {graph.assumed}" if graph.assumed else ""),
        manifest=Manifest(
            source="chart",
            workloads=tuple(w for w in made if w.kind not in _OPERATED),
            operated=tuple(w for w in made if w.kind in _OPERATED),
        ),
        changed={name: setting for name, setting in changed.items() if _counts(rows[name], hooks.get(name))},
    )


def workloads_or_end(
    values: Values | None, *, release: Release | None = None, header: Header | None = None
) -> DefaultWorkloads | Finding:
    """Return the workloads that values plan, or the finding with which a check of them ends.

    The deployed release's own values are no plan, unless with a chart version that was named.
    """
    named = header is not None and header.target.chart_version is not None
    if values is None or (values.source == "release" and not named):
        return Finding(
            status=Status.SKIP,
            message="not known which pods are planned: give -f values.yaml, or --manifest, as helm template prints it",
        )
    if release is not None and release.found and release.name not in (None, RELEASE):
        return Finding(
            status=Status.SKIP,
            message=f"the facts of the chart name the pods of a release called {RELEASE}: pass --manifest or --chart",
        )
    graph = graph_or_end(values, release=release, header=header, synced_only=False)
    return graph if isinstance(graph, Finding) else workloads_of(values, graph)


def _counts(row: WorkloadFact, hook: str | None) -> bool:
    """Whether its pods count in a roll-out at all: each node has its own of a DaemonSet, and pre hooks are gone."""
    return row.kind != "DaemonSet" and (hook is None or "post-" in hook)


def _overrides(values: Values, index: Index) -> Iterable[Setting]:
    """The sizing settings whose effect is not known: Helm merges an empty map into the default and changes nothing.

    A number of replicas that the facts read is known.
    """
    counted = {tuple(pod.replicas.partition("||")[0].split(".")) for pod in chart_facts().pods if pod.replicas}
    for setting in values.sizing:
        held = index.get(*setting.path) if setting.path in counted else None
        known = held is not None and held.kind == "number" and (held.text or "").isdecimal()
        if not known and not (setting.kind == "map" and setting.empty):
            yield setting


def _concerned(place: Path, sections: Collection[str]) -> Collection[str]:
    """The sections that a setting at this place may be about: the one it is in, those below it, or any.

    The narrowest section has it: `infrastructure.monitoring.grafana` is Grafana's, not the operator's. What is global,
    or in no section at all, may be about any.
    """
    path = ".".join(map(str, place)) + "."
    within = [section for section in sections if section and path.startswith(f"{section}.")]
    if within:
        return (max(within, key=len),)
    below = [section for section in sections if f"{section}.".startswith(path)]
    return below if below and place[:1] not in ((), ("global",)) else sections


def _workload(row: WorkloadFact, replicas: int, hook: str | None) -> Workload:
    container = TemplateContainer(name=row.name, resources=ResourceRequirements(requests=dict(row.requests)))
    return Workload(
        kind=row.kind,
        metadata=ObjectMeta(name=row.name, annotations=Annotations(hook=hook)),
        replicas=replicas,
        strategy=row.strategy,
        template=PodTemplate(
            spec=TemplateSpec(
                containers=(container,),
                node_selector=row.node_selector,
                tolerations=row.tolerations,
                priority_class_name=row.priority_class,
                host_network=row.host_network,
            )
        ),
    )
