"""The printed bash script against a real API server: its folder is judged as the live cluster is, and tells no more."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from preflight.__main__ import run
from preflight.catalog import wanted_facts
from preflight.cli.judging import checks_wanted, judged
from preflight.collect.documents import read_files
from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.collect.scripts import script
from preflight.demo import sample
from preflight.facts import Missing, Snapshot
from preflight.model import STAGES, Stage
from preflight.settings import Settings
from tests.collect.scripted_server import kubeconfig as scripted_kubeconfig
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane, secret_provider_crds
from tests.demo.objects import KINDS, raw_objects
from tests.end_to_end import az

pytestmark = [pytest.mark.control_plane, pytest.mark.subprocess]

CANARY = "canary-8e21-of-the-script"
CATALOG, OFFERS = checks_wanted((), (), packs=False)
FROM_KUBERNETES = {*KINDS, "secrets", "secret_provider_classes", "secret_provider_class_pod_statuses", "events"}
UNKNOWABLE = {
    *("values", "release", "manifest", "access_reviews", "operator", "group_memberships", "vault_name"),
    *("role_definitions", "certificate_policies", "vault_secret_versions", "private_dns_zone_links", "pod_metrics"),
}
"""Facts that the script says it cannot know, or that nobody serves here."""


def planted() -> list[dict[str, Any]]:
    """Canaries where people have them: in the environment, in annotations, in what kubectl applied last, in events."""
    applied = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"stringData":{{"password":"{CANARY}"}}}}'}
    metadata = {"namespace": "cluedin", "annotations": {**applied, "note": CANARY}}
    container = {
        "name": "c",
        "image": "i",
        "args": [CANARY],
        "env": [
            {"name": "PASSWORD", "value": CANARY},
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}},
        ],
    }
    template = {
        "metadata": {"labels": {"app": "x"}, "annotations": {"note": CANARY}},
        "spec": {"containers": [container]},
    }
    about = {"kind": "Pod", "namespace": "cluedin", "name": "x-1"}
    event = {"apiVersion": "v1", "kind": "Event", "involvedObject": about, "count": 1, "lastTimestamp": None}
    odd = 'a \x1b[31mred\x07 "word" \\x41 caf\u00e9 \U0001f600\u200b'
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**metadata, "name": "x"},
            "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "x"}}, "template": template},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {**metadata, "name": "applied"},
            "type": "Opaque",
            "data": {"password": base64.b64encode(CANARY.encode()).decode()},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"namespace": "cluedin", "name": "empty"},
            "immutable": True,
        },
        {**event, "metadata": {"namespace": "cluedin", "name": "e-1"}, "reason": "Unhealthy", "message": CANARY},
        {**event, "metadata": {"namespace": "cluedin", "name": "e-2"}, "reason": "FailedMount", "message": odd},
    ]


def require_kubectl() -> None:
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl on PATH; get it from https://kubernetes.io/docs/tasks/tools/")


@pytest.fixture(scope="module", params=STAGES)
def cluster(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, ControlPlane]]:
    require_programs()
    require_kubectl()
    with ControlPlane(users={"nobody": ()}) as started:
        started.load([*raw_objects(request.param, canary=CANARY), *planted()])
        yield request.param, started


def collected(
    stage: Stage,
    server: ControlPlane,
    folder: Path,
    *words: str,
    user: str = "admin",
    azure: bool = True,
    shell: tuple[str, ...] = ("bash",),
) -> subprocess.CompletedProcess[str]:
    """Run the printed script, with the az of the sample first on PATH, and write into `folder`/out."""
    programs = folder / "bin"
    az.install(programs, az.answers_of(sample(stage), CANARY) if azure else {})
    file = folder / "preflight-collect.sh"
    named = {"resource_group": "rg-cluedin", "cluster_name": "aks-cluedin-sample", "vault_name": "kv-cluedin-sample"}
    file.write_text(script("bash", **(named if azure else {})), encoding="utf-8")
    return subprocess.run(
        [*shell, str(file), *words, str(folder / "out")],
        env=az.environment(programs, KUBECONFIG=str(server.kubeconfig(user))),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as ordered JSON; a Table has no `immutable`, and managers are whoever loaded the objects."""
    found: dict[str, Any] = json.loads(msgspec.json.encode(facts))
    for name, value in found.items():
        items = value["items"] if isinstance(value, dict) and "items" in value else value
        if isinstance(items, list):
            for item in items if name == "secrets" else ():
                item.pop("immutable", None)
                item["keys"] = sorted(item.get("keys") or ())
            items.sort(key=lambda item: json.dumps(item, sort_keys=True))
    return found


