"""What holds for every test: no network but loopback, no program started, unless a mark says so; and an honest ending.

The last lines of a run name each real component that was not there and how to get it.
"""

import platform
import socket
import subprocess
from typing import Any

import pytest

from tests.browser.chromium import GET_IT, find_chromium
from tests.control_plane.build import BUILD_COMMAND, find_assets, find_helm
from tests.data import data_folder

_LOOPBACK = ("127.0.0.1", "::1")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write golden files and shipped manuals anew")


@pytest.fixture(scope="session", autouse=True)
def platform_is_known() -> None:
    """The SDKs name the platform in their user agent; Python asks `uname` for that once, before the guard is up."""
    platform.platform()


@pytest.fixture(autouse=True)
def no_way_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse sockets to anything but loopback, and programs, to tests that are not marked for them."""
    marks = {mark.name for mark in request.node.iter_markers()}
    real_connect, real_popen = socket.socket.connect, subprocess.Popen.__init__

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else str(address)
        allowed = marks & {"loopback", "control_plane", "subprocess"}
        if not allowed or host not in _LOOPBACK:
            pytest.fail(f"this test may not connect to {host}")
        real_connect(self, address)

    def start(self: Any, *args: Any, **kwargs: Any) -> None:
        if not marks & {"subprocess", "control_plane"}:
            pytest.fail("this test may not start a program")
        real_popen(self, *args, **kwargs)

    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(subprocess.Popen, "__init__", start)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the real components that these tests ran without."""
    lacking = []
    if find_assets() is None:
        lacking.append(f"etcd, kube-apiserver, kube-scheduler: get them with {BUILD_COMMAND}")
    if find_helm() is None:
        lacking.append(f"helm: get it with {BUILD_COMMAND}")
    if find_chromium() is None:
        lacking.append(f"Chromium: get it with {GET_IT}")
    if data_folder() is None:
        lacking.append("recorded data (../shared/data): set PREFLIGHT_TEST_DATA to a folder that holds it")
    if lacking:
        terminalreporter.section("REAL COMPONENTS NOT USED")
        for line in lacking:
            terminalreporter.line(line)
