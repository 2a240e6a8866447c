"""The scripts that collect without this tool: what they run, what their templates print, and how names are quoted."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import jmespath
import msgspec
import pytest
import yaml

from preflight.__main__ import run
from preflight.collect.documents import read_files
from preflight.collect.scripts import SHIPPED, Shell, script
from preflight.collect.scripts.reads import QUERIES, listings
from preflight.collect.scripts.templates import definitions
from preflight.facts import FACTS, Container, Deployment, Event, Missing, Pod, Secret

SHELLS = get_args(Shell)
HOSTILE = ("it's", 'a"b', "$(touch x)", "`touch x`", "a;b", "\u2019quoted\u2019", "-n", "a\nb")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shipped_script_is_the_printed_one(shell: Shell, request: pytest.FixtureRequest) -> None:
    file = Path(__file__).parents[2] / "preflight" / "collect" / "scripts" / SHIPPED[shell]
    if request.config.getoption("--golden"):
        file.write_text(script(shell), encoding="utf-8", newline="\n")
    assert file.read_text(encoding="utf-8") == script(shell)


@pytest.mark.parametrize("shell", SHELLS)
def test_collect_prints_it_with_what_was_given(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    given = (
        "-n",
        "acme",
        "--context",
        "c",
        "-g",
        "rg",
        "--cluster-name",
        "aks",
        "--subscription",
        "s",
        "--vault-name",
        "kv",
    )
    assert run(["collect", "--print", shell, *given]) == 0
    printed = capsys.readouterr().out
    names = {"namespace": "acme", "context": "c", "resource_group": "rg", "cluster_name": "aks", "vault_name": "kv"}
    assert printed == script(shell, subscription="s", **names)
    assert printed != script(shell)


@pytest.mark.parametrize("shell", SHELLS)
def test_only_kubectl_and_az_and_only_reading(shell: Shell) -> None:
    text = script(shell)
    assert not re.search(r"kubectl (apply|create|delete|patch|edit|exec|label|annotate|scale|run|replace)\b", text)
    assert not re.search(r"\baz (?!aks command invoke)[a-z -]*(create|delete|update|set|invoke|start|download)\b", text)
    assert not re.search(r"\b(curl|wget|Invoke-WebRequest|Invoke-RestMethod|base64)\b", text)
    verbs = {
        next(word for word in query.command.split() if word in ("show", "list", "rest", "list-deleted"))
        for query in QUERIES
    }
    assert verbs == {"show", "list", "rest", "list-deleted"}
    assert "--method" not in text


@pytest.mark.parametrize("shell", SHELLS)
def test_windows_powershell_takes_it_as_it_is(shell: Shell) -> None:
    """Without a mark it reads a script in the machine's code page, so nothing but ASCII stands in it."""
    assert script(shell).isascii()
    assert len(script(shell)) < 45_000


