"""Values compared through the real SDK and a real HTTP server: what is returned, asked for, and nowhere to be found."""

import base64
import gc
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight import facts
from preflight.collect import azure, parity, vault
from preflight.collect.azure import Named
from preflight.collect.cluster import connect
from preflight.collect.reading import read
from preflight.facts import Missing, ValueRelation
from preflight.testing import values
from tests.azure import scene
from tests.azure.replay import Replay, error
from tests.collect import scripted_server
from tests.collect.scripted_server import Answer, Request, Server

pytestmark = pytest.mark.loopback

CANARY = "canary-31c4"
PLAN = values(
    "global:\n  keyvault:\n    enabled: true\n    keyvaultName: kv-cluedin\n    frontendCrt: cluedin-frontend\n"
    "    secretProviderClasses:\n      cluedin-server:\n"
    "      - secretName: cluedin-email\n"
    "        secretKeys: {EmailHost: host, EmailPassword: password, EmailPort: port, EmailUser: user, EmailSsl: ssl}\n"
    "      - secretName: cluedin-neo4j-secrets\n        secretKeys: {neo4j-password: neo}\n"
    "      - secretName: cluedin-neo4j-auth\n        secretKeys: {NEO4J_AUTH: auth}\n"
)
VAULT = {
    "host": f"{CANARY}-host",
    "password": f"{CANARY}-password\n",
    "port": base64.b64encode(f"{CANARY}-port".encode()).decode(),
    "user": f"{CANARY}-user",
    "neo": f"{CANARY}-neo",
    "auth": f"neo4j/{CANARY}-old",
}
CLUSTER = {
    "cluedin-email": {
        "EmailHost": f"{CANARY}-host",
        "EmailPassword": f"{CANARY}-password",
        "EmailPort": f"{CANARY}-port",
        "EmailUser": f"{CANARY}-other",
        "EmailSsl": "true",
    },
    "cluedin-neo4j-secrets": {"neo4j-password": f"{CANARY}-neo"},
}


def answer(request: Request) -> Answer:
    data = CLUSTER.get(request.path.removeprefix("/api/v1/namespaces/cluedin/secrets/"))
    if data is None:
        return Answer(body={"message": "not found"}, status=404)
    packed = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return Answer(body={"metadata": {"name": "x"}, "data": packed})


@pytest.fixture
def cluster() -> Iterator[Server]:
    with scripted_server.serving(answer) as server:
        yield server


@pytest.fixture
def compared(cluster: Server, replay: Replay, ca_file: Path, tmp_path: Path) -> Any:
    replay.put_list("/secrets", [scene.secret(replay.origin, name) for name in VAULT])
    for name, value in VAULT.items():
        replay.put(f"/secrets/{name}", {"value": value, "id": f"{replay.origin}/secrets/{name}/0123"})

    def compared(*, allowed: bool = True, release: Any = lambda _get: Missing(reason="not read")) -> Any:
        cloud = replay.cloud(ca_file)
        connection = connect(cluster.kubeconfig(tmp_path))
        readers: Mapping[str, Any] = {
            **azure.readers(cloud=cloud),
            **vault.readers(cloud=cloud),
            **scene.known(None, PLAN),
            "release": release,
            "value_parity": parity.reader(connection, "cluedin", cloud=cloud, named=Named(), allowed=allowed),
        }
        return read(readers, {"value_parity"}, deadline=60)["value_parity"]

    return compared


def test_each_value_is_related_and_none_is_kept(compared: Any, replay: Replay, cluster: Server) -> None:
    found: tuple[facts.ValueRelation, ...] = compared()
    assert {(one.secret, one.key): one.relation for one in found if one.rule is None} == {
        ("cluedin-email", "EmailHost"): "equal",
        ("cluedin-email", "EmailPassword"): "line break",
        ("cluedin-email", "EmailPort"): "encoding",
        ("cluedin-email", "EmailUser"): "different",
        ("cluedin-email", "EmailSsl"): "not in the vault",
        ("cluedin-neo4j-secrets", "neo4j-password"): "equal",
        ("cluedin-neo4j-auth", "NEO4J_AUTH"): "not in the cluster",
    }
    [ruled] = [one for one in found if one.rule]
    assert (ruled.secret, ruled.relation) == ("cluedin-neo4j-auth", "different")
    assert CANARY not in repr(found)
    encoded = base64.b64encode(CANARY.encode()).decode().rstrip("=")
    assert encoded not in msgspec.json.encode(found).decode()
    asked = {request.path.strip("/") for request in replay.log if request.path.startswith("/secrets/")}
    assert asked == {f"secrets/{name}" for name in VAULT}
    assert len(cluster.requests) == 3


def test_without_being_asked_nothing_is_fetched(compared: Any, replay: Replay, cluster: Server) -> None:
    missing = compared(allowed=False)
    assert isinstance(missing, Missing)
    assert missing.is_skip
    assert replay.log == []
    assert cluster.requests == []


def test_a_refusal_names_the_right_and_no_value(compared: Any, replay: Replay) -> None:
    replay.script("/secrets/host", error(403, "Forbidden", f"no {CANARY}", inner="ForbiddenByRbac"))
    missing = compared()
    assert missing.why == "refused"
    assert "Key Vault Secrets User" in missing.reason
    assert CANARY not in missing.reason


def test_a_certificate_is_not_compared(compared: Any) -> None:
    assert all(isinstance(one, ValueRelation) and one.object_name != "cluedin-frontend" for one in compared())


class Circle:
    """What only the garbage collector takes away, as it does what a broken connection or an exception holds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize("ends", ["well", "refused"])
def test_nothing_that_came_up_while_comparing_outlives_it(compared: Any, replay: Replay, ends: str) -> None:
    made: list[weakref.ref[Circle]] = []

    def release(_get: object) -> Missing:
        made.append(weakref.ref(Circle()))
        return Missing(reason="not read")

    if ends == "refused":
        replay.script("/secrets/host", error(403, "Forbidden", inner="ForbiddenByRbac"))
    gc.disable()
    try:
        assert isinstance(compared(release=release), Missing) == (ends == "refused")
        assert [one() for one in made] == [None]
    finally:
        gc.enable()
