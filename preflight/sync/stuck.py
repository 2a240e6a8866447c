"""Pods that do not start: what each waits for, and in whose words that is told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from preflight.facts import Event, Pod
from preflight.facts.events import scrub
from preflight.symptoms import Match, explain_symptom
from preflight.sync.graph import CSI_DRIVER

_SCHEDULING = frozenset(["FailedScheduling", "Preempted"])
_MOUNTING = frozenset(["FailedMount", "FailedAttachVolume", "FailedMapVolume"])
_STARTS = frozenset(["PodInitializing", "CrashLoopBackOff", "Completed"])
"""Reasons of a container that waits for another one, or that has been started already."""

_GAVE_UP = "mount-timed-out"
_PUSHED_OUT = ("Evicted", "OutOfpods", "OutOfcpu", "OutOfmemory", "Preempting")


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A pod that waits. `reason` is the kubelet's or scheduler's word for it; `told` are their sentences, newest first.

    `gone` says that the pod was pushed out: it waits for nothing any more, and another one may run in its place.
    """

    pod: Pod
    reason: str
    told: tuple[str, ...]
    gone: bool = False

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The known symptoms in what is told, the one that explains most first.

        The newest words count first; that the kubelet gave up waiting counts last, because it does not say for what.
        """
        found = [match for text in (*self.told, self.reason) for match in explain_symptom(text)]
        return tuple(sorted(dict.fromkeys(found), key=lambda match: match.symptom.id == _GAVE_UP))


def stuck_pods(pods: Iterable[Pod], events: Iterable[Event]) -> Iterator[Stuck]:
    """Yield the pods that wait for a node, a volume, a Secret or an image, and those that were pushed out, by name.

    A pod that waits for another container of its own, or whose container was started and crashes, is none of them.
    """
    heard = _by_pod(events)
    for pod in sorted(pods, key=lambda pod: (pod.metadata.namespace, pod.metadata.name)):
        if pod.metadata.deletion_timestamp is None:
            about = heard.get((pod.metadata.namespace, pod.metadata.name), ())
            yield from _judged(pod, about)


def mounts_vault(pod: Pod) -> bool:
    """Tell whether the pod has a volume of the secrets-store driver."""
    return any(volume.csi and volume.csi.driver == CSI_DRIVER for volume in pod.spec.volumes)


def not_synced(pods: Iterable[Pod], events: Iterable[Event]) -> Iterator[Stuck]:
    """Yield the pods for which the driver could not make a Secret, whether they start or not."""
    there = {(pod.metadata.namespace, pod.metadata.name): pod for pod in pods}
    for name, about in sorted(_by_pod(events).items()):
        told = tuple(event.message for event in about if event.reason == "FailedToCreateSecret" and event.message)
        if told and name in there:
            yield Stuck(pod=there[name], reason="FailedToCreateSecret", told=told)


def _by_pod(events: Iterable[Event]) -> Mapping[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = {}
    newest_first = sorted(events, key=lambda event: (event.last_seen, event.metadata.name), reverse=True)
    for event in newest_first:
        if event.involved_object.kind == "Pod":
            found.setdefault((event.involved_object.namespace, event.involved_object.name), []).append(event)
    return found


def _judged(pod: Pod, about: Iterable[Event]) -> Iterator[Stuck]:
    if pod.status.phase == "Failed":
        if pod.status.reason.startswith(_PUSHED_OUT):
            said = tuple(event.message for event in about if event.message)
            yield Stuck(pod=pod, reason=pod.status.reason, told=said, gone=True)
    elif pod.status.phase in ("Pending", "Running") and pod.spec.node_name is None:
        refused = [c for c in pod.status.conditions if c.type == "PodScheduled" and c.status == "False"]
        told = [scrub("FailedScheduling", c.message) for c in refused if c.message]
        told += [event.message for event in about if event.reason in _SCHEDULING and event.message]
        yield Stuck(pod=pod, reason=next((c.reason for c in refused if c.reason), "Pending"), told=(*told,))
    elif pod.status.phase in ("Pending", "Running"):
        yield from _on_node(pod, about)


def _on_node(pod: Pod, about: Iterable[Event]) -> Iterator[Stuck]:
    """What a pod on a node waits for: its volumes as long as all containers are being created, else what one says."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    waiting = [status.state.waiting for status in statuses if status.state.waiting]
    waiting = [state for state in waiting if state.reason not in _STARTS]
    if not waiting and (statuses or pod.status.phase == "Running"):
        return
    own = [state for state in waiting if state.reason != "ContainerCreating"]
    kept = [event for event in about if event.reason not in _SCHEDULING]
    if own:
        kept = [event for event in kept if event.reason not in _MOUNTING]
    told = [scrub("Failed", state.message) for state in own if state.message]
    told += [event.message for event in kept if event.message and event.reason != "FailedToCreateSecret"]
    # A node that is down, or a virtual one that refused the pod, tells nothing of containers at all.
    first = (own or waiting)[0].reason if waiting else pod.status.reason or pod.status.phase
    yield Stuck(pod=pod, reason=first or "Waiting", told=tuple(told))
