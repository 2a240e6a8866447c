"""Every command that we tell people to run is one that its program would take: verbs, options, what is required."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from preflight.access.commands import (
    allow_subnet,
    attach,
    az,
    enable_addon,
    grant,
    list_assignments,
    list_denials,
    list_groups,
    private_endpoint,
    show_client_id,
)
from preflight.access.identities import KnownIdentity
from preflight.acts import ACTS
from preflight.catalog import load
from preflight.cli import cli
from preflight.cli.judging import judged
from preflight.demo import sample
from preflight.effects import effect
from preflight.facts import FACTS, Identity, ScaleSet
from preflight.model import STAGES, Commands
from preflight.runner import filled_in
from preflight.settings import Settings
from preflight.shells import Words, commands, words_of
from preflight.testing import access_policy, cluster, guid, header, resource_id, vault
from tests.commands.known import complaint, table
from tests.commands.uses import uses, verb_of
from tests.control_plane.build import BUILD_COMMAND, find_helm, find_kubectl

KNOWN = table()
GROUPS = {verb.split()[0] for verb in KNOWN}
SUBNET = resource_id("Microsoft.Network/virtualNetworks", "vnet") + "/subnets/nodes"


def cures() -> Iterator[Commands]:
    """All that the samples tell people to run, and every command of ours about access."""
    catalog = load(packs=False)
    for stage in STAGES:
        document = judged(sample(stage), catalog, catalog.offers, Settings())
        for outcome in document.outcomes:
            yield from (finding.commands for finding in outcome.findings if finding.commands)
        for step in document.steps:
            yield from (*step.commands, step.verify)
    yield from map(commands, about_access())
    yield grant(vault(), guid(1), ("secrets/a",))
    yield grant(vault(rbac=False, policies=[access_policy(guid(1), secrets=["list"])]), guid(1))
    yield commands(*all_the_rest())


def about_access() -> Iterator[Words]:
    yield show_client_id(cluster())
    yield enable_addon(cluster())
    yield from (list_assignments(vault(), guid(1)), list_groups(guid(1)), list_denials(vault().id))
    yield from allow_subnet(vault(), SUBNET, ("Microsoft.Sql",))
    yield from private_endpoint(vault(), SUBNET)
    own = KnownIdentity(role="own", name="id", ids=Identity(resource_id=resource_id("M/ids", "id")))
    nodes = ScaleSet(id=resource_id("Microsoft.Compute/virtualMachineScaleSets", "vmss"), name="vmss")
    yield from attach(own, (nodes,))


def all_the_rest() -> Iterator[Words]:
    """What no sample shows, as `preflight.acts` knows it."""
    where = {"name": "aks", "resource_group": "rg", "subscription": guid(9)}
    yield az("aks start", **where)
    pool = {**where, "name": "general", "cluster_name": "aks"}
    yield az("aks nodepool scale", **pool, node_count="3")
    yield az("aks nodepool update", **pool, update_cluster_autoscaler=True, min_count="1", max_count="3")
    yield az("keyvault recover", name="kv", location="westeurope")
    for kind in ("secret", "certificate"):
        yield az(f"keyvault {kind} recover", vault_name="kv", name="a")
        yield az(f"keyvault {kind} set-attributes", vault_name="kv", name="a", enabled="true")
    yield az("lock delete", ids=resource_id("Microsoft.Authorization/locks", "lock"))


EVERY = tuple(cures())
UNDONE = tuple(back for cure in EVERY if (back := effect([cure]).undo_commands))
LINES = sorted({line for cure in (*EVERY, *UNDONE) for line in cure.bash if words_of(line)})


def of(program: str) -> list[list[str]]:
    return [[*words_of(line)] for line in LINES if words_of(line)[0] == program]


def test_every_az_command_is_one_that_azure_cli_takes() -> None:
    lines = of("az")
    assert len(lines) > 20
    assert [wrong for line in lines if (wrong := complaint(line[1:], KNOWN))] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("aks addon update -g a -n b", "no such command"),
        ("aks show -n b", "lacks --resource-group"),
        ("aks show -g a -n b --verbose-name x", "has no --verbose-name"),
        ("keyvault secret set-attributes --vault-name a --name b --enabled maybe", "no such choice"),
        ("role assignment create --assignee-object-id a b --role r --scope s", "2 values"),
    ],
)
def test_what_azure_cli_would_refuse_is_found(line: str, wrong: str) -> None:
    assert wrong in (complaint(line.split(), KNOWN) or "")


def test_az_commands_in_texts_scripts_and_code_exist() -> None:
    found = list(uses())
    assert len(found) > 60
    wrong = []
    for use in found:
        verb = verb_of(use.words, KNOWN)
        if verb is None:
            # One word alone is the end of a line of prose.
            is_command = len(use.words) > 1 and use.words[0] in GROUPS
            wrong += [f"{use.where}: az {' '.join(use.words[:4])}"] if is_command else []
            continue
        names = {name for option in KNOWN[verb] for name in option["names"]} | {"-o", "--output", "--query"}
        wrong += [f"{use.where}: az {verb} {name}" for name in use.options if name not in names]
        required = [option["names"] for option in KNOWN[verb] if option.get("required")]
        wrong += [f"{use.where}: {verb} lacks {n[0]}" for n in required if use.whole and not {*n} & {*use.options}]
    assert wrong == []


@pytest.mark.parametrize("fact", [fact for fact in FACTS.values() if "az " in fact.ask], ids=lambda fact: fact.name)
def test_az_commands_that_give_a_fact_exist(fact: object) -> None:
    told = filled_in(fact.ask, header())  # type: ignore[attr-defined] # a Fact
    inner = re.findall(r"\$\((az [^()]*)\)", told)
    outer = re.sub(r"\$\(az [^()]*\)", "INNER", told)
    for line in (*inner, *outer.split("; ")):
        words = shlex.split(line)
        assert complaint(words[1:], KNOWN) is None, line


@pytest.mark.parametrize("act", [act for act in ACTS if act.back], ids=lambda act: act.verb)
def test_each_command_that_takes_another_back_is_among_those_tried(act: object) -> None:
    verb = act.verb  # type: ignore[attr-defined] # an Act
    if verb not in ("kubectl set resources", "helm upgrade"):
        assert any(line.startswith(verb) for line in LINES)


@pytest.mark.subprocess
def test_kubectl_has_every_verb_and_option() -> None:
    kubectl = find_kubectl()
    if kubectl is None:
        pytest.skip(f"no kubectl here; get it with: {BUILD_COMMAND}")
    asked = [shlex.split(fact.ask.partition(" -o go-template")[0]) for fact in FACTS.values() if "kubectl" in fact.ask]
    everywhere = _options([str(kubectl), "options"])
    lines = [*of("kubectl"), *asked]
    assert len(lines) > 15
    for line in lines:
        size = 3 if line[1] in ("set", "rollout", "auth") else 2
        helped = _options([str(kubectl), *line[1:size], "--help"])
        given = {word.partition("=")[0] for word in line if re.match(r"--?[a-z]", word)}
        assert given <= helped | everywhere, line


@pytest.mark.subprocess
def test_helm_has_every_verb_and_option() -> None:
    helm = find_helm()
    if helm is None:
        pytest.skip(f"no helm here; get it with: {BUILD_COMMAND}")
    lines = of("helm")
    assert {line[1] for line in lines} >= {"upgrade", "rollback"}
    for line in lines:
        helped = _options([str(helm), line[1], "--help"])
        assert {word for word in line if re.match(r"--?[a-z]", word)} <= helped, line


def _options(command: list[str]) -> set[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", done.stdout))


def test_our_own_commands_are_ones_we_take() -> None:
    lines = of("cluedin-preflight")
    assert lines
    for line in lines:
        command = cli.get_command(click.Context(cli), line[1])
        assert command is not None, line
        command.make_context(line[1], line[2:], resilient_parsing=False)


def test_no_command_holds_a_secret_or_leaves_a_name_open() -> None:
    for line in LINES:
        assert not re.search(r"--(value|password|client-secret|token)\b", line), line
        assert not re.search(r"[<{][A-Z_a-z ]+[>}]", line), line


def test_the_recorded_table_names_its_source() -> None:
    assert re.match(r'\{"azure-cli": "\d+\.\d+\.\d+"', (Path(__file__).with_name("az.json")).read_text())
