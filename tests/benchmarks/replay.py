"""A static API server: answers lists from memory, page by page, as fast as it can, so that the client is what counts.

`python -m tests.benchmarks.replay NODES PODS` prints its port and serves until it is killed.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks import aks

_EMPTY = b'{"kind":"List","metadata":{},"items":[]}'
_EMPTY_TABLE = b'{"kind":"Table","metadata":{},"columnDefinitions":[{"name":"Type"},{"name":"Data"}],"rows":[]}'


class _Replay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages: dict[str, list[bytes]] = {}  # noqa: RUF012 - filled once, before the first request

    def do_GET(self) -> None:
        """Answer one list."""
        url = urlsplit(self.path)
        token = int(parse_qs(url.query).get("continue", ["0"])[0])
        pages = self.pages.get(url.path, [_EMPTY_TABLE if url.path.endswith("/secrets") else _EMPTY])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(pages[token])))
        self.end_headers()
        self.wfile.write(pages[token])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve."""
    nodes, pods = int(sys.argv[1]), int(sys.argv[2])
    _Replay.pages = {
        "/api/v1/nodes": aks.pages("Node", aks.nodes(nodes)),
        "/api/v1/pods": aks.pages("Pod", aks.pods(pods, nodes)),
        "/version": [b'{"gitVersion":"v1.33.2"}'],
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), _Replay) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
