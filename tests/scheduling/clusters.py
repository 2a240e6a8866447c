"""Random clusters with features that the recorded ones lack, as objects of the Kubernetes API.

Every pod has a start time of its own, so that nothing hangs on the order in which a scheduler came to know it.
"""

import itertools
import random
from typing import Any

Object = dict[str, Any]

PRIORITIES = (-100, 0, 0, 0, 1000, 1_000_000, 2_000_000_000, 2_000_001_000)


def random_case(seed: int) -> Object:
    """Return a case of the same shape as the recorded ones: nodes, pods, pdbs, incoming templates."""
    rng = random.Random(seed)  # noqa: S311 - the same cluster for the same seed
    nodes = [_node(rng, f"n{number}") for number in range(rng.randint(2, 4))]
    ages = itertools.count()
    pods = [
        _pod(rng, f"p{number}", node["metadata"]["name"], next(ages))
        for node in nodes
        for number in range(
            100 * int(node["metadata"]["name"][1:]), 100 * int(node["metadata"]["name"][1:]) + rng.randint(3, 18)
        )
    ]
    return {
        "id": f"generated-{seed}",
        "nodes": nodes,
        "pods": pods,
        "pdbs": [_budget(rng, number) for number in range(rng.randint(0, 3))],
        "incoming": [_template(rng, "driver", host=False), _template(rng, "provider", host=rng.random() < 0.4)],
    }


def _node(rng: random.Random, name: str) -> Object:
    taints = []
    if rng.random() < 0.3:
        taints.append(
            {"key": "pool", "value": "neo", "effect": rng.choice(["NoSchedule", "PreferNoSchedule", "NoExecute"])}
        )
    return {
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "size": str(rng.randint(1, 9))},
        },
        "spec": {"taints": taints} | ({"unschedulable": True} if rng.random() < 0.15 else {}),
        "status": {
            "allocatable": {
                "cpu": rng.choice(["1900m", "2", "3860m", "1500500u"]),
                "memory": rng.choice(["4Gi", "6Gi", "4294967296500m"]),
                "pods": str(rng.randint(4, 20)),
                "ephemeral-storage": rng.choice(["2Gi", "10Gi"]),
                "example.com/gpu": "2",
            }
        },
    }


def _requests(rng: random.Random, *, big: int = 1) -> Object:
    requests: Object = {}
    if rng.random() < 0.8:
        requests["cpu"] = rng.choice(["10m", "100m", "250m", "0.15", "19500u", f"{100 * big}m"])
    if rng.random() < 0.8:
        requests["memory"] = rng.choice(["64Mi", "300M", "0.25Gi", "200000000500m", f"{128 * big}Mi"])
    if rng.random() < 0.3:
        requests["ephemeral-storage"] = rng.choice(["100Mi", "500Mi"])
    return requests


