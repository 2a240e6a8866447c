"""The replay server, and an environment in which only the service principal of the tests is signed in."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from preflight.collect import azure, vault
from preflight.collect.azure import Named
from preflight.collect.reading import read
from tests.azure import scene
from tests.azure.replay import TENANT, Replay, serving, throwaway_certificate


class Ask(Protocol):
    """Read facts by name through the real SDK clients; one name gives the value itself, several a map."""

    def __call__(
        self,
        *names: str,
        named: Named | None = None,
        nodes: object = None,
        values: object = scene.NOT_GIVEN,
        mounted: object = scene.NOTHING_MOUNTED,
        **patience: Any,
    ) -> Any: ...


@pytest.fixture(scope="session")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return throwaway_certificate(tmp_path_factory.mktemp("replay"))


@pytest.fixture
def replay(ca_file: Path) -> Iterator[Replay]:
    with serving(Replay(), ca_file) as server:
        scene.fill(server)
        yield server


@pytest.fixture
def ask(replay: Replay, ca_file: Path) -> Ask:
    def ask(
        *names: str,
        named: Named | None = None,
        nodes: object = None,
        values: object = scene.NOT_GIVEN,
        mounted: object = scene.NOTHING_MOUNTED,
        **patience: Any,
    ) -> Any:
        cloud = replay.cloud(ca_file, **patience)
        readers: Mapping[str, Any] = {
            **azure.readers(cloud=cloud, named=named),
            **vault.readers(cloud=cloud, named=named),
            **scene.known(nodes, values, mounted),
        }
        found = read(readers, set(names), deadline=60)
        return found[names[0]] if len(names) == 1 else found

    return ask


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", "33333333-cccc-4ccc-8ccc-333333333333")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "made-up")
