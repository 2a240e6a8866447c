"""How cluster, vault and identities are found, and what is said where they are not."""

import pytest

from preflight import facts
from preflight.collect import azure
from preflight.collect.azure import Named
from preflight.collect.reading import read
from preflight.errors import WrongTargetError
from preflight.facts import Missing
from tests.azure import scene
from tests.azure.conftest import Ask
from tests.azure.replay import Replay, refusal

pytestmark = pytest.mark.loopback

VALUES = scene.values(keyvaultName="kv-cluedin")
NO_NODES = Missing(reason="nodes is forbidden", why="refused")
BY_NAME = Named(resource_group="rg-cluedin", cluster_name="aks-cluedin")


def provider(of: str, kind: str) -> str:
    return f"/subscriptions/{of}/providers/{kind}"


def test_the_cluster_is_found_through_its_nodes_in_whatever_case(ask: Ask, replay: Replay) -> None:
    cluster = ask("cluster", nodes=(scene.node(scene.NODE_GROUP.lower()),))
    assert cluster.name == "aks-cluedin"
    assert not replay.asked("/subscriptions")


def test_a_cluster_named_in_full_needs_no_nodes(ask: Ask, replay: Replay) -> None:
    named = Named(resource_group="rg-cluedin", cluster_name="aks-cluedin", subscription=scene.SUBSCRIPTION)
    assert ask("cluster", named=named, nodes=NO_NODES).id.lower() == scene.CLUSTER.lower()
    assert not replay.asked("/subscriptions")
    assert not replay.asked("/managedclusters")


def test_a_subscription_may_be_named_as_az_lets_one(ask: Ask) -> None:
    named = Named(resource_group="rg-cluedin", cluster_name="aks-cluedin", subscription="PRODUCTION")
    assert ask("cluster", named=named, nodes=NO_NODES).name == "aks-cluedin"


def test_a_cluster_named_without_a_subscription_is_looked_for_in_each(ask: Ask, replay: Replay) -> None:
    subscriptions = [{"subscriptionId": of} for of in (scene.OTHER_SUBSCRIPTION, scene.SUBSCRIPTION)]
    replay.put_list("/subscriptions", subscriptions)
    assert ask("cluster", named=BY_NAME, nodes=NO_NODES).name == "aks-cluedin"


def test_without_nodes_the_host_name_of_the_api_server_finds_it(ask: Ask) -> None:
    assert ask("cluster", named=Named(api_server=scene.HOST.upper()), nodes=NO_NODES).name == "aks-cluedin"


def test_a_typed_name_that_is_not_there_ends_the_run(ask: Ask) -> None:
    named = Named(resource_group="rg-cluedin", cluster_name="aks-typo", subscription=scene.SUBSCRIPTION)
    with pytest.raises(WrongTargetError, match="no AKS cluster aks-typo in resource group rg-cluedin"):
        ask("cluster", named=named)
    with pytest.raises(WrongTargetError, match="no subscription named Staging"):
        ask("cluster", named=Named(resource_group="g", cluster_name="c", subscription="Staging"))


def test_a_context_that_is_no_aks_cluster_names_the_command_whether_signed_in_or_not() -> None:
    plain = facts.Node(metadata=facts.ObjectMeta(name="kind-control-plane"))
    readers = azure.readers(named=Named(context="kind", api_server="127.0.0.1"))
    nobody = Missing(reason="not signed in to Azure: run az login")
    known = {azure.ACCOUNT: lambda _get: nobody, "nodes": lambda _get: (plain,)}
    missing = read({**readers, **known}, {"cluster"}, deadline=60)["cluster"]
    assert missing.reason == (
        "context kind is no AKS cluster; get the right one: az aks get-credentials -g RESOURCE_GROUP -n CLUSTER, "
        "or say -g and --cluster-name"
    )


def test_without_nodes_the_reason_is_theirs(ask: Ask) -> None:
    missing = ask("cluster", nodes=NO_NODES)
    assert missing.why == "refused"
    assert "nodes is forbidden" in missing.reason


def test_a_cluster_that_is_not_ours_to_see_is_not_there(ask: Ask, replay: Replay) -> None:
    replay.put_list(provider(scene.SUBSCRIPTION, "Microsoft.ContainerService/managedClusters"), [])
    assert "no AKS cluster with node resource group MC_rg-cluedin" in ask("cluster").reason


