"""The report for a terminal: the target and the question first, the answer last, next to the prompt.

One line per check (mark, status, id, title, the one number that matters), under a problem at most four lines for each
object, and what to do.

The keys `figure` and `table` of a finding's evidence have forms of their own: see `preflight.report.evidence`.
"""

from collections.abc import Sequence
from itertools import groupby

from preflight.model import Finding, Status, Waived
from preflight.report.document import Document, Judged
from preflight.report.evidence import arithmetic, comparison, figure
from preflight.report.harmless import columns, padded
from preflight.report.screen import Screen, Style
from preflight.report.summary import (
    CALM,
    MARKS,
    WORDS,
    answer,
    banner,
    counts,
    judged,
    message,
    place,
    question,
    target,
    to_do,
)

_INDENT = 5
_FINDINGS = 3
_ASKS = 5
_STEPS = 3


def render(
    document: Document,
    *,
    width: int = 80,
    color: bool = False,
    unicode: bool = True,
    verbosity: int = 0,
    powershell: bool = False,
) -> str:
    """Return the report for a terminal of `width` columns (40 at least), with its commands for bash or PowerShell.

    `verbosity` -1 shows problems and the footer only, 1 shows every object with the arithmetic behind it.
    """
    screen = Screen(width=max(width, 40), color=color, unicode=unicode, powershell=powershell)
    sections = [] if verbosity < 0 else [_head(document, screen)]
    sections += _groups(document, screen, verbosity)
    sections += [_asks(document, screen), _next(document, screen, verbosity), _answer(document, screen)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


# --- what was looked at ---


def _head(document: Document, screen: Screen) -> list[str]:
    name = f"{document.tool.name} {screen.cut(screen.text(document.tool.version), 12)}"
    warning = banner(document)
    gap = screen.width - columns(name) - len(warning)
    lines = [screen.styled(name, "strong")]
    if warning:
        lines = [lines[0] + " " * gap] if gap > 1 else [*lines, ""]
        lines[-1] += screen.styled(warning, "warn")
    lines += _pairs(target(document), screen)
    lines += _labelled("Question", screen.text(question(document)), screen, "strong")
    for note in document.notes:
        lines += _labelled("Note", screen.text(note), screen)
    return lines


def _pairs(facts: Sequence[tuple[str, str]], screen: Screen) -> list[str]:
    """Set labelled facts two in a line where both fit, else one."""
    half = screen.width // 2 + 4
    lines: list[str] = []
    waiting = ""
    for label, text in facts:
        labelled = _labelled(label, screen.text(text), screen)
        if waiting and len(labelled) == 1 and columns(labelled[0]) <= screen.width - half:
            lines.append(padded(waiting, half) + labelled[0])
            waiting = ""
            continue
        lines += [waiting] if waiting else []
        waiting = labelled[0] if len(labelled) == 1 and columns(labelled[0]) < half - 1 else ""
        lines += [] if waiting else labelled
    return lines + ([waiting] if waiting else [])


def _labelled(label: str, text: str, screen: Screen, style: Style = "") -> list[str]:
    lines = screen.wrapped(text, screen.width - 10, most=3)
    return [f"{label if not i else '':10}{screen.styled(line, style)}" for i, line in enumerate(lines)]


# --- the checks ---


def _groups(document: Document, screen: Screen, verbosity: int) -> list[list[str]]:
    shown = [outcome for outcome in document.outcomes if verbosity >= 0 or outcome.status not in CALM]
    sections = []
    for group, outcomes in groupby(shown, key=lambda outcome: outcome.group):
        members = list(outcomes)
        # Titles start in one column within a group only: so most of them need no second line at 80 columns.
        word = max(len(WORDS[outcome.status]) for outcome in members)
        names = [screen.cut(f"{WORDS[o.status]:{word}} {screen.text(o.id)}", screen.width // 2) for o in members]
        room = max(columns(name) for name in names)
        lines = [screen.styled(screen.cut(screen.text(group), screen.width), "strong")]
        for outcome, name in zip(members, names, strict=True):
            lines += _check(outcome, screen, padded(name, room))
            lines += _detail(outcome, screen, verbosity)
        sections.append(lines)
    return sections


def _check(outcome: Judged, screen: Screen, name: str) -> list[str]:
    status, word = outcome.status, WORDS[outcome.status]
    mark = MARKS[status][1 if screen.unicode else 0]
    number = screen.cut(screen.text(figure(outcome)), 16)
    indent = 3 + columns(name) + 2
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
        problems = [finding for finding in outcome.findings if finding.status not in CALM]
        findings, rest = tuple(problems[:_FINDINGS]), len(problems[_FINDINGS:])
    lines = []
    for finding in findings:
        lines += _finding(finding, screen, verbosity)
    for finding in outcome.findings if lines else ():
        if table := comparison(finding, collapsed=verbosity <= 0):
            lines += screen.table(table.columns, table.rows, _INDENT)
    if rest:
        lines.append(f"{'':{_INDENT}}and {rest} more: -v shows them")
    accepted = outcome.waived if verbosity > 0 else outcome.waived[:_FINDINGS] if verbosity == 0 else ()
    for waived in accepted:
        lines += _waived(waived, screen, verbosity)
    if verbosity == 0 and len(outcome.waived) > _FINDINGS:
        lines.append(f"{'':{_INDENT}}and {len(outcome.waived) - _FINDINGS} more waived: -v shows them")
    return lines


def _finding(finding: Finding, screen: Screen, verbosity: int) -> list[str]:
    """Return at most four lines: object, numbers, consequence, cure. All of it, and the evidence, when verbose."""
    room = screen.width - _INDENT
    # The folder of a values file is the reader's own; the other formats, and -v, tell all of it.
    spot = place(finding) if verbosity > 0 else place(finding).rpartition("/")[2]
    where = f" ({spot})" if finding.location else ""
    name = f"{finding.object}{where}: " if finding.object else ""
    # What happens is worth more lines than its cure, which stands among the next steps too.
    most = None if verbosity > 0 else 3 if finding.hint else 4
    said = screen.wrapped(screen.text(name + message(finding)), room, most=most)
    most = None if verbosity > 0 else 4 - len(said)
    cure = screen.wrapped(screen.text(finding.hint), room - 3, most=most) if finding.hint else []
    lines = [f"{'':{_INDENT}}{line}" for line in said]
    lines += [f"{'':{_INDENT}}{screen.styled('->' if not i else '  ', 'cure')} {line}" for i, line in enumerate(cure)]
    if verbosity > 0:
        lines += _evidence(finding, screen)
        for command in _commands(finding, screen):
            lines += screen.command(command, _INDENT + 3)
    return lines


def _evidence(finding: Finding, screen: Screen) -> list[str]:
    shown = [(screen.text(key), screen.text(value)) for key, value in arithmetic(finding)]
    column = min(max((columns(key) for key, _ in shown), default=0), 24)
    lines = []
    for key, value in shown:
        entries = screen.wrapped(value, screen.width - _INDENT - column - 5)
        for i, entry in enumerate(entries):
            label = screen.cut(key, column) if not i else ""
            lines.append(screen.styled(f"{'':{_INDENT + 3}}{padded(label, column)}  {entry}", "skip"))
    return lines


def _commands(finding: Finding, screen: Screen) -> tuple[str, ...]:
    if finding.commands is None:
        return ()
    return (screen.powershell and finding.commands.powershell) or finding.commands.bash


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
    asks = ((missing.ask_powershell if screen.powershell else "") or missing.ask for missing in coverage.missing)
    commands = list(dict.fromkeys(ask for ask in asks if ask))
    lines = [f"Not judged: {coverage.unknown}." + (" Ask for:" if commands else "")]
    for command in commands[:_ASKS]:
        lines += screen.command(command, 2)
    if len(commands) > _ASKS:
        lines.append(f"  and {len(commands) - _ASKS} more: -o json lists them under coverage")
    return lines


def _next(document: Document, screen: Screen, verbosity: int) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(document.steps[:_STEPS], 1):
        for i, line in enumerate(screen.wrapped(screen.text(to_do(step)), screen.width - 12, most=3)):
            lines.append(f"{'Next' if not lines else '':10}{str(number) if not i else ' '} {line}")
    problems = [outcome for outcome in document.outcomes if outcome.status not in CALM]
    more = [f"{_all(len(document.steps))} with commands: -o runbook"] if document.steps else []
    if problems:
        loudest = max(problems, key=lambda outcome: outcome.status.loudness)
        more.append(f"why: cluedin-preflight explain {screen.text(loudest.id)}")
        more += [] if verbosity > 0 else ["the arithmetic: -v"]
    return lines + (_labelled("More", "; ".join(more), screen) if more else [])


def _all(steps: int) -> str:
    return f"all {steps} steps" if steps > 1 else "this step"


def _answer(document: Document, screen: Screen) -> list[str]:
    word, tone = answer(document)
    left, right = f"{word}: {counts(document)}.", judged(document)
    lines = [f"{left}   {right}"]
    if columns(lines[0]) > screen.width:
        lines = [*screen.wrapped(right, screen.width), *screen.wrapped(left, screen.width)]
    return [line.replace(word, screen.styled(word, tone)) if line.startswith(word) else line for line in lines]
