"""The cures as az commands with the real names, for bash and PowerShell, each granting the least."""

from preflight.access.effective import Doubt, resource_of
from preflight.access.identities import KnownIdentity
from preflight.access.network import SERVICE, network_of, private_zone
from preflight.access.operator import ASSIGN_ROLE, ENABLE, SET_POLICY, Need
from preflight.access.policies import model
from preflight.access.scopes import resource_group, subscription
from preflight.facts import ManagedCluster, ScaleSet, Vault, same_id
from preflight.model import Commands
from preflight.shells import Words
from preflight.shells import commands as commands  # noqa: PLC0414 - for checks: mypy wants it said

SECRETS_USER_NAME = "Key Vault Secrets User"


def az(verb: str, **options: str | Words | bool | None) -> Words:
    """Return an az command as words; a flag is True, an option that is not known None or empty and left out.

    >>> az("aks show", name="aks-1", resource_group=None)
    ('az', 'aks', 'show', '--name', 'aks-1')
    """
    words = ["az", *verb.split()]
    for name, value in options.items():
        if value:
            words.append("--" + name.replace("_", "-"))
        if isinstance(value, str) and value:
            words.append(value)
        elif isinstance(value, tuple):
            words.extend(value)
    return tuple(words)


def az_aks(verb: str, cluster: ManagedCluster, **options: str | Words | bool | None) -> Words:
    """Return the command that does something with this one cluster, its group and subscription named."""
    named = {"resource_group": resource_group(cluster.id), "subscription": subscription(cluster.id)}
    return az(f"aks {verb}", name=cluster.name, **named, **options)


# --- grants ---


def grant(vault: Vault, object_id: str, objects: tuple[str, ...] = ()) -> Commands:
    """Let an identity read secrets, in the model the vault uses.

    Roles: Key Vault Secrets User at the vault, or only at the `objects` given as `secrets/NAME`. Policies: `get` for
    secrets, beside what the identity's own policy permits already, because `set-policy` replaces that list.
    """
    if model(vault) == "policies":
        line = az(
            "keyvault set-policy",
            name=vault.name,
            resource_group=resource_group(vault.id),
            subscription=subscription(vault.id),
            object_id=object_id,
            secret_permissions=_secret_words(vault, object_id),
        )
        return commands(line)
    scopes = [resource_of(vault, named) for named in objects] or [vault.id]
    return commands(
        *(
            az(
                "role assignment create",
                assignee_object_id=object_id,
                assignee_principal_type="ServicePrincipal",
                role=SECRETS_USER_NAME,
                scope=scope,
            )
            for scope in scopes
        )
    )


def _secret_words(vault: Vault, object_id: str) -> Words:
    held = {
        word.lower()
        for policy in vault.access_policies
        if same_id(policy.object_id, object_id) and not policy.application_id
        for word in policy.permissions.secrets
    }
    return ("get", *sorted(held - {"get"}))


def hand_over(
    need: Need, cluster: ManagedCluster | None, vault: Vault | None, object_id: str | None
) -> Commands | None:
    """Return the command that does what the operator may not, for whoever may; None where a name in it is not known."""
    if need == ENABLE and cluster is not None:
        return commands(enable_addon(cluster))
    if need in (ASSIGN_ROLE, SET_POLICY) and vault is not None and object_id:
        return grant(vault, object_id)
    return None


# --- what settles an open question ---


def list_assignments(vault: Vault, object_id: str) -> Words:
    """List every assignment that counts for an identity at the vault, groups and inherited ones included."""
    return az("role assignment list", assignee=object_id, scope=vault.id, include_inherited=True, include_groups=True)


def list_groups(object_id: str) -> Words:
    """List every group that an identity is in, through other groups too."""
    return az(
        "rest", method="get", url=f"https://graph.microsoft.com/v1.0/servicePrincipals/{object_id}/transitiveMemberOf"
    )


def list_denials(scope: str) -> Words:
    """List the deny assignments that count at a scope."""
    return az(
        "rest",
        method="get",
        url=f"{scope}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01&$filter=atScope()",
    )


