"""The rules that every check keeps, over the whole catalogue: on facts that hold nothing, and on the samples."""

from collections.abc import Iterator
from itertools import product

import pytest

from preflight.catalog import load
from preflight.definition import Check
from preflight.demo import sample
from preflight.facts import Missing, Snapshot
from preflight.model import STAGES, Stage, Status
from preflight.testing import EVERY_CHECK, judge_snapshot
from preflight.testing.every_check import KINDS_OF_MISSING, Rule

CHECKS = [offer.check for offer in load(packs=False).offers]
SAMPLES = {stage: sample(stage) for stage in STAGES}


def _id(value: object) -> str:
    return value.id if isinstance(value, Check) else getattr(value, "__name__", str(value))


@pytest.mark.parametrize("rule", EVERY_CHECK, ids=_id)
@pytest.mark.parametrize("check", CHECKS, ids=_id)
def test_on_facts_that_hold_nothing(check: Check, rule: Rule) -> None:
    rule(check)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("rule", EVERY_CHECK, ids=_id)
@pytest.mark.parametrize("check", CHECKS, ids=_id)
def test_on_the_samples(check: Check, rule: Rule, stage: Stage) -> None:
    rule(check, SAMPLES[stage])


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("check", CHECKS, ids=_id)
def test_no_object_that_fails_passes_because_something_was_not_read(check: Check, stage: Stage) -> None:
    full = SAMPLES[stage]
    failing = {f.object for f in judge_snapshot(check, full).findings if f.status is Status.FAIL}
    for name, snapshot in _each_without_one(check, full):
        passing = {f.object for f in judge_snapshot(check, snapshot).findings if f.status is Status.PASS}
        assert not failing & passing, f"without {name}"


def _each_without_one(check: Check, full: Snapshot) -> Iterator[tuple[str, Snapshot]]:
    for name, why in product(check.reads, KINDS_OF_MISSING):
        if name != "header":
            missing = Missing(reason="left out by this test", why=why)
            yield f"{name} ({why})", Snapshot(header=full.header, facts={**full.facts, name: missing})
