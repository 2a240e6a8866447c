"""Two results of one target: what is new, resolved, changed, unchanged, and what was not looked at again.

A problem that the later result did not look at is not resolved. Two problems are the same one when check and object are
the same; a line that moved in a file is no change. Pure.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from preflight.errors import WrongTargetError
from preflight.model import Evidence, Finding, Status, Waived
from preflight.report.document import Document, FailOn, Judged, under

SCHEMA = "cluedin-preflight/comparison/1"
_PROBLEMS = (Status.WARN, Status.UNKNOWN, Status.FAIL)


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence that differs; None where one side does not have it."""

    key: str
    old: Evidence
    new: Evidence


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem on both sides as far as it is there; `why` says what else there is to know."""

    check: str
    object: str | None = None
    old: Finding | None = None
    new: Finding | None = None
    numbers: tuple[Number, ...] = ()
    why: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every problem. `exit_code` is 1 when something new, or grown worse, reaches `fail_on`.

    `notes` tell what else differs between the two: stage, the tool's version, the chart's.
    """

    schema: str
    old_target: str
    new_target: str
    old_at: str
    new_at: str
    fail_on: FailOn
    exit_code: int
    notes: tuple[str, ...] = ()
    new: tuple[Entry, ...]
    resolved: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    not_looked_at: tuple[Entry, ...]


class _Key(NamedTuple):
    check: str
    object: str


class _Problem(NamedTuple):
    finding: Finding
    waived: Waived | None


def compare(old: Document, new: Document, *, fail_on: FailOn = "fail", other_target: bool = False) -> Comparison:
    """Compare two results. WrongTargetError when they are of two clusters and that was not asked for."""
    if not other_target:
        _refuse_other_target(old, new, "; --other-target compares them all the same")
    outcomes = {outcome.id: outcome for outcome in new.outcomes}
    earlier = {outcome.id: outcome for outcome in old.outcomes}
    kinds: dict[str, list[Entry]] = {"new": [], "resolved": [], "changed": [], "unchanged": [], "not_looked_at": []}
    for key, before, after in _pairs(old, new):
        kind, entry = _entry(key, before, after, earlier.get(key.check), outcomes.get(key.check))
        kinds[kind].append(entry)
    worse = any(_reaches(entry, fail_on) for entry in (*kinds["new"], *kinds["changed"]))
    return Comparison(
        schema=SCHEMA,
        old_target=old.target.cluster or "",
        new_target=new.target.cluster or "",
        old_at=old.collected_at,
        new_at=new.collected_at,
        fail_on=fail_on,
        exit_code=int(worse),
        notes=(*_asked_otherwise(old, new),),
        **{kind: tuple(entries) for kind, entries in kinds.items()},
    )


def against(document: Document, baseline: Document) -> Document:
    """Return the result with every finding marked `known` that the baseline has too, at least as bad.

    Known findings stay visible and count for nothing in the exit code. WrongTargetError for another cluster's baseline.
    """
    _refuse_other_target(baseline, document, ": give a baseline of this one")
    # A finding holds lists: it is no key itself.
    before = {id(after.finding): found for _, found, after in _pairs(baseline, document) if after}

    def marked(finding: Finding) -> Finding:
        found = before.get(id(finding))
        if found and not found.waived and found.finding.status.loudness >= finding.status.loudness:
            return msgspec.structs.replace(finding, known=True)
        return finding

    outcomes = tuple(
        msgspec.structs.replace(outcome, findings=tuple(marked(finding) for finding in outcome.findings))
        for outcome in document.outcomes
    )
    return under(
        msgspec.structs.replace(document, outcomes=outcomes),
        fail_on=document.fail_on,
        allow_unknown=document.allow_unknown,
    )


def _pairs(old: Document, new: Document) -> Iterator[tuple[_Key, _Problem | None, _Problem | None]]:
    """Yield every problem on both sides as far as it is there, the later result's first.

    Of several that a check has on one object, those that say the same belong together; the rest pair up as they stand.
    """
    before, after = _problems(old), _problems(new)
    for key in [*after, *(key for key in before if key not in after)]:
        gone, there = [*before.get(key, ())], after.get(key, [])
        unmatched = []
        for other in there:
            said = [one.finding.message for one in gone]
            if other.finding.message in said:
                yield key, gone.pop(said.index(other.finding.message)), other
            else:
                unmatched.append(other)
        for one, new_one in zip_longest(gone, unmatched):
            yield key, one, new_one


