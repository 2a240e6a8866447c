"""Nodes, and what selects them."""

import msgspec

from preflight.facts.kubernetes.objects import Condition, ObjectMeta, Quantities, SelectorRequirement, Trimmed


class Taint(Trimmed, frozen=True, kw_only=True):
    """effect is NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    effect: str
    value: str = ""


class NodeSpec(Trimmed, frozen=True, kw_only=True):
    """Taints, cordon and the cloud's id of the machine."""

    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    provider_id: str | None = msgspec.field(name="providerID", default=None)


class NodeInfo(Trimmed, frozen=True, kw_only=True):
    """Versions the kubelet reports."""

    kubelet_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeStatus(Trimmed, frozen=True, kw_only=True):
    """What the node has, what it may give to pods, and how it is."""

    capacity: Quantities = {}
    allocatable: Quantities = {}
    conditions: tuple[Condition, ...] = ()
    node_info: NodeInfo = NodeInfo()


class Node(Trimmed, frozen=True, kw_only=True):
    """A node."""

    metadata: ObjectMeta
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class NodeSelectorTerm(Trimmed, frozen=True, kw_only=True):
    """All requirements of a term hold together; a term without any matches nothing."""

    match_expressions: tuple[SelectorRequirement, ...] = ()
    match_fields: tuple[SelectorRequirement, ...] = ()


class NodeSelector(Trimmed, frozen=True, kw_only=True):
    """One matching term is enough."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(Trimmed, frozen=True, kw_only=True):
    """Only the required part: preferences never decide whether a pod fits."""

    required: NodeSelector | None = msgspec.field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)
