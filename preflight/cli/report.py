"""`report`: show a saved result again, in any format."""

import click
import msgspec

from preflight import pseudonyms
from preflight.cli import options
from preflight.cli.judging import saved_result, show
from preflight.cli.output import parse, read_named
from preflight.errors import UsageError
from preflight.report import json
from preflight.report.document import Document, FailOn, in_order, under


@click.command("report")
@click.argument("result", required=False, metavar="RESULT.json")
@click.option("--schema", is_flag=True, help="Print the JSON schema of results instead.")
@click.option("--key", metavar="FILE", help="Translate pseudonyms back: the key that collect --pseudonyms wrote.")
@options.gating
@options.showing
def command(
    *,
    result: str | None,
    schema: bool,
    key: str | None,
    fail_on: FailOn | None,
    allow_unknown: bool,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Show RESULT.json (made with `run -o json=RESULT.json`; `-` is stdin) again; the exit code is its verdict.

    Without --fail-on and --allow-unknown the verdict is the saved one.
    """
    if schema:
        click.echo(json.schema(), nl=False)
        return 0
    if result is None:
        raise UsageError("which result? cluedin-preflight report RESULT.json (made with: run -o json=RESULT.json)")
    outputs = parse(output)
    document = saved_result(result, f"judge it: cluedin-preflight run {result}")
    if key is not None:
        document = _translated(document, pseudonyms.decode(read_named(key), key), f"{result} and {key}")
    if fail_on or allow_unknown:
        document = under(
            document, fail_on=fail_on or document.fail_on, allow_unknown=allow_unknown or document.allow_unknown
        )
    show(document, outputs, quiet=quiet, verbose=verbose, color=color)
    return document.exit_code


def _translated(document: Document, key: pseudonyms.Key, names: str) -> Document:
    """Put the names back. UsageError where the key is another bundle's: its names would be taken for this one's."""
    if key.collected_at not in ("", document.collected_at):
        raise UsageError(
            f"{names} do not belong together: the result is of a bundle collected at {document.collected_at}, "
            f"the key of one collected at {key.collected_at}"
        )
    return in_order(msgspec.convert(pseudonyms.original(msgspec.to_builtins(document), key), Document))
