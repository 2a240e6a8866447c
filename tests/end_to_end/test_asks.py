"""The commands that reports ask for are run as they are printed, and what they print is the fact they are asked for."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from preflight import bundle
from preflight.__main__ import run
from preflight.collect.documents import Choice, read_files
from preflight.collect.documents.azure_resources import LISTED
from preflight.demo import sample
from preflight.facts import FACTS, Missing, Snapshot
from preflight.runner import filled_in
from tests.collect.test_live_kubernetes import require_programs
from tests.control_plane.cluster import ControlPlane
from tests.demo.objects import raw_objects
from tests.end_to_end import az

CANARY = "canary-31d0-of-the-asks"
SAMPLE = sample("verify")
_CLUSTER, _VAULT = SAMPLE.get("cluster").id, SAMPLE.get("vault").id
_DENIED = {
    "id": f"{_VAULT}/providers/Microsoft.Authorization/denyAssignments/d",
    "properties": {"denyAssignmentName": "d", "scope": _VAULT, "permissions": [], "principals": []},
}
_PERMITTED = {"value": [{"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}]}
_MEMBER_OF = {"value": [{"@odata.type": "#microsoft.graph.group", "id": "bbbbbbbb-0000-4000-8000-0000000000ee"}]}
_ONE_THING = (["aks", "show"], ["keyvault", "show"])
_NAMES_ONE = ("certificate_policies", "vault_secret_versions", "group_memberships")
"""Asked for object by object: which, whoever asks fills in."""
ASKED_OF_AZ = sorted(
    name
    for name, value in SAMPLE.facts.items()
    if FACTS[name].source in ("azure", "vault") and name not in _NAMES_ONE and not isinstance(value, Missing)
)
_TAKEN = {"nameAvailable": False, "reason": "AlreadyExists", "message": CANARY}


def answers() -> dict[str, Any]:
    resource = "/providers/Microsoft.Authorization"
    known = az.answers_of(SAMPLE, CANARY)
    return {command: answer for command, answer in known.items() if answer != []} | {
        f"rest --url {_CLUSTER}{resource}/permissions": _PERMITTED,
        f"rest --url {_VAULT}{resource}/permissions": _PERMITTED,
        f"rest --url {_VAULT}{resource}/denyAssignments": {"value": [_DENIED]},
        "rest --url https://graph.microsoft.com/v1.0/servicePrincipals/OBJECT_ID/transitiveMemberOf": _MEMBER_OF,
        "keyvault check-name -n kv-cluedin-sample": _TAKEN,
    }


def printed(
    fact: str,
    folder: Path,
    *,
    given: dict[str, Any] | None = None,
    code: tuple[int, ...] = (0,),
    **environment: str,
) -> str:
    """What the command of a fact prints in bash, with the names of the sample in it."""
    az.install(folder / "bin", answers() if given is None else given)
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", filled_in(FACTS[fact].ask, SAMPLE.header)],
        env=az.environment(folder / "bin", **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in code, done.stderr
    return done.stdout


@pytest.mark.subprocess
@pytest.mark.parametrize(
    "fact",
    [
        *("cluster", "identities", "vault", "role_assignments", "deny_assignments", "group_memberships", "operator"),
        *("scale_sets", "vault_name", "vault_secrets"),
    ],
)
def test_what_az_is_asked_for_is_the_fact(fact: str, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(printed(fact, tmp_path), encoding="utf-8")
    found = read_files([file], choice=Choice(vault_name="kv-cluedin-sample")).facts[fact]
    assert not isinstance(found, Missing), found
    assert CANARY not in repr(found)
    if fact == "operator":
        assert [scope.scope for scope in found.scopes] == sorted([_CLUSTER, _VAULT])
    if fact == "group_memberships":
        assert found[0].groups == ("bbbbbbbb-0000-4000-8000-0000000000ee",)
    if fact == "vault_name":
        assert (found.name, found.name_available) == ("kv-cluedin-sample", False)


@pytest.mark.subprocess
@pytest.mark.parametrize("fact", sorted(LISTED - {"agent_pools", "group_memberships"}))
def test_none_of_it_is_an_answer_too(fact: str, tmp_path: Path) -> None:
    none: dict[str, Any] = {"rest": {"value": []}}
    none |= {command: [] for command in ("identity", "keyvault", "lock", "network", "role", "vmss")}
    known = {command: answer for command, answer in answers().items() if command.split()[:2] in _ONE_THING}
    file = tmp_path / "answer.json"
    file.write_text(printed(fact, tmp_path, given=none | known), encoding="utf-8")
    found = read_files([file]).facts[fact]
    assert getattr(found, "items", found) == ()


@pytest.mark.subprocess
@pytest.mark.parametrize("fact", ASKED_OF_AZ)
def test_what_a_bundle_lacks_is_asked_for_and_what_is_given_beside_it_settles_it(
    fact: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the commands of az; those of kubectl are run against a real API server below."""
    sent = tmp_path / "sent.bundle.json"
    left = {name: value for name, value in SAMPLE.facts.items() if name != fact}
    gone = Missing(reason="refused", why="refused")
    sent.write_bytes(bundle.encode(Snapshot(header=SAMPLE.header, facts={**left, fact: gone})))
    run(["run", str(sent), "-o", "json", "--no-packs"])
    states = {state["name"]: state for state in json.loads(capsys.readouterr().out)["facts"]}
    assert states[fact]["ask"] == filled_in(FACTS[fact].ask, SAMPLE.header)
    answer = tmp_path / "answer.json"
    answer.write_text(printed(fact, tmp_path, given=az.answers_of(SAMPLE, CANARY) | answers()), encoding="utf-8")
    run(["run", str(sent), str(answer), "-o", "json", "--no-packs"])
    result = json.loads(capsys.readouterr().out)
    assert next(state for state in result["facts"] if state["name"] == fact)["state"] == "read"
    assert fact not in [missing["fact"] for missing in result["coverage"]["missing"]]


