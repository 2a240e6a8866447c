"""What the README says holds."""

import re
import shlex
from pathlib import Path

import pytest
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


def test_there_are_lines_to_type() -> None:
    assert len(TYPED) > 10
