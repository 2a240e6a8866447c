"""The checks of the whole chain, each rule on the smallest values that show it."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.akv_naming import akv_naming
from checks.bootstrap_cycle import bootstrap_cycle
from checks.chart_support import chart_support
from checks.keyvault_values import keyvault_values
from checks.mount_clash import mount_clash
from checks.secret_keys import secret_keys
from checks.secret_mapping import secret_mapping
from checks.secret_mounted import secret_mounted
from checks.secret_owner import secret_owner
from preflight import Finding, Stage, facts
from preflight.collect.known_paths import KNOWN
from preflight.collect.values import settings_of
from preflight.facts.kubernetes import Annotations
from preflight.model import Target
from preflight.sync.chart import chart_facts, predict
from preflight.sync.patch import patch
from preflight.sync.view import document
from tests.checks.plan import keyvault, recorded, said, values
from tests.data import data_path

MOUNTED_BY_SERVER = (
    "    secretProviderClasses:\n      cluedin-server:\n      - {secretName: s, secretKeys: {password: cluedin-p}}\n"
)


def header(version: str | None = "2.6.0", *, offline: bool = True, stage: Stage = "deploy") -> facts.Header:
    return facts.Header(
        collected_at="2026-01-01T00:00:00Z",
        tool_version="0",
        stage=stage,
        offline=offline,
        target=Target(chart_version=version),
    )


def secret(name: str, *, keys: tuple[str, ...] | None = None, release: str | None = None) -> facts.Secret:
    labels = {"app.kubernetes.io/managed-by": "Helm"} if release else {}
    annotations = Annotations(release_name=release, release_namespace="cluedin" if release else None)
    meta = facts.ObjectMeta(name=name, namespace="cluedin", labels=labels, annotations=annotations)
    return facts.Secret(metadata=meta, type="Opaque", keys=keys, key_count=len(keys or ()))


def upgrade() -> facts.Release:
    return facts.Release(found=True, name="cluedin", namespace="cluedin", chart_version="2.6.0", status="deployed")


def statuses(findings: list[Finding]) -> list[str]:
    return [finding.status.value for finding in findings]


def named(findings: list[Finding], status: str) -> set[str | None]:
    return {finding.object for finding in findings if finding.status.value == status}


# --- chart-support ---


@pytest.mark.parametrize("version", ["1.9.0", "2.0.0", "2.2.0"])
def test_charts_before_2_3_0_do_not_sync(version: str) -> None:
    (finding,) = chart_support(keyvault(MOUNTED_BY_SERVER), header(version))
    assert said([finding]) == [("fail", "global.keyvault", 3)]


def test_a_chart_newer_than_the_facts_is_unknown_never_its_neighbour() -> None:
    (finding,) = chart_support(keyvault(MOUNTED_BY_SERVER), header("2.6.1"))
    assert finding.status == "unknown"
    assert "--manifest" in (finding.hint or "")


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.3.0", "pass"), ("2.5.1", "pass"), ("2.5.2", "fail"), ("2.5.3", "fail"), ("2.6.0", "fail")],
)
def test_the_frontend_certificate_needs_classes_from_2_5_2_on(version: str, expected: str) -> None:
    found = chart_support(keyvault("    frontendCrt: cluedin-crt\n"), header(version))
    assert statuses(found) == [expected]


def test_grafana_is_not_in_2_5_2() -> None:
    below = "    secretProviderClasses:\n      cluedin-grafana:\n      - {secretName: s, secretKeys: {a: b}}\n"
    assert statuses(chart_support(keyvault(below), header("2.5.2"))) == ["fail"]
    assert statuses(chart_support(keyvault(below), header("2.5.3"))) == ["pass"]


def test_a_kind_that_is_not_served_stops_helm_but_not_before_the_addon_is_on() -> None:
    classes = facts.SecretProviderClasses(served=False)
    plan = keyvault(MOUNTED_BY_SERVER)
    assert "fail" in statuses(chart_support(plan, header(), secret_provider_classes=classes))
    assert "fail" not in statuses(chart_support(plan, header(stage="enable"), secret_provider_classes=classes))


# --- secret-mapping ---


def test_a_secret_that_the_chart_still_makes_has_two_owners() -> None:
    entry = "- {secretName: cluedin-email, secretKeys: {EmailHost: o}}"
    below = f"    secretProviderClasses:\n      cluedin-server:\n      {entry}\n"
    found = secret_mapping(keyvault(below), header())
    assert named(found, "fail") == {"secret/cluedin-email"}
    (finding,) = (item for item in found if item.status == "fail")
    assert finding.hint == "set application.email.secretRef: cluedin-email"
    assert finding.location is not None
    assert finding.location.line == 9


def test_a_renamed_secret_leaves_its_other_readers_behind() -> None:
    text = """global:
  keyvault:
    enabled: true
    secretProviderClasses:
      cluedin-redis:
      - {secretName: redis-of-ours, secretKeys: {redis-password: o}}
