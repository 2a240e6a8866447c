"""Findings that somebody accepted, for a reason and until a day: they stay visible and count for nothing. Pure.

A waiver that has run out, or that nothing matches any more, is a finding of its own: outcome `waivers`.
"""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from preflight.model import Finding, Outcome, Status, Waived

CALM = (Status.SKIP, Status.PASS)


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[waivers]]` of the settings: all of it must be said. `object` is a shell pattern, `until` the last day."""

    check: str
    object: str
    reason: str
    owner: str
    until: date

    @property
    def name(self) -> str:
        """How findings about the waiver call it."""
        return f"waiver/{self.check}/{self.object}"


def applied(outcomes: Sequence[Outcome], waivers: Sequence[Waiver], today: date) -> tuple[Outcome, ...]:
    """Return the outcomes with waived findings set apart, and the outcome `waivers` where there are any waivers.

    A finding is waived by the first waiver whose check is the outcome's and whose pattern matches its object; a finding
    without an object is matched as the empty text, so `*` waives it too. `today` is the snapshot's day.
    """
    if not waivers:
        return tuple(outcomes)
    valid = [waiver for waiver in waivers if today <= waiver.until]
    used: set[str] = set()
    result = [_waived(outcome, valid, used) for outcome in outcomes]
    judged = {outcome.id for outcome in outcomes if _is_judged(outcome)}
    findings = tuple(finding for waiver in waivers if (finding := _complaint(waiver, today, used, judged)) is not None)
    calm = Finding(status=Status.PASS, message=f"{len(used)} of {len(waivers)} waivers apply")
    own = Outcome(
        id="waivers",
        group="settings",
        title="Every waiver is needed and has not run out",
        pack="",
        reads=(),
        findings=findings or (calm,),
    )
    return (*result, own)


def _is_judged(outcome: Outcome) -> bool:
    blind = any(finding.status is Status.UNKNOWN and not finding.object for finding in outcome.findings)
    return bool(outcome.findings) and outcome.status is not Status.SKIP and not blind


def _waived(outcome: Outcome, waivers: Sequence[Waiver], used: set[str]) -> Outcome:
    kept, waived = [], []
    for finding in outcome.findings:
        waiver = next((w for w in waivers if finding.status not in CALM and _matches(w, outcome.id, finding)), None)
        if waiver is None:
            kept.append(finding)
            continue
        used.add(waiver.name)
        waived.append(Waived(finding=finding, reason=waiver.reason, owner=waiver.owner, until=waiver.until.isoformat()))
    return msgspec.structs.replace(outcome, findings=tuple(kept), waived=tuple(waived)) if waived else outcome


def _matches(waiver: Waiver, check: str, finding: Finding) -> bool:
    return waiver.check == check and fnmatchcase(finding.object or "", waiver.object)


def _complaint(waiver: Waiver, today: date, used: set[str], judged: set[str]) -> Finding | None:
    who = f"{waiver.reason} ({waiver.owner})"
    if today > waiver.until:
        return Finding(
            status=Status.WARN,
            object=waiver.name,
            message=f"ran out on {waiver.until.isoformat()} and waives nothing any more: {who}",
            hint="mend what it waived, or agree on a new day and write it into the settings",
        )
    # Where its check was not run, does not apply or could not see, nothing tells whether a waiver is still needed.
    if waiver.name not in used and waiver.check in judged:
        return Finding(
            status=Status.WARN,
            object=waiver.name,
            message=f"nothing matches it: {who}",
            hint="take it out of the settings",
        )
    return None
