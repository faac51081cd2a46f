"""Google's sign-in on loopback: tokens for signed assertions, signBlob, a token exchange. It records requests."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ACCOUNT = "sharedbox@contoso-ops.iam.gserviceaccount.com"
CLIENT_ID = "104857600000000000001"
AUDIENCE = "https://oauth2.googleapis.com/token"
SOURCE_TOKEN = "canary-source-token"
TOKEN = "canary-token"


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_info(**more: str) -> dict[str, str]:
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "client_email": ACCOUNT,
        "client_id": CLIENT_ID,
        "private_key_id": "k1",
        "private_key": pem.decode(),
        "token_uri": AUDIENCE,
        "project_id": "contoso-ops",
        **more,
    }


def written(folder: Path, info: dict[str, Any], name: str = "google.json") -> str:
    path = folder / name
    path.write_text(json.dumps(info))
    path.chmod(0o600)
    return str(path)


@dataclass
class Asked:
    """One token request with a verified signature."""

    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def scopes(self) -> set[str]:
        return set(self.claims["scope"].split())


@dataclass
class Service:
    """The requests, and the responses to give instead of the default ones, in order."""

    origin: str = ""
    tokens: list[Asked] = field(default_factory=list)
    signs: list[tuple[str, str]] = field(default_factory=list)
    exchanges: list[dict[str, str]] = field(default_factory=list)
    assertions: list[str] = field(default_factory=list)
    answers: dict[str, list[tuple[int, object]]] = field(default_factory=dict)

    def next(self, what: str, status: int, body: object) -> None:
        self.answers.setdefault(what, []).append((status, body))

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[int, object]:
        what = "sign" if path.endswith(":signBlob") else path.strip("/")
        usual = {"token": self._token, "sign": self._sign, "sts": self._exchange}[what](path, authorization, body)
        planned = self.answers.get(what)
        return planned.pop(0) if planned else usual

    def _token(self, _path: str, _authorization: str, body: bytes) -> tuple[int, object]:
        form = {name: found[0] for name, found in parse_qs(body.decode()).items()}
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        self.assertions.append(form["assertion"])
        head, payload, signature = form["assertion"].split(".")
        private_key().public_key().verify(
            _plain(signature), f"{head}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        self.tokens.append(Asked(json.loads(_plain(head)), json.loads(_plain(payload))))
        return 200, {"access_token": f"{TOKEN}-{len(self.tokens)}", "expires_in": 3599, "token_type": "Bearer"}

    def _sign(self, path: str, authorization: str, body: bytes) -> tuple[int, object]:
        self.signs.append((path, authorization))
        signed = private_key().sign(base64.b64decode(json.loads(body)["payload"]), padding.PKCS1v15(), hashes.SHA256())
        return 200, {"keyId": "k9", "signedBlob": base64.b64encode(signed).decode()}

    def _exchange(self, _path: str, _authorization: str, body: bytes) -> tuple[int, object]:
        self.exchanges.append({name: found[0] for name, found in parse_qs(body.decode()).items()})
        token = f"{SOURCE_TOKEN}-{len(self.exchanges)}"
        kind = "urn:ietf:params:oauth:token-type:access_token"
        return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer", "issued_token_type": kind}


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Run the service until the block ends."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, found = service.answer(self.path, self.headers.get("Authorization", ""), body)
            data = found.encode() if isinstance(found, str) else json.dumps(found).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Ignore a failed handshake: the client reports it."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    service.origin = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
