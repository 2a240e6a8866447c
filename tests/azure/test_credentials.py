"""In which order credentials are tried, and what is said when none works; programs on PATH are stand-ins of our own."""

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from preflight.collect.azure import Cloud, connect
from preflight.collect.azure.credentials import _account, _Remembering
from preflight.collect.reading import Unreadable
from tests.azure.replay import OPERATOR, TENANT, Replay

pytestmark = [pytest.mark.loopback, pytest.mark.subprocess]


@pytest.fixture
def cloud(replay: Replay, ca_file: Path) -> Cloud:
    return replay.cloud(ca_file)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody is signed in, PATH holds nothing but what a test puts there, and no metadata service answers."""
    if sys.platform == "win32":
        pytest.skip("the stand-ins for az are shell scripts")
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    return tmp_path


def put(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


def signed_in_az(folder: Path, replay: Replay) -> None:
    answer = json.dumps({"accessToken": replay.token(), "expires_on": int(time.time()) + 3600})
    put(folder, "az", f"echo \"$@\" >> '{folder}/calls'\necho '{answer}'")


def test_the_environment_comes_first(cloud: Cloud, replay: Replay, tmp_path: Path) -> None:
    signed_in_az(tmp_path, replay)
    assert connect(cloud).through == "the environment"
    assert not (tmp_path / "calls").exists()


def test_then_az_in_the_tenant_of_the_named_subscription(cloud: Cloud, replay: Replay, programs: Path) -> None:
    signed_in_az(programs, replay)
    account = connect(cloud, subscription="Production")
    assert account.described == f"operator@example.org, tenant {TENANT}, through az"
    calls = (programs / "calls").read_text(encoding="utf-8").splitlines()
    assert len(calls) == 1
    assert calls[0].endswith("--subscription Production")


def test_az_without_that_subscription_is_asked_for_its_own_tenant(cloud: Cloud, replay: Replay, programs: Path) -> None:
    signed_in_az(programs, replay)
    (programs / "az").rename(programs / "az-plain")
    put(programs, "az", f'case "$*" in *--subscription*) exit 1;; *) exec \'{programs}/az-plain\' "$@";; esac')
    assert connect(cloud, subscription="aaaaaaaa-0000-4000-8000-000000000009").through == "az"


def test_a_sign_in_that_ran_out_is_told_by_its_code(cloud: Cloud, programs: Path) -> None:
    put(programs, "az", "echo 'AADSTS700082: The refresh token has expired. secret-looking text' >&2; exit 1")
    with pytest.raises(Unreadable) as caught:
        connect(cloud)
    assert str(caught.value) == "no Azure token: az (AADSTS700082); sign in anew with: az login"


def test_nobody_signed_in_names_the_command(cloud: Cloud, programs: Path) -> None:
    put(programs, "az", "echo \"Please run 'az login' to setup account.\" >&2; exit 1")
    with pytest.raises(Unreadable, match="not signed in to Azure: run az login"):
        connect(cloud)


def test_a_broken_service_principal_is_not_passed_over(
    cloud: Cloud, replay: Replay, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in_az(programs, replay)
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", "33333333-cccc-4ccc-8ccc-333333333333")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(programs / "no-such-file"))
    with pytest.raises(Unreadable, match="workload identity"):
        connect(cloud)
    assert not (programs / "calls").exists()


def test_an_authority_out_of_reach_is_told(cloud: Cloud) -> None:
    away = msgspec.structs.replace(cloud, authority="https://127.0.0.1:9")
    with pytest.raises(Unreadable, match=r"no Azure token: the environment \("):
        connect(away)


def test_a_token_is_asked_for_once_until_it_nears_its_end() -> None:
    issued: list[str] = []

    def get_token(*scopes: str, **_options: object) -> SimpleNamespace:
        issued.append(scopes[0])
        return SimpleNamespace(expires_on=time.time() + (3600 if scopes[0] == "long" else 60))

    credential = _Remembering(SimpleNamespace(get_token=get_token))
    for scope in ("long", "long", "short", "short"):
        credential.get_token(scope)
    credential.get_token("long", tenant_id=TENANT)
    assert issued == ["long", "short", "short", "long"]


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.bnVsbA.c", "a.eyI.c", "a.é.c", ""])
def test_an_opaque_token_leaves_us_unnamed(token: str) -> None:
    account = _account(None, "az", token)
    assert account.described == "an unnamed account, tenant unknown, through az"


def test_a_managed_identity_is_named_by_its_resource(replay: Replay) -> None:
    replay.claims = {"appid": "x", "oid": OPERATOR, "tid": TENANT, "xms_mirid": "/subscriptions/s/x/id-runner"}
    assert _account(None, "managed identity", replay.token()).name == "id-runner"
