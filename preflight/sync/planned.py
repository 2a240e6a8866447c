"""Which graph a run is about: the manifest that was given, else what the values make of the chart's version."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from preflight.facts import Header, Manifest, Missing, Release, Setting, Values
from preflight.model import Finding, Status
from preflight.sync.chart import newest_version, predict, unpredictable, version_order
from preflight.sync.graph import Graph
from preflight.sync.rendered import graph_of
from preflight.sync.values import Index, KeyVaultBlock, Path, dotted, keyvault, location

ASK = "pass --manifest with what helm template renders, or --chart"


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """No graph can be had, and why. `version` is the chart's where it is known; `newer` than all our facts, or not."""

    reason: str
    hint: str
    version: str | None = None
    newer: bool = False


def planned(
    values: Values | Missing | None,
    *,
    manifest: Manifest | None = None,
    release: Release | Missing | None = None,
    header: Header | None = None,
) -> Graph | Undecided:
    """Return the graph of what is to be deployed; a manifest wins over values and chart facts.

    Without a named chart version the deployed release's is taken, and without a release the newest known.
    """
    if manifest is not None:
        graph = graph_of(manifest, version=_named(header))
        return _located(graph, values) if isinstance(values, Values) else graph
    if not isinstance(values, Values):
        why = values.reason if isinstance(values, Missing) else "none were given"
        return Undecided(reason=f"neither a manifest nor values: {why}", hint="pass -f values.yaml, or --manifest")
    version, assumed = _version(header, release)
    setting = unpredictable(values)
    if setting is not None:
        return Undecided(
            reason=f"the values set {dotted(setting.path)}: what the chart renders then is not known",
            hint=ASK,
        )
    graph_or_none = predict(values, version)
    if graph_or_none is None:
        newer = version_order(version) > version_order(newest_version())
        return Undecided(
            reason=f"chart {version} is not among the versions we know (up to {newest_version()})",
            hint=ASK,
            version=version,
            newer=newer,
        )
    return replace(graph_or_none, assumed=assumed)


def _named(header: Header | None) -> str | None:
    return header.target.chart_version if header else None


def _version(header: Header | None, release: Release | Missing | None) -> tuple[str, str]:
    """The chart's version and, where nobody named it, why it is this one."""
    named = _named(header)
    if named:
        return named, ""
    if isinstance(release, Release) and release.found and release.chart_version:
        return release.chart_version, "the deployed one"
    return newest_version(), "the newest known"


def graph_or_end(
    values: Values | Missing | None,
    *,
    manifest: Manifest | None = None,
    release: Release | Missing | None = None,
    header: Header | None = None,
    synced_only: bool = True,
) -> Graph | Finding:
    """Return the graph, or the finding with which a check of it ends: nothing is synced, or no graph can be had."""
    if synced_only and not syncs(values, manifest):
        return Finding(status=Status.SKIP, message="nothing is synced")
    graph = planned(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Undecided):
        return Finding(status=Status.UNKNOWN, message=graph.reason, hint=graph.hint)
    if graph.render_error:
        return Finding(
            status=Status.SKIP, message=f"chart {graph.version} does not render these values: see chart-support"
        )
    return graph


def rests_on(graph: Graph) -> str:
    """What a verdict rests on, for its message."""
    if graph.basis == "chart facts":
        return f"by the facts of chart {graph.version}" + (f", {graph.assumed}" if graph.assumed else "")
    return "by the rendered manifest" if graph.basis == "manifest" else "by the release's manifest"


def reshaped(graph: Graph, what: str) -> Iterator[Finding]:
    """Yield an unknown for each setting that changes pods in ways that are not known; `what` is asked of the pods."""
    by_setting: dict[Path, list[str]] = {}
    there = {pod.workload for pod in graph.pods}
    for workload, setting in graph.reshaped.items():
        if workload in there:
            by_setting.setdefault(setting.path, []).append(workload)
    settings = {setting.path: setting for setting in graph.reshaped.values()}
    for path, workloads in by_setting.items():
        yield Finding(
            status=Status.UNKNOWN,
            message=f"the values set {dotted(path)}: {what} of {first(workloads)} is not known from them",
            object=f"workload/{workloads[0]}",
            hint=ASK,
            location=location(settings[path]),
        )


def syncs(values: Values | Missing | None, manifest: Manifest | None = None) -> bool:
    """Whether anything is to be synced at all."""
    if manifest is not None:
        return bool(manifest.classes) or (isinstance(values, Values) and _asks(keyvault(values)))
    return isinstance(values, Values) and _asks(keyvault(values))


def _asks(block: KeyVaultBlock | None) -> bool:
    return block is not None and block.enabled


def _located(graph: Graph, values: Values) -> Graph:
    """Give the classes, Secrets and hand-made volumes of a manifest their places in the values."""
    index = Index(values)
    block = keyvault(values, index)
    places: dict[tuple[str, str], Setting] = {}
    for planned_class in block.classes if block else ():
        for entry in planned_class.entries:
            places[planned_class.class_name, entry.name or ""] = entry.setting
    by_hand = {
        (setting.text, name.text): index.get(*setting.path[:-3])
        for setting in values.settings
        if setting.path[-1] == "secretProviderClass" and (name := index.get(*setting.path[:-3], "name"))
    }
    return replace(
        graph,
        pods=tuple(
            replace(
                pod,
                volumes=tuple(
                    replace(volume, setting=by_hand.get((volume.class_name, volume.name))) for volume in pod.volumes
                ),
            )
            for pod in graph.pods
        ),
        classes=tuple(
            replace(
                item,
                secrets=tuple(replace(secret, setting=places.get((item.name, secret.name))) for secret in item.secrets),
            )
            for item in graph.classes
        ),
    )


def first(items: Iterable[str], most: int = 3) -> str:
    """A few names in a sentence: `a, b and 3 more`."""
    names = list(dict.fromkeys(items))
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
