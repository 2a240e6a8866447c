"""`collect`: write what run would read as one bundle."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from preflight import __version__, bundle, pseudonyms
from preflight.catalog import Catalog, Offer
from preflight.cli import options
from preflight.cli.judging import checks_wanted, settings_from
from preflight.cli.output import write_whole
from preflight.cli.taking import snapshot_of
from preflight.collect.release import DEFAULT_NAMESPACE
from preflight.collect.scripts import Shell, script
from preflight.errors import OutputError, UsageError
from preflight.facts import Missing, Snapshot
from preflight.job import manifest
from preflight.report.harmless import line
from preflight.rights import as_text, rights_for
from preflight.stage import FACTS_OF_STAGE


@click.command("collect")
@options.reading
@options.judging
@click.option(
    "--print",
    "printed",
    type=click.Choice(("rights", "bash", "powershell", "job")),
    help="Read nothing; print the least rights, a script of kubectl and az alone, or a Job for inside the cluster.",
)
@click.option("--pseudonyms", "pseudonymous", is_flag=True, help="Replace names; the key to them is written beside it.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def command(
    *,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    settings_file: str | None,
    no_packs: bool,
    printed: str | None,
    pseudonymous: bool,
    quiet: bool,
    paths: tuple[str, ...],
    **reading: Any,  # noqa: ANN401 - options.reading's, for snapshot_of
) -> int:
    """Write what `run` would read to PATH (default preflight-CLUSTER-DATE.bundle.json, `-` is stdout).

    The bundle is plain JSON (gzip when the name ends in .gz) and holds no secret value. Read it before it leaves.
    """
    if len(paths) > 1:
        raise click.UsageError("collect writes one file; to judge files use: run PATH...")
    catalog, offers = checks_wanted(include, exclude, packs=not no_packs)
    if printed:
        click.echo(_printed(printed, catalog, offers, reading), nl=False)
        return 0
    settings = settings_from(settings_file, catalog)
    snapshot = snapshot_of({**reading, "paths": ()}, catalog, offers, settings, quiet=quiet)
    key = None
    if pseudonymous:
        snapshot, key = pseudonyms.pseudonymised(snapshot)
    file = paths[0] if paths else _default_name(snapshot)
    key_file = _write_key(key, beside=_default_name(snapshot) if file == "-" else file) if key else ""
    data = bundle.encode(snapshot, compress=file.endswith(".gz"))
    if file == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        _write(file, data)
    if not quiet:
        click.echo(_account(snapshot, file), err=True)
    if key:
        # Quiet or not: nobody must send it by mistake.
        click.echo(
            f"{key_file}: the {len(key.names)} names behind the pseudonyms; it stays here, never send it. "
            f"What comes back translates: cluedin-preflight report RESULT.json --key {key_file}",
            err=True,
        )
    if snapshot.header.partial:
        return 130
    return 3 if all(isinstance(value, Missing) for value in snapshot.facts.values()) else 0


def _write(file: str, data: bytes, *, private: bool = False) -> None:
    try:
        write_whole(file, data, private=private)
    except OSError as error:
        raise OutputError(f"{file}: cannot be written: {error.strerror}") from None


def _write_key(key: pseudonyms.Key, *, beside: str) -> str:
    """Write the key of a bundle and return its file's name. UsageError where another bundle's key is in the way.

    It comes before the bundle: a bundle whose key was lost cannot be translated back.
    """
    file = f"{re.sub(r'(?:[.]json)?(?:[.]gz)?$', '', beside)}.key.json"
    data = pseudonyms.encode(key)
    if _is_another(file, data):
        raise UsageError(
            f"{file} is the key of an earlier bundle and is not overwritten; move it, or name another file"
        )
    _write(file, data, private=True)
    return file


def _is_another(file: str, data: bytes) -> bool:
    try:
        return Path(file).read_bytes() != data
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _printed(what: str, catalog: Catalog, offers: Sequence[Offer], reading: Mapping[str, Any]) -> str:
    given = {name: reading[name] for name in ("namespace", "resource_group", "cluster_name", "vault_name")}
    if what in ("bash", "powershell"):
        shell: Shell = "bash" if what == "bash" else "powershell"
        return script(shell, context=reading["context"], subscription=reading["subscription"], **given)
    also = () if reading["stage"] else FACTS_OF_STAGE
    rights = rights_for([offer.check for offer in offers], catalog.facts, also)
    namespace = reading["namespace"] or DEFAULT_NAMESPACE
    if what == "rights":
        return as_text(rights, namespace=namespace, scope=f"/subscriptions/{reading['subscription'] or 'SUBSCRIPTION'}")
    rights = rights._replace(values=()) if reading["no_release"] else rights
    words = {"--stage": reading["stage"], "--subscription": reading["subscription"]}
    words |= {f"--{name.replace('_', '-')}": text for name, text in given.items() if name != "namespace"}
    arguments = [word for option, text in words.items() if text for word in (option, text)]
    return manifest(rights, namespace=namespace, version=__version__, arguments=arguments)


def _default_name(snapshot: Snapshot) -> str:
    cluster = re.sub(
        r"[^A-Za-z0-9.-]+", "-", snapshot.header.target.cluster or snapshot.header.target.context or "cluster"
    )
    return f"preflight-{cluster}-{snapshot.header.collected_at[:10]}.bundle.json"


def _account(snapshot: Snapshot, file: str) -> str:
    held = [
        f"{bundle.count(value)} {name.replace('_', ' ')}"
        for name, value in snapshot.facts.items()
        if not isinstance(value, Missing)
    ]
    left_out: dict[str, list[str]] = {}
    for name, value in snapshot.facts.items():
        if isinstance(value, Missing):
            left_out.setdefault(line(value.reason), []).append(name.replace("_", " "))
    lines = [f"{'stdout' if file == '-' else file}: {', '.join(held) or 'nothing'}; 0 secret values"]
    if left_out:
        lines += ["Left out:", *(f"  {', '.join(names)}: {reason}" for reason, names in left_out.items())]
    return "\n".join(lines)
