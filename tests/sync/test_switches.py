"""What switches, empty values and nulls do to the chart, each as Helm 3.20.2 rendered it of the published charts."""

from typing import Any

import pytest

from checks.chart_support import chart_support
from checks.mount_clash import mount_clash
from checks.secret_keys import secret_keys
from checks.secret_mounted import secret_mounted
from preflight.collect.values import read_values, settings_of
from preflight.facts import Header
from preflight.model import Target
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


OURS = """global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-redis: [{secretName: cluedin-redis, secretKeys: {redis-password: cluedin-redis-password}}]
      cluedin-server: [{secretName: cluedin-email, secretKeys: {EmailHost: cluedin-email-host}}]
      cluedin-sqlserver: [{secretName: cluedin-sqlserver-secret, secretKeys: {sapassword: cluedin-sql-password}}]
      cluedin-elasticsearch: [{secretName: elasticsearch-credentials, secretKeys: {password: cluedin-elastic-password}}]
infrastructure:
  redis:
    auth: {existingSecret: cluedin-redis}
"""


def said(check: Any, more: str, line: int | None = None) -> list[tuple[str, str | None]]:
    found = list(check(values=read_values([("v.yaml", f"{OURS}{more}".encode())])))
    if line is not None:
        assert line in {finding.location.line for finding in found if finding.status == "unknown" and finding.location}
    return [(finding.status.value, finding.object) for finding in found]


@pytest.mark.parametrize(
    "more",
    [
        "    architecture: replication\n",
        "    tls: {enabled: true}\n",
        "    master: {sidecars: [{name: own, image: own}]}\n",
        "    master: {initContainers: []}\n",
    ],
)
def test_what_reshapes_a_pod_in_ways_not_known_is_never_a_verdict_on_it(more: str) -> None:
    assert ("unknown", "workload/StatefulSet/cluedin-redis-master") in said(mount_clash, more, line=12)
    assert ("unknown", "secretproviderclass/cluedin-redis-sync") in said(secret_mounted, more, line=12)
    assert ("unknown", "workload/StatefulSet/cluedin-redis-master") in said(secret_keys, more, line=12)
    for check in (mount_clash, secret_mounted, secret_keys):
        assert not any(status == "pass" for status, _ in said(check, more))


@pytest.mark.parametrize(
    "own", ["{}", "{architecture: standalone}", "{tls: {enabled: false}}", "{fullnameOverride: cluedin-redis}"]
)
def test_the_charts_own_value_reshapes_nothing(own: str) -> None:
    more = f"    <<: {own}\n"
    assert said(mount_clash, more) == [("pass", None)]
    assert said(secret_mounted, more) == [("pass", None)]


@pytest.mark.parametrize(
    "more",
    [
        "    fullnameOverride: ours\n",
        "  enabled: false\n",
        "application: {enabled: false}\n",
        # Helm: wrong type for value; expected string; got interface {}
        "application: {sqlserver: {users: {sa: {passwordSecretName: null}}}}\n",
        "  monitoring: {grafana: {admin: {existingSecret: }}}\n",
    ],
)
def test_other_names_charts_switched_off_whole_and_nulls_that_stop_rendering_leave_nothing_to_say(more: str) -> None:
    for check in (mount_clash, secret_mounted, secret_keys, chart_support):
        assert said(check, more) == [("unknown", None)]


def test_a_volume_that_a_container_of_ones_own_may_mount_is_not_called_unmounted() -> None:
    volume = "[{name: own, csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {"
    volume += "secretProviderClass: cluedin-rabbitmq-sync}}}]"
    more = f"  rabbitmq:\n    extraVolumes: {volume}\n"
    rabbitmq = "      cluedin-rabbitmq: [{secretName: x, secretKeys: {a: b}}]\n"
    text = OURS.replace("      cluedin-server:", f"{rabbitmq}      cluedin-server:")

    def status(extra: str) -> set[str]:
        known = Header(collected_at="", tool_version="", stage="deploy", target=Target(chart_version="2.5.1"))
        values = read_values([("v.yaml", f"{text}{more}{extra}".encode())])
        found = secret_mounted(values=values, header=known)
        return {item.status.value for item in found if item.object == "secretproviderclass/cluedin-rabbitmq-sync"}

    assert status("") == {"fail"}
    assert status("    sidecars: [{name: own, volumeMounts: [{name: own, mountPath: /own}]}]\n") == {"unknown"}


def test_charts_before_the_block_make_one_class_of_another(version: str) -> None:
    before = chart_facts().versions[version] == "A"
    default = graph("application.keyvault.enabled", value=True, version=version)
    assert [planned.name for planned in default.classes] == (["cluedin-frontend-crt"] if before else [])
    if not before:
        return
    (planned,) = default.classes
    assert [item.name for item in planned.objects] == ["ca-crt", "tls-crt", "tls-key"]
    assert planned.secrets[0].keys == (("ca.crt", "ca-crt"), ("tls.crt", "tls-crt"), ("tls.key", "tls-key"))
    assert [(mount.pod.workload, mount.volume.name, mount.path) for mount in default.mounts] == [
        ("Deployment/cluedin-server", "self-signed-ca", "/certs")
    ]
    assert not {"cluedin-server-tls", "cluedin-server-tls-password"} & read(default)
    own = {
        "enabled": True,
        "secretRanges": [{"secretName": "x", "secretType": "Opaque", "secretKeys": {"b": "two", "a": "one"}}],
    }
    (planned,) = graph("application.keyvault", own, version).classes
    assert (planned.secrets[0].name, planned.secrets[0].keys) == ("x", (("one", "a"), ("two", "b")))
    assert graph("application.keyvault.enabled", value=False, version=version).classes == ()
