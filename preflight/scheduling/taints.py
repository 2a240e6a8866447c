"""Taints and tolerations, and the ones a DaemonSet's pods get by themselves.

Sources: k8s.io/api `core/v1/toleration.go`, `pkg/controller/daemon/util/daemonset_util.go`
(`AddOrUpdateDaemonPodTolerations`), v1.35.4.
"""

from collections.abc import Iterable

from preflight.facts.kubernetes import PodSpec, Taint, Toleration

CORDONED = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")
"""The taint that stands for a cordon; tolerating it also covers a bare `spec.unschedulable`."""

_KEPT_AWAY = ("NoSchedule", "NoExecute")


def tolerates(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    """Tell whether any toleration covers the taint."""
    return any(_covers(toleration, taint) for toleration in tolerations)


def untolerated(tolerations: tuple[Toleration, ...], taints: Iterable[Taint]) -> Taint | None:
    """Return the first taint that keeps the pod away; PreferNoSchedule never does."""
    return next((t for t in taints if t.effect in _KEPT_AWAY and not tolerates(tolerations, t)), None)


def daemon_tolerations(spec: PodSpec) -> tuple[Toleration, ...]:
    """Return the template's tolerations and those the DaemonSet controller adds.

    not-ready:NoSchedule is not among them, and network-unavailable only comes with host networking.
    """
    added = _ALWAYS_ADDED + ((_NETWORK_UNAVAILABLE,) if spec.host_network else ())
    return spec.tolerations + added


def _covers(toleration: Toleration, taint: Taint) -> bool:
    """An empty effect covers every effect, an empty key every key; then the operator decides about the value."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    match toleration.operator:
        case "Exists":
            return True
        case "Equal" | "":
            return toleration.value == taint.value
        case _:
            return False  # Lt and Gt are behind a feature gate that is off


def _exists(condition: str, effect: str) -> Toleration:
    return Toleration(key=f"node.kubernetes.io/{condition}", operator="Exists", effect=effect)


_ALWAYS_ADDED = (
    _exists("not-ready", "NoExecute"),
    _exists("unreachable", "NoExecute"),
    _exists("disk-pressure", "NoSchedule"),
    _exists("memory-pressure", "NoSchedule"),
    _exists("pid-pressure", "NoSchedule"),
    _exists("unschedulable", "NoSchedule"),
)
_NETWORK_UNAVAILABLE = _exists("network-unavailable", "NoSchedule")
