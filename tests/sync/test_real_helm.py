"""A chart of our own with the traps of the real ones: rendered by real helm, sent to a real API server.

What the graph of the rendering says would be refused is refused, and nothing else is.
"""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from preflight import facts
from preflight.collect.manifests import read_manifests
from preflight.collect.values import read_values
from preflight.sync.chains import chains
from preflight.sync.graph import Graph
from preflight.sync.rendered import graph_of
from tests.control_plane.build import BUILD_COMMAND, find_assets, find_helm
from tests.control_plane.cluster import ControlPlane, secret_provider_crds

CHART = Path(__file__).parent / "chart"
VALUES_CHART = "apiVersion: v2\nname: shown\nversion: 1.0.0\n"
CLASS = "keyvault: {classes: {database: [{secretName: database, secretKeys: {password: cluedin-password}}]}}\n"
OWN_VOLUME = """extraVolumes:
- {name: plugins, emptyDir: {}}
- name: azure-keyvault-secrets
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes: {secretProviderClass: database-sync}
"""
OWN_MOUNT = """extraVolumeMounts:
- {name: plugins, mountPath: /plugins}
- {name: azure-keyvault-secrets, mountPath: /mnt/secrets-sync, readOnly: true}
"""
CASES = {
    "defaults": "",
    "class": CLASS,
    "volume twice": f"{CLASS}{OWN_VOLUME}",
    "mount twice": f"{CLASS}{OWN_MOUNT}",
    "both twice": f"{CLASS}{OWN_VOLUME}{OWN_MOUNT}",
    "list replaced": "extraVolumes: []\n",
    "lists replaced": "extraVolumes: []\nextraVolumeMounts: []\n",
    "by hand without class": f"{OWN_VOLUME}{OWN_MOUNT}",
    "number for a name": "keyvault: {classes: {database: [{secretName: database, secretKeys: {port: 25}}]}}\n",
    "bad class name": "keyvault: {classes: {Data_Base: [{secretName: database, secretKeys: {a: b}}]}}\n",
}


@pytest.fixture(scope="module")
def helm() -> str:
    found = find_helm()
    if found is None:
        pytest.skip(f"no helm here; get it with: {BUILD_COMMAND}")
    return str(found)


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    if find_assets() is None:
        pytest.skip(f"no etcd and kube-apiserver here; get them with: {BUILD_COMMAND}")
    with ControlPlane() as started:
        started.load(secret_provider_crds())
        yield started


def rendered(helm: str, chart: Path, values: Sequence[str], folder: Path, *sets: str) -> bytes:
    arguments = []
    for number, text in enumerate(values):
        path = folder / f"values-{number}.yaml"
        path.write_text(text)
        arguments += ["-f", str(path)]
    for text in sets:
        arguments += ["--set", text]
    command = [helm, "template", "traps", str(chart), "-n", "default", "--kube-version", "1.33.0", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def refused(cluster: ControlPlane, manifest: bytes) -> set[str]:
    """Kind/name of every object that a server-side dry run does not take."""
    paths = {
        "StatefulSet": "/apis/apps/v1/namespaces/default/statefulsets",
        "Secret": "/api/v1/namespaces/default/secrets",
        "SecretProviderClass": "/apis/secrets-store.csi.x-k8s.io/v1/namespaces/default/secretproviderclasses",
    }
    found = set()
    for item in filter(None, yaml.safe_load_all(manifest)):
        status, _ = cluster.request("POST", f"{paths[item['kind']]}?dryRun=All", item)
        if status >= 400:
            found.add(f"{item['kind']}/{item['metadata']['name']}")
    return found


@pytest.mark.control_plane
@pytest.mark.parametrize("case", CASES)
def test_the_api_server_refuses_what_the_graph_says_it_will(
    case: str, helm: str, cluster: ControlPlane, tmp_path: Path
) -> None:
    manifest = rendered(helm, CHART, [CASES[case]], tmp_path)
    answered = refused(cluster, manifest)
    if case in ("number for a name", "bad class name"):
        assert {name.partition("/")[0] for name in answered} == {"SecretProviderClass"}
        return
    graph = graph_of(read_manifests([("manifest.yaml", manifest)]))
    assert {refusal.pod.workload for refusal in graph.refusals} == answered


@pytest.mark.subprocess
def test_the_chain_of_a_secret_that_two_make(helm: str, tmp_path: Path) -> None:
    def graph(values: str) -> Graph:
        return graph_of(read_manifests([("manifest.yaml", rendered(helm, CHART, [values], tmp_path))]))

    (chain,) = chains(graph(CLASS))
    assert (chain.broken, chain.mounted_by, chain.read_by) == (
        None,
        ("StatefulSet/database",),
        ("StatefulSet/database",),
    )
    (chain,) = chains(graph(f"{CLASS}password: Example-1\n"))
    assert chain.broken == "the chart makes it too"


# --- values as helm itself merges them ---

FILES = (
    "global: {keyvault: {enabled: y, tenantId: a, secretProviderClasses: {c: [{secretName: one}]}}}\n",
    "base: &base {keyvaultName: kv}\nglobal:\n  keyvault:\n    <<: *base\n    tenantId: ~\n    enabled: off\n",
    "global: {keyvault: {frontendCrt: 010, secretProviderClasses: {c: [{secretKeys: {k.x: 1_0}}]}}}\n",
    "global: {keyvault: {enabled: true}}\nglobal: {keyvault: {keyvaultName: later}}\n",
)
SETS = (
    "global.keyvault.enabled=true,global.keyvault.tenantId=null",
    "global.keyvault.secretProviderClasses.c[1].secretName=two",
    "global.keyvault.secretProviderClasses={a,b}",
    "global.keyvault.secretProviderClasses.c[0].secretKeys.load\\.json=x\\,y",
)


@pytest.mark.subprocess
@pytest.mark.parametrize("sets", [(), *((text,) for text in SETS)])
@pytest.mark.parametrize("files", [FILES[:1], FILES[:2], FILES[:3], FILES])
def test_values_are_merged_as_helm_merges_them(
    files: tuple[str, ...], sets: tuple[str, ...], helm: str, tmp_path: Path
) -> None:
    chart = tmp_path / "shown"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(VALUES_CHART)
    (chart / "templates" / "values.yaml").write_text("shown: {{ toJson .Values.global }}\n")
    shown = yaml.safe_load(rendered(helm, chart, files, tmp_path, *sets))["shown"]
    values = read_values([(f"{number}.yaml", text.encode()) for number, text in enumerate(files)], sets)
    assert _leaves(shown["keyvault"], ("global", "keyvault")) == _held(values)


def _leaves(node: Any, path: tuple[str | int, ...]) -> dict[tuple[str | int, ...], str]:
    """Path to kind of every scalar that Helm shows."""
    if isinstance(node, dict):
        return {key: kind for name, item in node.items() for key, kind in _leaves(item, (*path, name)).items()}
    if isinstance(node, list):
        return {key: kind for number, item in enumerate(node) for key, kind in _leaves(item, (*path, number)).items()}
    kinds = {bool: "boolean", int: "number", float: "number", str: "string"}
    return {} if node is None else {path: kinds[type(node)]}


def _held(values: facts.Values) -> dict[tuple[str | int, ...], str]:
    scalars = ("string", "number", "boolean")
    return {item.path: item.kind for item in values.settings if item.kind in scalars and len(item.path) > 2}
