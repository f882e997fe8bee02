"""A server that speaks as much of Vault's key/value engine (version 2) as we ask of it; no Vault can be had here.

Tokens, check-and-set, the number of versions kept and the sealed state are its own; it is not Vault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "hvs.a-token-of-the-test"  # noqa: S105 - of a server that lives for one test
MOUNT = "/v1/secret/"


@dataclass
class Secret:
    """Versions of one secret, the oldest first."""

    versions: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    max_versions: int = 10
    cas_required: bool = False


@dataclass
class KeyValue:
    """What the server holds."""

    address: str = ""
    sealed: bool = False
    secrets: dict[str, Secret] = field(default_factory=dict)

    def everything(self) -> str:
        """All versions of all secrets."""
        return json.dumps([secret.versions for secret in self.secrets.values()])

    def answer(self, method: str, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN or not path.startswith(MOUNT):
            return 403, {"errors": ["permission denied"]}
        kind, _, name = path.removeprefix(MOUNT).partition("/")
        if kind == "metadata" and method == "DELETE":
            self.secrets.pop(name, None)
            return 204, {}
        if kind == "metadata":
            secret = self.secrets.setdefault(name, Secret())
            secret.max_versions, secret.cas_required = body["max_versions"], body["cas_required"]
            return 204, {}
        return self._read(name) if method == "GET" else self._write(name, body)

    def _read(self, name: str) -> tuple[int, dict[str, Any]]:
        secret = self.secrets.get(name)
        if secret is None or not secret.versions:
            return 404, {"errors": []}
        number, data = secret.versions[-1]
        return 200, {"data": {"data": data, "metadata": {"version": number}}}

    def _write(self, name: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        secret = self.secrets.setdefault(name, Secret())
        newest = secret.versions[-1][0] if secret.versions else 0
        cas = body.get("options", {}).get("cas")
        if (cas is None and secret.cas_required) or (cas is not None and cas != newest):
            return 400, {"errors": ["check-and-set parameter did not match the current version"]}
        secret.versions = [*secret.versions, (newest + 1, body["data"])][-secret.max_versions :]
        return 200, {"data": {"version": newest + 1}}


@contextmanager
def served() -> Iterator[KeyValue]:
    """The server on a free port of the loopback address."""
    held = KeyValue()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            status, told = held.answer(
                self.command, self.path.partition("?")[0], self.headers.get("X-Vault-Token"), body
            )
            content = json.dumps(told).encode() if status != 204 else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
