"""What people see of a JUnit file: four small readers, each after the rules of a real one.

Azure DevOps (agent), GitLab, Jenkins (junit plug-in) and GitHub (test-reporter action). Facts only: which element and
which attribute each looks at, and what it drops.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One line in a pipeline's test tab."""

    where: str
    name: str
    status: str
    message: str


def azure_devops(text: str) -> list[Seen]:
    """Skipped becomes NotExecuted with the message attribute only; failures and errors are both Failed."""
    seen = []
    for _, case in _cases(text):
        if not case.get("name"):
            continue
        bad = case.find("failure")
        bad = bad if bad is not None else case.find("error")
        skipped = case.find("skipped")
        if bad is not None:
            status, message = "Failed", bad.get("message") or bad.text or ""
        elif skipped is not None:
            status, message = "NotExecuted", skipped.get("message") or ""
        else:
            status, message = "Passed", ""
        seen.append(Seen(where=case.get("classname", ""), name=case.get("name", ""), status=status, message=message))
    return seen


def gitlab(text: str) -> list[Seen]:
    """The class is shown as suite; the element's text is shown, never its attribute; of two alike the first stays."""
    seen: dict[tuple[str, str], Seen] = {}
    for _, case in _cases(text):
        status, message = "success", ""
        for tag, name in (("failure", "failed"), ("error", "error"), ("skipped", "skipped")):
            element = case.find(tag)
            if element is not None:
                status, message = name, element.text or ""
                break
        key = case.get("classname", ""), case.get("name", "")
        seen.setdefault(key, Seen(where=key[0], name=key[1], status=status, message=message))
    return list(seen.values())


def jenkins(text: str) -> list[Seen]:
    """The package is the class up to its last dot; a skipped element wins; errors are failures too."""
    seen = []
    for _, case in _cases(text):
        skipped, error, failure = case.find("skipped"), case.find("error"), case.find("failure")
        element = next((e for e in (skipped, error, failure) if e is not None), None)
        status = "SKIPPED" if skipped is not None else "PASSED" if element is None else "FAILED"
        message = "" if element is None else element.get("message") or element.text or ""
        package = case.get("classname", "").rpartition(".")[0] or "(root)"
        seen.append(Seen(where=package, name=case.get("name", ""), status=status, message=message))
    return seen


def github(text: str) -> list[Seen]:
    """Suite, class, case; failures and errors alike with their text; skipped without any message."""
    seen = []
    for suite, case in _cases(text):
        bad = case.find("failure")
        bad = bad if bad is not None else case.find("error")
        status = "failed" if bad is not None else "skipped" if case.find("skipped") is not None else "success"
        message = "" if bad is None else bad.text or bad.get("message") or ""
        seen.append(Seen(where=suite.attrib["name"], name=case.attrib["name"], status=status, message=message))
    return seen


def _cases(text: str) -> Iterator[tuple[ET.Element, ET.Element]]:
    for suite in ET.fromstring(text.encode()).findall("testsuite"):  # noqa: S314 - our own text
        for case in suite.findall("testcase"):
            yield suite, case
