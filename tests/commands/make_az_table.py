"""Write az.json anew: of each az command that we use, its options, as the azure-cli that runs this has them.

    python -m venv ENV && ENV/bin/pip install azure-cli==2.91.0 && ENV/bin/python tests/commands/make_az_table.py

It takes minutes: azure-cli loads all of its commands. Run it when a test says that a command is not in the table.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.commands.known import TABLE, undone, used_options, used_verbs, written

core = import_module("azure.cli.core")
cli = core.get_default_cli()
import_module("azure.cli.core.file_util").create_invoker_and_load_cmds_and_args(cli)
loaded = cli.invocation.commands_loader.command_table


def option(argument: Any) -> dict[str, Any]:
    """Say how an option is called, whether it must be given, how many values it takes, and which."""
    settings = argument.type.settings
    names = [
        name if isinstance(name, str) else getattr(name, "target", "") for name in settings.get("options_list") or ()
    ]
    choices = settings.get("choices")
    found: dict[str, Any] = {"names": [name for name in names if name]}
    if settings.get("required"):
        found["required"] = True
    if settings.get("action") in ("store_true", "store_false") or settings.get("nargs"):
        found["nargs"] = settings.get("nargs") or 0
    if choices:
        found["choices"] = sorted(map(str, choices))
    return found


wanted = used_options()
table = {}
for verb in sorted(used_verbs(loaded) | undone()):
    options = [option(argument) for argument in loaded[verb].arguments.values()]
    table[verb] = [each for each in options if each.get("required") or wanted & {*each["names"]}]
TABLE.write_text(written(core.__version__, table), encoding="utf-8")
