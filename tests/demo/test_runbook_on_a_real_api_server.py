"""Who follows the runbook, and nothing else, turns what Kubernetes alone can show to pass, step by step.

The samples stand in a real API server with a real scheduler. Each step's bash commands are run as they stand, by bash
and a real kubectl; where a step changes Azure or a values file, that very change is made. Then the step's own command
to verify is run, and what the step was for is gone.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from preflight.__main__ import run
from preflight.demo import deploy, enable, sample
from preflight.facts import Missing
from preflight.model import Stage
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.azure.replay import Replay, serving
from tests.collect.release_records import packed
from tests.control_plane.build import BUILD_COMMAND, find_assets, find_kubectl
from tests.control_plane.cluster import ControlPlane
from tests.demo.hands import Hands
from tests.demo.objects import raw_objects

pytestmark = pytest.mark.control_plane

CANARY = "canary-of-the-runbook"
KUBERNETES_ALONE = "capacity,values,naming,sync,collision"
PROBLEMS = ("warn", "unknown", "fail")


@pytest.fixture(autouse=True)
def no_azure(
    ca_file: Path,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    signed_in: None,  # noqa: ARG001, F811 - as above
) -> Iterator[None]:
    """Azure that knows nothing: what it alone tells is not judged here."""
    with serving(Replay(), ca_file) as server:
        cloud = server.cloud(ca_file)
        monkeypatch.setattr("preflight.collect.azure.cloud_of", lambda _host: cloud)
        yield


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which somebody works, with kubectl on the PATH."""
    kubectl, bash = find_kubectl(), shutil.which("bash")
    if find_assets() is None or kubectl is None or bash is None:
        pytest.skip(f"no etcd, kube-apiserver, kube-scheduler, kubectl and bash here; get them with: {BUILD_COMMAND}")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "kubectl").symlink_to(kubectl)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


class Follower:
    """Somebody with a kubeconfig, who reads JSON and does what its steps say."""

    def __init__(self, cluster: ControlPlane, hands: Hands, capsys: pytest.CaptureFixture[str]) -> None:
        self.cluster, self._hands, self._capsys = cluster, hands, capsys

    def judged(self, *arguments: str) -> dict[str, Any]:
        run(["run", *arguments, "-q", "-o", "json"])
        told = self._capsys.readouterr()
        assert told.out, told.err
        assert CANARY not in told.out + told.err
        result: dict[str, Any] = json.loads(told.out)
        return result

    def verified(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run the step's own command to verify, word for word."""
        program, verb, *arguments = shlex.split(step["verify"]["bash"][0])
        assert (program, verb) == ("cluedin-preflight", "run")
        return self.judged(*arguments)

    def do(self, commands: list[dict[str, Any]]) -> str:
        """Run bash on the commands as they stand; return what they print."""
        text = "\n".join(line for one in commands for line in one["bash"])
        done = subprocess.run(["bash", "-e"], input=text, text=True, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
        self._hands.settled()
        return done.stdout


@pytest.fixture
def following(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[Stage], Follower]]:
    """Give a function that loads a stage's sample and returns who is to follow its runbook."""
    with ControlPlane(authorization_mode="AlwaysAllow") as cluster:

        def load(stage: Stage) -> Follower:
            cluster.load([*raw_objects(stage, canary=CANARY), *events(stage)])
            kubeconfig = cluster.kubeconfig()
            monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
            cluster.start_scheduler()
            return Follower(cluster, hands, capsys)

        with Hands(cluster) as hands:
            yield load
    assert place.is_dir()


def events(stage: Stage) -> list[dict[str, Any]]:
    """What kubelet and scheduler said in the sample."""
    told = sample(stage).get("events")
    said = () if isinstance(told, Missing) else told
    return [{"apiVersion": "v1", "kind": "Event", **msgspec.to_builtins(one)} for one in said]


VAULT_ALONE = "the present password"
"""What a service keeps on its volume is compared with the vault, or made equal to it: no kubectl does either."""


def problems(result: dict[str, Any], checks: list[str] | None = None) -> set[tuple[str, str]]:
    return {
        (outcome["id"], finding.get("object") or "")
        for outcome in result["outcomes"]
        for finding in outcome["findings"]
        if finding["status"] in PROBLEMS and VAULT_ALONE not in (finding.get("hint") or "")
        if checks is None or outcome["id"] in checks
    }


def cured_by(step: dict[str, Any], result: dict[str, Any]) -> set[tuple[str, str]]:
    return {(check, object_) for check, object_ in problems(result, step["checks"]) if object_ in step["objects"]}


# --- the changes that no kubectl makes: of values files, and of Azure ---


def change_values(file: Path, step: dict[str, Any]) -> None:
    """Change the values as the step's words say; what cannot be understood from them alone fails here."""
    values = yaml.safe_load(file.read_text())
    for where in step["objects"]:
        path = re.findall(r"[^.\[\]]+", where.removeprefix("values/"))
        what = step["what"]
        if written := re.search(r"write (.+) below secretProviderClasses, set (\S+): (\S+), and", what):
            values["global"]["keyvault"]["secretProviderClasses"] |= yaml.safe_load(written[1])
            _set(values, written[2].split("."), written[3])
        elif renamed := re.fullmatch(r"rename it to (\w+)", what):
            holder = _at(values, path[:-1])
            holder[renamed[1]] = holder.pop(path[-1])
        elif named := re.match(r"expected (.+); the vault", what):
            _at(values, path)["secretKeys"] |= dict(pair.split(": ") for pair in named[1].split(", "))
        else:
            pytest.fail(f"the words do not say what to change: {what}")
    file.write_text(yaml.safe_dump(values))


def _at(values: Any, path: list[str]) -> Any:
    for part in path:
        values = values[int(part) if isinstance(values, list) else part]
    return values


def _set(values: Any, path: list[str], value: str) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value


def driver_writes(cluster: ControlPlane, names: list[str]) -> None:
    """What the upgrade and the driver do with a Secret of Helm's: it goes, and comes again as the driver's."""
    with release_record(cluster) as record:
        kept = [one for one in record["manifest"].split("---\n") if yaml.safe_load(one or "{}")]
        made = [one for one in kept if yaml.safe_load(one)["metadata"]["name"] not in names]
        record["manifest"] = "---\n".join(["", *made])
    for name in names:
        path = f"/api/v1/namespaces/cluedin/secrets/{name}"
        cluster.request("DELETE", path)
        labels = {"secrets-store.csi.k8s.io/managed": "true"}
        metadata = {"name": name, "namespace": "cluedin", "labels": labels}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {}}
        status, answer = cluster.request("POST", path.rpartition("/")[0], body)
        assert status == 201, answer


