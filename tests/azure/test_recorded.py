"""Bodies that Azure really sent, through the real SDK clients: what we keep is what the file reader would keep."""

import json
from typing import Any

import pytest

from preflight import facts
from preflight.collect.azure import Named
from preflight.collect.shapes import decode, decode_all
from tests.azure import scene
from tests.azure.conftest import Ask
from tests.azure.replay import Replay
from tests.data import data_path

pytestmark = pytest.mark.loopback


def recorded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(data_path(f"azure/{name}.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(
    "name",
    [
        "cluster-akv-enabled-rotation-30m",
        "cluster-azurepolicy-config-null-overlay",
        "cluster-kubenet-110-2021",
        "cluster-other-addon-disabled-config-null",
        "cluster-two-system-pools-overlay",
        "cluster-updating",
    ],
)
def test_clusters_listed_and_got(ask: Ask, replay: Replay, name: str) -> None:
    body = recorded(name)
    parts = body["id"].split("/")
    expected = decode(body, facts.ManagedCluster)
    replay.put_list(f"/subscriptions/{parts[2]}/providers/Microsoft.ContainerService/managedClusters", [body])
    replay.put(body["id"], body)
    home = f"/subscriptions/{parts[2]}/resourceGroups/{body['properties']['nodeResourceGroup']}"
    assert ask("cluster", nodes=(scene.node(home),)) == expected
    named = Named(resource_group=parts[4], cluster_name=body["name"], subscription=parts[2])
    assert ask("cluster", named=named) == expected


@pytest.mark.parametrize(
    "name",
    [
        "vault-networkacls-deny-rbac-false",
        "vault-one-policy",
        "vault-one-policy-registering-dns",
        "vault-zero-policies",
    ],
)
def test_vaults(ask: Ask, replay: Replay, name: str) -> None:
    body = recorded(name)
    subscription = body["id"].split("/")[2]
    replay.put_list("/subscriptions", [{"subscriptionId": subscription}])
    replay.put_list(f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults", [])
    replay.put_list(f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults", [body])
    replay.put(body["id"], body)
    assert ask("vault", named=Named(vault_name=body["name"])) == decode(body, facts.Vault)


def test_role_assignments_and_definitions(ask: Ask, replay: Replay) -> None:
    """Every recorded entry that lies at or above the vault comes back as it is in the file."""
    entries = recorded("role-assignments-list-a")["value"]
    for entry in entries:
        entry["properties"]["principalId"] = scene.ADDON_OBJECT
        if "/managementGroups/" not in entry["properties"]["scope"] and entry["properties"]["scope"] != "/":
            entry["properties"]["scope"] = scene.GROUP
    replay.assignments = entries
    definitions = recorded("role-definitions-a")["value"]
    used = definitions[0]["name"]
    entries[0]["properties"]["roleDefinitionId"] = definitions[0]["id"]
    replay.put(
        f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{used}", definitions[0]
    )
    found = ask("role_assignments", "role_definitions", values=scene.values(keyvaultName="kv-cluedin"))
    expected: tuple[facts.RoleAssignment, ...] = decode_all(entries, facts.RoleAssignment)
    assert sorted(item.id for item in found["role_assignments"].items) == sorted(item.id for item in expected)
    assert set(found["role_assignments"].items) == set(expected)
    assert decode(definitions[0], facts.RoleDefinition) in found["role_definitions"]


def test_an_identity(ask: Ask, replay: Replay) -> None:
    body = recorded("user-assigned-identity")
    identities = f"/subscriptions/{scene.SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    replay.put_list(identities, [body])
    values = scene.values(userAssignedIdentityID=body["properties"]["clientId"].upper())
    assert ask("identities", values=values) == (decode(body, facts.ManagedIdentity),)
