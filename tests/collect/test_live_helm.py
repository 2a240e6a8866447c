"""Records that the real Helm writes are read as we read our own: a deployed release, a failed upgrade, an uninstall."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.collect.kubernetes import connect, readers
from preflight.collect.reading import read
from tests.control_plane.build import BUILD_COMMAND, find_assets, find_helm
from tests.control_plane.cluster import ControlPlane

pytestmark = pytest.mark.control_plane

CANARY = "canary-e77d"
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: cluedin-platform\nversion: 2.6.0\nappVersion: 4.5.0\n",
    "values.yaml": f"default: {CANARY}\n",
    "templates/secret.yaml": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-email\n"
        "stringData:\n  password: {{ .Values.bootstrap.organization.password }}\n"
    ),
    "templates/config.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name | default .Release.Name }}\n"
        "data:\n  text: {{ .Values.default }}\n"
    ),
    "templates/NOTES.txt": "Your password is {{ .Values.bootstrap.organization.password }}\n",
}
VALUES = f"""
bootstrap: {{organization: {{password: {CANARY}}}}}
global: {{keyvault: {{enabled: true, keyvaultName: kv-sample, tenantId: null}}}}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[ControlPlane]:
    if find_assets() is None or find_helm() is None:
        pytest.skip(f"no control plane or no helm here; get them with: {BUILD_COMMAND}")
    with ControlPlane() as started:
        yield started


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for name, text in CHART.items():
        path = tmp_path / "chart" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "values.yaml").write_text(VALUES, encoding="utf-8")
    return tmp_path / "chart"


def helm(cluster: ControlPlane, *args: str) -> int:
    """Run helm and return its code; nothing of the user's own Helm is read or written."""
    program = find_helm()
    assert program
    folders = {name: str(cluster.folder / name) for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
    command = [str(program), *args, "--kubeconfig", str(cluster.kubeconfig()), "--namespace", "cluedin"]
    return subprocess.run(command, env=os.environ | folders, capture_output=True, check=False).returncode


def read_release(cluster: ControlPlane) -> dict[str, Any]:
    facts = read(readers(connect(str(cluster.kubeconfig()))), {"release", "values", "secrets"}, deadline=30)
    told = msgspec.json.encode(facts)
    assert CANARY.encode() not in told
    assert base64.b64encode(CANARY.encode()) not in told
    return facts


def test_the_life_of_a_release(cluster: ControlPlane, chart: Path) -> None:
    values = ("-f", str(chart.parent / "values.yaml"))
    assert not read_release(cluster)["release"].found

    assert helm(cluster, "install", "platform", str(chart), *values, "--create-namespace") == 0
    facts = read_release(cluster)
    release = facts["release"]
    assert (release.name, release.namespace, release.chart_version) == ("platform", "cluedin", "2.6.0")
    assert (release.status, release.revision, release.deployed_revision) == ("deployed", 1, 1)
    assert release.description == "Install complete"
    assert release.secrets == ("platform-email",)
    settings = {setting.path: setting for setting in facts["values"].settings}
    assert settings["global", "keyvault", "keyvaultName"].text == "kv-sample"
    assert settings["global", "keyvault", "tenantId"].kind == "null"
    made = next(secret for secret in facts["secrets"] if secret.metadata.name == "platform-email")
    assert (made.metadata.annotations.release_name, made.keys, made.managers) == ("platform", ("password",), ("helm",))

    bad_name = f"NOT-A-NAME-{CANARY}"
    assert helm(cluster, "upgrade", "platform", str(chart), *values, "--set", f"name={bad_name}") != 0
    release = read_release(cluster)["release"]
    assert (release.status, release.revision, release.deployed_revision) == ("failed", 2, 1)
    assert "failed" in release.description

    assert helm(cluster, "upgrade", "platform", str(chart), *values) == 0
    release = read_release(cluster)["release"]
    assert (release.status, release.revision, release.deployed_revision) == ("deployed", 3, 3)

    assert helm(cluster, "uninstall", "platform", "--keep-history") == 0
    assert not read_release(cluster)["release"].found
