"""Records of Helm releases as Helm stores them, with canaries wherever it keeps something secret."""

import base64
import gzip
import json

from tests.control_plane.cluster import KubernetesObject


def record(
    *, name: str, namespace: str, revision: int, status: str, chart: str, description: str, canary: str
) -> dict[str, object]:
    """The JSON that Helm packs, as far as anything reads it, and the places where it holds secrets."""
    hidden = base64.b64encode(canary.encode()).decode()
    manifest = (
        f"---\n# Source: {chart}/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}-email\n"
        f"data:\n  password: {hidden}\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: other\n"
        f"  namespace: elsewhere\nstringData:\n  kind: {canary}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
        f"  name: not-a-secret\ndata:\n  text: |\n    kind: Secret\n"
    )
    return {
        "name": name,
        "namespace": namespace,
        "version": revision,
        "info": {"status": status, "description": description, "notes": f"Your password is {canary}"},
        "chart": {
            "metadata": {"name": chart, "version": "2.6.0", "appVersion": "4.5.0"},
            "values": {"password": canary},
            "templates": [],
        },
        "config": {
            "global": {"keyvault": {"enabled": True, "keyvaultName": "kv-sample"}, "password": canary},
            "bootstrap": {"organization": {"password": canary}, "unknown": [canary, {"deep": canary}]},
        },
        "manifest": manifest,
        "hooks": [{"name": "hook", "kind": "Secret", "manifest": canary}],
    }


def packed(document: object) -> str:
    """Helm's own packing: JSON, gzip, base64; and Kubernetes' base64 around it."""
    helms = base64.b64encode(gzip.compress(json.dumps(document).encode()))
    return base64.b64encode(helms).decode()


def record_secret(
    *,
    name: str = "cluedin",
    namespace: str = "cluedin",
    revision: int = 1,
    status: str = "deployed",
    chart: str = "cluedin-platform",
    description: str = "Upgrade complete",
    canary: str = "canary-0000",
) -> KubernetesObject:
    """The Secret of one revision."""
    document = record(
        name=name,
        namespace=namespace,
        revision=revision,
        status=status,
        chart=chart,
        description=description,
        canary=canary,
    )
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"sh.helm.release.v1.{name}.v{revision}",
            "namespace": namespace,
            "labels": {"owner": "helm", "name": name, "status": status, "version": str(revision)},
        },
        "type": "helm.sh/release.v1",
        "data": {"release": packed(document)},
    }
