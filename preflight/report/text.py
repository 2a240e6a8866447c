"""The report for a terminal: the target and the question first, the answer last, next to the prompt.

One line per check (mark, status, id, title, the one number that matters), under a problem at most four lines for each
object, and what to do.

The keys `figure` and `table` of a finding's evidence have forms of their own: see `preflight.report.evidence`.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from preflight.model import Finding, Stage, Status, Waived
from preflight.report.document import Document, Judged
from preflight.report.evidence import arithmetic, comparison, figure, written
from preflight.report.harmless import columns
from preflight.report.screen import Screen, Style

QUESTIONS: dict[Stage, str] = {
    "enable": "May I enable the Key Vault add-on?",
    "deploy": "Will helm upgrade with these values work?",
    "verify": "Do the secrets arrive and stay current?",
}
_WORDS = {
    Status.FAIL: "FAIL",
    Status.WARN: "WARN",
    Status.UNKNOWN: "UNKNOWN",
    Status.PASS: "pass",
    Status.SKIP: "skip",
}
_MARKS = {Status.FAIL: "x✗", Status.WARN: "!!", Status.UNKNOWN: "??", Status.PASS: "+✓", Status.SKIP: "--"}
"""Each status's mark: in ASCII, in Unicode."""
_COUNTED = {
    Status.FAIL: ("failed", "failed"),
    Status.WARN: ("warning", "warnings"),
    Status.UNKNOWN: ("unknown", "unknown"),
    Status.SKIP: ("skipped", "skipped"),
    Status.PASS: ("passed", "passed"),
}
_CALM = (Status.PASS, Status.SKIP)
_INDENT = 5
_FINDINGS = 3
_ASKS = 5
_STEPS = 3


