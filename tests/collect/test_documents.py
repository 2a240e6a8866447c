"""What files of every kind are read as: shapes, packings, merges, notes."""

import io
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight import bundle
from preflight.collect.documents import Choice, Given, read_files, unpack
from preflight.errors import InputError, UsageError
from preflight.facts import FACTS, Fact, Header, Missing, ObjectMeta, Secret, Snapshot
from preflight.report.document import SCHEMA
from tests.collect import dumps
from tests.collect.release_records import record_secret
from tests.data import data_path


def given(folder: Path, *files: bytes, **choice: Any) -> Given:
    return read_files(dumps.write(folder, files), choice=Choice(**choice))


def names(value: Any) -> list[str]:
    assert not isinstance(value, Missing), value
    return [item.metadata.name for item in value]


def test_a_kubectl_list_of_mixed_kinds_gives_each_fact(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.as_json(dumps.listing(dumps.small_cluster())))
    assert names(found.facts["nodes"]) == ["aks-general-0", "aks-general-1"]
    assert names(found.facts["pods"]) == ["server", "proxy-0", "proxy-1"]
    assert names(found.facts["daemon_sets"]) == ["proxy"]
    assert found.facts["secret_provider_classes"].served
    assert names(found.facts["secret_provider_classes"].items) == ["cluedin-server-sync"]
    assert found.facts["cluster"] == Missing(reason="not in the given files", why="not-given")
    assert set(found.facts) == set(FACTS)
    assert found.notes == ()
    assert found.listed == {}


def test_of_a_secret_only_the_names_of_its_keys_stay(tmp_path: Path) -> None:
    [secret] = given(tmp_path, dumps.as_json(dumps.secret())).facts["secrets"]
    assert secret.keys == ("EmailHost", "EmailPassword")
    assert secret.key_count == 2
    assert secret.managers == ("helm",)
    assert secret.metadata.annotations.release_name == "cluedin"


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ({"data": {"b": None, "a": "***"}}, ("a", "b")),
        ({"stringData": {"a": ""}, "data": None}, ("a",)),
        ({"data": {}}, ()),
        ({"data": None}, None),
        ({}, None),
    ],
)
def test_a_secret_whose_values_were_taken_out_has_unknown_keys_at_worst(tmp_path: Path, data: Any, keys: Any) -> None:
    bare = {key: value for key, value in dumps.secret().items() if key != "data"}
    bare["metadata"]["labels"] = None
    [secret] = given(tmp_path, dumps.as_json({**bare, **data})).facts["secrets"]
    assert (secret.keys, secret.key_count) == (keys, None if keys is None else len(keys))


def test_a_typed_list_gives_its_items_their_kind(tmp_path: Path) -> None:
    items = [{"metadata": {"name": "a", "creationTimestamp": None}, "value": 5}]
    document = dumps.listing(items, "PriorityClassList", "scheduling.k8s.io/v1")
    [item] = given(tmp_path, dumps.as_json(document)).facts["priority_classes"]
    assert (item.metadata.name, item.value) == ("a", 5)


def test_a_typed_empty_list_covers_its_kind_and_an_untyped_one_covers_nothing(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        dumps.as_json(dumps.listing([], "SecretProviderClassList", "secrets-store.csi.x-k8s.io/v1")),
        dumps.as_json({"kind": "CSIDriverList", "apiVersion": "storage.k8s.io/v1", "items": None}),
        dumps.as_json(dumps.listing([])),
        b"[]",
        b'{"value": []}',
    )
    assert found.facts["secret_provider_classes"].served
    assert found.facts["csi_drivers"] == ()
    assert isinstance(found.facts["pods"], Missing)
    assert [note.split("/")[-1] for note in found.notes] == [
        f"file{index} not used: an empty list has no kind" for index in (2, 3, 4)
    ]


def test_metrics_of_pods_are_read_by_their_own_kind(tmp_path: Path) -> None:
    metrics = {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": "server", "namespace": "cluedin", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "containers": [{"name": "main", "usage": {"cpu": "5m", "memory": "10Mi"}}],
    }
    found = given(tmp_path, dumps.as_json(dumps.listing([metrics])), dumps.as_json(dumps.small_cluster()))
    assert names(found.facts["pod_metrics"]) == ["server"]
    assert len(found.facts["pods"]) == 3


