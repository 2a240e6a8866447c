"""The command line against a real API server loaded with the demo's cluster, and Azure replayed over TLS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.__main__ import run
from tests.azure import scene
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.azure.replay import Replay, serving
from tests.collect.test_live_kubernetes import RIGHTS, allowed, require_programs, user_without
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import raw_objects

pytestmark = pytest.mark.control_plane

CANARY = "canary-5c2f-of-the-whole"
KUBERNETES_ONLY = ("-c", "capacity")


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    rights = ("nothing", "get", *RIGHTS)
    with ControlPlane(users={user_without(right): () for right in rights}) as started:
        started.load(raw_objects("enable", canary=CANARY))
        for right in rights:
            started.load(allowed(user_without(right), right))
        yield started


@pytest.fixture(autouse=True)
def azure(
    ca_file: Path,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    signed_in: None,  # noqa: ARG001, F811 - as above
) -> Iterator[Replay]:
    with serving(Replay(), ca_file) as server:
        scene.fill(server)
        cloud = server.cloud(ca_file)
        monkeypatch.setattr("preflight.collect.azure.cloud_of", lambda _host: cloud)
        yield server


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["run", *arguments, "-o", "json"])
    return code, json.loads(capsys.readouterr().out)


def statuses(result: dict[str, Any]) -> dict[str, str]:
    return {outcome["id"]: outcome["status"] for outcome in result["outcomes"]}


def test_a_live_run_is_collecting_and_judging_the_bundle(
    cluster: ControlPlane, azure: Replay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "saved.bundle.json"
    kubeconfig = str(cluster.kubeconfig("admin"))
    live = run(["run", "--kubeconfig", kubeconfig, "--stage", "enable", "--save-bundle", str(saved), "-o", "json"])
    shown = capsys.readouterr()
    again = run(["run", str(saved), "-o", "json"])
    assert capsys.readouterr().out == shown.out
    assert live == again
    result = json.loads(shown.out)
    assert result["target"]["nodes"] == 7
    assert statuses(result)["max-pods-headroom"] == "fail"
    assert azure.asked("managedClusters")
    for place in (shown.out, shown.err, saved.read_text()):
        assert CANARY not in place


def test_every_format_of_a_live_run_is_free_of_what_was_planted(
    cluster: ControlPlane, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("text", "json", "junit")}
    outputs = [part for name, file in files.items() if name != "text" for part in ("-o", f"{name}={file}")]
    run(
        ["run", "--kubeconfig", str(cluster.kubeconfig("admin")), "--stage", "enable", *KUBERNETES_ONLY, "-v", *outputs]
    )
    shown = capsys.readouterr()
    bundle = str(tmp_path / "all.bundle.json")
    assert run(["collect", bundle, "--kubeconfig", str(cluster.kubeconfig("admin")), "--stage", "enable"]) == 0
    told = capsys.readouterr()
    texts = [shown.out, shown.err, told.out, told.err, *(file.read_text() for file in tmp_path.iterdir())]
    assert not [text for text in texts if CANARY in text]


@pytest.mark.parametrize("right", ["nodes", "pods", "daemon_sets", "priority_classes", "pod_disruption_budgets"])
def test_a_missing_right_costs_only_the_checks_that_need_it(
    cluster: ControlPlane, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = judged(
        capsys, "--kubeconfig", str(cluster.kubeconfig(user_without("nothing"))), "--stage", "enable", *KUBERNETES_ONLY
    )
    lacking = judged(
        capsys, "--kubeconfig", str(cluster.kubeconfig(user_without(right))), "--stage", "enable", *KUBERNETES_ONLY
    )
    assert "unknown" not in statuses(whole[1]).values()
    reads = {outcome["id"]: outcome["reads"] for outcome in whole[1]["outcomes"]}
    for check, status in statuses(lacking[1]).items():
        if right not in reads[check]:
            assert status == statuses(whole[1])[check]
    state = next(fact for fact in lacking[1]["facts"] if fact["name"] == right)
    assert state["state"] == "refused"
    assert "list" in state["reason"]
    if right in ("nodes", "pods"):
        assert statuses(lacking[1])["max-pods-headroom"] == "unknown"
        assert lacking[0] == 3


def test_only_reading_requests_reach_the_server(cluster: ControlPlane, capsys: pytest.CaptureFixture[str]) -> None:
    user = user_without("nothing")
    judged(capsys, "--kubeconfig", str(cluster.kubeconfig(user)), "--stage", "enable", *KUBERNETES_ONLY)
    assert {entry.verb for entry in cluster.audit(user=user)} <= {"get", "list"}


def test_names_that_disagree_with_the_cluster_stop_the_run(
    cluster: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    named = ("-g", "rg-cluedin", "--cluster-name", "aks-cluedin")
    code = run(["run", "--kubeconfig", str(cluster.kubeconfig("admin")), *named])
    told = capsys.readouterr()
    assert code == 2
    assert "aks-cluedin" in told.err
    assert not told.out


def test_an_expired_token_and_no_server_are_told_in_a_sentence(
    cluster: ControlPlane, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = json.loads(cluster.kubeconfig("admin").read_text())
    config["users"][0]["user"]["token"] = "expired"  # noqa: S105 - no password
    expired = tmp_path / "expired.json"
    expired.write_text(json.dumps(config))
    code, result = judged(capsys, "--kubeconfig", str(expired), "--stage", "enable", *KUBERNETES_ONLY)
    assert code == 3
    assert set(statuses(result).values()) <= {"unknown", "skip"}
    assert any("401" in fact["reason"] for fact in result["facts"])
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    expired.write_text(json.dumps(config))
    code, result = judged(capsys, "--kubeconfig", str(expired), "--stage", "enable", *KUBERNETES_ONLY)
    assert code == 3
    assert any("cannot be reached" in fact["reason"] for fact in result["facts"])
