"""What a pod asks of a node, and what a node has to give, as kube-scheduler counts it.

Numbers are integers: cpu in millicores, everything else in whole units. Sources are Kubernetes v1.35.4:
component-helpers `resource/helpers.go` (`PodRequests`, `AggregateContainerRequests`) and
`pkg/scheduler/framework/types.go` (`Resource.Add`, `SetNode`).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from preflight.facts.kubernetes import Container, Node, Pod, PodSpec, Quantities
from preflight.quantity import nanos, to_millis, to_whole

Amounts = Mapping[str, int]
"""Resource name to millicores (cpu) or whole units (the rest)."""

_Ask = Callable[[Container], Mapping[str, int]]
"""A container's requests in nano-units."""


def placed_requests(pod: Pod) -> Amounts:
    """Return what a pod that is there counts for on its node, in-place resizing considered.

    A pod is added up exactly and rounded up once: containers of 0.0005 and 0.0006 cpu are 2 millicores, three of 0.0005
    also 2.
    """
    status = pod.status
    statuses = {s.name: s for s in (*status.container_statuses, *status.init_container_statuses) if s.resources}
    if not statuses:
        return _rounded(_total(pod.spec, _requests))
    pending = next((c for c in status.conditions if c.type == "PodResizePending"), None)
    infeasible = pending is not None and pending.reason == "Infeasible"

    def ask(container: Container) -> Mapping[str, int]:
        # A plain init container is never resized. Else the kubelet may still hold what was allocated before, so the
        # largest of the figures counts; a resize that can never happen does not.
        known = statuses.get(container.name)
        spec = _requests(container)
        if known is None or known.resources is None:
            return spec
        largest = {} if infeasible else dict(spec)
        _raise(largest, _nanos(known.resources.requests))
        _raise(largest, _nanos(known.allocated_resources))
        return largest

    return _rounded(_total(pod.spec, _requests, ask))


def incoming_requests(spec: PodSpec) -> Amounts:
    """Return what a pod made from this spec will ask for.

    The API server copies limits into requests that are missing when it creates a pod, not in a template: a container
    with limit 500m and no request asks for 500m (`pkg/apis/core/v1/defaults.go`, `SetDefaults_Pod`). A pod-level limit
    stands in where neither the pod nor any of its containers requests that resource.
    """

    def ask(container: Container) -> Mapping[str, int]:
        return _nanos(container.resources.limits | container.resources.requests)

    total = _total(spec, ask, ask)
    overhead = _nanos(spec.overhead)
    asked = {name for container in (*spec.containers, *spec.init_containers) for name in ask(container)}
    for name, limit in spec.resources.limits.items():
        taken = name in asked and not name.startswith("hugepages-")
        if _is_pod_level(name) and name not in spec.resources.requests and not taken:
            total[name] = nanos(limit) + overhead.get(name, 0)
    return _rounded(total)


def allocatable(node: Node) -> Amounts:
    """Return what a node may give to pods; `pods` is the number of slots. Rounded up, as requests are."""
    return {name: _round(name, nanos(quantity)) for name, quantity in node.status.allocatable.items()}


def is_sidecar(container: Container) -> bool:
    """Tell whether an init container keeps running beside the others."""
    return container.restart_policy == "Always"


@lru_cache(maxsize=1024)
def is_compared(resource: str) -> bool:
    """Tell whether the scheduler compares this resource at all (`pkg/scheduler/util`, `IsScalarResourceName`).

    Of names without a domain it knows cpu, memory, ephemeral-storage, huge pages and attachable volumes; `storage` in a
    container's requests, say, does nothing.
    """
    return resource in ("cpu", "memory", "ephemeral-storage") or (
        "/" in resource or resource.startswith(("hugepages-", "attachable-volumes-"))
    )


def _total(spec: PodSpec, ask_init: _Ask, ask: _Ask | None = None) -> dict[str, int]:
    """Add a pod up in nano-units; `ask_init` answers for plain init containers, `ask` for all others.

    Containers run side by side: a 100m + b 200m = 300m. Init containers run one after the other before them, each
    beside the sidecars that were started earlier: with sidecar s 50m and then init i 400m the pod needs 450m while i
    runs and 350m afterwards, so it asks for 450m. An init of 400m *before* s needs 400m only. Pod-level requests
    replace the figure, overhead comes on top of either.
    """
    ask = ask or ask_init
    total: dict[str, int] = {}
    for container in spec.containers:
        _add(total, ask(container))
    if spec.init_containers:
        sidecars: dict[str, int] = {}
        peak: dict[str, int] = {}
        for container in spec.init_containers:
            if is_sidecar(container):
                requests = ask(container)
                _add(total, requests)
                _add(sidecars, requests)
                _raise(peak, sidecars)
            else:
                running = dict(sidecars)
                _add(running, ask_init(container))
                _raise(peak, running)
        _raise(total, peak)
    for name, quantity in spec.resources.requests.items():
        if _is_pod_level(name):
            total[name] = nanos(quantity)
    if spec.overhead:
        _add(total, _nanos(spec.overhead))
    return total


def _requests(container: Container) -> Mapping[str, int]:
    return _nanos(container.resources.requests)


def _nanos(quantities: Quantities) -> dict[str, int]:
    return {name: nanos(quantity) for name, quantity in quantities.items()}


def _is_pod_level(resource: str) -> bool:
    return resource in ("cpu", "memory") or resource.startswith("hugepages-")


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise(total: dict[str, int], floor: Mapping[str, int]) -> None:
    for name, amount in floor.items():
        if amount > total.get(name, 0):
            total[name] = amount


def _rounded(total: Mapping[str, int]) -> dict[str, int]:
    return {name: _round(name, amount) for name, amount in total.items() if is_compared(name)}


def _round(resource: str, amount: int) -> int:
    return to_millis(amount) if resource == "cpu" else to_whole(amount)