def render(
    document: Document, *, width: int = 80, color: bool = False, unicode: bool = True, verbosity: int = 0
) -> str:
    """Return the report for a terminal of `width` columns (40 at least).

    `verbosity` -1 shows problems and the footer only, 1 shows every object with the arithmetic behind it.
    """
    screen = Screen(width=max(width, 40), color=color, unicode=unicode)
    sections = [] if verbosity < 0 else [_head(document, screen)]
    sections += _groups(document, screen, verbosity)
    sections += [_asks(document, screen), _next(document, screen, verbosity), _answer(document, screen)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


# --- what was looked at ---


def _head(document: Document, screen: Screen) -> list[str]:
    name = f"{document.tool.name} {screen.cut(screen.text(document.tool.version), 12)}"
    banner = "SAMPLE DATA - nothing was contacted" if document.sample else ""
    if document.partial:
        banner = "INTERRUPTED - what follows is partial"
    gap = screen.width - columns(name) - len(banner)
    lines = [screen.styled(name, "strong")]
    if banner:
        lines = [lines[0] + " " * gap] if gap > 1 else [*lines, ""]
        lines[-1] += screen.styled(banner, "warn")
    lines += _pairs([(label, text) for label, text in _target(document) if text], screen)
    question = f"{QUESTIONS[document.stage]}  (stage {document.stage}: {document.stage_reason or 'as given'})"
    lines += _labelled("Question", screen.text(question), screen, "strong")
    for note in document.notes:
        lines += _labelled("Note", screen.text(note), screen)
    return lines


def _target(document: Document) -> list[tuple[str, str]]:
    target = document.target
    cluster = [target.cluster or (f"context {target.context}" if target.context else "")]
    cluster += [f"{target.nodes} nodes"] if target.nodes is not None else []
    cluster += [f"Kubernetes {target.kubernetes_version}"] if target.kubernetes_version else []
    release = [f"release {target.release}"] if target.release else []
    release += [f"chart {target.chart_version}"] if target.chart_version else []
    release += [f"namespace {target.namespace}"] if target.namespace else []
    return [
        ("Cluster", ", ".join(filter(None, cluster)) or "none"),
        ("CluedIn", ", ".join(release)),
        ("Vault", target.vault or ""),
        ("Values", ", ".join(target.values)),
        ("Azure", f"as {target.azure_account}" if target.azure_account else ""),
        ("Read", document.collected_at.replace("T", " ").replace("Z", " UTC")),
    ]


def _pairs(facts: Sequence[tuple[str, str]], screen: Screen) -> list[str]:
    """Set labelled facts two in a line where both fit, else one."""
    half = screen.width // 2 + 4
    lines: list[str] = []
    waiting = ""
    for label, text in facts:
        labelled = _labelled(label, screen.text(text), screen)
        if waiting and len(labelled) == 1 and len(labelled[0]) <= screen.width - half:
            lines.append(waiting.ljust(half) + labelled[0])
            waiting = ""
            continue
        lines += [waiting] if waiting else []
        waiting = labelled[0] if len(labelled) == 1 and len(labelled[0]) < half - 1 else ""
        lines += [] if waiting else labelled
    return lines + ([waiting] if waiting else [])


def _labelled(label: str, text: str, screen: Screen, style: Style = "") -> list[str]:
    lines = screen.wrapped(text, screen.width - 10, most=3)
    return [f"{label if not i else '':10}{screen.styled(line, style)}" for i, line in enumerate(lines)]


# --- the checks ---


def _groups(document: Document, screen: Screen, verbosity: int) -> list[list[str]]:
    shown = [outcome for outcome in document.outcomes if verbosity >= 0 or outcome.status not in _CALM]
    sections = []
    for group, outcomes in groupby(shown, key=lambda outcome: outcome.group):
        members = list(outcomes)
        # Titles start in one column within a group only: so most of them need no second line at 80 columns.
        word = max(len(_WORDS[outcome.status]) for outcome in members)
        names = [screen.cut(f"{_WORDS[o.status]:{word}} {screen.text(o.id)}", screen.width // 2) for o in members]
        room = max(len(name) for name in names)
        lines = [screen.styled(screen.cut(screen.text(group), screen.width), "strong")]
        for outcome, name in zip(members, names, strict=True):
            lines += _check(outcome, screen, name.ljust(room))
            lines += _detail(outcome, screen, verbosity)
        sections.append(lines)
    return sections


def _check(outcome: Judged, screen: Screen, name: str) -> list[str]:
    status, word = outcome.status, _WORDS[outcome.status]
    mark = _MARKS[status][1 if screen.unicode else 0]
    number = screen.cut(screen.text(figure(outcome)), 16)
    indent = 3 + len(name) + 2
    room = screen.width - indent - (columns(number) + 2 if number else 0)
    # A skip's title would claim something nobody looked at: its reason is what there is to say.
    text = outcome.findings[0].message if status is Status.SKIP and outcome.findings else outcome.title
    first, *others = screen.wrapped(screen.text(text), room, most=2)
    body = f"{name[len(word) :]}  {first}"
    if number:
        body += " " * (room - columns(first) + 2) + number
    style: Style = "skip" if status is Status.SKIP else ""
    line = screen.styled(f" {mark} {word}", status.value) + screen.styled(body, style)
    return [line, *(" " * indent + screen.styled(other, style) for other in others)]


def _detail(outcome: Judged, screen: Screen, verbosity: int) -> list[str]:
    if verbosity > 0:
        findings, rest = outcome.findings[1 if outcome.status is Status.SKIP else 0 :], 0
    else:
        problems = [finding for finding in outcome.findings if finding.status not in _CALM]
        findings, rest = tuple(problems[:_FINDINGS]), len(problems[_FINDINGS:])
    lines = []
    for finding in findings:
        lines += _finding(finding, screen, verbosity)
    for finding in outcome.findings if lines else ():
        if table := comparison(finding, collapsed=verbosity <= 0):
            lines += screen.table(table.columns, table.rows, _INDENT)
    if rest:
        lines.append(f"{'':{_INDENT}}and {rest} more: -v shows them")
    for waived in outcome.waived if verbosity >= 0 else ():
        lines += _waived(waived, screen, verbosity)
    return lines


def _finding(finding: Finding, screen: Screen, verbosity: int) -> list[str]:
    """Return at most four lines: object, numbers, consequence, cure. All of it, and the evidence, when verbose."""
    room = screen.width - _INDENT
    where = f" ({finding.location.file}:{finding.location.line})" if finding.location else ""
    name = f"{finding.object}{where}: " if finding.object else ""
    message = screen.wrapped(screen.text(name + (finding.message or "no reason was given")), room)
    cure = screen.wrapped(screen.text(finding.hint), room - 3) if finding.hint else []
    if verbosity <= 0:
        spare = 4 - min(len(cure), 2)
        message = screen.wrapped(" ".join(message), room, most=spare)
        cure = screen.wrapped(" ".join(cure), room - 3, most=4 - len(message)) if cure else []
    lines = [f"{'':{_INDENT}}{line}" for line in message]
    lines += [f"{'':{_INDENT}}{screen.styled('->' if not i else '  ', 'cure')} {line}" for i, line in enumerate(cure)]
    if verbosity > 0:
        lines += _evidence(finding, screen)
        for command in finding.commands.bash if finding.commands else ():
            lines += screen.command(screen.text(command), _INDENT + 3)
    return lines


def _evidence(finding: Finding, screen: Screen) -> list[str]:
    shown = {screen.text(key): value for key, value in arithmetic(finding).items()}
    column = min(max((len(key) for key in shown), default=0), 24)
    lines = []
    for key, value in shown.items():
        entries = screen.wrapped(screen.text(written(value)), screen.width - _INDENT - column - 5)
        for i, entry in enumerate(entries):
            label = screen.cut(key, column) if not i else ""
            lines.append(screen.styled(f"{'':{_INDENT + 3}}{label:{column}}  {entry}", "skip"))
    return lines


def _waived(waived: Waived, screen: Screen, verbosity: int) -> list[str]:
    finding = waived.finding
    what = f"waived until {waived.until} by {waived.owner} ({waived.reason}): {finding.object or ''} {finding.message}"
    lines = screen.wrapped(screen.text(what), screen.width - _INDENT, most=2 if verbosity <= 0 else None)
    return [screen.styled(f"{'':{_INDENT}}{line}", "skip") for line in lines]


# --- what to do, and the answer ---


def _asks(document: Document, screen: Screen) -> list[str]:
    coverage = document.coverage
    if not coverage.unknown:
        return []
    commands = list(dict.fromkeys(missing.ask for missing in coverage.missing if missing.ask))
    lines = [f"Not judged: {coverage.unknown}." + (" Ask for:" if commands else "")]
    for command in commands[:_ASKS]:
        lines += screen.command(screen.text(command), 2)
    if len(commands) > _ASKS:
        lines.append(f"  and {len(commands) - _ASKS} more: -o json lists them under coverage")
    return lines


def _next(document: Document, screen: Screen, verbosity: int) -> list[str]:
    hints = list(dict.fromkeys(screen.text(hint) for hint in _hints(document)))
    lines: list[str] = []
    for number, hint in enumerate(hints[:_STEPS], 1):
        for i, line in enumerate(screen.wrapped(hint, screen.width - 12, most=2)):
            lines.append(f"{'Next' if not lines else '':10}{str(number) if not i else ' '} {line}")
    problems = [outcome.id for outcome in document.outcomes if outcome.status not in _CALM]
    if problems:
        more = f"{len(hints) - _STEPS} further hints above; " if len(hints) > _STEPS else ""
        more += f"cluedin-preflight explain {screen.text(problems[0])} says why"
        more += "" if verbosity > 0 else "; -v shows the arithmetic"
        lines += _labelled("More", more, screen)
    return lines


def _hints(document: Document) -> Iterable[str]:
    """Yield what cures, loudest first; of each check one, then each check's second, and so on."""
    loud = sorted(document.outcomes, key=lambda outcome: -outcome.status.loudness)
    hints = [
        (finding.status.loudness, turn, finding.hint)
        for outcome in loud
        for turn, finding in enumerate(outcome.findings)
        if finding.hint and finding.status not in _CALM
    ]
    return (hint for _, _, hint in sorted(hints, key=lambda entry: (-entry[0], entry[1])))


def _answer(document: Document, screen: Screen) -> list[str]:
    counts = [
        f"{count} {_COUNTED[status][count != 1]}" for status in _COUNTED if (count := document.counts[status.value])
    ]
    waived = sum(len(outcome.waived) for outcome in document.outcomes)
    counts += [f"{waived} waived"] if waived else []
    judged = document.coverage.judged
    word, style = _word(document)
    left = f"{word}: {', '.join(counts) or 'no check was selected'}."
    right = f"{judged} of {judged + document.coverage.unknown} checks judged"
    natural = {"fail": 1, "incomplete": 3}.get(document.verdict, 0)
    if document.exit_code != natural and not document.partial:
        right += f" (exit {document.exit_code}: {_why(document)})"
    lines = [f"{left}   {right}"]
    if len(lines[0]) > screen.width:
        lines = [*screen.wrapped(right, screen.width), *screen.wrapped(left, screen.width)]
    return [line.replace(word, screen.styled(word, style)) if line.startswith(word) else line for line in lines]


def _word(document: Document) -> tuple[str, Style]:
    if document.verdict == "fail" or document.exit_code == 1:
        return "NO", "fail"
    if document.verdict == "incomplete":
        return "NOT KNOWN", "unknown"
    if not document.counts["pass"] and not document.counts["warn"]:
        return "NOTHING TO JUDGE", "skip"
    return ("YES, WITH CARE", "warn") if document.verdict == "warn" else ("YES", "pass")


def _why(document: Document) -> str:
    if document.exit_code == 0 and document.verdict == "incomplete":
        return "--allow-unknown"
    return f"--fail-on {document.fail_on}"