def mounted(class_name: str, pod: str) -> list[dict[str, Any]]:
    """The class and the record that a pod has it mounted, as the driver writes it."""
    version = "secrets-store.csi.x-k8s.io/v1"
    by_pod = {"mounted": True, "podName": pod, "secretProviderClassName": class_name, "objects": [], "targetPath": "/"}
    return [
        {
            "apiVersion": version,
            "kind": "SecretProviderClassPodStatus",
            "metadata": {"name": f"{pod}-{class_name}", "namespace": "cluedin"},
            "status": by_pod,
        }
    ]


def change_release(cluster: ControlPlane, step: dict[str, Any]) -> None:
    """Upgrade the release as the step's words say, or upload what the vault lacks; what waits for that starts."""
    if step["what"].startswith("name the key in secretKeys as the container reads it"):
        missing = re.search(r"(\S+) in Secret cluedin/(\S+):", step["why"][0])
        assert missing, step
        with release_values(cluster) as values:
            for entry in _entries(values):
                if entry["secretName"] == missing[2]:
                    entry["secretKeys"][missing[1]] = f"{missing[2]}-{missing[1]}"
        path = f"/api/v1/namespaces/cluedin/secrets/{missing[2]}"
        cluster.request("PATCH", path, {"data": {missing[1]: base64.b64encode(CANARY.encode()).decode()}})
    elif named := re.match(r"expected (.+); the vault", step["what"]):
        (where,) = step["objects"]
        with release_values(cluster) as values:
            entry = _at(values, re.findall(r"[^.\[\]]+", where.removeprefix("values/")))
            entry["secretKeys"] |= dict(pair.split(": ") for pair in named[1].split(", "))
    else:
        assert step["what"].startswith("upload it"), step["what"]
        secrets = [object_.rpartition("/")[2] for object_ in step["objects"] if object_.startswith("secret/")]
        pods = [object_.rpartition("/")[2] for object_ in step["objects"] if object_.startswith("pod/")]
        cluster.load(mounted("cluedin-server-sync", pods[0]))
        driver_writes(cluster, secrets)
    for object_ in step["objects"]:
        if object_.startswith("pod/"):
            start(cluster, object_)


def start(cluster: ControlPlane, pod: str) -> None:
    """The kubelet has all that it waited for."""
    _, namespace, name = pod.split("/")
    path = f"/api/v1/namespaces/{namespace}/pods/{name}"
    statuses = cluster.request("GET", path)[1]["status"]["containerStatuses"]
    running = [{**one, "ready": True, "state": {"running": {}}} for one in statuses]
    status = {"phase": "Running", "containerStatuses": running}
    code, answer = cluster.request("PATCH", f"{path}/status", {"status": status})
    assert code == 200, answer


@contextlib.contextmanager
def release_values(cluster: ControlPlane) -> Iterator[dict[str, Any]]:
    """The values in the deployed release's record, written back changed."""
    with release_record(cluster) as record:
        yield record["config"]


@contextlib.contextmanager
def release_record(cluster: ControlPlane) -> Iterator[dict[str, Any]]:
    """The deployed release's record, written back changed."""
    secrets = "/api/v1/namespaces/cluedin/secrets"
    deployed = cluster.request("GET", f"{secrets}?labelSelector=owner%3Dhelm%2Cstatus%3Ddeployed")[1]["items"]
    path = f"{secrets}/{deployed[0]['metadata']['name']}"
    data = cluster.request("GET", path)[1]["data"]["release"]
    record = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(data))))
    yield record
    code, answer = cluster.request("PATCH", path, {"data": {"release": packed(record)}})
    assert code == 200, answer


