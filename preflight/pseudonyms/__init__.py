"""Names out of a snapshot and back into a report: `collect --pseudonyms` and `report --key`. Pure.

Nodes, hosts, clusters, vaults, identities, resource and resource group names, subscriptions, tenants, users, GUIDs,
namespaces, releases, image registries, roles of one's own and file names get a pseudonym, the same one everywhere, so
that relations stay. What the checks go by stays as it is: pools, workloads, Secrets, vault objects, regions, sizes,
addresses, Azure's roles, and names that the charts or Kubernetes have made, such as `cluedin` and `kube-system`.

kept       which names stay
places     which fields hold names, which prose, which nothing but words of the API
gathering  which strings of a snapshot are names, and of what
leftovers  the same names in other capitals and within longer words
naming     the pseudonym of each: numbered in the order of the names, so that what was sorted stays sorted
texts      one dictionary put to work on any text
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from preflight.errors import InputError
from preflight.facts import Snapshot
from preflight.pseudonyms.gathering import Names, gathered
from preflight.pseudonyms.leftovers import leftovers
from preflight.pseudonyms.naming import named
from preflight.pseudonyms.texts import Dictionary, rewritten

SCHEMA = "cluedin-preflight/key/1"
_ROUNDS = 3
"""How often what is left of names is looked for: a word with a name in it may itself stand in other capitals."""
ABOUT = "the names behind a bundle's pseudonyms: stays with whoever collected it, never send it"
NOTE = "names are pseudonyms; who collected this has the key"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What each pseudonym stands for in the bundle that was collected then. It stays with whoever collected."""

    schema: str = SCHEMA
    about: str = ABOUT
    collected_at: str = ""
    names: Mapping[str, str]


def pseudonymised(snapshot: Snapshot) -> tuple[Snapshot, Key]:
    """Return the same snapshot under pseudonyms, and the key that translates back.

    >>> from preflight.facts import Header, NameAvailability
    >>> at_noon = Header(collected_at="2026-01-15T12:00:00Z", tool_version="1", stage="enable")
    >>> made, key = pseudonymised(Snapshot(header=at_noon, facts={"vault_name": NameAvailability(name="kv-acme")}))
    >>> made.get("vault_name").name, key.names
    ('vault-1', {'vault-1': 'kv-acme'})
    """
    parts = [snapshot.header, *snapshot.facts.values()]
    names = gathered(parts)
    pseudonyms, dictionary = _named(names)
    for _ in range(_ROUNDS):
        left = leftovers(names.kinds, {dictionary(text) for text in names.texts})
        if not left:
            break
        names = msgspec.structs.replace(names, kinds={**names.kinds, **left})
        pseudonyms, dictionary = _named(names)
    header = rewritten(snapshot.header, dictionary)
    header = msgspec.structs.replace(header, collected_at=snapshot.header.collected_at, notes=(*header.notes, NOTE))
    facts = {name: rewritten(value, dictionary) for name, value in snapshot.facts.items()}
    return Snapshot(header=header, facts=facts), Key(collected_at=header.collected_at, names=pseudonyms)


def _named(names: Names) -> tuple[dict[str, str], Dictionary]:
    kinds: dict[str, dict[str, str]] = {}
    for name, kind in names.kinds.items():
        kinds.setdefault(kind, {})[name] = names.pools.get(name, "")
    pseudonyms = named(kinds, names.texts)
    return pseudonyms, Dictionary({original: pseudonym for pseudonym, original in pseudonyms.items()})


def original(document: Any, key: Key) -> Any:  # noqa: ANN401 - any JSON value
    """Return a report's JSON value with the names that the key has for its pseudonyms; our note on them is taken out.

    A pseudonym that was written in small letters stands for its name in small letters.
    """
    small = {pseudonym.lower(): name.lower() for pseudonym, name in key.names.items()}
    translated = rewritten(document, Dictionary({**small, **key.names}))
    if isinstance(translated, dict) and "notes" in translated:
        translated["notes"] = [note for note in translated["notes"] if note != NOTE]
    return translated


def encode(key: Key) -> bytes:
    """Return the key as the bytes of its file."""
    return msgspec.json.format(msgspec.json.encode(key), indent=1) + b"\n"


def decode(data: bytes, name: str) -> Key:
    """Read the file of a key called `name`. Raises InputError in one sentence where it is none."""
    try:
        key = msgspec.json.decode(data, type=Key)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"{name}: this is no key; expected the file that collect --pseudonyms wrote") from None
    if key.schema != SCHEMA:
        raise InputError(f"{name}: this is no key that this version reads: its schema is not {SCHEMA}")
    return key
