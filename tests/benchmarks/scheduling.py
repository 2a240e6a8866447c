"""How long the prediction takes against one pass of the pod-request function over the same decoded pods.

The checks of capacity that nodes and pods are enough for are measured too: judging must not cost much more than that.

    python -m tests.benchmarks.scheduling

5,000 nodes and 150,000 pods; the add-on's pair arrives in both orders, and one node in ten is full, so that it has to
push somebody out. The goal is a ratio of at most 3.
"""

import gc
import random
import time
from collections.abc import Callable
from functools import partial

import msgspec

from checks.addon_placement import addon_placement
from checks.fresh_node_fit import fresh_node_fit
from checks.max_pods_headroom import max_pods_headroom
from checks.node_resource_pressure import node_resource_pressure
from preflight.facts import Node, Pod
from preflight.scheduling.addon import addon_pair
from preflight.scheduling.prediction import predict
from preflight.scheduling.requests import placed_requests

NODES, PODS_PER_NODE, FULL_EVERY, RUNS = 5_000, 30, 10, 3
GOAL = 3.0
_SIDECAR = {"name": "proxy", "image": "i", "restartPolicy": "Always", "resources": {"requests": {"cpu": "10m"}}}


def cluster() -> tuple[tuple[Node, ...], tuple[Pod, ...]]:
    """Return the nodes and pods, decoded from JSON as readers decode them."""
    rng = random.Random(20260301)  # noqa: S311 - the same cluster every time
    nodes = [_node(number) for number in range(NODES)]
    pods = [_pod(rng, number, slot) for number in range(NODES) for slot in range(PODS_PER_NODE)]
    return (
        msgspec.json.decode(msgspec.json.encode(nodes), type=tuple[Node, ...]),
        msgspec.json.decode(msgspec.json.encode(pods), type=tuple[Pod, ...]),
    )


def _node(number: int) -> dict[str, object]:
    slots = PODS_PER_NODE if number % FULL_EVERY == 0 else 110
    return {
        "metadata": {
            "name": f"aks-general-{number:05}",
            "labels": {
                "agentpool": "general",
                "kubernetes.azure.com/cluster": "MC_sample",
                "kubernetes.io/os": "linux",
                "kubernetes.io/hostname": f"aks-general-{number:05}",
            },
        },
        "status": {"allocatable": {"cpu": "15820m", "memory": "58362500Ki", "pods": str(slots)}},
    }


def _pod(rng: random.Random, number: int, slot: int) -> dict[str, object]:
    sizes = ("50m", "100m", "0.25"), ("128Mi", "256Mi", "0.5Gi")
    containers = [
        {
            "name": f"c{index}",
            "image": "i",
            "resources": {"requests": {"cpu": rng.choice(sizes[0]), "memory": rng.choice(sizes[1])}},
        }
        for index in range(rng.choice((1, 1, 1, 2, 3)))
    ]
    spec: dict[str, object] = {
        "nodeName": f"aks-general-{number:05}",
        "containers": containers,
        "priority": 2_000_001_000 if slot < 6 else 0,
    }
    if slot % 10 == 9:
        spec["initContainers"] = [_SIDECAR, {"name": "init", "image": "i", "resources": {"requests": {"cpu": "200m"}}}]
    return {
        "metadata": {"name": f"pod-{slot}-{number}", "namespace": "cluedin", "labels": {"app": f"app-{slot}"}},
        "spec": spec,
        "status": {
            "phase": "Running",
            "startTime": f"2026-02-{slot % 27 + 1:02}T{number % 24:02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z",
            "containerStatuses": [{"name": container["name"], "ready": True} for container in containers],
        },
    }


def _fastest(work: Callable[[], object]) -> float:
    """Return the processor time of the shortest of a few runs, in seconds: what is left is the work itself."""
    taken = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Measure and print."""
    nodes, pods = cluster()
    pair = addon_pair()
    prediction = predict(nodes, pods, pair[:2])
    preempting = sum(any(a.outcome == "preempts" for a in answers.values()) for answers in prediction.nodes.values())
    requests = _fastest(lambda: [placed_requests(pod) for pod in pods])
    whole = _fastest(lambda: predict(nodes, pods, pair[:2]))
    print(f"{len(nodes)} nodes, {len(pods)} pods, {preempting} nodes preempting")
    print(f"one pass of the pod-request function  {requests:6.2f} s")
    print(f"the add-on's pair in both orders      {whole:6.2f} s")
    print(f"ratio                                 {whole / requests:6.2f}   (goal: at most {GOAL:g})")
    for check in (max_pods_headroom, addon_placement, node_resource_pressure, fresh_node_fit):
        judging = _fastest(partial(check, nodes, pods))
        print(f"{check.id:<37} {judging:6.2f} s   ratio {judging / requests:.2f}")


if __name__ == "__main__":
    main()
