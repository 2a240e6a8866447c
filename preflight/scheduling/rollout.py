"""A planned release while it rolls out: which pods run beside the present ones, and whether there is room for them.

Source of the surge: Kubernetes Deployments, `maxSurge` 25 % rounded up where nothing is set, none with Recreate.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from preflight.facts.kubernetes import DeploymentStrategy, ObjectMeta, Pod, PriorityClass
from preflight.facts.plan import Manifest, Release, Workload
from preflight.model import Evidence
from preflight.scheduling.elsewhere import emptiness, numbered, with_pod
from preflight.scheduling.everywhere import Everywhere, daemon_sets_of_plan, with_all
from preflight.scheduling.fit import TOO_MANY_PODS, Demand, barred, demand, fits, refusal
from preflight.scheduling.own_pods import namespaces_of, present, workloads_of
from preflight.scheduling.pools import Growth, os_of, owner_kind, pool_of
from preflight.scheduling.priority import incoming_priority
from preflight.scheduling.relations import Related, Relations
from preflight.scheduling.requests import placed_requests
from preflight.scheduling.room import Load, Room

Action = Literal["install", "upgrade"]

_DEFAULT_SURGE = "25%"
_OPERATED = {"Prometheus": "prometheus", "Alertmanager": "alertmanager"}


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A workload of the plan, what each of its pods looks for, and how many run beside the present ones at the peak."""

    workload: Workload
    demand: Demand
    extra: int

    @property
    def object(self) -> str:
        """`kind/name`, in small letters."""
        return f"{self.workload.kind.lower()}/{self.workload.metadata.name}"


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the plan's pods.

    `closed` find no node that their selector, affinity and tolerations open to them; `too_big` none that would have
    room if only DaemonSets ran there. `waiting` are those without room at the peak, with the scheduler's reasons.
    `peak` counts the extra pods by the pool they land in, `without_slot` those that a pool would have to take and has
    no slots for; `grown` are the pools that need a new node.
    """

    planned: tuple[Planned, ...]
    closed: tuple[Planned, ...] = ()
    too_big: tuple[tuple[Planned, str], ...] = ()
    waiting: tuple[tuple[Planned, str], ...] = ()
    peak: Mapping[str, int] = {}
    without_slot: Mapping[str, int] = {}
    grown: tuple[str, ...] = ()

    @property
    def extra(self) -> int:
        """How many pods more than now run at the peak."""
        return sum(planned.extra for planned in self.planned)


def roll_out(
    manifest: Manifest,
    rooms: Mapping[str, Room],
    pods: Iterable[Pod],
    action: Action,
    *,
    priority_classes: Sequence[PriorityClass] = (),
    growth: Sequence[Growth] = (),
    namespace: str | None = None,
) -> Rollout:
    """Place what the plan adds to the rooms, the highest priority and then the largest first.

    `namespace` is where it is deployed to; where that is not known, pods of any namespace may be its own.

    Every Deployment is taken to change: values of settings are not held, so that none can be told to stay the same.
    """
    there = present(pods, namespaces_of(manifest, namespace))
    planned = tuple(_planned(manifest, there, action, priority_classes, namespace or ""))
    daemons = tuple(daemon_sets_of_plan(manifest, namespace or "", priority_classes))
    hoped = [*rooms.values(), *(g.room for g in growth)]
    closed = tuple(p for p in planned if not any(_is_open(p, room) for room in hoped))
    too_big = tuple(
        (p, why)
        for p in planned
        if p not in closed
        and (why := _refused(p, [with_all(_emptied(room), daemons) for room in hoped if _is_open(p, room)]))
    )
    hopeless = {p.object for p in (*closed, *(p for p, _ in too_big))}
    queue = sorted(
        (p for p in planned if p.object not in hopeless),
        key=lambda p: (-p.demand.priority.value, -sum(amount for _, amount in p.demand.wanted), p.object),
    )
    filling = _Filling(rooms, growth, daemons)
    everywhere = [one for one in map(filling.put_everywhere, daemons) if one.extra]
    for p in queue:
        filling.put(p)
    return Rollout(
        planned=(*planned, *everywhere),
        closed=closed,
        too_big=too_big,
        waiting=tuple(filling.waiting),
        peak=dict(sorted(filling.peak.items())),
        without_slot=dict(sorted(filling.without_slot.items())),
        grown=tuple(dict.fromkeys(filling.grown)),
    )


class _Filling:
    """What is on every node while the plan's pods are placed one after the other, and who finds no place."""

    def __init__(self, rooms: Mapping[str, Room], growth: Iterable[Growth], daemons: Sequence[Everywhere]) -> None:
        self.waiting: list[tuple[Planned, str]] = []
        self.peak, self.without_slot = Counter[str](), Counter[str]()
        self.grown: list[str] = []
        self._places = dict(rooms)
        self._related = Related(rooms.values())
        self._unopened = [
            (grown.pool, numbered(with_all(grown.room, daemons), number))
            for grown in growth
            for number in range(1, grown.more + 1)
        ]

    def put_everywhere(self, daemon: Everywhere) -> Planned:
        """Put a pod on each node that lacks it."""
        lacking = [name for name, room in self._places.items() if daemon.lacks(room)]
        planned = Planned(workload=daemon.workload, demand=daemon.demand, extra=len(lacking))
        why: set[str] = set()
        for name in lacking:
            if refused := daemon.refused(self._places[name]):
                why.update(refused)
                self.without_slot[pool_of(self._places[name].node)] += TOO_MANY_PODS in refused
            else:
                self._take(name, planned)
        if why:
            self.waiting.append((planned, ", ".join(sorted(why))))
        return planned

    def put(self, planned: Planned) -> None:
        """Place the pods of one workload, until one finds no place."""
        for placed in range(planned.extra):
            relations = self._related.to(planned.demand.pod, planned.demand.spec)
            name = _place(planned, self._places, relations) or self._open(planned, relations)
            if name is None:
                rooms = [room for room in self._places.values() if _is_open(planned, room)]
                why = _refused(planned, rooms, relations)
                self.waiting.append((planned, why))
                if TOO_MANY_PODS in why:
                    lacking = dict.fromkeys((pool_of(room.node) for room in rooms), planned.extra - placed)
                    self.without_slot.update(lacking)
                return
            self._take(name, planned)

    def _open(self, planned: Planned, relations: Relations | None) -> str | None:
        """Open a new node that takes the pod; return its name."""
        for pool, room in self._unopened:
            if _takes(planned, room, relations, new=True):
                self._unopened.remove((pool, room))
                self.grown.append(pool)
                self._places[room.node.metadata.name] = room
                return room.node.metadata.name
        return None

    def _take(self, name: str, planned: Planned) -> None:
        self._places[name] = with_pod(self._places[name], planned.demand)
        self._related.moved(self._places[name])
        self.peak[pool_of(self._places[name].node)] += 1


