"""Addresses: how many the node pools may take, and how many their subnets and the pod range have.

Source: `facts/azure.md` 1.4: with Azure CNI in the node's subnet a node takes maxPods + 1 addresses, upgrade surge
included; in all other set-ups one, and with overlay a /24 of the pod range besides.
"""

import ipaddress
from collections.abc import Iterable, Sequence

import msgspec

from preflight.facts import same_id
from preflight.facts.azure import ManagedCluster, Subnet, VirtualNetwork
from preflight.scheduling.fresh import most_nodes, surge

_RESERVED_BY_AZURE = 5
_NODE_BLOCK = 24


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """A range too small for what may be made: `needed` and `has` are addresses, or /24 blocks of a pod range."""

    range: str
    needed: int
    has: int
    pools: tuple[str, ...]


def shortages(cluster: ManagedCluster, networks: Sequence[VirtualNetwork] | None) -> list[Shortage]:
    """Return the ranges in which all nodes that the pools may have, upgrade surge included, find no address.

    A pool of at most 4 nodes with maxPods 30 and surge 1 takes 5 x 31 = 155 addresses: a /25 with 128 - 5 is short.
    """
    network, found = cluster.network_profile, []
    by_subnet: dict[str, list[tuple[str, int]]] = {}
    for pool in cluster.agent_pool_profiles:
        nodes = most_nodes(pool) + surge(pool)
        each = 1
        if network.network_plugin == "azure" and not network.network_plugin_mode and not pool.pod_subnet_id:
            each += pool.max_pods or 0
        if pool.vnet_subnet_id:
            by_subnet.setdefault(pool.vnet_subnet_id.lower(), []).append((pool.name, nodes * each))
    for subnet in (subnet for item in networks or () for subnet in item.subnets):
        takers = [taker for id_, takers in by_subnet.items() if same_id(id_, subnet.id) for taker in takers]
        needed, has = sum(count for _, count in takers), _size(subnet)
        if has is not None and needed > has:
            found.append(Shortage(range=subnet.name, needed=needed, has=has, pools=tuple(name for name, _ in takers)))
    if network.network_plugin_mode == "overlay" and network.pod_cidr:
        blocks = 2 ** max(_NODE_BLOCK - ipaddress.ip_network(network.pod_cidr, strict=False).prefixlen, 0)
        needed = sum(most_nodes(pool) + surge(pool) for pool in cluster.agent_pool_profiles)
        if needed > blocks:
            pools = tuple(pool.name for pool in cluster.agent_pool_profiles)
            found.append(Shortage(range=f"pod range {network.pod_cidr}", needed=needed, has=blocks, pools=pools))
    return found


def _size(subnet: Subnet) -> int | None:
    """Return how many addresses the subnet's IPv4 ranges have for us, None where they were not read."""
    texts: Iterable[str] = subnet.address_prefixes or ((subnet.address_prefix,) if subnet.address_prefix else ())
    ranges = [ipaddress.ip_network(text, strict=False) for text in texts]
    sizes = [r.num_addresses for r in ranges if isinstance(r, ipaddress.IPv4Network)]
    return sum(sizes) - _RESERVED_BY_AZURE if sizes else None
