"""How long reading a big cluster takes against receiving and scanning the same bytes, and how much memory it peaks at.

`python -m tests.benchmarks.reading [NODES PODS]`, by default 500 and 15,000. Each way runs in a process of its own,
against a server in another one, five times in turn; the best counts. Nothing fails here: the aims are 2.5 x the wall
of the scan for the pods, and 150 MB for everything that a Kubernetes-only run reads.

Measured on 2 cores that others used too, with the benchmark in front of them (`chrt -f 10`), Python 3.11, ten runs:
the pods took 1.75 to 2.65 x the wall of the scan, in the middle 2.07 x; everything 1.9 to 2.5 x, and 82 MB. Neighbours
weigh on the ratio and not only on the seconds: a reader fills the processor's caches, a scan does not.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

ROUNDS = 5


class _ListMeta(msgspec.Struct):
    token: str = msgspec.field(name="continue", default="")


class _Scanned(msgspec.Struct):
    metadata: _ListMeta


def receive(port: int) -> int:
    """Receive all pages of pods; the pages are numbered, so nothing has to be looked at."""
    return _pages(port, scan=False)


def scan(port: int) -> int:
    """Receive all pages of pods and walk through their JSON once, keeping nothing."""
    return _pages(port, scan=True)


def _pages(port: int, *, scan: bool) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    size, page = 0, 0
    more = True
    while more:
        connection.request("GET", f"/api/v1/pods?limit=1000&continue={page}")
        data = connection.getresponse().read()
        size, page = size + len(data), page + 1
        more = bool(msgspec.json.decode(data, type=_Scanned).metadata.token) if scan else b'"continue"' in data[:200]
    connection.close()
    return size


def pods(port: int) -> int:
    """Read the pods with our reader; return how many."""
    return len(_read(port, {"pods"})["pods"])  # type: ignore[arg-type] # a tuple, or an error worth seeing


def everything(port: int) -> int:
    """Read all that a Kubernetes-only run reads; return how many facts."""
    from preflight.facts import FACTS  # noqa: PLC0415 - not to be in the memory of the other ways

    return len(_read(port, {name for name, fact in FACTS.items() if fact.source == "kubernetes"} | {"release"}))


def _read(port: int, wanted: set[str]) -> dict[str, object]:
    from preflight.collect.kubernetes import connect, readers  # noqa: PLC0415 - as above
    from preflight.collect.reading import read  # noqa: PLC0415 - as above

    config = {
        "clusters": [{"name": "replay", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "contexts": [{"name": "replay", "context": {"cluster": "replay"}}],
        "current-context": "replay",
    }
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "config"
        kubeconfig.write_text(json.dumps(config), encoding="utf-8")
        cluster = connect(str(kubeconfig))
    started = time.perf_counter(), time.process_time()
    facts = read(readers(cluster), wanted, deadline=600)
    _STARTED.append(started)
    return facts


WAYS: dict[str, Callable[[int], int]] = {"receive": receive, "scan": scan, "pods": pods, "everything": everything}
_STARTED: list[tuple[float, float]] = []
"""When the measured part began, where a way has a beginning that does not count (imports, the kubeconfig)."""


class Measured(msgspec.Struct):
    """Seconds of wall and of CPU of one way, the peak of its process in MB, and what it counted."""

    wall: float
    cpu: float
    peak: float
    counted: int


def measure(way: str, port: int) -> Measured:
    """Run one way in this process."""
    started = time.perf_counter(), time.process_time()
    counted = WAYS[way](port)
    wall, cpu = (_STARTED or [started])[0]
    return Measured(
        wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, peak=_peak_megabytes(), counted=counted
    )


def _peak_megabytes() -> float:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    """Measure every way and print the table."""
    if sys.argv[1:2] == ["--way"]:
        print(msgspec.json.encode(measure(sys.argv[2], int(sys.argv[3]))).decode())
        return
    sizes = sys.argv[1:3] or ["500", "15000"]
    replay = [sys.executable, "-m", "tests.benchmarks.replay", *sizes]
    runs: dict[str, list[Measured]] = {way: [] for way in WAYS}
    with subprocess.Popen(replay, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = server.stdout.readline().strip()
        for way in [*WAYS] * ROUNDS:
            command = [sys.executable, "-m", "tests.benchmarks.reading", "--way", way, port]
            done = subprocess.run(command, capture_output=True, check=True)
            runs[way].append(msgspec.json.decode(done.stdout, type=Measured))
        server.kill()
    wall, cpu = (min(getattr(run, what) for run in runs["scan"]) for what in ("wall", "cpu"))
    print(f"{sizes[0]} nodes, {sizes[1]} pods, {runs['scan'][0].counted / 1e6:.0f} MB of pods; best of {ROUNDS}")
    print(f"scan: {wall:.2f} s wall, {cpu:.2f} s cpu")
    print("way          wall x    cpu x   peak MB   counted")
    for way, measured in runs.items():
        best = Measured(*(min(getattr(run, what) for run in measured) for what in ("wall", "cpu", "peak", "counted")))
        print(f"{way:12} {best.wall / wall:6.2f} {best.cpu / cpu:8.2f} {best.peak:9.0f} {best.counted:9}")


if __name__ == "__main__":
    main()
