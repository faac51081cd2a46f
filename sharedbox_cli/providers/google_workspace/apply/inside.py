"""Give somebody the calendar or the contacts of a mailbox, change the level, and take it back. Nobody gets a mail."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import Conflict, NotFound, Refused
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.google_workspace.apply.calendar import as_stored, role_of
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.calendar import read_rules
from sharedbox_cli.providers.google_workspace.observe.inside import list_contacts
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import already, done

_ACL = "calendar.acl"
_DELEGATES = "contactDelegation.users.delegates"
_WHO = "A delegate of contacts is another active account of the organisation, by its primary address"
_OFF = (
    "An administrator has switched contact delegation off: admin.google.com > Directory > Directory settings > "
    "Sharing settings"
)


async def change_inside(writer: Writer, change: Change, party: Party) -> Outcome:
    """Carry out a change that is about the calendar or the contacts."""
    is_revocation = change.kind is Kind.REVOKE
    if party.right is Right.CALENDAR:
        return await (_remove_rule(writer, change, party) if is_revocation else _set_rule(writer, change, party))
    return await (_remove_contacts(writer, change, party) if is_revocation else _add_contacts(writer, change, party))


def _who(party: Party) -> str:
    return party.address.key if party.address is not None else str(party.id)


async def _rule(writer: Writer, change: Change, party: Party) -> Fields | None:
    """Return the rule for a trustee, or nothing."""
    rules = await writer.patiently(lambda: read_rules(writer.google, change.mailbox.key), change.mailbox)
    return next((rule for rule in rules if _is_for(rule, _who(party))), None)


def _is_for(rule: Fields, who: str) -> bool:
    scope = rule["scope"]
    return scope.get("type") in ("user", "group") and str(scope.get("value", "")).lower() == who


async def _set_rule(writer: Writer, change: Change, party: Party) -> Outcome:
    """Change the rule that exists, or insert one; Google can store less where an administrator limits sharing."""
    role, mailbox = role_of(party.detail), change.mailbox
    rule = await _rule(writer, change, party)
    if rule is not None and rule["role"] == role:
        return already("this level was there already")
    if rule is not None:
        answer = await writer.calendar(
            lambda service: service.acl().patch(
                calendarId=mailbox.key, ruleId=rule["id"], sendNotifications=False, body={"role": role}
            ),
            f"{_ACL}.patch",
            mailbox,
        )
    else:
        kind = "group" if party.kind is TrusteeKind.GROUP else "user"
        body = {"role": role, "scope": {"type": kind, "value": _who(party)}}
        answer = await writer.calendar(
            lambda service: service.acl().insert(calendarId=mailbox.key, sendNotifications=False, body=body),
            f"{_ACL}.insert",
            mailbox,
        )
    return as_stored(answer, role, f"calendar of {_who(party)}")


async def _remove_rule(writer: Writer, change: Change, party: Party) -> Outcome:
    rule = await _rule(writer, change, party)
    if rule is None:
        return already("nobody shared the calendar with them by now")
    identity = str(rule["id"])
    try:
        await writer.calendar(
            lambda service: service.acl().delete(calendarId=change.mailbox.key, ruleId=identity),
            f"{_ACL}.delete",
            change.mailbox,
        )
    except NotFound as error:
        await writer.settle_absence(lambda: _has_rule(writer, change, party), error)
        return already("nobody shared the calendar with them by now")
    return done()


async def _has_rule(writer: Writer, change: Change, party: Party) -> bool:
    return await _rule(writer, change, party) is not None


async def _add_contacts(writer: Writer, change: Change, party: Party) -> Outcome:
    body = {"email": _who(party)}
    try:
        await writer.contacts(
            lambda service: service.users().delegates().create(user=change.mailbox.key, body=body),
            f"{_DELEGATES}.create",
            change.mailbox,
        )
    except Conflict:
        return already("this delegate of the contacts exists already")
    except Refused as error:
        if error.code == "INVALID_ARGUMENT":
            return Outcome(Status.FAILED, f"contacts of {_who(party)}: {_WHO}", error.request_id)
        if error.code == "FAILED_PRECONDITION":
            return Outcome(Status.FAILED, f"contacts: {_OFF}", error.request_id)
        raise
    return done()


async def _remove_contacts(writer: Writer, change: Change, party: Party) -> Outcome:
    try:
        await writer.contacts(
            lambda service: service.users().delegates().delete(user=change.mailbox.key, delegate=_who(party)),
            f"{_DELEGATES}.delete",
            change.mailbox,
        )
    except NotFound as error:
        await writer.settle_absence(lambda: _has_contacts(writer, change, party), error)
        return already("this delegate of the contacts had been removed already")
    return done()


async def _has_contacts(writer: Writer, change: Change, party: Party) -> bool:
    rows = await list_contacts(writer.google, change.mailbox.key)
    return any(str(row.get("email", "")).lower() == _who(party) for row in rows)
