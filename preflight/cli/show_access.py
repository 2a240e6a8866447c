"""`show access`: who may read what in the vault, and through which grant."""

from typing import Any

import click
import msgspec

from preflight.access.effective import Evidence
from preflight.access.view import access_view, object_row, table
from preflight.cli import options
from preflight.cli.looking import facts_for, needed, written
from preflight.cli.output import parse, terminal_width
from preflight.report.harmless import line

_FACTS = {"vault", "role_assignments", "role_definitions", "deny_assignments", "group_memberships"}

_WIDTHS = (18, 18, 11)


@click.command("access")
@options.reading
@click.option("--principal", required=True, metavar="ID", help="The object id of whoever is asked about.")
@click.option("--object", "objects", multiple=True, metavar="KIND/NAME", help="secret/N, certificate/N or key/N.")
@click.option("-o", "--output", multiple=True, metavar="FORMAT[=FILE]", help="text, json.")
def command(*, principal: str, objects: tuple[str, ...], output: tuple[str, ...], **reading: Any) -> int:  # noqa: ANN401
    """Show for the vault, and each --object, which operations the principal is granted, refused, or neither provably.

    From plain files the answer is that of what was given: a listing may lack inherited or group grants.
    """
    outputs = parse(output, ("text", "json"))
    rows = tuple(object_row(text) for text in objects)
    found = facts_for({**reading, "principal": principal}, _FACTS)
    needed(found, "vault")
    view = access_view(
        principal,
        rows,
        Evidence(
            vault=found["vault"],
            assignments=found["role_assignments"],
            definitions=found["role_definitions"],
            denials=found["deny_assignments"],
            memberships=found["group_memberships"],
        ),
    )
    texts = {}
    for wanted in outputs:
        if wanted.format == "json":
            texts["json"] = msgspec.json.format(msgspec.json.encode(view), indent=2).decode() + "\n"
        else:
            texts["text"] = _text(view)
    written(texts, outputs)
    return 0


def _text(view: Any) -> str:  # noqa: ANN401 - an AccessView
    from tabulate import tabulate  # noqa: PLC0415 - only this format needs it

    model = {"rbac": "access by roles", "policies": "access by policies", None: "access model not known"}[view.model]
    head = f"Principal  {line(view.principal)}\nVault      {line(view.vault or 'not known')}, {model}\n"
    rows = [[line(cell) for cell in row] for row in table(view)]
    because = max(24, terminal_width() - sum(_WIDTHS) - 2 * len(_WIDTHS))
    shown = tabulate(
        rows, headers=("object", "operations", "answer", "because"), tablefmt="simple", maxcolwidths=[*_WIDTHS, because]
    )
    doubt = "" if view.complete else "\n\nNot complete: what was not read could still grant or deny."
    return f"{head}\n{shown}{doubt}"
