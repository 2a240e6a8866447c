"""A real API server's own answers, kept as files, are the facts that the live readers read."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.collect.documents import read_files
from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from preflight.errors import InputError
from preflight.facts import Missing
from tests.collect import dumps
from tests.collect.test_live_kubernetes import CANARY, OBJECTS, RIGHTS, WANTED, require_programs
from tests.control_plane.cluster import ControlPlane

pytestmark = pytest.mark.control_plane

SYSTEM = [dumps.daemon_set("proxy"), dumps.pod("proxy-x", on="aks-data-0")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    require_programs()
    with ControlPlane() as started:
        started.load([*OBJECTS, *SYSTEM])
        yield started


def answers(cluster: ControlPlane) -> dict[str, Any]:
    """What the server lists, by fact, in the typed lists that `kubectl get --raw` prints."""
    lists = {}
    for name, (group, resource) in RIGHTS.items():
        versions = {"": "/api/v1", "policy": "/apis/policy/v1"}
        path = f"{versions.get(group, f'/apis/{group}/v1')}/{resource}"
        status, body = cluster.request("GET", path)
        assert status == 200, (path, body)
        lists[name] = body
    return lists


def printed(listed: Mapping[str, Any]) -> dumps.Object:
    """A typed list as kubectl prints it: every item with its kind, the list without one."""
    kind, version = listed["kind"].removesuffix("List"), listed["apiVersion"]
    return dumps.listing([{**item, "kind": kind, "apiVersion": version} for item in listed["items"]])


def ordered(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON, lists ordered, and of Secrets what both ways of asking tell."""
    plain: dict[str, Any] = json.loads(msgspec.json.encode(facts))
    for name, value in plain.items():
        items = value["items"] if isinstance(value, dict) and "items" in value else value
        if isinstance(items, list):
            items.sort(key=lambda item: json.dumps(item, sort_keys=True))
        if name == "secrets":
            for item in items:
                item.pop("immutable", None)
    return plain


def test_files_of_the_servers_answers_are_the_live_facts(cluster: ControlPlane, tmp_path: Path) -> None:
    live = read(readers(connect(str(cluster.kubeconfig()))), WANTED, deadline=30)
    typed = answers(cluster)
    forms = {
        "typed": [dumps.as_json(body) for body in typed.values()],
        "printed": [dumps.as_json(printed(body)) for body in typed.values()],
        "one stream of yaml": [dumps.as_yaml(*(printed(body) for body in typed.values()))],
    }
    for form, files in forms.items():
        folder = tmp_path / form
        found = read_files(dumps.write(folder, files))
        kept = {name: found.facts[name] for name in WANTED}
        # An empty list that kubectl prints is a List of nothing in particular: not an answer.
        expected = live if form == "typed" else {name: value for name, value in live.items() if value != ()}
        assert ordered({name: kept[name] for name in expected}) == ordered(expected), form
        assert all(isinstance(kept[name], Missing) for name in WANTED - set(expected))
        assert found.listed == {}
        assert CANARY.encode() not in msgspec.json.encode(found)


def test_the_servers_table_of_secrets_is_read_as_the_live_reader_reads_it(
    cluster: ControlPlane, tmp_path: Path
) -> None:
    live = read(readers(connect(str(cluster.kubeconfig()))), {"secrets"}, deadline=30)
    table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    _, body = cluster.request("GET", "/api/v1/secrets?includeObject=Metadata", headers={"Accept": table})
    found = read_files(dumps.write(tmp_path, [dumps.as_json(body)]))
    assert found.facts["secrets"] == tuple(
        sorted(live["secrets"], key=lambda secret: (secret.metadata.namespace, secret.metadata.name))
    )
    assert any(secret.keys == ("password", "username") for secret in found.facts["secrets"])


def test_a_page_of_a_longer_list_is_not_taken_for_all(cluster: ControlPlane, tmp_path: Path) -> None:
    _, body = cluster.request("GET", "/api/v1/pods?limit=1")
    found = read_files(dumps.write(tmp_path, [dumps.as_json(body)]))
    assert "metadata.continue" in found.facts["pods"].reason


def test_a_table_of_pods_is_refused_with_what_to_do(cluster: ControlPlane, tmp_path: Path) -> None:
    table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    _, body = cluster.request("GET", "/api/v1/pods", headers={"Accept": table})
    with pytest.raises(InputError, match="use `kubectl get -o json`"):
        read_files(dumps.write(tmp_path, [dumps.as_json(body)]))
    _, whole = cluster.request("GET", "/api/v1/pods?includeObject=Object", headers={"Accept": table})
    assert len(read_files(dumps.write(tmp_path, [dumps.as_json(whole)])).facts["pods"]) == 2


def test_a_refusal_of_the_server_is_no_list(cluster: ControlPlane, tmp_path: Path) -> None:
    _, body = cluster.request("GET", "/api/v1/namespaces/cluedin/pods/nobody")
    with pytest.raises(InputError, match=r"an error answer of the API server \(NotFound\)"):
        read_files(dumps.write(tmp_path, [dumps.as_json(body)]))
