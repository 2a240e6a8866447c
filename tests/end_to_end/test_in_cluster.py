"""The printed Job's own command, as its own service account, against a real API server: the rights are enough."""

import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from preflight.__main__ import run
from preflight.collect import kubeconfig
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import raw_objects
from tests.end_to_end.test_live import azure  # noqa: F401 - a fixture

pytestmark = pytest.mark.control_plane

ACCOUNT = "system:serviceaccount:cluedin:cluedin-preflight"


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load(raw_objects("verify"))
        yield started


@pytest.fixture
def pod(cluster: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a pod of the service account sees of it: a folder, two variables, and no kubeconfig."""
    address = urlsplit(cluster.url)
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "ca.crt").write_bytes(cluster.ca_file.read_bytes())
    (folder / "namespace").write_text("cluedin", encoding="utf-8")
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", folder)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(address.hostname))
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))
    return folder


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert run(["collect", "--print", "job", "--stage", "verify", "-n", "cluedin"]) == 0
    return list(yaml.safe_load_all(capsys.readouterr().out))


def command(documents: list[dict[str, Any]]) -> list[str]:
    """The words behind `python -m preflight` in the Job."""
    (job,) = (document for document in documents if document["kind"] == "Job")
    lines = job["spec"]["template"]["spec"]["containers"][0]["args"][0].splitlines()
    (line,) = (line for line in lines if line.startswith("python -m preflight "))
    words = shlex.split(line.partition(" 2> ")[0])
    return words[3:]


def collected(capsys: pytest.CaptureFixture[str], words: list[str]) -> dict[str, Any]:
    assert run(words) == 0
    bundle: dict[str, Any] = json.loads(capsys.readouterr().out)
    return bundle


def test_the_job_collects_what_its_administrator_would(
    cluster: ControlPlane, pod: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = printed(capsys)
    cluster.load(documents)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    status, answer = cluster.request(
        "POST", "/api/v1/namespaces/cluedin/serviceaccounts/cluedin-preflight/token", asked
    )
    assert status == 201, answer
    (pod / "token").write_text(answer["status"]["token"], encoding="utf-8")
    time.sleep(1)  # the authoriser follows a watch

    words = command(documents)
    inside = collected(capsys, words)
    outside = collected(capsys, [*words, "--kubeconfig", str(cluster.kubeconfig())])

    assert inside["header"]["target"].get("context") is None
    assert len(inside["facts"]["pods"]) > len(inside["facts"]["nodes"]) > 0
    assert inside["facts"]["release"]["found"]
    of_oneself = {"access_reviews"}  # an administrator may do more
    for name in outside["facts"].keys() - of_oneself:
        assert inside["facts"][name] == outside["facts"][name], name
    requests = cluster.audit(user=ACCOUNT)
    assert {entry.verb for entry in requests if "selfsubjectaccessreviews" not in entry.uri} <= {"get", "list"}
    refused = {entry.uri.partition("?")[0] for entry in requests if entry.code == 403}
    assert refused == {"/api/v1/secrets"}  # of all namespaces: the printed rights are to those of one


def test_a_pod_without_its_token_is_told_so(pod: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not (pod / "token").exists()
    assert run(["collect", "-"]) == 2
    assert "this pod has no service account token: set automountServiceAccountToken: true" in capsys.readouterr().err
