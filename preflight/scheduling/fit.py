"""Does a pod fit on a node, and if not, everything that lacks, with its numbers.

kube-scheduler's filters in their order; the first that refuses gives all the reasons. Sources:
`apis/config/v1/default_plugins.go`, `framework/plugins/noderesources/fit.go` (`fitsRequest`) and the plugins named
below, v1.35.4.
"""

import msgspec

from preflight.errors import InputError
from preflight.facts.kubernetes import Node, Pod, PodSpec
from preflight.scheduling.ports import HostPort, conflict, incoming_ports
from preflight.scheduling.priority import NEVER, Priority
from preflight.scheduling.relations import Relations
from preflight.scheduling.requests import Amounts, incoming_requests
from preflight.scheduling.room import Load, Resident, Room
from preflight.scheduling.selectors import node_matches
from preflight.scheduling.taints import CORDONED, tolerates, untolerated

CORDONED_REASON = "node(s) were unschedulable"
NODE_NAME_REASON = "node(s) didn't match the requested node name"
TAINT_REASON = "node(s) had untolerated taint(s)"
AFFINITY_REASON = "node(s) didn't match Pod's node affinity/selector"
PORTS_REASON = "node(s) didn't have free ports for the requested pod ports"
TOO_MANY_PODS = "Too many pods"

_FIRST = ("cpu", "memory", "ephemeral-storage")


class Demand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pod that looks for a place: its spec decides where it may go, its figures what it needs there.

    `wanted` are the resources it asks more than nothing of, in the order in which the scheduler names them.
    """

    pod: Pod
    spec: PodSpec
    requests: Amounts
    wanted: tuple[tuple[str, int], ...]
    ports: frozenset[HostPort]
    priority: Priority

    @property
    def resident(self) -> Resident:
        """The pod once it is placed."""
        return Resident(pod=self.pod, requests=self.requests, ports=self.ports, priority=self.priority.value)


class Shortfall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One resource that lacks: cpu in millicores, the rest in whole units; `pods` are slots."""

    resource: str
    requested: int
    used: int
    allocatable: int

    @property
    def reason(self) -> str:
        """The scheduler's own words."""
        return TOO_MANY_PODS if self.resource == "pods" else f"Insufficient {self.resource}"

    @property
    def missing(self) -> int:
        """How much more would have to be free: requested 70, used 3980 of 4000 is 50 short."""
        return self.requested + self.used - self.allocatable

    @property
    def is_hopeless(self) -> bool:
        """True where even the empty node has too little; slots never are, not even where there are none."""
        return self.resource != "pods" and self.requested > self.allocatable


