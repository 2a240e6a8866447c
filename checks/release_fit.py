"""release-fit: whether the planned release fits the pools, also while old and new pods run side by side."""

from collections.abc import Iterator

from preflight import Finding, Missing, Status, check, facts, fail, passed, skip, unknown, warn
from preflight.scheduling.own_pods import deployed_to, namespaces_of
from preflight.scheduling.placement import place_addon
from preflight.scheduling.pools import growths, unmeasured_pools
from preflight.scheduling.rollout import (
    Planned,
    Rollout,
    action_of,
    outgrown,
    roll_out,
    rollout_evidence,
)
from preflight.scheduling.wording import plural
from preflight.sync.planned import first
from preflight.sync.values import location
from preflight.sync.workloads import DefaultWorkloads, workloads_or_end

_ASK = "pass --manifest or --chart"


@check("release-fit", group="capacity", stages=("enable", "deploy"))
def release_fit(
    nodes: tuple[facts.Node, ...],
    pods: tuple[facts.Pod, ...],
    manifest: facts.Manifest | Missing | None = None,
    release: facts.Release | None = None,
    daemon_sets: tuple[facts.DaemonSet, ...] | None = None,
    priority_classes: tuple[facts.PriorityClass, ...] | None = None,
    cluster: facts.ManagedCluster | None = None,
    values: facts.Values | None = None,
    header: facts.Header | None = None,
) -> Iterator[Finding]:
    """The planned release fits the pools, also while it rolls out.

    During an upgrade old and new pods run side by side: each Deployment adds its maxSurge (every Deployment is taken to
    change), and new workloads, Jobs, post hooks and the pods that the Prometheus operator makes come on top, beside the
    add-on's. Without room they wait for each other. A pod that no node is open to, because its selector or its
    tolerations match no pool, never starts: Elasticsearch tolerates `data-es` in the chart and not the taint `data`.

    Fix: make room or allow more nodes for the time of the upgrade, set the strategy of large Deployments to Recreate,
    or correct selector and tolerations of the pod that is named. Needs the rendered manifest of the plan; with values
    only, what they leave as the chart has it is judged by the chart's defaults, and what they resize is unknown.
    """
    if isinstance(manifest, Missing) and manifest.is_lost:
        yield unknown(f"the manifest could not be read: {manifest.reason}")
        return
    chart: DefaultWorkloads | None = None
    if not isinstance(manifest, facts.Manifest):
        planned = workloads_or_end(values, release=release, header=header)
        if isinstance(planned, Finding):
            yield planned
            return
        chart, manifest = planned, planned.manifest
    elif not (manifest.workloads or manifest.operated):
        yield skip("the manifest has no workloads")
        return
    basis = f", {chart.basis}" if chart else ""
    classes = priority_classes or ()
    placements = place_addon(nodes, pods, daemon_sets=daemon_sets, priority_classes=priority_classes, cluster=cluster)
    growth = growths(placements.rooms, cluster, placements.arrivals, classes)
    action = action_of(release)
    namespace = deployed_to(release, header)
    found = roll_out(
        manifest, placements.after, pods, action, priority_classes=classes, growth=growth, namespace=namespace
    )
    # Pods that the chart's defaults cannot have made say that these values are not the whole plan.
    if chart and (strangers := outgrown(found, pods, namespaces_of(manifest, namespace))):
        yield skip(
            f"the values given are not all of the plan: pods of {first(sorted(strangers))} run that ask for more, or "
            f"stand elsewhere, than they could{basis}: {_ASK}"
        )
        return
    unmeasured = [pool.name for pool in unmeasured_pools(placements.rooms, cluster, growth)]
    yield from _impossible(found, unmeasured, basis)
    if found.waiting:
        yield _crowded(found, Status.FAIL if action == "install" else Status.WARN, basis)
    fits = not (found.closed or found.too_big or found.waiting)
    if chart and chart.changed:
        yield _sized(chart, found, fits=fits)
    elif fits:
        pools = ", ".join(f"{pool or 'no pool'} {count}" for pool, count in found.peak.items()) or "none"
        grown = f"; pool {' and '.join(found.grown)} needs a new node for it" if found.grown else ""
        yield passed(
            f"{plural(len(found.planned), 'workload')} fit; at the peak {plural(found.extra, 'pod')} run beside the "
            f"present ones, by pool: {pools}{grown}{basis}",
            evidence=rollout_evidence(found),
        )


def _impossible(found: Rollout, unmeasured: list[str], basis: str) -> Iterator[Finding]:
    for planned in found.closed:
        if unmeasured:
            message = f"It may only run in a pool that has no node to measure ({', '.join(unmeasured)}), or nowhere"
            yield unknown(f"{message}: {_wishes(planned)}{basis}", planned.object)
            continue
        hint = "correct its selector and tolerations, or label and taint a pool as they say"
        yield fail(f"No node is open to it: {_wishes(planned)}{basis}", planned.object, hint)
    for planned, why in found.too_big:
        message = f"It asks for more than any node open to it has beside its DaemonSets ({why}){basis}"
        yield fail(message, planned.object, "lower its requests, or use a pool of larger machines")


def _sized(chart: DefaultWorkloads, found: Rollout, *, fits: bool) -> Finding:
    setting = next(iter(chart.changed.values()))
    own = f"The values change what {first(chart.changed)} ask for or where they may go, and their figures are not held"
    others = f"; {plural(len(found.planned), 'other workload')} would fit without them, {chart.basis}" if fits else ""
    kind, _, name = next(iter(chart.changed)).partition("/")
    return unknown(f"{own}{others}", f"{kind.lower()}/{name}", _ASK, location=location(setting))


def _wishes(planned: Planned) -> str:
    spec = planned.demand.spec
    selects = ", ".join(f"{key}={value}" for key, value in sorted(spec.node_selector.items())) or "nothing"
    tolerates = ", ".join(f"{t.key or '*'}{'=' + t.value if t.value else ''}" for t in spec.tolerations) or "no taint"
    return f"it selects {selects} and tolerates {tolerates}"


def _crowded(found: Rollout, status: Status, basis: str) -> Finding:
    names = [planned.object for planned, _ in found.waiting]
    why = ", ".join(sorted({reason for _, reason in found.waiting}))
    others = f" and {plural(len(names) - 3, 'other')}" if len(names) > 3 else ""  # noqa: PLR2004 - as many as one reads
    peak = f"At the peak of the roll-out {', '.join(names[:3])}{others} find no room ({why}) and wait for each other"
    hint = "allow more nodes for the time of the upgrade, or set the strategy of the largest of them to Recreate"
    say = fail if status is Status.FAIL else warn
    return say(f"{peak}{basis}", names[0], hint, evidence=rollout_evidence(found))
