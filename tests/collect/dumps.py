"""Objects as kubectl and az print them, and the many ways in which people keep them as files."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
NODE_GROUP = "MC_rg_aks_westeurope"
CLUSTER_ID = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"
VAULT_ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-sample"
CANARY = "canary-0badc0de"


def node(name: str = "aks-general-0", *, group: str = NODE_GROUP, created: str = "2026-01-01T00:00:00Z") -> Object:
    """A Ready Linux node whose kubelet reported an hour after the node was made."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": created,
            "labels": {"agentpool": "general", "kubernetes.io/os": "linux"},
            "annotations": {"note": CANARY},
            "uid": f"uid-{name}",
            "resourceVersion": "100",
        },
        "spec": {
            "providerID": f"azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Compute/"
            f"virtualMachineScaleSets/vmss/virtualMachines/{name[-1]}"
        },
        "status": {
            "allocatable": {"cpu": "3860m", "memory": "12Gi", "pods": "30"},
            "capacity": {"cpu": "4", "memory": "16Gi", "pods": "30"},
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True",
                    "lastHeartbeatTime": "2026-01-01T01:00:00Z",
                    "lastTransitionTime": "2026-01-01T00:01:00Z",
                }
            ],
            "nodeInfo": {"kubeletVersion": "v1.33.1", "operatingSystem": "linux", "architecture": "amd64"},
        },
    }


def pod(
    name: str, namespace: str = "kube-system", *, on: str = "aks-general-0", version: int = 100, **spec: object
) -> Object:
    """A running pod with a secret in an environment variable and in an annotation."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": "2026-01-01T00:02:00Z",
            "resourceVersion": str(version),
            "uid": f"uid-{namespace}-{name}",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": CANARY},
        },
        "spec": {
            "nodeName": on,
            "containers": [
                {
                    "name": "main",
                    "image": "images.example/main:1",
                    "env": [{"name": "PASSWORD", "value": CANARY}],
                    "args": [CANARY],
                    "resources": {"requests": {"cpu": "100m"}},
                }
            ],
            **spec,
        },
        "status": {"phase": "Running", "startTime": "2026-01-01T00:02:05Z"},
    }


def daemon_set(name: str, namespace: str = "kube-system", *, ready: int = 1) -> Object:
    """A DaemonSet with a secret in its template."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": "7"},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "containers": [
                        {"name": "a", "image": "images.example/a:1", "env": [{"name": "TOKEN", "value": CANARY}]}
                    ]
                },
            },
        },
        "status": {"desiredNumberScheduled": ready, "numberReady": ready},
    }


def secret(name: str = "cluedin-email", namespace: str = "cluedin", *, version: int = 100) -> Object:
    """A whole Secret, values included."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "resourceVersion": str(version),
            "annotations": {"meta.helm.sh/release-name": "cluedin", "note": CANARY},
            "managedFields": [{"manager": "helm", "operation": "Update", "time": "2026-01-01T00:00:00Z"}],
        },
        "data": {"EmailPassword": CANARY, "EmailHost": CANARY},
    }


def secret_table(*names: str, namespace: str = "cluedin", version: int = 100) -> Object:
    """The table of Secrets that the API server prints, whose managed fields show no keys."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": "900"},
        "columnDefinitions": [{"name": name, "type": "string"} for name in ("Name", "Type", "Data", "Age")],
        "rows": [
            {
                "cells": [name, "Opaque", 2, "3d"],
                "object": {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": {"name": name, "namespace": namespace, "resourceVersion": str(version)},
                },
            }
            for name in names
        ],
    }


def provider_class(name: str = "cluedin-server-sync", namespace: str = "cluedin") -> Object:
    """A SecretProviderClass of the Azure provider."""
    return {
        "apiVersion": "secrets-store.csi.x-k8s.io/v1",
        "kind": "SecretProviderClass",
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": "5"},
        "spec": {"provider": "azure", "parameters": {"keyvaultName": "kv-sample"}},
    }


def small_cluster() -> list[Object]:
    """Two nodes with their pods, a DaemonSet, a Secret and a class: nothing lacks."""
    return [
        node("aks-general-0"),
        node("aks-general-1"),
        pod("proxy-0", on="aks-general-0"),
        pod("proxy-1", on="aks-general-1"),
        pod("server", "cluedin", on="aks-general-1"),
        daemon_set("proxy"),
        secret(),
        provider_class(),
    ]


