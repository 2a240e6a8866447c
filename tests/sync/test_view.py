import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.collect.known_paths import KNOWN
from preflight.collect.manifests import read_manifests
from preflight.collect.values import read_values
from preflight.errors import InputError
from preflight.sync.chains import chains
from preflight.sync.chart import newest_version, predict, version_order
from preflight.sync.graph import FetchedObject, Graph, PlannedClass, SyncedSecret
from preflight.sync.rendered import graph_of
from preflight.sync.view import ROW_HEADERS, document, mermaid, rows
from tests.data import data_path

MANIFEST = b"""apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: app-sync, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}
spec:
  provider: azure
  parameters:
    objects: |
      array:
        - |
          objectName: app-password
          objectType: secret
  secretObjects:
  - {secretName: app, type: Opaque, data: [{key: password, objectName: app-password}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      imagePullSecrets: [{name: pull}]
      containers:
      - name: main
        env:
        - {name: P, valueFrom: {secretKeyRef: {name: app, key: password}}}
        envFrom: [{secretRef: {name: all, optional: true}}]
        volumeMounts:
        - {name: sync, mountPath: /mnt/secrets-sync, readOnly: true}
        - {name: lost, mountPath: /lost}
      volumes:
      - name: sync
        csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: app-sync}}
---
apiVersion: v1
kind: Secret
metadata: {name: made}
stringData: {key: Canary-9z8y}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: crt}
spec: {secretName: crt-secret}
"""


def sample(version: str = "2.6.0") -> Graph:
    values = read_values([("s.yaml", data_path("values/akv-sync-sample.yaml").read_bytes())])
    graph = predict(values, version)
    assert graph is not None
    return graph


def test_a_rendered_manifest_becomes_the_same_document() -> None:
    manifest = read_manifests([("m.yaml", MANIFEST)])
    assert "Canary" not in repr(manifest)
    shown = document(graph_of(manifest))
    assert shown["classes"] == {
        "app-sync": {
            "objects": [{"name": "app-password", "type": "secret"}],
            "secrets": {"app": {"type": "Opaque", "keys": {"password": "app-password"}}},
        }
    }
    assert shown["mounts"] == [
        {
            "workload": "Deployment/app",
            "class": "app-sync",
            "volume": "sync",
            "path": "/mnt/secrets-sync",
            "container": "main",
        }
    ]
    assert shown["made"] == ["made"]
    assert {(reader["secret"], reader["key"]) for reader in shown["readers"]} == {("app", "password"), ("all", None)}
    assert shown["duplicates"] == [
        {"workload": "Deployment/app", "what": "container 'main' mounts 'lost' that no volume defines"}
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"a: [", "m.yaml: this is not valid YAML"), (b"apiVersion: v1\nkind: Pod\nspec: 5\n", "m.yaml:1: not an object")],
)
def test_a_manifest_that_is_none_is_one_sentence(data: bytes, place: str) -> None:
    with pytest.raises(InputError) as refused:
        read_manifests([("m.yaml", data)])
    assert str(refused.value).startswith(place)
    assert "\n" not in str(refused.value)


def test_the_document_is_plain_json_with_a_chain_per_secret() -> None:
    shown = document(sample())
    assert json.loads(json.dumps(shown)) == shown
    assert len(shown["chains"]) == len(chains(sample())) == len(rows(sample())) == 11
    assert all(len(row) == len(ROW_HEADERS) for row in rows(sample()))


@pytest.mark.parametrize(
    ("version", "secret", "broken"),
    [
        ("2.2.0", "cluedin-email", "chart 2.2.0 does not read global.keyvault"),
        ("2.4.0", "cluedin-rabbitmq", "StatefulSet/cluedin-rabbitmq is refused by the API server"),
        ("2.4.0", "cluedin-redis", None),
        ("2.5.2", "cluedin-grafana", "no container mounts cluedin-grafana-sync"),
        ("2.6.0", "cluedin-email", None),
        ("2.6.0", "cluedin-redis", "StatefulSet/cluedin-redis-master is refused by the API server"),
    ],
)
def test_the_first_broken_link(version: str, secret: str, broken: str | None) -> None:
    (chain,) = (chain for chain in chains(sample(version)) if chain.secret.name == secret)
    assert chain.broken is None if broken is None else (chain.broken or "").startswith(broken)


def test_the_flowchart_names_every_link_once() -> None:
    text = mermaid(sample())
    assert text.startswith("flowchart LR\n")
    assert text.count('"cluedin-email"') == 1


@given(st.text(max_size=30))
def test_no_name_becomes_markup_in_the_flowchart(name: str) -> None:
    secret = SyncedSecret(name=name, type="Opaque", keys=((name, name),))
    planned = PlannedClass(name=name, objects=(FetchedObject(name=name),), secrets=(secret,))
    graph = Graph(basis="manifest", version=None, pods=(), classes=(planned,), made=())
    lines = mermaid(graph).splitlines()
    assert all(line.count('"') in (0, 2) and line.isprintable() for line in lines)


def test_a_version_nobody_measured_is_not_judged_by_its_neighbour() -> None:
    assert predict(read_values([]), "2.6.1") is None
    assert predict(read_values([]), "2.3.3") is None
    assert newest_version() == "2.6.0"


def test_versions_are_ordered_by_number_with_pre_releases_first() -> None:
    versions = ["2.10.0", "2.4.0", "3.0.0", "2.4.0-rc.1", "2.4.2"]
    assert sorted(versions, key=version_order) == ["2.4.0-rc.1", "2.4.0", "2.4.2", "2.10.0", "3.0.0"]


def test_every_path_of_the_chart_facts_is_one_that_is_kept() -> None:
    kept = {path.rstrip("!?") for path in KNOWN}
    text = files("preflight.sync").joinpath("chart_facts.json").read_text(encoding="utf-8")
    used = set(_paths(json.loads(text)))
    missing = {path for path in used if path not in kept and not any(known.startswith(f"{path}.*") for known in kept)}
    assert missing == set()


def _paths(node: object) -> list[str]:
    found: list[str] = []
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "if":
                found += [item.lstrip("!").partition("|")[0] for item in value if "@" not in item]
            elif key in ("list", "volume_list", "replicas", "idle", "switch"):
                found.append(value.partition("||")[0])
            elif key == "reshaping":
                found += [row["path"] for row in value]
            elif key in ("mount_lists", "env_lists", "pull_lists"):
                found += value
            else:
                found += _paths(value)
    elif isinstance(node, list):
        for value in node:
            found += _paths(value)
    elif isinstance(node, str):
        found += re.findall(r"\$\{([^|}]+)\|", node)
    return found
