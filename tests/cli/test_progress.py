"""What somebody who waits is shown: on a terminal, in a log, and with -q; never on stdout."""

import io
import itertools
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.cli.progress import Silent, progress
from preflight.collect.reading import read, so_far
from tests.collect.scripted_server import Answer, Request, serving

SOURCES = {"pods": "kubernetes", "events": "kubernetes", "cluster": "azure", "vault_secrets": "vault", "values": "plan"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, happens: Callable[[Silent], None], *, quiet: bool = False
) -> str:
    ticks = itertools.count(0, 3)
    monkeypatch.setattr(sys, "stderr", stderr)
    with progress(SOURCES, quiet=quiet, clock=lambda: float(next(ticks))) as hears:
        happens(hears)
    return stderr.getvalue()


def reading(hears: Silent) -> None:
    for fact in SOURCES:
        hears.told(fact, "reading")
    hears.told("a token", "reading")
    hears.counted("pods", 500)
    hears.counted("pods", 12_500)
    hears.told("cluster", "missing")
    hears.told("values", "read")


def test_on_a_terminal_one_line_tells_of_each_source(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, Terminal(), reading).split("\r\x1b[K")
    assert lines[-2] == "Kubernetes 0 of 2: pods 12,500   the vault 0 of 1: vault secrets"
    assert lines[-1] == ""
    assert all(len(line) < 80 for line in lines)
    assert "a token" not in "".join(lines)


def test_in_a_log_each_source_is_told_of_once_and_what_takes_long_before(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, io.StringIO(), reading).splitlines()
    assert lines[-4:] == [
        "read from Kubernetes: 0 of 2 facts, 12,500 objects; without events, pods",
        "read from Azure: 0 of 1 facts; without cluster",
        "read from the vault: 0 of 1 facts; without vault secrets",
        "read from the plan: 1 of 1 facts",
    ]
    assert "reading from Kubernetes: 0 of 2: pods 12,500, events" in lines
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("stderr", [Terminal(), io.StringIO()])
def test_quiet_is_silent(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO) -> None:
    assert shown(monkeypatch, stderr, reading, quiet=True) == ""


def test_a_reader_tells_how_much_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: object) -> tuple[int, ...]:
        so_far(2)
        return (1, 2, 3)

    def look(hears: Silent) -> None:
        read({"pods": slow}, {"pods"}, deadline=10, told=hears.told, counted=hears.counted)

    text = shown(monkeypatch, Terminal(), look)
    assert "pods 2" in text
    assert "pods 3" in text
    so_far(7)


PAGES = 3


def paged(request: Request) -> Answer:
    if request.path == "/version":
        return Answer(body={"gitVersion": "v1.33.0"})
    if request.path != "/api/v1/pods":
        return Answer(body={"metadata": {}, "items": []})
    time.sleep(0.05)
    page = int(request.query.get("continue", "0"))
    items = [{"metadata": {"name": f"p{page}-{i}", "namespace": "x"}} for i in range(500)]
    return Answer(body={"metadata": {"continue": str(page + 1) if page + 1 < PAGES else ""}, "items": items})


@pytest.mark.subprocess
def test_the_whole_tool_on_a_terminal_and_in_a_log(tmp_path: Path) -> None:
    with serving(paged) as server:
        kubeconfig = server.kubeconfig(tmp_path)
        command = [sys.executable, "-m", "preflight", "run", "--kubeconfig", kubeconfig]
        command += ["--stage", "enable", "-c", "max-pods-headroom", "-o", "json"]
        ours, theirs = pty.openpty()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=False)
        os.close(theirs)
        terminal = b""
        while chunk := _rest(ours):
            terminal += chunk
        os.close(ours)
        plain = subprocess.run(command, capture_output=True, check=False)
        quiet = subprocess.run([*command, "-q"], capture_output=True, check=False)
    assert b"pods 1,000" in terminal
    assert terminal.endswith(b"\r\x1b[K")
    assert b"read from Kubernetes" in plain.stderr
    assert b"1,500 objects" in plain.stderr
    assert quiet.stderr == b""
    for each in (done, plain, quiet):
        assert each.stdout.startswith(b"{")
        assert b"read from" not in each.stdout


def _rest(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""
