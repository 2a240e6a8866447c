"""SARIF 2.1.0 for code scanning: findings at the line of the values file that causes them.

Code scanning knows files and lines only, and refuses an upload in which one result has none. So a finding about the
cluster or the vault, which stands in no file, is a notification of the run instead of a result.
"""

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from preflight.model import Finding, Status, Waived
from preflight.report.document import Document, Judged
from preflight.report.harmless import line
from preflight.report.json import escaped
from preflight.report.summary import CALM, message

_LEVELS = {Status.FAIL: "error", Status.WARN: "warning", Status.UNKNOWN: "none"}


def render(document: Document) -> str:
    """Return one SARIF run: a rule for each check, a result for each finding with a line."""
    rules = {_id(outcome): line(outcome.title) or _id(outcome) for outcome in document.outcomes}
    results, notifications = [], []
    for outcome in document.outcomes:
        for said in _loud(outcome):
            finding = said.finding if isinstance(said, Waived) else said
            if finding.location:
                results.append(_result(outcome, said))
            else:
                notifications.append(_notification(outcome, said))
    driver = {
        "name": document.tool.name,
        "version": line(document.tool.version) or "0",
        "rules": [_rule(rule, title) for rule, title in rules.items()],
    }
    invocation = {"executionSuccessful": not document.partial, "toolExecutionNotifications": notifications}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": results,
        "properties": {
            "verdict": document.verdict,
            "stage": document.stage,
            "collectedAt": line(document.collected_at),
        },
    }
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return escaped(msgspec.json.format(msgspec.json.encode(log), indent=2).decode()) + "\n"


def _rule(id_: str, title: str) -> dict[str, Any]:
    """Return a rule with what code scanning asks for: a short and a full description, and help."""
    help_ = f"Healthy means: {title}. Why it matters, how to fix it and what is read: cluedin-preflight explain {id_}"
    return {
        "id": id_,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": help_},
    }


def _id(outcome: Judged) -> str:
    return line(outcome.id) or "check"


def _loud(outcome: Judged) -> Iterator[Finding | Waived]:
    yield from (finding for finding in outcome.findings if finding.status not in CALM)
    yield from outcome.waived


def _result(outcome: Judged, said: Finding | Waived) -> dict[str, Any]:
    finding = said.finding if isinstance(said, Waived) else said
    level = _LEVELS.get(finding.status, "none")
    result: dict[str, Any] = {
        "ruleId": _id(outcome),
        "kind": "fail" if level != "none" else "open" if finding.status is Status.UNKNOWN else "informational",
        "level": level,
        "message": {"text": _text(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": _fingerprints(outcome, finding),
    }
    if finding.known:
        result["baselineState"] = "unchanged"
    if isinstance(said, Waived):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _accepted(said)}]
    return result


def _notification(outcome: Judged, said: Finding | Waived) -> dict[str, Any]:
    finding = said.finding if isinstance(said, Waived) else said
    place = {"logicalLocations": [{"fullyQualifiedName": line(finding.object)}]} if finding.object else None
    remark = isinstance(said, Waived) or finding.known or finding.status is Status.UNKNOWN
    notification: dict[str, Any] = {
        "associatedRule": {"id": _id(outcome)},
        "level": "note" if remark else _LEVELS.get(finding.status, "none"),
        "message": {"text": (f"{_accepted(said)}: " if isinstance(said, Waived) else "") + _text(finding)},
    }
    return {**notification, "locations": [place]} if place else notification


def _accepted(waived: Waived) -> str:
    return line(f"waived until {waived.until}: {waived.reason} ({waived.owner})")


def _location(finding: Finding) -> dict[str, Any]:
    assert finding.location is not None  # noqa: S101 - only findings with a line become results
    file = quote(line(finding.location.file).replace("\\", "/"), safe="/~!$&'()*+,;=@")
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": max(1, finding.location.line)}}
    }
    if finding.object:
        place["logicalLocations"] = [{"fullyQualifiedName": line(finding.object)}]
    return place


def _text(finding: Finding) -> str:
    return line(message(finding) + (f" -> {finding.hint}" if finding.hint else ""))


def _fingerprints(outcome: Judged, finding: Finding) -> dict[str, str]:
    """Return what tells results apart over time: check and object, whatever line they stand in.

    Code scanning looks at `primaryLocationLineHash` only, and where it is missing hashes the line: then several results
    of one line would be one alert.
    """
    digest = hashlib.sha256(f"{outcome.id}\n{finding.object or ''}".encode()).hexdigest()
    return {"checkAndObject/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}
