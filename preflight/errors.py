"""Everything this tool raises on purpose.

PreflightError                 one sentence for a person; never a traceback
├── UsageError                 what was typed contradicts itself or names what does not exist (exit 2)
│   ├── SettingsError          preflight.toml, naming file and key (exit 2)
│   ├── InputError             a named file that cannot be read or recognised (exit 2)
│   └── WrongTargetError       the cluster or vault found is not the one that was named (exit 2)
├── OutputError                a report or bundle that could not be written (exit 4)
└── CheckDefinitionError       an author's mistake in a check or pack, naming module and function
"""


class PreflightError(Exception):
    """Root of the tree. The message is shown to the user as it is."""


class UsageError(PreflightError):
    """The command line contradicts itself, or names what does not exist."""


class SettingsError(UsageError):
    """preflight.toml holds something we do not understand; the message names file and key."""


class InputError(UsageError):
    """A named input cannot be read; the message names the file, the place and what was expected."""


class WrongTargetError(UsageError):
    """What was found disagrees with what was named: judging the wrong cluster is the worst error."""


class OutputError(PreflightError):
    """An output could not be written."""


class CheckDefinitionError(PreflightError):
    """A check or a pack is declared wrongly; the message names module and function."""
