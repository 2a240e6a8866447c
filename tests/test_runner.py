"""The runner judges every check once, and one check's trouble costs itself only."""

# ruff: noqa: ARG001 - a check's parameters are its declaration, used or not

import re
import shlex
from collections.abc import Iterator

import pytest

from preflight import Finding, Missing, check, facts, fail, passed, unknown, warn
from preflight.definition import Check
from preflight.facts import FACTS, Header, Snapshot, Why
from preflight.model import Report, Stage, Status, Target
from preflight.runner import NO_VERDICT, filled_in, run
from preflight.settings import Settings
from preflight.testing import header, node, vault


@check("counts-nodes", group="capacity", stages=("enable", "deploy"))
def counts_nodes(
    nodes: tuple[facts.Node, ...],
    vault: facts.Vault | None = None,
    cluster: facts.ManagedCluster | Missing | None = None,
    *,
    most: int = 2,
) -> Iterator[Finding]:
    """There are few nodes."""
    yield passed(f"{len(nodes)} of {most}, vault {vault and vault.name}, {type(cluster).__name__}")


@check("needs-two", group="vault")
def needs_two(vault: facts.Vault, cluster: facts.ManagedCluster) -> Iterator[Finding]:
    """Vault and cluster are there."""
    yield passed(vault.name + cluster.name)


