"""Predictions from values and chart facts against what Helm 3.20.2 rendered of six chart versions."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from preflight import facts
from preflight.collect.values import read_values, settings_of
from preflight.sync.chart import predict
from preflight.sync.graph import Graph
from tests.data import data_path

VERSIONS = ("2.0.0", "2.3.0", "2.4.0", "2.5.1", "2.5.2", "2.6.0")
SCENARIOS = {
    "default": None,
    "article": "article-block",
    "sample": "akv-sync-sample",
    "sample_without_mounts": "akv-sync-sample",
    "installer_passwords": "installer-passwords",
}
_MOUNT_LISTS = (
    "extraVolumes",
    "extraVolumeMounts",
    "additionalVolumes",
    "additionalVolumeMounts",
    "extraContainerVolumes",
    "extraMounts",
)

Recorded = dict[str, Any]


def scenario_values(scenario: str) -> facts.Values:
    name = SCENARIOS[scenario]
    if name is None:
        return settings_of({}, source="files")
    values = read_values([(name, data_path(f"values/{name}.yaml").read_bytes())])
    if scenario != "sample_without_mounts":
        return values
    kept = tuple(item for item in values.settings if not set(_MOUNT_LISTS) & set(map(str, item.path)))
    return facts.Values(source="files", settings=kept)


@pytest.fixture(params=[(version, scenario) for version in VERSIONS for scenario in SCENARIOS], ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[Graph, Recorded]:
    version, scenario = request.param
    recorded = json.loads(data_path(f"charts/{version}.json").read_text())[scenario]
    graph = predict(scenario_values(scenario), version)
    assert graph is not None
    return graph, recorded


def same(predicted: Iterable[object], recorded: Iterable[object]) -> None:
    left, right = Counter(predicted), Counter(recorded)
    assert (left - right, right - left) == (Counter(), Counter())


def test_secrets_made(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    same(
        ((made.name, frozenset(made.keys), made.type) for made in graph.made),
        ((secret["name"], frozenset(secret["keys"]), secret["type"]) for secret in recorded["secrets"]),
    )


def test_classes(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    predicted = {
        planned.name: (
            [item.name for item in planned.objects],
            [(secret.name, secret.type, list(secret.keys)) for secret in planned.secrets],
        )
        for planned in graph.classes
    }
    assert predicted == {item["name"]: _recorded_class(item["spec"]) for item in recorded.get("spcs", ())}


def _recorded_class(spec: Recorded) -> tuple[list[str], list[tuple[str, str, list[tuple[str, str]]]]]:
    objects = [line.split(": ")[1] for line in spec["parameters"]["objects"].splitlines() if "objectName: " in line]
    made = [
        (item["secretName"], item["type"], [(data["key"], data["objectName"]) for data in item["data"]])
        for item in spec["secretObjects"] or ()
    ]
    return objects, made


def test_mounts(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    assert {
        (mount.pod.workload, mount.class_name, mount.volume.name, mount.path, mount.container.name)
        for mount in graph.mounts
    } == {
        (item["workload"], item["secretProviderClass"], item["volume"], mount["path"], mount["container"])
        for item in recorded.get("mounts", ())
        for mount in item["mounts"]
    }


def test_readers(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    if "consumers" not in recorded:
        pytest.skip("readers were recorded for the defaults of every version, and for all of 2.6.0")
    expected = set()
    for item in recorded["consumers"]:
        containers = [item["container"]] if "container" in item else [mount["container"] for mount in item["mounts"]]
        key = None if item["key"] == "*" else item["key"]
        expected |= {(item["workload"], container, item["secret"], key) for container in containers}
    assert {
        (reader.pod.workload, reader.container, reader.use.secret, reader.use.key) for reader in graph.readers
    } == expected


def test_what_the_api_server_would_refuse(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    same(
        (f"{refusal.pod.workload}: {refusal.what}" for refusal in graph.refusals),
        recorded.get("duplicates", ()),
    )


def test_pull_secrets_and_pods(case: tuple[Graph, Recorded]) -> None:
    graph, recorded = case
    if "pods" not in recorded:
        pytest.skip("pods were recorded for the defaults")
    stable = [pod for pod in recorded["pods"] if pod["hook"] != "test"]
    same(((pod.kind, pod.name) for pod in graph.pods), ((pod["kind"], pod["name"]) for pod in stable))
    workloads = {f"{pod['kind']}/{pod['name']}" for pod in stable}
    pulled: dict[str, set[str]] = {}
    for pod in graph.pods:
        for name in pod.pull_secrets:
            pulled.setdefault(name, set()).add(pod.workload)
    assert pulled == {name: set(pods) & workloads for name, pods in recorded["pull_secrets"].items()}
