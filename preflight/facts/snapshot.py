"""A snapshot: a header, and each fact or why it is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from preflight.model import Stage, Target

Why = Literal["refused", "failed", "partial", "not-given", "not-yet", "offline"]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A fact we do not have, and why.

    `why` decides how a check that needs the fact is judged: `not-yet` (cannot exist or be known at this stage) and
    `offline` (nothing was to be contacted) are a skip; `refused`, `failed`, `partial` and `not-given` are unknown.
    """

    reason: str
    why: Why = "failed"

    @property
    def is_skip(self) -> bool:
        """True where not having the fact is in order."""
        return self.why in ("not-yet", "offline")

    @property
    def is_lost(self) -> bool:
        """True where it was looked for and could not be had whole; what nobody gave is not lost."""
        return self.why in ("refused", "failed", "partial")


Source = Literal["kubernetes", "azure", "vault", "plan"]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing we read.

    `type` is what it is trimmed to. `right` is the permission it needs, in plain words. `ask` is the command that gives
    it as a file, with {cluster}, {group}, {vault} and {namespace} to be filled in. A Kubernetes fact that is a plain
    list names the API `path` it is listed from: then nothing more is needed to read it, so a pack can declare its own.
    """

    name: str
    type: Any
    source: Source
    right: str
    ask: str
    path: str | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a snapshot is of. Always there, so a check may take it beside its facts.

    `collected_at` is the clock of every age and expiry (RFC 3339, UTC). `stages` are the stages whose checks apply:
    `stage` first, and `enable` too where values were given while the add-on is off. `notes` are one-sentence remarks on
    the input (which files were not used and why). `partial` means the collection was interrupted.
    """

    collected_at: str
    tool_version: str
    stage: Stage
    stage_reason: str = ""
    stages: tuple[Stage, ...] = ()
    target: Target = Target()
    offline: bool = False
    sample: bool = False
    partial: bool = False
    notes: tuple[str, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The header and the facts by name, each a value of its `Fact.type` or `Missing`."""

    header: Header
    facts: Mapping[str, Any] = {}

    def get(self, name: str) -> Any:  # noqa: ANN401 - the type is the fact's own
        """Return the fact's value, or `Missing` when this snapshot has none; `header` is a fact too."""
        if name == "header":
            return self.header
        return self.facts.get(name, Missing(reason="not in the given files", why="not-given"))


def instant(text: str) -> datetime:
    """Read an RFC 3339 instant; without a zone it is UTC. ValueError when it is none."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
