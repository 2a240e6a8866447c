"""Ask Resource Manager (and Microsoft Graph) through the official SDKs, and keep only what was answered.

Every call gives parsed JSON as the server sent it, never the SDK's models: the trimmed facts are decoded from that, as
they are from files. Where none of the SDK packages we ship has a client, the pipeline that they all stand on asks.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec

from preflight.collect.azure.cloud import Cloud
from preflight.collect.azure.credentials import Account, scope
from preflight.collect.azure.refusals import THROTTLED, Answered, explain, for_answer
from preflight.collect.decoding import Undecodable
from preflight.collect.reading import Unreadable

# Pinned, so that an upgrade of an SDK never changes what we are answered.
AKS_VERSION = "2026-08-01"  # the version that the client we test with was generated for
KEYVAULT_VERSION = "2026-05-15"  # before 2026-02-01 control-plane versions stop working on 2027-02-27 (azure.md 5.3)
AUTHORIZATION_VERSION = "2022-04-01"  # older ones leave out `condition`: a conditional grant looks unconditional
IDENTITY_VERSION = "2024-11-30"
SUBSCRIPTIONS_VERSION = "2022-12-01"

_MAX_PAGES = 10_000  # a listing that goes on longer than this goes in a circle
_OK = 200
_LONGEST_WAIT = 20  # seconds; the SDK's retries would sleep for hours where Retry-After says so
_READ_ONLY_POST = "/checknameavailability"

Document = dict[str, Any]


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in caller at one cloud's Resource Manager. Its methods raise `Unreadable`."""

    cloud: Cloud
    account: Account

    def clusters(self, subscription: str) -> Any:  # noqa: ANN401 - the SDK's client
        """Return the SDK's client of Microsoft.ContainerService."""
        from azure.mgmt.containerservice import ContainerServiceClient  # noqa: PLC0415 - SDKs load only when used

        return ContainerServiceClient(
            self.account.credential, subscription, api_version=AKS_VERSION, **_management(self.cloud)
        )

    def vaults(self, subscription: str) -> Any:  # noqa: ANN401
        """Return the SDK's client of Microsoft.KeyVault."""
        from azure.mgmt.keyvault import KeyVaultManagementClient  # noqa: PLC0415

        return KeyVaultManagementClient(
            self.account.credential, subscription, api_version=KEYVAULT_VERSION, **_management(self.cloud)
        )

    def identities(self, subscription: str) -> Any:  # noqa: ANN401
        """Return the SDK's client of Microsoft.ManagedIdentity."""
        from azure.mgmt.msi import ManagedServiceIdentityClient  # noqa: PLC0415

        return ManagedServiceIdentityClient(
            self.account.credential, subscription, api_version=IDENTITY_VERSION, **_management(self.cloud)
        )

    def authorization(self, subscription: str) -> Any:  # noqa: ANN401
        """Return the SDK's client of Microsoft.Authorization."""
        from azure.mgmt.authorization import AuthorizationManagementClient  # noqa: PLC0415

        return AuthorizationManagementClient(
            self.account.credential, subscription, api_version=AUTHORIZATION_VERSION, **_management(self.cloud)
        )

    def get(self, path: str, api_version: str, *, what: str, right: str) -> Document:
        """Return the resource at a path that starts with `/`."""
        with self._rest(self.cloud.arm) as client, refusals(what=what, right=right):
            return _sent(client, f"{self.cloud.arm}{path}", {"api-version": api_version})

    def listed(
        self, path: str, api_version: str, *, what: str, right: str, filter: str | None = None
    ) -> tuple[Document, ...]:
        """Return every item of the listing at a path that starts with `/`, following `nextLink`."""
        query = {"api-version": api_version} | ({"$filter": filter} if filter else {})
        with self._rest(self.cloud.arm) as client, refusals(what=what, right=right):
            return _followed(client, f"{self.cloud.arm}{path}", query, "nextLink")

    def graph(self, path: str, *, what: str, right: str) -> tuple[Document, ...]:
        """Return every item of a listing of Microsoft Graph v1.0, following `@odata.nextLink`."""
        with self._rest(self.cloud.graph) as client, refusals(what=what, right=right):
            return _followed(client, f"{self.cloud.graph}/v1.0{path}", {}, "@odata.nextLink")

    def _rest(self, endpoint: str) -> Any:  # noqa: ANN401 - an ARMPipelineClient
        from azure.core.pipeline import policies  # noqa: PLC0415
        from azure.mgmt.core import ARMPipelineClient  # noqa: PLC0415
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy  # noqa: PLC0415

        return ARMPipelineClient(
            base_url=endpoint,
            policies=[
                policies.UserAgentPolicy(sdk_moniker="cluedin-preflight"),
                policies.ProxyPolicy(),
                policies.ContentDecodePolicy(),
                policies.RetryPolicy(retry_total=self.cloud.retries),
                ARMChallengeAuthenticationPolicy(self.account.credential, scope(endpoint)),
            ],
            **transport(self.cloud, _reads_of(endpoint)),
        )


