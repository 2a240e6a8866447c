"""JUnit XML that Azure DevOps, GitLab, Jenkins and GitHub's actions read alike.

There is no standard, only readers: what stands here is valid against the two public schemas (Jenkins, Ant) and uses
nothing that one of the readers drops. A warning is `skipped`, because no reader has a third colour and this one is seen
in all of them; what could not be judged is `error`, because `skipped` would look green. Message and text are the same,
since Azure DevOps and Jenkins show the one and GitLab the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree as ET

from preflight.facts import instant
from preflight.model import Finding, Status, Waived
from preflight.report.document import Document, Judged
from preflight.report.harmless import line, pasteable, storable
from preflight.report.summary import NO_REASON, place

Kind = Literal["failure", "error", "skipped", "passed"]
_NAME = 200
_WAIVED = 1.5
"""As loud as a waived finding is: louder than a pass, calmer than a warning."""


@dataclass(frozen=True, kw_only=True)
class _Case:
    name: str
    kind: Kind = "passed"
    type: str = ""
    message: str = ""


def render(document: Document) -> str:
    """Return the XML text; warnings are failures under `fail_on` warn, unknowns are skipped under `allow_unknown`."""
    root = ET.Element("testsuites")
    groups: dict[str, list[Judged]] = {}
    for outcome in document.outcomes:
        groups.setdefault(_name(outcome.group) or "other", []).append(outcome)
    suites = [(name, _cases(outcomes, document), _said(outcomes)) for name, outcomes in groups.items()]
    if document.partial:
        suites.insert(0, ("run", [_unfinished("interrupted: what follows is partial")], ""))
    elif not suites:
        suites.append(("run", [_unfinished("no check was selected, so nothing is known")], ""))
    for number, (name, cases, said) in enumerate(suites):
        root.append(_suite(number, name, cases, said, document))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(number: int, name: str, cases: Sequence[_Case], said: str, document: Document) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {
            "package": "preflight",
            "id": str(number),
            "name": name,
            "timestamp": _timestamp(document.collected_at),
            "hostname": _name(document.target.cluster or "") or "localhost",
            "tests": str(len(cases)),
            "failures": _count(cases, "failure"),
            "errors": _count(cases, "error"),
            "skipped": _count(cases, "skipped"),
            "time": "0.000",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(document):
        ET.SubElement(properties, "property", {"name": key, "value": line(value)})
    for case in cases:
        element = ET.SubElement(
            suite, "testcase", {"classname": f"preflight.{name}", "name": case.name, "time": "0.000"}
        )
        if case.kind != "passed":
            result = ET.SubElement(element, case.kind, {"type": case.type} if case.type else {})
            result.set("message", case.message)
            result.text = case.message
    ET.SubElement(suite, "system-out").text = said
    ET.SubElement(suite, "system-err")
    return suite


def _count(cases: Iterable[_Case], kind: Kind) -> str:
    return str(sum(case.kind == kind for case in cases))


def _properties(document: Document) -> list[tuple[str, str]]:
    target = document.target
    given = [
        ("tool", f"{document.tool.name} {document.tool.version}"),
        ("stage", document.stage),
        ("verdict", document.verdict),
        ("warnings", str(document.counts.get(Status.WARN.value, 0))),
        ("vault", target.vault),
        ("namespace", target.namespace),
        ("release", target.release),
        ("chart", target.chart_version),
        ("sample", "true" if document.sample else None),
    ]
    return [(key, value) for key, value in given if value]


def _cases(outcomes: Iterable[Judged], document: Document) -> list[_Case]:
    """Return one case for each check and object; several findings on one object are one case, the worst deciding."""
    said: dict[str, list[tuple[Judged, Finding | Waived]]] = {}
    for outcome in outcomes:
        silent = () if outcome.findings or outcome.waived else (_SILENT,)
        for entry in (*outcome.findings, *outcome.waived, *silent):
            finding = entry.finding if isinstance(entry, Waived) else entry
            said.setdefault(_name(f"{outcome.id} {finding.object or ''}") or "check", []).append((outcome, entry))
    return [_case(name, max(entries, key=_loudness), document) for name, entries in said.items()]


_SILENT = Finding(status=Status.UNKNOWN, message="the check reached no verdict")


def _loudness(entry: tuple[Judged, Finding | Waived]) -> float:
    said = entry[1]
    return _WAIVED if isinstance(said, Waived) else said.status.loudness


def _case(name: str, entry: tuple[Judged, Finding | Waived], document: Document) -> _Case:
    outcome, said = entry
    if isinstance(said, Waived):
        accepted = f"waived until {said.until}: {said.reason} ({said.owner}): {_message(said.finding)}"
        return _Case(name=name, kind="skipped", message=line(accepted))
    if said.status is Status.PASS:
        return _Case(name=name)
    text = line(_message(said))
    if said.known:
        return _Case(name=name, kind="skipped", message=f"known: {text}")
    if said.status is Status.FAIL or (said.status is Status.WARN and document.fail_on == "warn"):
        return _Case(name=name, kind="failure", type=_name(outcome.id) or "check", message=text)
    if said.status is Status.UNKNOWN and not document.allow_unknown:
        return _Case(name=name, kind="error", type="not-evaluated", message=text)
    prefix = {Status.WARN: "WARN ", Status.UNKNOWN: "not evaluated: "}.get(said.status, "not applicable: ")
    if said.status is Status.SKIP and text.startswith(("not yet:", "not applicable:")):
        prefix = ""
    return _Case(name=name, kind="skipped", message=prefix + text)


def _unfinished(message: str) -> _Case:
    return _Case(name="collection", kind="error", type="not-evaluated", message=message)


def _message(finding: Finding) -> str:
    where = f"{place(finding)}: " if finding.location else ""
    return where + (finding.message or NO_REASON) + (f" -> {finding.hint}" if finding.hint else "")


def _said(outcomes: Iterable[Judged]) -> str:
    """Return the suite's output: each check with its title, and the commands that cure."""
    lines = []
    for outcome in outcomes:
        lines.append(line(f"{outcome.status.value.upper()} {outcome.id}: {outcome.title}"))
        for finding in outcome.findings:
            lines += [f"  {command}" for command in _commands(finding)]
    return "\n".join(lines)


def _commands(finding: Finding) -> tuple[str, ...]:
    return tuple(filter(pasteable, finding.commands.bash)) if finding.commands else ()


def _name(text: str) -> str:
    return line(storable(text, _NAME))


def _timestamp(collected_at: str) -> str:
    """Return the instant in UTC to the second, without a zone: readers take it for UTC, and a schema forbids zones."""
    try:
        at = instant(collected_at).astimezone(UTC)
    except (ValueError, OverflowError):
        at = datetime.fromtimestamp(0, tz=UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S")
