"""Write who can use the calendar of a mailbox, rule by rule. Nobody gets a mail about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.google_workspace.apply.several import Several
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.calendar_columns import LEVELS, is_of
from sharedbox_cli.providers.google_workspace.observe.calendar import read_rules
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.domains import read_domains
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import done

_ACL = "calendar.acl"
NOT_SHARED = "the calendar is not shared with them now"


async def change_calendar(writer: Writer, change: Change) -> Outcome:
    """Write each level of the change; one that Google refuses does not stop the others."""
    directory = Directory()
    await read_domains(writer.google, directory)
    rules = await writer.patiently(lambda: read_rules(writer.google, change.mailbox.key), change.mailbox)
    several = Several()
    for name, level in sorted(change.after.items()):
        await several.run(_set_level(writer, change.mailbox, name, role_of(level), rules, directory))
    return several.outcome()


async def _set_level(
    writer: Writer, mailbox: Address, name: Field, role: str, rules: list[Fields], directory: Directory
) -> Outcome:
    """Leave one rule with a role, or none; of several for the organisation, the one for its primary domain stays."""
    scope = _scope_of(name, directory)
    mine = [rule for rule in rules if is_of(name, rule, directory.domains)]
    kept = next((rule for rule in mine if _key(rule["scope"]) == _key(scope)), None) if role != LEVELS["none"] else None
    outcome = done()
    if role != LEVELS["none"] and (kept is None or kept["role"] != role):
        outcome = await write_rule(writer, mailbox, kept, role, scope, str(name))
    for rule in mine:
        if rule is not kept:
            await delete_rule(writer, mailbox, str(rule["id"]))
    return outcome


def _key(scope: Mapping[str, Any]) -> tuple[str, str]:
    return str(scope.get("type")), str(scope.get("value", "")).lower()


def _scope_of(name: Field, directory: Directory) -> dict[str, str]:
    """Return whom a new rule is for.

    Assumed: the rule for the primary domain is the one for all people of the organisation.
    """
    if name is Field.CALENDAR_ANONYMOUS:
        return {"type": "default"}
    return {"type": "domain", "value": directory.primary.lower()}


def role_of(level: object) -> str:
    """Return Google's role for a level; a role without a word of ours is one already."""
    return LEVELS.get(str(level), str(level))


async def write_rule(
    writer: Writer, mailbox: Address, rule: Fields | None, role: str, scope: Mapping[str, str], what: str
) -> Outcome:
    """Change the rule that exists, or insert one; Google can store less where an administrator limits sharing."""
    if rule is not None:
        answer = await writer.calendar(
            lambda service: service.acl().patch(
                calendarId=mailbox.key, ruleId=rule["id"], sendNotifications=False, body={"role": role}
            ),
            f"{_ACL}.patch",
            mailbox,
        )
    else:
        body = {"role": role, "scope": scope}
        answer = await writer.calendar(
            lambda service: service.acl().insert(calendarId=mailbox.key, sendNotifications=False, body=body),
            f"{_ACL}.insert",
            mailbox,
        )
    return _as_stored(answer, role, what)


def _as_stored(answer: Mapping[str, Any], role: str, what: str) -> Outcome:
    """Return whether Google stored the role that was sent: an administrator can limit how far calendars are shared."""
    if answer.get("role") == role:
        return done()
    why = (
        f"{what}: Google stored `{answer.get('role')}`. An administrator limits it at admin.google.com > Apps > Google "
        "Workspace > Calendar > Sharing settings"
    )
    return Outcome(Status.FAILED, why)


async def delete_rule(writer: Writer, mailbox: Address, rule: str) -> Outcome:
    """Delete a rule by its id; nobody gets a mail about that."""
    deletion = writer.calendar(
        lambda service: service.acl().delete(calendarId=mailbox.key, ruleId=rule), f"{_ACL}.delete", mailbox
    )
    return await writer.remove(deletion, lambda: _is_listed(writer, mailbox, rule), NOT_SHARED)


async def _is_listed(writer: Writer, mailbox: Address, rule: str) -> bool:
    return any(item["id"] == rule for item in await read_rules(writer.google, mailbox.key))
