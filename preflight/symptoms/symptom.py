"""What a known symptom is."""

from typing import NamedTuple


class Symptom(NamedTuple):
    """Words that somebody prints when something is wrong, and what they mean.

    `said_by` prints them. `pattern` is a regular expression for the words that are always the same; a group called
    `name` is what the text names: a vault object, a Secret, a class, a node's shortage. `check` is the id of the check
    that proves the cause, None where no check can see it. Patterns hold no unbounded repetition of wildcards, so that
    hostile text costs no more than its length.
    """

    id: str
    said_by: str
    pattern: str
    cause: str
    check: str | None
    cure: str


class Match(NamedTuple):
    """A symptom found in a text, and what the text names there, "" where it names nothing."""

    symptom: Symptom
    named: str
