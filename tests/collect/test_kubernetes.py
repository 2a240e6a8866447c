"""The readers against servers that page, refuse, stumble and lie."""

import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.collect import cluster as transport
from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.facts import Fact, Missing, Pod
from tests.collect.scripted_server import Answer, Request, kubeconfig, serving

pytestmark = pytest.mark.loopback

CANARY = "canary-91be"
Script = Callable[[Request], Answer]


def read_from(script: Script, folder: Path, *wanted: str, **options: Any) -> tuple[dict[str, Any], list[Request]]:
    with serving(script) as server:
        cluster = connect(server.kubeconfig(folder), request_timeout=options.pop("request_timeout", 5.0))
        return read(readers(cluster, **options), set(wanted or ["nodes"]), deadline=20), server.requests


def node_page(names: list[str], token: str = "") -> dict[str, object]:
    metadata = {"resourceVersion": "1"} | ({"continue": token} if token else {})
    return {"metadata": metadata, "items": [{"metadata": {"name": name}} for name in names]}


def names(facts: dict[str, Any]) -> list[str]:
    return [node.metadata.name for node in facts["nodes"]]


# --- paging ---


PAGES = {"": node_page(["a", "b"], "to+/k=en"), "to+/k=en": node_page(["c"], "two"), "two": node_page(["d"])}


def paged(request: Request) -> Answer:
    return Answer(body=PAGES[request.query.get("continue", "")])


def paged_with_the_token_last(request: Request) -> Answer:
    page = PAGES[request.query.get("continue", "")]
    return Answer(body={"items": page["items"], "metadata": page["metadata"]})


def paged_with_a_token_that_is_none(request: Request) -> Answer:
    """Something that looks like a token comes first: in an annotation, say."""
    page = PAGES[request.query.get("continue", "")]
    decoy = json.dumps({"decoy": {"continue": "decoy"}} | page, separators=(",", ":"))
    return Answer(status=200 if request.query.get("continue") != "decoy" else 400, body=decoy.encode())


