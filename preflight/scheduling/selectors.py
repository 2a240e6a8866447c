"""Selectors: labels against requirements, nodes against node selectors and affinity, pods against label selectors.

Sources: apimachinery `labels.Requirement`, component-helpers `scheduling/corev1/nodeaffinity`, v1.35.4. A requirement
that does not parse makes its whole term or selector match nothing.
"""

import re
from collections.abc import Mapping

from preflight.facts.kubernetes import (
    LabelSelector,
    Node,
    NodeSelector,
    NodeSelectorTerm,
    PodSpec,
    SelectorRequirement,
)

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


def node_matches(spec: PodSpec, node: Node) -> bool:
    """Tell whether nodeSelector and required node affinity allow the node (plugin NodeAffinity)."""
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in spec.node_selector.items()):
        return False
    required = spec.affinity.node_affinity.required if spec.affinity and spec.affinity.node_affinity else None
    return required is None or selects(required, node)


def selects(selector: NodeSelector, node: Node) -> bool:
    """Tell whether any term of a node selector, of affinity or of a volume, matches the node."""
    return any(_term_matches(term, node) for term in selector.node_selector_terms)


def pods_match(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Tell whether a disruption budget's selector matches a pod's labels, as preemption reads it.

    An absent or empty selector matches nothing here, unlike at the API server, where `{}` selects every pod.
    """
    return selector != LabelSelector() and labels_match(selector, labels)


def labels_match(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Tell whether a selector matches labels: an absent one matches nothing, an empty one everything."""
    if selector is None or any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    return all(_is_valid(r, numbers=False) and _holds(r, labels) for r in selector.match_expressions)


def _term_matches(term: NodeSelectorTerm, node: Node) -> bool:
    if not term.match_expressions and not term.match_fields:
        return False
    return all(_is_valid(r, numbers=True) and _holds(r, node.metadata.labels) for r in term.match_expressions) and all(
        _field_holds(r, node) for r in term.match_fields
    )


def _field_holds(requirement: SelectorRequirement, node: Node) -> bool:
    """A node has one field that can be selected by, its name; such a requirement has exactly one value."""
    if len(requirement.values) != 1 or requirement.operator not in ("In", "NotIn"):
        return False
    name = node.metadata.name if requirement.key == "metadata.name" else ""
    return (name == requirement.values[0]) is (requirement.operator == "In")


def _is_valid(requirement: SelectorRequirement, *, numbers: bool) -> bool:
    match requirement.operator:
        case "In" | "NotIn":
            return bool(requirement.values)
        case "Exists" | "DoesNotExist":
            return not requirement.values
        case "Gt" | "Lt":
            return numbers and len(requirement.values) == 1 and _INTEGER.fullmatch(requirement.values[0]) is not None
        case _:
            return False


def _holds(requirement: SelectorRequirement, labels: Mapping[str, str]) -> bool:
    """NotIn holds where the label is absent: `type NotIn virtual-kubelet` allows every node without a `type`."""
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case operator:
            if value is None or not _INTEGER.fullmatch(value):
                return False
            difference = int(value) - int(requirement.values[0])
            return difference > 0 if operator == "Gt" else difference < 0
