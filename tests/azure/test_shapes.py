import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import facts
from preflight.collect import shapes
from preflight.collect.decoding import Undecodable
from tests.data import data_path

KINDS: dict[str, type] = {
    "agentpool": facts.AgentPool,
    "cluster": facts.ManagedCluster,
    "role-assignment": facts.RoleAssignment,
    "role-definition": facts.RoleDefinition,
    "user-assigned-identity": facts.ManagedIdentity,
    "vault": facts.Vault,
}
RECORDED = (
    "agentpool-user-110",
    "agentpool-windows",
    "cluster-akv-enabled-rotation-30m",
    "cluster-azurepolicy-config-null-overlay",
    "cluster-kubenet-110-2021",
    "cluster-other-addon-disabled-config-null",
    "cluster-two-system-pools-overlay",
    "cluster-updating",
    "role-assignment-nulls",
    "role-assignments-list-a",
    "role-definitions-a",
    "user-assigned-identity",
    "vault-networkacls-deny-rbac-false",
    "vault-one-policy",
    "vault-one-policy-registering-dns",
    "vault-zero-policies",
)


def recorded(name: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(data_path(f"azure/{name}.json").read_text(encoding="utf-8"))
    return document


def kind_of(name: str) -> type:
    return next(kind for prefix, kind in KINDS.items() if name.startswith(prefix))


def as_az_prints(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten in the way az does, by hand: one level, inner `type` renamed, SDK spellings, nulls kept."""
    document: dict[str, Any] = dict(resource)
    inner: dict[str, Any] = dict(document.pop("properties"))
    if "type" in inner:
        inner["typePropertiesType"] = inner.pop("type")
    spelled = {"osSKU": "osSku", "vnetSubnetID": "vnetSubnetId", "podSubnetID": "podSubnetId"}
    if "agentPoolProfiles" in inner:
        inner["agentPoolProfiles"] = [
            {spelled.get(key, key): value for key, value in pool.items()} for pool in inner["agentPoolProfiles"]
        ]
    return document | {spelled.get(key, key): value for key, value in inner.items()} | {"supportPlan": None}


def test_every_recorded_body_is_covered() -> None:
    folder: Path = data_path("azure")
    assert sorted(path.stem for path in folder.glob("*.json")) == sorted(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_bodies_decode(name: str) -> None:
    decoded: tuple[Any, ...] = shapes.decode_all(recorded(name), kind_of(name))
    assert decoded
    assert all(item.id for item in decoded)


@pytest.mark.parametrize("name", RECORDED)
def test_the_four_shapes_give_equal_facts(name: str) -> None:
    document, kind = recorded(name), kind_of(name)
    rest: tuple[object, ...] = shapes.decode_all(document, kind)
    bare = document.get("value", [document])
    assert isinstance(bare, list)
    assert shapes.decode_all(bare, kind) == rest
    assert shapes.decode_all({"value": bare, "nextLink": None}, kind) == rest
    assert shapes.decode_all([as_az_prints(item) for item in bare], kind) == rest


@pytest.mark.parametrize("name", RECORDED)
def test_flattening_twice_changes_nothing(name: str) -> None:
    once = shapes.flatten(recorded(name))
    assert shapes.flatten(once) == once


def test_the_add_on_is_found_with_its_strings() -> None:
    cluster = shapes.decode(recorded("cluster-akv-enabled-rotation-30m"), facts.ManagedCluster)
    addon = cluster.keyvault_addon
    assert addon is not None
    assert addon.enabled
    assert addon.config == facts.AddonConfig(enable_secret_rotation="true", rotation_poll_interval="30m")  # noqa: S106
    assert cluster.agent_pool_profiles[0].type == "VirtualMachineScaleSets"
    assert cluster.agent_pool_profiles[0].max_pods == 110
    assert cluster.agent_pool_profiles[0].os_sku == "Ubuntu"


def test_a_disabled_add_on_with_null_config_is_off() -> None:
    cluster = shapes.decode(recorded("cluster-other-addon-disabled-config-null"), facts.ManagedCluster)
    assert cluster.keyvault_addon is None
    assert any(not profile.enabled for profile in cluster.addon_profiles.values())


def test_an_absent_rbac_flag_stays_none() -> None:
    assert shapes.decode(recorded("vault-one-policy"), facts.Vault).enable_rbac_authorization is None
    deny = shapes.decode(recorded("vault-networkacls-deny-rbac-false"), facts.Vault)
    assert deny.enable_rbac_authorization is False
    assert deny.network_acls is not None
    assert deny.network_acls.default_action == "Deny"
    assert len(deny.access_policies) == 3


def test_an_agent_pool_of_its_own_keeps_the_pool_type() -> None:
    pool = shapes.decode(recorded("agentpool-user-110"), facts.AgentPool)
    assert pool.type == "VirtualMachineScaleSets"


def test_a_bottomless_document_is_refused() -> None:
    document: dict[str, object] = {}
    for _ in range(100_000):
        document = {"properties": document}
    with pytest.raises(Undecodable, match="deeply"):
        shapes.decode(document, facts.Vault)


def test_labels_of_people_are_left_alone() -> None:
    labels = {"osSku": "mine", "properties": "mine", "gone": None}
    pool = shapes.decode({"name": "a", "properties": {"nodeLabels": labels}}, facts.AgentPool)
    assert pool.node_labels == {"osSku": "mine", "properties": "mine"}


REST_SECRET = {
    "id": "https://kv-sample.vault.azure.net/secrets/cluedin-email-host",
    "attributes": {"enabled": True, "exp": 1700000000, "nbf": None, "created": 1, "updated": 1600000000},
    "contentType": "text/plain",
    "managed": True,
    "tags": {},
}
AZ_SECRET = {
    "id": "https://kv-sample.vault.azure.net/secrets/cluedin-email-host",
    "name": "cluedin-email-host",
    "attributes": {
        "enabled": True,
        "expires": "2023-11-14T22:13:20+00:00",
        "created": "1970-01-01T00:00:01+00:00",
        "notBefore": None,
        "updated": "2020-09-13T12:26:40+00:00",
    },
    "contentType": "text/plain",
    "managed": True,
    "tags": None,
}


def test_vault_objects_from_rest_and_az_are_equal() -> None:
    [rest] = shapes.decode_all({"value": [REST_SECRET]}, facts.VaultObject)
    assert rest == shapes.decode(AZ_SECRET, facts.VaultObject)
    assert rest == facts.VaultObject(
        name="cluedin-email-host",
        enabled=True,
        expires="2023-11-14T22:13:20+00:00",
        created="1970-01-01T00:00:01+00:00",
        updated="2020-09-13T12:26:40+00:00",
        content_type="text/plain",
        managed=True,
    )


def test_a_version_in_the_id_is_kept() -> None:
    item = {"id": "https://kv.vault.azure.net/certificates/cert/0123456789abcdef0123456789abcdef"}
    assert shapes.decode(item, facts.VaultObject) == facts.VaultObject(
        name="cert", version="0123456789abcdef0123456789abcdef"
    )


def test_a_secret_value_in_the_document_has_nowhere_to_go() -> None:
    trimmed = shapes.decode({**REST_SECRET, "value": "canary-7c1e"}, facts.VaultObject)
    assert b"canary" not in msgspec.json.encode(trimmed)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"id": "https://kv.vault.azure.net/"}, facts.VaultObject),
        ({"id": "x", "name": ["not", "text"]}, facts.Vault),
        ({"name": "n", "attributes": {"exp": 10**30}}, facts.VaultObject),
        ({"name": "n", "properties": {"agentPoolProfiles": "none"}}, facts.ManagedCluster),
    ],
)
def test_undocumented_types_are_refused_naming_the_place(document: object, kind: type) -> None:
    with pytest.raises(Undecodable):
        shapes.decode(document, kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["properties", "type", "typePropertiesType", "osSku", "osSKU", "a"]), inner)
    ),
    max_leaves=20,
)


def nulls(document: object) -> bool:
    if isinstance(document, dict):
        return any(value is None or nulls(value) for value in document.values())
    if isinstance(document, list):
        return any(value is None or nulls(value) for value in document)
    return False


@given(JSON)
def test_flatten_is_idempotent_and_leaves_no_null(document: object) -> None:
    once = shapes.flatten(document)
    assert shapes.flatten(once) == once
    assert not nulls(once)
