"""The known symptoms: the words of driver, provider, vault, scheduler, kubelet and Helm, and what they mean.

A table of data, searched offline. Nothing outside the table is claimed to be understood, and nothing heavy is imported:
`explain TEXT` must be instant.

    >>> [match.symptom.id for match in explain_symptom("Multiple user assigned identities exist")]
    ['identity-ambiguous']
"""

import re

from preflight.symptoms.helm import HELM
from preflight.symptoms.mounting import MOUNTING
from preflight.symptoms.pods import PODS
from preflight.symptoms.symptom import Match, Symptom
from preflight.symptoms.vault import VAULT

__all__ = ["SYMPTOMS", "Match", "Symptom", "explain_symptom"]

SYMPTOMS: tuple[Symptom, ...] = (*VAULT, *MOUNTING, *HELM, *PODS)
"""Every symptom, what tells most first: a kubelet's "timed out" comes after the reason that it waited for."""

_LONGEST = 100_000


def explain_symptom(text: str) -> tuple[Match, ...]:
    """Return the symptoms whose words stand in the text (its first 100,000 characters), what tells most first.

    Case and line breaks do not matter. Each symptom is returned once; an empty answer means that nobody wrote these
    words down yet.
    """
    flat = " ".join(text[:_LONGEST].split())
    return tuple(Match(symptom, name) for symptom in SYMPTOMS for name in _named(symptom, flat))


def _named(symptom: Symptom, flat: str) -> list[str]:
    """Return what the text names in the symptom's words, once: "" where only words stand, nothing where none do."""
    found = [match.groupdict().get("name") or "" for match in re.finditer(symptom.pattern, flat, re.IGNORECASE)]
    return [next(filter(None, found), "")] if found else []