def settling(vault: Vault, object_id: str, doubts: tuple[Doubt, ...] = ()) -> tuple[Words, ...]:
    """Return the commands that settle the doubts; without any, those that show every grant and denial."""
    if doubts == ("group",):
        return (list_groups(object_id),)
    if doubts == ("definition",):
        return (az("role definition list", custom_role_only="true", scope=vault.id),)
    return (list_assignments(vault, object_id), list_denials(vault.id))


def show_client_id(cluster: ManagedCluster) -> Words:
    """Show the client id of the add-on's identity: what `userAssignedIdentityID` is to name."""
    query = "addonProfiles.azureKeyvaultSecretsProvider.identity.clientId"
    return az_aks("show", cluster, query=query, output="tsv")


def enable_addon(cluster: ManagedCluster) -> Words:
    """Enable the Key Vault add-on."""
    return az_aks("enable-addons", cluster, addons="azure-keyvault-secrets-provider")


def allow_subnet(vault: Vault, subnet: str, services: tuple[str, ...] | None) -> tuple[Words, ...]:
    """Let a subnet through the vault's firewall.

    `services` are the endpoints that the subnet has: the update replaces its list, so they are said again, and where
    they are not known the update is left out.
    """
    rule = az("keyvault network-rule add", name=vault.name, subscription=subscription(vault.id), subnet=subnet)
    if services is None:
        return (rule,)
    wanted = (*(one for one in services if one.lower() != SERVICE.lower()), SERVICE)
    return (az("network vnet subnet update", ids=subnet, service_endpoints=wanted), rule)


def private_endpoint(vault: Vault, subnet: str) -> tuple[Words, ...]:
    """Put a private endpoint of the vault into a subnet, and link its DNS zone to that subnet's network."""
    where = {"resource_group": resource_group(subnet), "subscription": subscription(subnet)}
    return (
        az(
            "network private-endpoint create",
            name=f"pe-{vault.name}",
            **where,
            subnet=subnet,
            private_connection_resource_id=vault.id,
            group_id="vault",
            connection_name=f"pe-{vault.name}",
        ),
        az(
            "network private-dns link vnet create",
            name=f"link-{vault.name}",
            **where,
            zone_name=private_zone(vault),
            virtual_network=network_of(subnet),
            registration_enabled="false",
        ),
    )


def attach(identity: KnownIdentity, scale_sets: tuple[ScaleSet, ...]) -> tuple[Words, ...]:
    """Attach an identity to scale sets, one command each."""
    return tuple(
        az(
            "vmss identity assign",
            name=scale_set.name,
            resource_group=resource_group(scale_set.id),
            identities=identity.ids.resource_id,
        )
        for scale_set in scale_sets
    )


# --- Secrets that are there ---


def keep_present(secret: str, key: str, object_name: str, vault: str, namespace: str) -> Commands:
    """Put what a key of a Secret holds now into the vault, through a file: a command line would stay in the history."""
    file = f"{secret}.present"
    value = f"go-template={{{{index .data `{key}` | base64decode}}}}"
    show = commands(("kubectl", "get", "secret", secret, "-n", namespace, "-o", value))
    upload = commands(az("keyvault secret set", vault_name=vault, name=object_name, file=file))
    return Commands(
        bash=(f"{show.bash[0]} > {file}", *upload.bash, f"rm {file}"),
        powershell=(
            f'[IO.File]::WriteAllText("$PWD/{file}", (({show.powershell[0]}) -join [char]10))',
            *upload.powershell,
            f"Remove-Item {file}",
        ),
    )


def backup(secret: str, namespace: str) -> Commands:
    """Keep a copy of a Secret in a file."""
    show = commands(("kubectl", "get", "secret", secret, "-n", namespace, "-o", "yaml"))
    return Commands(
        bash=(f"{show.bash[0]} > {secret}.backup.yaml",), powershell=(f"{show.powershell[0]} > {secret}.backup.yaml",)
    )
