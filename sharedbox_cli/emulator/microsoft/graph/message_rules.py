"""Inbox rules in Graph: the same rules as in Exchange, without what Graph cannot express.

learn.microsoft.com/graph/api/resources/messagerule, read 2026-11, and microsoft-graph-docs-contrib#3336: a rule that
Graph cannot express is listed without conditions and actions. Rules that only Outlook runs are read-only.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import folders, inbox_rules
from sharedbox_cli.emulator.microsoft.graph.bodies import object_of
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, not_modelled
from sharedbox_cli.emulator.microsoft.graph.mailbox_routes import MailboxRoutes
from sharedbox_cli.emulator.microsoft.graph.message_rule_words import (
    ACTIONS,
    CHOICES,
    PREDICATES,
    SIZES,
    TEXTS,
    TYPE,
    TYPES,
)
from sharedbox_cli.emulator.microsoft.graph.query import NONE
from sharedbox_cli.emulator.router import Route

_RULES = "/v1.0/users/{id}/mailFolders/{folder}/messageRules"
_WRITABLE = frozenset({"displayName", "sequence", "isEnabled", "conditions", "actions", "exceptions"})
_NAME_MOST = 512
RULE = frozenset({*_WRITABLE, "id", "hasError", "isReadOnly"})
"""The properties of a rule."""


class MessageRuleRoutes(MailboxRoutes):
    """Routes of /users/{id}/mailFolders/inbox/messageRules."""

    subject = "rules"

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        one = f"{_RULES}/{{rule}}"
        return (
            Route("GET", _RULES, self._list, "messageRules.list"),
            Route("POST", _RULES, self._create, "messageRules.create"),
            Route("GET", one, self._get, "messageRules.get"),
            Route("PATCH", one, self._patch, "messageRules.patch"),
            Route("DELETE", one, self._delete, "messageRules.delete"),
        )

    def _mailbox(self, request: Request, captured: dict[str, str], options: frozenset[str] = NONE) -> str:
        mailbox = super()._mailbox(request, captured, options)
        self._require_inbox(mailbox, captured["folder"])
        return mailbox

    def _require_inbox(self, mailbox: str, folder: str) -> None:
        """Raise GraphError for another folder: only the inbox has rules. The error is assumed."""
        folders.root_of(self._context.tenant, mailbox)
        sql = "select 1 from folders where mailbox_id = ? and type = 'Inbox' and id = ?"
        if folder.lower() != "inbox" and not self._context.tenant.row(sql, mailbox, folder):
            raise bad("Rules are supported for the inbox only.", "ErrorInvalidRequest")

    def _rows(self, mailbox: str) -> list[sqlite3.Row]:
        return inbox_rules.rules_of(self._context.tenant, mailbox, inbox_rules.SERVER, inbox_rules.CLIENT)

    def _row(self, mailbox: str, identity: str) -> sqlite3.Row:
        for row in self._rows(mailbox):
            if _id_of(row) == identity:
                return row
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def _about(self, request: Request, mailbox: str) -> str:
        return self._metadata(request, mailbox, "mailFolders('inbox')/messageRules")

    def _list(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, frozenset({"$select", "$top", "$filter", "$count"}))
        value = [self._rule(row) for row in self._rows(mailbox)]
        return json_response(200, {"@odata.context": self._about(request, mailbox), "value": value})

    def _get(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured, frozenset({"$select"}))
        return self._answer(request, mailbox, self._row(mailbox, captured["rule"]))

    def _answer(self, request: Request, mailbox: str, row: sqlite3.Row, status: int = 200) -> Response:
        about = f"{self._about(request, mailbox)}/$entity"
        return json_response(status, {"@odata.context": about, **self._rule(row)})

    def _writable(self, mailbox: str, identity: str) -> sqlite3.Row:
        row = self._row(mailbox, identity)
        if row["kind"] == inbox_rules.CLIENT:
            raise bad("The rule is read-only and cannot be changed or deleted.", "ErrorInvalidRequest")
        if not _is_expressible(row):
            raise bad("The message rule is not supported.", "ErrorNotSupportedMessageRule")
        return row

    def _patch(self, request: Request, captured: dict[str, str]) -> Response:
        """Change a rule: each of the three parts is replaced as a whole."""
        mailbox = self._mailbox(request, captured)
        row, body = self._writable(mailbox, captured["rule"]), _body_of(request)
        after = self._replaced(mailbox, inbox_rules.parameters_of(row), body)
        name, priority, enabled = _head_of(body, row["name"], row["priority"], bool(row["enabled"]))
        sql = "update inbox_rules set name = ?, priority = ?, enabled = ?, doc = ? where number = ?"
        self._context.tenant.run(sql, name, priority, int(enabled), json.dumps(after), row["number"])
        answer = self._answer(request, mailbox, self._row(mailbox, _id_of(row)))
        answer.effect = f"change rule {name} of {mailbox}"
        return answer

    def _create(self, request: Request, captured: dict[str, str]) -> Response:
        """Create a rule. Assumed: it is off unless the body says otherwise, and its place shifts the others."""
        mailbox, tenant = self._mailbox(request, captured), self._context.tenant
        body = _body_of(request)
        for required in ("displayName", "sequence", "actions"):
            if body.get(required) is None:
                raise bad(f"The property '{required}' is required.", "ErrorInvalidRequest")
        parameters = self._replaced(mailbox, {}, body)
        name, priority, enabled = _head_of(body, "", 0, False)
        number = inbox_rules.add(tenant, mailbox, name, priority=priority, is_enabled=enabled, **parameters)
        if inbox_rules.used_bytes(tenant, mailbox) > inbox_rules.QUOTA_BYTES:
            raise bad("The rules of the mailbox exceed the quota for rules.", "ErrorRulesOverQuota")
        row = tenant.row("select * from inbox_rules where number = ?", number)
        assert row is not None  # noqa: S101 - it was just added
        answer = self._answer(request, mailbox, row, 201)
        answer.effect = f"new rule {name} of {mailbox}"
        return answer

    def _replaced(self, mailbox: str, held: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        after = dict(held)
        for part, names, prefix in (
            ("conditions", PREDICATES, ""),
            ("exceptions", PREDICATES, "ExceptIf"),
            ("actions", ACTIONS, ""),
        ):
            if part not in body:
                continue
            whole = [*names, *((*SIZES, TYPE) if part != "actions" else ())]
            after = {key: value for key, value in after.items() if key not in {f"{prefix}{name}" for name in whole}}
            after |= self._parsed(mailbox, body[part] or {}, names, prefix)
        if not after.keys() & inbox_rules.ACTIONS - {"StopProcessingRules"}:
            raise bad("A rule needs at least one action.", "ErrorInvalidRequest")
        return after

    def _parsed(self, mailbox: str, given: Any, names: dict[str, str], prefix: str) -> dict[str, Any]:
        theirs = {name: ours for ours, name in names.items()}
        parsed: dict[str, Any] = {}
        if not isinstance(given, dict):
            raise bad("Unable to read JSON request payload.", "BadRequest")
        for name, value in given.items():
            if name == "withinSizeRange" and names is PREDICATES and isinstance(value, dict):
                least, most = value.get("minimumSize"), value.get("maximumSize")
                if type(least) is not int or type(most) is not int:
                    raise bad("A range needs both sizes.", "ErrorInvalidRequest")
                parsed |= {f"{prefix}{SIZES[0]}": least * 1024, f"{prefix}{SIZES[1]}": most * 1024}
                continue
            if name in TYPES and names is PREDICATES and isinstance(value, bool | None):
                if value and f"{prefix}{TYPE}" in parsed:
                    raise not_modelled("two types of messages in one rule")
                parsed |= {f"{prefix}{TYPE}": TYPES[name]} if value else {}
                continue
            if name not in theirs:
                raise not_modelled(f"the property {name[:80]} of a rule")
            if value not in (None, False, []):
                parsed[f"{prefix}{theirs[name]}"] = self._stored(mailbox, theirs[name], value)
        return parsed

    def _stored(self, mailbox: str, name: str, value: Any) -> Any:
        """Return a value as it is stored. The service writes words in capital letters (documented example)."""
        if name in CHOICES:
            choice = CHOICES[name].get(value) if isinstance(value, str) else None
            if choice is None:
                raise bad(f"Requested value '{str(value)[:80]}' was not found.", "ErrorInvalidRequest")
            return choice
        if name in inbox_rules.FOLDERS:
            sql = "select 1 from folders where id = ? and mailbox_id = ? and class = ?"
            if not isinstance(value, str) or not self._context.tenant.row(sql, value, mailbox, folders.MAIL):
                raise bad("The folder of an action does not exist.", "ErrorInvalidRequest")
            return value
        if name in inbox_rules.RECIPIENTS and isinstance(value, list):
            return [self._recipient(item) for item in value]
        if name in TEXTS and isinstance(value, list) and all(isinstance(text, str) for text in value):
            return [inbox_rules.capitals(text) for text in value] if name.endswith("ContainsWords") else value
        if value is not True or name in inbox_rules.RECIPIENTS | TEXTS:
            raise bad("The value of a property has the wrong type.", "ErrorInvalidRequest")
        return True

    def _recipient(self, item: Any) -> str:
        given = item.get("emailAddress") if isinstance(item, dict) else None
        address = given.get("address") if isinstance(given, dict) else None
        if not isinstance(address, str) or "@" not in address:
            raise bad("A recipient needs an address.", "ErrorInvalidRequest")
        owners = self._context.tenant.owners(address)
        return f"id:{owners[0]}" if owners else f"smtp:{address}"

    def _delete(self, request: Request, captured: dict[str, str]) -> Response:
        mailbox = self._mailbox(request, captured)
        row = self._writable(mailbox, captured["rule"])
        self._context.tenant.run("delete from inbox_rules where number = ?", row["number"])
        return Response(204, effect=f"delete rule {row['name']} of {mailbox}")

    def _rule(self, row: sqlite3.Row) -> dict[str, Any]:
        held = inbox_rules.parameters_of(row)
        is_shown = _is_expressible(row)
        parts: dict[str, Any] = {}
        if is_shown:
            named = {
                "conditions": self._part(held, PREDICATES, ""),
                "exceptions": self._part(held, PREDICATES, "ExceptIf"),
                "actions": self._part(held, ACTIONS, ""),
            }
            parts = {name: part for name, part in named.items() if part}
        return {
            "id": _id_of(row),
            "displayName": row["name"],
            "sequence": row["priority"],
            "isEnabled": bool(row["enabled"]),
            "hasError": is_shown and bool(inbox_rules.problem_of(self._context.tenant, row)),
            "isReadOnly": row["kind"] == inbox_rules.CLIENT,
            **parts,
        }

    def _part(self, held: dict[str, Any], names: dict[str, str], prefix: str) -> dict[str, Any]:
        part = {
            theirs: self._shown(name, held[f"{prefix}{name}"])
            for name, theirs in names.items()
            if f"{prefix}{name}" in held
        }
        if names is PREDICATES and (least := held.get(f"{prefix}{SIZES[0]}")) is not None:
            most = held[f"{prefix}{SIZES[1]}"]
            part["withinSizeRange"] = {"minimumSize": least // 1024, "maximumSize": most // 1024}
        if names is PREDICATES and (kind := held.get(f"{prefix}{TYPE}")) is not None:
            part |= {name: True for name, one in TYPES.items() if one == kind}
        return part

    def _shown(self, name: str, value: Any) -> Any:
        if name in inbox_rules.RECIPIENTS:
            return [{"emailAddress": self._address(text)} for text in value]
        return next((word for word, one in CHOICES.get(name, {}).items() if one == value), value)

    def _address(self, text: str) -> dict[str, str]:
        kind, _, value = text.partition(":")
        row = self._context.tenant.object(value) if kind == "id" else None
        return {"name": row["name"], "address": row["mail"]} if row else {"name": value, "address": value}


def _body_of(request: Request) -> dict[str, Any]:
    """Return the properties of a rule that a request writes."""
    body = object_of(request)
    for name in body:
        if name not in RULE:
            raise bad(f"The property '{name[:80]}' does not exist on type 'microsoft.graph.messageRule'.")
        if name not in _WRITABLE:
            raise bad(f"The property '{name}' is read-only and cannot be set.", "ErrorInvalidPropertySet")
    return body


def _head_of(body: dict[str, Any], name: str, sequence: int, is_enabled: bool) -> tuple[str, int, bool]:
    """Return name, place and state of a rule, by default those that it has."""
    name, sequence = body.get("displayName", name), body.get("sequence", sequence)
    is_enabled = body.get("isEnabled", is_enabled)
    if not isinstance(name, str) or not name or type(sequence) is not int or not isinstance(is_enabled, bool):
        raise bad("The value of a property has the wrong type.", "ErrorInvalidRequest")
    if sequence < 1 or len(name) > _NAME_MOST:
        raise bad("The value of a property is out of range.", "ErrorInvalidRequest")
    return name, sequence, is_enabled


def _id_of(row: sqlite3.Row) -> str:
    """Return the id of a rule in Graph, which differs from its number in Exchange."""
    return base64.b64encode(int(row["number"]).to_bytes(8, "big")[-5:] + b"AQA").decode()


def _is_expressible(row: sqlite3.Row) -> bool:
    conditions = (*PREDICATES, *SIZES, TYPE)
    known = {*conditions, *(f"ExceptIf{name}" for name in conditions), *ACTIONS}
    return row["kind"] == inbox_rules.CLIENT or inbox_rules.parameters_of(row).keys() <= known
