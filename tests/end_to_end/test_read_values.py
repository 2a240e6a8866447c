"""`run --read-values` from the command line: what it says of values, and that nothing else of them is anywhere.

Two worlds whose values relate alike and have not one character in common must give the same bytes in every format: then
no value has any way out, however short or common it is.
"""

import base64
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from preflight.__main__ import run
from tests.azure import scene
from tests.azure.conftest import ca_file, signed_in  # noqa: F401 - fixtures
from tests.azure.replay import Answer as Azures
from tests.azure.replay import Replay, error
from tests.collect import scripted_server
from tests.collect.scripted_server import Answer, Request, Server
from tests.end_to_end.test_live import azure  # noqa: F401 - a fixture

pytestmark = pytest.mark.loopback

FORMATS = ("text", "json", "junit", "html", "markdown", "sarif", "annotations", "runbook", "patch")
SECRETS = "/api/v1/namespaces/cluedin/secrets"
CHECKS = ("-c", "vault-objects,akv-naming,secret-owner,value-parity")
KEYS = {
    "cluedin-email": {
        "EmailHost": "cluedin-email-host",
        "EmailHostPort": "cluedin-email-port",
        "EmailPassword": "cluedin-email-password",
        "EmailUserName": "cluedin-email-username",
    },
    "cluedin-sqlserver-secret": {"sapassword": "cluedin-mssql-sa-password"},
    "cluedin-redis": {"redis-password": "cluedin-redis-password"},
    "cluedin-neo4j-secrets": {
        "neo4j-password": "cluedin-neo4j-password",
        "neo4j-password-encoded": "cluedin-neo4j-enc",
    },
    "cluedin-neo4j-auth": {"NEO4J_AUTH": "cluedin-neo4j-auth"},
    "cluedin-rabbitmq": {"rabbitmq-password": "cluedin-rabbitmq-password"},
    "cluedin-rabbitmq-load-definition": {"load_definition.json": "cluedin-rabbitmq-load-definition"},
}
OBJECTS = [name for keys in KEYS.values() for name in keys.values()]


@dataclass(frozen=True, kw_only=True)
class World:
    """What vault and cluster hold; `mark` stands in every value that is long enough for it."""

    mark: str
    vault: Mapping[str, str]
    cluster: Mapping[str, Mapping[str, bytes]]

    @property
    def traces(self) -> tuple[str, ...]:
        """Whatever would give a value away: the mark in any encoding, and each value's plain hashes."""
        values = [
            *(text.encode() for text in self.vault.values()),
            *(v for s in self.cluster.values() for v in s.values()),
        ]
        hashes = [getattr(hashlib, name)(value).hexdigest() for name in ("md5", "sha1", "sha256") for value in values]
        shifted = [base64.b64encode(b"." * shift + self.mark.encode()).decode()[4:-4] for shift in range(3)]
        return (self.mark, self.mark.upper(), self.mark[::-1], self.mark.encode().hex(), *shifted, *hashes)


def world(mark: str, common: str) -> World:
    """Values that relate in every way there is; `common` is a short one, in both."""
    password = f"{mark}+Ä/p"
    definition = json.dumps({"users": [{"name": "cluedin", "password": f"{mark}-rabbit"}]})
    vault = {
        "cluedin-email-host": common,
        "cluedin-email-port": base64.b64encode(f"{mark}-port".encode()).decode(),
        "cluedin-email-password": f"{mark} <b>&\"'\\\n-----BEGIN {mark}-----\r\n##vso[task.debug]{mark}\n::error::\n",
        "cluedin-email-username": f"{mark}-user",
        "cluedin-mssql-sa-password": f"{mark}-sa",
        "cluedin-redis-password": f"{mark}-redis\n",
        "cluedin-neo4j-password": password,
        "cluedin-neo4j-enc": password,
        "cluedin-neo4j-auth": f"neo4j/{password}",
        "cluedin-rabbitmq-password": f"{mark}-rabbit",
        "cluedin-rabbitmq-load-definition": definition,
    }
    cluster = {
        "cluedin-email": {
            "EmailHost": common.encode(),
            "EmailHostPort": f"{mark}-port".encode(),
            "EmailPassword": vault["cluedin-email-password"].rstrip().encode(),
            "EmailUserName": b"\xff\xfe\x00" + mark.encode() + b"\x80",
        },
        "cluedin-sqlserver-secret": {"sapassword": f"{mark}-old".encode()},
        "cluedin-redis": {"redis-password": f"{mark}-redis".encode()},
        "cluedin-neo4j-secrets": {
            "neo4j-password": password.encode(),
            "neo4j-password-encoded": quote(password, safe="").encode(),
        },
        "cluedin-neo4j-auth": {"NEO4J_AUTH": f"neo4j/{mark}-old/true".encode()},
        "cluedin-rabbitmq": {"rabbitmq-password": f"{mark}-rabbit".encode()},
    }
    return World(mark=mark, vault=vault, cluster=cluster)


