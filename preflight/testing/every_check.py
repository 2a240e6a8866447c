"""What holds for every check, whoever wrote it: rules to parametrise a test over.

    @pytest.mark.parametrize("rule", EVERY_CHECK, ids=lambda rule: rule.__name__)
    def test_my_check(rule):
        rule(my_check)                      # on facts that hold nothing
        rule(my_check, a_full_snapshot)     # and on a cluster of yours

A rule raises AssertionError, saying what is wrong.
"""

import json
import random
import re
import typing
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from preflight.definition import Check
from preflight.facts import FACTS, Missing, Snapshot, Why
from preflight.model import STAGES, Outcome, Status
from preflight.runner import NO_VERDICT
from preflight.testing.judging import header, judge_snapshot, snapshot

KINDS_OF_MISSING: tuple[Why, ...] = typing.get_args(Why)
LONGEST_TITLE, LONGEST_MESSAGE, LONGEST_HINT = 80, 400, 600

Rule = Callable[..., None]
"""`rule(check)` or `rule(check, snapshot)`."""


def has_a_permanent_id(check: Check, given: Snapshot | None = None) -> None:
    """The id is kebab-case and the function is named like it, so that one search finds both."""
    _ = given
    _demand(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", check.id), check, "its id is not kebab-case")
    name = check.function.__name__
    _demand(name == check.id.replace("-", "_"), check, f"its function is named {name}, not like its id")


def has_a_manual(check: Check, given: Snapshot | None = None) -> None:
    """The docstring is title, why and how to fix, apart by blank lines."""
    _ = given
    paragraphs = [part for part in re.split(r"\n\s*\n", check.manual) if part.strip()]
    _demand(len(paragraphs) > 2, check, "its docstring lacks one of title, why, and how to fix")  # noqa: PLR2004 - those three
    _demand("\n" not in paragraphs[0], check, "its title is longer than one line")
    _demand(len(check.title) <= LONGEST_TITLE, check, f"its title is longer than {LONGEST_TITLE} characters")


def belongs_to_stages(check: Check, given: Snapshot | None = None) -> None:
    """Its stages are ours, each named once; outside them it is a skip."""
    _demand(set(check.stages) <= set(STAGES), check, "it names a stage that does not exist")
    _demand(len(set(check.stages)) == len(check.stages), check, "it names a stage twice")
    for stage in set(STAGES) - set(check.stages):
        outside = msgspec.structs.replace(_of(check, given), header=header(stage=stage))
        _demand(judge_snapshot(check, outside).status is Status.SKIP, check, f"it is no skip in stage {stage}")


def never_passes_on_a_missing_fact(check: Check, given: Snapshot | None = None) -> None:
    """Without a fact that it needs: skip where that is in order, else unknown. Without all facts: never a pass."""
    if not _concerns(check, given):
        return
    for kind in KINDS_OF_MISSING:
        missing = Missing(reason="left out by this test", why=kind)
        for name in set(check.needed) - {"header"}:
            outcome = judge_snapshot(check, _with(_of(check, given), {name: missing}))
            wanted = Status.SKIP if missing.is_skip else Status.UNKNOWN
            _demand(outcome.status is wanted, check, f"without {name} ({kind}) it is {outcome.status}, not {wanted}")
        nothing = dict.fromkeys(_read(check), missing)
        outcome = judge_snapshot(check, _with(_of(check, given), nothing))
        _demand(outcome.status in (Status.SKIP, Status.UNKNOWN), check, f"without any fact it is {outcome.status}")


def never_turns_a_failure_into_a_pass_by_not_knowing(check: Check, given: Snapshot | None = None) -> None:
    """What fails with a welcome fact does not pass only because that fact is missing."""
    full = _of(check, given)
    if judge_snapshot(check, full).status is not Status.FAIL:
        return
    for name in check.welcome:
        for kind in KINDS_OF_MISSING:
            missing = Missing(reason="left out by this test", why=kind)
            outcome = judge_snapshot(check, _with(full, {name: missing}))
            _demand(outcome.status is not Status.PASS, check, f"it fails, and passes without {name} ({kind})")


def reaches_a_verdict(check: Check, given: Snapshot | None = None) -> None:
    """It says something in each of its stages, also about facts that hold nothing."""
    for stage in check.stages:
        of_stage = msgspec.structs.replace(_of(check, given).header, stage=stage, stages=(stage,))
        outcome = judge_snapshot(check, msgspec.structs.replace(_of(check, given), header=of_stage))
        silent = any(finding.message == NO_VERDICT for finding in outcome.findings)
        _demand(not silent, check, f"it yields no finding in stage {stage}")


def says_the_same_twice(check: Check, given: Snapshot | None = None) -> None:
    """One snapshot, one answer."""
    _demand(_answers(check, given) == _answers(check, given), check, "two judgements of one snapshot differ")


def ignores_the_order_of_lists(check: Check, given: Snapshot | None = None) -> None:
    """An API server lists in no order that means anything, so shuffled lists give the same answer."""
    expected = _answers(check, given)
    full = _of(check, given)
    for seed in range(3):
        shuffled = {name: _shuffled(value, random.Random(seed)) for name, value in full.facts.items()}  # noqa: S311 - no secret
        answers = _answers(check, msgspec.structs.replace(full, facts=shuffled))
        _demand(answers == expected, check, "it answers differently when lists come in another order")


def explains_itself(check: Check, given: Snapshot | None = None) -> None:
    """A failure names object and cure; every sentence is readable; evidence is JSON."""
    for finding in judge_snapshot(check, _of(check, given)).findings:
        said = f"finding {finding.message!r}"
        if finding.status is Status.FAIL:
            _demand(finding.object, check, f"{said} is a failure without an object")
            _demand(finding.hint, check, f"{said} is a failure without a hint")
        _demand(finding.message.strip(), check, "a finding has no message")
        _demand(len(finding.message) <= LONGEST_MESSAGE, check, f"{said} is longer than {LONGEST_MESSAGE} characters")
        _demand(len(finding.hint or "") <= LONGEST_HINT, check, f"the hint of {said} is longer than {LONGEST_HINT}")
        _demand("\n" not in finding.message, check, f"{said} breaks the line")
        if finding.object is not None:
            _demand(re.match(r"[a-z-]+/", finding.object), check, f"object {finding.object!r} is not kind/name")
        json.dumps(finding.evidence, allow_nan=False)


EVERY_CHECK: tuple[Rule, ...] = (
    has_a_permanent_id,
    has_a_manual,
    belongs_to_stages,
    never_passes_on_a_missing_fact,
    never_turns_a_failure_into_a_pass_by_not_knowing,
    reaches_a_verdict,
    says_the_same_twice,
    ignores_the_order_of_lists,
    explains_itself,
)


def empty(kind: Any) -> Any:  # noqa: ANN401 - any fact's type
    """Return the emptiest value of a fact's type: no items, no text, nothing switched on.

    >>> empty(tuple[str, ...])
    ()
    """
    origin = typing.get_origin(kind)
    if origin is tuple:
        return ()
    if origin is Literal:
        return typing.get_args(kind)[0]
    if issubclass(kind, msgspec.Struct):
        types = typing.get_type_hints(kind)
        return kind(
            **{field.name: empty(types[field.name]) for field in msgspec.structs.fields(kind) if field.required}
        )
    return kind()


def _demand(holds: object, check: Check, complaint: str) -> None:
    if not holds:
        raise AssertionError(f"check {check.id}: {complaint}")


def _read(check: Check) -> list[str]:
    return [name for name in check.reads if name != "header"]


def _of(check: Check, given: Snapshot | None) -> Snapshot:
    """The snapshot that a rule was given; else one whose facts hold nothing."""
    if given is not None:
        return given
    known = FACTS | {fact.name: fact for fact in check.own_facts}
    return snapshot(header(stage=check.stages[0]), {name: empty(known[name].type) for name in _read(check)})


def _concerns(check: Check, given: Snapshot | None) -> bool:
    """Tell whether the snapshot is of a stage of the check; in others it is a skip whatever is missing."""
    header = _of(check, given).header
    return bool(set(check.stages) & {header.stage, *header.stages})


def _with(full: Snapshot, facts: dict[str, Any]) -> Snapshot:
    return msgspec.structs.replace(full, facts={**full.facts, **facts})


def _answers(check: Check, given: Snapshot | None) -> Outcome:
    return judge_snapshot(check, _of(check, given))


def _shuffled(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - any fact's value
    if isinstance(value, tuple):
        return tuple(chance.sample(value, len(value)))
    items = getattr(value, "items", None)
    return msgspec.structs.replace(value, items=_shuffled(items, chance)) if isinstance(items, tuple) else value
