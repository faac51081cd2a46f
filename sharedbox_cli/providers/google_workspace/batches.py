"""The batches of Google's APIs: where one is sent, and whether its responses are those of its requests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.providers.google_workspace.scopes import APIS
from sharedbox_cli.providers.responses import PORTAL

_PART = re.compile(rb"^Content-ID: *<[^>\r\n]* \+ ([^>\r\n]+)>", re.MULTILINE | re.IGNORECASE)


def batch_url(uri: str, api: str) -> str:
    """Return the batch URL of an API: the library's default ignores the endpoint that is configured."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}/{APIS[api].batch}"


class Matching:
    """An HTTP object that accepts only responses with exactly the parts that were requested."""

    def __init__(self, http: Any, call: str) -> None:
        self._http, self._call = http, call

    def request(self, uri: str, method: str, body: str, headers: Mapping[str, str]) -> tuple[Any, bytes]:
        """Return status, headers and body of a batch. Raises Ambiguous."""
        response, content = self._http.request(uri, method=method, body=body, headers=dict(headers))
        if response.status < 300:
            kind = str(response.get("content-type", ""))
            if not kind.startswith("multipart/mixed"):
                why = f"The response is `{kind or 'empty'}`. It may come from a proxy or a sign-in portal."
                raise Ambiguous("not a response from the service", call=self._call, code=PORTAL, why=why)
            wanted, got = _parts(body.encode()), _parts(content)
            if sorted(wanted) != sorted(got):
                why = _mismatch(wanted, got)
                raise Ambiguous("the responses of a batch do not match its requests", call=self._call, why=why)
        return response, content


def _parts(text: bytes) -> list[str]:
    return [unquote(found.decode("ascii", "replace")) for found in _PART.findall(text)]


def _mismatch(wanted: Sequence[str], got: Sequence[str]) -> str:
    counts = (
        (len(set(wanted) - set(got)), "missing"),
        (len(got) - len(set(got)), "repeated"),
        (len(set(got) - set(wanted)), "unknown"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) + "."