def test_a_table_of_secrets_is_read_and_a_whole_secret_tells_more(tmp_path: Path) -> None:
    table = dumps.as_json(dumps.secret_table("cluedin-email", "other"))
    assert [secret.keys for secret in given(tmp_path, table).facts["secrets"]] == [None, None]
    for order in ((0, 1), (1, 0)):
        files = [(table, dumps.as_json(dumps.secret()))[index] for index in order]
        secrets = given(tmp_path, *files).facts["secrets"]
        assert [secret.keys for secret in secrets] == [("EmailHost", "EmailPassword"), None]


def test_a_table_with_whole_objects_is_a_list_of_them(tmp_path: Path) -> None:
    table = {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "columnDefinitions": [{"name": "Name"}],
        "rows": [{"cells": ["proxy"], "object": dumps.daemon_set("proxy")}],
    }
    assert names(given(tmp_path, dumps.as_json(table)).facts["daemon_sets"]) == ["proxy"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(dumps.as_yaml(dumps.listing(dumps.small_cluster())), id="yaml list"),
        pytest.param(dumps.as_yaml(*dumps.small_cluster()), id="yaml documents"),
        pytest.param(b"".join(dumps.as_json(item) for item in dumps.small_cluster()), id="json after json"),
        pytest.param(dumps.as_json(dumps.small_cluster()), id="json array"),
        pytest.param(b"\xef\xbb\xbf" + dumps.as_json(dumps.listing(dumps.small_cluster())), id="utf-8 with mark"),
        pytest.param(dumps.as_json(dumps.listing(dumps.small_cluster())).decode().encode("utf-16"), id="utf-16"),
        pytest.param(
            b"\xfe\xff" + dumps.as_yaml(*dumps.small_cluster()).decode().encode("utf-16-be"),
            id="utf-16 big-endian yaml",
        ),
        pytest.param(dumps.gzipped(dumps.as_json(dumps.listing(dumps.small_cluster()))), id="gzip"),
        pytest.param(
            dumps.as_json(dumps.invoked(dumps.as_json(dumps.listing(dumps.small_cluster())).decode())), id="az wrapper"
        ),
        pytest.param(
            dumps.as_json({"properties": dumps.invoked(dumps.as_yaml(*dumps.small_cluster()).decode())}),
            id="REST wrapper around yaml",
        ),
        pytest.param(
            b"\x1b[32mcommand started at 2026-01-02 00:00:00+00:00, finished at 2026-01-02 00:00:01+00:00 "
            b"with exitcode=0\x1b[0m\n" + dumps.as_json(dumps.listing(dumps.small_cluster())),
            id="what az aks command invoke prints without -o",
        ),
        pytest.param(
            dumps.zipped({f"dump/{i}.txt": dumps.as_json(item) for i, item in enumerate(dumps.small_cluster())}),
            id="zip",
        ),
        pytest.param(
            dumps.gzipped(dumps.zipped({"a.zip": dumps.zipped({"b": dumps.as_yaml(*dumps.small_cluster())})})),
            id="gzip of zip of zip",
        ),
    ],
)
def test_every_packing_gives_the_same_facts(tmp_path: Path, data: bytes) -> None:
    plain = given(tmp_path, dumps.as_json(dumps.listing(dumps.small_cluster())))
    packed = given(tmp_path, data)
    assert packed.facts == plain.facts
    assert packed.notes == ()


def test_a_directory_is_read_through_and_what_is_no_dump_is_noted(tmp_path: Path) -> None:
    dumps.write(
        tmp_path,
        {
            "deep/er/all.json": dumps.as_json(dumps.listing(dumps.small_cluster())),
            "notes.txt": b"remember the milk",
            "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "table.txt": b"NAME   READY   STATUS\nserver 1/1 Running\n",
            "services.yaml": dumps.as_yaml({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}),
            "empty.json": b"",
            ".git/config": b"[core]",
            ".hidden": b"\0",
        },
    )
    found = read_files([tmp_path])
    assert names(found.facts["nodes"]) == ["aks-general-0", "aks-general-1"]
    noted = {Path(note.split(" not used: ")[0]).name: note.split(" not used: ")[1] for note in found.notes}
    assert set(noted) == {"notes.txt", "logo.png", "table.txt", "services.yaml", "empty.json"}
    assert noted["services.yaml"] == "nothing here reads Service"
    assert noted["table.txt"].endswith("add `-o json` to the command")
    assert noted["logo.png"].startswith("a binary file")


def test_standard_input_is_read_under_a_dash() -> None:
    found = read_files([Path("-")], standard_input=io.BytesIO(dumps.as_json(dumps.vault())))
    assert found.facts["vault"].name == "kv-sample"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    metadata: ObjectMeta
    status: tuple[str, ...] = ()


