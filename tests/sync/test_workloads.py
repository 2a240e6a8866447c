"""Workloads of values and chart facts against what Helm 3.20.2 rendered, and what values change of them."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import quantity
from preflight.collect.known_paths import SIZING
from preflight.collect.values import settings_of
from preflight.facts import Manifest, Workload
from preflight.facts.kubernetes import Toleration
from preflight.sync.chart import chart_facts, predict
from preflight.sync.workload_facts import workload_facts
from preflight.sync.workloads import DefaultWorkloads, workloads_of
from tests.data import data_path
from tests.sync.test_chart_oracle import VERSIONS

SECTIONS = sorted({row.section for row in workload_facts() if row.section})


def planned(values: dict[str, Any], version: str = "2.6.0") -> DefaultWorkloads:
    settings = settings_of(values, source="files")
    graph = predict(settings, version)
    assert graph is not None
    return workloads_of(settings, graph)


def everything(manifest: Manifest) -> tuple[Workload, ...]:
    return (*manifest.workloads, *manifest.operated)


def nested(path: str, value: object) -> dict[str, Any]:
    for key in reversed(path.split(".")):
        value = {key: value}
    return value  # type: ignore[return-value] # a path has a key at least


def asked(workload: Workload) -> tuple[int, float]:
    requests = Counter[str]()
    for container in workload.template.spec.containers:
        requests["cpu"] += quantity.to_millis(quantity.nanos(container.resources.requests.get("cpu", "0")))
        requests["memory"] += quantity.to_whole(quantity.nanos(container.resources.requests.get("memory", "0")))
    return requests["cpu"], round(requests["memory"] / 2**20, 1)


def written(toleration: Toleration) -> str:
    value = "Exists" if toleration.operator == "Exists" else toleration.value
    return f"{toleration.key or '*'}={value}:{toleration.effect}"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_defaults_are_what_helm_rendered(version: str) -> None:
    recorded = json.loads(data_path(f"charts/{version}.json").read_text())["default"]
    found = planned({}, version)
    assert found.changed == {}
    assert {
        (
            f"{workload.kind}/{workload.metadata.name}",
            workload.replicas,
            workload.metadata.annotations.hook,
            asked(workload),
            tuple(sorted(workload.template.spec.node_selector.items())),
            tuple(map(written, workload.template.spec.tolerations)),
            workload.template.spec.priority_class_name,
            workload.template.spec.host_network,
        )
        for workload in found.manifest.workloads
    } == {
        (
            f"{pod['kind']}/{pod['name']}",
            pod["replicas"],
            pod["hook"],
            (pod["cpu_m"], pod["memory_mi"]),
            tuple(sorted(pod["node_selector"].items())),
            tuple(pod["tolerations"]),
            pod["priority"],
            pod["host_network"],
        )
        for pod in recorded["pods"]
        if pod["hook"] != "test"
    }
    assert {
        (
            workload.kind,
            workload.metadata.name,
            workload.replicas,
            *(tuple(container.resources.requests.items()) for container in workload.template.spec.containers),
        )
        for workload in found.manifest.operated
    } == {
        (pod["kind"], pod["name"], pod["replicas"], tuple((pod["resources"] or {}).get("requests", {}).items()))
        for pod in recorded["operator_pods"]
    }


@pytest.mark.parametrize("version", chart_facts().versions)
def test_every_workload_of_every_version_has_one_row(version: str) -> None:
    rows = [f"{row.kind}/{row.name}" for row in workload_facts() if not row.versions or version in row.versions]
    assert len(rows) == len(set(rows))
    assert {row.name for row in workload_facts()} >= {pod.name for pod in chart_facts().pods}
    names = [f"{workload.kind}/{workload.metadata.name}" for workload in everything(planned({}, version).manifest)]
    assert len(names) == len(set(names))
    memory = {workload.metadata.name: asked(workload)[1] for workload in everything(planned({}, version).manifest)}
    assert memory["cluedin-datasource-submitter"] == (256 if version in ("2.0.0", "2.1.0") else 1024)


@given(st.sampled_from(SECTIONS), st.sampled_from(sorted(SIZING)), st.lists(st.sampled_from(["a", "b"]), max_size=2))
def test_a_setting_inside_a_section_concerns_that_section_alone(section: str, key: str, between: list[str]) -> None:
    found = planned(nested(".".join([section, *between, key]), [{"key": "x"}]))
    kept = {workload.metadata.name for workload in everything(found.manifest)}
    for row in workload_facts():
        assert not (row.section == section and row.name in kept)
    changed = {name.partition("/")[2] for name in found.changed}
    assert {row.section for row in workload_facts() if row.name in changed} <= {section}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "application.cluedin.nodeSelector",
            {"cluedin-server", "cluedin-server-crawling", "cluedin-server-processing"},
        ),
        ("infrastructure.monitoring.grafana.resources", {"cluedin-grafana"}),
        ("infrastructure.redis.metrics.enabled", {"cluedin-redis-master"}),
        ("infrastructure.monitoring.prometheus.enabled", {"cluedin-prometheus"}),
    ],
)
def test_whose_figures_a_setting_changes(path: str, names: set[str]) -> None:
    found = planned(nested(path, "yes"))
    assert {name.partition("/")[2] for name in found.changed} == names


@pytest.mark.parametrize(
    "path", ["global.nodeSelector", "infrastructure.global.tolerations", "x.y.resources", "affinity"]
)
def test_a_setting_in_no_section_may_be_about_any(path: str) -> None:
    assert everything(planned(nested(path, ["x"])).manifest) == ()


def test_what_helm_would_merge_into_nothing_changes_nothing_and_null_does() -> None:
    assert planned(nested("infrastructure.neo4j.resources", {})).changed == {}
    assert set(planned(nested("infrastructure.neo4j.resources", None)).changed) == {"StatefulSet/cluedin-neo4j"}


@pytest.mark.parametrize(("count", "replicas"), [(3, 3), (0, None), ("$(N)", None)])
def test_replicas_of_values(count: object, replicas: int | None) -> None:
    found = planned(nested("application.cluedin.roles.main.count", count))
    numbers = {workload.metadata.name: workload.replicas for workload in found.manifest.workloads}
    assert numbers.get("cluedin-server") == replicas
    assert bool(found.changed) == isinstance(count, str)


def test_parts_switched_off_have_no_workloads() -> None:
    found = planned({"infrastructure": {"monitoring": {"enabled": False}}})
    names = {workload.metadata.name for workload in everything(found.manifest)}
    assert not names & {"cluedin-operator", "cluedin-prometheus", "cluedin-alertmanager", "cluedin-grafana"}
    assert "cluedin-server" in names
