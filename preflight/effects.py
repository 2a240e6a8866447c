"""What the commands of a cure take together: who may run them, what they interrupt, which take them back. Pure.

Read from the commands themselves, so whoever gives a cure, a check of ours or of a stranger's pack, says it once.
"""

from collections.abc import Iterable
from typing import NamedTuple

from preflight.acts import ACTS, COPY, Act, option
from preflight.model import Commands
from preflight.shells import Words, commands, words_of

_READS = frozenset({"get", "describe", "logs", "wait", "show", "list", "list-deleted", "rest", "top"})


class Effect(NamedTuple):
    """What some commands take together: texts, and the commands that undo them, the last one first."""

    who: tuple[str, ...]
    interrupts: tuple[str, ...]
    undo: tuple[str, ...]
    undo_commands: Commands | None


def effect(cures: Iterable[Commands]) -> Effect:
    """Return what it takes to run these commands; nothing for commands that only look, and for unknown ones.

    >>> effect([commands(("kubectl", "rollout", "restart", "deployment/a", "-n", "b"))]).interrupts
    ('the pods of deployment/a restart, one after the other',)
    """
    lines = [words for cure in cures for line in cure.bash if (words := words_of(line))]
    found = [(act, words) for words in lines if (act := _act_of(words))]
    back = [line for act, words in reversed(found) if act.back and (line := act.back(words))]
    return Effect(
        who=_once(_filled(act.who, words) for act, words in found),
        interrupts=_once(_filled(act.interrupts, words) for act, words in found),
        undo=_once(_filled(act.undo, words) for act, words in reversed(found)),
        undo_commands=commands(*dict.fromkeys(back)) if back else None,
    )


def _act_of(words: Words) -> Act | None:
    if words[0] == "kubectl" and words[1:3] == ("get", "secret") and ">" in words:
        return COPY
    return next((act for act in ACTS if words[: len(act.verb.split())] == (*act.verb.split(),)), None)


def looks_only(cure: Commands) -> bool:
    """Tell whether the commands change nothing: they tell more, and cure nothing."""
    lines = [words for line in cure.bash if (words := words_of(line))]
    return all(_READS & set(words[1:4]) and _act_of(words) is None for words in lines)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _filled(text: str, words: Words) -> str:
    """Fill in what a command names: `{object}` is its first operand, `{namespace}` and `{scope}` are its options."""
    operands = [word for word in words[3:] if not word.startswith("-")]
    if words[1:2] == ("delete",):
        operands = [f"{words[2]}/{name}" for name in operands[:1]]
    scope = option(words, "--scope").rstrip("/").rpartition("/")[2]
    return text.format(
        object=operands[0] if operands else "", namespace=option(words, "-n"), scope=scope or "the vault"
    )
