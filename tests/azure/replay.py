"""A strict stand-in for Azure over TLS: authority, Resource Manager, Microsoft Graph and a vault on one address.

It answers what it was given and 404 for everything else, implements `$filter` as Azure documents it, pages by link, and
logs every request. The SDK's clients talk to it unchanged, but for the address and the certificate to trust.
"""

import base64
import datetime as dt
import ipaddress
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from preflight.collect.azure import Cloud

TENANT = "11111111-aaaa-4aaa-8aaa-111111111111"
OPERATOR = "22222222-bbbb-4bbb-8bbb-222222222222"
CANARY = "canary-value-9f3b71"
AUTHORIZATION = "/providers/microsoft.authorization/"

_ASSIGNMENTS = re.compile(r"(?P<scope>.*)/providers/microsoft\.authorization/(?P<kind>roleassignments|denyassignments)")
_FILTER = re.compile(r"(?P<at>atScope\(\))?(?: and )?(?:assignedTo\('(?P<to>[^']+)'\)|principalId eq '(?P<eq>[^']+)')?")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came in; the path in small letters, as Azure compares."""

    method: str
    path: str
    query: Mapping[str, str]
    signed_in: bool

    @property
    def api_version(self) -> str | None:
        return self.query.get("api-version")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A scripted answer. `text` replaces the JSON body; `delay` is in seconds; `cut` ends the body half way."""

    status: int = 200
    body: object = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: bool = False