def test_a_kind_that_a_pack_declares_is_read_by_the_path_of_its_fact(tmp_path: Path) -> None:
    fact = Fact(
        name="policies",
        type=tuple[Policy, ...],
        source="kubernetes",
        right="",
        ask="",
        path="/apis/networking.k8s.io/v1/networkpolicies",
    )
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "status": []}
    policy["spec"] = {"podSelector": {}}
    [path] = dumps.write(tmp_path, [dumps.as_json(policy)])
    found = read_files([path], {**FACTS, "policies": fact})
    assert names(found.facts["policies"]) == ["deny"]


# --- Azure ---


@pytest.mark.parametrize("wrap", [lambda item: item, lambda item: [item], lambda item: {"value": [item]}])
@pytest.mark.parametrize(
    ("fact", "rest", "az"),
    [
        ("cluster", dumps.managed_cluster(), dumps.flat(dumps.managed_cluster())),
        ("vault", dumps.vault(), dumps.vault()),
        ("role_assignments", dumps.role_assignment(), dumps.flat(dumps.role_assignment())),
        ("vault_secrets", dumps.vault_secret_rest("a-b"), dumps.vault_secret("a-b")),
        (
            "vault_certificates",
            dumps.vault_secret_rest("a-b", kind="certificates"),
            dumps.vault_secret("a-b", kind="certificates"),
        ),
    ],
)
def test_az_and_rest_shapes_give_one_fact(tmp_path: Path, wrap: Any, fact: str, rest: Any, az: Any) -> None:
    one = given(tmp_path, dumps.as_json(wrap(rest)))
    two = given(tmp_path, dumps.as_json(wrap(az)))
    three = given(tmp_path, dumps.as_yaml(wrap(az)))
    assert not isinstance(one.facts[fact], Missing)
    assert one.facts == two.facts == three.facts


@pytest.mark.parametrize(
    ("file", "fact"),
    [
        ("cluster-akv-enabled-rotation-30m.json", "cluster"),
        ("cluster-updating.json", "cluster"),
        ("role-assignment-nulls.json", "role_assignments"),
        ("role-assignments-list-a.json", "role_assignments"),
        ("role-definitions-a.json", "role_definitions"),
        ("user-assigned-identity.json", "identities"),
        ("vault-one-policy.json", "vault"),
        ("vault-networkacls-deny-rbac-false.json", "vault"),
    ],
)
def test_recorded_answers_of_azure_are_recognised(file: str, fact: str) -> None:
    found = read_files([data_path(f"azure/{file}")])
    assert not isinstance(found.facts[fact], Missing)
    assert [name for name, value in found.facts.items() if not isinstance(value, Missing)] == [fact]
    assert found.notes == ()


def test_pools_listed_by_themselves_take_the_place_of_the_clusters_own(tmp_path: Path) -> None:
    cluster = dumps.as_json(dumps.flat(dumps.managed_cluster()))
    pools = dumps.as_json([dumps.flat(dumps.agent_pool("general", max_pods=110)), dumps.flat(dumps.agent_pool("data"))])
    for files in ((cluster, pools), (pools, cluster)):
        found = given(tmp_path, *files).facts["cluster"]
        assert [(pool.name, pool.max_pods, pool.type) for pool in found.agent_pool_profiles] == [
            ("general", 110, "VirtualMachineScaleSets"),
            ("data", 50, "VirtualMachineScaleSets"),
        ]
        assert found.keyvault_addon.enabled


def test_pools_alone_say_nothing_about_the_addon(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.as_json([dumps.agent_pool()]))
    assert found.facts["cluster"].why == "partial"
    assert found.listed["cluster"].id == dumps.CLUSTER_ID
    assert [pool.max_pods for pool in found.listed["cluster"].agent_pool_profiles] == [50]


def test_plain_role_assignments_are_assigned_to_nobody_in_particular(tmp_path: Path) -> None:
    found = given(tmp_path, dumps.as_json([dumps.flat(dumps.role_assignment())]))
    assert found.facts["role_assignments"].assigned_to is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({**dumps.vault_secret("a/0123"), "value": dumps.CANARY}, "`az keyvault secret list`"),
        ([dumps.vault_secret("a", kind="keys")], "keys of a vault"),
        ([{"id": dumps.VAULT_ID, "name": "kv", "type": "Microsoft.KeyVault/vaults"}], "`az keyvault show -n NAME`"),
        ({"notActions": ["x"], "message": dumps.CANARY}, "does not say about whom or what"),
        ({"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a"}, "an Azure resource"),
    ],
)
def test_a_known_answer_that_says_nothing_for_us_is_noted(tmp_path: Path, document: Any, reason: str) -> None:
    found = given(tmp_path, dumps.as_json(document))
    assert all(isinstance(value, Missing) for value in found.facts.values())
    [note] = found.notes
    assert reason in note
    assert dumps.CANARY not in note