@pytest.fixture(params=[True, False], ids=["near", "far"])
def distance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From afar the next page is asked for while one is decoded, and answers come packed."""
    monkeypatch.setattr(transport, "_is_loopback", lambda _: request.param)


@pytest.mark.usefixtures("distance")
@pytest.mark.parametrize("script", [paged, paged_with_the_token_last, paged_with_a_token_that_is_none])
def test_pages_are_put_together(script: Script, tmp_path: Path) -> None:
    facts, _ = read_from(script, tmp_path)
    assert names(facts) == ["a", "b", "c", "d"]


@pytest.mark.usefixtures("distance")
def test_an_expired_list_starts_again(tmp_path: Path) -> None:
    expired: list[Request] = []

    def script(request: Request) -> Answer:
        if request.query.get("continue") == "two" and not expired:
            expired.append(request)
            return Answer(status=410, body={"kind": "Status", "reason": "Expired"})
        return paged(request)

    facts, _ = read_from(script, tmp_path)
    assert names(facts) == ["a", "b", "c", "d"]
    assert expired


@pytest.mark.usefixtures("distance")
def test_a_list_that_always_expires_is_given_up(tmp_path: Path) -> None:
    def script(request: Request) -> Answer:
        return Answer(status=410, body={"message": "too old"}) if "continue" in request.query else paged(request)

    facts, requests = read_from(script, tmp_path)
    assert facts["nodes"].reason == "127.0.0.1 answered 410: too old"
    assert len([request for request in requests if not request.query.get("continue")]) == 3


def test_a_list_of_nothing_is_an_empty_fact(tmp_path: Path) -> None:
    facts, _ = read_from(lambda _: Answer(body={"metadata": {}, "items": None}), tmp_path)
    assert facts["nodes"] == ()


def test_pods_that_share_what_is_equal_stay_as_they_are(tmp_path: Path) -> None:
    def pod(name: str, cpu: str = "1", key: str = "x", app: str = "a", ready: str = "True") -> dict[str, object]:
        resources = {"requests": {"cpu": cpu}}
        return {
            "metadata": {
                "name": name,
                "labels": {"app": app},
                "ownerReferences": [{"kind": "ReplicaSet", "name": app}],
            },
            "spec": {
                "containers": [{"name": "c", "image": "i", "resources": resources}],
                "initContainers": [{"name": "wait", "image": "w"}],
                "tolerations": [{"key": key}],
            },
            "status": {
                "conditions": [{"type": "Ready", "status": ready}],
                "containerStatuses": [{"name": "c", "ready": ready == "True", "resources": resources}],
            },
        }

    pods = [
        pod("first"),
        pod("bigger", cpu="2"),
        pod("tolerant", key="y"),
        pod("other", app="b"),
        pod("waiting", ready="False"),
        pod("same"),
        {"metadata": {"name": "bare"}},
    ]
    facts, _ = read_from(lambda _: Answer(body={"metadata": {}, "items": pods}), tmp_path, "pods")
    assert facts["pods"] == msgspec.convert(pods, tuple[Pod, ...])
    assert {type(pod) for pod in facts["pods"]} == {Pod}
    first, same = facts["pods"][0], facts["pods"][-2]
    assert first.spec.containers is same.spec.containers
    assert first.status.conditions is same.status.conditions
    with_nulls = [*pods, {**pod("null"), "metadata": {"name": "null", "labels": None, "creationTimestamp": None}}]
    again, _ = read_from(lambda _: Answer(body={"metadata": {}, "items": with_nulls}), tmp_path, "pods")
    assert again["pods"][:-1] == facts["pods"]
    assert again["pods"][-1].metadata.labels == {}


# --- stumbling ---


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(status: int, tmp_path: Path) -> None:
    busy = [Answer(status=status, headers={"Retry-After": "1"})]
    facts, requests = read_from(lambda _: busy.pop() if busy else Answer(body=node_page(["a"])), tmp_path)
    assert names(facts) == ["a"]
    assert len(requests) == 2


def test_a_server_that_stays_busy_is_given_up(tmp_path: Path) -> None:
    facts, requests = read_from(lambda _: Answer(status=500, body={"message": "etcd is gone"}), tmp_path)
    assert facts["nodes"] == Missing(reason="127.0.0.1 answered 500: etcd is gone", why="failed")
    assert len(requests) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(body=f"<html>{CANARY}</html>".encode()), "is not what Kubernetes documents: JSON is malformed"),
        (Answer(body=b'{"items": [{"metadata": {"name": "' + CANARY.encode()), "Input data was truncated"),
        (Answer(body={"items": [{"metadata": CANARY}]}), "items[0].metadata: expected `object`, got `str`"),
        (Answer(body={"items": {CANARY: 1}}), "items: expected `array`, got `object`"),
        (Answer(body=b'{"items": []}', size=4711), "the answer of 127.0.0.1 broke off"),
        (Answer(body=b'{"items": []}', headers={"Content-Encoding": "gzip"}), "the answer of 127.0.0.1 broke off"),
        (Answer(status=302, headers={"Location": "https://example.com/"}), "127.0.0.1 answered 302"),
        (Answer(status=401, body={"message": CANARY}), "may have expired: az login, then az aks get-credentials"),
        (Answer(status=403, body=CANARY.encode()), "refused (403): no reason given"),
        (Answer(status=404), "127.0.0.1 serves no /api/v1/nodes (404)"),
    ],
)
def test_other_answers_are_told_in_a_sentence(answer: Answer, reason: str, tmp_path: Path) -> None:
    facts, _ = read_from(lambda _: answer, tmp_path)
    assert reason in facts["nodes"].reason
    assert CANARY not in facts["nodes"].reason
    assert "\n" not in facts["nodes"].reason


def test_a_server_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    def script(_: Request) -> Answer:
        time.sleep(1.0)
        return Answer()

    facts, _ = read_from(script, tmp_path, request_timeout=0.2)
    assert facts["nodes"].reason == "127.0.0.1 gave no answer within 0.2 s; give it more time: --request-timeout"


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with serving(paged) as server:
        gone = server.kubeconfig(tmp_path)
    facts = read(readers(connect(gone)), {"nodes", "release", "secret_provider_classes"}, deadline=20)
    for value in facts.values():
        assert value == Missing(
            reason="127.0.0.1 cannot be reached; a private cluster answers from its own network only", why="failed"
        )


def test_a_name_that_does_not_resolve_is_told(tmp_path: Path) -> None:
    facts = read(readers(connect(kubeconfig(tmp_path, "http://no-such-cluster.invalid"))), {"nodes"}, deadline=20)
    assert facts["nodes"].reason.startswith("the name no-such-cluster.invalid does not resolve")


def test_a_proxy_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(paged) as server:
        proxy = f"http://somebody:{CANARY}@127.0.0.1:{server.port}"
    monkeypatch.setenv("http_proxy", proxy)
    facts = read(readers(connect(kubeconfig(tmp_path, "http://cluster.invalid"))), {"nodes"}, deadline=20)
    assert (
        facts["nodes"].reason
        == "the proxy to cluster.invalid cannot be reached or refuses; see HTTPS_PROXY and proxy-url"
    )


# --- what is asked, and how ---


@pytest.mark.parametrize("near", [True, False])
def test_packed_answers_are_read(near: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(transport, "_is_loopback", lambda _: near)
    packed = Answer(body=gzip.compress(json.dumps(node_page(["a"])).encode()), headers={"Content-Encoding": "gzip"})
    facts, requests = read_from(lambda _: packed, tmp_path)
    assert names(facts) == ["a"]
    assert requests[0].headers["accept-encoding"] == ("identity" if near else "gzip")


def test_secrets_are_only_ever_listed_as_a_table(tmp_path: Path) -> None:
    columns = [{"name": name} for name in ("Name", "Type", "Data", "Age")]
    table = {"kind": "Table", "metadata": {}, "columnDefinitions": columns, "rows": []}
    facts, requests = read_from(lambda _: Answer(body=table), tmp_path, "secrets", "release", "values")
    assert facts["secrets"] == ()
    assert not facts["release"].found
    assert facts["values"].why == "not-yet"
    assert requests
    for request in requests:
        assert request.path == "/api/v1/secrets"
        assert request.headers["accept"] == "application/json;as=Table;v=v1;g=meta.k8s.io"


def test_full_secrets_that_come_for_a_table_are_not_kept(tmp_path: Path) -> None:
    whole = {"kind": "SecretList", "items": [{"metadata": {"name": "s"}, "data": {"password": CANARY}}]}
    facts, _ = read_from(lambda _: Answer(body=whole), tmp_path, "secrets")
    assert facts["secrets"].reason == "127.0.0.1 did not answer with the table of Secrets that was asked for"


def row(fields: list[dict[str, Any]], count: int) -> dict[str, object]:
    managed = [{"manager": f"m{n}", "fieldsV1": {"f:data": {".": {}} | keys}} for n, keys in enumerate(fields)]
    return {"cells": ["s", "Opaque", count, "1d"], "object": {"metadata": {"name": "s", "managedFields": managed}}}


@pytest.mark.parametrize(
    ("fields", "count", "keys"),
    [
        ([{"f:a": {}}, {"f:a": {}, "f:b": {}}], 2, ("a", "b")),
        ([], 0, ()),
        ([], 2, None),
        ([{"f:a": {}, "f:gone": {}}], 1, None),
    ],
)
def test_key_names_are_known_only_when_their_number_is_right(
    fields: list[dict[str, Any]], count: int, keys: tuple[str, ...] | None, tmp_path: Path
) -> None:
    columns = [{"name": name} for name in ("Name", "Type", "Data", "Age")]
    table = {"kind": "Table", "columnDefinitions": columns, "rows": [row(fields, count)]}
    facts, _ = read_from(lambda _: Answer(body=table), tmp_path, "secrets")
    (secret,) = facts["secrets"]
    assert (secret.keys, secret.key_count) == (keys, count)
    assert secret.managers == tuple(f"m{n}" for n in range(len(fields)))


class Widget(msgspec.Struct, frozen=True, kw_only=True):
    size: int = 0


def own_fact(path: str) -> Fact:
    return Fact(name="widgets", type=tuple[Widget, ...], source="kubernetes", right="list widgets", ask="", path=path)


def test_a_fact_of_a_pack_is_listed_from_its_path(tmp_path: Path) -> None:
    fact = own_fact("/apis/acme.example/v1/widgets")
    facts, requests = read_from(lambda _: Answer(body={"items": [{"size": 3}]}), tmp_path, "widgets", own_facts=[fact])
    assert facts["widgets"] == (Widget(size=3),)
    assert requests[0].path == fact.path


def test_a_fact_of_a_pack_whose_kind_is_not_installed_is_no_failure(tmp_path: Path) -> None:
    fact = own_fact("/apis/acme.example/v1/widgets")
    facts, _ = read_from(lambda _: Answer(status=404), tmp_path, "widgets", own_facts=[fact])
    assert facts["widgets"] == Missing(reason="the cluster serves no /apis/acme.example/v1/widgets", why="not-yet")


def test_a_pack_cannot_have_whole_secrets_listed(tmp_path: Path) -> None:
    fact = own_fact("/api/v1/namespaces/cluedin/secrets")
    facts, requests = read_from(lambda _: Answer(), tmp_path, "widgets", own_facts=[fact])
    assert re.match("Secrets are only ever listed as a table", facts["widgets"].reason)
    assert requests == []
