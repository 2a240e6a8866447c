"""`show secrets`: the chain of each planned Secret, from the vault's object to the pod that reads it."""

from typing import Any

import click
import msgspec

from preflight.cli import options
from preflight.cli.looking import facts_for, wrapped, written
from preflight.cli.output import parse
from preflight.cli.taking import request_of
from preflight.errors import UsageError
from preflight.facts import Header, Missing
from preflight.model import Target
from preflight.report.harmless import line
from preflight.settings import Settings
from preflight.sync.graph import Graph
from preflight.sync.planned import Undecided, planned, rests_on
from preflight.sync.view import ROW_HEADERS, broken_links, document, mermaid, rows


@click.command("secrets")
@options.reading
@click.option("-o", "--output", multiple=True, metavar="FORMAT[=FILE]", help="text, json, mermaid.")
def command(*, output: tuple[str, ...], **reading: Any) -> int:  # noqa: ANN401 - options.reading's
    """Show which vault object reaches which pod through which Secret, and the first broken link of each chain.

    From a manifest, else from the values and what is known of the chart version. With --offline nothing is contacted.
    """
    outputs = parse(output, ("text", "json", "mermaid"))
    graph = _graph(reading)
    makers = {"text": _text, "json": _json, "mermaid": mermaid}
    written({wanted.format: makers[wanted.format](graph) for wanted in outputs}, outputs)
    return 0


def _graph(reading: dict[str, Any]) -> Graph:
    request = request_of(reading, Settings())
    found = facts_for(
        {**reading, "offline": reading["offline"] or bool(request.manifests)}, {"values", "manifest", "release"}
    )
    header = Header(
        collected_at="", tool_version="", stage="deploy", target=Target(chart_version=request.chart_version)
    )
    manifest = found["manifest"]
    graph = planned(
        found["values"],
        manifest=None if isinstance(manifest, Missing) else manifest,
        release=found["release"],
        header=header,
    )
    if isinstance(graph, Undecided):
        raise UsageError(f"{graph.reason}; {graph.hint}")
    return graph


def _json(graph: Graph) -> str:
    return msgspec.json.format(msgspec.json.encode(document(graph)), indent=2).decode() + "\n"


def _text(graph: Graph) -> str:
    """Return a row for each Secret, and below them every broken link in full."""
    from tabulate import tabulate  # noqa: PLC0415 - only this format needs it

    table = tabulate(
        [[line(cell) for cell in row] for row in rows(graph)],
        headers=ROW_HEADERS,
        tablefmt="simple",
        colalign=("left", "left", "right", "left", "right", "left"),
        maxcolwidths=[19, 18, None, 13, None, None],
        disable_numparse=True,
    )
    broken = wrapped([line(sentence) for sentence in broken_links(graph)])
    return "\n".join([line(rests_on(graph)), "", table, *([""] if broken else []), *broken])
