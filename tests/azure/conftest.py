"""The replay server, and an environment in which only the service principal of the tests is signed in."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azure.replay import TENANT, Replay, serving, throwaway_certificate


@pytest.fixture(scope="session", autouse=True)
def platform_is_known() -> None:
    """The SDKs name the platform in their user agent; Python asks `uname` for that once, before the guard is up."""
    platform.platform()


@pytest.fixture(scope="session")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return throwaway_certificate(tmp_path_factory.mktemp("replay"))


@pytest.fixture
def replay(ca_file: Path) -> Iterator[Replay]:
    with serving(Replay(), ca_file) as server:
        yield server


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", "33333333-cccc-4ccc-8ccc-333333333333")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "made-up")