def test_of_two_vaults_the_one_that_was_named_is_meant(tmp_path: Path) -> None:
    files = [
        dumps.as_json([dumps.vault("kv-sample"), dumps.vault("kv-other")]),
        dumps.as_json([dumps.vault_secret("a"), dumps.vault_secret("b", host="kv-other.vault.azure.net")]),
    ]
    unsaid = given(tmp_path, *files)
    assert "kv-other, kv-sample" in unsaid.facts["vault"].reason
    assert isinstance(unsaid.facts["vault_secrets"], Missing)
    said = given(tmp_path, *files, vault_name="KV-Other")
    assert said.facts["vault"].name == "kv-other"
    assert [item.name for item in said.facts["vault_secrets"]] == ["b"]
    neither = given(tmp_path, *files, vault_name="kv-third")
    assert isinstance(neither.facts["vault"], Missing)
    assert isinstance(neither.facts["vault_secrets"], Missing)


def test_secrets_of_another_vault_are_not_those_of_the_vault(tmp_path: Path) -> None:
    secrets = dumps.as_json([dumps.vault_secret("b", host="kv-other.vault.azure.net")])
    found = given(tmp_path, dumps.as_json(dumps.vault()), secrets)
    assert found.facts["vault"].name == "kv-sample"
    assert "another vault than kv-sample" in found.facts["vault_secrets"].reason


# --- releases ---


def test_a_dump_of_secrets_gives_the_release_and_its_values(tmp_path: Path) -> None:
    records = [
        dict(record_secret(revision=1, status="superseded", canary=dumps.CANARY)),
        dict(record_secret(revision=2, status="deployed", canary=dumps.CANARY)),
    ]
    found = given(tmp_path, dumps.as_json(dumps.listing(records)))
    assert (found.facts["release"].name, found.facts["release"].deployed_revision) == ("cluedin", 2)
    assert found.facts["values"].source == "release"
    assert dumps.CANARY.encode() not in msgspec.json.encode(found)
    unread = given(tmp_path, dumps.as_json(dumps.listing(records)), read_release=False)
    assert isinstance(unread.facts["release"], Missing)


def test_of_two_releases_the_one_that_was_named_is_meant(tmp_path: Path) -> None:
    data = dumps.as_json([dict(record_secret(name="one")), dict(record_secret(name="two"))])
    with pytest.raises(UsageError, match="several Helm releases"):
        given(tmp_path, data)
    assert given(tmp_path, data, release="two").facts["release"].name == "two"


HELM_LIST: list[dumps.Object] = [
    {
        "name": "cluedin",
        "namespace": "cluedin",
        "revision": "3",
        "updated": "2026-01-01 00:00:00 +0000 UTC",
        "status": "deployed",
        "chart": "cluedin-platform-2.6.0",
        "app_version": "4.5.0",
    },
    {
        "name": "ingress",
        "namespace": "x",
        "revision": 1,
        "status": "deployed",
        "chart": "haproxy-1",
        "app_version": "1",
    },
]


def test_helm_list_tells_the_release_once_the_secrets_are_there_too(tmp_path: Path) -> None:
    made = dumps.secret("made")
    made["metadata"]["annotations"]["meta.helm.sh/release-namespace"] = "cluedin"
    listed = dumps.as_json(HELM_LIST)
    release = given(tmp_path, listed, dumps.as_json([made, dumps.secret("other")])).facts["release"]
    assert (release.chart, release.chart_version, release.revision) == ("cluedin-platform", "2.6.0", 3)
    assert release.secrets == ("made",)
    alone = given(tmp_path, listed)
    assert alone.facts["release"].why == "partial"
    assert alone.listed["release"].name == "cluedin"
    failed = given(tmp_path, dumps.as_json([{**HELM_LIST[0], "status": "failed"}]), dumps.as_json(made))
    assert "the last attempt only (failed)" in failed.facts["release"].reason


# --- bundles and results ---


def test_our_own_files_are_handed_over_by_what_they_are(tmp_path: Path) -> None:
    header = Header(collected_at="2026-01-01T00:00:00+00:00", tool_version="0", stage="enable")
    snapshot = Snapshot(header=header, facts={"secrets": (Secret(metadata=ObjectMeta(name="a")),)})
    encoded = bundle.encode(snapshot, compress=True)
    result = dumps.as_json({"schema": SCHEMA, "outcomes": []})
    found = given(tmp_path, encoded, result)
    [ours] = found.bundles
    assert bundle.decode(ours.data, ours.name, FACTS).facts["secrets"] == snapshot.facts["secrets"]
    assert found.results == (str(tmp_path / "file1"),)
    assert found.collected_at is None


