"""The commands that reports ask for are run as they are printed, and what they print is the fact they are asked for."""

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from preflight.collect.documents import Choice, read_files
from preflight.demo import sample
from preflight.facts import FACTS, Missing
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


def printed(fact: str, folder: Path, **environment: str) -> str:
    """What the command of a fact prints in bash, with the names of the sample in it."""
    az.install(folder / "bin", answers())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", filled_in(FACTS[fact].ask, SAMPLE.header)],
        env=az.environment(folder / "bin", **environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
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
