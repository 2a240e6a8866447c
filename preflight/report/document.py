"""The result document: what is saved, and what every format is a view of.

`document` makes it from a report once; a saved one read back gives the same bytes in every format. Order is defined:
groups as in `model.GROUPS` and then by name, checks by id, findings worst first and then by object. Times are the
snapshot's, never those of the judging run.
"""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from preflight.model import (
    GROUPS,
    FactState,
    Finding,
    Group,
    Outcome,
    Report,
    Stage,
    Status,
    Step,
    Target,
    Views,
    Waived,
)
from preflight.report.harmless import storable
from preflight.runbook import steps

SCHEMA = "cluedin-preflight/result/1"

FailOn = Literal["warn", "fail", "never"]
Verdict = Literal["pass", "warn", "fail", "incomplete"]

INTERRUPTED = 130
_READ = ("read", "not-yet", "offline")


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """What judged."""

    name: str
    version: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that lacks and keeps a check from its verdict, and the command that gives it as a file, for each shell."""

    fact: str
    reason: str
    ask: str
    ask_powershell: str = ""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How many checks reached a verdict (a skip is one), how many did not, and what is missing for these."""

    judged: int
    unknown: int
    missing: tuple[Ask, ...] = ()


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One check's outcome with its status; waived findings are kept apart and count for nothing."""

    id: str
    group: Group
    title: str
    pack: str
    status: Status
    reads: tuple[str, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result. `counts` are checks per status; `verdict` is what was found, whatever the threshold.

    `exit_code` follows from the outcomes, `fail_on` and `allow_unknown`: 130 when the collection was interrupted, 1, 3
    or 0. The codes 2 and 4 belong to runs that have no result.
    """

    schema: str
    tool: Tool
    collected_at: str
    stage: Stage
    stage_reason: str
    target: Target
    sample: bool = False
    partial: bool = False
    notes: tuple[str, ...] = ()
    verdict: Verdict
    exit_code: int
    fail_on: FailOn
    allow_unknown: bool
    counts: dict[str, int]
    coverage: Coverage
    outcomes: tuple[Judged, ...]
    facts: tuple[FactState, ...]
    steps: tuple[Step, ...] = ()
    views: Views = Views()
    patch: str | None = None


def document(
    report: Report,
    *,
    fail_on: FailOn = "fail",
    allow_unknown: bool = False,
    views: Views | None = None,
    patch: str | None = None,
) -> Document:
    """Return the report's result document; `views` and `patch` are those of the snapshot it judged."""
    outcomes = tuple(_judged(outcome) for outcome in sorted(report.outcomes, key=_outcome_order))
    unknown = sum(outcome.status is Status.UNKNOWN for outcome in outcomes)
    counted = Counter(outcome.status for outcome in outcomes)
    made = Document(
        schema=SCHEMA,
        tool=Tool(name="cluedin-preflight", version=report.tool_version),
        collected_at=report.collected_at,
        stage=report.stage,
        stage_reason=report.stage_reason,
        target=report.target,
        sample=report.sample,
        partial=report.partial,
        notes=report.notes,
        verdict=_verdict(outcomes, partial=report.partial),
        exit_code=_exit_code(outcomes, partial=report.partial, fail_on=fail_on, allow_unknown=allow_unknown),
        fail_on=fail_on,
        allow_unknown=allow_unknown,
        counts={status.value: counted[status] for status in Status},
        coverage=Coverage(judged=len(outcomes) - unknown, unknown=unknown, missing=_missing(outcomes, report.facts)),
        outcomes=outcomes,
        facts=report.facts,
        steps=steps(
            sorted(report.outcomes, key=_outcome_order),
            report.target,
            report.stage if report.stage_reason == "as given" else None,
        ),
        views=views or Views(),
        patch=patch,
    )
    # Through plain JSON values, so that a fresh document holds nothing which a saved one could not.
    return msgspec.convert(_plain(msgspec.to_builtins(made)), Document)


def under(document: Document, *, fail_on: FailOn, allow_unknown: bool) -> Document:
    """Return the same result under another threshold."""
    code = _exit_code(document.outcomes, partial=document.partial, fail_on=fail_on, allow_unknown=allow_unknown)
    return msgspec.structs.replace(document, fail_on=fail_on, allow_unknown=allow_unknown, exit_code=code)


def in_order(document: Document) -> Document:
    """Return the document with its findings in order again: names that were translated may sort otherwise."""
    outcomes = tuple(
        msgspec.structs.replace(outcome, findings=tuple(sorted(outcome.findings, key=_finding_order)))
        for outcome in document.outcomes
    )
    return msgspec.structs.replace(document, outcomes=outcomes)


def _verdict(outcomes: Iterable[Judged], *, partial: bool) -> Verdict:
    statuses = {finding.status for outcome in outcomes for finding in outcome.findings}
    statuses |= {outcome.status for outcome in outcomes if not outcome.findings}
    if Status.FAIL in statuses:
        return "fail"
    if partial or not outcomes or Status.UNKNOWN in statuses:
        return "incomplete"
    return "warn" if Status.WARN in statuses else "pass"


def _exit_code(outcomes: Iterable[Judged], *, partial: bool, fail_on: FailOn, allow_unknown: bool) -> int:
    """Return the code by precedence: 130, then 1, then 3, then 0. No outcome at all is nothing known."""
    statuses = {finding.status for finding in _counting(outcomes)}
    failing = {"warn": {Status.WARN, Status.FAIL}, "fail": {Status.FAIL}, "never": set[Status]()}[fail_on]
    if partial:
        return INTERRUPTED
    if statuses & failing:
        return 1
    if not allow_unknown and (not outcomes or Status.UNKNOWN in statuses):
        return 3
    return 0


def _counting(outcomes: Iterable[Judged]) -> Iterable[Finding]:
    """Yield the findings that count: all but the waived and the known. A check without any stayed unknown."""
    for outcome in outcomes:
        yield from (finding for finding in outcome.findings if not finding.known)
        if outcome.status is Status.UNKNOWN and not outcome.findings:
            yield Finding(status=Status.UNKNOWN, message="")


def _judged(outcome: Outcome) -> Judged:
    return Judged(
        id=outcome.id,
        group=outcome.group,
        title=outcome.title,
        pack=outcome.pack,
        status=outcome.status,
        reads=outcome.reads,
        findings=tuple(sorted(outcome.findings, key=_finding_order)),
        waived=tuple(sorted(outcome.waived, key=lambda waived: _finding_order(waived.finding))),
    )


def _outcome_order(outcome: Outcome) -> tuple[int, str, str]:
    known = GROUPS.index(outcome.group) if outcome.group in GROUPS else len(GROUPS)
    return known, outcome.group, outcome.id


def _finding_order(finding: Finding) -> tuple[int, str, str]:
    return -finding.status.loudness, finding.object or "", finding.message


def _missing(outcomes: Iterable[Judged], facts: Iterable[FactState]) -> tuple[Ask, ...]:
    """Return the facts that keep checks from a verdict, those that would settle most checks first."""
    wanted = Counter(name for outcome in outcomes if outcome.status is Status.UNKNOWN for name in outcome.reads)
    lacking = [fact for fact in facts if fact.state not in _READ and wanted[fact.name]]
    lacking.sort(key=lambda fact: -wanted[fact.name])
    return tuple(
        Ask(fact=fact.name, reason=fact.reason, ask=fact.ask, ask_powershell=fact.ask_powershell) for fact in lacking
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
