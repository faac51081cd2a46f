"""HTTPS on the loopback interface: one thread per connection, and connections that break if a fault requests it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sharedbox_cli.emulator.http import Request, Response

Serve = Callable[[Request], tuple[Response, str]]
MAX_BODY = 16 * 1024 * 1024


class Server(ThreadingHTTPServer):
    """Accepts connections. The TLS handshake takes place in the thread of each connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, serve: Serve) -> None:
        self.context = context
        self.serve = serve
        self.connections: set[socket.socket] = set()
        self._is_stopping = False
        self._stopped = threading.Event()
        super().__init__(address, _Connection)

    def serve_until_stopped(self) -> None:
        """Accept connections until stop() is called. It waits for them without waking up in between."""
        while not self._is_stopping:
            self.handle_request()
        self._stopped.set()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Return whether a connection is served: the one that ends the waiting is not."""
        return not self._is_stopping

    def get_request(self) -> tuple[socket.socket, Any]:
        """Return a connection that is not yet encrypted."""
        plain, address = self.socket.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.connections.add(wrapped)
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        """Remove a connection."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: clients disconnect, and some do not trust the certificate."""

    def stop(self) -> None:
        """Stop listening and drop all connections."""
        self._is_stopping = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.server_port), timeout=1).close()
        self._stopped.wait(1)
        self.server_close()
        for one in list(self.connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "emulator"
    sys_version = ""
    server: Server
    timeout = 120
    disable_nagle_algorithm = True
    _headers_buffer: list[bytes]

    def setup(self) -> None:
        self.request.settimeout(10)
        self.request.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: `RequestLog` keeps the log."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self._chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self.rfile.read(length)
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, headers.get("host", ""), path, query, headers, body)
        response, manner = self.server.serve(request)
        if manner == "reset":
            self._reset()
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        has_body = response.status != 204 and self.command != "HEAD"
        if manner == "cut":
            self._answer(response.body[: len(response.body) // 2])
            self._reset()
        else:
            self._answer(response.body if has_body else b"")

    def _answer(self, body: bytes) -> None:
        """Send headers and body in one packet: two small packets would wait for an acknowledgement."""
        self._headers_buffer += [b"\r\n", body]
        self.flush_headers()

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline(16)
            if len(body) > MAX_BODY:
                break
        self.rfile.readline(16)
        return body

    def _reset(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve
