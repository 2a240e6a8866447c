"""What Azure's refusals mean: each becomes one sentence that names the right that lacks and the next step. Pure.

Only codes, actions, scopes, tenants and addresses are taken from an answer, each by its own pattern: the rest of an
answer is text of others and is not repeated.
"""

import ipaddress
import re
from typing import Any, Protocol

import msgspec

from preflight.collect.decoding import Undecodable
from preflight.collect.reading import Unreadable
from preflight.facts import Why

THROTTLED = 429
_FIRST_ERROR, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 400, 401, 403, 404

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_STS_CODE = re.compile(r"\bAADSTS\d{4,9}\b")
_ACTION = re.compile(r"perform action '([A-Za-z0-9./*]{1,200})'")
_SCOPE = re.compile(r"over scope '([^'\s]{1,500})'")
_EXPECTED = re.compile(r"(?:Expected one of|must match the tenant)(.{1,2000}?)(?:found|associated|$)", re.DOTALL)
_TENANT = re.compile(rf"https://[a-z0-9.-]+/({_GUID})")
_CODE = re.compile(r"[A-Za-z0-9_.]{1,80}")
_ADDRESS = re.compile(r"[Cc]lient address: ?([0-9a-fA-F.:]{3,45})")


class NotThere(Unreadable):
    """Azure answered 404: what was asked for is not there, or not for us."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What an error answer says: the HTTP status, Azure's code, the inner code (the vault's), the message."""

    status: int
    code: str | None = None
    inner: str | None = None
    message: str = ""
    retry_after: str | None = None


class Answered(Protocol):
    """What one server's error answers mean: the reason and its kind."""

    def __call__(self, answer: Answer, *, what: str, right: str) -> tuple[str, Why]:
        """Explain an answer, for `what` that needs `right`."""


def explain(error: Exception, *, what: str, right: str, answered: Answered, tenant: str | None = None) -> Unreadable:
    """Turn an exception into the reason why `what` is not known.

    `what` names the thing in the words of a sentence (`the vault kv-cluedin`), `right` the permission that reading it
    needs. `answered` explains answers of the server that is asked; `tenant` is the one to sign in to, where known.
    """
    from azure.core import exceptions as core  # noqa: PLC0415 - SDKs load only when used

    if isinstance(error, Unreadable):
        return error
    if isinstance(error, core.HttpResponseError) and (error.status_code or 0) >= _FIRST_ERROR:
        answer = answer_of(error)
        reason, why = answered(answer, what=what, right=right)
        return NotThere(reason, why) if answer.status == _NOT_FOUND else Unreadable(reason, why)
    if isinstance(error, core.ClientAuthenticationError):
        login = f"az login --tenant {tenant}" if tenant else "az login"
        return Unreadable(f"no token for {what}{in_brackets(sts_code(str(error)))}; sign in with: {login}", "refused")
    return Unreadable(f"{what}: {_failure(error, core)}")


def for_answer(answer: Answer, *, what: str, right: str) -> tuple[str, Why]:
    """Return the reason and its kind for an error answer of Resource Manager or Microsoft Graph."""
    if answer.status == _UNAUTHORIZED:
        return _not_accepted(answer, what), "refused"
    if answer.status == _FORBIDDEN:
        action = _first(_ACTION, answer.message) or right
        scope = _first(_SCOPE, answer.message)
        return f"refused: {what} needs {action}{f' at {scope}' if scope else ''}", "refused"
    if answer.status == _NOT_FOUND:
        return f"not found: {what}{in_brackets(answer.code)}", "failed"
    if answer.status == THROTTLED:
        return throttled(answer, what), "failed"
    return f"{what}: Azure answered {answer.status}{in_brackets(answer.code)}", "failed"


def throttled(answer: Answer, what: str) -> str:
    """Say that Azure is asked too often, and when to ask again."""
    seconds = answer.retry_after if (answer.retry_after or "").isdecimal() else None
    return f"{what}: Azure is throttling (429); try again {f'in {seconds} s' if seconds else 'later'}"


def _not_accepted(answer: Answer, what: str) -> str:
    tenant = expected_tenant(answer.message)
    if tenant:
        return f"{what} belongs to tenant {tenant}, our token to another: az login --tenant {tenant}"
    if answer.code == "ExpiredAuthenticationToken":
        return f"{what}: the token has expired; sign in anew: az login"
    return f"{what}: our token was not accepted{in_brackets(answer.code)}; sign in anew: az login"


def expected_tenant(message: str) -> str | None:
    """Return the tenant that a 401 says the token should be of (ARM's wrong issuer, the vault's AKV10032).

    None where it names several: a vault lists Microsoft's own tenants beside the one that counts.
    """
    tenants = _TENANT.findall(_first(_EXPECTED, message) or "")
    return tenants[0] if len(tenants) == 1 else None


def sts_code(text: str) -> str | None:
    """Return the first AADSTS code of a text, the name under which Microsoft documents a failed sign-in."""
    found = _STS_CODE.search(text)
    return found.group() if found else None


def client_address(message: str) -> str | None:
    """Return the address a vault's firewall saw us come from, where its message tells one.

    >>> client_address("Client address is not authorized ... Client address: 203.0.113.7")
    '203.0.113.7'
    """
    text = (_first(_ADDRESS, message) or "").rstrip(".:")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def answer_of(error: Any) -> Answer:  # noqa: ANN401 - an HttpResponseError, whose type is not loaded
    """Read an SDK's exception: the body's `error` with `code`, `message` and the chain of inner errors."""
    response = error.response
    document: object = None
    try:
        document = msgspec.json.decode(response.body() if callable(response.body) else response.text())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError):
        document = None
    body = document.get("error") if isinstance(document, dict) else None
    body = body if isinstance(body, dict) else {}
    message = body.get("message")
    return Answer(
        status=response.status_code,
        code=_code(body.get("code")),
        inner=_innermost(body),
        message=message if isinstance(message, str) else "",
        retry_after=response.headers.get("Retry-After"),
    )


def _innermost(body: dict[str, Any]) -> str | None:
    code = None
    inner = body.get("innererror", body.get("innerError"))
    while isinstance(inner, dict):
        code = _code(inner.get("code")) or code
        inner = inner.get("innererror", inner.get("innerError"))
    return code


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _failure(error: Exception, core: Any) -> str:  # noqa: ANN401 - the module azure.core.exceptions
    if isinstance(error, Undecodable):
        return str(error)
    if isinstance(error, core.ServiceRequestError):
        return f"cannot be reached from here ({_connection(error)})"
    if isinstance(error, core.ServiceResponseError | core.IncompleteReadError):
        return "the connection broke off, or the answer did not come in time"
    if isinstance(error, core.AzureError | ValueError):
        return "the answer is not what Azure documents"
    return f"reading it failed ({type(error).__name__})"


def _connection(error: Exception) -> str:
    """Name the kind of failure: no such host, a certificate, a refusal or a timeout; never the whole chain of texts."""
    text = str(error).lower()
    for sign, meaning in (
        ("name or service not known", "no such host"),
        ("getaddrinfo", "no such host"),
        ("resol", "no such host"),
        ("certificate", "its certificate is not trusted: a proxy in between?"),
        ("refused", "connection refused"),
        ("timed out", "timed out"),
    ):
        if sign in text:
            return meaning
    return "no connection"


def in_brackets(code: str | None) -> str:
    """Return ` (code)`, or nothing where there is no code."""
    return f" ({code})" if code else ""


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group(1) if found else None