def listing(items: Iterable[Object], kind: str = "List", version: str = "v1", **metadata: str) -> Object:
    """A list as kubectl prints it: whatever is in it, its kind is List."""
    return {"apiVersion": version, "items": list(items), "kind": kind, "metadata": {"resourceVersion": "", **metadata}}


def invoked(logs: str, *, code: int = 0, at: str = "2026-01-02T00:00:00+00:00") -> Object:
    """The answer of `az aks command invoke -o json`."""
    return {
        "exitCode": code,
        "finishedAt": at,
        "id": "0123456789abcdef",
        "logs": logs,
        "provisioningState": "Succeeded" if code == 0 else "Failed",
        "reason": None,
        "startedAt": at,
    }


def managed_cluster(name: str = "aks", *, group: str = NODE_GROUP) -> Object:
    """A managed cluster in the REST shape, the add-on on."""
    return {
        "id": CLUSTER_ID.replace("/aks", f"/{name}"),
        "name": name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "kind": "Base",
        "location": "westeurope",
        "identity": {"type": "SystemAssigned", "principalId": "p", "tenantId": "t"},
        "properties": {
            "provisioningState": "Succeeded",
            "nodeResourceGroup": group,
            "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": True, "config": None}},
            "agentPoolProfiles": [{"name": "general", "count": 2, "maxPods": 30, "type": "VirtualMachineScaleSets"}],
            "linuxProfile": {"ssh": {"publicKeys": [{"keyData": CANARY}]}},
        },
    }


def agent_pool(name: str = "data", *, max_pods: int = 50, cluster: str = CLUSTER_ID) -> Object:
    """A node pool by itself in the REST shape."""
    return {
        "id": f"{cluster}/agentPools/{name}",
        "name": name,
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": {"count": 1, "maxPods": max_pods, "type": "VirtualMachineScaleSets", "osSKU": "Ubuntu"},
    }


def vault(name: str = "kv-sample") -> Object:
    """A key vault; az leaves its properties where REST has them."""
    return {
        "id": VAULT_ID.replace("kv-sample", name),
        "name": name,
        "type": "Microsoft.KeyVault/vaults",
        "location": "westeurope",
        "properties": {
            "vaultUri": f"https://{name}.vault.azure.net/",
            "tenantId": "t",
            "enableRbacAuthorization": True,
        },
    }


def vault_secret(name: str, *, host: str = "kv-sample.vault.azure.net", kind: str = "secrets") -> Object:
    """One entry of `az keyvault secret list`."""
    return {
        "attributes": {"enabled": True, "expires": None, "updated": "2026-01-01T00:00:00+00:00"},
        "contentType": None,
        "id": f"https://{host}/{kind}/{name}",
        "managed": None,
        "name": name,
        "tags": {"note": CANARY},
    }


def vault_secret_rest(name: str, *, host: str = "kv-sample.vault.azure.net", kind: str = "secrets") -> Object:
    """The same entry as Key Vault itself answers."""
    return {"id": f"https://{host}/{kind}/{name}", "attributes": {"enabled": True, "updated": 1767225600}}


def role_assignment(name: str = "a1") -> Object:
    """A role assignment in the REST shape."""
    return {
        "id": f"{VAULT_ID}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "scope": VAULT_ID,
            "principalId": "p",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/4633458b",
            "condition": None,
        },
    }


def flat(resource: Mapping[str, Any]) -> Object:
    """A REST resource as az prints it: properties one level up, the inner type under another name."""
    outer = {key: value for key, value in resource.items() if key != "properties"}
    inner = dict(resource["properties"])
    if "type" in inner:
        inner["typePropertiesType"] = inner.pop("type")
    return outer | inner


def as_json(document: object) -> bytes:
    """The document as JSON, indented as kubectl and az do."""
    return json.dumps(document, indent=4).encode()


def as_yaml(*documents: object) -> bytes:
    """The documents as one YAML stream."""
    text: str = yaml.safe_dump_all(documents, allow_unicode=True)
    return text.encode()


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def gzipped(data: bytes) -> bytes:
    """The data packed."""
    return gzip.compress(data, mtime=0)


def write(folder: Path, files: Mapping[str, bytes] | Sequence[bytes]) -> list[Path]:
    """Write files, under their names or under names that say nothing; return their paths."""
    named = files if isinstance(files, Mapping) else {f"file{index}": data for index, data in enumerate(files)}
    paths = []
    for name, data in named.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths
