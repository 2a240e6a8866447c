"""Cases on a real control plane: loaded side by side, and the pods of DaemonSets as their controller would make them.

No controller runs there, and nobody is the kubelet: pods that were terminating already are taken away here.
"""

import copy
import time
from collections.abc import Container, Iterator, Mapping
from typing import Any

import msgspec

from preflight.facts import PriorityClass
from preflight.scheduling.prediction import Answer
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.relations import APART_REASON, REFUSED_BY_OTHERS_REASON, SPREAD_REASON
from preflight.scheduling.taints import daemon_tolerations
from tests.control_plane.cluster import ControlPlane
from tests.scheduling.test_oracle import as_daemon_set

Case = dict[str, Any]
SETTLED_WITHIN = 60.0


def apart(case: Case, prefix: str) -> Case:
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


def objects_of(case: Case) -> Iterator[Case]:
    for node in case["nodes"]:
        yield {"apiVersion": "v1", "kind": "Node", **node}
    for pod in case["pods"]:
        yield {"apiVersion": "v1", "kind": "Pod", **pod}
    for budget in case.get("pdbs") or ():
        yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", **budget}
    for template in case["incoming"]:
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": template["metadata"]["namespace"]}}


def daemon_pod(template: Case, node: str, classes: list[Case]) -> Case:
    """Return the pod that the DaemonSet controller makes, with the priority that admission would give it."""
    daemon_set = as_daemon_set(template)
    spec = copy.deepcopy(template["spec"])
    requirement = {"key": "metadata.name", "operator": "In", "values": [node]}
    spec["affinity"] = spec.get("affinity", {}) | {
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


def settled(cluster: ControlPlane, expected: Mapping[str, Answer | None]) -> dict[str, Case]:
    """Wait until every pod is bound, refused for good or forgotten; remove what was terminating before, as kubelets do.

    `expected` are the answers by the pods' names.
    """
    doomed = {victim.name for answer in expected.values() if answer for victim in answer.terminating}
    until = time.monotonic() + SETTLED_WITHIN
    while True:
        pods = {name_of(pod): pod for pod in pods_of(cluster)}
        ours = {name: pods[name] for name in expected if name in pods}
        ended = all(_is_settled(pod) or is_forgotten(expected[name], pod, pods) for name, pod in ours.items())
        if ended or time.monotonic() > until:
            return {name: ours.get(name, {}) for name in expected}
        if any(pod["status"].get("nominatedNodeName") for pod in ours.values()):
            for name in doomed & pods.keys():
                namespace, _, pod = name.partition("/")
                cluster.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{pod}?gracePeriodSeconds=0")
        time.sleep(0.5)


def is_forgotten(answer: Answer | None, pod: Case, there: Container[str]) -> bool:
    """Tell whether the pod has its node's promise, its victims are gone, and nothing wakes it.

    Who was refused because of other pods is not always woken when they go (as facts/scheduling.md section 3 has it of
    host ports): where they go at once, that comes while the preemption is still under way.
    """
    conditions = pod["status"].get("conditions", ())
    words = next((c["message"] for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"), "")
    waits = any(reason in words for reason in (SPREAD_REASON, APART_REASON, REFUSED_BY_OTHERS_REASON))
    gone = answer is not None and bool(answer.victims) and not any(victim.name in there for victim in answer.victims)
    return waits and gone and bool(pod["status"].get("nominatedNodeName"))


def _is_settled(pod: Case) -> bool:
    if pod["spec"].get("nodeName"):
        return True
    refused = any(c["type"] == "PodScheduled" and c["status"] == "False" for c in pod["status"].get("conditions", ()))
    return refused and not pod["status"].get("nominatedNodeName")


def difference(answer: Answer, pod: Case) -> str | None:
    bound = bool(pod.get("spec", {}).get("nodeName"))
    if bound is (answer.outcome == "pending"):
        return f"predicted {answer.outcome}, but it is {'bound' if bound else 'not bound'}"
    if answer.outcome != "pending":
        return None
    message = next(c["message"] for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    missing = [reason for reason in answer.reasons if reason not in message]
    return f"the scheduler says {message!r}, without {missing}" if missing else None


def pods_of(cluster: ControlPlane) -> list[Case]:
    status, body = cluster.request("GET", "/api/v1/pods")
    assert status == 200, body
    items: list[Case] = body["items"]
    return items


def name_of(pod: Case) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
