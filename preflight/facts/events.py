"""What we take of events: what the scheduler, the kubelet and the driver say of a pod that does not start.

An event's message is free text, and probes and hooks print there whatever a container answered. So a message is kept
only of reasons that the symptoms know, and what looks like a credential is blotted out of those too; both happen
while decoding, whichever way an event comes in.
"""

import re

import msgspec
from msgspec.structs import force_setattr

from preflight.facts.kubernetes import ObjectMeta

KEPT_REASONS = frozenset(
    [
        "BackOff",
        "ErrImagePull",
        "Evicted",
        "Failed",
        "FailedAttachVolume",
        "FailedCreate",
        "FailedMapVolume",
        "FailedMount",
        "FailedScheduling",
        "FailedToCreateSecret",
        "FailedToRetrieveImagePullSecret",
        "InspectFailed",
        "OutOfcpu",
        "OutOfmemory",
        "OutOfpods",
        "Preempted",
        "ProviderCreateFailed",
        "SecretRotationFailed",
    ]
)
"""Whose messages are written by Kubernetes, virtual nodes and the driver, never by what runs in a container."""

LONGEST_MESSAGE = 2_000
REMOVED = "(removed)"
_CREDENTIALS = (
    re.compile(r"()\beyJ[\w-]{8,}(?:\.[\w-]+)+"),  # a JSON web token
    re.compile(r"(\w://)[^\s/@:]*:[^\s/@]+(?=@)"),
    re.compile(
        r"(?i)((?:password|passwd|pwd|client_?secret|access_?token|account_?key|shared_?access_?key|[?&]sig)"
        r"[\"']?\s{0,4}[=:]\s{0,4}[\"']?)[^\s\"'&;,()]+"
    ),
)


def scrub(reason: str, message: str) -> str:
    """Return what is kept of an event's message: nothing unless the reason is known, and no credential.

    >>> scrub("FailedMount", "password=hunter2 is wrong"), scrub("Unhealthy", "Liveness probe failed: hunter2")
    ('password=(removed) is wrong', '')
    """
    if reason not in KEPT_REASONS:
        return ""
    for credential in _CREDENTIALS:
        message = credential.sub(rf"\g<1>{REMOVED}", message)
    return message[:LONGEST_MESSAGE]


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Configuration shared by the structs below, as of all Kubernetes' own."""


class InvolvedObject(_Event, frozen=True, kw_only=True):
    """What an event is about."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


class EventSeries(_Event, frozen=True, kw_only=True):
    """How often a newer reporter saw the same, and when last."""

    count: int = 0
    last_observed_time: str | None = None


class Event(_Event, frozen=True, kw_only=True):
    """An event, its message scrubbed (see `scrub`). The API server forgets events after an hour."""

    metadata: ObjectMeta
    reason: str = ""
    message: str = ""
    involved_object: InvolvedObject = InvolvedObject()
    count: int | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: EventSeries | None = None

    def __post_init__(self) -> None:
        """Scrub the message before anybody sees it."""
        force_setattr(self, "message", scrub(self.reason, self.message))

    @property
    def last_seen(self) -> str:
        """When it was seen last (RFC 3339), "" where that is not told."""
        series = self.series.last_observed_time if self.series else None
        return series or self.last_timestamp or self.event_time or self.metadata.creation_timestamp or ""

    @property
    def times(self) -> int:
        """How often it was seen, at least once."""
        return max(self.count or 1, self.series.count if self.series else 1)
