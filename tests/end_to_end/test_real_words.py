"""What a real API server says to charts and values that are wrong is what `explain` knows (charts.md 1, 3 and 5)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.symptoms import explain_symptom
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.build import BUILD_COMMAND, find_helm
from tests.control_plane.cluster import ControlPlane, secret_provider_crds

pytestmark = pytest.mark.control_plane

PLACE = "/api/v1/namespaces/cluedin"
SETS = "/apis/apps/v1/namespaces/cluedin/statefulsets"
JOBS = "/apis/batch/v1/namespaces/cluedin/jobs"
CLASSES = "/apis/secrets-store.csi.x-k8s.io/v1/namespaces/cluedin/secretproviderclasses"
SYNC = {"name": "azure-keyvault-secrets", "emptyDir": {}}
MOUNT = {"name": "azure-keyvault-secrets", "mountPath": "/mnt/secrets-sync"}


def stateful_set(volumes: list[Any], mounts: list[Any], init_mounts: list[Any]) -> dict[str, Any]:
    labels = {"app": "rabbitmq"}
    main = {"name": "main", "image": "made-up", "volumeMounts": mounts}
    before = {"name": "prepare", "image": "made-up", "volumeMounts": init_mounts}
    spec = {"containers": [main], "initContainers": [before], "volumes": volumes}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "cluedin-rabbitmq"},
        "spec": {
            "serviceName": "rabbitmq",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def job(image: str) -> dict[str, Any]:
    spec = {"restartPolicy": "Never", "containers": [{"name": "main", "image": image}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "init-neo4j-job", "namespace": "cluedin"},
        "spec": {"template": {"spec": spec}},
    }


def secret_provider_class(name: str, object_name: object = "host") -> dict[str, Any]:
    data = [{"objectName": object_name, "key": "EmailHost"}]
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": name},
        "spec": {"provider": "azure", "secretObjects": [{"secretName": "a", "type": "Opaque", "data": data}]},
    }


def secret(type_: str) -> dict[str, Any]:
    data = {"tls.crt": "", "tls.key": ""}
    metadata = {"name": "cluedin-frontend-crt", "namespace": "cluedin"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": type_, "data": data}


SAID: dict[str, tuple[str, str, Any]] = {
    "volume-twice": ("POST", SETS, stateful_set([SYNC, SYNC], [MOUNT], [])),
    "mount-path-twice": ("POST", SETS, stateful_set([SYNC], [MOUNT, MOUNT], [])),
    "volume-lost": ("POST", SETS, stateful_set([SYNC], [], [{"name": "extra-plugins", "mountPath": "/plugins"}])),
    "class-name-illegal": ("POST", CLASSES, secret_provider_class("Cluedin_Server-sync")),
    "name-read-as-number": ("POST", CLASSES, secret_provider_class("cluedin-server-sync", 25)),
    "secret-type-changed": ("PUT", f"{PLACE}/secrets/cluedin-frontend-crt", secret("kubernetes.io/tls")),
    "job-immutable": ("PATCH", f"{JOBS}/init-neo4j-job", job("another")),
    "sync-not-allowed": ("POST", f"{PLACE}/secrets", secret("Opaque")),
}
"""Symptom to the request that the server refuses in these words."""


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load([*secret_provider_crds(), secret("Opaque"), job("made-up")])
        yield started


@pytest.mark.parametrize("symptom", SAID)
def test_the_servers_own_words_are_known(plane: ControlPlane, symptom: str) -> None:
    method, path, body = SAID[symptom]
    speaks = {"Impersonate-User": "system:serviceaccount:kube-system:aks-secrets-store-csi-driver"}
    headers = speaks if symptom == "sync-not-allowed" else None
    status, answer = plane.request(method, f"{path}?dryRun=All", body, headers=headers)
    assert status in (400, 403, 409, 422), answer
    known = [match.symptom.id for match in explain_symptom(answer["message"])]
    assert known == [symptom], answer["message"]


# --- helm ---

CHART = "apiVersion: v2\nname: cluedin-platform\nversion: 2.6.0\n"
FRONTEND = (
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cluedin-frontend-crt\n"
    'type: Opaque\ndata: {"tls.crt": "", "tls.key": ""}\n'
)
NO_CLASSES = "{{ keys .Values.secretProviderClasses }}"


@pytest.mark.parametrize(("symptom", "template"), [("invalid-ownership", FRONTEND), ("classes-missing", NO_CLASSES)])
def test_helms_own_words_are_known(plane: ControlPlane, tmp_path: Path, symptom: str, template: str) -> None:
    helm = find_helm()
    if helm is None:
        pytest.skip(f"no helm here; get it with: {BUILD_COMMAND}")
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text(CHART)
    (tmp_path / "templates" / "one.yaml").write_text(template)
    kubeconfig = str(plane.kubeconfig("admin"))
    words = [str(helm), "install", "cluedin", str(tmp_path), "-n", "cluedin", "--kubeconfig", kubeconfig]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    known = [match.symptom.id for match in explain_symptom(done.stderr)]
    assert known == [symptom], done.stderr