# --- the vault ---


def test_the_vault_is_looked_for_where_the_cluster_is_first(ask: Ask, replay: Replay) -> None:
    assert ask("vault", values=scene.values(keyvaultName="KV-CluedIn")).id == scene.VAULT
    assert not replay.asked("/subscriptions")


def test_a_vault_on_a_later_page_is_found(ask: Ask, replay: Replay) -> None:
    others = [{"id": f"/x/{number}", "name": f"kv-{number}"} for number in range(60)]
    vaults = provider(scene.SUBSCRIPTION, "Microsoft.KeyVault/vaults")
    replay.put_list(vaults, [*others, scene.vault(replay.origin)])
    assert ask("vault", values=VALUES).id == scene.VAULT
    assert [request.query.get("$skiptoken") for request in replay.asked(vaults)] == [None, "25", "50"]


def test_then_in_the_other_subscriptions_leaving_out_those_that_refuse(ask: Ask, replay: Replay) -> None:
    third = "aaaaaaaa-0000-4000-8000-000000000003"
    every = (scene.SUBSCRIPTION, scene.OTHER_SUBSCRIPTION, third)
    replay.put_list("/subscriptions", [{"subscriptionId": of} for of in every])
    replay.put_list(provider(scene.SUBSCRIPTION, "Microsoft.KeyVault/vaults"), [])
    closed = provider(scene.OTHER_SUBSCRIPTION, "Microsoft.KeyVault/vaults")
    replay.script(closed, refusal("Microsoft.KeyVault/vaults/read", closed))
    elsewhere = scene.VAULT.replace(scene.SUBSCRIPTION, third)
    body = scene.vault(replay.origin) | {"id": elsewhere}
    replay.put_list(provider(third, "Microsoft.KeyVault/vaults"), [body])
    replay.put(elsewhere, body)
    assert ask("vault", values=VALUES).id == elsewhere


def test_a_vault_found_nowhere_is_not_proven_gone(ask: Ask) -> None:
    missing = ask("vault", named=Named(vault_name="kv-elsewhere"))
    assert missing.why == "failed"
    assert missing.reason.startswith("no vault kv-elsewhere in what we may read: 1 subscription, ")


def test_a_named_vault_needs_no_values(ask: Ask) -> None:
    assert ask("vault", named=Named(vault_name="kv-cluedin")).id == scene.VAULT


def test_a_named_vault_needs_no_cluster(ask: Ask) -> None:
    assert ask("vault", named=Named(vault_name="kv-cluedin"), nodes=NO_NODES).id == scene.VAULT


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (scene.NOT_GIVEN, "not-yet"),
        (scene.values(), "not-yet"),
        (scene.values(keyvaultName="evil.example/#"), "not-given"),
        (Missing(reason="secrets is forbidden", why="refused"), "refused"),
    ],
)
def test_without_a_vaults_name_nothing_is_asked(ask: Ask, replay: Replay, values: object, why: str) -> None:
    found = ask("vault", "vault_secrets", "role_assignments", "deleted_vaults", "vault_name", values=values)
    assert {missing.why for missing in found.values()} == {why}
    assert not [request for request in replay.log if "keyvault" in request.path or request.path == "/secrets"]


# --- identities ---


def test_only_the_identities_in_question_are_kept(ask: Ask) -> None:
    identities = ask("identities")
    assert {identity.principal_id for identity in identities} == {scene.ADDON_OBJECT, scene.KUBELET_OBJECT}


def test_a_stranger_in_the_values_is_said_to_be_one(ask: Ask) -> None:
    stranger = "eeeeeeee-0000-4000-8000-000000000001"
    missing = ask("role_assignments", values=scene.values(keyvaultName="kv-cluedin", userAssignedIdentityID=stranger))
    assert stranger in missing.reason
    assert missing.why == "failed"


def test_a_placeholder_in_the_values_means_the_add_on(ask: Ask) -> None:
    values = scene.values(keyvaultName="kv-cluedin", userAssignedIdentityID="$kvManagedIdentity")
    assert ask("role_assignments", values=values).assigned_to == scene.ADDON_OBJECT
