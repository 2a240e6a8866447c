"""Lists that cannot be whole never become verdicts: what speaks against them, and what is left to look at."""

from pathlib import Path
from typing import Any

import pytest

from preflight.collect.documents import Given, read_files
from preflight.facts import Missing
from tests.collect import dumps


def given(folder: Path, *documents: Any) -> Given:
    return read_files(dumps.write(folder, [dumps.as_json(document) for document in documents]))


def lacks(found: Given, fact: str) -> str:
    value = found.facts[fact]
    assert isinstance(value, Missing)
    assert value.why == "partial"
    assert found.listed[fact]
    return value.reason


def test_pods_of_one_namespace_only_are_no_list_of_pods(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.node(), dumps.pod("server", "cluedin"))
    assert lacks(found, "pods") == "no kube-system pod on aks-general-0; made with -n? use -A"
    assert [pod.metadata.name for pod in found.listed["pods"]] == ["server"]


def test_without_nodes_a_list_without_any_kube_system_pod_is_not_whole(tmp_path: Path) -> None:
    assert "-A" in lacks(given(tmp_path, dumps.pod("server", "cluedin")), "pods")


def test_one_bare_node_among_many_is_enough(tmp_path: Path) -> None:
    nodes = dumps.listing([dumps.node("n-0"), dumps.node("n-1"), dumps.node("n-2")])
    found = given(tmp_path, nodes, dumps.pod("proxy", on="n-1"))
    assert lacks(found, "pods").startswith("no kube-system pod on n-0 and 1 more;")


def young(node: dumps.Object) -> None:
    node["metadata"]["creationTimestamp"] = "2026-01-01T00:51:00Z"


def unready(node: dumps.Object) -> None:
    node["status"]["conditions"][0]["status"] = "False"


def windows(node: dumps.Object) -> None:
    node["status"]["nodeInfo"]["operatingSystem"] = "windows"


def virtual(node: dumps.Object) -> None:
    node["metadata"]["labels"]["type"] = "virtual-kubelet"


@pytest.mark.parametrize("excuse", [young, unready, windows, virtual])
def test_a_node_may_be_without_kube_system_pods_for_a_reason(tmp_path: Path, excuse: Any) -> None:
    node = dumps.node("aks-general-1")
    excuse(node)
    found = given(tmp_path, dumps.node(), node, dumps.pod("proxy"))
    assert len(found.facts["pods"]) == 1


def test_pods_of_a_daemon_set_that_runs_elsewhere_are_missed(tmp_path: Path) -> None:
    owners = dumps.listing([dumps.daemon_set("proxy"), dumps.daemon_set("agent", "monitoring")])
    assert "namespace monitoring, where" in lacks(given(tmp_path, dumps.node(), dumps.pod("proxy"), owners), "pods")


def test_pods_that_have_mounted_a_class_are_missed(tmp_path: Path) -> None:
    record = {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClassPodStatus",
        "metadata": {"name": "server-0-sync", "namespace": "cluedin", "uid": "u"},
        "status": {"podName": "server-0", "mounted": True},
    }
    assert "namespace cluedin, where" in lacks(given(tmp_path, dumps.node(), dumps.pod("proxy"), record), "pods")


def test_pods_of_kube_system_alone_are_believed_and_pointed_out(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.node(), dumps.pod("proxy"))
    assert len(found.facts["pods"]) == 1
    assert found.notes == (
        "pods: only those of kube-system are there, taken for all of the cluster; made with -n? use -A",
    )


def test_pods_on_nodes_that_are_not_listed_speak_against_the_nodes(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.node(), dumps.pod("proxy"), dumps.pod("proxy-1", on="aks-general-1"))
    assert "aks-general-1" in lacks(found, "nodes")


def test_a_pod_that_ended_says_nothing_about_nodes(tmp_path: Path) -> None:
    ended = dumps.pod("job", on="long-gone")
    ended["status"]["phase"] = "Succeeded"
    assert len(given(tmp_path, dumps.node(), dumps.pod("proxy"), ended).facts["nodes"]) == 1


def test_daemon_sets_of_one_namespace_only_are_not_all(tmp_path: Path) -> None:
    assert "kube-system" in lacks(given(tmp_path, dumps.daemon_set("agent", "cluedin", ready=0)), "daemon_sets")


def test_a_pod_of_an_unlisted_daemon_set_speaks_against_the_daemon_sets(tmp_path: Path) -> None:
    owned = dumps.pod("agent-x", "monitoring")
    owned["metadata"]["ownerReferences"] = [{"kind": "DaemonSet", "name": "agent", "apiVersion": "apps/v1"}]
    found = given(tmp_path, dumps.node(), dumps.pod("proxy"), owned, dumps.daemon_set("proxy"))
    assert "monitoring/agent" in lacks(found, "daemon_sets")


def test_a_list_that_goes_on_is_not_whole(tmp_path: Path) -> None:
    page = {**dumps.listing([dumps.node()], "NodeList"), "metadata": {"continue": "token", "remainingItemCount": 5}}
    assert "metadata.continue" in lacks(given(tmp_path, page), "nodes")
    azure = {"value": [dumps.vault_secret("a")], "nextLink": "https://kv-sample.vault.azure.net/secrets?x"}
    assert "nextLink" in lacks(given(tmp_path, azure), "vault_secrets")


def test_a_damaged_file_in_a_directory_leaves_its_kinds_unknown(tmp_path: Path) -> None:
    whole = dumps.as_json(dumps.listing([dumps.pod("server", "cluedin"), dumps.pod("web", "cluedin")]))
    dumps.write(
        tmp_path,
        {
            "a.json": dumps.as_json(dumps.listing([dumps.node(), dumps.pod("proxy")])),
            "b.json": whole[: len(whole) * 2 // 3],
        },
    )
    found = read_files([tmp_path])
    assert lacks(found, "pods").endswith("b.json could not be read")
    assert len(found.facts["nodes"]) == 1
    assert "cut off, the JSON ends in the middle" in found.notes[0]


def test_the_clock_is_in_the_data_and_not_in_the_files(tmp_path: Path) -> None:
    node = dumps.node(created="2026-01-01T00:55:00Z")
    found = given(tmp_path, node, dumps.pod("server", "cluedin"))
    assert len(found.facts["pods"]) == 1
    later = dumps.pod("later", "cluedin")
    later["metadata"]["creationTimestamp"] = "2026-01-01T01:05:01Z"
    assert lacks(given(tmp_path, node, later), "pods")


def test_objects_that_no_server_has_stored_are_pointed_out(tmp_path: Path) -> None:
    rendered = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"key": dumps.CANARY}}
    found = given(tmp_path, rendered)
    assert found.facts["secrets"][0].keys == ("key",)
    assert "--manifest" in found.notes[0]
