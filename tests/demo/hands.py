"""What a control plane alone leaves undone: controllers that make pods anew, and kubelets that let them go and start.

For following a runbook on a real API server. The scheduler is real: where a new pod goes is its decision.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from typing import Any, Self

from preflight.collect.decoding import decode
from preflight.facts import Pod
from preflight.scheduling.lowering import workload_of
from tests.control_plane.cluster import ControlPlane

_DEADLINE = 60.0
_POLL = 0.1


class Hands:
    """A thread that does the controllers' and kubelets' part while commands are run; a context manager."""

    def __init__(self, cluster: ControlPlane) -> None:
        self._cluster = cluster
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._made = 0
        self._turn = threading.Lock()
        self._failure: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._failure:
            raise self._failure

    def settled(self) -> None:
        """Wait until no pod is terminating, of an old template, or without a node."""
        ends = time.monotonic() + _DEADLINE
        while self._round():
            assert time.monotonic() < ends, f"still waiting: {self._round()}"
            time.sleep(_POLL)

    def _work(self) -> None:
        try:
            while not self._ended.wait(_POLL):
                self._round()
        except Exception as error:  # noqa: BLE001 - told when the block ends
            self._failure = error

    def _round(self) -> list[str]:
        """Do what is due, and return what is still under way."""
        with self._turn:
            return self._done_and_due()

    def _done_and_due(self) -> list[str]:
        pods = self._items("/api/v1/pods")
        templates = {
            f"{kind}/{item['metadata']['namespace']}/{item['metadata']['name']}": item["spec"]["template"]["spec"]
            for kind, path in (("deployment", "deployments"), ("statefulset", "statefulsets"))
            for item in self._items(f"/apis/apps/v1/{path}")
        }
        under_way = []
        for pod in pods:
            meta, spec = pod["metadata"], pod["spec"]
            name = f"{meta['namespace']}/{meta['name']}"
            workload = _workload(pod)
            if meta.get("deletionTimestamp") or (workload in templates and _is_old(spec, templates[workload])):
                under_way.append(name)
                self._make_anew(pod, templates.get(workload or ""))
            elif spec.get("nodeName") and pod["status"]["phase"] == "Pending" and self._is_mine(pod):
                self._start(pod)
            elif not spec.get("nodeName") and pod["status"]["phase"] == "Pending" and self._is_mine(pod):
                under_way.append(f"{name}: {pod['status'].get('conditions')}")
        return under_way

    def _items(self, path: str) -> list[dict[str, Any]]:
        status, answer = self._cluster.request("GET", path)
        assert status == 200, answer
        items: list[dict[str, Any]] = answer["items"]
        return items

    def _is_mine(self, pod: dict[str, Any]) -> bool:
        """A pod made by these hands; those of the sample wait for reasons of their own."""
        return bool(pod["metadata"].get("annotations", {}).get("made-by") == "hands")

    def _make_anew(self, pod: dict[str, Any], template: dict[str, Any] | None) -> None:
        """First the pod that takes its place, as a ReplicaSet does, so that it looks for a node while this one goes."""
        meta = pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/pods"
        stateful = any(owner["kind"] == "StatefulSet" for owner in meta.get("ownerReferences", ()))
        if stateful:
            self._delete(path, meta["name"])
        self._made += 1
        name = meta["name"] if stateful else f"{meta['name'].rpartition('-')[0]}-made{self._made}"
        spec = {key: value for key, value in copy.deepcopy(pod["spec"]).items() if key != "nodeName"}
        if template:
            spec["containers"] = copy.deepcopy(template["containers"])
        new = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": meta["namespace"],
                "labels": meta.get("labels", {}),
                "annotations": {"made-by": "hands"},
                "ownerReferences": meta.get("ownerReferences", []),
            },
            "spec": spec,
        }
        if meta.get("ownerReferences"):
            status, answer = self._cluster.request("POST", path, new)
            assert status in (201, 409), answer
        if not stateful:
            self._delete(path, meta["name"])

    def _delete(self, path: str, name: str) -> None:
        status, answer = self._cluster.request("DELETE", f"{path}/{name}?gracePeriodSeconds=0")
        assert status in (200, 404), answer

    def _start(self, pod: dict[str, Any]) -> None:
        meta = pod["metadata"]
        ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status"
        self._cluster.request("PATCH", path, {"status": ready})


def _workload(pod: dict[str, Any]) -> str | None:
    named = workload_of(decode(json.dumps(pod).encode(), Pod))
    if named is None:
        return None
    kind, _, name = named.partition("/")
    return f"{kind}/{pod['metadata']['namespace']}/{name}"


def _is_old(spec: dict[str, Any], template: dict[str, Any]) -> bool:
    """A pod whose requests are not those of its workload any more."""
    return _requests(spec) != _requests(template)


def _requests(spec: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("resources", {}).get("requests", {}) for one in spec["containers"]}
