"""When Google itself ends the membership of somebody in a group: what Cloud Identity keeps of it, and how it is asked.

The Directory API neither shows nor sets it (cloud.google.com/identity/docs/how-to/manage-expirations, read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import Ambiguous, Conflict, PermissionDenied, Refused, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.until import NEVER, end_value
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, request_body
from sharedbox_cli.providers.forms import object_in, rows_in, shown, text_of
from sharedbox_cli.providers.google_workspace.errors import lacks_scope

if TYPE_CHECKING:
    from sharedbox_cli.providers.google_workspace.google_client import Make

MEMBER = "MEMBER"
_ALREADY_EXISTS, _PERMISSION_DENIED = 6, 7
"""Codes of google.rpc."""
PAGE = 500
_TIME = re.compile(r"([12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
EDITIONS = "Enterprise Standard, Enterprise Plus, Enterprise for Education and Cloud Identity Premium"


def _read(row: Row) -> Value:
    """Return the end of a membership, to the second; None for one without the role that ends."""
    role = next((one for one in rows_in(row, "roles") if text_of(one, "name") == MEMBER), None)
    if role is None:
        return None
    time = object_in(role, "expiryDetail").get("expireTime")
    if time is None:
        return NEVER
    match = _TIME.fullmatch(time) if isinstance(time, str) else None
    if match is None:
        message = f"The end is {shown(time)}, which is not a time."
        raise UnknownForm(message)
    return end_value(datetime.fromisoformat(match[1] + match[3]))


def _write(_: Value, after: Value) -> Body:
    """Return the request that sets or clears an end.

    The description of the API spells the mask with underscores; the spelling of its other names is in use
    (GAM-team/GAM). Assumed: both are accepted.
    """
    end = None if after == NEVER else after
    role = {"name": MEMBER, "expiryDetail": {"expireTime": end}}
    return {"updateRolesParams": [{"fieldMask": "expiryDetail.expireTime", "membershipRole": role}]}


ENDS: Columns = {Field.UNTIL: Column(("roles",), _read, _write)}
"""Of one membership, in Cloud Identity; only the role `MEMBER` has an end."""


def group_of(address: str) -> Make:
    """Return the request for the name that Cloud Identity has for a group."""
    return lambda service: service.groups().lookup(groupKey_id=address)


def memberships_of(group: str, token: str | None, fields: str | None = None) -> Make:
    """Return the request for a page of the memberships of a group."""
    return lambda service: (
        service.groups().memberships().list(parent=group, view="FULL", pageSize=PAGE, pageToken=token, fields=fields)
    )


def membership_of(group: str, address: str) -> Make:
    """Return the request for the name of one membership."""
    return lambda service: service.groups().memberships().lookup(parent=group, memberKey_id=address)


def new_membership(group: str, address: str, values: Mapping[Field, Value]) -> Make:
    """Return the request that adds a member together with the end of the membership.

    Assumed: whoever the Directory adds is added here too.
    """
    role = request_body(ENDS, {}, values)["updateRolesParams"][0]["membershipRole"]
    body = {"preferredMemberKey": {"id": address}, "roles": [role]}
    return lambda service: service.groups().memberships().create(parent=group, body=body)


def require_success(operation: Body, call: str, mailbox: str) -> None:
    """Raise CloudError unless an operation succeeded; Ambiguous while it is not done.

    Assumed: an operation about a membership is done when it is answered, and its error has the code of google.rpc.
    """
    error = operation.get("error")
    if isinstance(error, dict):
        code, why = error.get("code"), str(error.get("message", ""))[:500]
        if code == _ALREADY_EXISTS:
            raise Conflict("conflicts with the current state", call=call, mailbox=mailbox, why=why)
        if code == _PERMISSION_DENIED:
            raise PermissionDenied("not allowed", call=call, mailbox=mailbox, code="forbidden", why=why)
        raise Refused("the service refused the request", call=call, mailbox=mailbox, why=why)
    if operation.get("done") is not True:
        raise Ambiguous("the service has not finished", call=call, mailbox=mailbox)


def trial_of(group: str, admin: str) -> Make:
    """Return the request that only editions answer which end memberships.

    The documentation names the same editions for both, and no request says the edition itself. Assumed: what is
    refused here is refused there.
    """
    quoted = admin.replace("\\", "\\\\").replace("'", "\\'")
    query = f"member_key_id == '{quoted}'"
    return lambda service: service.groups().memberships().checkTransitiveMembership(parent=group, query=query)


def is_edition(error: SharedboxError) -> bool:
    """Return whether an edition refuses a request for what it does not have. Assumed: 403, as in `trial_of`."""
    return isinstance(error, PermissionDenied) and not lacks_scope(error)


def name_in(answer: Any) -> str:
    """Return the name in the answer to a lookup."""
    return text_of(answer, "name")
