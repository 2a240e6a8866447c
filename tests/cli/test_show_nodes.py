"""`show nodes` on files, against what the real scheduler's code answered."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from preflight.__main__ import run
from tests.scheduling.test_oracle import FINAL, recorded


def items(kind: str, api: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
    typed = [{"apiVersion": api, "kind": kind, **thing} for thing in objects]
    return {"apiVersion": "v1", "kind": "List", "items": typed}


def written(case: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write the cluster as kubectl prints it and the templates as one YAML file of manifests, in order of arrival."""
    cluster = folder / "cluster"
    cluster.mkdir()
    for kind, api, objects in (
        ("Node", "v1", case["nodes"]),
        ("Pod", "v1", case["pods"]),
        ("PodDisruptionBudget", "policy/v1", case.get("pdbs") or []),
        ("PriorityClass", "scheduling.k8s.io/v1", case.get("priorityClasses") or []),
    ):
        (cluster / f"{kind}.json").write_text(json.dumps(items(kind, api, objects)))
    manifests = [
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": template["metadata"],
            "spec": {
                "selector": {"matchLabels": template["metadata"].get("labels", {})},
                "template": {"metadata": template["metadata"], "spec": template["spec"]},
            },
        }
        for template in case["incoming"]
    ]
    file = folder / "daemonsets.yaml"
    file.write_text(yaml.safe_dump_all(manifests))
    return cluster, file


@pytest.mark.parametrize("number", range(0, 300, 12))
def test_recorded_clusters_given_as_files(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = next(islice(recorded(), number, None))
    cluster, manifests = written(line["case"], tmp_path)
    assert run(["show", "nodes", str(cluster), "--daemonset", str(manifests), "-o", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    expected = line["expected"]
    ties = expected.get("tie_sensitive") or ()
    compared = 0
    for order, truth in (("nodes", expected["nodes"]), ("reversed", expected.get("reversed") or {})):
        for node, answers in truth.items():
            if node in ties:
                continue
            for template, answer in answers.items():
                ours = shown[order].get(node, shown["nodes"][node])[template]
                assert ours["targeted"] == answer["should_run"]
                assert FINAL[ours["outcome"]] == answer["final"], (node, template)
                assert sorted(ours["victims"]) == sorted(answer.get("victims") or ())
                assert sorted(ours["reasons"]) == sorted(answer.get("reasons") or ())
                assert ours["pdb_violations"] == answer.get("pdb_violations", 0)
                compared += 1
    assert compared
