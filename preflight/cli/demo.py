"""`demo`: judge a bundled sample cluster; nothing is contacted."""

import click

from preflight.cli import options
from preflight.cli.judging import checks_wanted, judged, settings_from, show
from preflight.cli.output import parse
from preflight.demo import sample
from preflight.model import Stage
from preflight.report.document import FailOn


@click.command("demo")
@click.option("--stage", type=click.Choice(("enable", "deploy", "verify")), default="enable", show_default=True)
@click.option("-c", "--check", "include", multiple=True, metavar="ID|GROUP", help="Only these; comma lists.")
@click.option("-x", "--exclude", multiple=True, metavar="ID|GROUP", help="Not these; comma lists.")
@click.option("--settings", "settings_file", metavar="FILE", help="Default: preflight.toml, where there is one.")
@click.option("--no-packs", is_flag=True, help="Ignore packs of third parties.")
@options.gating
@options.showing
def command(
    *,
    stage: Stage,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    settings_file: str | None,
    no_packs: bool,
    fail_on: FailOn | None,
    allow_unknown: bool,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Judge one of three sample clusters, one a stage. No cluster, no Azure, no network.

    Exits 0 and says which code `run` would have given; with --fail-on it gives that code.
    """
    outputs = parse(output)
    catalog, offers = checks_wanted(include, exclude, packs=not no_packs)
    settings = settings_from(settings_file, catalog)
    result = judged(sample(stage), catalog, offers, settings, fail_on=fail_on or "fail", allow_unknown=allow_unknown)
    show(result, outputs, quiet=quiet, verbose=verbose, color=color)
    if fail_on:
        return result.exit_code
    if any(chosen == ("text", None) for chosen in outputs):
        click.echo(f"(Sample data: run would have exited with code {result.exit_code}.)", err=True)
    return 0
