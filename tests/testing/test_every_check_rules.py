"""Each rule that every check keeps catches a check that does not keep it."""

# ruff: noqa: ARG001 - a check's parameters are its declaration, used or not

import itertools
from collections.abc import Iterator

import pytest

from preflight import Check, Finding, Missing, check, facts, fail, passed, unknown, warn
from preflight.testing import EVERY_CHECK, empty, header, node, snapshot
from preflight.testing.every_check import Rule

NODES = snapshot(header(), {"nodes": (node("a"), node("b")), "pods": ()})
_COUNT = itertools.count()


@check("well-made", group="capacity")
def well_made(
    nodes: tuple[facts.Node, ...], pods: tuple[facts.Pod, ...] | Missing | None = None, *, most: int = 5
) -> Iterator[Finding]:
    """There are few nodes.

    Why it matters.

    How to fix it.
    """
    for each in nodes:
        yield fail("it is one too many", f"node/{each.metadata.name}", "remove it")
    if not nodes:
        yield passed("there are none")


@check("other-name", group="capacity")
def named_unlike_its_id(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed("it does")


@check("no-fix", group="capacity")
def no_fix(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why it matters, and nothing else.
    """
    yield passed("it does")


@check("long-title", group="capacity")
def long_title(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """A title that goes on and on, so that no line of a report could ever hold it together with the rest.

    Why.

    Fix.
    """
    yield passed("it does")


@check("stage-twice", group="capacity", stages=("deploy", "deploy"))
def stage_twice(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed("it does")


@check("passes-blindly", group="capacity")
def passes_blindly(nodes: tuple[facts.Node, ...] | None = None) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed("nothing speaks against it")


@check("forgives", group="capacity")
def forgives(nodes: tuple[facts.Node, ...], pods: tuple[facts.Pod, ...] | None = None) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed("no pods, no problem") if pods is None else fail("broken", "node/a", "mend it")


@check("silent", group="capacity")
def silent(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield from (passed(each.metadata.name) for each in nodes)


@check("crashes", group="capacity")
def crashes(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed(nodes[0].metadata.name)


@check("fickle", group="capacity")
def fickle(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed(f"asked {next(_COUNT)} times")


@check("first-come", group="capacity")
def first_come(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """It holds.

    Why.

    Fix.
    """
    yield passed(f"the first is {nodes[0].metadata.name}" if nodes else "none")


def _says(finding: Finding) -> Check:
    @check("explains", group="capacity")
    def explains(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
        """It holds.

        Why.

        Fix.
        """
        yield finding

    return explains


def rule(name: str) -> Rule:
    return next(each for each in EVERY_CHECK if each.__name__ == name)


@pytest.mark.parametrize("each", EVERY_CHECK, ids=lambda each: each.__name__)
def test_a_well_made_check_keeps_them_all(each: Rule) -> None:
    each(well_made)
    each(well_made, NODES)


@pytest.mark.parametrize(
    ("name", "bad", "complaint"),
    [
        ("has_a_permanent_id", named_unlike_its_id, "named named_unlike_its_id, not like its id"),
        ("has_a_manual", no_fix, "lacks one of title, why, and how to fix"),
        ("has_a_manual", long_title, "longer than 80 characters"),
        ("belongs_to_stages", stage_twice, "names a stage twice"),
        ("never_passes_on_a_missing_fact", passes_blindly, "without any fact it is pass"),
        ("never_turns_a_failure_into_a_pass_by_not_knowing", forgives, "passes without pods"),
        ("reaches_a_verdict", silent, "no finding in stage enable"),
        ("says_the_same_twice", fickle, "differ"),
        ("explains_itself", _says(warn("x" * 500)), "longer than 400"),
        ("explains_itself", _says(warn("said", "node/a", "x" * 700)), "longer than 600"),
        ("explains_itself", _says(warn("one\ntwo")), "breaks the line"),
        ("explains_itself", _says(warn(" ")), "no message"),
        ("explains_itself", _says(warn("said", "a node")), "not kind/name"),
        ("explains_itself", _says(fail("said", "", "mend it")), "without an object"),
        ("explains_itself", _says(fail("said", "node/a", "")), "without a hint"),
    ],
)
def test_each_rule_catches_what_it_is_for(name: str, bad: Check, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        rule(name)(bad)


def test_order_needs_something_to_shuffle() -> None:
    rule("ignores_the_order_of_lists")(first_come)
    with pytest.raises(AssertionError, match="another order"):
        rule("ignores_the_order_of_lists")(first_come, NODES)


def test_evidence_is_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        rule("explains_itself")(_says(unknown("said", evidence={"share": float("nan")})))


@pytest.mark.parametrize("name", ["reaches_a_verdict", "explains_itself"])
def test_a_crash_shows_itself(name: str) -> None:
    with pytest.raises(IndexError):
        rule(name)(crashes)


@pytest.mark.parametrize("fact", facts.FACTS.values(), ids=lambda fact: fact.name)
def test_every_fact_has_an_emptiest_value(fact: facts.Fact) -> None:
    assert repr(empty(fact.type))