def test_its_folder_holds_the_live_facts_and_no_canary(cluster: tuple[Stage, ControlPlane], tmp_path: Path) -> None:
    stage, server = cluster
    done = collected(stage, server, tmp_path)
    assert done.returncode == 0, done.stderr
    live = read(readers(connect(str(server.kubeconfig()))), FROM_KUBERNETES, deadline=60)
    given = read_files([tmp_path / "out"])
    kept = {name: given.facts[name] for name in FROM_KUBERNETES}
    assert plain(kept) == plain(live)
    secret = {item.metadata.name: item for item in given.facts["secrets"]}
    assert secret["applied"].keys == ("password",)
    assert secret["empty"].key_count == 0
    assert any("\u001b[31mred\u0007" in event.message for event in given.facts["events"])
    texts = [done.stdout, done.stderr, *(file.read_text("utf-8") for file in (tmp_path / "out").iterdir())]
    assert not [text for text in texts if CANARY in text or base64.b64encode(CANARY.encode()).decode() in text]


def test_its_folder_is_judged_as_the_live_cluster_but_for_what_it_cannot_know(
    cluster: tuple[Stage, ControlPlane], tmp_path: Path
) -> None:
    stage, server = cluster
    assert collected(stage, server, tmp_path).returncode == 0
    whole = sample(stage)
    live = read(readers(connect(str(server.kubeconfig()))), FROM_KUBERNETES, deadline=60)
    given = read_files([tmp_path / "out"]).facts
    facts = {name: given[name] for name in whole.facts} | {"values": whole.get("values")}
    one, other = (
        {outcome.id: outcome for outcome in judged(snapshot, CATALOG, OFFERS, Settings()).outcomes}
        for snapshot in (
            Snapshot(header=whole.header, facts={**whole.facts, **live}),
            Snapshot(header=whole.header, facts=facts),
        )
    )
    lacking = {name for name in whole.facts if isinstance(facts[name], Missing)}
    assert lacking <= UNKNOWABLE | {name for name, value in whole.facts.items() if isinstance(value, Missing)}
    differing = {check for check, outcome in one.items() if other[check].status != outcome.status}
    # A listing of role assignments that nobody expanded groups for grants what it shows and refutes nothing.
    told = UNKNOWABLE | {"role_assignments"}
    assert not [check for check in differing if other[check].status not in ("unknown", "skip")], differing
    assert not [check for check in differing if not told & set(one[check].reads)], differing
    assert sum(one[check].status == other[check].status for check in one) > len(one) / 2


def test_it_only_reads(cluster: tuple[Stage, ControlPlane], tmp_path: Path) -> None:
    stage, server = cluster
    collected(stage, server, tmp_path)
    asked = server.audit(user="admin")
    assert {entry.verb for entry in asked if entry.user_agent.startswith("kubectl")} == {"get", "list"}
    words = [json.loads(line) for line in (tmp_path / "bin" / "log.jsonl").read_text("utf-8").splitlines()]
    verbs = {
        next(word for word in line if word in ("list", "show", "rest") or word.startswith("list-")) for line in words
    }
    assert verbs == {"list", "show", "list-deleted", "rest"}
    assert not [line for line in words if "--method" in line or "-m" in line]
    assert not [
        line for line in words if line[:3] in (["keyvault", "secret", "show"], ["keyvault", "secret", "download"])
    ]


def test_who_may_read_nothing_is_told_so_and_nothing_looks_like_an_answer(
    cluster: tuple[Stage, ControlPlane], tmp_path: Path
) -> None:
    stage, server = cluster
    done = collected(stage, server, tmp_path, user="nobody", azure=False)
    assert done.returncode == 0
    assert "nodes is forbidden" in done.stderr
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["api-groups.json"]


def test_what_an_earlier_run_wrote_does_not_pass_for_an_answer(
    cluster: tuple[Stage, ControlPlane], tmp_path: Path
) -> None:
    stage, server = cluster
    assert collected(stage, server, tmp_path, azure=False).returncode == 0
    assert (tmp_path / "out" / "nodes.json").exists()
    assert collected(stage, server, tmp_path, user="nobody", azure=False).returncode == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["api-groups.json"]


@pytest.mark.parametrize("shell", [("bash", "-e", "-C"), ("bash", "--posix"), ("dash",), ("busybox", "sh")], ids=str)
def test_any_shell_and_whatever_it_was_told_will_do(
    shell: tuple[str, ...], cluster: tuple[Stage, ControlPlane], tmp_path: Path
) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"no {shell[0]} on PATH")
    stage, server = cluster
    assert collected(stage, server, tmp_path).returncode == 0
    expected = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    shutil.rmtree(tmp_path / "out")
    assert collected(stage, server, tmp_path, shell=shell).returncode == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == expected


