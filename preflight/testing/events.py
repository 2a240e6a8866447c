"""Builder of events: what is said of a pod."""

from preflight.facts import Event, InvolvedObject, Pod
from preflight.testing.kubernetes import metadata

SEEN = "2026-01-15T08:58:30Z"


def event(about: Pod, reason: str, message: str, *, count: int = 1, seen: str = SEEN) -> Event:
    """Return an event of a pod; the fact keeps the message only for reasons whose words it knows."""
    meta = about.metadata
    return Event(
        metadata=metadata(f"{meta.name}.{reason.lower()}", meta.namespace, created=seen),
        reason=reason,
        message=message,
        involved_object=InvolvedObject(kind="Pod", namespace=meta.namespace, name=meta.name),
        count=count,
        last_timestamp=seen,
    )
