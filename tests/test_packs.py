"""The pack that checks/README.md shows works as it stands there, and trouble between packs is told, not hidden."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from preflight.bundle import encode
from preflight.demo import sample
from preflight.facts import Snapshot
from preflight.testing import header
from tests.packs import install, register, source

pytestmark = pytest.mark.subprocess

README = Path(__file__).resolve().parents[1] / "checks" / "README.md"
_FILE = re.compile(r"\*\*`(?P<name>[\w.]+)`\*\*\n\n```\w+\n(?P<text>.*?)```\n", re.DOTALL)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's pack in a folder, with the metadata that pip would make of its pyproject.toml."""
    folder = tmp_path_factory.mktemp("acme")
    files = {found["name"]: found["text"] for found in _FILE.finditer(README.read_text(encoding="utf-8"))}
    assert list(files) == ["pyproject.toml", "acme_preflight.py", "test_acme_preflight.py", "acme_quota.py"]
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    offered = {**project["entry-points"]["preflight.checks"], "acme-quota": "acme_quota:CHECKS"}
    lines = ["[preflight.checks]", *(f"{name} = {where}" for name, where in offered.items())]
    register(folder, project["name"], "\n".join(lines), version=project["version"])
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder, with what is installed there."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def tool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "preflight", *arguments)


def outcomes(folder: Path, *arguments: str) -> dict[str, Any]:
    """Run the tool with JSON output and return the outcomes by id."""
    done = tool(folder, *arguments, "-o", "json")
    assert done.stdout, done.stderr
    return {outcome["id"]: outcome for outcome in json.loads(done.stdout)["outcomes"]}


def test_pyproject_is_ten_lines() -> None:
    text = next(_FILE.finditer(README.read_text(encoding="utf-8")))["text"]
    assert len(text.splitlines()) == 10


def test_its_two_tests_pass(acme: Path) -> None:
    done = python(acme, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_acme_preflight.py")
    assert done.returncode == 0, done.stdout


def test_explain_shows_its_checks_with_their_pack(acme: Path) -> None:
    table = tool(acme, "explain").stdout
    assert re.search(r"acme-cost-centre .*acme-preflight +Every node says who pays for it", table)
    assert "acme-quota" in table
    manual = tool(acme, "explain", "acme-cost-centre").stdout
    assert "pack acme-preflight 1.2" in manual
    assert 'label = "cost-centre"' in manual
    assert "list resourcequotas in all namespaces" in tool(acme, "explain", "acme-quota").stdout


def test_demo_and_run_judge_it(acme: Path) -> None:
    shown = outcomes(acme, "demo")["acme-cost-centre"]
    assert (shown["status"], len(shown["findings"])) == ("fail", 7)
    (acme / "sample.json").write_bytes(encode(sample("enable")))
    assert outcomes(acme, "run", "sample.json")["acme-cost-centre"] == shown
    assert outcomes(acme, "run", "sample.json", "-c", "acme").keys() == {"acme-cost-centre", "acme-quota"}


def test_its_threshold_is_a_setting(acme: Path) -> None:
    (acme / "other.toml").write_text('[checks.acme-cost-centre]\nlabel = "agentpool"\n')
    assert outcomes(acme, "demo", "--settings", "other.toml")["acme-cost-centre"]["status"] == "pass"
    (acme / "wrong.toml").write_text("[checks.acme-cost-centre]\nlabels = 1\n")
    done = tool(acme, "demo", "--settings", "wrong.toml")
    assert done.returncode == 2
    assert "did you mean label?" in done.stderr


def test_no_packs_leaves_it_out(acme: Path) -> None:
    assert "acme" not in tool(acme, "explain", "--no-packs").stdout
    assert not [name for name in outcomes(acme, "demo", "--no-packs") if name.startswith("acme")]


def test_a_fact_of_its_own_is_known_carried_and_judged(acme: Path) -> None:
    look = "from preflight.catalog import load; f = load().facts['acme_resource_quotas']; print(f.path, '|', f.right)"
    assert python(acme, "-c", look).stdout == "/api/v1/resourcequotas | list resourcequotas in all namespaces\n"
    quota = {
        "metadata": {"name": "team", "namespace": "cluedin"},
        "status": {"hard": {"pods": "30"}, "used": {"pods": "30"}},
    }
    made = Snapshot(header=header(), facts={"acme_resource_quotas": (quota,)})
    (acme / "quota.json").write_bytes(encode(made))
    finding = outcomes(acme, "run", "quota.json")["acme-quota"]["findings"][0]
    assert (finding["status"], finding["object"]) == ("warn", "resourcequota/cluedin/team")
    assert outcomes(acme, "demo")["acme-quota"]["status"] == "unknown"


def test_two_packs_with_one_id_are_an_error_that_names_both(tmp_path: Path) -> None:
    install(tmp_path, "acme", module="acme_one", source=source("their-check"), version="1.2")
    install(tmp_path, "umbrella", module="umbrella_one", source=source("their-check"), version="3.4")
    done = tool(tmp_path, "explain")
    assert done.returncode != 0
    assert "acme 1.2" in done.stderr
    assert "umbrella 3.4" in done.stderr
    assert "Traceback" not in done.stderr
    assert tool(tmp_path, "explain", "--no-packs").returncode == 0


def test_a_pack_that_cannot_be_loaded_is_an_unknown_outcome(tmp_path: Path) -> None:
    install(tmp_path, "acme", module="acme_two", source="import nowhere_to_be_found", version="1.2")
    outcome = outcomes(tmp_path, "demo")["pack-acme"]
    assert outcome["status"] == "unknown"
    assert "pack acme 1.2 could not be loaded: ModuleNotFoundError" in outcome["findings"][0]["message"]
    assert "acme" not in json.dumps(outcomes(tmp_path, "demo", "--no-packs"))
    assert "acme 1.2 could not be loaded" in tool(tmp_path, "explain").stdout