@check("breaks", group="vault")
def breaks(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It works."""
    yield passed("so far so good")
    raise ValueError("a secret detail")


@check("says-nothing", group="vault")
def says_nothing(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It says something."""
    yield from ()


@check("says-much", group="vault")
def says_much(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """All is well."""
    yield passed("c")
    yield warn("w", "node/b")
    yield fail("f2", "node/b", "cure")
    yield fail("f1", "node/a", "cure")
    yield unknown("u")


def judged(*checks: Check, given: Header | None = None, settings: Settings | None = None, **known: object) -> Report:
    snapshot = Snapshot(header=given or header(), facts=known)
    return run([(each, "pack 1.0") for each in checks], snapshot, settings or Settings(), FACTS)


def test_facts_arrive_by_name_and_missing_ones_as_asked_for() -> None:
    report = judged(counts_nodes, nodes=(node("a"),), vault=vault("kv-1"))
    assert report.outcomes[0].findings == (passed("1 of 2, vault kv-1, Missing"),)
    assert judged(counts_nodes, nodes=()).outcomes[0].findings == (passed("0 of 2, vault None, Missing"),)


def test_thresholds_come_from_the_settings() -> None:
    settings = Settings(checks={"counts-nodes": {"most": 9}})
    assert judged(counts_nodes, nodes=(), settings=settings).outcomes[0].findings[0].message.startswith("0 of 9")


def test_the_outcome_says_what_the_check_is() -> None:
    outcome = judged(counts_nodes, nodes=()).outcomes[0]
    assert (outcome.id, outcome.group, outcome.pack) == ("counts-nodes", "capacity", "pack 1.0")
    assert outcome.title == "There are few nodes"
    assert outcome.reads == ("nodes", "vault", "cluster")
    assert outcome.status is Status.PASS


@pytest.mark.parametrize(
    ("stage", "stages", "status"),
    [
        ("enable", (), Status.PASS),
        ("verify", (), Status.SKIP),
        ("verify", ("verify",), Status.SKIP),
        ("deploy", ("deploy", "enable"), Status.PASS),
    ],
)
def test_a_check_outside_its_stages_is_a_skip(stage: Stage, stages: tuple[Stage, ...], status: Status) -> None:
    assert judged(counts_nodes, given=header(stage=stage, stages=stages), nodes=()).outcomes[0].status is status


@pytest.mark.parametrize(
    ("why", "status"),
    [
        ("refused", Status.UNKNOWN),
        ("failed", Status.UNKNOWN),
        ("partial", Status.UNKNOWN),
        ("not-given", Status.UNKNOWN),
        ("not-yet", Status.SKIP),
        ("offline", Status.SKIP),
    ],
)
def test_why_a_fact_is_missing_decides(why: Why, status: Status) -> None:
    outcome = judged(counts_nodes, nodes=Missing(reason="it was so", why=why)).outcomes[0]
    assert outcome.status is status
    assert "it was so" in outcome.findings[0].message


def test_a_fact_that_is_nowhere_is_unknown() -> None:
    assert judged(counts_nodes).outcomes[0].status is Status.UNKNOWN


def test_what_cannot_be_yet_outweighs_what_was_refused() -> None:
    not_yet, refused = Missing(reason="too early", why="not-yet"), Missing(reason="403", why="refused")
    outcome = judged(needs_two, vault=refused, cluster=not_yet).outcomes[0]
    assert [finding.message for finding in outcome.findings] == ["too early"]
    assert outcome.status is Status.SKIP


def test_one_reason_is_told_once() -> None:
    outcome = judged(
        needs_two, vault=Missing(reason="offline", why="offline"), cluster=Missing(reason="offline", why="offline")
    )
    assert len(outcome.outcomes[0].findings) == 1


def test_a_check_that_raises_costs_itself_only_and_tells_no_detail() -> None:
    first, second = judged(breaks, counts_nodes, nodes=()).outcomes
    assert first.status is Status.UNKNOWN
    assert "ValueError" in first.findings[0].message
    assert "secret detail" not in first.findings[0].message
    assert second.status is Status.PASS


def test_no_finding_is_no_verdict() -> None:
    outcome = judged(says_nothing, nodes=()).outcomes[0]
    assert (outcome.status, outcome.findings[0].message) == (Status.UNKNOWN, NO_VERDICT)


def test_findings_come_worst_first_then_by_object() -> None:
    outcome = judged(says_much, nodes=()).outcomes[0]
    assert [finding.message for finding in outcome.findings] == ["f1", "f2", "u", "w", "c"]
    assert outcome.status is Status.FAIL


def test_a_pack_that_could_not_be_loaded_is_an_unknown_outcome() -> None:
    report = run(
        [], Snapshot(header=header()), Settings(), FACTS, broken_packs=[("acme", "acme 1.2", "ImportError: x")]
    )
    assert report.outcomes[0].id == "pack-acme"
    assert report.outcomes[0].status is Status.UNKNOWN
    assert "acme 1.2 could not be loaded: ImportError: x" in report.outcomes[0].findings[0].message


def test_the_report_says_what_was_read_and_what_to_ask_for() -> None:
    given = header(target=Target(cluster="aks-1", resource_group="rg-1", vault="kv-1"))
    refused = Missing(reason="403", why="refused")
    report = judged(needs_two, counts_nodes, given=given, nodes=(), vault=refused)
    states = {state.name: state for state in report.facts}
    assert list(states) == [name for name in FACTS if name in {"nodes", "vault", "cluster"}]
    assert (states["nodes"].state, states["nodes"].ask) == ("read", "")
    assert (states["vault"].state, states["vault"].reason) == ("refused", "403")
    assert states["vault"].ask == "az keyvault show -n kv-1"
    assert states["cluster"].ask == "az aks show -g rg-1 -n aks-1"


def test_nothing_to_ask_for_what_cannot_be_yet() -> None:
    report = judged(needs_two, vault=Missing(reason="too early", why="not-yet"))
    assert next(state for state in report.facts if state.name == "vault").ask == ""


def test_the_header_goes_into_the_report() -> None:
    given = header(stage="deploy", sample=True, partial=True, notes=("one",), stage_reason="as given")
    report = judged(given=given)
    assert (report.stage, report.stage_reason, report.collected_at) == ("deploy", "as given", given.collected_at)
    assert (report.sample, report.partial, report.notes) == (True, True, ("one",))


def test_names_that_are_not_known_stay_words() -> None:
    assert filled_in("az aks show -g {group} -n {cluster}", header()) == "az aks show -g GROUP -n CLUSTER"


@pytest.mark.parametrize("name", ["$(touch x)", "a b", "it's", "a,b", "@a", "\u2019; x"])
def test_names_are_quoted_for_each_shell(name: str) -> None:
    given = header(target=Target(vault=name))
    report = judged(needs_two, given=given, vault=Missing(reason="403", why="refused"))
    (state,) = [state for state in report.facts if state.name == "vault"]
    assert shlex.split(state.ask)[-1] == name
    quoted = state.ask_powershell.removeprefix("az keyvault show -n ")
    assert re.fullmatch("'(?:[^'\u2018-\u201b]|(['\u2018-\u201b])\\1)*'", quoted)
    assert re.sub("(['\u2018-\u201b])\\1", r"\1", quoted[1:-1]) == name
