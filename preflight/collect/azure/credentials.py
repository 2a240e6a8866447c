"""Who we are to Azure: the first of the usual credentials that gives a token, never by asking a person.

The order is interface.md's: environment or workload identity, az, Azure PowerShell, then managed identity and azd.
"""

import base64
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from preflight.collect.azure.cloud import Cloud
from preflight.collect.azure.refusals import sts_code
from preflight.collect.reading import Unreadable

_RENEW_BEFORE = 300.0  # seconds: as azure-core, which asks for a new token this long before the old one ends
_PROGRAM_TIMEOUT = 20  # seconds: az and PowerShell take up to ten on a cold Windows machine


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in caller: the credential to use, and what the token says about its holder.

    `credential` is an azure-core TokenCredential. `through` names where it came from (`az`, `the environment`, ...).
    `type` is User or ServicePrincipal. The token itself is not kept here.
    """

    credential: Any
    through: str
    name: str | None = None
    tenant_id: str | None = None
    object_id: str | None = None
    type: str | None = None

    @property
    def described(self) -> str:
        """Return who we are in the words of the report's header: `NAME, tenant T, through az`."""
        return f"{self.name or 'an unnamed account'}, tenant {self.tenant_id or 'unknown'}, through {self.through}"


def connect(cloud: Cloud, *, subscription: str | None = None) -> Account:
    """Return the account of the first credential that gives a token for Resource Manager.

    `subscription` (id or name) lets az choose the tenant, where it knows that subscription. A credential in the
    environment that is refused ends the search: whoever set it wants that one. Raises `Unreadable` with what to do when
    none works.
    """
    from azure.core.exceptions import AzureError  # noqa: PLC0415 - SDKs load only when used
    from azure.identity import CredentialUnavailableError  # noqa: PLC0415

    _silence_sdk_logs()
    tried: list[str] = []
    for through, deliberate, make in _sources(cloud, subscription):
        try:
            credential = _Remembering(make())
            token = credential.get_token(scope(cloud.arm))
        except CredentialUnavailableError:
            continue
        except (AzureError, OSError, ValueError) as error:
            # Without a code nobody refused anything: az has no such subscription, this machine no managed identity.
            code = sts_code(str(error))
            if code or deliberate:
                tried.append(f"{through} ({code or type(error).__name__})")
            if deliberate:
                break
            continue
        return _account(credential, through, token.token)
    if tried:
        raise Unreadable(f"no Azure token: {', '.join(dict.fromkeys(tried))}; sign in anew with: az login", "refused")
    raise Unreadable("not signed in to Azure: run az login (or Connect-AzAccount), or set AZURE_CLIENT_ID and its kin")


def scope(endpoint: str) -> str:
    """Return the token scope of an endpoint."""
    return f"{endpoint}/.default"


class _Remembering:
    """A credential that keeps its tokens: az starts a program for each, and every client of ours asks for its own."""

    def __init__(self, credential: Any) -> None:  # noqa: ANN401 - a TokenCredential, whose type is not loaded
        self._credential = credential
        self._tokens: dict[tuple[object, ...], Any] = {}
        self._lock = threading.Lock()

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - as TokenCredential declares it
    ) -> Any:  # noqa: ANN401 - an AccessToken
        """Return a token with at least five minutes to live; as azure-core's TokenCredential."""
        key = (scopes, tenant_id, claims)
        with self._lock:
            token = self._tokens.get(key)
            if token is None or token.expires_on - time.time() < _RENEW_BEFORE:
                token = self._credential.get_token(*scopes, claims=claims, tenant_id=tenant_id, **kwargs)
                self._tokens[key] = token
            return token


def _sources(cloud: Cloud, subscription: str | None) -> Iterator[tuple[str, bool, Callable[[], Any]]]:
    """Yield name, whether somebody chose it on purpose, and how to make it."""
    import azure.identity as identity  # noqa: PLC0415, PLR0402 - SDKs load only when used

    http: dict[str, Any] = {
        "authority": cloud.authority,
        "disable_instance_discovery": not cloud.published,
        "connection_verify": cloud.ca_file or True,
        "retry_total": cloud.retries,
        "additionally_allowed_tenants": ["*"],
    }
    program: dict[str, Any] = {"process_timeout": _PROGRAM_TIMEOUT, "additionally_allowed_tenants": ["*"]}
    yield "the environment", True, lambda: identity.EnvironmentCredential(**http)
    if os.environ.get("AZURE_FEDERATED_TOKEN_FILE"):
        yield "workload identity", True, lambda: identity.WorkloadIdentityCredential(**http)
    if subscription:
        yield "az", False, lambda: identity.AzureCliCredential(subscription=subscription, **program)
    yield "az", False, lambda: identity.AzureCliCredential(**program)
    yield "Azure PowerShell", False, lambda: identity.AzurePowerShellCredential(**program)
    yield "managed identity", False, lambda: _managed_identity(identity, cloud)
    yield "azd", False, lambda: identity.AzureDeveloperCliCredential(**program)


def _managed_identity(identity: Any, cloud: Cloud) -> Any:  # noqa: ANN401 - the SDK's module
    """Only inside a chain does the SDK first probe, for a second, whether there is a metadata service at all."""
    return identity.ChainedTokenCredential(
        identity.ManagedIdentityCredential(client_id=os.environ.get("AZURE_CLIENT_ID"), retry_total=cloud.retries)
    )


def _account(credential: Any, through: str, token: str) -> Account:  # noqa: ANN401 - a TokenCredential
    claims = _claims(token)

    def claim(*names: str) -> str | None:
        return next((str(claims[name]) for name in names if claims.get(name)), None)

    is_application = claim("idtyp") == "app" or claim("upn", "unique_name", "preferred_username") is None
    resource = claim("xms_mirid")
    name = claim("upn", "unique_name", "preferred_username", "app_displayname", "name", "appid", "azp")
    return Account(
        credential=credential,
        through=through,
        name=resource.rsplit("/", 1)[-1] if resource else name,
        tenant_id=claim("tid"),
        object_id=claim("oid"),
        type="ServicePrincipal" if is_application else "User",
    )


def _claims(token: str) -> dict[str, Any]:
    """Read the claims of a JSON web token; nothing where it is opaque. The signature is Azure's to check, not ours."""
    try:
        payload = token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, msgspec.DecodeError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _silence_sdk_logs() -> None:
    """Keep Azure's own warnings off stderr where nobody configured logging: what matters is in our reasons."""
    for name in ("azure", "msal"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
