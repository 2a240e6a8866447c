"""`compare`: what changed between two results, or bundles."""

import click

from preflight import bundle
from preflight.bundle import SCHEMA_PREFIX
from preflight.catalog import load
from preflight.cli.judging import judged, settings_from
from preflight.cli.looking import written
from preflight.cli.output import parse, read_named, takes_unicode, terminal_width, wants_color
from preflight.compare import compare
from preflight.report import json
from preflight.report.comparison import render, render_json
from preflight.report.document import Document, FailOn


@click.command("compare")
@click.argument("old")
@click.argument("new")
@click.option("--other-target", is_flag=True, help="They are of two clusters, and that is the question.")
@click.option("--fail-on", type=click.Choice(("warn", "fail", "never")), default="fail", show_default=True)
@click.option("--settings", "settings_file", metavar="FILE", help="For bundles. Default: preflight.toml.")
@click.option("-o", "--output", multiple=True, metavar="FORMAT[=FILE]", help="text, json.")
@click.option("-v", "--verbose", is_flag=True, help="What is unchanged too.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
def command(
    *,
    old: str,
    new: str,
    other_target: bool,
    fail_on: FailOn,
    settings_file: str | None,
    output: tuple[str, ...],
    verbose: bool,
    color: str,
) -> int:
    """Show what is new, changed, resolved, unchanged, and what NEW did not look at again.

    Exits 1 when something new is at or above --fail-on. OLD and NEW are saved results or bundles.
    """
    outputs = parse(output, ("text", "json"))
    comparison = compare(
        _document(old, settings_file), _document(new, settings_file), fail_on=fail_on, other_target=other_target
    )
    texts = {}
    for wanted in outputs:
        if wanted.format == "json":
            texts["json"] = render_json(comparison)
        else:
            texts["text"] = render(
                comparison,
                width=terminal_width(),
                color=wanted.file is None and wants_color(color),
                unicode=wanted.file is not None or takes_unicode(),
                verbosity=int(verbose),
            )
    written(texts, outputs)
    return comparison.exit_code


def _document(path: str, settings_file: str | None) -> Document:
    """Read a result, or judge a bundle with every check. Raises InputError."""
    data = read_named(path)
    if SCHEMA_PREFIX.encode() not in data[:200]:
        return json.parse(data, name=path)
    catalog = load()
    snapshot = bundle.decode(data, path, catalog.facts)
    return judged(snapshot, catalog, catalog.offers, settings_from(settings_file, catalog))
