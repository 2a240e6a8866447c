"""Every command we tell people to paste is one that a shell reads, with verbs that exist."""

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from preflight.catalog import load
from preflight.cli.judging import judged
from preflight.demo import sample
from preflight.model import STAGES, Commands, Stage
from preflight.report.document import Document
from preflight.settings import Settings

CATALOG = load(packs=False)
VERBS = {
    "az": {"aks", "role", "keyvault", "identity", "vmss", "network", "login", "rest", "account", "lock", "resource"},
    "kubectl": {"get", "delete", "rollout", "describe", "logs", "scale", "create", "drain", "cordon", "top", "apply"},
    "helm": {"get", "upgrade", "template", "list", "history", "rollback"},
    "cluedin-preflight": {"run", "collect", "explain", "show", "demo", "report", "compare"},
}


def commands(document: Document) -> Iterator[Commands]:
    for outcome in document.outcomes:
        yield from (finding.commands for finding in outcome.findings if finding.commands)
    for step in document.steps:
        yield from (*step.commands, step.verify)


@pytest.fixture(params=STAGES)
def document(request: pytest.FixtureRequest) -> Document:
    stage: Stage = request.param
    return judged(sample(stage), CATALOG, CATALOG.offers, Settings())


@pytest.mark.subprocess
def test_bash_reads_every_command(document: Document) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    lines = [line for each in commands(document) for line in each.bash]
    assert lines
    done = subprocess.run([bash, "-n"], input="\n".join(lines), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_known_programs_and_verbs_are_used(document: Document) -> None:
    for each in commands(document):
        for line in (*each.bash, *each.powershell):
            if line.lstrip().startswith("#"):
                continue
            for found in re.finditer(r"(?:^|[|;(=] *|&& )(az|kubectl|helm|cluedin-preflight) +([a-z-]+)", line):
                assert found[2] in VERBS[found[1]], line


def test_powershell_has_as_many_commands_as_bash_and_quotes_that_close(document: Document) -> None:
    for each in commands(document):
        assert len(each.powershell) == len(each.bash)
        for line in each.powershell:
            unescaped = re.sub(r"`.", "", line)
            assert unescaped.count("'") % 2 == 0, line
            assert unescaped.count('"') % 2 == 0, line
