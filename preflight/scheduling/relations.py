"""What pods ask of one another: to stand near some, apart from others, and evenly spread over a label of the nodes.

Unlike the other rules these look beyond one node. Sources: plugins PodTopologySpread and InterPodAffinity
(`framework/plugins/podtopologyspread`, `interpodaffinity`, file filtering.go), v1.35.4; only what is required counts.

Namespaces are not read, so of their labels only the name that each has is known. Where a selector of namespaces asks
for another one, the rule is looked at both ways, and an objection that only one of them has is unsure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from preflight.facts.kubernetes import (
    LabelSelector,
    Node,
    Pod,
    PodAffinityTerm,
    PodSpec,
    TopologySpreadConstraint,
)
from preflight.scheduling.room import Resident, Room
from preflight.scheduling.selectors import labels_match, node_matches
from preflight.scheduling.taints import untolerated

NO_DOMAIN_REASON = "node(s) didn't match pod topology spread constraints (missing required label)"
SPREAD_REASON = "node(s) didn't match pod topology spread constraints"
NEAR_REASON = "node(s) didn't match pod affinity rules"
APART_REASON = "node(s) didn't match pod anti-affinity rules"
REFUSED_BY_OTHERS_REASON = "node(s) didn't satisfy existing pods anti-affinity rules"

_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
_NO_DOMAINS = 2**31
"""The smallest count over no domain at all."""


class Objection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why pods elsewhere keep this one from a node, in the scheduler's words.

    `curable` when taking pods away might help; `unsure` where it hangs on labels of namespaces, which are not read.
    """

    reason: str
    curable: bool = True
    unsure: bool = False


def apart_from_others(rooms: Iterable[Room]) -> list[tuple[Node, Resident]]:
    """Return the pods that bar others from their surroundings, with their nodes: those with required anti-affinity."""
    return [
        (room.node, resident)
        for room in rooms
        for resident in room.residents
        if resident.pod.spec.affinity is not None and _apart(resident.pod.spec)
    ]


class Relations:
    """How one pod stands to those on all nodes; follows them when pods come and go.

    Example: pods of app a must not share a node, and one is on n1. For the next pod of a the node n1 is refused, and is
    not once the pod there has gone. A `bound` pod is made for one node, as a DaemonSet's is: where affinity to nodes is
    honoured, that node alone counts for how evenly its like are spread.
    """

    def __init__(self, worlds: "Sequence[_World]") -> None:
        self._worlds = worlds

    @classmethod
    def of(
        cls,
        pod: Pod,
        spec: PodSpec,
        rooms: Mapping[str, Room],
        others: Sequence[tuple[Node, Resident]],
        *,
        bound: bool = False,
    ) -> "Relations | None":
        """Return how the pod stands to those in the rooms; None where no rule bears on it.

        `others` are the pods with required anti-affinity (`apart_from_others`).
        """
        asks = bool(_near(spec) or _apart(spec) or _spread(spec))
        if not asks and not any(_bars(resident.pod, pod) is not False for _, resident in others):
            return None
        world = _World(pod, spec, bound=bound, assumed=False)
        world.fill(rooms.values() if asks else (), others)
        if not world.doubtful:
            return cls([world])
        other = _World(pod, spec, bound=bound, assumed=True)
        other.fill(rooms.values() if asks else (), others)
        return cls([world, other])

    @property
    def doubtful(self) -> bool:
        """Tell whether labels of namespaces bear on it."""
        return len(self._worlds) > 1

    def opened(self, room: Room) -> None:
        """Take note of a node that was not there before."""
        for world in self._worlds:
            world.fill([room], apart_from_others([room]))

    def moved(self, before: Room, after: Room) -> None:
        """Take note of who came to a node and who went."""
        was, now = set(map(id, before.residents)), set(map(id, after.residents))
        for world in self._worlds:
            for resident in before.residents:
                if id(resident) not in now:
                    world.count(resident, before.node, -1)
            for resident in after.residents:
                if id(resident) not in was:
                    world.count(resident, after.node, 1)

    def objection(
        self, room: Room, *, gone: Sequence[Resident] = (), come: Sequence[Resident] = (), new: bool = False
    ) -> Objection | None:
        """Return why the pod may not stand on the node if some on it were `gone` and others had `come`.

        A `new` node has no label yet that tells its zone, and what asks for one is not held against it.
        """
        found = [world.objection(room, gone, come, new=new) for world in self._worlds]
        certain = next((one for one in found if one), None)
        if certain and None in found:
            return msgspec.structs.replace(certain, unsure=True)
        return certain


