"""Requests to the emulator itself, which Google does not have: `/_emulator/google/…`."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from sharedbox_cli.emulator.google import delivery, quotas
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.http import Request, Response, json_response

KNOBS = {
    "extra_fields": "any text: adds an undocumented field to every object of a response",
    "disabled_apis": "names of hosts (`gmail groupssettings`): these APIs are not enabled in the project",
    "report_lag_days": "the age of usage reports in days; the default is 2",
    "report_gaps": "days (`2026-11-20`) for which Google has no figures",
    "mail_delegation": "`off`: an administrator disabled it; `unset`: nobody ever enabled it; enabled by default",
    "domain_licence": "the id of a licence that covers all accounts and is assigned to nobody, as of Education",
    "api_activities": "`off`: the log of administrators omits what was done through the API, which was not confirmed",
    "shared_drives_mb": "what shared drives use of the pooled storage, in MB",
    "delegate_limit": "how many delegates a mailbox can have; the default is 1000, and 10 and 25 were seen",
    "membership_ends": "`off`: an edition without them, which answers 403; `refused`: 400 for a new end alone",
    "federated": 'JSON, audience to `{"name", "tokens"}`: whom the token exchange trusts',
}
_QUOTA = re.compile(r"([0-9]+/[0-9]+)?")


def answer(store: Store, request: Request) -> Response:
    """Return the response, or 400 with an explanation."""
    try:
        return _answer(store, request)
    except (ValueError, TypeError, AttributeError) as error:
        return json_response(400, {"error": str(error)})


def _answer(store: Store, request: Request) -> Response:
    match request.method, request.path:
        case "POST", "/_emulator/google/quota":
            for name, value in request.json().items():
                if not _QUOTA.fullmatch(str(value)):
                    message = f"a quota must be CALLS/SECONDS or empty, not {value!r}"
                    raise ValueError(message)
                store.tenant.set_meta(f"quota:google:{name}", str(value))
            return json_response(200, {})
        case "POST", "/_emulator/google/published-quotas":
            quotas.publish(store.tenant)
            return json_response(200, quotas.PUBLISHED)
        case "POST", "/_emulator/google/grant":
            return json_response(200, _grant(store, request.json()))
        case "POST", "/_emulator/google/knobs":
            for name, value in request.json().items():
                if name not in KNOBS:
                    message = f"unknown setting {name!r}; the settings are {', '.join(KNOBS)}"
                    raise ValueError(message)
                store.tenant.set_meta(f"google:{name}", value if isinstance(value, str) else json.dumps(value))
            return json_response(200, {})
        case "GET", "/_emulator/google/delivery":
            asked = {name: values[0] for name, values in parse_qs(request.query_text).items()}
            return json_response(200, delivery.deliver(store, asked.get("from", ""), asked.get("to", "")).as_dict())
        case _:
            return Response(404)


def _grant(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    """Do what an administrator does in the console: grant scopes, assign an admin role, and allow others to sign."""
    account = store.row("select * from g_service_accounts order by rowid limit 1")
    if account is None:
        message = "the tenant has no service account"
        raise ValueError(message)
    scopes = sorted({*json.loads(account["scopes"]), *asked.get("scopes", ())})
    signers = sorted({*json.loads(account["signers"]), *asked.get("signers", ())})
    store.run(
        "update g_service_accounts set scopes = ?, signers = ?, is_admin = ? where email = ?",
        json.dumps(scopes),
        json.dumps(signers),
        int(asked.get("administrator", account["is_admin"])),
        account["email"],
    )
    return {"email": account["email"], "scopes": scopes, "signers": signers}
