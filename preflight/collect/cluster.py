"""One API server: requests that only ever read, bytes out, every refusal an `Unreadable` in one sentence."""

import ipaddress
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from preflight.collect.decoding import Undecodable, decode
from preflight.collect.kubeconfig import GET_CREDENTIALS, configured
from preflight.collect.reading import Unreadable, so_far

JSON = "application/json"
PAGE_SIZE = 500
"""As kubectl: reading 15,000 pods in pages of 1,000 takes 15 MB more, in pages of 250 twice as many round trips."""
_LIST_ATTEMPTS = 3
_TOKEN = re.compile(rb'"continue":"([\w.~=-]+)"', re.ASCII)
_HEAD_BYTES = 4096
_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = 20
_RETRIED = (429, 500, 502, 503, 504)
FORBIDDEN, NOT_FOUND = 403, 404
_OK, _CREATED, _UNAUTHORIZED, _GONE = 200, 201, 401, 410
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A way to one API server. `server` is its host, `context` and `namespace` the kubeconfig's, None inside a pod."""

    context: str | None
    namespace: str | None
    server: str
    url: str
    configuration: Any
    pool: Any
    request_timeout: float


def connect(kubeconfig: str | None = None, context: str | None = None, *, request_timeout: float = 30.0) -> Cluster:
    """Choose the cluster as kubectl does and get its credentials; nothing is asked of the API server yet.

    `request_timeout` in seconds bounds each wait for an answer, and a credential plugin. Raises UsageError and
    InputError as `configured` does.
    """
    from kubernetes.client.rest import RESTClientObject  # noqa: PLC0415 - a quarter of a second only live runs need

    access = configured(kubeconfig, context, timeout=request_timeout)
    return Cluster(
        context=access.context,
        namespace=access.namespace,
        server=urlsplit(access.configuration.host).hostname or access.configuration.host,
        url=access.configuration.host.rstrip("/"),
        configuration=access.configuration,
        pool=RESTClientObject(access.configuration).pool_manager,
        request_timeout=request_timeout,
    )


class Refused(Unreadable):
    """The API server answered, but not with what was asked for; `status` is the answer's."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason, "refused" if status in (_UNAUTHORIZED, FORBIDDEN) else "failed")
        self.status = status


def get(cluster: Cluster, path: str, query: Mapping[str, str] | None = None, *, accept: str = JSON) -> bytes:
    """Send one GET and return the body of its answer; 429 and 5xx are asked again, as late as they demand.

    Raises Refused for every status but 200, Unreadable where no answer came.
    """
    return _sent(cluster, "GET", f"{path}{'?' + urlencode(query) if query else ''}", accept=accept)


def review(cluster: Cluster, question: bytes) -> bytes:
    """Ask what the caller may do: a SelfSubjectAccessReview as JSON, which the API server answers and never stores.

    It is the only POST of this tool. Raises as `get` does.
    """
    return _sent(cluster, "POST", _REVIEWS, accept=JSON, body=question)


def _sent(cluster: Cluster, method: str, path: str, *, accept: str, body: bytes | None = None) -> bytes:
    """Send one request that changes nothing.

    Raises Refused for every status but 200, Unreadable where no answer came.
    """
    import urllib3  # noqa: PLC0415 - comes with the kubernetes package, which only live runs load

    retries = urllib3.Retry(
        connect=1,
        read=1,
        status=3,
        redirect=0,
        other=0,
        status_forcelist=_RETRIED,
        allowed_methods=(method,),
        backoff_factor=0.2,
        raise_on_status=False,
        retry_after_max=_LONGEST_WAIT,
    )
    headers = {
        "Accept": accept,
        # On loopback packing costs more than it saves.
        "Accept-Encoding": "identity" if _is_loopback(cluster.server) else "gzip",
        "User-Agent": "cluedin-preflight",
    }
    authorization = cluster.configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
    if authorization:
        headers["Authorization"] = authorization
    if body is not None:
        headers["Content-Type"] = JSON
    try:
        answer = cluster.pool.request(
            method,
            f"{cluster.url}{path}",
            headers=headers,
            body=body,
            retries=retries,
            redirect=False,
            timeout=urllib3.Timeout(
                connect=min(_CONNECT_SECONDS, cluster.request_timeout), read=cluster.request_timeout
            ),
        )
    except urllib3.exceptions.HTTPError as error:
        raise Unreadable(_unreached(cluster, error)) from None
    except OSError as error:
        raise Unreadable(f"{cluster.server} cannot be reached: {type(error).__name__}") from None
    if answer.status != (_CREATED if body else _OK):
        raise Refused(_refusal(cluster, path, answer.status, answer.data), answer.status)
    data: bytes = answer.data
    return data


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unreached(cluster: Cluster, error: Exception) -> str:
    from urllib3 import exceptions  # noqa: PLC0415 - as above

    reason = error.reason if isinstance(error, exceptions.MaxRetryError) and error.reason else error
    host = cluster.server
    if isinstance(reason, exceptions.NameResolutionError):
        return f"the name {host} does not resolve; a private cluster answers from its own network only"
    if isinstance(reason, exceptions.SSLError):
        return f"{host} shows a certificate that the kubeconfig does not trust; renew it: {GET_CREDENTIALS}"
    if isinstance(reason, exceptions.ProxyError):
        return f"the proxy to {host} cannot be reached or refuses; see HTTPS_PROXY and proxy-url"
    if isinstance(reason, exceptions.ConnectTimeoutError | exceptions.NewConnectionError):
        return f"{host} cannot be reached; a private cluster answers from its own network only"
    if isinstance(reason, exceptions.ReadTimeoutError):
        return f"{host} gave no answer within {cluster.request_timeout:g} s; give it more time: --request-timeout"
    return f"the answer of {host} broke off ({type(reason).__name__})"


class _Status(msgspec.Struct, frozen=True, kw_only=True):
    """The API's own word for an error: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/."""

    message: str = ""