class Related:
    """The relations of one pod after the other to those on all nodes, while pods come and go; alike pods share them."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self._rooms = {room.node.metadata.name: room for room in rooms}
        self._others = {name: found for name, room in self._rooms.items() if (found := apart_from_others([room]))}
        self._known: dict[bytes, Relations | None] = {}

    def to(self, pod: Pod, spec: PodSpec) -> Relations | None:
        """Return how the pod stands to those that are there now; None where no rule bears on it."""
        if not self._others and spec.affinity is None and not spec.topology_spread_constraints:
            return None
        meta, wishes = pod.metadata, (spec.affinity, spec.topology_spread_constraints, spec.node_selector)
        key = msgspec.json.encode((meta.namespace, meta.labels, *wishes, spec.tolerations))
        if key not in self._known:
            others = [pair for found in self._others.values() for pair in found]
            self._known[key] = Relations.of(pod, spec, self._rooms, others)
        return self._known[key]

    def moved(self, after: Room) -> None:
        """Take note of what is on a node now, which may be a new one."""
        name = after.node.metadata.name
        before = self._rooms.get(name)
        self._rooms[name] = after
        barring, barred = self._others.pop(name, []), apart_from_others([after])
        if barred:
            self._others[name] = barred
        if any(pair not in barring for pair in barred):
            # Who was nobody's concern may be somebody's now.
            self._known = {key: relations for key, relations in self._known.items() if relations}
        for relations in filter(None, self._known.values()):
            relations.opened(after) if before is None else relations.moved(before, after)


class _World:
    """The counts that decide, with unread labels of namespaces `assumed` to be what selectors ask for, or not to be."""

    def __init__(self, pod: Pod, spec: PodSpec, *, bound: bool, assumed: bool) -> None:
        self._pod, self._spec, self._bound, self._assumed = pod, spec, bound, assumed
        self._near, self._apart, self._spread = _near(spec), _apart(spec), _spread(spec)
        self._barred: Counter[tuple[str, str]] = Counter()
        self._by_domain: list[Counter[str]] = [Counter() for _ in (*self._apart, *self._near)]
        self._domains: list[dict[str, int]] = [{} for _ in self._spread]
        self._namespaces = _namespaces_meant(pod, (*self._near, *self._apart))
        self.doubtful = False

    def fill(self, rooms: Iterable[Room], others: Iterable[tuple[Node, Resident]]) -> None:
        for room in rooms:
            for domain, constraint in zip(self._domains, self._spread, strict=True):
                if not self._is_own(constraint) and self._counts(constraint, room.node):
                    domain.setdefault(room.node.metadata.labels[constraint.topology_key], 0)
            for resident in room.residents:
                if self._namespaces is None or _namespace(resident.pod) in self._namespaces:
                    self._count_mine(resident, room.node, 1)
        for node, resident in others:
            self._count_theirs(resident, node, 1)

    def count(self, resident: Resident, node: Node, by: int) -> None:
        self._count_mine(resident, node, by)
        self._count_theirs(resident, node, by)

    def _count_mine(self, resident: Resident, node: Node, by: int) -> None:
        labels, raised = node.metadata.labels, self._mine(resident, node)
        for counter, term, meant in zip(self._by_domain, (*self._apart, *self._near), raised, strict=False):
            if meant:
                counter[labels[term.topology_key]] += by
        for domains, constraint, meant in zip(self._domains, self._spread, raised[len(self._by_domain) :], strict=True):
            if meant and not self._is_own(constraint) and self._is_counted(constraint, resident):
                value = labels[constraint.topology_key]
                domains[value] = domains.get(value, 0) + by

    def _count_theirs(self, resident: Resident, node: Node, by: int) -> None:
        for pair in self._theirs(resident, node):
            self._barred[pair] += by

    def _mine(self, resident: Resident, node: Node) -> list[bool]:
        """Return which of this pod's own rules mean a pod on the node: apart, near, spread."""
        if not (self._by_domain or self._spread):
            return []
        labels, there = node.metadata.labels, resident.pod
        # Somebody counts as near only where all the terms mean it.
        is_near = bool(self._near) and all(self._is_meant(term, self._pod, there) for term in self._near)
        return [
            *(term.topology_key in labels and self._is_meant(term, self._pod, there) for term in self._apart),
            *(term.topology_key in labels and is_near for term in self._near),
            *(self._selects(constraint, there) and self._counts(constraint, node) for constraint in self._spread),
        ]

    def _theirs(self, resident: Resident, node: Node) -> list[tuple[str, str]]:
        """Return the labels whose bearers a pod on the node bars to this one."""
        labels, there = node.metadata.labels, resident.pod
        return [
            (term.topology_key, labels[term.topology_key])
            for term in _apart(there.spec)
            if term.topology_key in labels and self._is_meant(term, there, self._pod)
        ]

    def _selects(self, constraint: TopologySpreadConstraint, pod: Pod) -> bool:
        own, others = self._pod.metadata.labels, pod.metadata.labels
        return (
            _namespace(self._pod) == _namespace(pod)
            and labels_match(constraint.label_selector, others)
            and all(others.get(key) == own[key] for key in constraint.match_label_keys if key in own)
        )

    def _is_counted(self, constraint: TopologySpreadConstraint, resident: Resident) -> bool:
        """Who is on the way out does not count at first, nor does anybody where the selector is an empty one."""
        merged = any(key in self._pod.metadata.labels for key in constraint.match_label_keys)
        return not resident.terminating and (constraint.label_selector != LabelSelector() or merged)

    def _counts(self, constraint: TopologySpreadConstraint, node: Node) -> bool:
        """Tell whether the node is one of those that the constraint is about."""
        labels = node.metadata.labels
        if any(one.topology_key not in labels for one in self._spread):
            return False
        if constraint.node_affinity_policy != "Ignore" and not node_matches(self._spec, node):
            return False
        return constraint.node_taints_policy != "Honor" or not untolerated(self._spec.tolerations, node.spec.taints)

    def _is_own(self, constraint: TopologySpreadConstraint) -> bool:
        """Tell whether the constraint is about the very node that the pod is made for, and no other."""
        return self._bound and constraint.node_affinity_policy != "Ignore"

    def _is_meant(self, term: PodAffinityTerm, owner: Pod, other: Pod) -> bool:
        verdict = _is_meant(term, owner, other, newcomers=owner is self._pod)
        self.doubtful = self.doubtful or verdict is None
        return self._assumed if verdict is None else verdict

    def objection(
        self, room: Room, gone: Sequence[Resident], come: Sequence[Resident], *, new: bool
    ) -> Objection | None:
        node, labels = room.node, room.node.metadata.labels
        barred = sum(count for (key, value), count in self._barred.items() if labels.get(key) == value)
        counts = [
            *(
                counter[labels[term.topology_key]] if term.topology_key in labels else 0
                for counter, term in zip(self._by_domain, (*self._apart, *self._near), strict=True)
            ),
            *(
                self._own_count(constraint, room)
                if self._is_own(constraint)
                else domains.get(labels.get(constraint.topology_key, ""), 0)
                for domains, constraint in zip(self._domains, self._spread, strict=True)
            ),
        ]
        aparts, nears = len(self._apart), len(self._by_domain)
        company = sum(sum(counter.values()) for counter in self._by_domain[aparts:])
        for residents, by in ((gone, -1), (come, 1)):
            for resident in residents:
                meant = self._mine(resident, node)
                counts = [count + by * more for count, more in zip(counts, meant, strict=True)]
                company += by * sum(meant[aparts:nears])
                barred += by * len(self._theirs(resident, node))
        if unmet := self._uneven(node, counts[nears:], new=new) or self._far(
            node, counts[aparts:nears], company, new=new
        ):
            return unmet
        if any(count > 0 for count in counts[:aparts]):
            return Objection(reason=APART_REASON)
        return Objection(reason=REFUSED_BY_OTHERS_REASON) if barred > 0 else None

    def _own_count(self, constraint: TopologySpreadConstraint, room: Room) -> int:
        if not self._counts(constraint, room.node):
            return 0
        return sum(self._selects(constraint, r.pod) and self._is_counted(constraint, r) for r in room.residents)

    def _uneven(self, node: Node, counts: Sequence[int], *, new: bool) -> Objection | None:
        """With 2 on zone a, 1 on b and a skew of at most 1 the next may not go to a: 2 + 1 - 1 = 2."""
        for count, constraint, domains in zip(counts, self._spread, self._domains, strict=True):
            value = node.metadata.labels.get(constraint.topology_key)
            if value is None and new:
                continue
            if value is None:
                return Objection(reason=NO_DOMAIN_REASON, curable=False)
            known = {**domains, value: count} if value in domains or self._counts(constraint, node) else domains
            least = min(known.values(), default=_NO_DOMAINS) if len(known) >= (constraint.min_domains or 1) else 0
            if count + self._selects(constraint, self._pod) - least > constraint.max_skew:
                return Objection(reason=SPREAD_REASON)
        return None

    def _far(self, node: Node, counts: Sequence[int], company: int, *, new: bool) -> Objection | None:
        """Tell whether company that is asked for lacks; the first of its own kind may stand anywhere."""
        first = not company and all(self._is_meant(term, self._pod, self._pod) for term in self._near)
        for count, term in zip(counts, self._near, strict=True):
            known = term.topology_key in node.metadata.labels
            if not (known or new) or (known and count <= 0 and not first):
                return Objection(reason=NEAR_REASON, curable=False)
        return None