@pytest.mark.subprocess
@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_names_in_bash(name: str, tmp_path: Path) -> None:
    (tmp_path / "s.sh").write_text(script("bash", namespace=name, vault_name=name), encoding="utf-8")
    until = "/^FOLDER=/q"
    head = subprocess.run(["sed", until, str(tmp_path / "s.sh")], capture_output=True, text=True, check=True).stdout
    shown = subprocess.run(
        ["bash", "-c", f'{head}\nprintf "%s|%s" "$NAMESPACE" "$VAULT"'], capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{name}|{name}"
    assert subprocess.run(["bash", "-n", str(tmp_path / "s.sh")], check=False).returncode == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_names_in_powershell(name: str) -> None:
    line = next(
        line for line in script("powershell", vault_name=name).split("[string]$") if line.startswith("VaultName")
    )
    quoted = line.partition(" = ")[2].rpartition(",")[0]
    assert re.fullmatch(r"'(?:[^'\u2018-\u201b]|(['\u2018-\u201b])\1)*'", quoted)
    assert re.sub(r"(['\u2018-\u201b])\1", r"\1", quoted[1:-1]) == name


def test_what_powershell_opens_it_closes() -> None:
    text = script("powershell")
    assert text.count("@'\n") == text.count("\n'@") == 1
    strings_and_remarks = re.compile(r"<#.*?#>|@'\n.*?\n'@|#[^\n]*|'(?:[^']|'')*'|\"(?:[^\"`]|`.)*\"", flags=re.DOTALL)
    text = strings_and_remarks.sub("", text)
    opened: list[str] = []
    for mark in re.findall(r"[(){}\[\]]", text):
        if mark in "({[":
            opened.append(mark)
        else:
            assert opened.pop() + mark in ("()", "{}", "[]")
    assert opened == []
    assert not set("'\"") & set(text)
    defined = set(re.findall(r"^function ([A-Z][\w-]+)", text, flags=re.MULTILINE))
    used = set(re.findall(r"\b((?:Read|Test|Write|ConvertTo)-[A-Z]\w+)", text)) - {"Write-Host", "Test-Path"}
    assert used == defined


def test_every_list_of_the_cluster_is_asked_for() -> None:
    asked = {listing.file.replace("-", "_") for listing in listings()}
    cluster = {name for name, fact in FACTS.items() if fact.source == "kubernetes"}
    # What a person may do is asked by a request that creates a review; the script only reads.
    assert asked == cluster - {"access_reviews"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.fact)
def test_queries_are_queries_and_keep_no_tag(query: object) -> None:
    assert isinstance(query, tuple)
    fact, command, keep = query
    assert fact in FACTS
    kept = jmespath.search(
        keep, {"id": "x", "tags": {"note": "canary"}, "value": "canary", "permissions": [], "properties": {}}
    )
    assert "canary" not in str(kept)
    listed = jmespath.search(keep.removeprefix("value"), [{"id": "x", "tags": {"note": "canary"}, "value": "canary"}])
    assert "canary" not in str(listed)
    assert "show" not in command or fact in ("cluster", "vault")


def test_templates_have_the_fields_of_the_facts_and_no_other() -> None:
    text = definitions([Pod, Deployment, Secret, Event])
    defined = dict(re.findall(r'^\{\{define "(\w+)"\}\}(.*?)\{\{end\}\}$', text, flags=re.MULTILINE | re.DOTALL))
    named = set(re.findall(r'"([\w./-]+)"', defined["Container"])) - {"{", "}", "value"}
    fields = {field.encode_name for field in msgspec.structs.fields(Container)}
    assert {name for name in named if name[0].islower()} == fields
    assert "env" not in named
    assert '"env"' in defined["TemplateContainer"]
    assert '"value"}' not in defined["EnvVar"].replace('template "value"', "")
    assert re.findall(r"eq \$k ([^}]*)\}", defined["EnvVar"]) == ['"name"', '"valueFrom"']
    assert ":null" in defined["Secret"]
    assert "stringData" not in text


@pytest.mark.parametrize("release", [True, False], ids=["with the release's record", "without"])
def test_the_job_has_the_least_rights_and_says_what_it_needs(
    capsys: pytest.CaptureFixture[str], *, release: bool
) -> None:
    words = () if release else ("--no-release",)
    assert run(["collect", "--print", "job", "-n", "acme", "--vault-name", "kv", *words]) == 0
    text = capsys.readouterr().out
    assert "needs one free pod slot" in text
    documents = list(yaml.safe_load_all(text))
    assert run(["collect", "--print", "rights", "-n", "acme"]) == 0
    roles = [it for it in yaml.safe_load_all(capsys.readouterr().out) if it.get("kind") in ("ClusterRole", "Role")]
    if not release:
        roles = [role for role in roles if not any("get" in rule["verbs"] for rule in role["rules"])]
    assert [it for it in documents if it["kind"] in ("ClusterRole", "Role")] == roles
    bound = [it["roleRef"] for it in documents if it["kind"].endswith("Binding")]
    assert [(it["kind"], it["name"]) for it in bound] == [(it["kind"], it["metadata"]["name"]) for it in roles]
    pod = documents[-1]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["resources"]["requests"] == {"cpu": "50m", "memory": "128Mi"}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert ("--no-release" in container["args"][0]) is not release
    assert "--namespace acme --vault-name kv" in container["args"][0]


@pytest.mark.subprocess
@pytest.mark.parametrize(
    ("installs", "code", "logged"),
    [
        (0, 0, "{}\n"),
        (0, 3, "{}\n"),
        (0, 2, "said\n"),
        (1, 0, "not found\n"),
    ],
)
def test_the_log_of_the_job_is_the_bundle_or_says_why_there_is_none(
    installs: int, code: int, logged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", "--print", "job"]) == 0
    (*_, job) = yaml.safe_load_all(capsys.readouterr().out)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    script_text = container["args"][0].replace("/tmp/", f"{tmp_path}/")  # noqa: S108 - inside the container
    program = tmp_path / "python"
    bundle = "" if code == 2 else "echo {}"
    program.write_text(
        f"#!/bin/sh\nif [ $2 = pip ]; then echo not found; exit {installs}; fi\n{bundle}\necho said >&2\nexit {code}\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    done = subprocess.run(
        [*container["command"], script_text],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.stdout == logged
    assert done.returncode == (4 if installs else code)


# --- what the scripts write, read again ---


def facts_in(folder: Path, text: str) -> Mapping[str, Any]:
    (folder / "one.json").write_text(text, encoding="utf-8")
    return read_files([folder]).facts


@pytest.mark.parametrize("fact", ["locks", "networks", "vault_secrets", "deleted_vault_certificates"])
def test_an_empty_answer_of_az_says_of_what_it_is(fact: str, tmp_path: Path) -> None:
    assert facts_in(tmp_path, f'{{"fact": "{fact}", "value": []}}')[fact] == ()


@pytest.mark.parametrize("fact", ["vault", "cluster", "pods", "nobody", "values"])
def test_nothing_else_is_made_of_an_empty_list(fact: str, tmp_path: Path) -> None:
    facts = facts_in(tmp_path, f'{{"fact": "{fact}", "value": []}}')
    assert all(isinstance(value, Missing) for value in facts.values())


def test_a_kind_that_the_server_lacks_is_known_to_be_lacking(tmp_path: Path) -> None:
    groups = '{"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": "apps"}, {"name": "cert-manager.io"}]}'
    facts = facts_in(tmp_path, groups)
    assert facts["secret_provider_classes"].served is False
    assert facts["secret_provider_class_pod_statuses"].served is False
    # Served, and not listed: that is not known.
    assert isinstance(facts["cert_manager_certificates"], Missing)
