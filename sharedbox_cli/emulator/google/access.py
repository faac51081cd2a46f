"""Access control: scopes from the discovery documents, administrators, mailboxes, quotas."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.descriptions import Method, description
from sharedbox_cli.emulator.google.errors import (
    GoogleError,
    denied,
    insufficient_scopes,
    not_allowed,
    switched_off,
    unauthenticated,
)
from sharedbox_cli.emulator.google.quotas import Limits
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.google.token import API, TokenService
from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.tokens import TokenInvalid, Tokens

_ADMIN_APIS = frozenset({"directory", "groupsSettings", "licensing", "reports"})
_SUPER_APIS = frozenset({"cloudidentity", "contactDelegation", "vault"})
"""APIs that want a privilege which the modelled administrators with a role do not have."""
_GROUPS = "cloudidentity.groups."
"""Methods about groups, which administrators with a role may use."""
_DELEGATED_ONLY = frozenset(
    {
        "gmail.users.settings.delegates.create",
        "gmail.users.settings.delegates.delete",
        "gmail.users.settings.delegates.get",
        "gmail.users.settings.delegates.list",
        "gmail.users.settings.sendAs.create",
        "gmail.users.settings.sendAs.delete",
        "gmail.users.settings.sendAs.verify",
        "gmail.users.settings.forwardingAddresses.create",
        "gmail.users.settings.forwardingAddresses.delete",
        "gmail.users.settings.updateAutoForwarding",
    }
)


class Access:
    """Checks in the order of the service: token, API, scope, quota, privilege, mailbox."""

    def __init__(self, store: Store, tokens: Tokens, service: TokenService) -> None:
        self._store, self._tokens, self._service = store, tokens, service
        self._limits = Limits(store.tenant)

    def claims(self, request: Request, method: Method) -> dict[str, Any]:
        """Return the caller. Raises GoogleError."""
        header = request.headers.get("authorization", "")
        try:
            claims = self._tokens.read(header, API)
        except TokenInvalid as error:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise unauthenticated() from error
            claims = self._service.self_signed(token, _audiences(method))
        service = f"{_service(method)}.googleapis.com"
        if _service(method) in self._store.tenant.meta("google:disabled_apis").split():
            raise switched_off(service)
        held = set(str(claims.get("scope", "")).split())
        if method.scopes and "*" not in held and not held & method.scopes:
            raise insufficient_scopes()
        self._limits.count(method, claims)
        return claims

    def may(self, call: Call) -> None:
        """Raise GoogleError for a caller without the privilege, or for another user's mailbox."""
        rank = self._rank(call.subject)
        call.is_super = rank == "super"
        if call.method.api in _ADMIN_APIS and not rank:
            raise not_allowed()
        if call.method.id.startswith(_GROUPS) and not rank:
            raise denied(call.text("parent") or call.text("name"))
        if call.method.api in _SUPER_APIS and not (call.is_super or call.method.id.startswith(_GROUPS)):
            raise GoogleError(403, "The caller does not have permission", "forbidden")
        if call.method.api == "gmail":
            self._own_mailbox(call)
        if call.method.api == "calendar" and self._store.user(call.subject) is None:
            raise GoogleError(403, "The user must be signed up for Google Calendar.", "notACalendarUser")

    def _rank(self, subject: str) -> str:
        """Return the kind of administrator that an account is: `super`, `delegated`, or an empty text."""
        account = self._store.row("select is_admin from g_service_accounts where email = ?", subject)
        if account is not None:
            return "delegated" if account["is_admin"] else ""
        user = self._store.user(subject)
        doc = json.loads(user["doc"]) if user is not None else {}
        return "" if doc.get("suspended") else "super" if doc.get("isAdmin") else _role(doc)

    def _own_mailbox(self, call: Call) -> None:
        wanted = call.text("userId")
        user = self._store.user(call.subject)
        if wanted != "me" and wanted.lower() != call.subject.lower():
            raise GoogleError(403, f"Delegation denied for {call.subject}", "forbidden")
        if call.method.id in _DELEGATED_ONLY and not call.is_delegated:
            text = "Access restricted to service accounts that have been delegated domain-wide authority"
            raise GoogleError(403, text, "forbidden")
        if user is None or not mail_state(self._store, user["id"]):
            raise GoogleError(400, "Mail service not enabled", "failedPrecondition", status="FAILED_PRECONDITION")


def _role(doc: dict[str, Any]) -> str:
    return "delegated" if doc.get("isDelegatedAdmin") else ""


def _service(method: Method) -> str:
    """Return the name of the host that serves an API."""
    if method.api in _AT_WWW:
        return _AT_WWW[method.api]
    return str(description(method.api).document["rootUrl"]).removeprefix("https://").partition(".")[0]


_AT_WWW = {"groupsSettings": "groupssettings", "calendar": "calendar-json"}
"""The names under which APIs are enabled that the documents place at `www`."""


def _audiences(method: Method) -> frozenset[str]:
    root = str(description(method.api).document["rootUrl"])
    return frozenset({root, f"https://{_service(method)}.googleapis.com/"})


def mail_state(store: Store, identity: str) -> bool:
    """Return whether the mailbox of an account is available: licensed, not suspended, and provisioned."""
    user = store.row("select * from g_users where id = ? and deleted_at is null", identity)
    if user is None or user["ready_at"] > store.now or _is_closed(user):
        return False
    return any(sku in MAIL_SKUS for sku in (*store.skus_of(identity), store.tenant.meta("google:domain_licence")))


def _is_closed(user: sqlite3.Row) -> bool:
    doc = json.loads(user["doc"])
    return bool(doc.get("suspended") or doc.get("archived"))


MAIL_SKUS = frozenset(
    {
        "1010020027",
        "1010020028",
        "1010020025",
        "1010020029",
        "1010020026",
        "1010020020",
        "1010020030",
        "1010020031",
        "1010020034",
        "1010070001",
        "1010070004",
        "1010310002",
        "1010310003",
        "1010310005",
        "1010310006",
        "1010310007",
        "1010310008",
        "1010310009",
        "1010310010",
        "1010370001",
        "Google-Apps",
        "Google-Apps-For-Business",
        "Google-Apps-For-Education",
        "Google-Apps-Unlimited",
        "Google-Apps-For-Government",
        "Google-Apps-Lite",
    }
)
"""Licences that include Gmail, or that are only given on top of one that does. 1010060001 to 1010060005 do not."""
