"""The prediction against etcd, kube-apiserver and kube-scheduler themselves: who is bound, who is deleted, and why not.

No controller runs there, so the test makes the DaemonSets' pods as their controller would, and is the kubelet for pods
that were terminating already. Left out, as facts/scheduling.md section 3 has it: nodes where a pod loses its nomination
(it may push out others on its own), where a host port is fought for (a gap in the scheduler's queue), and ties; a pod
that stays Pending is taken away before the next template arrives, as it would be tried again.
"""

import copy
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from preflight.facts import PriorityClass
from preflight.scheduling.fit import PORTS_REASON
from preflight.scheduling.prediction import Answer, Prediction
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.taints import daemon_tolerations
from tests.control_plane.build import BUILD_COMMAND, find_assets
from tests.control_plane.cluster import ControlPlane
from tests.scheduling.clusters import random_case
from tests.scheduling.test_oracle import as_daemon_set, prediction_of, recorded

pytestmark = pytest.mark.control_plane

Case = dict[str, Any]
GENERATED, RECORDED = range(40), 20
SETTLED_WITHIN = 60.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    if find_assets() is None:
        pytest.skip(f"no etcd, kube-apiserver and kube-scheduler here; get them with: {BUILD_COMMAND}")
    with ControlPlane(scheduler=True) as started:
        yield started


def test_recorded_clusters_end_as_predicted(cluster: ControlPlane) -> None:
    cases = [line["case"] for line in recorded()]
    waiting = [case for case in cases if any(not pod["spec"].get("nodeName") for pod in case["pods"])]
    _compare(cluster, "r", [case for case in cases if case not in waiting][:RECORDED])


def test_clusters_with_other_features_end_as_predicted(cluster: ControlPlane) -> None:
    _compare(cluster, "g", [random_case(seed) for seed in GENERATED])


def _compare(cluster: ControlPlane, prefix: str, cases: list[Case]) -> None:
    """Load all cases side by side, each with nodes and namespaces of its own, and let the templates arrive in turn."""
    cases = [_apart(case, f"{prefix}{number}-") for number, case in enumerate(cases)]
    predictions = [prediction_of(case) for case in cases]
    cluster.load(item for case in cases for item in _objects(case))
    compared, wrong = 0, []
    for turn in (0, 1):
        made = {
            (case["id"], node): _daemon_pod(case["incoming"][turn], node, case.get("priorityClasses") or [])
            for case, prediction in zip(cases, predictions, strict=True)
            for node, answers in prediction.nodes.items()
            if list(answers.values())[turn].targeted
        }
        for pod in made.values():
            status, body = cluster.request("POST", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods", pod)
            assert status == 201, body
        doomed = {
            victim.name
            for prediction in predictions
            for answers in prediction.nodes.values()
            for victim in list(answers.values())[turn].terminating
        }
        ends = _settled(cluster, {_name(pod) for pod in made.values()}, doomed)
        for case, prediction in zip(cases, predictions, strict=True):
            for node, answers in prediction.nodes.items():
                if _is_comparable(answers, turn) and (case["id"], node) in made:
                    compared += 1
                    answer = list(answers.values())[turn]
                    end = ends[_name(made[case["id"], node])]
                    if problem := _difference(answer, end):
                        wrong.append(f"{case['id']} {node} turn {turn}: {problem}")
        # A pod that found no place would be tried again after the next one's victims are gone: a cascade, left out too.
        for pod in made.values():
            if not ends[_name(pod)].get("spec", {}).get("nodeName"):
                meta = pod["metadata"]
                cluster.request("DELETE", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}")
    there = {_name(pod) for pod in _pods(cluster)}
    for case, prediction in zip(cases, predictions, strict=True):
        wrong += _wrongly_deleted(case, prediction, there)
    print(f"{compared} pods on {sum(len(case['nodes']) for case in cases)} nodes compared")  # noqa: T201
    assert compared > len(cases)
    assert not wrong, "\n".join(wrong)


def _apart(case: Case, prefix: str) -> Case:
    """Return the case with a prefix to the names of its nodes and namespaces."""
    case = copy.deepcopy(case)
    for node in case["nodes"]:
        node["metadata"]["name"] = prefix + node["metadata"]["name"]
    for template in case["incoming"]:
        affinity = template["spec"].get("affinity", {}).get("nodeAffinity", {})
        terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", ())
        for requirement in (r for term in terms for r in term.get("matchFields", ())):
            requirement["values"] = [prefix + value for value in requirement["values"]]
    for pod in case["pods"]:
        pod["spec"]["nodeName"] = prefix + pod["spec"]["nodeName"]
        # Nobody waits for containers to end here, but for those that were asked to before.
        pod["spec"]["terminationGracePeriodSeconds"] = 3600 if "deletionTimestamp" in pod["metadata"] else 0
    for item in (*case["pods"], *case["incoming"], *(case.get("pdbs") or ())):
        item["metadata"]["namespace"] = prefix + item["metadata"]["namespace"]
    return case


def _objects(case: Case) -> Iterator[Case]:
    for node in case["nodes"]:
        yield {"apiVersion": "v1", "kind": "Node", **node}
    for pod in case["pods"]:
        yield {"apiVersion": "v1", "kind": "Pod", **pod}
    for budget in case.get("pdbs") or ():
        yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", **budget}
    for template in case["incoming"]:
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": template["metadata"]["namespace"]}}


def _daemon_pod(template: Case, node: str, classes: list[Case]) -> Case:
    """Return the pod that the DaemonSet controller makes, with the priority that admission would give it."""
    daemon_set = as_daemon_set(template)
    spec = copy.deepcopy(template["spec"])
    requirement = {"key": "metadata.name", "operator": "In", "values": [node]}
    spec["affinity"] = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [requirement]}]}
        }
    }
    spec["tolerations"] = [
        {
            key: value
            for key, value in (("key", t.key), ("operator", t.operator), ("value", t.value), ("effect", t.effect))
            if value
        }
        for t in daemon_tolerations(daemon_set.spec.template.spec)
    ]
    spec["terminationGracePeriodSeconds"] = 0
    priority = incoming_priority(daemon_set.spec.template.spec, msgspec.convert(classes, tuple[PriorityClass, ...]))
    spec |= {"priority": priority.value, "preemptionPolicy": "PreemptLowerPriority" if priority.preempts else "Never"}
    meta = template["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{meta['name']}-{node}",
            "namespace": meta["namespace"],
            "labels": meta.get("labels", {}),
        },
        "spec": spec,
    }