class Refusal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a pod does not fit, in the scheduler's own words; `curable` when taking pods away might help.

    `unsure` where it may fit after all: that hangs on labels of namespaces, which are not read.
    """

    reasons: tuple[str, ...]
    shortfalls: tuple[Shortfall, ...] = ()
    curable: bool = False
    unsure: bool = False


def demand(pod: Pod, spec: PodSpec, priority: Priority) -> Demand:
    """Return what a pod made from this spec looks for. Raises InputError naming it where a figure is no quantity."""
    try:
        requests = incoming_requests(spec)
    except ValueError as error:
        raise InputError(f"{pod.metadata.namespace or 'default'}/{pod.metadata.name}: {error}") from None
    return Demand(
        pod=pod,
        spec=spec,
        requests=requests,
        wanted=tuple((name, requests[name]) for name in sorted(requests, key=_rank) if requests[name] > 0),
        ports=incoming_ports(spec),
        priority=priority,
    )


def demand_of(pod: Pod) -> Demand:
    """Return what a pod would look for if it had to be placed again; it has its priority already."""
    preempts = pod.spec.preemption_policy != NEVER
    return demand(pod, pod.spec, Priority(value=pod.spec.priority or 0, preempts=preempts))


def barred(spec: PodSpec, node: Node) -> str | None:
    """Return why the node is out of the question for the pod whatever is on it, else None.

    Plugins NodeUnschedulable, NodeName, TaintToleration, NodeAffinity.
    """
    if node.spec.unschedulable and not tolerates(spec.tolerations, CORDONED):
        return CORDONED_REASON
    if spec.node_name and spec.node_name != node.metadata.name:
        return NODE_NAME_REASON
    if untolerated(spec.tolerations, node.spec.taints):
        return TAINT_REASON
    if not node_matches(spec, node):
        return AFFINITY_REASON
    return None


def shortfalls(demand: Demand, allocatable: Amounts, load: Load) -> tuple[Shortfall, ...]:
    """Return every resource the node has too little of; equal still fits.

    A node with 4000m has 3930m in use: 70m fits, 71m is 1m short. Only what the pod asks for is compared, so a pod
    without requests needs a slot and nothing else, and an overcommitted resource it does not ask for does no harm.
    """
    lacking = []
    slots = allocatable.get("pods", 0)
    if load.slots + 1 > slots:
        lacking.append(Shortfall(resource="pods", requested=1, used=load.slots, allocatable=slots))
    for resource, requested in demand.wanted:
        used, has = load.used.get(resource, 0), allocatable.get(resource, 0)
        if requested > has - used:
            lacking.append(Shortfall(resource=resource, requested=requested, used=used, allocatable=has))
    return tuple(lacking)


def promised(demand: Demand, room: Room) -> tuple[Resident, ...]:
    """Return the nominated pods that count as present for this one: those of equal or higher priority."""
    return tuple(r for r in room.nominated if r.priority >= demand.priority.value)


def refusal(demand: Demand, room: Room, relations: Relations | None = None, *, new: bool = False) -> Refusal | None:
    """Return why the pod does not fit beside what is on the node and promised a place on it, else None.

    `relations` are the rules between it and other pods, if any bears on it; a `new` node may still get labels.
    """
    waiting = promised(demand, room)
    refused = refusal_beside(demand, room.allocatable, room.load.plus(waiting) if waiting else room.load)
    if refused or relations is None:
        return refused
    # What was promised may come or not: the pod must be welcome either way.
    objection = relations.objection(room, come=waiting, new=new)
    if waiting and not objection:
        objection = relations.objection(room, new=new)
    return (
        Refusal(reasons=(objection.reason,), curable=objection.curable, unsure=objection.unsure) if objection else None
    )


def fits(demand: Demand, room: Room, relations: Relations | None = None, *, new: bool = False) -> bool:
    """Tell whether there is room for the pod; whether the node is open to it at all, `barred` tells."""
    return refusal(demand, room, relations, new=new) is None


def refusal_beside(demand: Demand, allocatable: Amounts, load: Load) -> Refusal | None:
    """Return why the pod does not fit beside this load (plugins NodePorts, NodeResourcesFit), else None.

    A port conflict hides every shortfall; both may go away when pods do.
    """
    if conflict(demand.ports, load.ports):
        return Refusal(reasons=(PORTS_REASON,), curable=True)
    lacking = shortfalls(demand, allocatable, load)
    if not lacking:
        return None
    return Refusal(
        reasons=tuple(shortfall.reason for shortfall in lacking),
        shortfalls=lacking,
        curable=not any(shortfall.is_hopeless for shortfall in lacking),
    )


def fits_beside(demand: Demand, allocatable: Amounts, load: Load) -> bool:
    """Tell whether the pod fits beside this load: `refusal_beside` without the reasons, for the search for victims."""
    if load.slots + 1 > allocatable.get("pods", 0) or conflict(demand.ports, load.ports):
        return False
    return all(wanted <= allocatable.get(name, 0) - load.used.get(name, 0) for name, wanted in demand.wanted)


def _rank(resource: str) -> tuple[int, str]:
    """The order of the scheduler's reasons; it names the scalar resources in random order, we by name."""
    return (_FIRST.index(resource) if resource in _FIRST else len(_FIRST)), resource