def _entries(values: dict[str, Any]) -> list[dict[str, Any]]:
    classes = values["global"]["keyvault"]["secretProviderClasses"]
    return [entry for entries in classes.values() for entry in entries]


# --- the three samples ---


def test_enable(following: Callable[[Stage], Follower], place: Path) -> None:
    file = place / "values.yaml"
    file.write_text(enable.VALUES)
    somebody = following("enable")
    chosen = ("--stage", "enable", "-c", KUBERNETES_ALONE, "-f", "values.yaml")
    result = somebody.judged(*chosen)
    assert {check for check, _ in problems(result)} >= {
        "addon-placement",
        "max-pods-headroom",
        "node-resource-pressure",
        "fresh-node-fit",
        "keyvault-values",
        "akv-naming",
        "installer-secrets",
    }
    done = []
    while steps := [one for one in result["steps"] if one["status"] in PROBLEMS and VAULT_ALONE not in one["what"]]:
        step = steps[0]
        concerned = cured_by(step, result)
        assert concerned, step
        waits = [line for one in step["commands"] for line in one["bash"] if line.startswith("kubectl wait")]
        if step["phase"] == "values":
            change_values(file, step)
        if waits:
            names = [object_.rpartition("/")[2] for object_ in step["objects"]]
            driver_writes(somebody.cluster, names)
        somebody.do(step["commands"])
        after = somebody.verified(step)
        assert not concerned & problems(after), step["what"]
        done.append((step["phase"], step["checks"]))
        result = somebody.judged(*chosen)
        assert len(done) < 20, done
    assert not problems(result)
    phases = [phase for phase, _ in done]
    assert phases == sorted(phases, key=["room", "values", "secrets"].index)
    assert phases.count("room") == 2


def test_deploy(following: Callable[[Stage], Follower], place: Path) -> None:
    file = place / "values.yaml"
    file.write_text(deploy.VALUES)
    somebody = following("deploy")
    chosen = ("-c", KUBERNETES_ALONE, "-f", "values.yaml")
    result = somebody.judged(*chosen)
    assert problems(result)
    done: list[str] = []
    while steps := [one for one in result["steps"] if one["what"] not in done and VAULT_ALONE not in one["what"]]:
        step = steps[0]
        concerned = cured_by(step, result)
        lines = [line for one in step["commands"] for line in one["bash"]]
        if any(line.startswith("helm upgrade") for line in lines):
            # The upgrade makes the class, and the pod that mounts it starts.
            assert shlex.split(lines[-1])[-2:] == ["-f", "values.yaml"]
            pods = [one["metadata"]["name"] for one in somebody.cluster.request("GET", "/api/v1/pods")[1]["items"]]
            server = next(name for name in pods if re.fullmatch(r"cluedin-server-[a-z0-9]+-[a-z0-9]+", name))
            somebody.cluster.load(mounted("cluedin-server-sync", server))
        else:
            if step["phase"] == "values":
                change_values(file, step)
            if any(line.startswith("kubectl wait") for line in lines):
                driver_writes(somebody.cluster, [object_.rpartition("/")[2] for object_ in step["objects"]])
            somebody.do(step["commands"])
            if any("delete secret" in line for line in lines):
                backup = place / "cluedin-login-details.backup.yaml"
                assert backup.is_file()
                # Undone first, as the runbook says: the Secret is back as it was.
                somebody.do([step["undo_commands"]])
                path = "/api/v1/namespaces/cluedin/secrets/cluedin-login-details"
                assert set(somebody.cluster.request("GET", path)[1]["data"]) == {"username", "password"}
                driver_writes(somebody.cluster, ["cluedin-login-details"])
            after = somebody.verified(step)
            assert not concerned & problems(after), step["what"]
        done.append(step["what"])
        result = somebody.judged(*chosen)
        assert len(done) < 20, done
    assert not problems(result)
    assert any("keep a copy" in what for what in done)


def test_verify(following: Callable[[Stage], Follower]) -> None:
    somebody = following("verify")
    # The record loaded here holds no workloads and no classes: what is read from them is judged elsewhere.
    chosen = ("-c", "capacity,naming,pods-start,sync-status,installer-secrets")
    result = somebody.judged(*chosen)
    assert {check for check, _ in problems(result)} >= {"pods-start", "sync-status", "akv-naming"}
    done: list[str] = []
    while steps := [one for one in result["steps"] if one["status"] in PROBLEMS and VAULT_ALONE not in one["what"]]:
        step = steps[0]
        concerned = cured_by(step, result)
        assert concerned, step
        if not step["commands"]:
            change_release(somebody.cluster, step)
        somebody.do(step["commands"])
        after = somebody.verified(step)
        assert not concerned & problems(after), step["what"]
        done.append(step["what"])
        result = somebody.judged(*chosen)
        assert len(done) < 20, done
    assert not problems(result)