def error(status: int, code: str, message: str = "", *, inner: str | None = None, **headers: str) -> Answer:
    """An error in Azure's shape."""
    body: dict[str, object] = {"code": code, "message": message}
    if inner:
        body["innererror"] = {"code": inner}
    return Answer(
        status=status, body={"error": body}, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def refusal(action: str, scope: str) -> Answer:
    """Resource Manager's 403."""
    return error(
        403,
        "AuthorizationFailed",
        f"The client 'someone' with object id '{OPERATOR}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. If access was recently granted, refresh your credentials.",
    )


class Replay:
    """What Azure holds in a test, and what it was asked."""

    def __init__(self, *, page_size: int = 25, claims: Mapping[str, str] | None = None) -> None:
        self.page_size = page_size
        self.claims = dict(claims or {"upn": "operator@example.org", "oid": OPERATOR, "tid": TENANT})
        self.groups: dict[str, tuple[str, ...]] = {}
        self.assignments: list[Mapping[str, Any]] = []
        self.denials: list[Mapping[str, Any]] = []
        self.log: list[Request] = []
        self.origin = ""
        self._resources: dict[str, object] = {}
        self._listings: dict[str, Sequence[object]] = {}
        self._scripted: dict[str, list[Answer]] = {}

    def put(self, path: str, body: object) -> None:
        """Serve one resource."""
        self._resources[path.lower()] = body

    def put_list(self, path: str, items: Sequence[object]) -> None:
        """Serve a listing, in pages."""
        self._listings[path.lower()] = items

    def script(self, path: str, *answers: Answer) -> None:
        """Give these answers for a path, one after the other, the last one for ever."""
        self._scripted[path.lower()] = list(answers)

    def asked(self, ending: str) -> list[Request]:
        """Return the requests whose path ends so."""
        return [request for request in self.log if request.path.endswith(ending.lower())]

    def cloud(self, ca_file: Path, **patience: Any) -> Cloud:
        """Return this server as a cloud."""
        return Cloud(
            name="replay",
            arm=self.origin,
            authority=self.origin,
            vault_suffix="vault.invalid",
            graph=self.origin,
            ca_file=str(ca_file),
            published=False,
            **({"retries": 0} | patience),
        )

    def token(self) -> str:
        """Return an access token that holds the claims, and no signature."""
        parts = ({"alg": "none"}, self.claims)
        encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        return ".".join((*encoded, "unsigned"))

    def answer(self, request: Request, link: str) -> Answer:
        """Decide what to answer; `link` is the address asked for, without its query."""
        scripted = self._scripted.get(request.path)
        if scripted:
            return scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if request.path.endswith("/oauth2/v2.0/token") or "/.well-known/" in request.path:
            return self._authority(request)
        if not request.signed_in:
            challenge = f'Bearer authorization="{self.origin}/{TENANT}", resource="https://vault.azure.net"'
            return Answer(status=401, body={"error": {}}, headers={"WWW-Authenticate": challenge})
        if not request.path.startswith("/v1.0/") and not request.api_version:
            return error(400, "MissingApiVersionParameter")
        return self._held(request, link)

    def _held(self, request: Request, link: str) -> Answer:
        found = _ASSIGNMENTS.fullmatch(request.path)
        if found:
            return self._authorization(found, request, link)
        if request.path in self._listings:
            return self._page(self._listings[request.path], request, link)
        if request.path in self._resources:
            return Answer(body=self._resources[request.path])
        return error(404, "ResourceNotFound", f"nothing at {request.path}")

    def _authority(self, request: Request) -> Answer:
        tenant = request.path.split("/")[1]
        if not request.path.endswith("/token"):
            endpoints = {
                "issuer": f"{self.origin}/{tenant}/v2.0",
                "authorization_endpoint": f"{self.origin}/{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{self.origin}/{tenant}/oauth2/v2.0/token",
            }
            return Answer(body=endpoints)
        return Answer(body={"token_type": "Bearer", "expires_in": 3600, "access_token": self.token()})

    def _authorization(self, found: re.Match[str], request: Request, link: str) -> Answer:
        filtered = _FILTER.fullmatch(request.query.get("$filter", ""))
        if filtered is None:
            return error(400, "UnsupportedQuery")
        known_groups = {group for groups in self.groups.values() for group in groups}
        if filtered["to"] in known_groups:
            return error(400, "InvalidFilter", "assignedTo takes users and service principals")
        scope = found["scope"] or "/"
        entries = self.assignments if found["kind"] == "roleassignments" else self.denials
        shown = [entry for entry in entries if self._is_shown(entry["properties"], scope, filtered)]
        return self._page(shown, request, link)

    def _is_shown(self, entry: Mapping[str, Any], scope: str, filtered: re.Match[str]) -> bool:
        """azure.md 10: no filter shows at, above and below; atScope() leaves out below; assignedTo() has groups."""
        own = entry["scope"].lower()
        above = own in ("/", scope) or scope.startswith(f"{own}/") or "/managementgroups/" in own
        below = own.startswith(f"{scope}/") and not filtered["at"]
        holder = str(entry.get("principalId", "")).lower()
        if filtered["eq"] and holder != filtered["eq"].lower():
            return False
        if filtered["to"] and holder not in (filtered["to"].lower(), *self.groups.get(filtered["to"].lower(), ())):
            return False
        return above or below

    def _page(self, items: Sequence[object], request: Request, link: str) -> Answer:
        graph = request.path.startswith("/v1.0/")
        size = int(request.query.get("maxresults", self.page_size))
        start = int(request.query.get("$skiptoken", 0))
        body: dict[str, object] = {"value": list(items[start : start + size])}
        if start + size < len(items):
            query = f"$skiptoken={start + size}" + ("" if graph else f"&api-version={request.api_version}")
            kept = request.query.get("$filter")
            body["@odata.nextLink" if graph else "nextLink"] = f"{link}?{query}" + (f"&$filter={kept}" if kept else "")
        return Answer(body=body)


@contextmanager
def serving(replay: Replay, ca_file: Path) -> Iterator[Replay]:
    """Serve on a free port of 127.0.0.1 with the certificate and key in `ca_file` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: the second would wait for an acknowledgement

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            request = Request(
                method=self.command,
                path=re.sub("/+", "/", split.path.lower()).rstrip("/"),
                query=dict(parse_qsl(split.query)),
                signed_in=self.headers.get("Authorization", "").startswith("Bearer "),
            )
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            replay.log.append(request)
            self._send(replay.answer(request, f"{replay.origin}{split.path}"))

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server looks for these names

        def _send(self, answer: Answer) -> None:
            time.sleep(answer.delay)
            data = (answer.text if answer.text is not None else json.dumps(answer.body)).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if answer.cut else data)
            self.close_connection = answer.cut

        def log_message(self, format: str, *args: object) -> None:
            """Keep requests off stderr; they are in the log."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is no error of the test."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    replay.origin = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def throwaway_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 and its key into one file, good for a day, and return it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "replay")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "replay.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
