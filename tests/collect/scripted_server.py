"""An API server that answers as a test says, on loopback, and remembers what it was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`size` is the Content-Length, where it is not to be the true one."""

    body: bytes | object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Server:
    port: int
    requests: list[Request]

    def kubeconfig(self, folder: Path) -> str:
        return kubeconfig(folder, f"http://127.0.0.1:{self.port}")


def kubeconfig(folder: Path, server: str) -> str:
    """Write a kubeconfig with one context, and return its path."""
    config = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "made-up-token"}}],
        "contexts": [{"name": "scripted", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "scripted",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config), encoding="utf-8")
    return str(path)


@contextmanager
def serving(script: Callable[[Request], Answer]) -> Iterator[Server]:
    requests: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(path=url.path, query=dict(parse_qsl(url.query)), headers=headers)
            requests.append(request)
            answer = script(request)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if answer.size is None else answer.size))
            # Whoever has lost patience is not there to hear the answer.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(body)
            self.close_connection = answer.size is not None

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Server(port=server.server_port, requests=requests)
        finally:
            server.shutdown()
            thread.join()
