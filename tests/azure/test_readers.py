from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from preflight import facts
from preflight.collect import azure, vault
from preflight.collect.azure import ACCOUNT, Account, Named
from preflight.collect.reading import read
from preflight.facts import Missing
from tests.azure import scene
from tests.azure.replay import OPERATOR, TENANT, Replay

pytestmark = pytest.mark.loopback

Ask = Callable[..., Any]


@pytest.fixture
def ask(replay: Replay, ca_file: Path) -> Ask:
    """Read facts by name through the real SDK clients; one name gives the value itself."""
    scene.fill(replay)

    def ask(
        *names: str, named: Named | None = None, nodes: object = None, values: object = scene.NOT_GIVEN, **patience: Any
    ) -> Any:
        cloud = replay.cloud(ca_file, **patience)
        readers: Mapping[str, Any] = {
            **azure.readers(cloud=cloud, named=named),
            **vault.readers(cloud=cloud, named=named),
            **scene.known(nodes, values),
        }
        found = read(readers, set(names), deadline=30)
        return found[names[0]] if len(names) == 1 else found

    return ask


def test_who_we_are_is_told_without_the_token(ask: Ask) -> None:
    account = ask(ACCOUNT)
    assert isinstance(account, Account)
    assert account.described == f"operator@example.org, tenant {TENANT}, through the environment"
    assert (account.object_id, account.type) == (OPERATOR, "User")
    assert "unsigned" not in repr(account)


def test_the_cluster_is_found_through_its_nodes(ask: Ask, replay: Replay) -> None:
    cluster = ask("cluster")
    assert isinstance(cluster, facts.ManagedCluster)
    assert cluster.name == "aks-cluedin"
    assert cluster.keyvault_addon is not None
    assert cluster.keyvault_addon.identity is not None
    assert cluster.keyvault_addon.identity.client_id == scene.ADDON_CLIENT
    assert {request.api_version for request in replay.asked("managedclusters")} == {"2026-08-01"}
