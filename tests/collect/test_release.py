"""The Helm release: which one, which revision, and that nothing of its record gets further than it may."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.collect import release_record
from preflight.collect.decoding import Undecodable
from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.collect.release_record import opened
from preflight.errors import UsageError
from preflight.facts import Missing
from tests.collect.release_records import packed, record, record_secret
from tests.collect.scripted_server import Answer, Request, serving
from tests.control_plane.cluster import KubernetesObject

CANARY = "canary-c05e"


def a_record(**more: Any) -> dict[str, Any]:
    parts = {"name": "cluedin", "namespace": "cluedin", "revision": 1, "status": "deployed", "description": "done"}
    return record(**{**parts, "chart": "cluedin-platform", "canary": CANARY, **more})


def stored(release: str) -> bytes:
    return json.dumps({"data": {"release": release}}).encode()


# --- one record ---


def test_what_is_kept_of_a_record() -> None:
    kept = opened(stored(packed(a_record())))
    assert (kept.chart, kept.chart_version, kept.app_version) == ("cluedin-platform", "2.6.0", "4.5.0")
    assert kept.secrets == ("cluedin-email",)
    assert {setting.path for setting in kept.values.settings} >= {("global", "keyvault", "keyvaultName")}
    assert CANARY.encode() not in msgspec.json.encode(kept)
    assert base64.b64encode(CANARY.encode()) not in msgspec.json.encode(kept)


def test_a_record_without_values_of_its_own_has_empty_ones() -> None:
    document = a_record()
    del document["config"]
    assert opened(stored(packed(document))).values.settings == ()


def test_a_null_in_the_values_is_kept_because_it_takes_a_default_away() -> None:
    document = a_record() | {"config": {"global": {"keyvault": None}}}
    assert [setting.kind for setting in opened(stored(packed(document))).values.settings] == ["map", "null"]


def test_a_record_from_before_helm_packed_them_is_read() -> None:
    plain = base64.b64encode(base64.b64encode(json.dumps(a_record()).encode())).decode()
    assert opened(stored(plain)).chart == "cluedin-platform"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Upgrade failed: {CANARY} is too short", "Upgrade failed: *** is too short"),
        ("Upgrade failed: no vault kv-sample", "Upgrade failed: no vault kv-sample"),
        ("x" * 1000, "x" * 500),
    ],
)
def test_the_description_shows_no_value_that_is_not_held_anyway(said: str, shown: str) -> None:
    assert opened(stored(packed(a_record(description=said)))).description == shown


def twice(data: bytes) -> bytes:
    return stored(base64.b64encode(base64.b64encode(data)).decode())


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (stored(f"!{CANARY}"), "data.release"),
        (stored(base64.b64encode(f"!{CANARY}".encode()).decode()), "not packed as Helm packs its records"),
        (twice(gzip.compress(json.dumps(a_record()).encode())[:200]), "cut off"),
        (twice(b"\x1f\x8b" + CANARY.encode()), "not packed as Helm packs its records"),
        (twice(f"{{'{CANARY}".encode()), "JSON is malformed"),
        (twice(gzip.compress(f'["{CANARY}"]'.encode())), "expected `object`, got `array`"),
        (stored(packed(a_record() | {"config": [CANARY]})), "config: expected `object | null`, got `array`"),
        (
            stored(packed(a_record() | {"chart": {"metadata": {"name": [CANARY]}}})),
            "chart.metadata.name: expected `str`",
        ),
        (stored(packed(a_record() | {"manifest": f"kind: Secret\nx: [{CANARY}\n"})), "has a Secret that is no YAML"),
        (b'{"data": {"else": "' + CANARY.encode() + b'"}}', "missing required field `release`"),
    ],
)
def test_a_broken_record_is_refused_without_quoting_it(secret: bytes, said: str) -> None:
    with pytest.raises(Undecodable) as caught:
        opened(secret)
    assert said in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_record_that_swells_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_record, "MAX_UNPACKED", 2**20)
    bomb = zlib.compressobj(wbits=31)
    with pytest.raises(Undecodable, match="larger than 1 MiB"):
        opened(twice(bomb.compress(b" " * 2**24) + bomb.flush()))


# --- which one ---


def answering(
    secrets: Iterable[KubernetesObject], others: Iterable[dict[str, Any]] = (), *, unreadable: str = ""
) -> Any:
    """An API server that has these records, and other Secrets that Helm made."""
    by_name = {secret["metadata"]["name"]: secret for secret in secrets}
    columns = [{"name": name} for name in ("Name", "Type", "Data", "Age")]

    def table(found: Iterable[KubernetesObject]) -> Answer:
        rows = [
            {"cells": [one["metadata"]["name"], one["type"], 1, "1d"], "object": {"metadata": one["metadata"]}}
            for one in found
        ]
        return Answer(body={"kind": "Table", "columnDefinitions": columns, "rows": rows})

    def script(request: Request) -> Answer:
        if not request.path.endswith("/secrets"):
            name = request.path.rsplit("/", 1)[1]
            return Answer(status=403) if name == unreadable else Answer(body=by_name[name])
        parts = request.path.split("/")
        namespace = parts[4] if "namespaces" in parts else None
        wanted = by_name.values() if request.query.get("labelSelector") == "owner=helm" else others
        return table([one for one in wanted if namespace in (None, one["metadata"]["namespace"])])

    return script


def read_release(script: Any, folder: Path, **options: Any) -> tuple[dict[str, Any], list[Request]]:
    with serving(script) as server:
        cluster = connect(server.kubeconfig(folder), request_timeout=5.0)
        return read(readers(cluster, **options), {"release", "values"}, deadline=20), server.requests


@pytest.mark.loopback
def test_the_highest_deployed_revision_counts_as_a_number(tmp_path: Path) -> None:
    records = [record_secret(revision=n, status="deployed" if n in (9, 10) else "superseded") for n in (1, 9, 10)]
    facts, requests = read_release(answering(records), tmp_path)
    assert (facts["release"].revision, facts["release"].deployed_revision) == (10, 10)
    assert [request.path.rsplit("/", 1)[1] for request in requests] == ["secrets", "sh.helm.release.v1.cluedin.v10"]


@pytest.mark.loopback
def test_after_a_failed_install_nothing_is_deployed_but_its_values_are_known(tmp_path: Path) -> None:
    facts, _ = read_release(answering([record_secret(status="failed")]), tmp_path)
    assert (facts["release"].status, facts["release"].deployed_revision) == ("failed", None)
    assert facts["values"].settings


@pytest.mark.loopback
def test_what_was_uninstalled_is_no_release(tmp_path: Path) -> None:
    facts, requests = read_release(answering([record_secret(status="uninstalled")]), tmp_path)
    assert not facts["release"].found
    assert facts["values"].why == "not-yet"
    assert {request.path for request in requests} == {"/api/v1/secrets"}


@pytest.mark.loopback
def test_charts_of_others_are_passed_over(tmp_path: Path) -> None:
    records = [record_secret(name="grafana", chart="grafana"), record_secret(name="anything")]
    facts, _ = read_release(answering(records), tmp_path)
    assert facts["release"].name == "anything"


@pytest.mark.loopback
def test_several_releases_are_asked_about(tmp_path: Path) -> None:
    records = [record_secret(name="one"), record_secret(name="two", namespace="elsewhere")]
    with pytest.raises(UsageError, match="one in namespace cluedin, two in namespace elsewhere; choose one with --rel"):
        read_release(answering(records), tmp_path)
    facts, _ = read_release(answering(records), tmp_path, release="two")
    assert facts["release"].namespace == "elsewhere"
    facts, _ = read_release(answering(records), tmp_path, namespace="cluedin")
    assert facts["release"].name == "one"


@pytest.mark.loopback
def test_a_release_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no Helm release two in the cluster"):
        read_release(answering([record_secret(name="one")]), tmp_path, release="two")


@pytest.mark.loopback
def test_a_release_that_is_named_may_have_any_chart(tmp_path: Path) -> None:
    facts, _ = read_release(answering([record_secret(name="fork", chart="our-fork")]), tmp_path, release="fork")
    assert facts["release"].chart == "our-fork"


@pytest.mark.loopback
@pytest.mark.parametrize("unreadable", ["sh.helm.release.v1.cluedin.v1", "sh.helm.release.v1.grafana.v1"])
def test_one_record_that_is_refused_matters_only_if_it_may_be_ours(unreadable: str, tmp_path: Path) -> None:
    records = [record_secret(), record_secret(name="grafana", chart="grafana")]
    facts, _ = read_release(answering(records, unreadable=unreadable), tmp_path)
    if "grafana" in unreadable:
        assert facts["release"].found
    else:
        assert facts["release"].why == facts["values"].why == "refused"


@pytest.mark.loopback
def test_a_broken_record_is_no_fresh_install(tmp_path: Path) -> None:
    broken = {**record_secret(), "data": {"release": CANARY}}
    facts, _ = read_release(answering([broken]), tmp_path)
    assert "the record cluedin/sh.helm.release.v1.cluedin.v1 of Helm cannot be read" in facts["release"].reason
    assert CANARY not in facts["release"].reason


@pytest.mark.loopback
def test_what_helm_made_without_a_record_in_secrets_is_no_fresh_install(tmp_path: Path) -> None:
    annotations = {"meta.helm.sh/release-name": "cluedin", "meta.helm.sh/release-namespace": "cluedin"}
    made = {"metadata": {"name": "cluedin-email", "namespace": "cluedin", "annotations": annotations}, "type": "Opaque"}
    facts, _ = read_release(answering([], [made]), tmp_path)
    assert facts["release"].why == "failed"
    assert "belongs to the Helm release cluedin, of which there is no record" in facts["release"].reason
    assert facts["values"] == facts["release"]


@pytest.mark.loopback
def test_nothing_of_helm_at_all_is_a_fresh_install(tmp_path: Path) -> None:
    facts, _ = read_release(answering([]), tmp_path)
    assert not facts["release"].found
    assert facts["values"].why == "not-yet"


@pytest.mark.loopback
def test_a_record_that_is_not_to_be_read_is_not_even_looked_for(tmp_path: Path) -> None:
    facts, requests = read_release(answering([record_secret()]), tmp_path, read_release=False)
    assert facts["release"] == Missing(reason="the release's record was not to be read (--no-release)", why="not-given")
    assert facts["values"].why == "not-yet"
    assert requests == []
