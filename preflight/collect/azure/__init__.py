"""Azure's facts, live: Resource Manager and Microsoft Graph through the official SDKs, read-only."""

from collections.abc import Callable
from typing import Any

from preflight.collect.azure import authorization, finding, network, vaults
from preflight.collect.azure.arm import Arm
from preflight.collect.azure.cloud import CHINA, PUBLIC, US_GOVERNMENT, Cloud, cloud_of
from preflight.collect.azure.credentials import Account, connect
from preflight.collect.azure.target import Named, disagreement, node_homes
from preflight.collect.reading import Get, Reader, Unreadable
from preflight.facts import ManagedCluster, Missing

__all__ = [
    "ACCOUNT",
    "CHINA",
    "PUBLIC",
    "US_GOVERNMENT",
    "Account",
    "Cloud",
    "Named",
    "account_of",
    "cloud_of",
    "connect",
    "disagreement",
    "readers",
]

ACCOUNT = "azure_account"
"""The reader behind all others; its `Account` tells who we are. It is not a fact and never in a bundle."""


def readers(*, cloud: Cloud = PUBLIC, named: Named | None = None) -> dict[str, Reader]:
    """Return a reader for each fact of Resource Manager and Graph, and for `ACCOUNT`, which signs in once for all.

    They ask for `nodes` and `values` where something is to be found through them; whoever reads provides these too.
    """
    given = named or Named()

    def with_arm(reader: Callable[[Arm, Get], Any]) -> Reader:
        return lambda get: reader(Arm(cloud=cloud, account=account_of(get)), get)

    def cluster(get: Get) -> ManagedCluster:
        # Before signing in: without a way to the cluster a login does not help, and asking for one leads astray.
        finding.require_aks(given, get)
        return finding.find_cluster(Arm(cloud=cloud, account=account_of(get)), given, get)

    return {
        ACCOUNT: lambda get: connect(cloud, subscription=_subscription(given, get)),
        "cluster": cluster,
        "identities": with_arm(finding.find_identities),
        "vault": with_arm(lambda arm, get: vaults.find_vault(arm, given, get)),
        finding.PRINCIPAL: lambda get: finding.principal_in_question(given, get),
        "role_assignments": with_arm(authorization.read_role_assignments),
        "role_definitions": with_arm(authorization.read_role_definitions),
        "deny_assignments": with_arm(authorization.read_deny_assignments),
        "group_memberships": with_arm(authorization.read_group_memberships),
        "operator": with_arm(authorization.read_operator),
        "locks": with_arm(authorization.read_locks),
        "scale_sets": with_arm(network.read_scale_sets),
        "networks": with_arm(network.read_networks),
        "private_endpoints": with_arm(network.read_private_endpoints),
        "private_dns_zone_links": with_arm(network.read_private_dns_zone_links),
        "outbound_addresses": with_arm(network.read_outbound_addresses),
        "deleted_vaults": with_arm(lambda arm, get: vaults.read_deleted_vaults(arm, given, get)),
        "vault_name": with_arm(lambda arm, get: vaults.read_name_availability(arm, given, get)),
    }


def _subscription(named: Named, get: Get) -> str | None:
    """Return the subscription to sign in for, as named or the nodes': many people are at home in several tenants."""
    if named.subscription:
        return named.subscription
    homes = node_homes(get("nodes"))
    return homes[0].subscription if homes else None


def account_of(get: Get) -> Account:
    """Return the signed-in account; `Unreadable` with the reason why there is none."""
    account = get(ACCOUNT)
    if isinstance(account, Missing):
        raise Unreadable(account.reason, account.why)
    if not isinstance(account, Account):
        raise TypeError(f"{ACCOUNT} is {type(account).__name__}")
    return account
