"""An HTTP object that sends each request once: httplib2's own repeats requests without a response, even writes."""

from __future__ import annotations

import http.client
import socket
from functools import cache
from typing import Any

from sharedbox_cli.core.errors import Refused
from sharedbox_cli.providers.responses import CERTIFICATE
from sharedbox_cli.providers.transport import CONNECT_SECONDS, SILENCE_SECONDS


def http_once() -> Any:
    """Return a new HTTP object, for one thread. Raises Refused if HTTPLIB2_CA_CERTS names no file."""
    from httplib2 import certs

    try:  # the library itself reads the variable once, on import
        trusted = certs.where()
    except RuntimeError:
        raise Refused(
            "certificate file not found",
            code=CERTIFICATE,
            why="HTTPLIB2_CA_CERTS names a file that does not exist.",
            hint="Correct the variable, or unset it.",
        ) from None
    connection = _classes()(timeout=SILENCE_SECONDS, ca_certs=trusted)
    connection.follow_redirects = False  # a response must not decide where a token goes
    return connection


@cache
def _classes() -> Any:
    """Return the class, created on first use: httplib2 is loaded only when a provider is used."""
    import httplib2

    httplib2.RETRIES = 1

    class Connection(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
        """Reports a broken connection as such, and not as one that may be retried. Waits less for a connection."""

        timeout: float
        sock: socket.socket

        def connect(self) -> None:
            silence: float = self.timeout
            self.timeout = CONNECT_SECONDS
            try:
                super().connect()
            finally:
                self.timeout = silence
            self.sock.settimeout(silence)

        def getresponse(self) -> Any:
            try:
                return super().getresponse()
            except (http.client.BadStatusLine, http.client.ResponseNotReady) as error:
                raise ConnectionResetError(str(error)) from None

    class Http(httplib2.Http):  # type: ignore[misc]
        """An HTTP object that uses such connections."""

        def request(self, uri: str, *args: Any, connection_type: Any = None, **options: Any) -> Any:
            is_tls = uri.startswith("https:")
            return super().request(
                uri, *args, connection_type=connection_type or (Connection if is_tls else None), **options
            )

    return Http