def _settled(cluster: ControlPlane, names: set[str], doomed: set[str]) -> dict[str, Case]:
    """Wait until every pod is bound or refused for good; remove what was terminating before, as kubelets do."""
    until = time.monotonic() + SETTLED_WITHIN
    while True:
        pods = {_name(pod): pod for pod in _pods(cluster)}
        ours = {name: pods[name] for name in names if name in pods}
        if all(_is_settled(pod) for pod in ours.values()) or time.monotonic() > until:
            return {name: ours.get(name, {}) for name in names}
        if any(pod["status"].get("nominatedNodeName") for pod in ours.values()):
            for name in doomed & pods.keys():
                namespace, _, pod = name.partition("/")
                cluster.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{pod}?gracePeriodSeconds=0")
        time.sleep(0.5)


def _is_settled(pod: Case) -> bool:
    if pod["spec"].get("nodeName"):
        return True
    refused = any(c["type"] == "PodScheduled" and c["status"] == "False" for c in pod["status"].get("conditions", ()))
    return refused and not pod["status"].get("nominatedNodeName")


def _difference(answer: Answer, pod: Case) -> str | None:
    bound = bool(pod.get("spec", {}).get("nodeName"))
    if bound is (answer.outcome == "pending"):
        return f"predicted {answer.outcome}, but it is {'bound' if bound else 'not bound'}"
    if answer.outcome != "pending":
        return None
    message = next(c["message"] for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    missing = [reason for reason in answer.reasons if reason not in message]
    return f"the scheduler says {message!r}, without {missing}" if missing else None


def _wrongly_deleted(case: Case, prediction: Prediction, there: set[str]) -> Iterator[str]:
    for node, answers in prediction.nodes.items():
        if all(_is_comparable(answers, turn) for turn in (0, 1)):
            before = {_name(pod) for pod in case["pods"] if pod["spec"]["nodeName"] == node}
            predicted = {victim.name for answer in answers.values() for victim in answer.victims} & before
            if before - there != predicted:
                yield f"{case['id']} {node}: predicted {sorted(predicted)}, deleted {sorted(before - there)}"


def _is_comparable(answers: Any, turn: int) -> bool:
    return not any(
        answer.cleared or answer.undecided or (PORTS_REASON in answer.reasons and answer.victims)
        for answer in list(answers.values())[: turn + 1]
    )


def _pods(cluster: ControlPlane) -> list[Case]:
    status, body = cluster.request("GET", "/api/v1/pods")
    assert status == 200, body
    items: list[Case] = body["items"]
    return items


def _name(pod: Case) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
