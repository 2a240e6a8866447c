"""What switches, empty values and nulls do to the chart, each as Helm 3.20.2 rendered it of the published charts."""

from typing import Any

import pytest

from preflight.collect.values import settings_of
from preflight.sync.chart import chart_facts, predict
from preflight.sync.graph import Graph

ONE_OF_EACH = tuple({group: version for version, group in chart_facts().versions.items()}.values())


def graph(path: str, value: object, version: str) -> Graph:
    nested: Any = value
    for key in reversed(path.split(".")):
        nested = {key: nested}
    found = predict(settings_of(nested, source="files"), version)
    assert found is not None
    return found


def read(found: Graph) -> set[str]:
    return {reader.use.secret for reader in found.readers}


@pytest.fixture(params=ONE_OF_EACH)
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize(
    "path",
    [
        "application.cluedin.components.sourcesSecretRef",
        "application.email.secretRef",
        "infrastructure.mssql.existingSecret",
        "infrastructure.neo4j.neo4j.passwordFromSecret",
        "infrastructure.rabbitmq.configurationExistingSecret",
        "infrastructure.redis.auth.existingSecret",
    ],
)
def test_a_switch_set_to_nothing_is_not_set(path: str, nothing: str | None, version: str) -> None:
    default, found = graph("x", 1, version), graph(path, nothing, version)
    assert (found.made, found.readers) == (default.made, default.readers)


def test_rabbitmq_makes_its_secret_where_no_existing_one_is_named(version: str) -> None:
    def keys(*paths: str) -> set[str]:
        auth = dict.fromkeys(paths, "") | {"password": ""}
        found = graph("infrastructure.rabbitmq.auth", auth, version)
        return {key for made in found.made if made.name == "cluedin-rabbitmq" for key in made.keys}

    assert keys() == set()
    assert keys("existingPasswordSecret") == {"rabbitmq-password"}
    assert keys("existingErlangSecret") == {"rabbitmq-erlang-cookie"}
    assert keys("existingPasswordSecret", "existingErlangSecret") == {"rabbitmq-password", "rabbitmq-erlang-cookie"}
    named = graph("infrastructure.rabbitmq.auth.existingPasswordSecret", "", version)
    assert "" not in read(named)


@pytest.mark.parametrize("path", ["infrastructure.redis.enabled", "infrastructure.monitoring.nodeExporter.enabled"])
def test_only_the_boolean_false_turns_a_subchart_off(path: str, version: str) -> None:
    pods = {pod.workload for pod in graph("x", 1, version).pods}
    for kept in ("false", 0, None, True):
        assert {pod.workload for pod in graph(path, kept, version).pods} == pods
    without = {pod.workload for pod in graph(path, value=False, version=version).pods}
    assert without < pods or chart_facts().versions[version] == "G"  # 2.5.2 was packaged without node exporter


def test_a_null_below_global_deletes_nothing(version: str) -> None:
    default = graph("x", 1, version)
    for path in ("global.containerImages.initSql.enabled", "global.organization.accessKey.secretName"):
        assert graph(path, None, version).readers == default.readers


def test_without_the_operator_there_are_neither_its_jobs_nor_its_certificate(version: str) -> None:
    found = graph("infrastructure.monitoring.prometheusOperator.enabled", value=False, version=version)
    assert not {"cluedin-operator", "cluedin-admission-create", "cluedin-admission-patch"} & {
        pod.name for pod in found.pods
    }
    assert "cluedin-admission" not in {later.name for later in found.later} | read(found)
    found = graph("infrastructure.monitoring.alertmanager.enabled", value=False, version=version)
    assert "alertmanager-cluedin-alertmanager" not in {made.name for made in found.made}


@pytest.mark.parametrize("path", ["infrastructure.redis.master.persistence", "infrastructure.rabbitmq.persistence"])
def test_without_persistence_a_volume_takes_the_place_of_the_claim(path: str, version: str) -> None:
    found = graph(path, {"enabled": False}, version)
    assert found.refusals == ()


def test_replicas_of_nought(version: str) -> None:
    sql = graph("infrastructure.mssql.replicaCount", 0, version)
    assert next(pod for pod in sql.pods if pod.name == "cluedin-sqlserver").replicas == 1
    redis = graph("infrastructure.redis.master.count", 0, version)
    counts = [pod.replicas for pod in redis.pods if pod.name == "cluedin-redis-master"]
    assert counts == ([0] if chart_facts().versions[version] in "ABJ" else [])
