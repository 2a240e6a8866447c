"""`python -m preflight` and the console script: run the command line; an error becomes a sentence and an exit code."""

import sys

EXIT_USAGE, EXIT_TOOL, EXIT_INTERRUPTED = 2, 4, 130


def main() -> None:
    """Run the command line on this process's arguments and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; every error has been told on stderr in one sentence."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # also while the command line itself is still being loaded
        sys.stderr.write("interrupted\n")
        return EXIT_INTERRUPTED


def _run(arguments: list[str]) -> int:
    import click  # noqa: PLC0415 - errors below are click's own; importing it here keeps this module importable for free

    from preflight.cli import cli  # noqa: PLC0415

    _write_utf8()
    try:
        return int(cli.main(args=arguments, prog_name="cluedin-preflight", standalone_mode=False) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return EXIT_USAGE
    except click.Abort:  # click's own word for it
        raise KeyboardInterrupt from None
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person gets a sentence, never a traceback
        return _explained(error)


def _explained(error: Exception) -> int:
    import click  # noqa: PLC0415

    from preflight.errors import PreflightError, UsageError  # noqa: PLC0415
    from preflight.report.harmless import line  # noqa: PLC0415 - only on the way out

    if isinstance(error, PreflightError):
        click.echo(f"cluedin-preflight: {line(str(error))}", err=True)
        return EXIT_USAGE if isinstance(error, UsageError) else EXIT_TOOL
    if isinstance(error, BrokenPipeError):
        return EXIT_TOOL
    # The message of a foreign exception may quote input, so only its type and place are told.
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "unknown place"
    click.echo(
        f"cluedin-preflight: internal error {type(error).__name__} at {place}; please report this as a bug", err=True
    )
    return EXIT_TOOL


def _write_utf8() -> None:
    # Windows consoles default to a legacy code page when piped; what cannot be written must not stop a report.
    for stream in (sys.stdout, sys.stderr):
        encoding = (stream.encoding or "").lower().replace("-", "")
        if sys.platform == "win32" and encoding != "utf8":
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # TextIO of a process is a TextIOWrapper
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # as above


if __name__ == "__main__":
    main()
