"""What a real helm does to a Secret that the driver wrote in place of its own: the ground of RabbitMQ's last steps."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preflight.symptoms import explain_symptom
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.build import BUILD_COMMAND, find_helm
from tests.control_plane.cluster import ControlPlane

pytestmark = pytest.mark.control_plane

PATH = "/api/v1/namespaces/cluedin/secrets/cluedin-rabbitmq"
MANAGED = {"secrets-store.csi.k8s.io/managed": "true"}
TEMPLATE = (
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cluedin-rabbitmq\nstringData:\n  rabbitmq-password: helms\n"
)
DRIVERS = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "cluedin-rabbitmq", "namespace": "cluedin", "labels": MANAGED},
    "data": {"rabbitmq-password": "ZHJpdmVycw=="},
}
Helm = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cluedin"}}])
        yield started


@pytest.fixture
def helm(plane: ControlPlane, tmp_path: Path) -> Helm:
    found = find_helm()
    if found is None:
        pytest.skip(f"no helm here; get it with: {BUILD_COMMAND}")
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: cluedin-platform\nversion: 2.6.0\n")
    (tmp_path / "templates" / "secret.yaml").write_text(f"{{{{ if .Values.made }}}}\n{TEMPLATE}{{{{ end }}}}")

    def helm(verb: str, *, made: str) -> "subprocess.CompletedProcess[str]":
        place = ["-n", "cluedin", "--kubeconfig", str(plane.kubeconfig("admin"))]
        words = [str(found), verb, "cluedin", str(tmp_path), "--set", f"made={made}", *place]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    return helm


def test_it_overwrites_what_its_release_made_then_deletes_it_and_stops_at_what_is_new(
    plane: ControlPlane, helm: Helm
) -> None:
    assert helm("install", made="true").returncode == 0
    plane.request("DELETE", PATH)
    plane.load([DRIVERS])
    assert helm("upgrade", made="true").returncode == 0
    status, there = plane.request("GET", PATH)
    assert (status, there["data"]["rabbitmq-password"]) == (200, "aGVsbXM=")
    assert there["metadata"]["labels"] == {**MANAGED, "app.kubernetes.io/managed-by": "Helm"}
    plane.request("DELETE", PATH)
    plane.load([DRIVERS])
    assert helm("upgrade", made="").returncode == 0
    assert plane.request("GET", PATH)[0] == 404
    plane.load([DRIVERS])
    stopped = helm("upgrade", made="true")
    assert stopped.returncode == 1
    assert [match.symptom.id for match in explain_symptom(stopped.stderr)] == ["invalid-ownership"]
    assert plane.request("GET", PATH)[1]["data"]["rabbitmq-password"] == "ZHJpdmVycw=="