def _container(rng: random.Random, name: str, **more: Any) -> Object:
    container: Object = {"name": name, "image": "i", "resources": {"requests": _requests(rng)}, **more}
    if rng.random() < 0.1:
        container["resources"] = {"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "1"}}
    if rng.random() < 0.12:
        # Of one pod no two containers may have the same port.
        port = {"c0": rng.choice([8989, 8898]), "c1": 9100}.get(name, 9200 + ord(name[-1]))
        ip = rng.choice([{}, {"hostIP": "10.0.0.4"}, {"hostIP": "127.0.0.1"}])
        container["ports"] = [{"containerPort": port, "hostPort": port, "protocol": rng.choice(["TCP", "UDP"]), **ip}]
    return container


def _pod(rng: random.Random, name: str, node: str, age: int) -> Object:
    containers = [_container(rng, f"c{number}") for number in range(rng.randint(1, 2))]
    spec: Object = {"nodeName": node, "containers": containers, "priority": rng.choice(PRIORITIES)}
    status: Object = {
        "phase": "Running",
        "startTime": f"2026-05-01T{age // 3600:02}:{age // 60 % 60:02}:{age % 60:02}Z",
    }
    if rng.random() < 0.25:
        spec["initContainers"] = [
            _container(rng, f"i{number}", **({"restartPolicy": "Always"} if rng.random() < 0.5 else {}))
            for number in range(rng.randint(1, 3))
        ]
    if rng.random() < 0.15:
        spec["resources"] = {"requests": {"cpu": "1500m", "memory": "2Gi"}}
    if rng.random() < 0.15:
        spec["overhead"] = {"cpu": "30m", "memory": "20Mi"}
    if rng.random() < 0.25:
        status["containerStatuses"] = [_resized(rng, container) for container in containers]
        if rng.random() < 0.4:
            reason = rng.choice(["Infeasible", "Deferred"])
            status["conditions"] = [{"type": "PodResizePending", "status": "True", "reason": reason}]
    if rng.random() < 0.05:
        status["phase"] = rng.choice(["Succeeded", "Failed"])
    labels = {"app": rng.choice(["ui", "api", "neo4j"]), "tier": rng.choice(["a", "b"])} if rng.random() < 0.8 else {}
    return {"metadata": {"name": name, "namespace": "cluedin", "labels": labels}, "spec": spec, "status": status}


def _resized(rng: random.Random, container: Object) -> Object:
    sizes = {"cpu": rng.choice(["50m", "400m", "700m"]), "memory": rng.choice(["32Mi", "600Mi"])}
    return {
        "name": container["name"],
        "ready": True,
        "restartCount": 0,
        "image": "i",
        "imageID": "",
        "resources": {"requests": sizes},
        "allocatedResources": sizes if rng.random() < 0.7 else {"cpu": "300m"},
    }


def _budget(rng: random.Random, number: int) -> Object:
    expressions = rng.choice(
        [
            [{"key": "app", "operator": "In", "values": ["ui", "neo4j"]}],
            [{"key": "tier", "operator": "NotIn", "values": ["b"]}],
            [{"key": "app", "operator": "Exists"}, {"key": "tier", "operator": "DoesNotExist"}],
        ]
    )
    selector: Object = rng.choice([{"matchExpressions": expressions}, {"matchLabels": {"app": "api"}}, {}])
    allowed = rng.randint(0, 2)
    status: Object = {
        "disruptionsAllowed": allowed,
        "currentHealthy": 3,
        "desiredHealthy": 3 - allowed,
        "expectedPods": 3,
    }
    if rng.random() < 0.5:
        status["disruptedPods"] = {f"p{rng.randint(0, 8)}": "2026-06-01T00:00:00Z"}
    return {
        "metadata": {"name": f"pdb{number}", "namespace": "cluedin"},
        "spec": {"selector": selector, "minAvailable": 1},
        "status": status,
    }


def _template(rng: random.Random, name: str, *, host: bool) -> Object:
    resources: Object = {"requests": _requests(rng, big=rng.randint(1, 8))}
    if rng.random() < 0.3:
        resources = {"limits": {"cpu": "350m", "memory": "400Mi"}}
    container: Object = {"name": "c", "image": "i", "resources": resources}
    spec: Object = {"containers": [container], "priority": rng.choice([0, 1000, 2_000_001_000, 2_000_001_000])}
    if host:
        spec["hostNetwork"] = True
        container["ports"] = [{"containerPort": 8989, "protocol": "TCP"}]
    if rng.random() < 0.6:
        spec["tolerations"] = rng.choice(
            [[{"operator": "Exists"}], [{"key": "pool", "operator": "Equal", "value": "neo", "effect": "NoSchedule"}]]
        )
    if rng.random() < 0.4:
        term = rng.choice(
            [
                {"matchExpressions": [{"key": "size", "operator": "Gt", "values": ["3"]}]},
                {"matchExpressions": [{"key": "type", "operator": "NotIn", "values": ["virtual-kubelet"]}]},
                {"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["n1"]}]},
            ]
        )
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        }
    if rng.random() < 0.15:
        spec["resources"] = {"limits": {"cpu": "900m", "memory": "1Gi"}}
    return {"metadata": {"name": name, "namespace": "kube-system", "labels": {"app": name}}, "spec": spec}
