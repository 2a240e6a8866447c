"""What every format for people says first and last: the target, the question, the counts and the answer."""

from typing import Literal

from preflight.model import Finding, Stage, Status, Step
from preflight.report.document import Document

QUESTIONS: dict[Stage, str] = {
    "enable": "May I enable the Key Vault add-on?",
    "deploy": "Will helm upgrade with these values work?",
    "verify": "Do the secrets arrive and stay current?",
}
WORDS = {
    Status.FAIL: "FAIL",
    Status.WARN: "WARN",
    Status.UNKNOWN: "UNKNOWN",
    Status.PASS: "pass",
    Status.SKIP: "skip",
}
"""Each status's word: what asks for something in capitals."""
MARKS = {Status.FAIL: "x✗", Status.WARN: "!!", Status.UNKNOWN: "??", Status.PASS: "+✓", Status.SKIP: "--"}
"""Each status's mark: in ASCII, in Unicode."""
CALM = (Status.PASS, Status.SKIP)
NO_REASON = "no reason was given"

_COUNTED = {
    Status.FAIL: ("failed", "failed"),
    Status.WARN: ("warning", "warnings"),
    Status.UNKNOWN: ("unknown", "unknown"),
    Status.SKIP: ("skipped", "skipped"),
    Status.PASS: ("passed", "passed"),
}

Tone = Literal["fail", "warn", "unknown", "pass", "skip"]


def question(document: Document) -> str:
    """Return the question that this stage asks, and why it is this one."""
    reason = document.stage_reason or "as given"
    return f"{QUESTIONS[document.stage]} (stage {document.stage}: {reason})"


def target(document: Document) -> list[tuple[str, str]]:
    """Return what was looked at as labels and texts, the cluster first, as far as it is known."""
    looked_at = document.target
    cluster = [looked_at.cluster or (f"context {looked_at.context}" if looked_at.context else "")]
    cluster += [f"{looked_at.nodes} nodes"] if looked_at.nodes is not None else []
    cluster += [f"Kubernetes {looked_at.kubernetes_version}"] if looked_at.kubernetes_version else []
    release = [f"release {looked_at.release}"] if looked_at.release else []
    release += [f"chart {looked_at.chart_version}"] if looked_at.chart_version else []
    release += [f"namespace {looked_at.namespace}"] if looked_at.namespace else []
    labelled = [
        ("Cluster", ", ".join(filter(None, cluster)) or "none"),
        ("CluedIn", ", ".join(release)),
        ("Vault", looked_at.vault or ""),
        ("Values", ", ".join(looked_at.values)),
        ("Azure", f"as {looked_at.azure_account}" if looked_at.azure_account else ""),
        ("Read", document.collected_at.replace("T", " ").replace("Z", " UTC")),
    ]
    return [(label, text) for label, text in labelled if text]


def banner(document: Document) -> str:
    """Return what must not be overlooked about the data, or ""."""
    if document.partial:
        return "INTERRUPTED - what follows is partial"
    return "SAMPLE DATA - nothing was contacted" if document.sample else ""


def answer(document: Document) -> tuple[str, Tone]:
    """Return the answer to the question, in a word or three, and how it sounds."""
    if document.verdict == "fail" or document.exit_code == 1:
        return "NO", "fail"
    if document.verdict == "incomplete":
        return "NOT KNOWN", "unknown"
    if not document.counts.get("pass") and not document.counts.get("warn"):
        return "NOTHING TO JUDGE", "skip"
    return ("YES, WITH CARE", "warn") if document.verdict == "warn" else ("YES", "pass")


def counts(document: Document) -> str:
    """Return the checks counted by status, loud ones first, and the waived findings."""
    counted = [f"{n} {_COUNTED[status][n != 1]}" for status in _COUNTED if (n := document.counts.get(status.value))]
    waived = sum(len(outcome.waived) for outcome in document.outcomes)
    counted += [f"{waived} waived"] if waived else []
    return ", ".join(counted) or "no check was selected"


def judged(document: Document) -> str:
    """Return how many checks reached a verdict, and why the exit code is not the one that verdict suggests."""
    coverage = document.coverage
    text = f"{coverage.judged} of {coverage.judged + coverage.unknown} checks judged"
    natural = {"fail": 1, "incomplete": 3}.get(document.verdict, 0)
    if document.exit_code == natural or document.partial:
        return text
    if any(finding.known for outcome in document.outcomes for finding in outcome.findings):
        why = "counting what is new since the baseline"
    elif document.verdict == "incomplete" and document.exit_code == 0:
        why = "--allow-unknown"
    else:
        why = f"--fail-on {document.fail_on}"
    return f"{text} (exit {document.exit_code}: {why})"


def place(finding: Finding) -> str:
    """Return the file and line a finding points at, or ""."""
    return f"{finding.location.file}:{finding.location.line}" if finding.location else ""


def message(finding: Finding) -> str:
    """Return what the finding says, and whether it was there before."""
    return ("known (in the baseline): " if finding.known else "") + (finding.message or NO_REASON)


def to_do(step: Step) -> str:
    """Return what a step does, and to what."""
    if not step.objects:
        return step.what
    others = f" and {len(step.objects) - 1} more" if len(step.objects) > 1 else ""
    return f"{step.objects[0]}{others}: {step.what}"
