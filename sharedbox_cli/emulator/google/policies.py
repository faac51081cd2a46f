"""Policies of Cloud Identity for mail delegation, and the domains of the organisation."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import missing, not_allowed
from sharedbox_cli.emulator.google.policy_filter import read_filter


def _list(call: Call) -> Any:
    matches = read_filter(call.text("filter"), ("my_customer", call.store.customer))
    docs = [
        _delegation(call, json.loads(row["doc"])) for row in call.store.rows("select doc from g_policies order by id")
    ]
    chosen = [doc for doc in docs if doc and matches(doc["setting"]["type"])]
    page, more = call.page(chosen, 50, 100, clamps=True)
    return {**({"policies": page} if page else {}), **more}


def _delegation(call: Call, doc: dict[str, Any]) -> dict[str, Any]:
    """Return the policy that the setting `mail_delegation` requests, or None if no policy was ever created."""
    state = call.store.tenant.meta("google:mail_delegation")
    if doc["setting"]["type"] != "settings/gmail.mail_delegation" or not state:
        return doc
    return {} if state == "unset" else {**doc, "setting": {**doc["setting"], "value": {"enableMailDelegation": False}}}


def _domains(call: Call) -> Any:
    if call.params.get("customer") not in ("my_customer", call.store.customer):
        raise not_allowed()
    rows = call.store.rows("select * from g_domains order by is_primary desc, name")
    return {
        "kind": "admin#directory#domains",
        "etag": '"domains"',
        "domains": [
            {
                "kind": "admin#directory#domain",
                "domainName": row["name"],
                "isPrimary": bool(row["is_primary"]),
                "verified": True,
                "creationTime": "1700000000000",
                "etag": '"domain"',
            }
            for row in rows
        ],
    }


def _customer(call: Call) -> Any:
    if call.params.get("customerKey") not in ("my_customer", call.store.customer):
        raise missing("customerKey")
    return {
        "kind": "admin#directory#customer",
        "id": call.store.customer,
        "etag": '"customer"',
        "customerDomain": call.store.domains()[0],
        "customerCreationTime": "2023-11-14T22:13:20.000Z",
    }


HANDLERS: Handlers = {
    "cloudidentity.policies.list": _list,
    "directory.domains.list": _domains,
    "directory.customers.get": _customer,
}
