"""One tenant for the vault, the identity and the values."""

from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import az, commands
from preflight.access.identities import Undetermined, judged_identity
from preflight.sync.block import is_placeholder
from preflight.sync.values import KeyVaultBlock, keyvault, location

OBJECT = "values/global.keyvault.tenantId"


@check("identity-tenant", group="identity")
def identity_tenant(
    vault: facts.Vault | Missing | None = None,
    cluster: facts.ManagedCluster | Missing | None = None,
    values: facts.Values | None = None,
    identities: tuple[facts.ManagedIdentity, ...] | None = None,
) -> Iterator[Finding]:
    """Vault, cluster and values share one tenant.

    A managed identity gets tokens of its home tenant only. A vault of another tenant answers them with 401 AKV10032,
    whatever was granted. The provider demands a tenant in the class even where it does not use it.

    Fix: use a vault of the cluster's tenant, and set `global.keyvault.tenantId` to that tenant's id
    (`az keyvault show --query properties.tenantId`).
    """
    block = keyvault(values) if values else None
    tenant, reason = _home(block, cluster, identities)
    written = [] if block is None or not block.enabled else list(_written(block, vault, tenant))
    yield from written
    if isinstance(vault, Missing) or vault is None:
        if vault is not None and vault.is_skip:
            yield skip(vault.reason)
        else:
            yield unknown(f"vault not read: {vault.reason if vault else 'nothing named it'}")
    elif not vault.tenant_id:
        yield unknown("the vault's tenant is not in what was read", f"vault/{vault.name}")
    elif not tenant:
        yield skip(reason.reason) if reason.not_yet else unknown(reason.reason)
    elif not facts.same_id(tenant, vault.tenant_id):
        message = f"the vault is of tenant {vault.tenant_id}, the identity of {tenant}: the vault answers 401 AKV10032"
        numbers = {"vault_tenant": vault.tenant_id, "identity_tenant": tenant}
        own = commands(az("keyvault list", query=f"[?properties.tenantId=='{tenant}'].name", output="tsv"))
        hint = f"use a vault of tenant {tenant}; no grant helps across tenants"
        yield fail(message, f"vault/{vault.name}", hint, evidence=numbers, commands=own)
    elif not written:
        also = ", like the values" if block and block.enabled else ""
        yield passed(f"the vault and the identity are of tenant {tenant}{also}", evidence={"tenant": tenant})


def _home(
    block: KeyVaultBlock | None,
    cluster: facts.ManagedCluster | Missing | None,
    identities: tuple[facts.ManagedIdentity, ...] | None,
) -> tuple[str | None, Undetermined]:
    """Return the judged identity's tenant; the cluster's own where the identity is not made yet, for it will be its."""
    named = block.user_assigned_identity_id if block and block.enabled else None
    identity = judged_identity(named, cluster, identities)
    of_cluster = cluster.identity.tenant_id if isinstance(cluster, facts.ManagedCluster) else None
    if isinstance(identity, Undetermined):
        return (of_cluster if identity.not_yet else None), identity
    nowhere = Undetermined(reason=f"the tenant of {identity.label} is not in what was read")
    return identity.tenant_id or (of_cluster if identity.role != "own" else None), nowhere


def _written(block: KeyVaultBlock, vault: facts.Vault | Missing | None, tenant: str | None) -> Iterator[Finding]:
    """Judge what the values say: nothing is a failure, another tenant than the vault's a warning."""
    setting = block.settings.get("tenantId")
    place = location(setting)
    right = (vault.tenant_id if isinstance(vault, facts.Vault) else None) or tenant
    hint = f"set it to {right}" if right else "set it to the vault's tenant"
    show = az("keyvault show", name=block.keyvault_name, query="properties.tenantId", output="tsv")
    cure = commands(show) if block.keyvault_name else None
    if setting and setting.kind == "token":
        yield skip("a pipeline fills it in later", OBJECT)
    elif setting is None or setting.empty:
        message = 'no tenant is set: the provider refuses the class with "tenantId is not provided"'
        yield fail(message, OBJECT, hint, location=place, commands=cure)
    elif is_placeholder(block.tenant_id):
        yield fail("the tenant still waits to be filled in", OBJECT, hint, location=place, commands=cure)
    elif right and not facts.same_id(block.tenant_id, right):
        message = f"the values name tenant {block.tenant_id or '(not an id)'}, the vault is of {right}"
        yield warn(message, OBJECT, hint, location=place, commands=cure)
