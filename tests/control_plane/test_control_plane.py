"""The control plane that other tests lean on does what they take for granted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .build import BUILD_COMMAND, CONTROL_PLANE_PROGRAMS, cache_folder, find_assets, program
from .cluster import ControlPlane, ControlPlaneError, KubernetesObject, secret_provider_crds

pytestmark = pytest.mark.control_plane

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    with ControlPlane(scheduler=True, users={"nobody": (), "reader": (), "grouped": ("readers",)}) as started:
        yield started


def node(name: str) -> KubernetesObject:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/os": "linux", "pool": name}},
        "status": {
            "allocatable": {"cpu": "3860m", "memory": "12880284Ki", "pods": "30"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def pod(name: str, *, node_name: str | None = None, **metadata: object) -> KubernetesObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "cluedin", "uid": "left-out", "resourceVersion": "7", **metadata},
        "spec": {
            "containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "100m"}}}],
            **({"nodeName": node_name} if node_name else {}),
        },
    }


def provider_class(name: str, object_name: object) -> KubernetesObject:
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": name, "namespace": "cluedin"},
        "spec": {
            "provider": "azure",
            "parameters": {"keyvaultName": "kv"},
            "secretObjects": [
                {"secretName": "s", "type": "Opaque", "data": [{"objectName": object_name, "key": "password"}]}
            ],
        },
    }


def get_pod(cluster: ControlPlane, name: str) -> Any:
    status, body = cluster.request("GET", f"/api/v1/namespaces/cluedin/pods/{name}")
    assert status == 200, body
    return body


def test_api_server_calls_itself_by_its_real_version(cluster: ControlPlane) -> None:
    status, body = cluster.request("GET", "/version")
    assert (status, body["gitVersion"], body["major"], body["minor"]) == (200, "v1.35.4", "1", "35")


def test_bound_pod_and_its_status_round_trip(cluster: ControlPlane) -> None:
    running = {
        "phase": "Running",
        "startTime": "2026-05-03T02:09:52Z",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [
            {"name": "c", "image": "i", "imageID": "", "ready": True, "restartCount": 3, "state": {"running": {}}}
        ],
    }
    cluster.load([{**pod("bound", node_name="n0"), "status": running}, node("n0")])

    body = get_pod(cluster, "bound")

    assert body["spec"]["nodeName"] == "n0"
    assert body["status"]["startTime"] == "2026-05-03T02:09:52Z"
    assert body["status"]["containerStatuses"][0]["restartCount"] == 3
    _, stored = cluster.request("GET", "/api/v1/nodes/n0")
    assert stored["status"]["allocatable"]["cpu"] == "3860m"
    assert "taints" not in stored["spec"]


def test_deleted_pod_that_is_bound_stays_terminating(cluster: ControlPlane) -> None:
    cluster.load([pod("going", node_name="n0", deletionTimestamp="2026-06-01T00:00:00Z")])
    metadata = get_pod(cluster, "going")["metadata"]
    assert metadata["deletionGracePeriodSeconds"] == 30
    assert "deletionTimestamp" in metadata


def test_scheduler_binds_a_pod_without_a_node(cluster: ControlPlane) -> None:
    cluster.load([{"apiVersion": "v1", "kind": "List", "items": [node("n1"), pod("unbound")]}])
    deadline = time.monotonic() + 20
    while "nodeName" not in get_pod(cluster, "unbound")["spec"]:
        assert time.monotonic() < deadline, "the scheduler left the pod alone"
        time.sleep(0.05)


def test_user_may_do_what_roles_say_and_nothing_else(cluster: ControlPlane) -> None:
    role_api = "rbac.authorization.k8s.io"
    role: KubernetesObject = {
        "apiVersion": f"{role_api}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "pod-reader"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
    }
    binding: KubernetesObject = {
        "apiVersion": f"{role_api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "pod-readers"},
        "roleRef": {"apiGroup": role_api, "kind": "ClusterRole", "name": "pod-reader"},
        "subjects": [
            {"apiGroup": role_api, "kind": "User", "name": "reader"},
            {"apiGroup": role_api, "kind": "Group", "name": "readers"},
        ],
    }
    cluster.load([role, binding])
    deadline = time.monotonic() + 10
    # The authoriser learns of a new binding through a watch of its own.
    while cluster.request("GET", "/api/v1/pods", user="reader")[0] != 200:
        assert time.monotonic() < deadline, "the binding has no effect"
        time.sleep(0.05)

    assert cluster.request("GET", "/api/v1/pods", user="grouped")[0] == 200
    assert cluster.request("GET", "/api/v1/secrets", user="reader")[0] == 403
    status, body = cluster.request("GET", "/api/v1/pods", user="nobody")
    assert status == 403
    assert body["message"] == (
        'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" at the cluster scope'
    )


def test_table_of_secrets_has_key_names_and_counts_but_no_value(cluster: ControlPlane) -> None:
    cluster.load(
        [
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "credentials", "namespace": "tables"},
                "type": "Opaque",
                "data": {"user": "aHVudGVy", "password": "aHVudGVyMg=="},
            }
        ]
    )
    status, body = cluster.request("GET", "/api/v1/namespaces/tables/secrets", headers={"Accept": TABLE})
    assert (status, body["kind"]) == (200, "Table")
    (row,) = body["rows"]
    assert row["cells"][:3] == ["credentials", "Opaque", 2]
    fields = row["object"]["metadata"]["managedFields"][0]["fieldsV1"]["f:data"]
    assert {"f:user", "f:password"} <= set(fields)
    everything = json.dumps(body)
    assert "aHVudGVy" not in everything
    assert "hunter" not in everything


def test_custom_resources_are_served_once_loaded_and_refuse_wrong_types(cluster: ControlPlane) -> None:
    path = "/apis/secrets-store.csi.x-k8s.io/v1/secretproviderclasses"
    assert cluster.request("GET", path)[0] == 404
    pod_status: KubernetesObject = {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClassPodStatus",
        "metadata": {"name": "p-cluedin-good", "namespace": "cluedin"},
        "status": {"mounted": True, "podName": "p", "objects": [{"id": "secret/a", "version": "1"}]},
    }
    cluster.load([pod_status, provider_class("good", "a"), *secret_provider_crds()])

    status, body = cluster.request("GET", path)
    assert (status, [item["metadata"]["name"] for item in body["items"]]) == (200, ["good"])
    _, stored = cluster.request("GET", f"{path.replace('classes', 'classpodstatuses')}")
    assert stored["items"][0]["status"]["objects"] == [{"id": "secret/a", "version": "1"}]
    with pytest.raises(ControlPlaneError, match=r'SecretProviderClass cluedin/bad .*objectName.*"integer"'):
        cluster.load([provider_class("bad", 17)])


def test_refused_object_is_named_with_the_reason(cluster: ControlPlane) -> None:
    with pytest.raises(ControlPlaneError, match="serves no kind Gadget in v1"):
        cluster.load([{"apiVersion": "v1", "kind": "Gadget", "metadata": {"name": "g"}}])
    with pytest.raises(ControlPlaneError, match=r"Node Upper was refused with 422: .*lowercase"):
        cluster.load([{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "Upper"}}])


def test_priority_classes_of_the_server_may_be_loaded_again(cluster: ControlPlane) -> None:
    _, body = cluster.request("GET", "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical")
    cluster.load([body])


def test_audit_shows_each_request_and_whose_it_was(cluster: ControlPlane) -> None:
    headers = {"User-Agent": "preflight/1"}
    cluster.request("GET", "/api/v1/configmaps?limit=2", user="nobody", headers=headers)
    last = cluster.audit(user="nobody")[-1]
    assert (last.verb, last.uri, last.user_agent, last.code) == (
        "list",
        "/api/v1/configmaps?limit=2",
        "preflight/1",
        403,
    )
    assert {entry.user for entry in cluster.audit()} >= {"admin", "nobody", "system:kube-scheduler"}


def test_kubeconfig_names_server_authority_and_the_token_of_its_user(cluster: ControlPlane) -> None:
    config = json.loads(cluster.kubeconfig("reader", namespace="cluedin").read_text(encoding="utf-8"))
    assert config["clusters"][0]["cluster"]["server"] == cluster.url
    assert config["contexts"][0]["context"]["namespace"] == "cluedin"
    assert config["users"][0]["name"] == "reader"
    token = config["users"][0]["user"]["token"]
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    _, review = cluster.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", body)
    assert review["status"]["user"]["username"] == "reader"


def test_component_that_ends_at_once_is_reported_with_its_log() -> None:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    broken = ControlPlane(disabled_admission_plugins=["NoSuchPlugin"])
    with pytest.raises(ControlPlaneError, match=r"(?s)kube-apiserver ended with code 1.*NoSuchPlugin"):
        broken.__enter__()
    with pytest.raises(ControlPlaneError, match="not running"):
        _ = broken.folder


def test_programs_are_sought_in_kubebuilder_assets_and_then_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = tmp_path / "assets"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(assets))
    assert find_assets() is None

    fill(cache_folder())
    fill(assets)
    program(assets, "kube-scheduler").unlink()  # as in the archives of envtest
    assert find_assets() == cache_folder()

    fill(assets)
    assert find_assets() == assets


def fill(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in CONTROL_PLANE_PROGRAMS:
        program(folder, name).touch(mode=0o755)
