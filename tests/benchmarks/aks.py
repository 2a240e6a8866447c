"""Nodes and pods as an AKS cluster lists them: about 9 kB of JSON a pod, half of it managedFields."""

import json
from collections.abc import Iterator

from preflight.collect.cluster import PAGE_SIZE

# What fits: 30 pods of two such containers leave most of a node free.
_RESOURCES = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"cpu": "2", "memory": "2Gi"}}
_NODE_LABELS = {
    "agentpool": "general",
    "beta.kubernetes.io/arch": "amd64",
    "kubernetes.azure.com/agentpool": "general",
    "kubernetes.azure.com/cluster": "MC_sample",
    "kubernetes.azure.com/mode": "user",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": "Standard_D8s_v5",
    "topology.kubernetes.io/zone": "westeurope-1",
}
_SETTINGS = ("DATABASE", "QUEUE", "CACHE", "SEARCH", "GRAPH", "TELEMETRY", "MAIL", "LICENSE")


def pages(kind: str, items: Iterator[dict[str, object]]) -> list[bytes]:
    """Return the list as an API server pages it; the token of the next page is its number."""
    listed = list(items)
    count = max(1, -(-len(listed) // PAGE_SIZE))
    return [
        json.dumps(
            {
                "kind": f"{kind}List",
                "apiVersion": "v1",
                "metadata": {"resourceVersion": "4711"} | ({"continue": str(page + 1)} if page + 1 < count else {}),
                "items": listed[page * PAGE_SIZE : (page + 1) * PAGE_SIZE],
            },
            separators=(",", ":"),
        ).encode()
        for page in range(count)
    ]


def nodes(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        name = _node_name(number)
        capacity = {"cpu": "8", "memory": "32863876Ki", "pods": "110", "ephemeral-storage": "129886128Ki"}
        yield {
            "metadata": {
                "name": name,
                "labels": _NODE_LABELS | {"kubernetes.io/hostname": name},
                "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
                "managedFields": [_managed("kubelet", {"f:status": {"f:images": {}, "f:conditions": {}}})],
            },
            "spec": {"providerID": f"azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/{name}"},
            "status": {
                "capacity": capacity,
                "allocatable": capacity | {"cpu": "7820m", "memory": "28362500Ki"},
                "conditions": [
                    {"type": kind, "status": status, "lastHeartbeatTime": "2026-03-01T08:00:00Z", "reason": "Kubelet"}
                    for kind, status in (("MemoryPressure", "False"), ("DiskPressure", "False"), ("Ready", "True"))
                ],
                "images": [{"names": [f"registry/image-{n}@sha256:{n:064x}"], "sizeBytes": n} for n in range(40)],
                "nodeInfo": {"kubeletVersion": "v1.33.2", "operatingSystem": "linux", "architecture": "amd64"},
            },
        }


def pods(count: int, on_nodes: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        name = f"cluedin-service-{number % 40}-7d9c6b5f4-{number:05d}"
        labels = {"app.kubernetes.io/name": f"service-{number % 40}", "app.kubernetes.io/instance": "cluedin"}
        yield {
            "metadata": {
                "name": name,
                "generateName": name[:-5],
                "namespace": "cluedin" if number % 3 else "kube-system",
                "uid": f"00000000-0000-4000-8000-{number:012d}",
                "resourceVersion": str(1_000_000 + number),
                "creationTimestamp": "2026-03-01T08:00:00Z",
                "labels": labels | {"pod-template-hash": "7d9c6b5f4"},
                "annotations": {"checksum/config": f"{number:064x}", "prometheus.io/scrape": "true"},
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": name[:-6], "uid": "u", "controller": True}
                ],
                "managedFields": [
                    _managed("kube-controller-manager", _SPEC_FIELDS),
                    _managed("kubelet", _STATUS_FIELDS),
                ],
            },
            "spec": {
                "nodeName": _node_name(number % on_nodes),
                "serviceAccountName": "cluedin",
                "containers": [_container("server", number), _container("proxy", number)],
                "initContainers": [_container("wait", number)],
                "tolerations": [
                    {
                        "key": f"node.kubernetes.io/{key}",
                        "operator": "Exists",
                        "effect": "NoExecute",
                        "tolerationSeconds": 300,
                    }
                    for key in ("not-ready", "unreachable")
                ],
                "volumes": [
                    {"name": _token(number), "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
                ],
                "priority": 0,
                "schedulerName": "default-scheduler",
            },
            "status": {
                "phase": "Running",
                "podIP": "10.244.0.1",
                "startTime": "2026-03-01T08:00:00Z",
                "conditions": [
                    {"type": kind, "status": "True", "lastTransitionTime": "2026-03-01T08:00:00Z"}
                    for kind in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
                ],
                "containerStatuses": [_container_status("server", number), _container_status("proxy", number)],
            },
        }


def _node_name(number: int) -> str:
    return f"aks-general-12345678-vmss{number:06d}"


def _token(number: int) -> str:
    # The API server gives this volume another name in each pod: the text of two pods' containers is never the same.
    return f"kube-api-access-{number:05x}"


def _container(name: str, number: int) -> dict[str, object]:
    return {
        "name": name,
        "image": f"cluedin/{name}:2026.03.{number % 10}",
        "env": [{"name": f"CLUEDIN__{key}__HOST", "value": f"cluedin-{key.lower()}.cluedin.svc"} for key in _SETTINGS],
        "ports": [{"name": "http", "containerPort": 9000, "protocol": "TCP"}],
        "resources": _RESOURCES,
        "volumeMounts": [{"name": _token(number), "mountPath": "/var/run/secrets/token", "readOnly": True}],
        "livenessProbe": {"httpGet": {"path": "/health", "port": 9000, "scheme": "HTTP"}, "periodSeconds": 10},
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }


def _container_status(name: str, number: int) -> dict[str, object]:
    return {
        "name": name,
        "ready": True,
        "started": True,
        "restartCount": number % 3,
        "image": f"cluedin/{name}:2026.03.{number % 10}",
        "imageID": f"cluedin/{name}@sha256:{number:064x}",
        "containerID": f"containerd://{number:064x}",
        "state": {"running": {"startedAt": "2026-03-01T08:00:00Z"}},
        # Since 1.33 every kubelet reports these.
        "allocatedResources": _RESOURCES["requests"],
        "resources": _RESOURCES,
    }


def _managed(manager: str, fields: dict[str, object]) -> dict[str, object]:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-03-01T08:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def _container_fields(name: str) -> dict[str, object]:
    env: dict[str, object] = {
        f'k:{{"name":"CLUEDIN__{key}__HOST"}}': {".": {}, "f:name": {}, "f:value": {}} for key in _SETTINGS
    }
    return {
        f'k:{{"name":"{name}"}}': {
            ".": {},
            "f:env": {".": {}} | env,
            "f:image": {},
            "f:imagePullPolicy": {},
            "f:livenessProbe": {".": {}, "f:httpGet": {".": {}, "f:path": {}, "f:port": {}}, "f:periodSeconds": {}},
            "f:name": {},
            "f:resources": {".": {}, "f:limits": {".": {}, "f:cpu": {}}, "f:requests": {".": {}, "f:cpu": {}}},
            "f:terminationMessagePolicy": {},
            "f:volumeMounts": {".": {}, 'k:{"mountPath":"/var/run/secrets/token"}': {".": {}, "f:name": {}}},
        }
    }


_SPEC_FIELDS: dict[str, object] = {
    "f:metadata": {"f:generateName": {}, "f:labels": {".": {}, "f:pod-template-hash": {}}, "f:ownerReferences": {}},
    "f:spec": {
        "f:containers": _container_fields("server") | _container_fields("proxy"),
        "f:initContainers": _container_fields("wait"),
        "f:schedulerName": {},
        "f:volumes": {".": {}, 'k:{"name":"token"}': {".": {}, "f:name": {}, "f:projected": {}}},
    },
}
_STATUS_FIELDS: dict[str, object] = {
    "f:status": {
        "f:conditions": {
            f'k:{{"type":"{kind}"}}': {".": {}, "f:lastTransitionTime": {}, "f:status": {}, "f:type": {}}
            for kind in ("ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready")
        },
        "f:containerStatuses": {},
        "f:phase": {},
        "f:podIPs": {".": {}, 'k:{"ip":"10.244.0.1"}': {".": {}, "f:ip": {}}},
        "f:startTime": {},
    }
}
