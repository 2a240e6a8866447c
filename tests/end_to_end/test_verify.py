"""Stage verify on a real API server: stuck pods as kubelet and driver write them, and RabbitMQ's migration as it "
"goes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from checks.installer_secrets import installer_secrets
from checks.pods_start import pods_start
from checks.rabbitmq_migration import rabbitmq_migration
from checks.sync_status import sync_status
from preflight import Check, Finding, Status, facts
from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.testing import header, judge
from tests.checks.test_rabbitmq_migration import WITH, WITHOUT
from tests.collect.release_records import packed, record, record_secret
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane, KubernetesObject, secret_provider_crds

pytestmark = pytest.mark.control_plane

CSI = "secrets-store.csi.x-k8s.io"
NOW = "2030-01-01T00:00:00Z"
CANARY = "canary-77aa"
SECRETS = "/api/v1/namespaces/cluedin/secrets"
NOT_FOUND = (
    'MountVolume.SetUp failed for volume "azure-keyvault-secrets" : rpc error: code = Unknown desc = failed to mount '
    "secrets store objects for pod cluedin/cluedin-server-1, err: rpc error: code = Unknown desc = failed to mount "
    "objects, error: failed to get objectType:secret, objectName:cluedin-email-host, objectVersion:: GET "
    "https://kv-1.vault.azure.net/secrets/cluedin-email-host/ ERROR CODE: SecretNotFound A secret with (name/id) "
    "cluedin-email-host was not found in this key vault."
)


def metadata(name: str, **more: object) -> dict[str, Any]:
    return {"name": name, "namespace": "cluedin", **more}


def waiting_pod(name: str, reason: str, message: str = "") -> KubernetesObject:
    waiting = {"reason": reason, "message": message} if message else {"reason": reason}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name),
        "spec": {"nodeName": "aks-general-0", "containers": [{"name": "main", "image": "made-up"}]},
        "status": {
            "phase": "Pending",
            "containerStatuses": [
                {
                    "name": "main",
                    "image": "made-up",
                    "imageID": "",
                    "ready": False,
                    "restartCount": 0,
                    "state": {"waiting": waiting},
                }
            ],
        },
    }


def unscheduled(name: str, message: str) -> KubernetesObject:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name),
        "spec": {"containers": [{"name": "main", "image": "made-up"}]},
        "status": {"phase": "Pending", "conditions": [condition]},
    }


def event(pod: str, reason: str, message: str, source: str) -> KubernetesObject:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": metadata(f"{pod}.{reason.lower()}"),
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": "cluedin", "name": pod},
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": 7,
        "firstTimestamp": "2026-01-15T08:00:00Z",
        "lastTimestamp": "2026-01-15T08:58:00Z",
        "source": {"component": source},
    }


def rabbitmq_secret(**labels: str) -> KubernetesObject:
    helms = {"meta.helm.sh/release-name": "cluedin", "meta.helm.sh/release-namespace": "cluedin"}
    mine = "app.kubernetes.io/managed-by" in labels
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata("cluedin-rabbitmq", labels=labels, annotations=helms if mine else {}),
        "type": "Opaque",
        "data": {"rabbitmq-password": base64.b64encode(CANARY.encode()).decode()},
    }


def release_record() -> KubernetesObject:
    """The record of a release whose manifest makes RabbitMQ's Secret."""
    secret = record_secret(canary=CANARY)
    document = record(
        name="cluedin",
        namespace="cluedin",
        revision=1,
        status="deployed",
        chart="cluedin-platform",
        description="Install complete",
        canary=CANARY,
    )
    document["manifest"] = "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: cluedin-rabbitmq\n"
    return {**secret, "data": {"release": packed(document)}}


CLASS: KubernetesObject = {
    "apiVersion": f"{CSI}/v1",
    "kind": "SecretProviderClass",
    "metadata": metadata("cluedin-rabbitmq-sync"),
    "spec": {
        "provider": "azure",
        "parameters": {"keyvaultName": "kv-1"},
        "secretObjects": [
            {
                "secretName": "cluedin-rabbitmq",
                "type": "Opaque",
                "data": [{"objectName": "cluedin-rabbitmq-password", "key": "rabbitmq-password"}],
            }
        ],
    },
}
MOUNTED: KubernetesObject = {
    "apiVersion": f"{CSI}/v1",
    "kind": "SecretProviderClassPodStatus",
    "metadata": metadata("cluedin-rabbitmq-0-cluedin-cluedin-rabbitmq-sync"),
    "status": {
        "podName": "cluedin-rabbitmq-0",
        "secretProviderClassName": "cluedin-rabbitmq-sync",
        "mounted": True,
        "objects": [{"id": "secret/cluedin-rabbitmq-password", "version": "0" * 32}],
    },
}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    with ControlPlane() as started:
        started.load(
            [*secret_provider_crds(), {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "aks-general-0"}}]
        )
        yield started


