"""The checks on offer: packs met through entry points, their ids kept unique, and the selection of some of them."""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

import msgspec

from preflight.definition import Check
from preflight.errors import CheckDefinitionError, UsageError
from preflight.facts import FACTS, Fact
from preflight.model import GROUPS

ENTRY_POINT_GROUP = "preflight.checks"
OWN_DISTRIBUTION = "cluedin-preflight"


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A check and the pack it comes from, written `distribution version`."""

    check: Check
    pack: str


class BrokenPack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack that could not be loaded, and why: shown as an unknown outcome, never silently absent."""

    name: str
    pack: str
    reason: str


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Every check on offer, ordered by group, then id."""

    offers: tuple[Offer, ...]
    broken: tuple[BrokenPack, ...] = ()

    @property
    def facts(self) -> dict[str, Fact]:
        """Our facts and those that packs bring, by name."""
        return FACTS | {fact.name: fact for offer in self.offers for fact in offer.check.own_facts}


def load(*, packs: bool = True) -> Catalog:
    """Load our own pack and, unless `packs` is false, everybody else's.

    Raises CheckDefinitionError when two packs offer one id, or bring different facts of one name.
    """
    offers: dict[str, Offer] = {}
    broken = []
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=_own_first):
        pack = _pack(entry)
        if not packs and _distribution(entry) != OWN_DISTRIBUTION:
            continue
        try:
            checks = tuple(entry.load())
            _refuse_strangers(checks)
        except Exception as error:  # noqa: BLE001 - a stranger's pack may raise anything; it must cost itself only
            broken.append(BrokenPack(name=entry.name, pack=pack, reason=f"{type(error).__name__}: {error}"))
            continue
        for check in checks:
            if check.id in offers:
                raise CheckDefinitionError(f"check {check.id!r} is offered by {offers[check.id].pack} and by {pack}")
            offers[check.id] = Offer(check=check, pack=pack)
    known = dict(FACTS)
    for offer in offers.values():
        for fact in offer.check.own_facts:
            if known.setdefault(fact.name, fact) != fact:
                raise CheckDefinitionError(f"fact {fact.name!r} of {offer.pack} exists already with another meaning")
    return Catalog(offers=tuple(sorted(offers.values(), key=_place)), broken=tuple(broken))


def select(catalog: Catalog, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> tuple[Offer, ...]:
    """Return the offers whose id or group is included (all, when nothing is named) and not excluded.

    Raises UsageError for a word that is neither an id nor a group.
    """
    known = {word for offer in catalog.offers for word in (offer.check.id, offer.check.group)}
    for word in (*include, *exclude):
        if word not in known:
            raise UsageError(f"there is no check or group {word!r}{_suggestion(word, known)}; see: explain")
    return tuple(
        offer
        for offer in catalog.offers
        if (not include or {offer.check.id, offer.check.group} & set(include))
        and not {offer.check.id, offer.check.group} & set(exclude)
    )


def wanted_facts(offers: Iterable[Offer]) -> set[str]:
    """Return the names of all facts that these checks look at, `header` left out."""
    return {name for offer in offers for name in offer.check.reads} - {"header"}


def _suggestion(word: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only on the way to an error

    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _refuse_strangers(checks: Iterable[object]) -> None:
    for check in checks:
        if not isinstance(check, Check):
            raise CheckDefinitionError(f"{check!r} is no check")


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "unknown"


def _pack(entry: EntryPoint) -> str:
    return f"{_distribution(entry)} {entry.dist.version}" if entry.dist else "unknown"


def _own_first(entry: EntryPoint) -> tuple[bool, str, str]:
    return (_distribution(entry) != OWN_DISTRIBUTION, _distribution(entry), entry.name)


def _place(offer: Offer) -> tuple[int, str, str]:
    group = offer.check.group
    return (GROUPS.index(group) if group in GROUPS else len(GROUPS), group, offer.check.id)