infrastructure: {redis: {auth: {existingSecret: redis-of-ours}}}
"""
    found = secret_mapping(values(text), header())
    (finding,) = (item for item in found if item.status == "fail")
    assert "Deployment/cluedin-server" in finding.message
    assert "application.redis.users.redis.passwordSecretName" in (finding.hint or "")
    followed = f"{text}application: {{redis: {{users: {{redis: {{passwordSecretName: redis-of-ours}}}}}}}}\n"
    assert statuses(secret_mapping(values(followed), header())) == ["pass"]


def test_a_switch_without_a_secret() -> None:
    text = "global: {keyvault: {enabled: true, secretProviderClasses: {}}}\napplication: {email: {secretRef: mail}}\n"
    assert "skip" in statuses(secret_mapping(values(text), header()))
    assert named(secret_mapping(values(text), header(), secrets=()), "fail") == {"values/application.email.secretRef"}
    there = (secret("mail"),)
    assert statuses(secret_mapping(values(text), header(), secrets=there)) == ["pass"]


def test_a_path_that_this_chart_does_not_read_is_a_warning() -> None:
    text = (
        "global: {keyvault: {enabled: true, secretProviderClasses: {x: [{secretName: s, secretKeys: {a: b}}]}}}\n"
        "application: {sqlserver: {users: {clientUser: {existingSecret: other}}}}\n"
    )
    assert named(secret_mapping(values(text), header("2.2.0")), "warn") == {
        "values/application.sqlserver.users.clientUser.existingSecret"
    }


def test_password_from_secret_names_the_one_with_neo4j_auth() -> None:
    text = recorded_with("passwordFromSecret: 'cluedin-neo4j-auth'", "passwordFromSecret: cluedin-neo4j-secrets")
    assert named(secret_mapping(values(text), header()), "fail") == {
        "values/infrastructure.neo4j.neo4j.passwordFromSecret"
    }


def recorded_with(old: str, new: str) -> str:
    text = data_path("values/akv-sync-sample.yaml").read_text()
    assert old in text
    return text.replace(old, new)


# --- secret-mounted ---


def test_a_class_that_nobody_mounts_makes_nothing() -> None:
    below = "    secretProviderClasses:\n      cluedin-ui:\n      - {secretName: s, secretKeys: {a: b}}\n"
    (finding,) = secret_mounted(keyvault(below), header())
    assert said([finding]) == [("fail", "secretproviderclass/cluedin-ui-sync", 8)]


def test_a_class_that_only_a_job_mounts_goes_with_the_job() -> None:
    below = "    secretProviderClasses:\n      cluedin-neo4j:\n      - {secretName: s, secretKeys: {a: b}}\n"
    (finding,) = secret_mounted(keyvault(below), header("2.4.0"))
    assert "Job/init-neo4j-job" in finding.message
    assert statuses(secret_mounted(keyvault(below), header("2.6.0"))) == ["pass"]


def test_no_replicas_is_a_failure_unless_the_secret_is_there() -> None:
    below = "    secretProviderClasses:\n      cluedin-rabbitmq:\n      - {secretName: s, secretKeys: {a: b}}\n"
    text = f"infrastructure: {{rabbitmq: {{replicaCount: 0}}}}\nglobal:\n  keyvault:\n    enabled: true\n{below}"
    assert "fail" in statuses(secret_mounted(values(text), header()))
    assert statuses(secret_mounted(values(text), header(), secrets=(secret("s"),))) == ["warn", "pass"]


def test_a_pod_that_mounts_a_class_nobody_makes_never_starts() -> None:
    found = secret_mounted(recorded("akv-sync-sample"), header("2.2.0"))
    assert named(found, "fail") == {
        "workload/Deployment/cluedin-grafana",
        "workload/Deployment/cluedin-sqlserver",
        "workload/StatefulSet/cluedin-elasticsearch",
        "workload/StatefulSet/cluedin-neo4j",
        "workload/StatefulSet/cluedin-rabbitmq",
        "workload/StatefulSet/cluedin-redis-master",
    }
    assert all(finding.location for finding in found if finding.status == "fail")


def test_read_only_is_compulsory_and_a_sub_path_is_never_rotated() -> None:
    text = """global: {keyvault: {enabled: true, secretProviderClasses: {x: [{secretName: s, secretKeys: {a: b}}]}}}