ONE, OTHER = world("q7canaryq7", "cluedin"), world("z4othersz4", "a")


@dataclass
class Stage:
    """The two servers, and what they hold at the moment."""

    replay: Replay
    arguments: tuple[str, ...]
    answers: dict[str, Answer]

    def plays(self, shown: World) -> None:
        self.replay.put_list("/secrets", [scene.secret(self.replay.origin, name) for name in OBJECTS])
        for name, value in shown.vault.items():
            self.replay.put(f"/secrets/{name}", {"value": value, "id": f"{self.replay.origin}/secrets/{name}/0123"})
        for name, held in shown.cluster.items():
            packed = {key: base64.b64encode(value).decode() for key, value in held.items()}
            self.answers[f"{SECRETS}/{name}"] = Answer(body={"metadata": {"name": name}, "data": packed})


@pytest.fixture
def stage(
    azure: Replay,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    answers: dict[str, Answer] = {}

    def answer(request: Request) -> Answer:
        if "as=Table" in request.headers["accept"]:
            return Answer(body={"kind": "Table", "rows": []})
        missing = Answer(body={"message": "no such Secret"}, status=404)
        held = missing if request.path.startswith(f"{SECRETS}/") else Answer(body={"items": []})
        return answers.get(request.path, held)

    classes = "".join(
        f"      - secretName: {secret}\n        secretKeys: {json.dumps(keys)}\n" for secret, keys in KEYS.items()
    )
    values = tmp_path / "values.yaml"
    values.write_text(
        "global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-cluedin\n"
        f"    secretProviderClasses:\n      cluedin-server:\n{classes}"
    )
    monkeypatch.setattr("preflight.cli.taking._now", lambda: "2026-01-15T09:00:00Z")
    with scripted_server.serving(answer) as server:
        yield Stage(azure, _arguments(server, tmp_path, values), answers)


def _arguments(server: Server, folder: Path, values: Path) -> tuple[str, ...]:
    return ("run", "--kubeconfig", server.kubeconfig(folder), "--stage", "deploy", *CHECKS, "-f", str(values))


def written(
    stage: Stage, folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> tuple[int, dict[str, str]]:
    """Run once with every format at once; return the code and all that came out, logs of every level included."""
    folder.mkdir()
    files = {name: folder / f"report.{name}" for name in FORMATS}
    outputs = [part for name, file in files.items() for part in ("-o", f"{name}={file}")]
    with caplog.at_level(logging.DEBUG):
        saved = folder / "saved.bundle.json"
        code = run([*stage.arguments, "--read-values", "-v", "--save-bundle", str(saved), *outputs])
    shown = capsys.readouterr()
    texts = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert caplog.records
    return code, {**texts, "stdout": shown.out, "stderr": shown.err, "logs": logged}


def assert_free_of(shown: World, texts: Mapping[str, str]) -> None:
    leaks = [(name, trace) for name, text in texts.items() for trace in shown.traces if trace in text]
    assert not leaks


def relations(texts: Mapping[str, str]) -> dict[str, str]:
    [outcome] = [one for one in json.loads(texts["report.json"])["outcomes"] if one["id"] == "value-parity"]
    return {
        finding["evidence"]["rule"] or finding["evidence"]["key"]: finding["evidence"]["relation"]
        for finding in outcome["findings"]
        if "relation" in finding["evidence"]
    }


def test_every_format_tells_how_values_relate_and_none_tells_a_value(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    stage.plays(ONE)
    code, texts = written(stage, tmp_path / "one", capsys, caplog)
    assert code == 1
    assert relations(texts) == {
        "EmailHostPort": "encoding",
        "EmailPassword": "line break",
        "EmailUserName": "different",
        "sapassword": "different",
        "redis-password": "line break",
        "neo4j-password-encoded": "encoding",
        "NEO4J_AUTH": "different",
        "the password, URL-encoded": "encoding",
    }
    for name in ("text", "json", "junit", "html", "markdown", "sarif", "runbook"):
        assert "cluedin-mssql-sa-password" in texts[f"report.{name}"], name
    assert_free_of(ONE, texts)
    assert set(texts) == {*(f"report.{name}" for name in FORMATS), "saved.bundle.json", "stdout", "stderr", "logs"}


def test_values_that_relate_alike_give_the_same_bytes_whatever_they_are(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    outputs = []
    for number, shown in enumerate((ONE, OTHER)):
        stage.plays(shown)
        caplog.clear()
        code, texts = written(stage, tmp_path / str(number), capsys, caplog)
        del texts["logs"]
        outputs.append((code, texts))
    assert outputs[0] == outputs[1]


EMAIL = f"{SECRETS}/cluedin-email"
HOSTILE = f"the value is {ONE.mark}"
BROKEN: dict[str, tuple[str, Any, str]] = {
    "the namespace's Secrets may not be read": (
        EMAIL,
        Answer(body={"message": HOSTILE}, status=403),
        "the Secret cluedin/cluedin-email needs get secrets in namespace cluedin",
    ),
    "the credentials are not accepted": (EMAIL, Answer(body={"message": HOSTILE}, status=401), "401"),
    "the API server fails": (EMAIL, Answer(body={"message": HOSTILE}, status=501), "answered 501 for the Secret"),
    "its answer is cut off": (
        EMAIL,
        Answer(body=f'{{"data": {{"EmailHost": "{ONE.mark}'.encode()),
        "not what Kubernetes",
    ),
    "its answer is shorter than it said": (EMAIL, Answer(body=ONE.mark.encode() * 9, size=999), "broke off"),
    "data is no map": (EMAIL, Answer(body={"data": [ONE.mark]}), "not what Kubernetes documents"),
    "a value is no text": (EMAIL, Answer(body={"data": {ONE.mark: {ONE.mark: 1}}}), "not what Kubernetes documents"),
    "a value is no base64": (EMAIL, Answer(body={"data": {"EmailHost": f"{ONE.mark}!"}}), "not what Kubernetes"),
    "no role": (
        "vault",
        error(403, "Forbidden", HOSTILE, inner="ForbiddenByRbac"),
        "getSecret/action (Key Vault Secrets",
    ),
    "no policy": ("vault", error(403, "Forbidden", HOSTILE, inner="AccessDenied"), "no access policy lets"),
    "the firewall": (
        "vault",
        error(403, "Forbidden", HOSTILE, inner="ForbiddenByFirewall"),
        "cannot be read from here",
    ),
    "gone since it was listed": ("vault", error(404, "SecretNotFound", HOSTILE), "SecretNotFound"),
    "an odd code": ("vault", error(418, ONE.mark * 9, HOSTILE), "Azure answered 418"),
    "the vault fails": ("vault", Azures(status=500, text=HOSTILE), "Azure answered 500"),
    "the vault's answer is cut off": ("vault", Azures(text=f'{{"value": "{ONE.mark}'), "not what Azure documents"),
    "the vault's answer breaks off": ("vault", Azures(body={"value": ONE.mark * 9}, cut=True), "broke off"),
    "the vault's value is no text": ("vault", Azures(body={"value": [ONE.mark]}), "value: expected `str`"),
    "the vault's value is not there": ("vault", Azures(body={ONE.mark: 1}), "value"),
}


@pytest.mark.parametrize(("where", "answer", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_what_goes_wrong_is_told_and_no_answer_repeated(
    stage: Stage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    where: str,
    answer: Any,
    told: str,
) -> None:
    stage.plays(ONE)
    if where == "vault":
        stage.replay.script("/secrets/cluedin-neo4j-enc", answer)
    else:
        stage.answers[where] = answer
    code, texts = written(stage, tmp_path / "broken", capsys, caplog)
    assert code == 3
    assert_free_of(ONE, texts)
    outcomes = {one["id"]: one for one in json.loads(texts["report.json"])["outcomes"]}
    assert [name for name, one in outcomes.items() if one["status"] == "unknown"] == ["value-parity"]
    assert told in outcomes["value-parity"]["findings"][0]["message"]


@pytest.mark.parametrize("more", [["some.json"], ["--offline", "--set", "a=b"]])
def test_files_hold_no_values_to_read(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--read-values", *more]) == 2
    assert "files hold none" in capsys.readouterr().err
