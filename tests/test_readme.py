"""What the README says holds."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from preflight.__main__ import run
from preflight.catalog import load
from preflight.cli import cli

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^\| .+? \| `cluedin-preflight (.+?)` \|$", README, re.MULTILINE)


def test_ci_runs_the_readmes_test_command() -> None:
    commands = re.findall(r"^python3 -m venv \.venv && (.+pytest.*)$", README, re.MULTILINE)
    assert len(commands) == 1
    setup, tests = commands[0].split(" && ")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert setup in ci
    assert tests in ci.splitlines()


def test_the_excerpt_is_what_demo_prints(capsys: pytest.CaptureFixture[str]) -> None:
    run(["demo"])
    printed = capsys.readouterr().out.splitlines()
    excerpt = re.search(r"```text\n(.+?)```", README, re.DOTALL)
    assert excerpt
    for line in excerpt.group(1).splitlines():
        assert line in printed


@pytest.mark.parametrize("typed", TYPED)
def test_every_line_to_type_is_understood(typed: str) -> None:
    """Each line's verb and options exist: asked for help with them, the command line answers it."""
    answer = CliRunner().invoke(cli, [*shlex.split(typed), "--help"])
    assert answer.exit_code == 0, answer.output


def test_the_table_of_checks_is_current(request: pytest.FixtureRequest) -> None:
    rows = ["| group | check | stages | holds when |", "|---|---|---|---|"]
    for offer in load(packs=False).offers:
        check = offer.check
        rows.append(f"| {check.group} | `{check.id}` | {', '.join(check.stages)} | {check.title} |")
    start, end = README.index("\n", README.index("<!-- checks:")) + 1, README.index("<!-- end of checks")
    wanted = "\n".join(rows) + "\n"
    if request.config.getoption("--golden"):
        (ROOT / "README.md").write_text(README[:start] + wanted + README[end:], encoding="utf-8")
        return
    assert README[start:end] == wanted


def pipelines() -> list[dict[str, Any]]:
    blocks = re.findall(r"```yaml\n(.+?)```", README, re.DOTALL)
    return [yaml.safe_load(block) for block in blocks]


def steps_of(pipeline: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a pipeline as mappings, whichever of the three systems it is for."""
    if "jobs" in pipeline:
        return list(pipeline["jobs"]["preflight"]["steps"])
    if "steps" in pipeline:
        return list(pipeline["steps"])
    return [{"script": line} for line in pipeline["preflight"]["script"]]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("global: {keyvault: {enabled: true, tenantId: x}}", 1),
        ("{}", 0),
        ("global: {keyvault: {enabled: false, frontendCrt: c}}", 0),
    ],
)
def test_a_pipeline_judges_the_values_and_leaves_what_it_publishes(
    number: int, values: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one line that judges is the last that may fail, and every file named afterwards is there."""
    pipeline = pipelines()[number]
    lines = [step.get("run") or step.get("script") or "" for step in steps_of(pipeline)]
    judging = [line for line in lines if line.startswith("cluedin-preflight ")]
    assert len(judging) == 1
    file = tmp_path / re.findall(r"-f (\S+)", judging[0])[0]
    file.parent.mkdir(exist_ok=True)
    file.write_text(values, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split(judging[0])[1:]) == code
    written = {path.name for path in tmp_path.glob("preflight.*")}
    later = yaml.safe_dump(steps_of(pipeline)[lines.index(judging[0]) + 1 :]) + yaml.safe_dump(
        pipeline.get("preflight")
    )
    assert set(re.findall(r"preflight\.(?:md|xml|html)\b", later)) == written


def test_what_is_published_is_published_also_when_the_check_failed() -> None:
    github, azure, gitlab = pipelines()
    for pipeline, key, always in ((github, "if", "always()"), (azure, "condition", "succeededOrFailed()")):
        steps = steps_of(pipeline)
        judging = next(i for i, step in enumerate(steps) if "--offline" in str(step))
        assert steps[judging + 1 :]
        assert {step[key] for step in steps[judging + 1 :]} == {always}
    assert gitlab["preflight"]["artifacts"]["when"] == "always"


def test_there_are_lines_to_type() -> None:
    assert len(TYPED) > 10
