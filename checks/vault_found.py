"""The vault that the values name."""

from collections.abc import Iterator

from preflight import Commands, Finding, Missing, check, facts, fail, passed, skip, unknown
from preflight.access.commands import az, commands
from preflight.access.scopes import subscription
from preflight.sync.block import is_placeholder
from preflight.sync.naming import vault_fault
from preflight.sync.values import keyvault, location

_SOVEREIGN = {"usgov": "AzureUSGovernmentCloud", "usdod": "AzureUSGovernmentCloud", "china": "AzureChinaCloud"}
"""Beginnings of locations to the `cloudName` that the provider needs there; it takes the public cloud for granted."""


@check("vault-found", group="vault")
def vault_found(
    header: facts.Header,
    vault: facts.Vault | Missing | None = None,
    values: facts.Values | None = None,
    cluster: facts.ManagedCluster | None = None,
    deleted_vaults: tuple[facts.DeletedVault, ...] | None = None,
    vault_name: facts.NameAvailability | None = None,
) -> Iterator[Finding]:
    """The vault in the values exists.

    A vault's name is unique in its whole cloud and becomes a host name. A misspelt one is not found, or belongs to
    somebody else, and every mount fails with "no such host" or a refusal. A deleted vault keeps its name and answers
    nothing until it is recovered.

    Fix: put the vault's name, not its id or address, into `global.keyvault.keyvaultName`
    (`az keyvault list --query "[].name"`). Recover a deleted vault with `az keyvault recover`; its role assignments do
    not come back, so grant anew.
    """
    block = keyvault(values) if values else None
    setting = block.settings.get("keyvaultName") if block and block.enabled else None
    name = block.keyvault_name if setting and block else header.target.vault
    name = name or (vault.name if isinstance(vault, facts.Vault) and setting is None else None)
    shown = "values/global.keyvault.keyvaultName" if setting else f"vault/{name}"
    place = location(setting)
    if setting and setting.kind == "token":
        yield skip("a pipeline fills it in later", shown)
    elif setting and (name is None or is_placeholder(name)):
        yield fail("no vault is named", shown, "set the name of the vault", location=place, commands=_list())
    elif name is None:
        yield skip("no vault is named yet, neither in values nor with --vault-name")
    elif why := vault_fault(name):
        message = f"{name} cannot be a vault's name: {why}"
        yield fail(message, shown, "set the vault's name, not its id or address", location=place, commands=_list())
    else:
        yield _looked_for(name, shown, vault, deleted_vaults, vault_name)
        yield from _sovereign(cluster, planned=setting is not None)


def _looked_for(
    name: str,
    object: str,
    vault: facts.Vault | Missing | None,
    deleted: tuple[facts.DeletedVault, ...] | None,
    availability: facts.NameAvailability | None,
) -> Finding:
    if isinstance(vault, facts.Vault) and facts.same_id(vault.name, name):
        where = f" in subscription {subscription(vault.id)}" if subscription(vault.id) else ""
        return passed(f"vault {vault.name} exists{where}", f"vault/{vault.name}", evidence={"id": vault.id})
    if isinstance(vault, facts.Vault):
        return unknown(f"the values name vault {name}, but {vault.name} was read", object, "look at the vault named")
    for gone in deleted or ():
        if facts.same_id(gone.name, name):
            message = f"vault {name} was deleted" + (f" on {gone.deletion_date}" if gone.deletion_date else "")
            cure = commands(az("keyvault recover", name=name, location=gone.location))
            return fail(message, object, "recover it and grant access anew, or name another vault", commands=cure)
    if availability and facts.same_id(availability.name, name) and availability.name_available:
        message = f"there is no vault {name}: the name is free in the whole cloud"
        return fail(message, object, "correct the name, or make the vault", commands=_list())
    if vault is not None and vault.is_skip:
        return skip(vault.reason, object)
    reason = vault.reason if vault else "it was not read"
    return unknown(f"whether vault {name} exists is not known: {reason}", object, commands=_shown(name))


def _sovereign(cluster: facts.ManagedCluster | None, *, planned: bool) -> Iterator[Finding]:
    """In a sovereign cloud the class must say so, and the charts' classes never do (charts.md 4)."""
    location = (cluster.location or "").lower() if cluster else ""
    cloud = next((name for start, name in _SOVEREIGN.items() if location.startswith(start)), None)
    if cluster and cloud and planned:
        message = f"the cluster is in {location}, and the chart's classes set no cloudName: they ask vault.azure.net"
        hint = f"the rendered classes need the parameter cloudName: {cloud}, which the values cannot set"
        yield fail(message, f"cluster/{cluster.name}", hint, evidence={"location": location, "cloud_name": cloud})


def _list() -> Commands:
    return commands(az("keyvault list", query="[].name", output="tsv"))


def _shown(name: str) -> Commands:
    return commands(az("keyvault show", name=name))
