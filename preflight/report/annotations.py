"""A pipeline's own lines for findings with a file and line, so that they show where the cause stands.

Azure DevOps and GitHub are ordered about by such lines: everything foreign in them is escaped by the rules of each,
after it was made harmless like everywhere else.
"""

from collections.abc import Mapping
from typing import Literal

from preflight.model import Finding, Status
from preflight.report.document import Document
from preflight.report.harmless import line
from preflight.report.summary import CALM, message

Platform = Literal["azure-devops", "github", "plain"]
_WORDS = {Status.FAIL: "error", Status.WARN: "warning", Status.UNKNOWN: "warning"}


def platform(environment: Mapping[str, str]) -> Platform:
    """Return whose lines are understood here, by the variables the pipelines set.

    >>> platform({"TF_BUILD": "True"}), platform({"GITHUB_ACTIONS": "true"}), platform({})
    ('azure-devops', 'github', 'plain')
    """
    if environment.get("TF_BUILD"):
        return "azure-devops"
    return "github" if environment.get("GITHUB_ACTIONS") else "plain"


def render(document: Document, *, platform: Platform = "plain") -> str:
    """Return a line for each finding that points into a file; a waived or known one is a remark, never an error."""
    lines = []
    for outcome in document.outcomes:
        for finding in outcome.findings:
            if finding.status not in CALM:
                level = "notice" if finding.known else _level(finding.status, document)
                lines.append(_line(platform, level, outcome.id, finding, _said(finding)))
        for waived in outcome.waived:
            said = f"waived until {waived.until} ({waived.reason}): {_said(waived.finding)}"
            lines.append(_line(platform, "notice", outcome.id, waived.finding, said))
    return "".join(f"{entry}\n" for entry in lines if entry)


def _level(status: Status, document: Document) -> str:
    return "error" if status is Status.WARN and document.fail_on == "warn" else _WORDS[status]


def _said(finding: Finding) -> str:
    word = "not judged: " if finding.status is Status.UNKNOWN else ""
    return f"{word}{message(finding)}" + (f" -> {finding.hint}" if finding.hint else "")


def _line(platform: Platform, level: str, check: str, finding: Finding, said: str) -> str:
    if finding.location is None:
        return ""
    file, number, said = line(finding.location.file), finding.location.line, line(f"{check}: {said}")
    if platform == "github":
        properties = f"file={_github(file)},line={number},title={_github(line(check))}"
        return f"::{level} {properties}::{said.replace('%', '%25')}"
    # Azure DevOps knows errors and warnings only: a remark is a plain line of the log.
    if platform == "azure-devops" and level != "notice":
        return f"##vso[task.logissue type={level};sourcepath={_azure(file)};linenumber={number};]{_azure(said)}"
    return line(f"{file}:{number}: {level}: {said}")


def _github(value: str) -> str:
    return value.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def _azure(value: str) -> str:
    return value.replace("%", "%AZP25").replace(";", "%3B").replace("]", "%5D")
