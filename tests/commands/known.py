"""The az commands that exist, as far as we use them: az.json, which make_az_table.py writes from azure-cli itself."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tests.commands.uses import uses, verb_of

TABLE = Path(__file__).with_name("az.json")
_EVERYWHERE = {"-o", "--output", "--query", "--subscription", "--only-show-errors", "--help"}
_ACTS = Path(__file__).parents[2] / "preflight" / "acts.py"

Options = list[dict[str, Any]]


def table() -> Mapping[str, Options]:
    """Return each command's options: `names`, and where they are there `required`, `nargs`, `choices`."""
    commands: Mapping[str, Options] = json.loads(TABLE.read_text(encoding="utf-8"))["commands"]
    return commands


def used_verbs(known: Collection[str]) -> set[str]:
    """Return the commands in texts and in code that are among the known ones."""
    return {verb for use in uses() if (verb := verb_of(use.words, known))}


def used_options() -> set[str]:
    """Return every option that stands anywhere in what is ours: of others the table tells nothing."""
    in_texts = {option for use in uses() for option in use.options}
    return in_texts | set(re.findall(r'"(--[a-z-]+)"', _ACTS.read_text(encoding="utf-8")))


def written(version: str, commands: Mapping[str, Options]) -> str:
    """Return the table as JSON, a line for each command."""
    lines = ",\n".join(f"  {json.dumps(verb)}: {json.dumps(options)}" for verb, options in sorted(commands.items()))
    return f'{{"azure-cli": {json.dumps(version)}, "commands": {{\n{lines}\n}}}}\n'


def undone() -> set[str]:
    """Return the commands that `preflight.acts` knows of, or takes back others with."""
    text = _ACTS.read_text(encoding="utf-8")
    found = {verb.removeprefix("az ") for verb in re.findall(r'"(az [a-z -]+)"', text)}
    made = re.findall(r'\("az", ((?:"[a-z][a-z-]*", )+)', text)
    found |= {" ".join(re.findall(r'"([a-z][a-z-]*)"', words)) for words in made}
    kinds = re.findall(r'f"az ([a-z {}-]+)"', text)
    return found | {verb.replace("{kind}", kind) for verb in kinds for kind in ("secret", "certificate")}


def complaint(words: list[str], known: Mapping[str, Options]) -> str | None:
    """Say what is wrong with a whole az command, words without the program; None where azure-cli would take it."""
    verb = verb_of(tuple(words), known)
    if verb is None:
        return f"no such command: az {' '.join(words[:5])}"
    rest = words[len(verb.split()) :]
    options = {name: option for option in known[verb] for name in option["names"]}
    given = []
    while rest:
        name, *rest = rest
        if name in _EVERYWHERE and name not in options:
            rest = rest[1:]
            continue
        option = options.get(name)
        if option is None:
            return f"az {verb} has no {name}"
        given.append(option)
        end = next((i for i, word in enumerate(rest) if re.match(r"--?[a-z]", word)), len(rest))
        values, rest = rest[:end], rest[end:]
        if problem := _values(option, values):
            return f"az {verb} {name}: {problem}"
    lacking = [option["names"][0] for option in known[verb] if option.get("required") and option not in given]
    return f"az {verb} lacks {', '.join(lacking)}" if lacking else None


def _values(option: dict[str, Any], values: list[str]) -> str | None:
    nargs = option.get("nargs")
    fits = {None: len(values) == 1, 0: not values, "?": len(values) <= 1, "+": bool(values), "*": True}
    if not fits[nargs]:
        return f"{len(values)} values"
    wrong = [value for value in values if option.get("choices") and value not in option["choices"]]
    return f"no such choice: {wrong[0]}" if wrong else None
