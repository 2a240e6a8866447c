"""The readers against a real API server: what they read, what is refused, and that nothing but reading was asked."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from preflight.collect import cluster as transport
from preflight.collect.kubernetes import connect, readers, server_version
from preflight.collect.reading import read
from preflight.facts import FACTS, Missing
from tests.collect.release_records import record_secret
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane, KubernetesObject, secret_provider_crds

pytestmark = pytest.mark.control_plane

CSI = "secrets-store.csi.x-k8s.io"
LISTED = {
    name: fact.path.split("/")
    for name, fact in FACTS.items()
    # The metrics API is not the API server's own: nobody serves it here.
    if fact.path and "metrics.k8s.io" not in fact.path
}
RIGHTS = {
    **{name: ("" if parts[1] == "api" else parts[2], parts[-1]) for name, parts in LISTED.items()},
    "secrets": ("", "secrets"),
    "secret_provider_classes": (CSI, "secretproviderclasses"),
    "secret_provider_class_pod_statuses": (CSI, "secretproviderclasspodstatuses"),
}
"""What each fact is listed from: API group and resource."""

WANTED = {*RIGHTS, "release", "values"}
CANARY = "canary-4d1c"


def metadata(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "namespace": "cluedin", **more}


OBJECTS: list[KubernetesObject] = [
    *secret_provider_crds(),
    {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "aks-data-0", "labels": {"agentpool": "data"}, "annotations": {"note": CANARY}},
        "spec": {"providerID": "azure:///subscriptions/s/x"},
        "status": {"allocatable": {"cpu": "3860m", "pods": "30"}},
    },
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata("cluedin-neo4j-0", labels={"app": "neo4j"}),
        "spec": {
            "nodeName": "aks-data-0",
            "containers": [
                {
                    "name": "neo4j",
                    "image": "neo4j",
                    "env": [{"name": "PASSWORD", "value": CANARY}],
                    "command": ["run", CANARY],
                    "resources": {"requests": {"cpu": "1"}},
                }
            ],
        },
        "status": {"phase": "Running"},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata("agent"),
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {
                    "containers": [
                        {
                            "name": "agent",
                            "image": "agent",
                            "env": [
                                {"name": "TOKEN", "value": CANARY},
                                {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}},
                            ],
                        }
                    ]
                },
            },
        },
    },
    {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata("neo4j"),
        "spec": {"maxUnavailable": 0, "selector": {"matchLabels": {"app": "neo4j"}}},
    },
    {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": {"name": "secrets-store.csi.k8s.io"},
        "spec": {"podInfoOnMount": True, "attachRequired": False, "volumeLifecycleModes": ["Ephemeral"]},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(
            "installer-made",
            annotations={
                "kubectl.kubernetes.io/last-applied-configuration": f'{{"stringData":{{"password":"{CANARY}"}}}}'
            },
        ),
        "type": "Opaque",
        "data": {key: base64.b64encode(CANARY.encode()).decode() for key in ("username", "password")},
    },
    {
        "apiVersion": f"{CSI}/v1",
        "kind": "SecretProviderClass",
        "metadata": metadata("cluedin-server-sync"),
        "spec": {
            "provider": "azure",
            "parameters": {"keyvaultName": "kv-sample", "unheardOf": CANARY},
            "secretObjects": [
                {"secretName": "synced", "type": "Opaque", "data": [{"objectName": "o", "key": "password"}]}
            ],
        },
    },
    {
        "apiVersion": f"{CSI}/v1",
        "kind": "SecretProviderClassPodStatus",
        "metadata": metadata("cluedin-server-0-cluedin-server-sync"),
        "status": {"podName": "cluedin-server-0", "secretProviderClassName": "cluedin-server-sync", "mounted": True},
    },
    record_secret(revision=1, status="superseded", canary=CANARY),
    record_secret(revision=2, status="deployed", canary=CANARY),
    record_secret(revision=3, status="failed", canary=CANARY, description=f"Upgrade failed: {CANARY} is too short"),
    record_secret(name="grafana", namespace="monitoring", chart="grafana", canary=CANARY),
]


def allowed(user: str, without: str) -> list[KubernetesObject]:
    """Every right but the one for a fact; the right to get a Secret is called `get`."""
    rules = [
        {"apiGroups": [group], "resources": [resource], "verbs": ["list"]}
        for fact, (group, resource) in RIGHTS.items()
        if fact != without
    ]
    if without != "get":
        rules.append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]})
    rbac = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": user},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": user},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": user}],
        },
    ]


def allowed_in_namespace(user: str) -> list[KubernetesObject]:
    """The rights to Secrets of namespace cluedin alone."""
    rbac = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "Role",
            "metadata": metadata(user),
            "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "get"]}],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata(user),
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": user},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": user}],
        },
    ]


def user_without(right: str) -> str:
    return f"without-{right.replace('_', '-')}"


def require_programs() -> None:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")


@pytest.fixture
def bare() -> Iterator[ControlPlane]:
    """A cluster on which the add-on was never enabled."""
    require_programs()
    with ControlPlane(users={"nobody": ()}) as started:
        yield started


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    rights = ["nothing", "get", *RIGHTS]
    users: dict[str, tuple[str, ...]] = {user_without(right): () for right in rights}
    with ControlPlane(users=users | {"namespaced": (), "nobody": ()}) as started:
        started.load(OBJECTS)
        for right in rights:
            started.load(allowed(user_without(right), right))
        started.load(allowed_in_namespace("namespaced"))
        yield started


def read_as(cluster: ControlPlane, user: str, **options: Any) -> dict[str, Any]:
    connected = connect(str(cluster.kubeconfig(user)))
    return read(readers(connected, **options), WANTED, deadline=30)


def encoded(facts: object) -> bytes:
    return msgspec.json.encode(facts, order="deterministic")


def test_every_fact_is_read_with_the_least_rights(cluster: ControlPlane) -> None:
    facts = read_as(cluster, user_without("nothing"))
    assert [name for name, value in facts.items() if isinstance(value, Missing)] == []
    assert encoded(facts) == encoded(read_as(cluster, "admin"))
    assert facts["nodes"][0].spec.provider_id == "azure:///subscriptions/s/x"
    assert facts["pods"][0].spec.containers[0].resources.requests == {"cpu": "1"}
    selector = facts["daemon_sets"][0].spec.template.spec.containers[0].env[1].value_from.secret_key_ref
    assert (selector.name, selector.key) == ("keys", "k")
    assert facts["pod_disruption_budgets"][0].spec.selector.match_labels == {"app": "neo4j"}
    assert facts["csi_drivers"][0].metadata.name == "secrets-store.csi.k8s.io"
    assert facts["secret_provider_classes"].items[0].spec.parameters.keyvault_name == "kv-sample"
    assert facts["secret_provider_class_pod_statuses"].items[0].status.mounted


def test_secrets_are_known_by_their_keys_and_makers(cluster: ControlPlane) -> None:
    secrets = {secret.metadata.name: secret for secret in read_as(cluster, "admin")["secrets"]}
    made = secrets["installer-made"]
    assert (made.type, made.keys, made.key_count) == ("Opaque", ("password", "username"), 2)
    assert made.managers == ("control-plane-tests",)


def test_the_release_is_the_deployed_one_and_the_failed_attempt_is_told(cluster: ControlPlane) -> None:
    facts = read_as(cluster, "admin")
    release = facts["release"]
    assert (release.name, release.namespace, release.chart) == ("cluedin", "cluedin", "cluedin-platform")
    assert (release.status, release.revision, release.deployed_revision) == ("failed", 3, 2)
    assert release.description == "Upgrade failed: *** is too short"
    assert release.secrets == ("cluedin-email",)
    settings = {setting.path: setting for setting in facts["values"].settings}
    assert settings["global", "keyvault", "keyvaultName"].text == "kv-sample"
    assert facts["values"].source == "release"


@pytest.mark.parametrize("taken", RIGHTS)
def test_one_right_less_costs_that_fact_only(cluster: ControlPlane, taken: str) -> None:
    whole = read_as(cluster, "admin")
    facts = read_as(cluster, user_without(taken))
    lost = {taken, "release", "values"} if taken == "secrets" else {taken}
    for name in WANTED - lost:
        assert encoded(facts[name]) == encoded(whole[name]), name
    for name in lost:
        assert facts[name].why == "refused"
        assert f'cannot list resource "{RIGHTS[taken][1]}" in API group "{RIGHTS[taken][0]}"' in facts[name].reason


def test_a_record_that_may_not_be_fetched_costs_release_and_values_only(cluster: ControlPlane) -> None:
    facts = read_as(cluster, user_without("get"))
    missing = {name: value for name, value in facts.items() if isinstance(value, Missing)}
    assert missing.keys() == {"release", "values"}
    assert all('cannot get resource "secrets"' in value.reason for value in missing.values())


def test_secrets_of_one_namespace_are_better_than_none(cluster: ControlPlane) -> None:
    facts = read_as(cluster, "namespaced")
    assert {secret.metadata.namespace for secret in facts["secrets"]} == {"cluedin"}
    assert facts["release"].name == "cluedin"
    assert facts["nodes"].why == "refused"


def test_without_records_of_a_namespace_in_reach_there_is_no_fresh_install(cluster: ControlPlane) -> None:
    facts = read_as(cluster, "namespaced", namespace="elsewhere")
    assert facts["release"].why == "refused"


def test_a_missing_kind_is_a_fact_even_for_those_who_may_list_nothing(bare: ControlPlane) -> None:
    facts = read_as(bare, "nobody")
    assert not facts["secret_provider_classes"].served
    assert not facts["secret_provider_class_pod_statuses"].served
    assert facts["pods"].why == "refused"


def test_nothing_secret_is_held_or_told(cluster: ControlPlane) -> None:
    for user in ("admin", "namespaced", "nobody", *(user_without(right) for right in ["get", *RIGHTS])):
        told = encoded(read_as(cluster, user))
        assert CANARY.encode() not in told
        assert base64.b64encode(CANARY.encode()) not in told


def test_nothing_but_reading_was_asked(cluster: ControlPlane) -> None:
    for user in (user_without("nothing"), "nobody"):
        read_as(cluster, user)
        asked = cluster.audit(user=user)
        assert {entry.verb for entry in asked} <= {"get", "list"}
        assert {entry.user_agent for entry in asked} == {"cluedin-preflight"}


def test_an_expired_token_is_told_from_a_missing_right(cluster: ControlPlane) -> None:
    kubeconfig = cluster.kubeconfig("nobody")
    config = msgspec.json.decode(kubeconfig.read_bytes())
    config["users"][0]["user"]["token"] = "expired"  # noqa: S105 - a token that opens nothing
    kubeconfig.write_bytes(msgspec.json.encode(config))
    facts = read(readers(connect(str(kubeconfig))), {"nodes"}, deadline=30)
    assert facts["nodes"].why == "refused"
    assert "may have expired: az login, then az aks get-credentials" in facts["nodes"].reason


def test_many_small_pages_are_one_list(cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_as(cluster, "admin")
    monkeypatch.setattr(transport, "PAGE_SIZE", 1)
    assert encoded(read_as(cluster, user_without("nothing"))) == encoded(whole)
    assert any("continue=" in entry.uri for entry in cluster.audit(user=user_without("nothing")))


def test_a_certificate_that_is_not_trusted_is_told(cluster: ControlPlane) -> None:
    kubeconfig = cluster.kubeconfig()
    config = msgspec.json.decode(kubeconfig.read_bytes())
    del config["clusters"][0]["cluster"]["certificate-authority-data"]
    kubeconfig.write_bytes(msgspec.json.encode(config))
    facts = read(readers(connect(str(kubeconfig))), {"nodes"}, deadline=30)
    assert facts["nodes"].why == "failed"
    assert "127.0.0.1 shows a certificate that the kubeconfig does not trust" in facts["nodes"].reason


def test_an_api_that_is_not_installed_is_told_by_its_path(cluster: ControlPlane) -> None:
    facts = read(readers(connect(str(cluster.kubeconfig()))), {"pod_metrics"}, deadline=30)
    assert facts["pod_metrics"].reason == "127.0.0.1 serves no /apis/metrics.k8s.io/v1beta1/pods (404)"


def test_the_cluster_says_what_it_is(cluster: ControlPlane) -> None:
    connected = connect(str(cluster.kubeconfig("nobody", namespace="somewhere")))
    assert (connected.context, connected.namespace, connected.server) == ("control-plane", "somewhere", "127.0.0.1")
    assert server_version(connected) == "1.35.4"
