"""What run, demo and every other judging verb share: a snapshot becomes a document, shown, and an exit code."""

from collections.abc import Sequence
from pathlib import Path

from preflight.bundle import SCHEMA_PREFIX
from preflight.catalog import Catalog, Offer, load, select
from preflight.cli.options import words
from preflight.cli.output import Output, read_named, write_report
from preflight.errors import InputError, UsageError
from preflight.facts import Snapshot
from preflight.report import json
from preflight.report.document import Document, FailOn, document
from preflight.runner import run
from preflight.settings import Settings, parse
from preflight.views import smallest_change, views

DEFAULT_SETTINGS = "preflight.toml"


def checks_wanted(include: Sequence[str], exclude: Sequence[str], *, packs: bool) -> tuple[Catalog, tuple[Offer, ...]]:
    """Load the catalogue and select from it; UsageError for an unknown id or group."""
    catalog = load(packs=packs)
    return catalog, select(catalog, words(include), words(exclude))


def settings_from(file: str | None, catalog: Catalog) -> Settings:
    """Read the settings file: the named one, else preflight.toml beside the user where there is one."""
    path = Path(file or DEFAULT_SETTINGS)
    if file is None and not path.is_file():
        return Settings()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text: byte {error.start}") from None
    return parse(text, str(path), [offer.check for offer in catalog.offers])


def judged(
    snapshot: Snapshot,
    catalog: Catalog,
    offers: Sequence[Offer],
    settings: Settings,
    *,
    fail_on: FailOn = "fail",
    allow_unknown: bool = False,
) -> Document:
    """Judge the snapshot with these checks."""
    report = run(
        [(offer.check, offer.pack) for offer in offers],
        snapshot,
        settings,
        catalog.facts,
        broken_packs=[(broken.name, broken.pack, broken.reason) for broken in catalog.broken],
    )
    return document(
        report,
        fail_on=fail_on,
        allow_unknown=allow_unknown,
        views=views(snapshot),
        patch=smallest_change(snapshot),
    )


def saved_result(path: str, advice: str) -> Document:
    """Read a saved result, `-` being stdin. Raises InputError, and UsageError with the advice for a bundle."""
    data = read_named(path)
    if SCHEMA_PREFIX.encode() in data[:200]:
        raise UsageError(f"{path} is a bundle, not a result; {advice}")
    return json.parse(data, name=path)


def show(result: Document, outputs: Sequence[Output], *, quiet: bool, verbose: bool, color: str) -> None:
    """Write the document in every wanted format. Raises OutputError."""
    write_report(result, outputs, verbosity=int(verbose) - int(quiet), color=color)
