"""The vault as Resource Manager shows it: found by name, soft-deleted, or its name free."""

from itertools import chain

from preflight.access.identities import is_guid
from preflight.access.scopes import resource_group, subscription
from preflight.collect.azure.arm import Arm, answers, items, refusals
from preflight.collect.azure.finding import other_subscriptions
from preflight.collect.azure.refusals import NotThere
from preflight.collect.azure.target import Named, vault_in_values
from preflight.collect.reading import Get, Unreadable
from preflight.collect.shapes import decode, decode_all
from preflight.facts import FACTS, DeletedVault, Missing, NameAvailability, Vault, same_id
from preflight.sync.naming import vault_fault

_VAULT_RIGHT = FACTS["vault"].right
_TYPE = "Microsoft.KeyVault/vaults"


def find_vault(arm: Arm, named: Named, get: Get) -> Vault:
    """Return the vault that was named, or that the values name; first looked for in the cluster's subscription."""
    name = vault_name(named, get)
    cluster = get("cluster")
    first = () if isinstance(cluster, Missing) else ((subscription(cluster.id) or "").lower(),)
    looked, refused = 0, None
    for of in chain(first, other_subscriptions(arm, first)):
        try:
            found = _vault_in(arm, of, name)
        except Unreadable as error:
            refused = refused or error
            continue
        looked += 1
        if found:
            return found
    if refused and not looked:
        raise refused
    raise NotThere(
        f"no vault {name} in what we may read: {looked} subscription{'' if looked == 1 else 's'}, {_VAULT_RIGHT}"
    )


def vault_name(named: Named, get: Get) -> str:
    """Return the name of the vault in question; `Unreadable` where nobody says one that could be a vault's."""
    values = get("values")
    name = named.vault_name or vault_in_values(values)
    if name is None and isinstance(values, Missing) and values.why not in ("not-given", "not-yet"):
        raise Unreadable(f"which vault is not known: {values.reason}", values.why)
    if name is None:
        raise Unreadable("not yet: no values name a vault, and --vault-name was not given", "not-yet")
    if vault_fault(name):
        raise Unreadable("the name given for the vault is no vault's name", "not-given")
    return name


def read_deleted_vaults(arm: Arm, named: Named, get: Get) -> tuple[DeletedVault, ...]:
    """Return the soft-deleted vaults of that name in the cluster's subscription; they keep the name taken."""
    name = vault_name(named, get)
    of = _home(get, named)
    what, right = f"the deleted vaults of subscription {of}", FACTS["deleted_vaults"].right
    with arm.vaults(of) as client, refusals(what=what, right=right):
        pages = answers(client.vaults.list_deleted)
        deleted = decode_all(list(items(pages)), DeletedVault)
    return tuple(vault for vault in deleted if same_id(vault.name, name))


def read_name_availability(arm: Arm, named: Named, get: Get) -> NameAvailability:
    """Return whether the vault's name is free in the whole cloud: names are global, and this alone proves it."""
    name = vault_name(named, get)
    what, right = f"whether the vault name {name} is free", FACTS["vault_name"].right
    with arm.vaults(_home(get, named)) as client, refusals(what=what, right=right):
        question = {"name": name, "type": _TYPE}
        [document] = answers(client.vaults.check_name_availability, question)
        return decode({**document, "name": name}, NameAvailability)


def _vault_in(arm: Arm, of: str, name: str) -> Vault | None:
    with arm.vaults(of) as client:
        with refusals(what=f"the vaults of subscription {of}", right=_VAULT_RIGHT):
            listed = items(answers(client.vaults.list_by_subscription))
        for item in listed:
            if same_id(str(item.get("name")), name):
                with refusals(what=f"the vault {name}", right=_VAULT_RIGHT):
                    group = resource_group(str(item.get("id"))) or ""
                    [document] = answers(client.vaults.get, group, name)
                    return decode(document, Vault)
    return None


def _home(get: Get, named: Named) -> str:
    """Return the subscription to ask in: the cluster's, else the named one."""
    cluster = get("cluster")
    of = named.subscription if isinstance(cluster, Missing) else subscription(cluster.id)
    if of is None or not is_guid(of):
        raise Unreadable("which subscription to ask in is not known: say --subscription with its id", "not-given")
    return of
