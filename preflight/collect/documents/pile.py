"""What a pile of files was found to hold: of every object the newest copy, and what is known about the lists."""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from preflight.collect.documents.trimming import Copy


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle of ours among the files: its shown name and its JSON text."""

    name: str
    data: bytes


class Kept(NamedTuple):
    """A copy, when its text was made, and the file it is from."""

    copy: Copy
    at: datetime
    file: str


class Pile:
    """What was found so far: of every object the newest copy, and what is known about the lists."""

    def __init__(self) -> None:
        self.copies: dict[str, dict[tuple[str, ...], Kept]] = {}
        self.covered: set[str] = set()
        self.cut: dict[str, str] = {}
        self.repeated: Counter[str] = Counter()
        self.notes: list[str] = []
        self.bundles: list[Bundle] = []
        self.results: list[str] = []
        self.used = False
        self.dates: list[datetime] = []
        self.system_uids: dict[str, str] = {}  # uid of the namespace kube-system to a file that has it

    def cover(self, what: str, cut: str = "") -> None:
        """Say that a list of this kind was given, and, with a reason, that it is not all of it."""
        self.covered.add(what)
        if cut:
            self.cut.setdefault(what, cut)

    def add(self, kept: Kept) -> None:
        """Keep this copy unless a newer one of the same object is there.

        Newer is the higher resourceVersion; of equal ones, the whole object rather than the row of a table; else the
        text that was made later; else, to be the same whatever the order of the files, the greater JSON text.
        """
        copy = kept.copy
        if copy.what == "namespaces" and copy.uid and copy.value.metadata.name == "kube-system":
            self.system_uids.setdefault(copy.uid, kept.file)
        known = self.copies.setdefault(copy.what, {})
        other = known.get(copy.key)
        self.repeated[copy.what] += other is not None
        if other is None or _newer(kept, other):
            known[copy.key] = kept

    def of(self, what: str) -> list[Any]:
        """Return the values of one kind, ordered by their keys."""
        return [kept.copy.value for kept in self.kept(what)]

    def kept(self, what: str) -> list[Kept]:
        """Return the newest copies of one kind, ordered by their keys."""
        known = self.copies.get(what, {})
        return [known[key] for key in sorted(known)]

    def of_vault(self, what: str, vault: str) -> list[Any]:
        """Return the objects of one vault, by its name in lower case; their keys are the vault's host and a name."""
        return [kept.copy.value for kept in self.kept(what) if kept.copy.key[0].partition(".")[0] == vault]

    def records(self) -> dict[tuple[str, str], bytes]:
        """Return the Helm release records by namespace and name, as JSON text that holds secrets."""
        secrets = (kept.copy for kept in self.kept("secrets"))
        return {(copy.key[0], copy.key[1]): copy.record for copy in secrets if copy.record}

    def newest(self, *kinds: str) -> datetime | None:
        """Return the newest instant that objects of these kinds tell."""
        copies = (kept.copy for kind in kinds for kept in self.kept(kind))
        return max((moment for copy in copies for moment in copy.instants), default=None)


def _newer(one: Kept, two: Kept) -> bool:
    ranks = [(kept.copy.version, kept.copy.whole, kept.at) for kept in (one, two)]
    if ranks[0] != ranks[1]:
        return ranks[0] > ranks[1]
    return msgspec.json.encode(one.copy.value) > msgspec.json.encode(two.copy.value)
