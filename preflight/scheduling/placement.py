"""What the add-on does to this cluster, node by node, and how bad that is: the common ground of the capacity checks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from preflight.facts.azure import ManagedCluster
from preflight.facts.kubernetes import (
    DaemonSet,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
    PriorityClass,
)
from preflight.model import Status, worst
from preflight.scheduling.addon import AddonPair, Requests, addon_pair
from preflight.scheduling.elsewhere import Move, VolumeTies, relocate
from preflight.scheduling.pools import growths, leaving, os_of, owner_kind, pool_of
from preflight.scheduling.prediction import Answer, Answers, predict
from preflight.scheduling.requests import Amounts, incoming_requests
from preflight.scheduling.room import Resident, Room

SYSTEM_NAMESPACE = "kube-system"


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """One node that the add-on targets.

    `driver` and `provider` are the answers of the worse order of arrival; `orders_differ` when the other
    one ends otherwise.
    `needed` counts the add-on's pods that are not there yet, `asked` is what they request together. `moves` tell where
    its victims go. `verdict` is pass, warn, unknown or fail; `leaving` why it is a warn at most.
    """

    node: Node
    pool: str
    before: Room
    after: Room
    driver: Answer
    provider: Answer
    orders_differ: bool
    needed: int
    asked: Amounts
    moves: tuple[Move, ...]
    leaving: str | None
    verdict: Status

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.metadata.name

    @property
    def limit(self) -> int:
        """How many pods the node takes."""
        return self.before.allocatable.get("pods", 0)

    @property
    def free(self) -> int:
        """Slots free before the add-on; negative where the node is beyond its limit."""
        return self.limit - self.before.load.slots

    @property
    def left(self) -> int:
        """Slots left if nobody were pushed out: 30 slots, 29 used, 2 needed is -1."""
        return self.free - self.needed

    @property
    def answers(self) -> tuple[Answer, Answer]:
        """Driver and provider."""
        return self.driver, self.provider

    @property
    def victims(self) -> tuple[Resident, ...]:
        """Everybody the two pods push out, those on their way already left out."""
        return tuple(v for answer in self.answers for v in answer.victims if not v.terminating)

    def used_with_addon(self, resource: str) -> int:
        """What would be requested of the resource with the add-on, if nobody were pushed out."""
        return self.before.load.used.get(resource, 0) + self.asked.get(resource, 0)

    def missing(self) -> dict[str, int]:
        """Return what is requested beyond the node's allocatable with the add-on, by resource; slots are no requests.

        7760m and the add-on's 120m on 7820m is 60m too much: so much less requested, and nobody is pushed out.
        """
        too_much = {name: self.used_with_addon(name) - self.before.allocatable.get(name, 0) for name in self.asked}
        return {name: amount for name, amount in sorted(too_much.items()) if amount > 0 and self.asked[name]}


class Placements(msgspec.Struct, frozen=True, kw_only=True):
    """Every targeted node by name, and the pair it was computed for."""

    pair: AddonPair
    nodes: tuple[Placement, ...]
    rooms: Mapping[str, Room]
    after: Mapping[str, Room]
    arrivals: tuple[DaemonSet, ...]
    ties: VolumeTies


def place_addon(
    nodes: Iterable[Node],
    pods: Iterable[Pod],
    *,
    daemon_sets: Sequence[DaemonSet] | None = None,
    budgets: Sequence[PodDisruptionBudget] | None = None,
    priority_classes: Sequence[PriorityClass] | None = None,
    claims: Sequence[PersistentVolumeClaim] | None = None,
    volumes: Sequence[PersistentVolume] | None = None,
    cluster: ManagedCluster | None = None,
    requests: Requests = "older",
) -> Placements:
    """Predict the add-on on every node it targets, Windows nodes by its twins, and where victims go.

    What is None was not read: budgets and classes count as none, volumes as not known.
    """
    pair = addon_pair(daemon_sets or (), requests=requests)
    twins = addon_pair(daemon_sets or (), requests=requests, windows=True)
    arrivals = (pair.driver, pair.provider, twins.driver, twins.provider)
    prediction = predict(nodes, pods, arrivals, budgets=budgets or (), priority_classes=priority_classes or ())
    ties = VolumeTies(claims, volumes)
    displaced = [
        (name, victim)
        for name, answers in prediction.worse.items()
        for answer in answers.values()
        for victim in answer.victims
        if not victim.terminating
    ]
    growth = growths(prediction.before, cluster, arrivals, priority_classes or ()) if displaced else ()
    moves = relocate(displaced, prediction.after, ties=ties, budgets=budgets or (), growth=growth)
    placements = []
    for name, answers in prediction.worse.items():
        room = prediction.before[name]
        chosen = twins if os_of(room.node) == "windows" else pair
        driver, provider = (answers[daemon_set.metadata.name] for daemon_set in (chosen.driver, chosen.provider))
        if not (driver.targeted or provider.targeted):
            continue
        absent = [
            daemon_set
            for daemon_set, answer in ((chosen.driver, driver), (chosen.provider, provider))
            if answer.targeted and answer.outcome != "running"
        ]
        own = tuple(moves[v.name] for answer in (driver, provider) for v in answer.victims if v.name in moves)
        away = leaving(room.node)
        placements.append(
            Placement(
                node=room.node,
                pool=pool_of(room.node),
                before=room,
                after=prediction.after[name],
                driver=driver,
                provider=provider,
                orders_differ=_outcome(answers) != _outcome(prediction.reversed.get(name, answers))
                or _outcome(answers) != _outcome(prediction.nodes[name]),
                needed=len(absent),
                asked=_together(absent),
                moves=own,
                leaving=away,
                verdict=_verdict((driver, provider), own, away),
            )
        )
    return Placements(
        pair=pair,
        nodes=tuple(placements),
        rooms=prediction.before,
        after=prediction.after,
        arrivals=arrivals,
        ties=ties,
    )


def _outcome(answers: Answers) -> tuple[set[str], int]:
    """What an order of arrival comes to in the end: who is pushed out, and how many of the pods stay Pending."""
    pending = sum(answer.outcome == "pending" for answer in answers.values())
    return {victim.name for answer in answers.values() for victim in answer.victims}, pending


def _together(daemon_sets: Iterable[DaemonSet]) -> Amounts:
    total: Counter[str] = Counter()
    for daemon_set in daemon_sets:
        total.update(incoming_requests(daemon_set.spec.template.spec))
    return total


def _verdict(answers: Sequence[Answer], moves: Iterable[Move], leaving: str | None) -> Status:
    """Judge one node: a pod of the add-on that stays Pending fails; so does a victim without a place."""
    found = [Status.PASS, *map(severity, moves)]
    found += [Status.FAIL for answer in answers if answer.outcome == "pending" and not answer.unsure]
    found += [Status.WARN for answer in answers if answer.victims or answer.cleared]
    found += [Status.UNKNOWN for answer in answers if answer.unsure]
    verdict = worst(found)
    return Status.WARN if leaving and verdict in (Status.FAIL, Status.UNKNOWN) else verdict


def severity(move: Move) -> Status:
    """Judge one victim: fail where it, or whom it pushes out in turn, has nowhere to go.

    A DaemonSet's pod counts as lost: fail in kube-system, where the node needs it, else warn. A static pod is started
    again by its kubelet.
    """
    kind = owner_kind(move.resident.pod)
    if kind == "DaemonSet":
        return Status.FAIL if move.resident.pod.metadata.namespace == SYSTEM_NAMESPACE else Status.WARN
    if kind == "Node":
        return Status.WARN
    own = (
        Status.FAIL if move.is_homeless and not move.chain else Status.UNKNOWN if move.fate == "unsure" else Status.WARN
    )
    return worst([own, *map(severity, move.chain)])
