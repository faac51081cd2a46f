"""Credentials for Google. This module imports the SDK, so it is loaded only when a token is needed."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import google.auth
import requests
from google.auth import credentials as google_credentials
from google.auth import crypt, exceptions
from google.auth.transport.requests import Request
from google.oauth2 import service_account

SECONDS = 60.0
CONNECT_SECONDS = 10.0
"""A dead proxy can accept no connection at all, and the library would wait as long as for a response."""
ATTEMPTS = 3
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - google-auth uses naive times in UTC


class SigningRefused(exceptions.RefreshError):
    """IAM did not sign. `status` is the status of its response, and `reason` its error reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"signBlob: {status} {reason}", retryable=status in _BUSY)  # type: ignore[no-untyped-call]
        self.status = status
        self.reason = reason


class SourceRefused(exceptions.RefreshError):
    """The identity that asks IAM to sign could not authenticate. `error` is the cause."""

    def __init__(self, error: exceptions.GoogleAuthError) -> None:
        super().__init__(f"source: {type(error).__name__}")  # type: ignore[no-untyped-call]
        self.error = error


_GATEWAY = (502, 504)


class TokenRequest(Request):
    """Sends token requests with our timeout, without redirects, and without credentials from .netrc."""

    def __init__(self) -> None:
        session = requests.Session()
        session.auth = lambda prepared: prepared
        super().__init__(session)

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = SECONDS,
        **options: Any,
    ) -> Any:
        """Return the response. Raises TransportError, also if the certificate bundle does not exist.

        The response of a gateway is also a TransportError: the library retries 500 and 503, but not 502 and 504.
        """
        options.setdefault("allow_redirects", False)
        try:
            answer = super().__call__(url, method, body, headers, (CONNECT_SECONDS, timeout or SECONDS), **options)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise exceptions.TransportError(error) from error  # type: ignore[no-untyped-call]
        if answer.status in _GATEWAY:
            raise exceptions.TransportError(f"A gateway answered with {answer.status}.")  # type: ignore[no-untyped-call]
        return answer


class Delegated(service_account.Credentials):
    """Credentials that act as one user. Threads share them: one thread fetches a token, and the others wait."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._refreshing = threading.Lock()
        self._requests: TokenRequest | None = None

    def ask_with(self, request: TokenRequest) -> None:
        """Use this object to fetch tokens, independently of the library that calls the API."""
        self._requests = request

    def refresh(self, request: Any) -> None:
        """Fetch a token, unless another thread has just done so. Raises GoogleAuthError."""
        seen = self.token
        with self._refreshing:
            if self.token is not seen and self.valid:
                return
            try:
                super().refresh(self._requests or request)  # type: ignore[no-untyped-call]
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                if isinstance(error, exceptions.GoogleAuthError):
                    raise
                # The SDK fails on an HTML page that a proxy returns instead of the service.
                raise exceptions.RefreshError("not an answer", retryable=True) from None  # type: ignore[no-untyped-call]
            if not self.token:
                raise exceptions.RefreshError("no token", retryable=True)  # type: ignore[no-untyped-call]

    def expire(self) -> None:
        """Mark the token as expired. Requests in flight keep it."""
        self.expiry = _LONG_AGO

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        """Return False: users of a Workspace do not need the lookup, and it would need a thread per user."""
        return False


class IamSigner(crypt.Signer):
    """Signs as a service account through IAM's signBlob. The signer of google-auth supports only Google's URL."""

    def __init__(
        self, request: TokenRequest, source: google_credentials.Credentials, service_account: str, iam_url: str
    ) -> None:
        self._request = request
        self._source = source
        self._lock = threading.Lock()
        name = quote(service_account, safe="@")
        self._url = f"{iam_url.rstrip('/')}/v1/projects/-/serviceAccounts/{name}:signBlob"

    @property
    def key_id(self) -> str | None:
        """Return None: IAM chooses the key."""
        return None

    def sign(self, message: str | bytes) -> bytes:
        """Return the signature. Raises SigningRefused, SourceRefused, TransportError."""
        data = message.encode() if isinstance(message, str) else message
        body = json.dumps({"payload": base64.b64encode(data).decode()}).encode()
        answer = self._request(self._url, "POST", body, self._headers())
        for attempt in range(1, ATTEMPTS):
            if answer.status not in _BUSY and (answer.status != 401 or attempt > 1):
                break
            if answer.status != 401:
                time.sleep(2.0 ** (attempt - 1))
            answer = self._request(self._url, "POST", body, self._headers(renew=answer.status == 401))
        if answer.status != 200:
            raise SigningRefused(answer.status, _reason(answer.data))
        try:
            return base64.b64decode(json.loads(answer.data)["signedBlob"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SigningRefused(answer.status, "MALFORMED") from None

    def _headers(self, *, renew: bool = False) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        with self._lock:
            if renew or not self._source.valid:
                try:
                    self._source.refresh(self._request)  # type: ignore[no-untyped-call]
                except exceptions.GoogleAuthError as error:
                    raise SourceRefused(error) from None
            self._source.apply(headers)  # type: ignore[no-untyped-call]
        return headers


def source_credentials(info: Mapping[str, Any] | None, request: TokenRequest) -> google_credentials.Credentials:
    """Return the caller of IAM from a file, the machine or gcloud. Raises GoogleAuthError, ValueError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Scopes are added later. With scopes, the SDK would request a project that is not needed.
        if info is not None:
            source, _ = google.auth.load_credentials_from_dict(dict(info), request=request)  # type: ignore[no-untyped-call]
        else:
            source, _ = google.auth.default(request=request)
    scoped: google_credentials.Credentials = google_credentials.with_scopes_if_required(source, [CLOUD_PLATFORM])  # type: ignore[no-untyped-call]
    return scoped


def _reason(data: bytes) -> str:
    """Return the error reason, never the message."""
    try:
        error = json.loads(data)["error"]
        details = [item.get("reason", "") for item in error.get("details", ()) if isinstance(item, dict)]
        reason = next((text for text in details if text), error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return str(reason) if re.fullmatch(r"[A-Z_]{1,60}", str(reason)) else ""
