"""The command line: one module per verb; the only code that prints, opens files for people, or exits.

Nothing but click is imported here, and a verb's module only when that verb is used: `--help` must be instant.
"""

from importlib import import_module

import click

VERBS = {
    "run": "Collect, judge, report; the exit code is the verdict. With PATHs, judge those files instead.",
    "collect": "Write what run would read as one bundle, with no secret in it.",
    "show": "Look closer: what a DaemonSet does to nodes, who may read what, each Secret's chain.",
    "explain": "The table of checks, or the manual of one. Offline.",
    "report": "Show a saved result again, in any format.",
    "compare": "What is new, resolved, changed between two results or bundles.",
    "demo": "Judge a bundled sample cluster: nothing is contacted.",
}
"""Each verb's summary, kept here so that the list of verbs loads none of them."""

GUIDE = """\
cluedin-preflight tells you what will break, and how to fix it, before you

  enable the Key Vault add-on    cluedin-preflight run
  deploy values that use it      cluedin-preflight run -f values.yaml
  see the secrets arrive         cluedin-preflight run --stage verify
  help a customer                cluedin-preflight collect     (there)
                                 cluedin-preflight run FILE    (at your desk)

No cluster at hand?              cluedin-preflight demo
Everything else:                 cluedin-preflight --help
"""


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in VERBS:
            return None
        command = import_module(f"preflight.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - each verb's module offers its command under this name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        from preflight import __version__  # noqa: PLC0415

        click.echo(f"cluedin-preflight {__version__}")
        ctx.exit()


@click.group(
    cls=_Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Tell what will break when CluedIn on AKS takes its secrets from Azure Key Vault, before it does.

    Exit codes: 0 fine, 1 a finding at or above --fail-on, 2 usage or unreadable input, 3 something stayed unknown,
    4 the tool itself failed, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        click.echo(GUIDE, nl=False)