application:
  ui: {}
  gql:
    extraVolumes:
    - {name: v, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: x-sync}}}
    extraVolumeMounts: [{name: v, mountPath: /x, subPath: f}]
"""
    assert said(secret_mounted(values(text), header()))[:2] == [
        ("fail", "workload/Deployment/cluedin-gql", 6),
        ("warn", "workload/Deployment/cluedin-gql", 6),
    ]


# --- mount-clash ---


@pytest.mark.parametrize(
    ("version", "workloads"),
    [
        ("2.2.0", set()),
        ("2.3.0", {"StatefulSet/cluedin-rabbitmq"}),
        ("2.5.1", {"StatefulSet/cluedin-rabbitmq", "StatefulSet/cluedin-elasticsearch"}),
        (
            "2.6.0",
            {
                "Deployment/cluedin-grafana",
                "Deployment/cluedin-sqlserver",
                "StatefulSet/cluedin-elasticsearch",
                "StatefulSet/cluedin-neo4j",
                "StatefulSet/cluedin-rabbitmq",
                "StatefulSet/cluedin-redis-master",
            },
        ),
    ],
)
def test_the_published_sample_is_refused_per_version(version: str, workloads: set[str]) -> None:
    found = mount_clash(recorded("akv-sync-sample"), header(version))
    assert named(found, "fail") == {f"workload/{name}" for name in workloads}
    assert all(finding.location for finding in found if finding.status != "pass")


def test_an_upgrade_merges_duplicates_and_still_refuses_what_dangles() -> None:
    found = mount_clash(recorded("akv-sync-sample"), header(), release=upgrade())
    assert named(found, "fail") == {"workload/StatefulSet/cluedin-rabbitmq"}
    assert named(mount_clash(recorded("sample-with-rabbit-volumes-kept"), header(), release=upgrade()), "fail") == set()


def test_sql_scripts_are_lost_beside_a_class() -> None:
    found = mount_clash(recorded("sql-scripts-and-class"), header())
    assert named(found, "fail") == {"workload/Job/init-sqlserver-job"}


# --- secret-keys ---


def test_a_key_that_the_class_does_not_make() -> None:
    text = recorded_with("          EmailHostPort: cluedin-email-hostport\n", "")
    (finding,) = (item for item in secret_keys(values(text), header()) if item.status == "fail")
    assert finding.object == "secret/cluedin-email"
    assert finding.hint == "add EmailHostPort to its secretKeys"
    assert finding.location is not None


def test_what_the_chart_makes_only_with_a_password() -> None:
    plan = recorded("article-block")
    assert set(statuses(secret_keys(plan, header()))) == {"skip", "pass"}
    missing = facts.Missing(reason="secrets cannot be listed", why="refused")
    assert "unknown" in statuses(secret_keys(plan, header(offline=False), secrets=missing))
    found = secret_keys(plan, header(offline=False), secrets=())
    assert named(found, "fail") == {
        "secret/cluedin-rabbitmq",
        "secret/elasticsearch-credentials",
        "secret/cluedin-rabbitmq-load-definition",
    }


def test_a_secret_that_is_there_counts_unless_helm_is_about_to_delete_it() -> None:
    plan = recorded("article-block")
    keys = ("rabbitmq-password", "rabbitmq-erlang-cookie", "username", "password")
    names = ("cluedin-rabbitmq", "elasticsearch-credentials", "cluedin-rabbitmq-load-definition")
    kept = tuple(secret(name, keys=keys) for name in names)
    assert statuses(secret_keys(plan, header(offline=False), secrets=kept, release=upgrade())) == ["pass"]
    ours = tuple(secret(name, keys=keys, release="cluedin") for name in names)
    assert "fail" in statuses(secret_keys(plan, header(offline=False), secrets=ours, release=upgrade()))
    unread = tuple(secret(name) for name in names)
    assert "unknown" in statuses(secret_keys(plan, header(offline=False), secrets=unread))


def test_without_cert_manager_and_certificate_the_server_waits() -> None:
    found = secret_keys(recorded("no-crt-certmanager-off"), header())
    assert named(found, "warn") == {"secret/cluedin-server-tls"}


# --- secret-owner, bootstrap-cycle ---


def test_two_classes_of_one_secret() -> None:
    entry = "[{secretName: s, secretKeys: {a: b}}]"
    found = secret_owner(keyvault(f"    secretProviderClasses: {{a: {entry}, b: {entry}}}\n"), header())
    assert said(found) == [("fail", "secret/s", 7)]


def test_an_object_fetched_twice_has_one_file() -> None:
    below = "    secretProviderClasses: {a: [{secretName: s, secretKeys: {a: o, b: o}}]}\n"
    assert said(secret_owner(keyvault(below), header())) == [("warn", "secretproviderclass/a-sync", 7)]


def test_the_pull_secret_of_the_pod_that_syncs_it() -> None:
    entry = "{secretName: %s, secretType: kubernetes.io/dockerconfigjson, secretKeys: {.dockerconfigjson: o}}"
    below = f"    secretProviderClasses:\n      cluedin-server:\n      - {entry}\n"
    assert said(bootstrap_cycle(keyvault(below % "docker-registry-key"), header())) == [
        ("fail", "secret/docker-registry-key", 9)
    ]
    there = (secret("docker-registry-key"),)
    assert statuses(bootstrap_cycle(keyvault(below % "docker-registry-key"), header(), secrets=there)) == ["warn"]
    assert statuses(bootstrap_cycle(keyvault(below % "acr-registry-key"), header())) == ["pass"]


@pytest.mark.parametrize("check", [secret_mapping, secret_mounted, secret_keys, secret_owner, bootstrap_cycle])
def test_where_nothing_is_synced_or_rendered_the_chain_is_not_judged(check: object) -> None:
    assert callable(check)
    assert statuses(check(recorded("installer-passwords"), header())) == ["skip"]
    assert statuses(check(recorded("only-frontend-crt"), header())) == ["skip"]
    assert statuses(check(keyvault(MOUNTED_BY_SERVER), header("9.9.9"))) == ["unknown"]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-1, max_value=99),
    st.text(max_size=12),
    st.sampled_from(["cluedin-redis", "cluedin-email", "on", "$x", "x" * 300, "P@ss w!"]),
)
SHAPES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["name", "secretName", "a"]), below),
    max_leaves=6,
)


def _placed(path: str, shape: object) -> dict[str, object]:
    node = shape
    for part in reversed(path.rstrip("!?").split(".")):
        node = [node] if part == "*" else {part.replace("~", "."): node}
    assert isinstance(node, dict)
    return node


def _together(left: object, right: object) -> object:
    if isinstance(left, dict) and isinstance(right, dict):
        both = {key: _together(left[key], right[key]) for key in left.keys() & right.keys()}
        return {**left, **right, **both}
    return right


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KNOWN), SHAPES), max_size=12),
    st.sampled_from([*chart_facts().versions, "9.9.9"]),
)
def test_values_in_any_shape_get_findings_and_never_a_crash(parts: list[tuple[str, object]], version: str) -> None:
    tree: object = {"global": {"keyvault": {"enabled": True}}}
    for path, shape in parts:
        tree = _together(tree, _placed(path, shape))
    assert isinstance(tree, dict)
    plan = settings_of(tree, source="files")
    for check in (
        chart_support,
        secret_mapping,
        secret_mounted,
        mount_clash,
        secret_keys,
        secret_owner,
        bootstrap_cycle,
    ):
        assert check(plan, header(version))
    assert keyvault_values(plan, header(version))
    assert akv_naming(plan)
    graph = predict(plan, version)
    if graph is not None:
        yaml.safe_load(patch(plan, graph))
        assert document(graph)["chart_version"] == version
