"""Two results of one target: what is new, resolved, changed, unchanged, and what was not looked at again.

A problem that the later result did not look at is not resolved. Two problems are the same one when check and object are
the same; a line that moved in a file is no change. Pure.
"""

from collections import Counter
from collections.abc import Iterator
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
    """What became of every problem. `exit_code` is 1 when something new, or grown worse, reaches `fail_on`."""

    schema: str
    old_target: str
    new_target: str
    old_at: str
    new_at: str
    fail_on: FailOn
    exit_code: int
    new: tuple[Entry, ...]
    resolved: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    not_looked_at: tuple[Entry, ...]


class _Key(NamedTuple):
    check: str
    object: str
    number: int
    """Counts the findings a check has on one object."""


class _Problem(NamedTuple):
    finding: Finding
    waived: Waived | None


def compare(old: Document, new: Document, *, fail_on: FailOn = "fail", other_target: bool = False) -> Comparison:
    """Compare two results. WrongTargetError when they are of two clusters and that was not asked for."""
    if not other_target:
        _refuse_other_target(old, new)
    before, after = dict(_problems(old)), dict(_problems(new))
    outcomes = {outcome.id: outcome for outcome in new.outcomes}
    earlier = {outcome.id: outcome for outcome in old.outcomes}
    kinds: dict[str, list[Entry]] = {"new": [], "resolved": [], "changed": [], "unchanged": [], "not_looked_at": []}
    for key in [*after, *(key for key in before if key not in after)]:
        kind, entry = _entry(key, before.get(key), after.get(key), earlier.get(key.check), outcomes.get(key.check))
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
        **{kind: tuple(entries) for kind, entries in kinds.items()},
    )


def against(document: Document, baseline: Document) -> Document:
    """Return the result with every finding marked `known` that the baseline has too, at least as bad.

    Known findings stay visible and count for nothing in the exit code. WrongTargetError for another cluster's baseline.
    """
    _refuse_other_target(baseline, document)
    before = dict(_problems(baseline))
    now = {id(problem.finding): key for key, problem in _problems(document)}  # a finding holds lists: no key itself

    def marked(finding: Finding) -> Finding:
        found = before.get(now[id(finding)]) if id(finding) in now else None
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


def _problems(document: Document) -> Iterator[tuple[_Key, _Problem]]:
    seen: Counter[tuple[str, str]] = Counter()
    for outcome in document.outcomes:
        problems = [_Problem(finding, None) for finding in outcome.findings if finding.status in _PROBLEMS]
        problems += [_Problem(waived.finding, waived) for waived in outcome.waived]
        for problem in problems:
            named = outcome.id, problem.finding.object or ""
            yield _Key(*named, seen[named]), problem
            seen[named] += 1


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
    why = _not_looked_at(later)
    return ("not_looked_at" if why else "resolved"), msgspec.structs.replace(entry, why=why)


def _not_looked_at(outcome: Judged | None) -> str:
    """Return why the later result says nothing about a problem of this check, or "" when it is gone."""
    if outcome is None:
        return "the check was not run"
    if outcome.status is Status.SKIP:
        return next((finding.message for finding in outcome.findings), "") or "skipped"
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


def _refuse_other_target(old: Document, new: Document) -> None:
    for name in ("cluster", "subscription", "resource_group"):
        one, other = getattr(old.target, name), getattr(new.target, name)
        if one and other and one.lower() != other.lower():
            raise WrongTargetError(
                f"these are results of two targets: {name.replace('_', ' ')} {one!r} and {other!r}; "
                "--other-target compares them all the same"
            )
