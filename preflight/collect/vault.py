"""The vault's own API: which secrets and certificates there are, by their properties.

Names, dates and switches only: the listing calls and a certificate's policy hold no values, and `_nothing_but` lets no
other request pass. A value is asked for by `secret_values` alone, for whoever says `--read-values`.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from preflight.collect.azure import account_of
from preflight.collect.azure.arm import answers, items, refusals, same_server, transport
from preflight.collect.azure.cloud import PUBLIC, Cloud
from preflight.collect.azure.credentials import Account
from preflight.collect.azure.refusals import Answer, client_address, expected_tenant, for_answer
from preflight.collect.azure.target import Named
from preflight.collect.azure.vaults import vault_name
from preflight.collect.decoding import convert
from preflight.collect.reading import Get, Reader, need
from preflight.collect.shapes import decode, decode_all
from preflight.facts import FACTS, CertificatePolicy, DeletedVaultObject, Missing, VaultObject, Why, same_id
from preflight.sync.naming import object_fault
from preflight.sync.values import keyvault, objects_needed

Kind = Literal["secrets", "certificates"]


class _Listing(NamedTuple):
    """A listing of the vault: the client that has it, its path, the client's call, and what its items are."""

    kind: Kind
    path: str
    call: str
    item: type[Any]
    deleted: bool = False

    @property
    def what(self) -> str:
        return f"deleted {self.kind}" if self.deleted else self.kind


_LISTINGS = {
    "vault_secrets": _Listing("secrets", "secrets", "list_properties_of_secrets", VaultObject),
    "vault_certificates": _Listing("certificates", "certificates", "list_properties_of_certificates", VaultObject),
    "deleted_vault_secrets": _Listing(
        "secrets", "deletedsecrets", "list_deleted_secrets", DeletedVaultObject, deleted=True
    ),
    "deleted_vault_certificates": _Listing(
        "certificates", "deletedcertificates", "list_deleted_certificates", DeletedVaultObject, deleted=True
    ),
}

# Listing has been the same since 7.0, and every cloud serves 7.6; the data plane's versions are not retired together
# with the control plane's (azure.md 5.3).
_API_VERSION = "7.6"

_VALUES_RIGHT = "Microsoft.KeyVault/vaults/secrets/getSecret/action (Key Vault Secrets User), or policy secrets: get"

_UNAUTHORIZED, _FORBIDDEN = 401, 403
_WRONG_ISSUER = "AKV10032"
_NOT_THE_CLUSTER = "this says nothing about the cluster"


def readers(*, cloud: Cloud = PUBLIC, named: Named | None = None) -> dict[str, Reader]:
    """Return a reader for each fact of the vault's own API; they need those of `collect.azure` beside them."""
    given = named or Named()

    def listing(name: str) -> Reader:
        return lambda get: _listed(name, cloud, given, get)

    return {
        **{name: listing(name) for name in _LISTINGS},
        "vault_secret_versions": lambda get: _versions(cloud, given, get),
        "certificate_policies": lambda get: _policies(cloud, given, get),
    }


def explain_answer(
    answer: Answer, *, what: str, right: str, verb: str = "list", account: str | None = None, tenant: str | None = None
) -> tuple[str, Why]:
    """Return the reason and its kind for an error answer of a vault, by its inner code (azure.md 5.6).

    `verb` is what was wanted of `what`: `list` or `read`. `account` names who asked, `tenant` the vault's tenant where
    Resource Manager told it. A refusal by the vault's firewall is about this machine only.
    """
    if answer.status == _UNAUTHORIZED and _WRONG_ISSUER in answer.message:
        tenant = tenant or expected_tenant(answer.message)
        login = f"az login --tenant {tenant}" if tenant else "az login --tenant with the vault's tenant"
        return f"{what} belongs to another tenant than our token ({_WRONG_ISSUER}): {login}", "refused"
    if answer.status != _FORBIDDEN:
        return for_answer(answer, what=what, right=right)
    who = account or "this account"
    address, done = client_address(answer.message), "listed" if verb == "list" else verb
    meaning = {
        "ForbiddenByRbac": f"no role lets {who} {verb} {what}; needed: {right}",
        "AccessDenied": f"no access policy lets {who} {verb} {what}; needed: {right}",
        "ForbiddenByPolicy": f"an access policy of the vault refuses {who} {what}: an entry for another application, "
        f"or a rule of the vault; needed: {right}",
        "ForbiddenByFirewall": f"the vault's firewall keeps this machine out{f' ({address})' if address else ''}, so "
        f"{what} cannot be {done} from here; {_NOT_THE_CLUSTER}: run where the firewall lets you in, or add a rule",
        "ForbiddenByConnection": f"the vault takes private connections only and this machine has none, so {what} "
        f"cannot be {done} from here; {_NOT_THE_CLUSTER}: run inside the network of its private endpoint",
        "SecretDisabled": f"{what} cannot be {done}: the vault says an object is disabled",
    }
    code = answer.inner or answer.code
    return meaning.get(code or "", f"the vault refused {what} ({code or _FORBIDDEN}); needed: {right}"), "refused"