# --- copies and dates ---


def test_the_copy_with_the_higher_resource_version_wins(tmp_path: Path) -> None:
    old, new = dumps.pod("p", version=99), dumps.pod("p", version=100, priority=7)
    for pair in ((old, new), (new, old)):
        found = given(tmp_path, *(dumps.as_json(item) for item in pair))
        assert [pod.spec.priority for pod in found.facts["pods"]] == [7]
        assert found.notes[-1] == "1 of pods in more than one file: the newer copy counts"


def test_of_equal_versions_the_file_that_was_written_later_wins(tmp_path: Path) -> None:
    one, two = dumps.write(tmp_path, [dumps.as_json(dumps.vault()), dumps.as_json({**dumps.vault(), "location": "eu"})])
    for newer, older, location in ((one, two, "westeurope"), (two, one, "eu")):
        os.utime(newer, (2_000_000_000, 2_000_000_000))
        os.utime(older, (1_900_000_000, 1_900_000_000))
        assert read_files([one, two]).facts["vault"].location == location


def test_the_data_is_as_old_as_its_heartbeats_say_and_else_as_its_file(tmp_path: Path) -> None:
    nodes, vault = dumps.write(tmp_path, [dumps.as_json(dumps.node()), dumps.as_json(dumps.vault())])
    for path in (nodes, vault):
        os.utime(path, (1_800_000_000, 1_800_000_000))
    assert read_files([nodes]).collected_at == "2026-01-01T01:00:00+00:00"
    assert read_files([vault]).collected_at == "2027-01-15T08:00:00+00:00"
    assert read_files([nodes, vault]).collected_at == "2027-01-15T08:00:00+00:00"
    [wrapped] = dumps.write(tmp_path, [dumps.as_json(dumps.invoked(dumps.as_json(dumps.pod("p")).decode()))])
    assert read_files([wrapped]).collected_at == "2026-01-02T00:00:00+00:00"


def test_an_instant_in_the_future_of_its_file_is_not_believed(tmp_path: Path) -> None:
    node = dumps.node()
    node["status"]["conditions"][0]["lastHeartbeatTime"] = "9999-12-31T23:59:59-12:00"
    node["metadata"]["creationTimestamp"] = "0001-01-01T00:00:00+12:00"
    wrapped = dumps.invoked(dumps.as_json(dumps.pod("p")).decode(), at="9999-01-01T00:00:00+00:00")
    for document in (node, wrapped):
        [path] = dumps.write(tmp_path, [dumps.as_json(document)])
        os.utime(path, (1_800_000_000, 1_800_000_000))
        assert read_files([path]).collected_at == "2027-01-15T08:00:00+00:00"


@pytest.mark.parametrize("seconds", [-1e18, -1.0, 0.0, 1e10, 1e12, 1e300])
def test_a_file_of_no_credible_time_has_one_all_the_same(seconds: float) -> None:
    assert 1970 <= unpack._modified(seconds).year <= 3000


def test_files_of_two_clusters_stop_the_run(tmp_path: Path) -> None:
    pairs = [
        (dumps.node("a-0"), dumps.node("b-0", group="MC_other"), "their nodes stand in different resource groups"),
        (dumps.managed_cluster("aks"), dumps.managed_cluster("other"), "managed clusters aks, other"),
        (dumps.managed_cluster(group="MC_other"), dumps.node(), "the managed cluster's node resource group"),
        (dumps.managed_cluster(), dumps.agent_pool(cluster=dumps.CLUSTER_ID + "2"), "different managed clusters"),
    ]
    for one, two, named in pairs:
        with pytest.raises(InputError, match=f"file0 and .*file1: .*{named}"):
            given(tmp_path, dumps.as_json(one), dumps.as_json(two))
    system = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "u1"}}
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "u2"}}
    with pytest.raises(InputError, match="kube-system"):
        given(tmp_path, dumps.as_json(system), dumps.as_json(other))


def test_of_several_managed_clusters_the_one_of_the_nodes_is_meant(tmp_path: Path) -> None:
    listed = [dumps.flat(dumps.managed_cluster("aks")), dumps.flat(dumps.managed_cluster("other", group="MC_other"))]
    found = given(tmp_path, dumps.as_json(listed), dumps.as_json(dumps.node()))
    assert found.facts["cluster"].name == "aks"
