"""Google's credentials as sharedbox uses them. Imports the SDK: load it only when a token is needed."""

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
ATTEMPTS = 3
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - google-auth keeps naive times in UTC


class SigningRefused(exceptions.RefreshError):
    """IAM did not sign: `status` of its answer, and its `reason` as a word."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"signBlob: {status} {reason}", retryable=status in _BUSY)  # type: ignore[no-untyped-call]
        self.status = status
        self.reason = reason


class SourceRefused(exceptions.RefreshError):
    """Who asks IAM to sign could not prove who they are; `error` says how."""

    def __init__(self, error: exceptions.GoogleAuthError) -> None:
        super().__init__(f"source: {type(error).__name__}")  # type: ignore[no-untyped-call]
        self.error = error


_GATEWAY = (502, 504)


class TokenRequest(Request):
    """Requests for tokens: our timeout, no redirect to elsewhere, no password out of .netrc."""

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
        """Return the answer. Raises TransportError, also for a bundle of certificates that is not there.

        Gateways that answer in the service's place are no answer: the library repeats 500 and 503 by itself, not these.
        """
        options.setdefault("allow_redirects", False)
        try:
            answer = super().__call__(url, method, body, headers, timeout or SECONDS, **options)  # type: ignore[no-untyped-call]
        except OSError as error:
            raise exceptions.TransportError(error) from error  # type: ignore[no-untyped-call]
        if answer.status in _GATEWAY:
            raise exceptions.TransportError(f"A gateway answered with {answer.status}.")  # type: ignore[no-untyped-call]
        return answer


class Delegated(service_account.Credentials):
    """Credentials that act as one person, shared by threads: one of them fetches a token, the others wait for it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._refreshing = threading.Lock()
        self._requests: TokenRequest | None = None

    def ask_with(self, request: TokenRequest) -> None:
        """Fetch tokens with this, whatever library the API itself is called with."""
        self._requests = request

    def refresh(self, request: Any) -> None:
        """Fetch a token, unless another thread just did. Raises GoogleAuthError."""
        seen = self.token
        with self._refreshing:
            if self.token is not seen and self.valid:
                return
            try:
                super().refresh(self._requests or request)  # type: ignore[no-untyped-call]
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                if isinstance(error, exceptions.GoogleAuthError):
                    raise
                # The SDK trips over a page that a proxy gives in the service's place.
                raise exceptions.RefreshError("not an answer", retryable=True) from None  # type: ignore[no-untyped-call]
            if not self.token:
                raise exceptions.RefreshError("no token", retryable=True)  # type: ignore[no-untyped-call]

    def expire(self) -> None:
        """Take the token for worn out; it stays in place for requests that are being made."""
        self.expiry = _LONG_AGO

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        """Return no: it is nothing for people of a Workspace, and would cost a thread for each."""
        return False


class IamSigner(crypt.Signer):
    """Signs as a service account by asking IAM's signBlob; google-auth's own knows one address only."""

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
        """Return nothing: IAM chooses the key."""
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
        except (ValueError, KeyError, TypeError):
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
    """Return who asks IAM: by a file's content, else by the machine or gcloud. Raises GoogleAuthError, ValueError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Scopes come after: with them, the SDK would ask the network for a project that nobody needs.
        if info is not None:
            found, _ = google.auth.load_credentials_from_dict(dict(info), request=request)  # type: ignore[no-untyped-call]
        else:
            found, _ = google.auth.default(request=request)
    scoped: google_credentials.Credentials = google_credentials.with_scopes_if_required(found, [CLOUD_PLATFORM])  # type: ignore[no-untyped-call]
    return scoped


def _reason(data: bytes) -> str:
    """Return the machine's word for a refusal, and never its sentence."""
    try:
        error = json.loads(data)["error"]
        details = [item.get("reason", "") for item in error.get("details", ()) if isinstance(item, dict)]
        found = next((text for text in details if text), error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return str(found) if re.fullmatch(r"[A-Z_]{1,60}", str(found)) else ""
