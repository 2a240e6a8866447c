"""pods-start: what the pods that do not start wait for."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from preflight import Commands, Finding, Missing, check, facts, fail, passed, skip, warn
from preflight.access.commands import commands
from preflight.scheduling.lowering import lower_to_fit
from preflight.sync.existing import namespace_of
from preflight.sync.stuck import Stuck, mounts_vault, not_synced, stuck_pods

_NO_ROOM = "insufficient"
"""The symptom of a pod for which no node has as much cpu or memory left as it requests."""
_MIGRATING = ("secret-missing", "cluedin-rabbitmq")
"""A symptom and what it names that belong to RabbitMQ's migration: there the next step is told."""


@check("pods-start", group="sync", stages=("verify",))
def pods_start(
    pods: tuple[facts.Pod, ...],
    header: facts.Header,
    events: tuple[facts.Event, ...] | Missing | None = None,
    release: facts.Release | Missing | None = None,
    nodes: tuple[facts.Node, ...] | None = None,
    *,
    grace_minutes: int = 5,
) -> Iterator[Finding]:
    """No pod waits for a volume, a Secret, an image or a node.

    A pod that mounts the vault starts only when every object of its class was fetched; others wait for the Secrets that
    come of it. So one mistake stops many pods, and Kubernetes tells the reason only in events, which it forgets after
    an hour. Their words are compared with the known symptoms; what is not among those is shown as it is.

    Fix: cure the cause that is named; the check that is named with it proves it and gives the exact commands. The pods
    then start by themselves within two minutes. `cluedin-preflight explain TEXT` searches the same symptoms offline.
    """
    namespace = namespace_of(header, release)
    concerned = [pod for pod in pods if pod.metadata.namespace == namespace or mounts_vault(pod)]
    if not concerned:
        yield skip(f"there is no pod in namespace {namespace}, and none that mounts the vault")
        return
    heard = events if isinstance(events, tuple) else ()
    unread = "" if isinstance(events, tuple) else _unread(events)
    stuck = list(stuck_pods(concerned, heard))
    causes: dict[tuple[str, str, bool], list[Stuck]] = defaultdict(list)
    for one in stuck:
        first = one.matches[0] if one.matches else None
        young = _is_young(one, header, grace_minutes) or one.gone
        causes[first.symptom.id if first else "", first.named if first else one.pod.metadata.name, young].append(one)
    for (symptom, _, young), waiting in causes.items():
        fits = lower_to_fit(waiting[0].pod, nodes, pods) if symptom == _NO_ROOM and nodes else None
        yield (
            _explained(waiting, young=young, cure=fits) if symptom else _unexplained(waiting[0], unread, young=young)
        )
    names = {one.pod.metadata.name for one in stuck}
    for one in not_synced(concerned, heard):
        if one.matches and one.pod.metadata.name not in names:
            yield _explained([one], young=True)
    if not stuck:
        yield passed(f"none of {len(concerned)} pods waits", evidence={"pods": len(concerned)})


def _explained(waiting: list[Stuck], *, young: bool, cure: Commands | None = None) -> Finding:
    one, match = waiting[0], waiting[0].matches[0]
    proof = "rabbitmq-migration" if (match.symptom.id, match.named) == _MIGRATING else match.symptom.check
    about = f"{match.named[:120]}: " if match.named else ""
    message = f"{_how(waiting)}: {about}{match.symptom.cause}"
    hint = match.symptom.cure + (f"; see check {proof}" if proof and proof != "pods-start" else "")
    also = {other.symptom.id for each in waiting for other in each.matches} - {match.symptom.id}
    return (warn if young else fail)(
        message,
        _object(one),
        hint,
        evidence={
            "symptom": match.symptom.id,
            "said_by": match.symptom.said_by,
            "reason": one.reason,
            "check": proof,
            "pods": [each.pod.metadata.name for each in waiting],
            "also": [*sorted(also)],
        },
        commands=cure,
    )


def _unexplained(one: Stuck, unread: str, *, young: bool) -> Finding:
    words = " ".join(one.told[0].split())[:160] if one.told else ""
    said = f"in words that are no known symptom: {words}" if words else f"and no event says why{unread}"
    show = commands(("kubectl", "describe", "pod", one.pod.metadata.name, "-n", one.pod.metadata.namespace))
    message = f"{_how([one])}, {said}"
    return (warn if young else fail)(
        message,
        _object(one),
        "read the pod's events",
        evidence={"reason": one.reason, "pods": [one.pod.metadata.name]},
        commands=show,
    )


def _how(waiting: list[Stuck]) -> str:
    """Kubernetes' own word for how they wait; which pod it is says the finding's object."""
    pushed = "pushed out, " if waiting[0].gone else ""
    return f"{pushed}{waiting[0].reason}" + (f", like {len(waiting) - 1} more" if len(waiting) > 1 else "")


def _object(one: Stuck) -> str:
    return f"pod/{one.pod.metadata.namespace}/{one.pod.metadata.name}"


def _unread(events: Missing | None) -> str:
    return f" (events not read: {events.reason})" if events else " (events were not read)"


def _is_young(one: Stuck, header: facts.Header, minutes: int) -> bool:
    """A new pod may still be on its way: volumes, images and the add-on's own pods on a new node take minutes."""
    try:
        age = facts.instant(header.collected_at) - facts.instant(one.pod.metadata.creation_timestamp or "")
    except ValueError:
        return False
    return age < timedelta(minutes=minutes)
