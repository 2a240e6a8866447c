"""Options that several verbs share, in the words of kubectl, az and helm."""

from collections.abc import Callable, Sequence
from typing import Any

import click

Command = Callable[..., Any]


def reading(command: Command) -> Command:
    """Add the options that say what to read."""
    return _add(
        command,
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        click.option("--kubeconfig", metavar="FILE", help="As kubectl."),
        click.option("--context", metavar="NAME", help="As kubectl."),
        click.option("-n", "--namespace", metavar="NAME", help="CluedIn's namespace; default: its release's."),
        click.option("--request-timeout", default="30s", show_default=True, help="Longest wait for one answer."),
        click.option("-g", "--resource-group", metavar="NAME", help="The cluster's resource group; found by itself."),
        click.option("--cluster-name", metavar="NAME", help="The AKS cluster; found by itself."),
        click.option("--subscription", metavar="ID", help="Found by itself."),
        click.option("--vault-name", metavar="NAME", help="The key vault; default: the one the values name."),
        click.option("-f", "--values", "values_files", multiple=True, metavar="FILE", help="As helm; repeatable."),
        click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="As helm; repeatable."),
        click.option("--chart", metavar="CHART", help="Render this with helm, and judge what it makes."),
        click.option("--manifest", "manifests", multiple=True, metavar="FILE", help="Rendered manifests; repeatable."),
        click.option("--chart-version", metavar="VERSION", help="The chart that is about to be deployed."),
        click.option("--release", metavar="NAME", help="The Helm release; default: the only one of cluedin-platform."),
        click.option(
            "--no-release", is_flag=True, help="Never read the release's record (a Secret that holds values)."
        ),
        click.option("--offline", is_flag=True, help="Contact nothing."),
    )


def judging(command: Command) -> Command:
    """Add the options that say what to judge, and how."""
    return _add(
        command,
        click.option("--stage", type=click.Choice(("enable", "deploy", "verify")), help="Default: detected."),
        click.option("-c", "--check", "include", multiple=True, metavar="ID|GROUP", help="Only these; comma lists."),
        click.option("-x", "--exclude", multiple=True, metavar="ID|GROUP", help="Not these; comma lists."),
        click.option(
            "--settings", "settings_file", metavar="FILE", help="Default: preflight.toml, where there is one."
        ),
        click.option("--no-packs", is_flag=True, help="Ignore packs of third parties."),
    )


def gating(command: Command) -> Command:
    """Add the options that turn findings into an exit code."""
    return _add(
        command,
        click.option("--fail-on", type=click.Choice(("warn", "fail", "never")), help="Default: fail."),
        click.option("--allow-unknown", is_flag=True, help="Exit 0 although something stayed unknown."),
    )


def showing(command: Command) -> Command:
    """Add the options that say how results are shown."""
    return _add(
        command,
        click.option(
            "-o",
            "--output",
            multiple=True,
            metavar="FORMAT[=FILE]",
            help="text, json, junit, html, markdown, sarif, annotations, runbook, patch; repeatable.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Problems and footer only."),
        click.option("-v", "--verbose", is_flag=True, help="The arithmetic, and every object."),
        click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True),
    )


def words(values: Sequence[str]) -> tuple[str, ...]:
    """Split comma lists: `("a,b", "c")` becomes `("a", "b", "c")`."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _add(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
