"""`run --wait` on a real API server: Secrets that arrive meanwhile, that never do, and somebody who has seen enough."""

import _thread
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from preflight.__main__ import run
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import raw_objects
from tests.end_to_end.test_live import azure  # noqa: F401 - a fixture

pytestmark = pytest.mark.control_plane

MANAGED = {"secrets-store.csi.k8s.io/managed": "true"}
NAMES = ("cluedin-admin-secret", "cluedin-email")
CHECKS = ("-c", "sync-status,secret-owner")


def what_arrives() -> list[dict[str, Any]]:
    """What the driver writes once the pod has its class mounted."""
    record = {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClassPodStatus",
        "metadata": {"name": "cluedin-server-0", "namespace": "cluedin"},
        "status": {"podName": "cluedin-server-0", "secretProviderClassName": "cluedin-server-sync", "mounted": True},
    }
    secrets = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "cluedin", "labels": MANAGED}}
        for name in NAMES
    ]
    return [record, *secrets]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load(raw_objects("verify"))
        yield started


@pytest.fixture
def waited(
    cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any], list[str]]]:
    """Wait, doing `then` when it is first said what is missing; return the code, the result and all that was said."""

    def waited(limit: str, then: Callable[[], object] = list) -> tuple[int, dict[str, Any], list[str]]:
        told: list[str] = []

        def tell(text: str) -> None:
            told.append(text)
            if len(told) == 1:
                then()

        monkeypatch.setattr("preflight.cli.run.on_stderr", tell)
        words = ["--kubeconfig", str(cluster.kubeconfig("admin")), "--stage", "verify", *CHECKS]
        code = run(["run", "--wait", limit, *words, "-o", "json"])
        return code, json.loads(capsys.readouterr().out), told

    return waited


def status(result: dict[str, Any]) -> str:
    return str(next(one["status"] for one in result["outcomes"] if one["id"] == "sync-status"))


def test_when_time_is_over_the_code_is_the_verdicts(waited: Any) -> None:
    code, result, told = waited("1ms")
    assert (code, status(result), result.get("partial", False), told) == (1, "fail", False, [])


def test_whoever_has_seen_enough_keeps_a_report_that_says_so(waited: Any) -> None:
    code, result, told = waited("10m", lambda: threading.Timer(0.2, _thread.interrupt_main).start())
    assert (code, status(result), result["partial"]) == (130, "fail", True)
    assert told[0].endswith("for 2 of the Secrets: cluedin-admin-secret, cluedin-email")


def test_what_arrives_meanwhile_ends_the_waiting(waited: Any, cluster: ControlPlane) -> None:
    code, result, told = waited("10m", lambda: cluster.load(what_arrives()))
    assert (code, status(result), result.get("partial", False)) == (0, "pass", False)
    assert len(told) == 1
