"""What was named against what was found."""

import pytest

from preflight import facts
from preflight.collect.azure import CHINA, PUBLIC, US_GOVERNMENT, Named, cloud_of, disagreement
from preflight.collect.azure.target import node_homes
from preflight.collect.shapes import decode
from preflight.facts import Missing
from tests.azure import scene

CLUSTER = decode(scene.cluster(), facts.ManagedCluster)
VAULT = decode(scene.vault("https://kv-cluedin.vault.azure.net"), facts.Vault)
NODES = (scene.node(),)
VALUES = scene.values(keyvaultName="kv-cluedin")
UNREAD = Missing(reason="not read")
OTHER_NODE_GROUP = f"/subscriptions/{scene.SUBSCRIPTION}/resourceGroups/MC_rg-test_aks-test_westeurope"
FULL = Named(
    resource_group="RG-cluedin",
    cluster_name="AKS-cluedin",
    subscription=scene.SUBSCRIPTION.upper(),
    vault_name="KV-cluedin",
    context="prod",
    api_server=scene.HOST,
)


def said(
    named: Named,
    *,
    nodes: tuple[facts.Node, ...] | Missing = NODES,
    cluster: facts.ManagedCluster | Missing = CLUSTER,
    vault: facts.Vault | Missing = VAULT,
    values: facts.Values | Missing = VALUES,
) -> str | None:
    return disagreement(named, nodes=nodes, cluster=cluster, vault=vault, values=values)


def test_names_that_agree_say_nothing_whatever_their_case() -> None:
    assert said(Named()) is None
    assert said(FULL) is None
    assert said(FULL, nodes=UNREAD, cluster=UNREAD, vault=UNREAD, values=UNREAD) is None


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (Named(cluster_name="aks-test"), "--cluster-name aks-test, but the current context is cluster aks-cluedin"),
        (Named(resource_group="rg-test", context="prod"), "-g rg-test, but context prod is cluster aks-cluedin"),
        (Named(subscription=scene.OTHER_SUBSCRIPTION), f"--subscription {scene.OTHER_SUBSCRIPTION}, but the nodes"),
        (Named(vault_name="kv-test"), "--vault-name kv-test, but the values name the vault kv-cluedin"),
    ],
)
def test_a_name_that_disagrees_is_told_with_what_was_found(named: Named, words: str) -> None:
    assert words in (said(named) or "")


def test_a_context_of_another_cluster_is_told_with_the_cure() -> None:
    text = said(FULL, nodes=(scene.node(OTHER_NODE_GROUP),)) or ""
    assert text.startswith("context prod is not cluster aks-cluedin in resource group rg-cluedin: its nodes are in")
    assert f"az aks get-credentials -g rg-cluedin -n aks-cluedin --subscription {scene.SUBSCRIPTION}" in text


def test_without_nodes_a_host_of_aks_decides() -> None:
    other = Named(resource_group="rg-cluedin", cluster_name="aks-cluedin", api_server="x.hcp.westeurope.azmk8s.io")
    assert "its API server is x.hcp.westeurope.azmk8s.io" in (said(other, nodes=UNREAD) or "")


def test_a_tunnel_is_no_contradiction() -> None:
    tunnel = Named(resource_group="rg-cluedin", cluster_name="aks-cluedin", api_server="127.0.0.1")
    assert said(tunnel) is None
    assert said(tunnel, nodes=UNREAD) is None


def test_a_placeholder_in_the_values_contradicts_no_name() -> None:
    assert said(Named(vault_name="kv-cluedin"), values=scene.values(keyvaultName="#{vault}#")) is None


def test_most_nodes_first_and_strangers_left_out() -> None:
    nodes = (
        scene.node(OTHER_NODE_GROUP),
        scene.node(),
        scene.node(scene.NODE_GROUP.lower()),
        facts.Node(metadata=facts.ObjectMeta(name="bare")),
        scene.node("/subscriptions/..%2f..%2ftenants/resourceGroups/x"),
        scene.node(f"/subscriptions/{scene.SUBSCRIPTION}/resourceGroups/a?b#c"),
    )
    groups = [home.resource_group for home in node_homes(nodes)]
    assert groups == ["MC_rg-cluedin_aks-cluedin_westeurope", "MC_rg-test_aks-test_westeurope"]
    assert node_homes(UNREAD) == ()


@pytest.mark.parametrize(
    ("host", "cloud"),
    [
        (scene.HOST, PUBLIC),
        (None, PUBLIC),
        ("127.0.0.1", PUBLIC),
        ("a.hcp.chinaeast2.cx.prod.service.azk8s.cn", CHINA),
        ("a.hcp.usgovvirginia.cx.aks.containerservice.azure.us", US_GOVERNMENT),
    ],
)
def test_the_cloud_is_told_by_the_api_server(host: str | None, cloud: object) -> None:
    assert cloud_of(host) is cloud
