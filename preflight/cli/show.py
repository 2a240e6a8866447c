"""`show`: look closer at one thing. One module per thing, loaded when it is asked for."""

from importlib import import_module

import click

THINGS = {
    "nodes": "What DaemonSets do to each node: fit, push out, or wait. Without --daemonset: the add-on's pair.",
    "access": "Who may read what in the vault, and through which grant.",
    "secrets": "Each planned Secret's chain: class, vault object, mount, Secret, key, reader.",
}


class _Things(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(THINGS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in THINGS:
            return None
        command = import_module(f"preflight.cli.show_{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - each thing's module offers its command under this name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Things"):
            formatter.write_dl(list(THINGS.items()))


@click.group("show", cls=_Things)
def command() -> None:
    """Look closer: at the live cluster and vault, or at the files given as PATHs."""
