"""A sample's Kubernetes facts as objects of the real API: what a server has to hold to be read as that sample."""

import base64
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from preflight.demo import sample, verify
from preflight.facts import Secret, Snapshot
from preflight.model import Stage
from tests.collect.release_records import packed
from tests.control_plane.cluster import secret_provider_crds

KINDS = {
    "nodes": ("v1", "Node"),
    "pods": ("v1", "Pod"),
    "daemon_sets": ("apps/v1", "DaemonSet"),
    "deployments": ("apps/v1", "Deployment"),
    "stateful_sets": ("apps/v1", "StatefulSet"),
    "replica_sets": ("apps/v1", "ReplicaSet"),
    "jobs": ("batch/v1", "Job"),
    "priority_classes": ("scheduling.k8s.io/v1", "PriorityClass"),
    "pod_disruption_budgets": ("policy/v1", "PodDisruptionBudget"),
    "csi_drivers": ("storage.k8s.io/v1", "CSIDriver"),
    "persistent_volumes": ("v1", "PersistentVolume"),
    "persistent_volume_claims": ("v1", "PersistentVolumeClaim"),
}
"""Fact to API version and kind, for those that are plain lists."""

_CSI = "secrets-store.csi.x-k8s.io/v1"
_OWNER_VERSIONS = {"Job": "batch/v1", "Node": "v1"}


def raw_objects(stage: Stage = "enable", *, canary: str = "canary-of-the-sample") -> list[dict[str, Any]]:
    """Return what to load into an API server; every value of every Secret is `canary`, and so is what Helm hides.

    Definitions of the driver's kinds are among them where the sample has them served.
    """
    snapshot = sample(stage)
    made = [
        _completed({"apiVersion": version, "kind": kind, **msgspec.to_builtins(item)})
        for fact, (version, kind) in KINDS.items()
        for item in snapshot.get(fact)
    ]
    made += [_secret(item, snapshot, canary) for item in snapshot.get("secrets")]
    return made + _driver_objects(snapshot)


def deployed_values(stage: Stage) -> dict[str, Any]:
    """Return the values in the release's record: before the upgrade there is nothing of the vault in them."""
    return (
        verify.deployed_values() if stage == "verify" else {"application": {"system": {"runConfigurationPublic": True}}}
    )


def _driver_objects(snapshot: Snapshot) -> list[dict[str, Any]]:
    classes, statuses = (
        snapshot.get(name) for name in ("secret_provider_classes", "secret_provider_class_pod_statuses")
    )
    if not classes.served:
        return []
    made = [("SecretProviderClass", item) for item in classes.items]
    made += [("SecretProviderClassPodStatus", item) for item in statuses.items]
    objects = [{"apiVersion": _CSI, "kind": kind, **msgspec.to_builtins(item)} for kind, item in made]
    return [*({**definition} for definition in secret_provider_crds()), *objects]


def _completed(item: dict[str, Any]) -> dict[str, Any]:
    """Add what the API server demands and no check reads."""
    for owner in item["metadata"].get("ownerReferences", ()):
        owner |= {"apiVersion": _OWNER_VERSIONS.get(owner["kind"], "apps/v1"), "uid": f"uid-of-{owner['name']}"}
    spec = item.setdefault("spec", {}) if item["kind"] != "PriorityClass" else {}
    match item["kind"]:
        case "Job":
            # Without a selector of its own the server labels the template with ids that it makes up.
            spec |= {"manualSelector": True, "selector": {"matchLabels": spec["template"]["metadata"]["labels"]}}
            item["status"] |= {"startTime": "2026-01-12T20:15:00Z", "completionTime": "2026-01-12T20:16:00Z"}
        case "PersistentVolume":
            spec |= {"capacity": {"storage": "4Gi"}, "accessModes": ["ReadWriteOnce"]}
            spec["csi"] = {"driver": "disk.csi.azure.com", "volumeHandle": item["metadata"]["name"]}
        case "PersistentVolumeClaim":
            spec |= {"resources": {"requests": {"storage": "4Gi"}}, "accessModes": ["ReadWriteOnce"]}
            # Without it the scheduler takes the claim for one that is still being bound.
            item["metadata"]["annotations"] = {"pv.kubernetes.io/bind-completed": "yes"}
            item["status"] = {"phase": "Bound"}
        case "PodDisruptionBudget":
            spec["maxUnavailable"] = 1
            item["status"] |= {"currentHealthy": 1, "desiredHealthy": 0, "expectedPods": 1}
        case "ReplicaSet":
            _add_template(spec, item["metadata"]["name"])
        case "StatefulSet":
            spec["serviceName"] = item["metadata"]["name"]
    return item


def _add_template(spec: dict[str, Any], name: str) -> None:
    labels = {"replica-set": name}
    container = {"name": "left-out", "image": "left-out:1"}
    spec |= {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    }


def _secret(item: Secret, snapshot: Snapshot, canary: str) -> dict[str, Any]:
    metadata = msgspec.to_builtins(item.metadata)
    for owner in metadata.get("ownerReferences", ()):
        owner |= {"apiVersion": "apps/v1", "uid": f"uid-of-{owner['name']}"}
    values = {key: _base64(canary) for key in item.keys or ()}
    if item.type == "kubernetes.io/dockerconfigjson":
        values = {".dockerconfigjson": _base64(json.dumps({"auths": {"registry.example": {"password": canary}}}))}
    if item.type == "helm.sh/release.v1":
        values = {"release": packed(_record(snapshot, int(item.metadata.labels["version"]), canary))}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": item.type, "data": values}


def _record(snapshot: Snapshot, revision: int, canary: str) -> dict[str, Any]:
    release = snapshot.get("release")
    return {
        "name": release.name,
        "namespace": release.namespace,
        "version": revision,
        "info": {"status": release.status, "description": release.description, "notes": f"Your password is {canary}"},
        "chart": {
            "metadata": {"name": release.chart, "version": release.chart_version, "appVersion": release.app_version},
            "values": {"password": canary},
        },
        "config": {**deployed_values(snapshot.header.stage), "password": canary},
        "manifest": _manifest(release.secrets, canary),
    }


def _manifest(secrets: Iterable[str], canary: str) -> str:
    documents = (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ndata:\n  key: {_base64(canary)}\n"
        for name in secrets
    )
    return "---\n" + "---\n".join(documents)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