def test_a_cluster_that_does_not_answer_is_asked_once(tmp_path: Path) -> None:
    require_kubectl()
    script_file, out = tmp_path / "preflight-collect.sh", tmp_path / "out"
    script_file.write_text(script("bash"), encoding="utf-8")
    kubeconfig = scripted_kubeconfig(tmp_path, "http://127.0.0.1:1")
    done = subprocess.run(
        ["bash", str(script_file), str(out)],
        env={**os.environ, "KUBECONFIG": kubeconfig},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("kubectl get") == 1
    assert "Nothing was read" in done.stderr


@pytest.mark.parametrize("words", [("-n",), ("--no-such-option",), ("--only", "podz")])
def test_a_mistake_on_its_command_line_is_told(words: tuple[str, ...], tmp_path: Path) -> None:
    script_file = tmp_path / "preflight-collect.sh"
    script_file.write_text(script("bash"), encoding="utf-8")
    done = subprocess.run(
        ["bash", str(script_file), str(tmp_path / "out"), *words],
        env={**os.environ, "KUBECONFIG": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert words[0] in done.stderr or "bash preflight-collect.sh [-n NAMESPACE]" in done.stderr


def test_all_of_it_fits_the_logs_of_a_command_run_in_the_cluster(
    cluster: tuple[Stage, ControlPlane], tmp_path: Path
) -> None:
    stage, server = cluster
    done = collected(stage, server, tmp_path, "--stdout")
    assert done.returncode == 0
    assert done.stderr == ""
    logs = {"exitCode": 0, "finishedAt": "2026-01-15T09:00:00+00:00", "logs": done.stdout}
    wrapped = tmp_path / "kubernetes.json"
    wrapped.write_text(json.dumps({"properties": logs}), encoding="utf-8")
    live = read(readers(connect(str(server.kubeconfig()))), FROM_KUBERNETES, deadline=60)
    given = read_files([wrapped]).facts
    assert plain({name: given[name] for name in FROM_KUBERNETES}) == plain(live)


def test_one_file_at_a_time_where_the_logs_are_cut_off(cluster: tuple[Stage, ControlPlane], tmp_path: Path) -> None:
    stage, server = cluster
    done = collected(stage, server, tmp_path, "--only", "pods")
    assert done.returncode == 0
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["pods.json"]


SERVICE_ACCOUNT = "system:serviceaccount:cluedin:cluedin-preflight"


def test_the_jobs_pod_is_admitted_under_the_strictest_standard_and_may_read_all_that_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_programs()
    require_kubectl()
    assert run(["collect", "--print", "job"]) == 0
    job = tmp_path / "job.yaml"
    job.write_text(capsys.readouterr().out, encoding="utf-8")
    with ControlPlane(users={SERVICE_ACCOUNT: ()}, disabled_admission_plugins=("ServiceAccount",)) as server:
        (*_, manifest) = yaml.safe_load_all(job.read_text("utf-8"))
        restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
        namespace = {"metadata": {"name": "cluedin", "labels": restricted}}
        server.load([{"apiVersion": "v1", "kind": "Namespace", **namespace}, *secret_provider_crds()])
        done = subprocess.run(
            ["kubectl", "apply", "-f", str(job)],
            env={**os.environ, "KUBECONFIG": str(server.kubeconfig())},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        # No controller runs here, so what the Job would make is made by hand.
        pod = {"metadata": {"name": "x", "namespace": "cluedin"}, "spec": manifest["spec"]["template"]["spec"]}
        status, answer = server.request("POST", "/api/v1/namespaces/cluedin/pods", body=pod)
        assert status == 201, answer
        client = connect(str(server.kubeconfig(SERVICE_ACCOUNT)))
        wanted = {*FROM_KUBERNETES, "release", "access_reviews"} & set(wanted_facts(OFFERS))
        found = read(readers(client, "cluedin"), wanted, deadline=60)
        assert not {name: value for name, value in found.items() if isinstance(value, Missing)}


def test_the_printed_job_is_accepted_by_the_api_server(
    cluster: tuple[Stage, ControlPlane], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, server = cluster
    assert run(["collect", "--print", "job"]) == 0
    job = tmp_path / "job.yaml"
    job.write_text(capsys.readouterr().out, encoding="utf-8")
    done = subprocess.run(
        ["kubectl", "apply", "--dry-run=server", "--validate=strict", "-o", "name", "-f", str(job)],
        env={**os.environ, "KUBECONFIG": str(server.kubeconfig())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "job.batch/cluedin-preflight" in done.stdout.split()
    assert len(done.stdout.split()) == 8
