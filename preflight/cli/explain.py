"""`explain`: the table of checks, or the manual of one. Reads nothing."""

import click

from preflight.catalog import Catalog, Offer, load
from preflight.errors import UsageError
from preflight.report.harmless import line


@click.command("explain")
@click.argument("topic", required=False)
@click.option("--no-packs", is_flag=True, help="Ignore packs of third parties.")
def command(topic: str | None, *, no_packs: bool) -> None:
    """Without TOPIC the table of checks; with a check's id its manual: why, how to fix, what is read with which right.

    Offline, and instant.
    """
    catalog = load(packs=not no_packs)
    if topic is None:
        click.echo(_table(catalog))
        return
    for offer in catalog.offers:
        if offer.check.id == topic:
            click.echo(_manual(offer, catalog))
            return
    raise UsageError(f"there is no check {topic!r}; the table of checks: cluedin-preflight explain")


def _table(catalog: Catalog) -> str:
    from tabulate import tabulate  # noqa: PLC0415 - a manual does not need it

    rows = [
        (
            offer.check.group,
            offer.check.id,
            "".join(
                stage[0].upper() if stage in offer.check.stages else "-" for stage in ("enable", "deploy", "verify")
            ),
            line(offer.check.title),
            line(offer.pack.split()[0]),
        )
        for offer in catalog.offers
    ]
    several = len({row[-1] for row in rows}) > 1
    columns = ("group", "check", "stages", "holds when", "pack")
    shown = rows if several else [row[:-1] for row in rows]
    broken = "".join(f"\npack {line(p.pack)} could not be loaded: {line(p.reason)}" for p in catalog.broken)
    table = tabulate(shown, headers=columns if several else columns[:-1], tablefmt="simple", disable_numparse=True)
    return f"{table}{broken}\n\nStages: E enable, D deploy, V verify.  One check's manual: cluedin-preflight explain ID"


def _manual(offer: Offer, catalog: Catalog) -> str:
    check = offer.check
    lines = [
        f"{check.id}   ({check.group}; stages: {', '.join(check.stages)}; pack {offer.pack})",
        "",
        check.manual,
        "",
    ]
    lines.append("What is read, with which right")
    for name in check.reads:
        if name != "header":
            fact = catalog.facts[name]
            lines.append(f"  {name}{'' if name in check.needed else ' (welcome)'}: {fact.right}")
    if check.thresholds:
        lines += ["", f"Settings, in preflight.toml under [checks.{check.id}]"]
        lines += [f"  {name} = {_toml(default)}" for name, default in check.thresholds.items()]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
