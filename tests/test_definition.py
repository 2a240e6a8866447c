"""@check reads a signature, and refuses a bad one with module and function named."""

# ruff: noqa: ARG001 - a check's parameters are its declaration, used or not

from collections.abc import Callable, Iterator

import pytest

from preflight import Commands, Finding, Location, Missing, Status, check, facts, fail, passed, skip, unknown, warn
from preflight.definition import Function
from preflight.errors import CheckDefinitionError


def says_nothing(nodes: tuple[facts.Node, ...]) -> Iterator[Finding]:
    """Everything is fine.

    Because it matters.
    """
    yield from ()


def test_the_signature_is_the_declaration() -> None:
    @check("some-check", group="capacity", stages=("deploy", "verify"))
    def some_check(
        nodes: tuple[facts.Node, ...],
        header: facts.Header,
        pods: tuple[facts.Pod, ...] | None = None,
        vault: facts.Vault | Missing | None = None,
        *,
        headroom: int = 2,
        names: tuple[str, ...] = ("a",),
    ) -> Iterator[Finding]:
        """Every node has room.

        Why: because.

            indented
        """
        yield passed(f"{len(nodes)} nodes")

    assert (some_check.id, some_check.group, some_check.stages) == ("some-check", "capacity", ("deploy", "verify"))
    assert some_check.needed == ("nodes", "header")
    assert some_check.welcome == ("pods", "vault")
    assert some_check.reads == ("nodes", "header", "pods", "vault")
    assert some_check.told == {"vault"}
    assert some_check.thresholds == {"headroom": 2, "names": ("a",)}
    assert some_check.title == "Every node has room"
    assert some_check.manual.splitlines()[2:] == ["Why: because.", "", "    indented"]


def test_a_check_can_still_be_called() -> None:
    @check("some-check", group="capacity")
    def some_check(nodes: tuple[facts.Node, ...], *, most: int = 1) -> Iterator[Finding]:
        """There are few nodes."""
        yield passed("few") if len(nodes) <= most else warn("many")

    assert some_check(()) == [passed("few")]
    assert some_check((), most=-1) == [warn("many")]


def test_a_pack_may_bring_a_fact() -> None:
    own = facts.Fact(name="gadgets", type=tuple[str, ...], source="kubernetes", right="list gadgets", ask="kubectl")

    @check("some-check", group="capacity", own_facts=(own,))
    def some_check(gadgets: tuple[str, ...]) -> Iterator[Finding]:
        """There are gadgets."""
        yield passed(str(len(gadgets)))

    assert some_check.needed == ("gadgets",)
    assert some_check.own_facts == (own,)


def _variadic(*nodes: object) -> Iterator[Finding]:
    """Title."""
    yield from nodes  # type: ignore[misc] # refused before it could run


def _positional_only(nodes: object, /) -> Iterator[Finding]:
    """Title."""
    yield passed(str(nodes))


def _unknown_fact(nodez: object) -> Iterator[Finding]:
    """Title."""
    yield passed(str(nodez))


def _default_value(nodes: object = ()) -> Iterator[Finding]:
    """Title."""
    yield passed(str(nodes))


def _header_only(header: facts.Header) -> Iterator[Finding]:
    """Title."""
    yield passed(str(header))


def _no_facts(*, headroom: int = 2) -> Iterator[Finding]:
    """Title."""
    yield passed(str(headroom))


def _no_default(nodes: object, *, headroom: int) -> Iterator[Finding]:
    """Title."""
    yield passed(f"{nodes}{headroom}")


def _undocumented(nodes: object) -> Iterator[Finding]:
    yield passed(str(nodes))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (_variadic, "neither facts nor thresholds"),
        (_positional_only, "neither facts nor thresholds"),
        (_unknown_fact, "'nodez' is not a fact"),
        (_default_value, "may only have the default None"),
        (_header_only, "takes no fact"),
        (_no_facts, "takes no fact"),
        (_no_default, "threshold 'headroom' has no default"),
        (_undocumented, "no docstring"),
    ],
)
def test_a_bad_signature_is_refused_by_module_and_function(function: Function, complaint: str) -> None:
    with pytest.raises(CheckDefinitionError, match=complaint) as refusal:
        check("some-check", group="capacity")(function)
    assert f"'some-check' (tests.test_definition.{function.__name__})" in str(refusal.value)


@pytest.mark.parametrize("id", ["", "Some-Check", "some_check", "-some", "some-", "some check", "prüfung"])
def test_an_id_is_kebab_case(id: str) -> None:
    with pytest.raises(CheckDefinitionError, match="kebab-case"):
        check(id, group="capacity")(says_nothing)


@pytest.mark.parametrize("stages", [(), ("install",), ("deploy", "later")])
def test_stages_are_ours(stages: tuple[str, ...]) -> None:
    with pytest.raises(CheckDefinitionError, match="stages must be some of enable, deploy, verify"):
        check("some-check", group="capacity", stages=stages)(says_nothing)  # type: ignore[arg-type] # what is refused


@pytest.mark.parametrize("say", [skip, passed])
def test_calm_findings(say: Callable[..., Finding]) -> None:
    finding = say("said", "node/a", evidence={"free": 2})
    assert (finding.message, finding.object, finding.evidence) == ("said", "node/a", {"free": 2})
    assert finding.status in (Status.SKIP, Status.PASS)


@pytest.mark.parametrize(
    ("say", "status"), [(warn, Status.WARN), (unknown, Status.UNKNOWN), (fail, Status.FAIL)], ids=str
)
def test_loud_findings(say: Callable[..., Finding], status: Status) -> None:
    place, cure = Location(file="values.yaml", line=3), Commands(bash=("az aks show",))
    finding = say("said", "node/a", "do it", evidence={"free": 2}, location=place, commands=cure)
    assert finding == Finding(
        status=status,
        message="said",
        object="node/a",
        hint="do it",
        evidence={"free": 2},
        location=place,
        commands=cure,
    )


def test_a_failure_names_object_and_hint() -> None:
    with pytest.raises(TypeError):
        fail("said")  # type: ignore[call-arg] # what is refused
