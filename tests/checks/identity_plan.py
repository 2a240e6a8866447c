"""Facts that the tests of identity, vault and add-on share: ids with their meaning, and values that name them."""

from preflight import facts
from preflight.facts.azure import ClusterUserIdentity, ScaleSetIdentity, ScaleSetTags
from preflight.testing import NODE_RESOURCE_GROUP, SUBSCRIPTION, TENANT, cluster, identity, managed_identity, values

ADDON = identity("azurekeyvaultsecretsprovider-aks-cluedin-sample", 0x100)
KUBELET = identity("aks-cluedin-sample-agentpool", 0x200)
OWN = managed_identity("id-cluedin", 0x400)

ON = cluster(addon=True)
OFF = cluster()


def plan(
    client_id: str | None,
    *,
    vault: str = "kv-cluedin-sample",
    tenant: str = TENANT,
    enabled: str = "true",
    **objects: str,
) -> facts.Values:
    """Values that name this identity, vault and tenant, with one class that reads the `objects` (key to name)."""
    keys = "".join(f"          {key}: {name}\n" for key, name in objects.items())
    entry = f"      cluedin-server:\n      - secretName: cluedin-email\n        secretKeys:\n{keys}" if objects else ""
    return values(
        f"global:\n  keyvault:\n    enabled: {enabled}\n    userAssignedIdentityID: {client_id or ''}\n"
        f"    keyvaultName: {vault}\n    tenantId: {tenant}\n"
        + (f"    secretProviderClasses:\n{entry}" if entry else "")
    )


def scale_set(pool: str, *resource_ids: str, group: str = NODE_RESOURCE_GROUP) -> facts.ScaleSet:
    """A pool's machines with these identities attached, their ids in capitals as Azure may print them."""
    attached = {one.upper(): ClusterUserIdentity() for one in resource_ids}
    return facts.ScaleSet(
        id=f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-{pool}-vmss",
        name=f"aks-{pool}-vmss",
        tags=ScaleSetTags(pool=pool),
        identity=ScaleSetIdentity(user_assigned_identities=attached),
    )