def _refusal(cluster: Cluster, path: str, status: int, body: bytes) -> str:
    if status == _UNAUTHORIZED:
        renew = f"az login, then {GET_CREDENTIALS} --overwrite-existing"
        return f"{cluster.server} does not accept these credentials (401); they may have expired: {renew}"
    if status == NOT_FOUND:
        return f"{cluster.server} serves no {path.partition('?')[0]} (404)"
    try:
        message = decode(body, _Status).message
    except Undecodable:
        message = ""
    # "pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope": from User on.
    message = re.sub(r"^.*? is forbidden: ", "", message)[:400]
    said = message or "no reason given"
    return f"refused (403): {said}" if status == FORBIDDEN else f"{cluster.server} answered {status}: {said}"


# --- lists ---


class ListMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of the next one; an empty token: there is none."""

    token: str = msgspec.field(name="continue", default="")


class Page(Protocol):
    """A part of a list."""

    @property
    def metadata(self) -> ListMeta:
        """Where it goes on."""


P = TypeVar("P", bound=Page)
Q = TypeVar("Q")


def read_list(
    cluster: Cluster,
    path: str,
    type_: type[P],
    keep: Callable[[P], Iterable[Q]],
    query: Mapping[str, str] | None = None,
    *,
    accept: str = JSON,
) -> tuple[Q, ...]:
    """Return what `keep` takes from each page of a list; one that expires on the way (410) starts again.

    Raises as `get` does, and Unreadable for an answer that is no such page.
    """
    attempts = _LIST_ATTEMPTS
    while True:
        attempts -= 1
        try:
            found: list[Q] = []
            for page in _pages(cluster, path, type_, dict(query or {}), accept):
                found += keep(page)
                so_far(len(found))
            return tuple(found)
        except Refused as error:
            if error.status != _GONE or not attempts:
                raise


def _pages(cluster: Cluster, path: str, type_: type[P], query: dict[str, str], accept: str) -> Iterator[P]:
    """Yield the pages; the next one is under way while one is decoded, but on loopback, where nothing has to travel."""
    asked = partial(get, cluster, path, accept=accept)
    query["limit"] = str(PAGE_SIZE)
    data = asked(query)
    while True:
        likely = "" if _is_loopback(cluster.server) else _likely_token(data)
        ahead = _soon(partial(asked, {**query, "continue": likely})) if likely else None
        page = _decoded(data, type_, path)
        # Two pages of bytes at a time are enough.
        del data
        yield page
        token = page.metadata.token
        if not token:
            return
        data = ahead.result() if ahead and token == likely else asked({**query, "continue": token})


def _likely_token(data: bytes) -> str:
    """Return the token of the next page if it stands where an API server writes it, before the items.

    Only a guess that saves waiting: what counts is the token that is decoded with the page.
    """
    found = _TOKEN.search(data[:_HEAD_BYTES].partition(b'"items"')[0])
    return found[1].decode("ascii") if found else ""


def _soon(work: Callable[[], Q]) -> Future[Q]:
    """Start the work in a daemon thread: unlike a pool's, it holds nobody up who leaves early."""
    future: Future[Q] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=run, name="next page", daemon=True).start()
    return future


def _decoded(data: bytes, type_: type[Q], path: str) -> Q:
    try:
        return decode(data, type_)
    except Undecodable as error:
        raise Unreadable(f"the answer to {path} is not what Kubernetes documents: {error}") from None
