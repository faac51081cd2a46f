"""The sign-in of a person: device codes and refresh tokens, with delegated permissions.

A person gets what is consented for the application, never its application permissions. Codes:
learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code and …/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.emulator.microsoft.login.applications import WITHOUT_PROOF, application_of, bearer, claims_of
from sharedbox_cli.emulator.microsoft.login.forms import Refusal, delegated_scopes, required
from sharedbox_cli.emulator.service import ServiceContext

DEVICE_CODE = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")
"""Both names of the grant: MSAL for Node sends the short one."""
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
CODE_SECONDS = 900
REFRESH_SECONDS = 90 * 86400
PERSON = "person"
"""The setting of the tenant that names who opens the page of a device code: by default, the first user."""


@dataclass(slots=True)
class _Code:
    form: dict[str, str]
    issuer: str
    ends_at: float
    is_polled: bool = False


@dataclass(frozen=True, slots=True)
class _Session:
    """The sign-in that a refresh token continues."""

    client: str
    user: str
    issuer: str
    began_at: float


class People:
    """Signs people in. The page of a device code needs nobody: the person of the tenant has always opened it."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._codes: dict[str, _Code] = {}
        self._sessions: dict[str, _Session] = {}

    def new_code(self, form: dict[str, str], origin: str) -> dict[str, Any]:
        """Return the response with a device code. Raises Refusal."""
        application_of(self._context, form)
        delegated_scopes(form)
        code = uuid.uuid4().hex
        link, issuer = f"{origin}/device", f"{origin}/{self._context.tenant.id}/v2.0"
        self._codes[code] = _Code(form, issuer, self._context.clock.now() + CODE_SECONDS)
        return {
            "user_code": code[:8].upper(),
            "device_code": code,
            "verification_uri": link,
            "expires_in": CODE_SECONDS,
            "interval": 1,
            "message": f"To sign in, open {link} and enter the code {code[:8].upper()}.",
        }

    def signed_in_by_code(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the response with the tokens of the person. Raises Refusal, also at the first poll of a code."""
        app = application_of(self._context, form)
        _require_public(app, form)
        code = self._codes.get(required(form, "device_code"))
        if code is None or code.ends_at <= self._context.clock.now():
            raise Refusal("expired_token", 70020, "The provided value for the input parameter 'device_code' expired.")
        if code.form["client_id"] != app["client_id"]:
            raise Refusal("invalid_grant", 700005, "The provided device code is intended for another application.")
        if not code.is_polled:
            code.is_polled = True
            text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
            raise Refusal("authorization_pending", 70016, text)
        del self._codes[form["device_code"]]
        return self._tokens(app, self._person(), code.form, code.issuer)

    def refreshed(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the response with further tokens, also for another resource. Raises Refusal."""
        app = application_of(self._context, form)
        _require_public(app, form)
        session = self._sessions.get(required(form, "refresh_token"))
        if session is None or session.client != app["client_id"]:
            raise Refusal("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
        if session.began_at <= self._context.clock.now() - REFRESH_SECONDS:
            raise Refusal("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        if session.began_at < float(self._context.tenant.meta("tokens_revoked_at", "0")):
            raise Refusal("invalid_grant", 50173, "The provided grant has expired due to it being revoked.")
        user = self._context.tenant.object(session.user)
        return self._tokens(app, _able(user), form, session.issuer)

    def _person(self) -> sqlite3.Row:
        name = self._context.tenant.meta(PERSON)
        which = "lower(upn) = lower(?)" if name else "? = ''"
        sql = f"select * from objects where kind = 'user' and deleted_at is null and {which} limit 1"
        return _able(self._context.tenant.row(sql, name))

    def _tokens(self, app: sqlite3.Row, user: sqlite3.Row, form: dict[str, str], issuer: str) -> dict[str, Any]:
        resource, names = delegated_scopes(form)
        scopes = _consented(app, resource, names)
        person = {"oid": user["id"], "sub": user["id"], "name": user["name"], "tid": self._context.tenant.id}
        claims = {
            **claims_of(self._context, app, resource),
            **person,
            "idtyp": "user",
            "upn": user["upn"],
            "unique_name": user["upn"],
            "scp": " ".join(scopes),
            "wids": json.loads(user["doc"]).get("directory_roles", []),
        }
        data = bearer(self._context.tokens.issue(claims)) | {"scope": " ".join(f"{resource}/{one}" for one in scopes)}
        asked = form["scope"].split()
        if "openid" in asked:
            identity = {**person, "aud": app["client_id"], "iss": issuer, "preferred_username": user["upn"]}
            data["id_token"] = self._context.tokens.issue(identity)
        if "offline_access" in asked:
            data["refresh_token"] = uuid.uuid4().hex
            now = self._context.clock.now()
            self._sessions[data["refresh_token"]] = _Session(app["client_id"], user["id"], issuer, now)
        info = json.dumps({"uid": user["id"], "utid": person["tid"]}).encode()
        return data | {"client_info": base64.urlsafe_b64encode(info).decode().rstrip("=")}


def _require_public(app: sqlite3.Row, form: dict[str, str]) -> None:
    """Raise Refusal unless the application allows public client flows and sends no secret."""
    if not json.loads(app["doc"]).get("public_client"):
        raise Refusal("invalid_client", 7000218, WITHOUT_PROOF, 401)
    if {"client_secret", "client_assertion"} & set(form):
        text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
        raise Refusal("invalid_client", 700025, text, 401)


def _able(user: sqlite3.Row | None) -> sqlite3.Row:
    if user is None:
        raise Refusal("invalid_grant", 50034, "The user account does not exist in the directory.")
    if not json.loads(user["doc"]).get("account_enabled", True):
        raise Refusal("invalid_grant", 50057, "The user account is disabled.")
    return user


def _consented(app: sqlite3.Row, resource: str, names: frozenset[str]) -> list[str]:
    """Return the scopes of the token: everything that is consented for the resource. Raises Refusal.

    `.default` means what is registered; other names need no registration, only consent.
    """
    doc = json.loads(app["doc"])
    registered = doc.get("delegated", {}).get(resource, [])
    consented = sorted(doc.get("consented", {}).get(resource, []))
    if ".default" in names and not registered:
        text = (
            f"Invalid resource. The client has requested access to a resource ({resource}) which is not listed in the "
            "requested permissions in the client's application registration."
        )
        raise Refusal("invalid_resource", 650057, text)
    if not consented or (names - {".default"}) - set(consented):
        text = (
            f"The user or administrator has not consented to use the application with ID '{app['client_id']}' named "
            f"'{app['name']}'. Send an interactive authorization request for this user and resource."
        )
        raise Refusal("invalid_grant", 65001, text)
    return consented