def action_of(release: Release | None) -> Action:
    """Return what Helm will do; a release that was not read is taken to be there, never for a fresh install."""
    return "install" if release is not None and not release.found else "upgrade"


def outgrown(found: Rollout, pods: Iterable[Pod], namespaces: Collection[str]) -> frozenset[str]:
    """Return the workloads, as `kind/name`, of which a pod has a node that the plan's own pods could not have.

    It asks for more than the plan says, or the plan's pods find no node: what made it is not this plan.
    """
    asked: dict[str, Counter[str]] = {}
    for pod in pods:
        if not pod.spec.node_name or (namespaces and pod.metadata.namespace not in namespaces):
            continue
        for kind, name in workloads_of(pod):
            most = asked.setdefault(f"{kind.lower()}/{name}", Counter())
            most |= Counter(placed_requests(pod))
    hopeless = {p.object for p in (*found.closed, *(p for p, _ in found.too_big))}
    return frozenset(
        p.object
        for p in found.planned
        if p.object in asked and (p.object in hopeless or asked[p.object] - Counter(dict(p.demand.wanted)))
    )


def surge_of(strategy: DeploymentStrategy, replicas: int) -> int:
    """Return how many pods beyond its replicas a Deployment runs while it rolls out: 25 % of 3 are 1."""
    if strategy.type == "Recreate":
        return 0
    rolling = strategy.rolling_update
    surge = rolling.max_surge if rolling and rolling.max_surge is not None else _DEFAULT_SURGE
    number = str(surge).removesuffix("%")
    if not number.isdecimal():
        return replicas
    return -(-replicas * int(number) // 100) if str(surge).endswith("%") else int(number)


def _planned(
    manifest: Manifest,
    there: Counter[tuple[str, str]],
    action: Action,
    classes: Sequence[PriorityClass],
    namespace: str,
) -> Iterator[Planned]:
    for workload in (*manifest.workloads, *manifest.operated):
        extra = _extra(workload, there, action)
        if extra is None:
            continue
        spec = workload.template.spec
        meta = workload.metadata
        labels = workload.template.metadata.labels
        pod = Pod(metadata=ObjectMeta(name=meta.name, namespace=meta.namespace or namespace, labels=labels), spec=spec)
        yield Planned(workload=workload, demand=demand(pod, spec, incoming_priority(spec, classes)), extra=extra)


def _extra(workload: Workload, there: Counter[tuple[str, str]], action: Action) -> int | None:
    """Return how many pods the workload adds at the peak; None for one that does not run then, or on every node.

    A Deployment of 3 with the default surge of 1 runs up to 4: beside its 3 that is 1 more, beside none 4 more - but a
    new one has nothing to replace, so it is 3. Hooks count in the phase that runs beside the roll-out, the post hooks.
    """
    kind, name, replicas = workload.kind, workload.metadata.name, workload.replicas
    hooks = {hook.strip() for hook in (workload.metadata.annotations.hook or "").split(",")} - {""}
    if (hooks and f"post-{action}" not in hooks) or kind in ("DaemonSet", "CronJob", "Pod"):
        return None
    if kind in _OPERATED:
        return max(replicas - there["StatefulSet", f"{_OPERATED[kind]}-{name}"], 0)
    if kind == "Job":
        return 1
    now = there[kind, name]
    surge = surge_of(workload.strategy, replicas) if kind == "Deployment" and now else 0
    return max(replicas + surge - now, 0)


def _emptied(room: Room) -> Room:
    """Return the room with nothing on it but what runs on each node."""
    staying = tuple(r for r in room.residents if owner_kind(r.pod) in ("DaemonSet", "Node"))
    return msgspec.structs.replace(room, residents=staying, load=Load().plus(staying))


def _is_open(planned: Planned, room: Room) -> bool:
    """Images of the plan are taken to be Linux images unless they select Windows."""
    wants = planned.demand.spec.node_selector.get("kubernetes.io/os", "linux")
    return os_of(room.node) == wants and barred(planned.demand.spec, room.node) is None


def _takes(planned: Planned, room: Room, relations: Relations | None, *, new: bool = False) -> bool:
    return _is_open(planned, room) and fits(planned.demand, room, relations, new=new)


def _place(planned: Planned, places: Mapping[str, Room], relations: Relations | None) -> str | None:
    open_ones = [name for name, room in places.items() if _takes(planned, room, relations)]
    return max(open_ones, key=lambda name: (emptiness(places[name]), name), default=None)


def _refused(planned: Planned, rooms: Sequence[Room], relations: Relations | None = None) -> str:
    """Say why none of the rooms takes the pod; "" when one does."""
    refusals = [refusal(planned.demand, room, relations) for room in rooms]
    if any(refused is None for refused in refusals):
        return ""
    return ", ".join(sorted({reason for refused in refusals if refused for reason in refused.reasons}))


def rollout_evidence(found: Rollout) -> dict[str, Evidence]:
    """Return the peak as evidence: extra pods in all and by pool, and who waits."""
    by_pool: dict[str, Evidence] = dict(found.peak)
    return {
        "extra": found.extra,
        "by_pool": by_pool,
        "waiting": [planned.object for planned, _ in found.waiting],
        "grown": list(found.grown),
    }
