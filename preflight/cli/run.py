"""`run`: collect, judge, report; the exit code is the verdict."""

from typing import Any

import click

from preflight import bundle
from preflight.cli import options
from preflight.cli.judging import checks_wanted, judged, settings_from, show
from preflight.cli.output import parse, read_named, write_whole
from preflight.cli.taking import snapshot_of
from preflight.compare import against
from preflight.errors import OutputError
from preflight.report import json
from preflight.report.document import FailOn


@click.command("run")
@options.reading
@options.judging
@options.gating
@click.option("--operator", is_flag=True, help="You will do the next step: a right that you lack is a failure.")
@click.option("--baseline", metavar="RESULT", help="A saved result: only findings that it does not have count.")
@click.option("--save-bundle", metavar="FILE", help="Keep what was judged.")
@options.showing
def command(
    *,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    settings_file: str | None,
    no_packs: bool,
    fail_on: FailOn | None,
    allow_unknown: bool,
    operator: bool,
    baseline: str | None,
    save_bundle: str | None,
    output: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    color: str,
    **reading: Any,  # noqa: ANN401 - options.reading's, for snapshot_of
) -> int:
    """Read the cluster, Azure and the values, judge them, and report.

    With PATHs (a bundle, kubectl or az output as JSON or YAML, a folder or zip of these) nothing live is read.
    """
    outputs = parse(output)
    catalog, offers = checks_wanted(include, exclude, packs=not no_packs)
    settings = settings_from(settings_file, catalog)
    if operator:
        settings = settings.overridden("operator-permissions", required=True)
    snapshot = snapshot_of(reading, catalog, offers, settings, quiet=quiet)
    if save_bundle:
        try:
            write_whole(save_bundle, bundle.encode(snapshot, compress=save_bundle.endswith(".gz")))
        except OSError as error:
            raise OutputError(f"{save_bundle}: cannot be written: {error.strerror}") from None
    result = judged(snapshot, catalog, offers, settings, fail_on=fail_on or "fail", allow_unknown=allow_unknown)
    if baseline:
        result = against(result, json.parse(read_named(baseline), name=baseline))
    show(result, outputs, quiet=quiet, verbose=verbose, color=color)
    return result.exit_code