def judged(plane: ControlPlane, check: Check, stage: Any = "verify", **more: Any) -> tuple[Finding, ...]:
    live = readers(connect(str(plane.kubeconfig())))
    wanted = {name for name in check.reads if name in live} - more.keys()
    found = read(live, wanted, deadline=60)
    assert CANARY not in repr(found)
    given = {**found, **more}
    return judge(check, header=header(stage=stage, collected_at=NOW), **given).findings


def test_stuck_pods_are_explained_as_the_kubelet_and_the_driver_write_it(plane: ControlPlane) -> None:
    plane.load(
        [
            waiting_pod("cluedin-server-1", "ContainerCreating"),
            waiting_pod("cluedin-gql-1", "CreateContainerConfigError", 'secret "cluedin-email" not found'),
            waiting_pod("cluedin-ui-1", "ImagePullBackOff"),
            unscheduled("cluedin-neo4j-0", "0/1 nodes are available: 1 Too many pods."),
            event("cluedin-server-1", "FailedMount", NOT_FOUND, "kubelet"),
            event("cluedin-server-1", "Unhealthy", f"Readiness probe failed: {CANARY}", "kubelet"),
            event(
                "cluedin-ui-1",
                "FailedToRetrieveImagePullSecret",
                "Unable to retrieve some image pull secrets (acr-registry-key); attempting to pull the image may not "
                "succeed.",
                "kubelet",
            ),
        ]
    )
    found = judged(plane, pods_start)
    said = {str(finding.object).rpartition("/")[2]: finding for finding in found}
    assert {name: finding.evidence["check"] for name, finding in said.items()} == {
        "cluedin-server-1": "vault-objects",
        "cluedin-gql-1": "secret-mounted",
        "cluedin-ui-1": "bootstrap-cycle",
        "cluedin-neo4j-0": "max-pods-headroom",
    }
    assert all(finding.status is Status.FAIL for finding in found)
    assert "cluedin-email-host" in said["cluedin-server-1"].message
    assert "acr-registry-key" in said["cluedin-ui-1"].message


def step(plane: ControlPlane, values: facts.Values) -> Finding:
    return judged(plane, rabbitmq_migration, "deploy", values=values)[0]


def state(plane: ControlPlane, values: facts.Values) -> Any:
    return step(plane, values).evidence["state"]


def driver(version: str) -> KubernetesObject:
    labels = {"app": "secrets-store-csi-driver"}
    container = {"name": "secrets-store", "image": f"registry.example/secrets-store/driver:{version}"}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "aks-secrets-store-csi-driver", "namespace": "kube-system"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def test_rabbitmqs_migration_is_recognised_step_by_step_and_where_one_was_skipped(plane: ControlPlane) -> None:
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("fresh with password", "fresh")
    plane.load([release_record(), rabbitmq_secret(**{"app.kubernetes.io/managed-by": "Helm"})])
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("before 1", "skipped")
    collisions = judged(plane, installer_secrets, "deploy", values=WITH)
    assert [one.status for one in collisions if one.object == "secret/cluedin/cluedin-rabbitmq"] == [Status.SKIP]
    for version, status in (("", Status.WARN), ("v1.5.6", Status.PASS), ("v1.6.0", Status.WARN)):
        plane.load([driver(version)] if version else [])
        assert step(plane, WITH).status is status, version
        if version:
            plane.request("DELETE", "/apis/apps/v1/namespaces/kube-system/daemonsets/aks-secrets-store-csi-driver")
    plane.load([CLASS])
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("not mounted", "skipped")
    plane.load([MOUNTED])
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("after 1", "skipped")
    assert judged(plane, sync_status, values=WITH)[-1].status is Status.SKIP
    plane.request("DELETE", f"{SECRETS}/cluedin-rabbitmq")
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("within 2", "too early")
    plane.load([rabbitmq_secret()])
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("after 1", "foreign")
    plane.request("DELETE", f"{SECRETS}/cluedin-rabbitmq")
    plane.load([rabbitmq_secret(**{"secrets-store.csi.k8s.io/managed": "true"})])
    assert (state(plane, WITH), state(plane, WITHOUT)) == ("after 2", "done")
