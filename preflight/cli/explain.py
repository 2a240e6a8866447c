"""`explain`: the table of checks, or the manual of one. Reads nothing, and must be instant: it imports very little."""

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from itertools import chain
from typing import TYPE_CHECKING

import click

from preflight.manuals import Manual, manual, shipped

if TYPE_CHECKING:
    from preflight.symptoms import Symptom

_ENTRY_POINT_GROUP, _OWN_DISTRIBUTION = "preflight.checks", "cluedin-preflight"
_STAGES = ("enable", "deploy", "verify")

Explained = tuple[Manual, str]
"""A manual and the pack it is from."""


@click.command("explain")
@click.argument("topic", required=False)
@click.option("--no-packs", is_flag=True, help="Ignore packs of third parties.")
def command(topic: str | None, *, no_packs: bool) -> None:
    """Without TOPIC the table of checks; with a check's id its manual: why, how to fix, what is read with which right.

    With any other text (an event's, a log's, Helm's own words) the known symptoms that it shows. Offline, and instant.
    """
    explained, broken = _explained(packs=not no_packs)
    if topic is None:
        click.echo("\n".join([_table(explained), *broken]))
        click.echo("\nStages: E enable, D deploy, V verify.  One check's manual: cluedin-preflight explain ID")
        return
    for item, pack in explained:
        if item.id == topic:
            click.echo(_text(item, pack))
            return
    click.echo(_symptoms(topic, {item.id: item.stages for item, _ in explained}))


def _symptoms(text: str, stages: Mapping[str, Sequence[str]]) -> str:
    """Return what is known of the words in a text. Raises UsageError where nothing is: it may be a misspelt id."""
    from preflight.errors import UsageError  # noqa: PLC0415 - a check's manual needs neither
    from preflight.report.harmless import line  # noqa: PLC0415 - as above
    from preflight.symptoms import explain_symptom  # noqa: PLC0415 - as above

    matches = explain_symptom(text)
    if not matches:
        raise UsageError(
            f"{line(text)[:60]!r} is no check, and shows no symptom that is known; "
            "the table of checks: cluedin-preflight explain"
        )
    return "\n\n".join(
        _symptom(match.symptom, line(match.named), stages.get(match.symptom.check or "", ())) for match in matches
    )


def _symptom(symptom: "Symptom", named: str, stages: Sequence[str]) -> str:
    # What is deployed is looked at in stage verify, unless it is said that this check looks at what is to come.
    as_before = "" if "verify" in stages else " --stage deploy"
    said = [
        ("Cause", symptom.cause),
        ("Cure ", symptom.cure),
        ("Proof", f"cluedin-preflight run -c {symptom.check}{as_before}" if symptom.check else "no check can see this"),
    ]
    return "\n".join(
        [
            f"{symptom.id}   (said by {symptom.said_by}{f', about {named}' if named else ''})",
            *(
                click.wrap_text(f"{label}  {text}", width=80, initial_indent="  ", subsequent_indent="         ")
                for label, text in said
            ),
        ]
    )


def _explained(*, packs: bool) -> tuple[list[Explained], list[str]]:
    """Return the manuals of every pack, and a line for each that could not be loaded."""
    entries = [
        entry
        for entry in entry_points(group=_ENTRY_POINT_GROUP)
        if packs or (entry.dist and entry.dist.name == _OWN_DISTRIBUTION)
    ]
    ready = [(shipped(entry), entry) for entry in entries]
    if any(manuals is None for manuals, _ in ready):
        return _from_checks(packs=packs)
    found = chain.from_iterable([(item, _pack(entry)) for item in manuals or ()] for manuals, entry in ready)
    return list(found), []


def _from_checks(*, packs: bool) -> tuple[list[Explained], list[str]]:
    """Return the same from the checks themselves, imported."""
    from preflight.catalog import load  # noqa: PLC0415 - imports every check, so only where manuals are not shipped
    from preflight.report.harmless import line  # noqa: PLC0415 - as above

    catalog = load(packs=packs)
    broken = [f"pack {line(pack.pack)} could not be loaded: {line(pack.reason)}" for pack in catalog.broken]
    return [(manual(offer.check, catalog.facts), offer.pack) for offer in catalog.offers], broken


def _pack(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"


def _table(explained: list[Explained]) -> str:
    several = len({pack for _, pack in explained}) > 1
    rows = [("group", "check", "stages", "pack", "holds when"), ("-----", "-----", "------", "----", "----------")]
    rows += [(item.group, item.id, _letters(item), pack.partition(" ")[0], item.title) for item, pack in explained]
    shown = rows if several else [(*row[:3], row[4]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )


def _letters(item: Manual) -> str:
    return "".join(stage[0].upper() if stage in item.stages else "-" for stage in _STAGES)


def _text(item: Manual, pack: str) -> str:
    lines = [f"{item.id}   (group {item.group}; stages {', '.join(item.stages)}; pack {pack})", "", item.text, ""]
    lines.append("What is read, with which right")
    lines += [f"  {read.name}{'' if read.needed else ' (welcome)'}: {read.right}" for read in item.reads]
    if item.thresholds:
        lines += ["", f"Settings, in preflight.toml under [checks.{item.id}]"]
        lines += [f"  {name} = {_toml(default)}" for name, default in item.thresholds.items()]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
