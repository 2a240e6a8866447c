"""`run`: collect, judge, report; the exit code is the verdict."""

import itertools
from typing import Any

import click
import msgspec

from preflight import bundle
from preflight.cli import options
from preflight.cli.judging import checks_wanted, judged, saved_result, settings_from, show
from preflight.cli.output import parse, write_whole
from preflight.cli.taking import snapshot_of
from preflight.cli.waiting import WATCHED, nowhere, on_stderr, wait
from preflight.collect.request import seconds
from preflight.compare import against
from preflight.errors import OutputError, UsageError
from preflight.facts import Snapshot
from preflight.report.document import INTERRUPTED, Document, FailOn


@click.command("run")
@options.reading
@options.judging
@options.gating
@click.option("--operator", is_flag=True, help="You will do the next step: a right that you lack is a failure.")
@click.option("--wait", "patience", metavar="DURATION", help="In stage verify: look again until the secrets are there.")
@click.option("--read-values", is_flag=True, help="Fetch values too, to say whether vault and cluster hold the same.")
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
    patience: str | None,
    read_values: bool,
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
    limit = None if patience is None else seconds(patience)
    reading["read_values"] = read_values
    catalog, offers = checks_wanted(include, exclude, packs=not no_packs)
    settings = settings_from(settings_file, catalog)
    if operator:
        settings = settings.overridden("operator-permissions", required=True)

    looks = itertools.count()

    def look() -> tuple[Snapshot, Document]:
        # Whoever waits is told once what is read, and then what is missing.
        snapshot = snapshot_of(reading, catalog, offers, settings, quiet=quiet or next(looks) > 0)
        if limit and "verify" not in snapshot.header.stages:
            raise UsageError(f"--wait waits for secrets to arrive, in stage verify; this is {snapshot.header.stage}")
        return snapshot, judged(
            snapshot, catalog, offers, settings, fail_on=fail_on or "fail", allow_unknown=allow_unknown
        )

    if limit and (reading["paths"] or reading["offline"]):
        raise UsageError("--wait looks at a live cluster again and again; files do not change")
    if read_values and (reading["paths"] or reading["offline"]):
        raise UsageError("--read-values fetches values from a cluster and its vault; files hold none")
    if limit and all(offer.check.id != WATCHED for offer in offers):
        raise UsageError(f"--wait waits for what {WATCHED} misses: select it too")
    tell = nowhere if quiet else on_stderr
    snapshot, result, cut_short = wait(look, limit, tell=tell) if limit else (*look(), False)
    if cut_short:
        result = msgspec.structs.replace(result, partial=True, exit_code=INTERRUPTED)
    if baseline:
        advice = f"make one of it: cluedin-preflight run {baseline} -o json=baseline.json"
        result = against(result, saved_result(baseline, advice))
    unwritten = _keep(snapshot, save_bundle) if save_bundle else None
    show(result, outputs, quiet=quiet, verbose=verbose, color=color)
    if unwritten:
        raise OutputError(unwritten)
    return result.exit_code


def _keep(snapshot: Snapshot, file: str) -> str | None:
    """Write the bundle; return why it could not be, so that the report is shown all the same."""
    try:
        write_whole(file, bundle.encode(snapshot, compress=file.endswith(".gz")))
    except OSError as error:
        return f"{file}: cannot be written: {error.strerror}"
    return None
