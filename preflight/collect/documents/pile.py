"""What a pile of files was found to hold: of every object the newest copy, and what is known about the lists."""

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from preflight.collect.documents.trimming import Copy


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle of ours among the files: its shown name and its JSON text."""

    name: str
    data: bytes


class Pile:
    """What was found so far: of every object the newest copy, and what is known about the lists."""

    def __init__(self) -> None:
        self.copies: dict[str, dict[tuple[str, ...], tuple[Copy, datetime]]] = {}
        self.covered: set[str] = set()
        self.cut: dict[str, str] = {}
        self.repeated: Counter[str] = Counter()
        self.notes: list[str] = []
        self.bundles: list[Bundle] = []
        self.results: list[str] = []
        self.dates: list[datetime] = []
        self.system_uids: set[str] = set()

    def cover(self, what: str, cut: str = "") -> None:
        """Say that a list of this kind was given, and, with a reason, that it is not all of it."""
        self.covered.add(what)
        if cut:
            self.cut.setdefault(what, cut)

    def add(self, copy: Copy, at: datetime) -> None:
        """Keep this copy unless a newer one of the same object is there.

        Newer is the higher resourceVersion; of equal ones, the whole object rather than the row of a table; else the
        text that was made later; else, to be the same whatever the order of the files, the greater JSON text.
        """
        if copy.what == "namespaces":
            self.system_uids |= {copy.uid} if copy.uid and copy.value.metadata.name == "kube-system" else set()
        known = self.copies.setdefault(copy.what, {})
        other = known.get(copy.key)
        self.repeated[copy.what] += other is not None
        if other is None or _newer(copy, at, *other):
            known[copy.key] = (copy, at)

    def of(self, what: str) -> list[Any]:
        """Return the values of one kind, ordered by their keys."""
        return [copy.value for _, (copy, _) in sorted(self.copies.get(what, {}).items())]

    def of_vault(self, what: str, vault: str) -> list[Any]:
        """Return the objects of one vault, by its name in lower case; their keys are the vault's host and a name."""
        known = sorted(self.copies.get(what, {}).items())
        return [copy.value for (host, _), (copy, _) in known if host.partition(".")[0] == vault]

    def records(self) -> dict[tuple[str, str], bytes]:
        """Return the Helm release records by namespace and name, as JSON text that holds secrets."""
        secrets = (copy for copy, _ in self.copies.get("secrets", {}).values())
        return {(copy.key[0], copy.key[1]): copy.record for copy in secrets if copy.record}

    def newest(self, *kinds: str) -> datetime | None:
        """Return the newest instant that objects of these kinds tell."""
        copies = (copy for kind in kinds for copy, _ in self.copies.get(kind, {}).values())
        return max((moment for copy in copies for moment in copy.instants), default=None)


def _newer(copy: Copy, at: datetime, other: Copy, other_at: datetime) -> bool:
    one, two = (copy.version, copy.whole, at), (other.version, other.whole, other_at)
    return msgspec.json.encode(copy.value) > msgspec.json.encode(other.value) if one == two else one > two
