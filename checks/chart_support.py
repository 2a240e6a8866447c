"""chart-support: whether the chart that will be deployed understands the values."""

from collections.abc import Iterator

from preflight import Finding, Missing, Status, check, facts, fail, passed, skip, unknown
from preflight.shells import Note, commands
from preflight.sync.chart import version_order
from preflight.sync.graph import Graph
from preflight.sync.planned import Undecided, planned, rests_on, syncs
from preflight.sync.values import KEYVAULT, Index, location

FIRST = "2.3.0"
"""The first chart version that reads `global.keyvault`."""
_WITHOUT_GRAFANA = "2.5.2"
CHART = "cluedin/cluedin-platform"
_REPOSITORY = "cluedin is your name for the repository of the charts: helm repo list tells"


@check("chart-support", group="values")
def chart_support(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
    secret_provider_classes: facts.SecretProviderClasses | None = None,
) -> Iterator[Finding]:
    """The chart version understands these values.

    `helm template` is green for almost anything. Charts before 2.3.0 ignore `global.keyvault`; from 2.5.2 on they do
    not render without `secretProviderClasses`; 2.5.2 was packaged without Grafana. A rendered manifest is judged when
    one is given; otherwise the version by what we measured, and a version newer than that is unknown.

    Fix: upgrade the chart to 2.3.0 or later, skip 2.5.2, and set `secretProviderClasses` beside `frontendCrt`, with
    the classes that the databases mount by themselves (cluedin-sqlserver, -elasticsearch, -redis). For a newer chart
    pass `--manifest` with what `helm template` renders.
    """
    if not syncs(values, manifest):
        yield skip("the values do not enable global.keyvault: every chart understands that")
        return
    graph = planned(values, manifest=manifest, release=release, header=header)
    index = Index(values)
    switch = index.get(*KEYVAULT, "enabled") or index.get(*KEYVAULT)
    if isinstance(graph, Undecided):
        if graph.version and not graph.newer and version_order(graph.version) < version_order(FIRST):
            yield _ignored(graph.version, switch)
        else:
            yield unknown(graph.reason, hint=graph.hint)
        return
    found = [*_chart(graph, index, switch), *_served(graph, header, secret_provider_classes)]
    yield from found
    if not any(finding.status == "fail" for finding in found):
        yield _passed(f"the {len(graph.classes)} classes are rendered, {rests_on(graph)}", graph, header, release)


def _passed(
    message: str, graph: Graph, header: facts.Header | None, release: facts.Release | Missing | None
) -> Finding:
    """With values of the user's own the deployment is what comes next, once all else agrees."""
    plan = header.target.values if header and not header.offline and header.stage == "deploy" else ()
    if not (plan and isinstance(release, facts.Release) and release.found and graph.basis == "chart facts"):
        return passed(message)
    files = (word for file in plan for word in ("-f", file))
    named = (release.name, CHART, "-n", release.namespace, *(("--version", graph.version) if graph.version else ()))
    return Finding(
        status=Status.PASS,
        message=message,
        hint="once the other checks agree, deploy these values",
        commands=commands(Note(_REPOSITORY), ("helm", "upgrade", *named, *files)),
    )


def _chart_named(graph: Graph) -> str:
    return f"{graph.version} ({graph.assumed})" if graph.assumed else graph.version or ""


def _ignored(version: str, switch: facts.Setting | None) -> Finding:
    return fail(
        f"chart {version} does not read global.keyvault: nothing is synced, and pods that mount a class do not start",
        "values/global.keyvault",
        f"upgrade the chart to {FIRST} or later",
        evidence={"chart_version": version, "first": FIRST},
        location=location(switch),
    )


def _chart(graph: Graph, index: Index, switch: facts.Setting | None) -> Iterator[Finding]:
    if not graph.supported:
        yield _ignored(_chart_named(graph), switch)
    elif graph.render_error:
        classes = index.get(*KEYVAULT, "secretProviderClasses")
        yield fail(
            f"chart {_chart_named(graph)} does not render: {graph.render_error}",
            "values/global.keyvault.secretProviderClasses",
            "set secretProviderClasses to a map with cluedin-sqlserver, cluedin-elasticsearch and cluedin-redis in it",
            location=location(classes or index.get(*KEYVAULT, "frontendCrt") or switch),
        )
    elif not graph.classes:
        yield fail(
            f"global.keyvault is enabled and no SecretProviderClass is rendered, {rests_on(graph)}",
            "values/global.keyvault",
            f"render with these values, and with a chart from {FIRST} on",
            location=location(switch),
        )
    grafana = index.get(*KEYVAULT, "secretProviderClasses", "cluedin-grafana")
    if graph.basis == "chart facts" and graph.version == _WITHOUT_GRAFANA and grafana is not None:
        yield fail(
            "chart 2.5.2 was packaged without Grafana: its class is made and nobody mounts it",
            "values/global.keyvault.secretProviderClasses.cluedin-grafana",
            "use 2.5.3 or later, or remove the class",
            location=location(grafana),
        )


def _served(
    graph: Graph, header: facts.Header | None, classes: facts.SecretProviderClasses | None
) -> Iterator[Finding]:
    """Without the add-on the API server does not know the kind, and Helm stops before anything is made."""
    if classes is None or classes.served or not graph.classes:
        return
    if header is not None and (header.stage == "enable" or "enable" in header.stages):
        yield skip("the cluster does not serve SecretProviderClass yet: enable the add-on before the deployment")
        return
    yield fail(
        "the cluster does not serve SecretProviderClass, so Helm refuses the release",
        "crd/secretproviderclasses.secrets-store.csi.x-k8s.io",
        "enable the add-on azure-keyvault-secrets-provider first",
    )