def _namespaces_meant(pod: Pod, terms: Iterable[PodAffinityTerm]) -> frozenset[str] | None:
    """Return the namespaces of which pods can matter to the pod's own rules; None where that may be any."""
    meant = {_namespace(pod)}
    for term in terms:
        if term.namespace_selector is not None:
            return None
        meant.update(term.namespaces)
    return frozenset(meant)


def _near(spec: PodSpec) -> tuple[PodAffinityTerm, ...]:
    return spec.affinity.pod_affinity.required if spec.affinity and spec.affinity.pod_affinity else ()


def _apart(spec: PodSpec) -> tuple[PodAffinityTerm, ...]:
    return spec.affinity.pod_anti_affinity.required if spec.affinity and spec.affinity.pod_anti_affinity else ()


def _spread(spec: PodSpec) -> tuple[TopologySpreadConstraint, ...]:
    return tuple(c for c in spec.topology_spread_constraints if c.when_unsatisfiable == "DoNotSchedule")


def _bars(holder: Pod, pod: Pod) -> bool | None:
    verdicts = [_is_meant(term, holder, pod, newcomers=False) for term in _apart(holder.spec)]
    return True if True in verdicts else None if None in verdicts else False


def _is_meant(term: PodAffinityTerm, owner: Pod, other: Pod, *, newcomers: bool) -> bool | None:
    """Tell whether a term of the owner's means the other pod; None where it hangs on labels of the namespace.

    `newcomers`: the owner is the pod that looks for a place, not one that is there.
    """
    mine, theirs = owner.metadata.labels, other.metadata.labels
    if not labels_match(term.label_selector, theirs):
        return False
    if any(theirs.get(key) != mine[key] for key in term.match_label_keys if key in mine):
        return False
    if any(theirs.get(key) == mine[key] for key in term.mismatch_label_keys if key in mine):
        return False
    namespace = _namespace(other)
    if not term.namespaces and term.namespace_selector is None:
        return namespace == _namespace(owner)
    return namespace in term.namespaces or _selects_namespace(term.namespace_selector, namespace, newcomers=newcomers)


def _selects_namespace(selector: LabelSelector | None, namespace: str, *, newcomers: bool) -> bool | None:
    """Every namespace has its name as a label; of its other labels nobody knows.

    Of a newcomer's terms v1.35 takes a selector that holds without any label (NotIn, DoesNotExist) to select every
    namespace (`mergeAffinityTermNamespacesIfNotEmpty` changes a copy); other versions do as documented.
    """
    if selector is None:
        return False
    labels = {_NAME_OF_NAMESPACE: namespace}
    known = LabelSelector(
        match_labels={key: value for key, value in selector.match_labels.items() if key in labels},
        match_expressions=tuple(r for r in selector.match_expressions if r.key in labels),
    )
    if not labels_match(known, labels):
        return None if newcomers and labels_match(selector, {}) else False
    return True if known == selector else None


def _namespace(pod: Pod) -> str:
    return pod.metadata.namespace or "default"