def _problems(document: Document) -> dict[_Key, list[_Problem]]:
    found: dict[_Key, list[_Problem]] = {}
    for outcome in document.outcomes:
        problems = [_Problem(finding, None) for finding in outcome.findings if finding.status in _PROBLEMS]
        problems += [_Problem(waived.finding, waived) for waived in outcome.waived]
        for problem in problems:
            found.setdefault(_Key(outcome.id, problem.finding.object or ""), []).append(problem)
    return found


def _asked_otherwise(old: Document, new: Document) -> Iterator[str]:
    """What else differs than the target's own state: another question, or another judge."""
    if old.stage != new.stage:
        yield f"stage {old.stage} before, {new.stage} now: what one stage does not ask is not looked at again"
    if old.tool.version != new.tool.version:
        yield f"judged by version {old.tool.version} before, {new.tool.version} now: checks may have changed"
    if old.target.chart_version != new.target.chart_version:
        yield f"chart {old.target.chart_version or 'not known'} before, {new.target.chart_version or 'not known'} now"


def _entry(
    key: _Key, before: _Problem | None, after: _Problem | None, earlier: Judged | None, later: Judged | None
) -> tuple[str, Entry]:
    entry = Entry(
        check=key.check,
        object=key.object or None,
        old=before.finding if before else None,
        new=after.finding if after else None,
    )
    if before and after:
        waived = f"waived until {after.waived.until}" if after.waived and not before.waived else ""
        waived = "no longer waived" if before.waived and not after.waived else waived
        numbers = _numbers(before.finding.evidence, after.finding.evidence)
        same = (before.finding.status, before.finding.message) == (after.finding.status, after.finding.message)
        kind = "unchanged" if same and not numbers and not waived else "changed"
        return kind, msgspec.structs.replace(entry, numbers=numbers, why=waived)
    if after:
        unseen = earlier is None or earlier.status in (Status.UNKNOWN, Status.SKIP)
        why = f"waived until {after.waived.until}" if after.waived else "not judged before" if unseen else ""
        return "new", msgspec.structs.replace(entry, why=why)
    why = _not_looked_at(later, key.object)
    return ("not_looked_at" if why else "resolved"), msgspec.structs.replace(entry, why=why)


def _not_looked_at(outcome: Judged | None, object_: str) -> str:
    """Return why the later result says nothing about a check's problem on this object, or "" when it is gone."""
    if outcome is None:
        return "the check was not run"
    if outcome.status is Status.SKIP:
        return next((finding.message for finding in outcome.findings), "") or "skipped"
    passed_over = [
        one for one in outcome.findings if one.status is Status.SKIP and one.object and one.object == object_
    ]
    if passed_over:
        return passed_over[0].message or "skipped"
    blind = [finding for finding in outcome.findings if finding.status is Status.UNKNOWN and not finding.object]
    if blind or not (outcome.findings or outcome.waived):
        return (blind[0].message if blind else "") or "not judged"
    return ""


def _numbers(old: dict[str, Any], new: dict[str, Any]) -> tuple[Number, ...]:
    keys = [key for key in {**old, **new} if key not in ("figure", "table") and old.get(key) != new.get(key)]
    return tuple(Number(key=key, old=old.get(key), new=new.get(key)) for key in keys)


def _reaches(entry: Entry, fail_on: FailOn) -> bool:
    """Tell whether what is new is at or above the threshold and was below it before; waived findings never are."""
    failing = {"warn": (Status.WARN, Status.FAIL), "fail": (Status.FAIL,), "never": ()}[fail_on]
    if entry.new is None or entry.new.status not in failing or entry.why.startswith("waived"):
        return False
    return entry.old is None or entry.old.status not in failing or entry.why == "no longer waived"


def _refuse_other_target(old: Document, new: Document, advice: str) -> None:
    """Names of contexts are everybody's own: they count only where neither side knows its cluster."""
    names = ["cluster", "subscription", "resource_group"]
    names += [] if old.target.cluster or new.target.cluster else ["context"]
    for name in names:
        one, other = getattr(old.target, name), getattr(new.target, name)
        if one and other and one.lower() != other.lower():
            raise WrongTargetError(
                f"these are results of two targets: {name.replace('_', ' ')} {one!r} and {other!r}{advice}"
            )
