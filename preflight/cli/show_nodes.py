"""`show nodes`: what DaemonSets that are not there yet would do to every node."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from preflight.cli import options
from preflight.cli.looking import facts_for, needed, taken_as_none, wrapped, written
from preflight.cli.output import parse
from preflight.collect.documents.in_order import objects_in_order
from preflight.facts import DaemonSet, Missing
from preflight.report.harmless import line
from preflight.scheduling.addon import addon_pair
from preflight.scheduling.prediction import Prediction, predict
from preflight.scheduling.view import NodeRow, nodes_document, nodes_table

_WELCOME = ("pod_disruption_budgets", "priority_classes")


@click.command("nodes")
@options.reading
@click.option("--daemonset", "files", multiple=True, metavar="FILE", help="DaemonSet manifests, in order of arrival.")
@click.option("-o", "--output", multiple=True, metavar="FORMAT[=FILE]", help="text, json.")
def command(*, files: tuple[str, ...], output: tuple[str, ...], **reading: Any) -> int:  # noqa: ANN401 - options.reading
    """Show for each node whether the pods fit at once, push others out, or wait; exactly as kube-scheduler decides.

    Without --daemonset: the two DaemonSets of the Key Vault add-on. Disruption budgets, priority classes and pods that
    no file holds are taken as none.
    """
    outputs = parse(output, ("text", "json"))
    arriving: tuple[DaemonSet, ...] = tuple(
        daemon_set for file in files for daemon_set in objects_in_order(file, "daemon_sets")
    )
    found = facts_for(reading, {"nodes", "pods", "daemon_sets", *_WELCOME})
    nodes = needed(found, "nodes")
    taken_as_none(found, ("pods", *_WELCOME))
    there = {name: () if isinstance(value, Missing) else value for name, value in found.items()}
    if not files:
        pair = addon_pair(there["daemon_sets"])
        arriving = (pair.driver, pair.provider)
    prediction = predict(
        nodes,
        there["pods"],
        arriving,
        budgets=there["pod_disruption_budgets"],
        priority_classes=there["priority_classes"],
    )
    written({wanted.format: _shown(prediction, wanted.format) for wanted in outputs}, outputs)
    return 0


def _shown(prediction: Prediction, wanted: str) -> str:
    if wanted == "json":
        return msgspec.json.format(msgspec.json.encode(nodes_document(prediction)), indent=2).decode() + "\n"
    return _table(nodes_table(prediction))


def _table(rows: Sequence[NodeRow]) -> str:
    from tabulate import tabulate  # noqa: PLC0415 - only this format needs it

    cells = [(line(r.pool), line(r.node), r.slots, r.cpu, r.memory, r.outcome) for r in rows]
    shown = tabulate(
        cells,
        headers=("pool", "node", "pods", "cpu", "memory", "outcome"),
        tablefmt="simple",
        colalign=("left", "left", "right", "right", "right", "left"),
        disable_numparse=True,
    )
    details = [f"{line(row.node)}: {line(detail)}" for row in rows for detail in row.details]
    return "\n".join([shown, "", *wrapped(details)]) if details else shown
