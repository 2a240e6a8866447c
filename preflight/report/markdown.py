"""Markdown for tickets and the step summaries of pipelines: problems with their cures, then every check in one table.

Foreign text is escaped, never interpreted: no markup, no link, no image, no mention of a person or another ticket.
"""

import re
from collections.abc import Iterable, Sequence

from preflight.model import Commands, Finding, Step
from preflight.report.document import Document, Judged
from preflight.report.evidence import arithmetic, comparison, figure
from preflight.report.harmless import NOT_PASTEABLE, line, pasteable
from preflight.report.summary import (
    CALM,
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

_FINDINGS = 20
# What starts markup anywhere in a text, and what does at its start only. Underscores inside a word do not.
_MARKUP = re.compile(r"([\\`*\[\]<|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|#$)")
_AT_START = re.compile(r"^([#>+=:-]|\d+(?=[.)]))")
# What GitHub and Azure DevOps turn into links, mentions, references, formulas and pictures even when it is escaped: as
# code it stays text. The brackets and full stops around it stay outside.
_ALIVE = re.compile(r"[@#!]\w|://|www\.|\$|:[A-Za-z_+-][\w+-]*:", re.IGNORECASE)
_WORD = re.compile(r"(?P<before>\(*)(?P<word>.*?)(?P<after>[),.;:]*)")


def render(document: Document) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    word, _ = answer(document)
    blocks = [f"# {prose(f'{word}: {counts(document)}')}"]
    if warning := banner(document):
        blocks.append(f"**{prose(warning)}**")
    blocks.append(f"{prose(question(document))}  \n{prose(judged(document))}")
    blocks.append(_rows(("Looked at", ""), [(label, prose(text)) for label, text in target(document)]))
    blocks += [f"> {prose(note)}" for note in document.notes]
    blocks += _next(document.steps)
    problems = [outcome for outcome in document.outcomes if outcome.status not in CALM]
    if problems:
        blocks.append("## Problems")
        for outcome in problems:
            blocks += _problem(outcome)
    blocks += _asks(document)
    blocks += ["## All checks", _checks(document.outcomes)] if document.outcomes else []
    blocks += _accepted(document.outcomes)
    blocks.append(f"{prose(f'{document.tool.name} {document.tool.version}, data of {document.collected_at}')}")
    return "\n\n".join(blocks) + "\n"


# --- foreign text as Markdown; the formats written in Markdown share these ---


def prose(text: str) -> str:
    r"""Return text as running Markdown that shows exactly these characters.

    >>> prose("1. a_b *c* <d> (of @team), #12")
    '1\\. a_b \\*c\\* \\<d> (of `@team`), `#12`'
    """
    words = []
    for word in line(text).split(" "):
        found = _WORD.fullmatch(word)
        if found and _ALIVE.search(word):
            words.append(f"{found['before']}{code(found['word'])}{found['after']}")
        else:
            words.append(_MARKUP.sub(r"\\\1", word))
    return _AT_START.sub(_start, " ".join(words))


def code(text: str) -> str:
    """Return text as a code span, fenced by more backticks than it holds.

    >>> code("a`b")
    '``a`b``'
    """
    clean = line(text)
    if not clean:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", clean)), default=0))
    pad = " " if clean.startswith("`") or clean.endswith("`") else ""
    return f"{fence}{pad}{clean}{pad}{fence}"


def fenced(lines: Iterable[str], language: str, indent: str = "") -> str:
    """Return commands as a code block; one that cannot be shown as it is, is named as left out."""
    is_powershell = language == "powershell"
    shown = [command if pasteable(command, powershell=is_powershell) else NOT_PASTEABLE for command in lines]
    fence = "`" * max(3, 1 + max((len(run) for command in shown for run in re.findall("`+", command)), default=0))
    return "\n".join(indent + entry for entry in (f"{fence}{language}", *shown, fence))


def shells(commands: Commands, indent: str = "") -> list[str]:
    """Return the code blocks of a cure: once where both shells read it alike."""
    blocks = [fenced(commands.bash, "bash", indent)] if commands.bash else []
    if commands.powershell and commands.powershell != commands.bash:
        blocks.append(fenced(commands.powershell, "powershell", indent))
    return blocks


def _start(found: re.Match[str]) -> str:
    # "1." and "1)" would start a list; a digit cannot be escaped, the mark after it can.
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; a bar inside a code span needs an escape of its own."""
    cells = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_barred(cell) for cell in row) + " |" for row in cells)


def _barred(cell: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", cell)


# --- the parts ---


def _next(steps: Sequence[Step]) -> list[str]:
    if not steps:
        return []
    return ["## Next", "\n".join(f"{i}. {prose(to_do(step))}" for i, step in enumerate(steps, 1))]


def _problem(outcome: Judged) -> list[str]:
    number = f" ({prose(figure(outcome))})" if figure(outcome) else ""
    blocks = [f"### {WORDS[outcome.status]} {code(outcome.id)} {prose(outcome.title)}{number}"]
    problems = [finding for finding in outcome.findings if finding.status not in CALM]
    for finding in problems[:_FINDINGS]:
        blocks += _finding(finding)
    if len(problems) > _FINDINGS:
        blocks.append(f"and {len(problems) - _FINDINGS} more")
    for finding in outcome.findings:
        if table := comparison(finding, collapsed=True):
            blocks.append(
                _rows([prose(name) for name in table.columns], [[prose(c) for c in row] for row in table.rows])
            )
    return blocks


def _finding(finding: Finding) -> list[str]:
    named = code(finding.object) + " " if finding.object else ""
    where = f"({code(place(finding))}) " if finding.location else ""
    blocks = [f"- {named}{where}{prose(message(finding))}"]
    if finding.hint:
        blocks.append(f"  **Cure:** {prose(finding.hint)}")
    if finding.commands:
        blocks += shells(finding.commands, "  ")
    if numbers := arithmetic(finding):
        blocks.append("  " + prose("; ".join(f"{key} {value}" for key, value in numbers)))
    return blocks


def _asks(document: Document) -> list[str]:
    coverage = document.coverage
    if not coverage.unknown:
        return []
    blocks = [f"## Not judged: {coverage.unknown}"]
    if coverage.missing:
        rows = [
            (code(ask.fact), prose(ask.reason), code(ask.ask if pasteable(ask.ask) else NOT_PASTEABLE))
            for ask in coverage.missing
        ]
        blocks.append(_rows(("What lacks", "Why", "Ask for"), rows))
    return blocks


def _checks(outcomes: Iterable[Judged]) -> str:
    rows = []
    for outcome in outcomes:
        said = outcome.findings[0].message if outcome.status in CALM and outcome.findings else ""
        remark = figure(outcome) or said
        rows.append((WORDS[outcome.status], code(outcome.id), prose(outcome.title), prose(remark)))
    return _rows(("Status", "Check", "Healthy means", ""), rows)


def _accepted(outcomes: Iterable[Judged]) -> list[str]:
    rows = [
        (
            code(outcome.id),
            code(w.finding.object or ""),
            prose(message(w.finding)),
            prose(w.until),
            prose(f"{w.owner}: {w.reason}"),
        )
        for outcome in outcomes
        for w in outcome.waived
    ]
    return ["## Waived", _rows(("Check", "Object", "What was found", "Until", "By"), rows)] if rows else []