def transport(cloud: Cloud, allowed: Callable[[str, str], bool]) -> dict[str, Any]:
    """Return what every client of the SDKs is given: trust, patience, and a guard over each single request.

    `allowed(method, url)` refuses what this tool must never send, whatever an SDK thinks of by itself: azure-mgmt-core,
    for one, registers a missing resource provider, and every pager follows its server to any other host. A wait that
    the server demands and that outlasts our patience is a reason, not a wait.
    """
    from azure.core.pipeline.policies import SansIOHTTPPolicy  # noqa: PLC0415

    class Guard(SansIOHTTPPolicy[Any, Any]):
        """Stands behind retries, redirects and paging, in front of the wire."""

        def on_request(self, request: Any) -> None:  # noqa: ANN401 - a PipelineRequest
            if not allowed(request.http_request.method, request.http_request.url):
                raise Unreadable("the answer led to a request that this tool never makes")

        def on_response(self, request: Any, response: Any) -> None:  # noqa: ANN401, ARG002 - as declared by the SDK
            seconds = response.http_response.headers.get("Retry-After", "")
            if response.http_response.status_code == THROTTLED and seconds.isdecimal() and int(seconds) > _LONGEST_WAIT:
                raise Unreadable(f"Azure is throttling (429); try again in {int(seconds)} s")

    return {
        "connection_verify": cloud.ca_file or True,
        "connection_timeout": cloud.connection_timeout,
        "read_timeout": cloud.read_timeout,
        "retry_total": cloud.retries,
        "per_retry_policies": [Guard()],
    }


def answers(operation: Callable[..., Any], *args: object, **query: object) -> tuple[Document, ...]:
    """Call an operation of an SDK client; return each page, or the one document, as the server sent it.

    Raises what the SDK raises: call it inside `refusals`.
    """
    bodies: list[bytes] = []

    def keep(response: Any) -> None:  # noqa: ANN401 - a PipelineResponse
        if response.http_response.status_code == _OK:
            bodies.append(response.http_response.body())

    result = operation(*args, raw_response_hook=keep, **query)
    if hasattr(result, "by_page"):
        pages = sum(1 for _ in itertools.islice(result.by_page(), _MAX_PAGES))
        if pages == _MAX_PAGES:
            raise Unreadable("the listing never ends", "partial")
    return tuple(_object(body) for body in bodies)


def items(pages: tuple[Document, ...]) -> tuple[Document, ...]:
    """Return what stands under `value` on every page."""
    return tuple(item for page in pages for item in page.get("value") or () if isinstance(item, dict))


@contextmanager
def refusals(*, what: str, right: str, answered: Answered = for_answer, tenant: str | None = None) -> Iterator[None]:
    """Turn whatever goes wrong inside into `Unreadable`; see `refusals.explain` for the arguments."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the SDKs raise many kinds; explain() tells them apart
        raise explain(error, what=what, right=right, answered=answered, tenant=tenant) from None


def _management(cloud: Cloud) -> dict[str, Any]:
    return {
        "base_url": cloud.arm,
        "credential_scopes": [scope(cloud.arm)],
        **transport(cloud, _reads_of(cloud.arm)),
    }


def _reads_of(endpoint: str) -> Callable[[str, str], bool]:
    """Allow GET on one server, and the one POST that only asks a question."""

    def allowed(method: str, url: str) -> bool:
        asks = method == "POST" and urlsplit(url).path.lower().endswith(_READ_ONLY_POST)
        return (method == "GET" or asks) and same_server(url, endpoint)

    return allowed


def same_server(one: str, other: str) -> bool:
    """Tell whether two https addresses have one host and port; links of Azure's often spell out the usual 443."""
    first, second = urlsplit(one), urlsplit(other)
    https = first.scheme == second.scheme == "https"
    return https and first.hostname == second.hostname and (first.port or 443) == (second.port or 443)


def _followed(client: Any, url: str, query: dict[str, str], link: str) -> tuple[Document, ...]:  # noqa: ANN401
    found: list[Document] = []
    for _ in range(_MAX_PAGES):
        page = _sent(client, url, query)
        found.extend(items((page,)))
        following = page.get(link)
        if not isinstance(following, str) or not following:
            return tuple(found)
        url, query = following, {}
    raise Unreadable("the listing never ends", "partial")


def _sent(client: Any, url: str, query: dict[str, str]) -> Document:  # noqa: ANN401
    from azure.core.rest import HttpRequest  # noqa: PLC0415

    response = client.send_request(HttpRequest("GET", url, params=query))
    response.raise_for_status()
    return _object(response.read())


def _object(body: bytes) -> Document:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Undecodable("the answer is not JSON") from None
    if not isinstance(document, dict):
        raise Undecodable("the answer is not an object")
    return document
