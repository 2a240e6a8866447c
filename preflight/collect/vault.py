"""The vault's own API: which secrets and certificates there are, by their properties; a value is never asked for.

Names, dates and switches only: the listing calls return no values, and `_listings_of` lets no other request pass.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from preflight.collect.azure import account_of
from preflight.collect.azure.arm import answers, items, refusals, same_server, transport
from preflight.collect.azure.cloud import PUBLIC, Cloud
from preflight.collect.azure.credentials import Account
from preflight.collect.azure.refusals import Answer, client_address, expected_tenant, for_answer
from preflight.collect.azure.target import Named
from preflight.collect.azure.vaults import vault_name
from preflight.collect.reading import Get, Reader
from preflight.collect.shapes import decode_all
from preflight.facts import FACTS, Missing, VaultObject, Why, same_id

Kind = Literal["secrets", "certificates"]

# Listing has been the same since 7.0, and every cloud serves 7.6; the data plane's versions are not retired together
# with the control plane's (azure.md 5.3).
_API_VERSION = "7.6"

_UNAUTHORIZED, _FORBIDDEN = 401, 403
_WRONG_ISSUER = "AKV10032"
_NOT_THE_CLUSTER = "this says nothing about the cluster"


def readers(*, cloud: Cloud = PUBLIC, named: Named | None = None) -> dict[str, Reader]:
    """Return a reader for each fact of the vault's own API; they need those of `collect.azure` beside them."""
    given = named or Named()

    def reader(kind: Kind) -> Reader:
        return lambda get: _listed(kind, cloud, given, get)

    return {"vault_secrets": reader("secrets"), "vault_certificates": reader("certificates")}


def explain_answer(
    answer: Answer, *, what: str, right: str, account: str | None = None, tenant: str | None = None
) -> tuple[str, Why]:
    """Return the reason and its kind for an error answer of a vault, by its inner code (azure.md 5.6).

    `account` names who asked, `tenant` the vault's tenant where Resource Manager told it. A refusal by the vault's
    firewall is about this machine only.
    """
    if answer.status == _UNAUTHORIZED and _WRONG_ISSUER in answer.message:
        tenant = tenant or expected_tenant(answer.message)
        login = f"az login --tenant {tenant}" if tenant else "az login --tenant with the vault's tenant"
        return f"{what} belongs to another tenant than our token ({_WRONG_ISSUER}): {login}", "refused"
    if answer.status != _FORBIDDEN:
        return for_answer(answer, what=what, right=right)
    who = account or "this account"
    address = client_address(answer.message)
    meaning = {
        "ForbiddenByRbac": f"no role lets {who} list {what}; needed: {right}",
        "AccessDenied": f"no access policy lets {who} list {what}; needed: {right}",
        "ForbiddenByPolicy": f"an access policy of the vault refuses {who} {what}: an entry for another application, "
        f"or a rule of the vault; needed: {right}",
        "ForbiddenByFirewall": f"the vault's firewall keeps this machine out{f' ({address})' if address else ''}, so "
        f"{what} cannot be listed from here; {_NOT_THE_CLUSTER}: run where the firewall lets you in, or add a rule",
        "ForbiddenByConnection": f"the vault takes private connections only and this machine has none, so {what} "
        f"cannot be listed from here; {_NOT_THE_CLUSTER}: run inside the network of its private endpoint",
        "SecretDisabled": f"{what} cannot be listed: the vault says an object is disabled",
    }
    code = answer.inner or answer.code
    return meaning.get(code or "", f"the vault refused {what} ({code or _FORBIDDEN}); needed: {right}"), "refused"


def _listed(kind: Kind, cloud: Cloud, named: Named, get: Get) -> tuple[VaultObject, ...]:
    account = account_of(get)
    vault = get("vault")
    if isinstance(vault, Missing):
        name, address, tenant = vault_name(named, get), None, None
    else:
        name, address, tenant = vault.name, vault.vault_uri, vault.tenant_id
    url = (address or cloud.vault_url(name)).rstrip("/")
    other_tenant = None if same_id(tenant, account.tenant_id) else tenant
    answered = partial(explain_answer, account=account.name, tenant=other_tenant)
    right = FACTS[f"vault_{kind}"].right
    with (
        refusals(what=f"the {kind} of the vault {name}", right=right, answered=answered, tenant=other_tenant),
        _client(kind, cloud, account, url) as client,
    ):
        listing = client.list_properties_of_secrets if kind == "secrets" else client.list_properties_of_certificates
        return decode_all(list(items(answers(listing))), VaultObject)


def _client(kind: Kind, cloud: Cloud, account: Account, url: str) -> Any:  # noqa: ANN401 - one of the SDK's clients
    options: dict[str, Any] = {
        "vault_url": url,
        "credential": account.credential,
        "api_version": _API_VERSION,
        "verify_challenge_resource": cloud.published,
        **transport(cloud, _listings_of(url, kind)),
    }
    if kind == "secrets":
        from azure.keyvault.secrets import SecretClient  # noqa: PLC0415 - SDKs load only when used

        return SecretClient(**options)
    from azure.keyvault.certificates import CertificateClient  # noqa: PLC0415

    return CertificateClient(**options)


def _listings_of(url: str, kind: Kind) -> Callable[[str, str], bool]:
    """Allow nothing but the listing itself: `/secrets` has names, `/secrets/NAME` would have a value."""

    def allowed(method: str, requested: str) -> bool:
        return method == "GET" and same_server(requested, url) and urlsplit(requested).path.strip("/") == kind

    return allowed
