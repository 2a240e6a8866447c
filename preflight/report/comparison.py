"""A comparison as text for the terminal and as JSON."""

import msgspec

from preflight.compare import Comparison, Entry
from preflight.model import Finding
from preflight.report.evidence import written
from preflight.report.json import escaped
from preflight.report.screen import Screen
from preflight.report.summary import WORDS, message

_SHOWN = 20


def render_json(comparison: Comparison) -> str:
    """Return the comparison as indented JSON in defined order."""
    return escaped(msgspec.json.format(msgspec.json.encode(comparison), indent=2).decode()) + "\n"


def render(
    comparison: Comparison, *, width: int = 80, color: bool = False, unicode: bool = True, verbosity: int = 0
) -> str:
    """Return the comparison for a terminal: what is new first, the answer last. Verbose: every entry."""
    screen = Screen(width=max(width, 40), color=color, unicode=unicode)
    lines = [
        *screen.wrapped(screen.text(f"Before  {comparison.old_target or 'files'}, {comparison.old_at}"), screen.width),
        *screen.wrapped(screen.text(f"Now     {comparison.new_target or 'files'}, {comparison.new_at}"), screen.width),
    ]
    lines += [part for note in comparison.notes for part in screen.wrapped(screen.text(f"Note: {note}"), screen.width)]
    for title, entries, listed in (
        ("new", comparison.new, verbosity >= 0),
        ("changed", comparison.changed, verbosity >= 0),
        ("not looked at again", comparison.not_looked_at, verbosity >= 0),
        ("resolved", comparison.resolved, verbosity >= 0),
        ("unchanged", comparison.unchanged, verbosity > 0),
    ):
        lines += ["", screen.styled(f"{title}: {len(entries)}", "strong")] if entries else []
        shown = entries if verbosity > 0 else entries[:_SHOWN]
        for entry in shown if listed else ():
            lines += _entry(entry, screen)
        if listed and len(entries) > len(shown):
            lines.append(f"   and {len(entries) - len(shown)} more: -v shows them")
    return "\n".join([*lines, "", *screen.wrapped(_answer(comparison), screen.width)]) + "\n"


def _entry(entry: Entry, screen: Screen) -> list[str]:
    said = entry.new or entry.old
    statuses = [WORDS[finding.status] for finding in (entry.old, entry.new) if finding]
    word = " -> ".join(dict.fromkeys(statuses))
    name = f"{entry.check} {entry.object}" if entry.object else entry.check
    first = screen.wrapped(screen.text(f"{word} {name}"), screen.width - 3)
    lines = [f"{'   ' if i else ' '}{line}" for i, line in enumerate(first)]
    details = [message(said)] if isinstance(said, Finding) else []
    details += [
        f"{number.key}: {written(number.old, number.key)} -> {written(number.new, number.key)}"
        for number in entry.numbers
    ]
    details += [f"({entry.why})"] if entry.why else []
    for detail in details:
        lines += [f"     {line}" for line in screen.wrapped(screen.text(detail), screen.width - 5, most=3)]
    return lines


def _answer(comparison: Comparison) -> str:
    counted = [
        f"{len(entries)} {word}"
        for word, entries in (
            ("new", comparison.new),
            ("changed", comparison.changed),
            ("not looked at again", comparison.not_looked_at),
            ("resolved", comparison.resolved),
            ("unchanged", comparison.unchanged),
        )
        if entries
    ]
    word = "WORSE" if comparison.exit_code else "NOT WORSE"
    return f"{word}: {', '.join(counted) or 'no problem on either side'}."
