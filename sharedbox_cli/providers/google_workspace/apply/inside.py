"""Give somebody the calendar or the contacts of a mailbox, change the level, and take it back. Nobody gets a mail."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.errors import Conflict, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.google_workspace.apply.calendar import NOT_SHARED, delete_rule, role_of, write_rule
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.calendar_columns import level_of
from sharedbox_cli.providers.google_workspace.observe.calendar import read_rules
from sharedbox_cli.providers.google_workspace.observe.directory import Directory, read_groups, read_user
from sharedbox_cli.providers.google_workspace.observe.inside import CONTACTS_OFF, is_switched_off, list_contacts
from sharedbox_cli.providers.google_workspace.observe.members import is_outsider
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import already, done

_DELEGATES = "contactDelegation.users.delegates"
_WHO = "A delegate of contacts is another active account of the organisation, by its primary address"


async def change_inside(writer: Writer, change: Change, party: Party) -> Outcome:
    """Carry out a change that is about the calendar or the contacts."""
    is_revocation = change.kind is Kind.REVOKE
    if party.right is Right.CALENDAR:
        return await (_remove_rule(writer, change, party) if is_revocation else _set_rule(writer, change, party))
    return await (_remove_contacts(writer, change, party) if is_revocation else _add_contacts(writer, change, party))


def _who(party: Party) -> str:
    return party.address.key if party.address is not None else str(party.id)


async def _rule(writer: Writer, change: Change, party: Party) -> Fields | None:
    """Return the rule for a trustee, or nothing: the one with the level that the plan saw, if there are several."""
    is_there = change.kind is Kind.REVOKE or bool(change.before)
    seen = role_of(party.detail if change.kind is Kind.REVOKE else change.before.get(Field.LEVEL))
    rules = await writer.patiently(lambda: read_rules(writer.google, change.mailbox.key), change.mailbox)
    mine = [rule for rule in rules if _is_for(rule, {_who(party)})]
    if is_there and not any(rule["role"] == seen for rule in mine):
        names = await _other_names(writer, party)
        mine += [rule for rule in rules if _is_for(rule, names)]
    return next((rule for rule in mine if rule["role"] == seen), mine[0] if mine else None)


def _is_for(rule: Fields, names: Collection[str]) -> bool:
    scope = rule["scope"]
    return scope.get("type") in ("user", "group") and str(scope.get("value", "")).lower() in names


async def _other_names(writer: Writer, party: Party) -> set[str]:
    """Return the other addresses of a trustee: a rule can name an alias, such as the one before a new name."""
    directory = Directory()
    if party.address is None or is_outsider(party.id):
        return set()
    if party.kind is TrusteeKind.GROUP:
        await read_groups(writer.google, directory, [party.address])
    elif row := await read_user(writer.google, str(party.id)):
        directory.add_user(row)
    return {name.key for name, owner in directory.owner.items() if owner == party.id} - {_who(party)}


async def _set_rule(writer: Writer, change: Change, party: Party) -> Outcome:
    role = role_of(party.detail)
    rule = await _rule(writer, change, party)
    if rule is not None and rule["role"] == role:
        return already("this level was there already")
    scope = {"type": "group" if party.kind is TrusteeKind.GROUP else "user", "value": _who(party)}
    return await write_rule(writer, change.mailbox, rule, role, scope, f"calendar of {_who(party)}")


async def _remove_rule(writer: Writer, change: Change, party: Party) -> Outcome:
    rule = await _rule(writer, change, party)
    if rule is None:
        return already(NOT_SHARED)
    if rule["role"] != role_of(party.detail):
        return Outcome(Status.SKIPPED, f"{_who(party)} now has the level {level_of(rule['role'])}. Plan again")
    return await delete_rule(writer, change.mailbox, str(rule["id"]))


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
        if is_switched_off(error):
            return Outcome(Status.FAILED, f"contacts: {CONTACTS_OFF}", error.request_id)
        raise
    return done()


async def _remove_contacts(writer: Writer, change: Change, party: Party) -> Outcome:
    deletion = writer.contacts(
        lambda service: service.users().delegates().delete(user=change.mailbox.key, delegate=_who(party)),
        f"{_DELEGATES}.delete",
        change.mailbox,
    )
    is_listed = partial(_has_contacts, writer, change, party)
    return await writer.remove(deletion, is_listed, "this delegate of the contacts had been removed already")


async def _has_contacts(writer: Writer, change: Change, party: Party) -> bool:
    return Address.of(_who(party)) in await list_contacts(writer.google, change.mailbox.key)
