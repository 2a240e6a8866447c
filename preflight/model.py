"""What a judgement is made of: statuses, findings, outcomes and the report. Plain data, no behaviour but order."""

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import msgspec

Stage = Literal["enable", "deploy", "verify"]
STAGES: tuple[Stage, ...] = ("enable", "deploy", "verify")

Group = str
GROUPS = ("capacity", "addon", "identity", "vault", "naming", "values", "sync", "collision", "migration", "settings")
"""The groups of our own checks in the order in which reports show them; packs may add others, shown after these."""

if TYPE_CHECKING:
    Evidence = str | int | float | bool | None | list["Evidence"] | dict[str, "Evidence"]
else:
    Evidence = Any  # the decoder knows no recursive types; what it reads is JSON, and that is what Evidence means
"""JSON. Numbers in base units (cpu in millicores, memory in bytes), lists of names.

Two keys have a meaning to every format, the rest is shown as it is (`preflight.report.text` says how):
`figure`: the one number that matters, as a few characters of text ("1 short", "-60m"), shown on the check's line;
`table`: {"columns": [name...], "rows": [[cell...]...], "status": [status of each row...]}, where people compare rows;
cells are text or numbers, the first column names the object, `status` is optional and lets healthy rows collapse.
"""


class Status(enum.StrEnum):
    """How a finding ended. Declared from calm to loud; `worst` relies on that order."""

    SKIP = "skip"
    PASS = "pass"  # noqa: S105 - a status, not a password
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"

    @property
    def loudness(self) -> int:
        """0 for skip up to 4 for fail."""
        return _LOUDNESS[self]


_LOUDNESS = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[Status]) -> Status:
    """Return the loudest of the statuses; of none: unknown, because nothing was concluded.

    >>> worst([Status.PASS, Status.WARN]).value
    'warn'
    """
    return max(statuses, key=lambda status: status.loudness, default=Status.UNKNOWN)


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a file the cause stands. Lines count from 1."""

    file: str
    line: int


class Commands(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cure as commands to paste, one list per shell, with the real names filled in and never a secret."""

    bash: tuple[str, ...] = ()
    powershell: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a check has to say.

    `object` is `kind/name` or `kind/namespace/name`. A failure names an object and a hint: `preflight.fail`
    demands both. `known` is not a check's business: a comparison with an earlier result says that it was there.
    """

    status: Status
    message: str
    object: str | None = None
    hint: str | None = None
    evidence: dict[str, Evidence] = {}
    location: Location | None = None
    commands: Commands | None = None
    known: bool = False


class Waived(msgspec.Struct, frozen=True, kw_only=True):
    """A finding somebody accepted, and until when (a date, YYYY-MM-DD): it stays visible and counts for nothing."""

    finding: Finding
    reason: str
    owner: str
    until: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found. The status is computed from the findings, never stored."""

    id: str
    group: Group
    title: str
    pack: str
    reads: tuple[str, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...] = ()

    @property
    def status(self) -> Status:
        """The worst of the findings; a check whose findings are all waived passes."""
        if not self.findings and self.waived:
            return Status.PASS
        return worst(finding.status for finding in self.findings)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do, in the order in which it can be done; findings that share a cure share the step.

    `what` is the cure, `who` may do it, `commands` do it, `verify` shows that it is done, `undo` takes it back, with
    `undo_commands` where commands can, and `interrupts` is what it costs meanwhile. `status` is the worst of the
    findings it cures; a step for nothing worse than a pass is what comes next, not a repair. `why` is what was found,
    of a few of them.
    """

    phase: str
    what: str
    status: Status
    checks: tuple[str, ...]
    objects: tuple[str, ...]
    who: str
    commands: tuple[Commands, ...]
    verify: Commands
    undo: str
    interrupts: str
    undo_commands: Commands | None = None
    why: tuple[str, ...] = ()


class FactState(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one fact: `read`, or the kind of `Missing` with its reason.

    `ask` is the command that gives it, for bash; `ask_powershell` is the same for PowerShell.
    """

    name: str
    right: str
    state: str
    reason: str = ""
    ask: str = ""
    ask_powershell: str = ""


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was looked at, as far as it is known."""

    context: str | None = None
    cluster: str | None = None
    resource_group: str | None = None
    subscription: str | None = None
    vault: str | None = None
    namespace: str | None = None
    release: str | None = None
    chart_version: str | None = None
    nodes: int | None = None
    kubernetes_version: str | None = None
    values: tuple[str, ...] = ()
    azure_account: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole judgement: JSON is this document, every other format is a view of it."""

    tool_version: str
    collected_at: str
    stage: Stage
    stage_reason: str
    target: Target
    outcomes: tuple[Outcome, ...]
    facts: tuple[FactState, ...]
    notes: tuple[str, ...] = ()
    sample: bool = False
    partial: bool = False


# --- pictures: what the reports draw ---


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What a node holds of one resource: requested before, added by the add-on, and what it can give."""

    before: int
    added: int
    limit: int


class NodePicture(msgspec.Struct, frozen=True, kw_only=True):
    """A node with and without the add-on. Slots in pods, cpu in millicores, memory in bytes.

    `status` and `effect` tell what the add-on's pods do there; `victims` are those they push out, `namespace/name`.
    """

    node: str
    pool: str
    status: Status
    effect: str
    slots: Use
    cpu: Use
    memory: Use
    victims: tuple[str, ...] = ()


class SecretPicture(msgspec.Struct, frozen=True, kw_only=True):
    """The chain of one planned Secret; `broken` is the first link that does not hold, "" where all do."""

    secret: str
    provider_class: str
    objects: tuple[str, ...]
    keys: tuple[str, ...]
    mounted_by: tuple[str, ...]
    read_by: tuple[str, ...]
    broken: str = ""


class Views(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the reports draw; None where the facts for it were not there."""

    nodes: tuple[NodePicture, ...] | None = None
    secrets: tuple[SecretPicture, ...] | None = None