@pytest.mark.control_plane
def test_what_kubectl_is_asked_for_is_the_fact_though_there_is_none_of_it(tmp_path: Path) -> None:
    require_programs()
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl on PATH; get it from https://kubernetes.io/docs/tasks/tools/")
    with ControlPlane() as server:
        asked = {name: fact for name, fact in FACTS.items() if " --raw " in fact.ask and name != "pod_metrics"}
        assert len(asked) > 8
        for name in asked:
            text = printed(name, tmp_path, code=(0, 1), KUBECONFIG=os.fspath(server.kubeconfig()))
            file = tmp_path / f"{name}.json"
            file.write_text(text, encoding="utf-8")
            found = read_files([file]).facts[name]
            assert getattr(found, "items", found) == ()
            assert getattr(found, "served", False) is False


@pytest.mark.subprocess
def test_a_check_of_a_name_is_of_no_vault_that_was_not_named(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(printed("vault_name", tmp_path), encoding="utf-8")
    found = read_files([file]).facts["vault_name"]
    assert isinstance(found, Missing)
    assert "--vault-name" in found.reason


@pytest.mark.control_plane
def test_secrets_are_asked_for_without_a_value(tmp_path: Path) -> None:
    require_programs()
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl on PATH; get it from https://kubernetes.io/docs/tasks/tools/")
    with ControlPlane() as server:
        server.load(raw_objects("verify", canary=CANARY))
        text = printed("secrets", tmp_path, KUBECONFIG=os.fspath(server.kubeconfig()))
    assert CANARY not in text
    assert base64.b64encode(CANARY.encode()).decode() not in text
    file = tmp_path / "secrets.json"
    file.write_text(text, encoding="utf-8")
    found = {item.metadata.name: item for item in read_files([file]).facts["secrets"]}
    whole = {item.metadata.name: item for item in SAMPLE.get("secrets") if item.metadata.namespace == "cluedin"}
    assert found.keys() == whole.keys()
    for name, item in whole.items():
        assert (found[name].type, found[name].metadata.labels) == (item.type, item.metadata.labels)
        assert found[name].metadata.annotations.release_name == item.metadata.annotations.release_name
        assert set(found[name].keys or ()) == set(item.keys or ())


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
def test_what_windows_powershell_would_take_apart_is_in_no_argument(fact: Any) -> None:
    """It passes no double quote on to a program, so they only stand around whole arguments."""
    assert '"' not in re.sub(r'(?<= )"[^"]*"(?=[ ;]|$)', "", fact.ask)
