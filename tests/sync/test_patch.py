import pytest

from checks.chart_support import chart_support
from checks.mount_clash import mount_clash
from checks.secret_mapping import secret_mapping
from checks.secret_mounted import secret_mounted
from checks.secret_owner import secret_owner
from preflight import facts
from preflight.collect.values import read_values
from preflight.model import Target
from preflight.sync.chart import chart_facts, predict
from preflight.sync.patch import NOTHING, patch
from tests.data import data_path

CHECKS = (chart_support, secret_mapping, secret_mounted, mount_clash, secret_owner)
FILES = ("akv-sync-sample", "article-block", "only-frontend-crt", "sample-with-rabbit-volumes-kept")
SYNCING = tuple(version for version, group in chart_facts().versions.items() if group != "A")

RENAMED = b"""
global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-redis:
      - secretName: redis-of-ours
        secretKeys: {redis-password: cluedin-redis-password}
      cluedin-rabbitmq:
      - secretName: cluedin-rabbitmq
        secretKeys: {rabbitmq-password: cluedin-rabbitmq-password, rabbitmq-erlang-cookie: cluedin-rabbitmq-cookie}
      cluedin-server:
      - secretName: cluedin-email
        secretKeys: {EmailHost: cluedin-email-host}
infrastructure:
  redis: {auth: {existingSecret: redis-of-ours}}
  rabbitmq:
    auth: {password: Example-1}
    extraVolumes: [{name: own, emptyDir: {}}]
"""


def judged(values: facts.Values, version: str) -> list[str]:
    header = facts.Header(
        collected_at="2026-01-01T00:00:00Z",
        tool_version="0",
        stage="deploy",
        offline=True,
        target=Target(chart_version=version),
    )
    return [
        f"{check.id}: {finding.message}"
        for check in CHECKS
        for finding in check(values, header)
        if finding.status in ("fail", "unknown", "warn")
    ]


def patched(data: bytes, version: str) -> tuple[facts.Values, str]:
    values = read_values([("values.yaml", data)])
    graph = predict(values, version)
    assert graph is not None
    text = patch(values, graph)
    return read_values([("values.yaml", data), ("patch.yaml", text.encode())]), text


@pytest.mark.parametrize("version", SYNCING)
@pytest.mark.parametrize("name", [*FILES, "renamed"])
def test_with_the_patch_the_checks_pass_and_nothing_is_left_to_change(name: str, version: str) -> None:
    data = RENAMED if name == "renamed" else data_path(f"values/{name}.yaml").read_bytes()
    values, text = patched(data, version)
    if version == "2.5.2" and "grafana" in data.decode():
        assert "cluedin-grafana-sync: no pod of chart 2.5.2 can mount it" in text
        return
    assert judged(values, version) == []
    graph = predict(values, version)
    assert graph is not None
    assert all(line.startswith("#") for line in patch(values, graph).splitlines())


def test_values_that_are_right_need_nothing() -> None:
    assert patched(data_path("values/article-block.yaml").read_bytes(), "2.5.1")[1] == NOTHING
    assert patched(b"global: {}", "2.6.0")[1] == NOTHING


def test_empty_classes_that_databases_mount_are_left_to_a_person() -> None:
    text = patched(data_path("values/article-block.yaml").read_bytes(), "2.6.0")[1]
    assert [line.split()[1] for line in text.splitlines()] == [
        "cluedin-elasticsearch-sync",
        "cluedin-redis-sync",
        "cluedin-sqlserver-sync",
    ]


def test_the_samples_patch_removes_what_clashes_and_restores_what_was_lost() -> None:
    text = patched(data_path("values/akv-sync-sample.yaml").read_bytes(), "2.6.0")[1]
    assert "azure-keyvault-secrets" not in text
    assert text.count("extra-plugins") == 2


def test_entries_that_hold_more_than_is_kept_are_left_to_a_person() -> None:
    data = RENAMED.replace(b"{name: own, emptyDir: {}}", b"{name: own, hostPath: {path: /x}}")
    text = patched(data, "2.6.0")[1]
    assert "# infrastructure.rabbitmq.extraVolumes: change it by hand" in text
    assert "hostPath" not in text


def test_a_chart_that_does_not_sync_cannot_be_patched() -> None:
    assert patched(data_path("values/akv-sync-sample.yaml").read_bytes(), "2.2.0")[1].startswith("# no patch")


def test_readers_are_not_pointed_at_a_secret_without_their_keys() -> None:
    text = """
global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-neo4j: [{secretName: cluedin-neo4j-auth, secretKeys: {NEO4J_AUTH: cluedin-neo4j-auth}}]
"""
    switched = patched(text.encode(), "2.6.0")[1]
    assert "passwordFromSecret: cluedin-neo4j-auth" in switched
    assert "cluedin-neo4j-secrets: infrastructure.neo4j.neo4j.passwordFromSecret turns it off too" in switched
    second = read_values([("values.yaml", text.encode()), ("patch.yaml", switched.encode())])
    graph = predict(second, "2.6.0")
    assert graph is not None
    again = patch(second, graph)
    assert "passwordSecretName" not in again
    assert "cluedin-neo4j-auth has not the keys that are read" in again


def test_mounts_of_volumes_that_nobody_defines_go_and_others_stay() -> None:
    text = """
application:
  gql:
    extraVolumes: [{name: own, emptyDir: {}}]
    extraVolumeMounts: [{name: own, mountPath: /own}, {name: azure-keyvault-secrets, mountPath: /mnt/secrets-sync}]
global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-server: [{secretName: cluedin-email, secretKeys: {EmailHost: cluedin-email-host}}]
"""
    found = patched(text.encode(), "2.5.1")[1]
    assert "    extraVolumeMounts:\n    - name: own\n      mountPath: /own\n" in found
    assert "azure-keyvault-secrets" not in found.partition("infrastructure:")[0]


def test_rabbitmq_names_its_secret_again_where_the_values_emptied_it() -> None:
    text = """
infrastructure: {rabbitmq: {auth: {existingPasswordSecret: ""}}}
global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-rabbitmq:
      - secretName: cluedin-rabbitmq
        secretKeys: {rabbitmq-password: cluedin-rabbitmq-password, rabbitmq-erlang-cookie: cluedin-rabbitmq-cookie}
"""
    found = patched(text.encode(), "2.6.0")[1]
    assert "existingPasswordSecret: cluedin-rabbitmq" in found
    assert 'password: ""' not in found
