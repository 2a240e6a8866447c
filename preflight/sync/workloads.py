"""The workloads of values and chart facts: what pods ask for by the chart's defaults, where the values leave them so.

What values write instead of a default is not held: whose figures they change is said, no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from preflight.facts import Header, Manifest, ObjectMeta, PodTemplate, Release, Setting, Values, Workload
from preflight.facts.kubernetes import (
    Annotations,
    ResourceRequirements,
    TemplateContainer,
    TemplateSpec,
)
from preflight.model import Finding, Status
from preflight.sync.chart import chart_facts
from preflight.sync.graph import Graph
from preflight.sync.planned import graph_or_end
from preflight.sync.values import Index
from preflight.sync.workload_facts import WorkloadFact, concerned, workload_facts

_OPERATED = ("Prometheus", "Alertmanager")


@dataclass(frozen=True, kw_only=True)
class DefaultWorkloads:
    """The workloads that keep the chart's defaults, and by `Kind/name` those whose figures a setting changes.

    `manifest` holds the workloads only: its Secrets and classes are in the graph. `basis` is what a verdict rests on.
    """

    manifest: Manifest
    basis: str
    changed: Mapping[str, Setting] = field(default_factory=dict)


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
        places = concerned(setting.path[:-1], sections)
        changed |= {name: setting for name in there if rows[name].section in places and name not in changed}
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

    The deployed release's own values are no plan, unless with a chart version that was named. The release's name does
    not matter: of all workloads only the Windows exporter, a DaemonSet, is called after it.
    """
    named = header is not None and header.target.chart_version is not None
    if values is None or (values.source == "release" and not named):
        return Finding(
            status=Status.SKIP,
            message="not known which pods are planned: give -f values.yaml, or --manifest, as helm template prints it",
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
