"""Any pile of files into facts: what kubectl and az print, as files, directories and zips, whatever they are called.

A named file that nobody recognises stops with one sentence; in a directory or zip it is passed over and noted. What the
files hold of a list that cannot be whole is kept for looking at, and the fact itself is missing, so no check judges it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from preflight.collect.decoding import Undecodable
from preflight.collect.documents.assembly import Choice, assemble
from preflight.collect.documents.found import Found
from preflight.collect.documents.peeking import field, string
from preflight.collect.documents.pile import Bundle, Kept, Pile
from preflight.collect.documents.recognise import Kinds, kinds_named, kinds_of, recognise
from preflight.collect.documents.split import Malformed
from preflight.collect.documents.trimming import Copy, moments, trim
from preflight.collect.documents.unpack import EXPECTED, NotUsable, Text, Unused, shown, unpack
from preflight.errors import InputError
from preflight.facts import FACTS, Fact

EVERYTHING = Choice()
"""Nothing was chosen: one vault and one release, or they are Missing."""

_MAX_NOTES = 50
_SKEW = timedelta(days=1)  # a zip keeps local time; clocks differ


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the files hold.

    `facts` has every fact: its value, or Missing. `listed` has what is there of facts that are Missing because a list
    cannot be whole; good to look at, not to judge. `notes` are sentences: what was not used and why. `bundles` and
    `results` are files of our own among them. `collected_at` is the newest instant known of the files (RFC 3339, UTC):
    what a text says itself (node heartbeats, the end of `az aks command invoke`), else when its file was written; None
    where nothing but bundles and results was given.
    """

    facts: Mapping[str, Any]
    listed: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    results: tuple[str, ...] = ()
    collected_at: str | None = None


def read_files(
    paths: Sequence[Path],
    facts: Mapping[str, Fact] = FACTS,
    *,
    choice: Choice = EVERYTHING,
    standard_input: BinaryIO | None = None,
) -> Given:
    """Read files, directories and zips in whatever order; `-` is `standard_input`.

    `choice` says what is meant where the files are of several vaults or releases. Raises InputError, one sentence with
    file, place and what was expected, where a named file cannot be used or the files are of two clusters; UsageError
    where they are of several releases and none was chosen.
    """
    pile = Pile()
    kinds = kinds_of(facts)
    for text in unpack(paths, standard_input):
        if isinstance(text, Unused):
            pile.notes.append(f"{text.name} not used: {text.reason}")
        else:
            _read(text, pile, kinds, facts)
    if not (pile.used or pile.bundles or pile.results):
        raise InputError(
            f"{', '.join(shown(str(path)) for path in paths)}: nothing here is a dump; expected {EXPECTED}"
        )
    if not choice.vault_name and len(pile.bundles) == 1:
        choice = msgspec.structs.replace(choice, vault_name=_vault_of(pile.bundles[0]))
    assembled, listed = assemble(pile, facts, choice)
    pile.notes += [
        f"{count} of {what.replace('_', ' ')} in more than one file: the newer copy counts"
        for what, count in sorted(pile.repeated.items())
        if count
    ]
    if len(pile.notes) > _MAX_NOTES:
        pile.notes[_MAX_NOTES:] = [f"and {len(pile.notes) - _MAX_NOTES} more notes on files"]
    return Given(
        facts=assembled,
        listed=listed,
        notes=tuple(pile.notes),
        bundles=tuple(pile.bundles),
        results=tuple(pile.results),
        collected_at=max(pile.dates).isoformat() if pile.dates else None,
    )


def _vault_of(bundle: Bundle) -> str | None:
    """Return the vault that a bundle is of: what is given beside it is meant of the same one."""
    return string(field(field(field(msgspec.Raw(bundle.data), "header"), "target"), "vault"))


def _read(text: Text, pile: Pile, kinds: Kinds, facts: Mapping[str, Fact]) -> None:
    """Put into the pile what one file holds, all of it or nothing."""
    try:
        parts = _parts(text, kinds, facts)
    except (NotUsable, Undecodable) as error:
        _pass_over(text, error, pile, kinds)
        return
    _note_unused(text.name, [thing for thing, _ in parts], pile)
    for thing, copies in parts:
        if thing.what == "bundle":
            pile.bundles.append(Bundle(name=text.name, data=bytes(thing.raw or b"")))
        elif thing.what == "result" and text.named:
            pile.results.append(text.name)
        elif thing.what == "result":
            pile.notes.append(f"{text.name} not used: a saved result; show it: cluedin-preflight report")
        elif thing.what:
            pile.cover(thing.what, f"{text.name}: {thing.cut}" if thing.cut else "")
        for copy in copies:
            pile.add(Kept(copy, _when(thing.at) or text.modified, text.name))
    if not all(copy.stored for _, copies in parts for copy in copies):
        pile.notes.append(
            f"{text.name}: objects without uid and creation time are taken for those of the cluster; "
            "give a rendered manifest with --manifest"
        )
    if any(thing.what not in ("bundle", "result") for thing, _ in parts):
        pile.used = True
        pile.dates.append(_made(text, parts))


def _pass_over(text: Text, error: NotUsable | Undecodable, pile: Pile, kinds: Kinds) -> None:
    """Refuse a named file; note any other one, and that the kinds it shows are not all there."""
    if text.named:
        raise InputError(f"{text.name}: {error}") from None
    pile.notes.append(f"{text.name} not used: {error}")
    if isinstance(error, Malformed | Undecodable):
        for what in kinds_named(text.data, kinds):
            pile.cut.setdefault(what, f"{text.name} could not be read")


def _parts(text: Text, kinds: Kinds, facts: Mapping[str, Fact]) -> list[tuple[Found, list[Copy]]]:
    parts = [(thing, list(trim(thing, facts))) for thing in recognise(text.data, kinds)]
    if not parts:
        raise NotUsable(f"holds nothing; expected {EXPECTED}")
    if not any(thing.what or thing.known for thing, _ in parts):
        raise NotUsable(f"{parts[0][0].place}{parts[0][0].reason}")
    return parts


def _note_unused(name: str, found: Sequence[Found], pile: Pile) -> None:
    reasons = Counter(thing.reason for thing in found if not thing.what)
    places = {thing.reason: thing.place.rstrip(": ") for thing in reversed(found)}
    for reason, count in reasons.items():
        where = f" ({places[reason]}{f' and {count - 1} more' if count > 1 else ''})" if len(found) > 1 else ""
        pile.notes.append(f"{name}{where} not used: {reason}")


def _made(text: Text, parts: Sequence[tuple[Found, Sequence[Copy]]]) -> datetime:
    """Tell when a text was made, as well as it can be known.

    What it says itself comes first: `az aks command invoke` says when it ended, and a node's heartbeat is minutes old.
    All other instants in it may be years older than the text, so its file's time counts beside them. Instants in the
    future of the file are hostile or from a wrong clock.
    """
    limit = text.modified + _SKEW
    said = [moment for thing, _ in parts if (moment := _when(thing.at)) and moment <= limit]
    trimmed = [copy for _, copies in parts for copy in copies]
    instants = [moment for copy in trimmed for moment in copy.instants if moment <= limit]
    if said or any(copy.live and copy.live <= limit for copy in trimmed):
        return max(said or instants)
    return max([text.modified, *instants])


def _when(at: str | None) -> datetime | None:
    return next(iter(moments((at,))), None)
