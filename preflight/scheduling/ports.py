"""Host ports: who holds which, and when two pods cannot share a node.

Sources: `pkg/scheduler/util/utils.go` (`GetHostPorts`) and k8s.io/kube-scheduler `HostPortInfo`, v1.35.4.
"""

from preflight.facts.kubernetes import PodSpec
from preflight.scheduling.requests import is_sidecar

HostPort = tuple[str, str, int]
"""Host IP, protocol, port; IP 0.0.0.0 is every address."""

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, never listened on
NO_PORTS: frozenset[HostPort] = frozenset()


def host_ports(spec: PodSpec) -> frozenset[HostPort]:
    """Return the host ports of containers and sidecars; a plain init container is gone when the pod runs."""
    return _ports(spec, on_host=False)


def incoming_ports(spec: PodSpec) -> frozenset[HostPort]:
    """Return the host ports a pod made from this spec will have.

    With host networking every container port becomes a host port when the API server creates the pod: the add-on's
    provider declares 8989 and 8898 and so holds both on its node (`SetDefaults_Pod`).
    """
    return _ports(spec, on_host=spec.host_network)


def conflict(wanted: frozenset[HostPort], used: frozenset[HostPort]) -> bool:
    """Tell whether any wanted port is taken.

    TCP 8989 on 10.0.0.4 and on 10.0.0.5 do not conflict; either conflicts with TCP 8989 on every address.
    """
    if not wanted or not used:
        return False
    return any(
        protocol == held_protocol and port == held_port and (EVERY_ADDRESS in (ip, held_ip) or ip == held_ip)
        for ip, protocol, port in wanted
        for held_ip, held_protocol, held_port in used
    )


def _ports(spec: PodSpec, *, on_host: bool) -> frozenset[HostPort]:
    ports: set[HostPort] = set()
    for container in (*spec.containers, *filter(is_sidecar, spec.init_containers)):
        for port in container.ports:
            if number := port.host_port or (port.container_port if on_host else 0):
                ports.add((port.host_ip or EVERY_ADDRESS, port.protocol or "TCP", number))
    return frozenset(ports) if ports else NO_PORTS
