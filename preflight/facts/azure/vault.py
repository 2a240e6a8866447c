"""The vault and what is known of its objects without fetching one (Microsoft.KeyVault)."""

from preflight.facts.azure.resource import Reference, Resource


class Permissions(Resource, frozen=True, kw_only=True):
    """Permission words of an access policy; their case varies."""

    secrets: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class AccessPolicy(Resource, frozen=True, kw_only=True):
    """One access policy. With an `application_id` it is compound: a managed identity cannot satisfy it."""

    object_id: str = ""
    tenant_id: str | None = None
    application_id: str | None = None
    permissions: Permissions = Permissions()


class IPRule(Resource, frozen=True, kw_only=True):
    """An address or CIDR range."""

    value: str = ""


class VirtualNetworkRule(Resource, frozen=True, kw_only=True):
    """A subnet by resource id."""

    id: str = ""


class NetworkRuleSet(Resource, frozen=True, kw_only=True):
    """The vault's firewall."""

    default_action: str | None = None
    bypass: str | None = None
    ip_rules: tuple[IPRule, ...] = ()
    virtual_network_rules: tuple[VirtualNetworkRule, ...] = ()


class ConnectionState(Resource, frozen=True, kw_only=True):
    """Approved, Pending, Rejected or Disconnected."""

    status: str | None = None


class PrivateEndpointConnection(Resource, frozen=True, kw_only=True):
    """One private endpoint's connection as the vault sees it: only an Approved one works."""

    id: str = ""
    private_endpoint: Reference = Reference()
    private_link_service_connection_state: ConnectionState = ConnectionState()


class Vault(Resource, frozen=True, kw_only=True):
    """A key vault. `enable_rbac_authorization` false or None means access policies (azure.md 5.3)."""

    id: str = ""
    name: str = ""
    location: str | None = None
    tenant_id: str | None = None
    vault_uri: str | None = None
    enable_rbac_authorization: bool | None = None
    access_policies: tuple[AccessPolicy, ...] = ()
    public_network_access: str | None = None
    network_acls: NetworkRuleSet | None = None
    private_endpoint_connections: tuple[PrivateEndpointConnection, ...] = ()
    enable_soft_delete: bool | None = None
    enable_purge_protection: bool | None = None
    provisioning_state: str | None = None


class VaultObject(Resource, frozen=True, kw_only=True):
    """A secret or certificate of the vault by its properties; there is no field for a value. Instants are RFC 3339.

    A listing of the vault has each name once, with the properties of its newest version and no `version`.
    """

    name: str
    enabled: bool | None = None
    expires: str | None = None
    not_before: str | None = None
    created: str | None = None
    updated: str | None = None
    version: str | None = None
    content_type: str | None = None
    managed: bool = False


class DeletedVaultObject(Resource, frozen=True, kw_only=True):
    """A soft-deleted secret or certificate; `name` stays taken until it is recovered or purged."""

    name: str
    deleted_date: str | None = None
    scheduled_purge_date: str | None = None


class CertificatePolicy(Resource, frozen=True, kw_only=True):
    """How a certificate of the vault was made: what decides whether its secret holds a key, and in which form.

    `exportable` false: no private key comes with it. `content_type` is its secret's: PKCS #12 or PEM. `renews` tells
    that the vault renews it by itself before it expires.
    """

    name: str
    exportable: bool | None = None
    content_type: str | None = None
    key_type: str | None = None
    issuer: str | None = None
    renews: bool = False


class DeletedVault(Resource, frozen=True, kw_only=True):
    """A soft-deleted vault; `name` stays taken until it is purged. `vault_id` is the id it had."""

    id: str = ""
    name: str = ""
    vault_id: str | None = None
    location: str | None = None
    deletion_date: str | None = None
    scheduled_purge_date: str | None = None


class NameAvailability(Resource, frozen=True, kw_only=True):
    """Azure's answer to whether the vault name `name` is free in the whole cloud.

    `reason` is AlreadyExists or AccountNameInvalid.
    """

    name: str = ""
    name_available: bool | None = None
    reason: str | None = None