def _listed(name: str, cloud: Cloud, named: Named, get: Get) -> tuple[Any, ...]:
    listing = _LISTINGS[name]
    at = _Asked.of(f"the {listing.what}", FACTS[name].right, cloud, named, get)
    with at.refusals(), _client(listing.kind, cloud, at, {listing.path}) as client:
        return decode_all(list(items(answers(getattr(client, listing.call)))), listing.item)


def _policies(cloud: Cloud, named: Named, get: Get) -> tuple[CertificatePolicy, ...]:
    """Return the policies of the certificates that the values name and the vault has."""
    block = keyvault(need(get, "values"))
    wanted = {one.name.lower() for one in (objects_needed(block) if block else ()) if one.certificate}
    there = {one.name.lower() for one in need(get, "vault_certificates")}
    names = sorted(name for name in wanted & there if object_fault(name) is None)
    at = _Asked.of("the certificate policies", FACTS["certificate_policies"].right, cloud, named, get, verb="read")
    paths = {f"certificates/{name}/policy": name for name in names}
    found = []
    with at.refusals(), _client("certificates", cloud, at, paths) as client:
        for path, name in paths.items():
            [document] = answers(client.get_certificate_policy, name)
            found.append(decode({**document, "id": f"{at.url}/{path}"}, CertificatePolicy))
    return tuple(found)


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken of a secret that was fetched, for as long as `secret_values` and its caller run."""

    value: str


def secret_values(names: Iterable[str], cloud: Cloud, named: Named, get: Get) -> dict[str, str]:
    """Return the values of these secrets. Only for `--read-values`, whose reader drops them before it returns."""
    at = _Asked.of("the values of secrets", _VALUES_RIGHT, cloud, named, get, verb="read")
    wanted = sorted(set(names))
    found = {}
    with at.refusals(), _client("secrets", cloud, at, [f"secrets/{name}" for name in wanted]) as client:
        for name in wanted:
            [document] = answers(client.get_secret, name)
            found[name] = convert(document, _Value).value
    return found


def _versions(cloud: Cloud, named: Named, get: Get) -> tuple[VaultObject, ...]:
    """Return the versions of the secrets that the driver has mounted and the vault still has, by their properties."""
    records = need(get, "secret_provider_class_pod_statuses").items
    mounted = {one.id.partition("/")[2].lower() for record in records for one in record.status.objects}
    there = {one.name.lower() for one in need(get, "vault_secrets")}
    names = sorted(name for name in mounted & there if object_fault(name) is None)
    at = _Asked.of("the versions of secrets", FACTS["vault_secret_versions"].right, cloud, named, get)
    paths = {f"secrets/{name}/versions": name for name in names}
    found: list[VaultObject] = []
    with at.refusals(), _client("secrets", cloud, at, paths) as client:
        for name in paths.values():
            pages = answers(client.list_properties_of_secret_versions, name)
            found += decode_all(list(items(pages)), VaultObject)
    return tuple(found)


class _Asked(NamedTuple):
    """A vault that is asked for something: where it is, who asks, and how a refusal is told."""

    url: str
    account: Account
    refusals: Callable[[], AbstractContextManager[None]]

    @classmethod
    def of(cls, what: str, right: str, cloud: Cloud, named: Named, get: Get, *, verb: str = "list") -> "_Asked":
        account = account_of(get)
        vault = get("vault")
        if isinstance(vault, Missing):
            name, address, tenant = vault_name(named, get), None, None
        else:
            name, address, tenant = vault.name, vault.vault_uri, vault.tenant_id
        other_tenant = None if same_id(tenant, account.tenant_id) else tenant
        return cls(
            url=(address or cloud.vault_url(name)).rstrip("/"),
            account=account,
            refusals=partial(
                refusals,
                what=f"{what} of the vault {name}",
                right=right,
                answered=partial(explain_answer, verb=verb, account=account.name, tenant=other_tenant),
                tenant=other_tenant,
            ),
        )


def _client(kind: Kind, cloud: Cloud, at: _Asked, paths: Iterable[str]) -> Any:  # noqa: ANN401 - one of the SDK's clients
    options: dict[str, Any] = {
        "vault_url": at.url,
        "credential": at.account.credential,
        "api_version": _API_VERSION,
        "verify_challenge_resource": cloud.published,
        **transport(cloud, _nothing_but(at.url, frozenset(paths))),
    }
    if kind == "secrets":
        from azure.keyvault.secrets import SecretClient  # noqa: PLC0415 - SDKs load only when used

        return SecretClient(**options)
    from azure.keyvault.certificates import CertificateClient  # noqa: PLC0415

    return CertificateClient(**options)


def _nothing_but(url: str, paths: frozenset[str]) -> Callable[[str, str], bool]:
    """Allow nothing but these paths: `/secrets` has names, `/secrets/NAME` would have a value."""

    def allowed(method: str, requested: str) -> bool:
        return method == "GET" and same_server(requested, url) and urlsplit(requested).path.strip("/") in paths

    return allowed
