"""Let Google itself end a membership: from its first moment on, at another time, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import NotFound, PermissionDenied, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.until import NEVER, end_of, end_words
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.forms import understood
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.ends import (
    EDITIONS,
    ENDS,
    membership_of,
    name_in,
    new_membership,
    require_success,
)
from sharedbox_cli.providers.google_workspace.errors import lacks_scope
from sharedbox_cli.providers.google_workspace.observe.ends import read_name, try_edition
from sharedbox_cli.providers.google_workspace.scopes import IDENTITY
from sharedbox_cli.providers.responses import STOPPING
from sharedbox_cli.providers.safe_write import done, outcome_of
from sharedbox_cli.providers.transport import SETTLE_SECONDS

if TYPE_CHECKING:
    from sharedbox_cli.providers.google_workspace.google_client import Make

_CREATE = "cloudidentity.groups.memberships.create"
_CALL = "cloudidentity.groups.memberships.modifyMembershipRoles"
_LOOKUP = "cloudidentity.groups.memberships.lookup"
_NOT_HERE = (
    f"this edition of Google Workspace does not end memberships ({EDITIONS} do), so access ends with the first apply "
    "after `until`"
)
_REFUSED = (
    "Each apply tries again. If your edition does not end memberships, leave `group.enforce_until` out: then "
    "the first apply after `until` ends access"
)


def is_over(writer: Writer, change: Change) -> Outcome | None:
    """Return why a change is refused whose end is over: Google accepts none in the past."""
    end = end_of(change.after.get(Field.UNTIL))
    if end is None or end > writer.clock.now():
        return None
    why = f"this access ended: it lasted until {end_words(change.after[Field.UNTIL])}. Plan again"
    return Outcome(Status.FAILED, why)


async def add_with_end(writer: Writer, change: Change, member: str, values: Mapping[Field, Value]) -> Outcome | None:
    """Add a member together with an end. Returns why nobody was added: skipped where the edition has no ends.

    Raises CloudError; Conflict where somebody is a member already.
    """
    group = await _group(writer, change)
    if group in writer.endless:
        return Outcome(Status.SKIPPED, _NOT_HERE)
    try:
        await _create(writer, change.mailbox, group, new_membership(group, member, values))
    except (PermissionDenied, Refused) as error:
        if error.code in STOPPING or lacks_scope(error):
            raise
        if await try_edition(writer.google, group) is False:
            writer.endless.add(group)
            return Outcome(Status.SKIPPED, _NOT_HERE, error.request_id)
        outcome = outcome_of(error)
        about_end = "" if isinstance(error, Refused) and error.hint else f". {_REFUSED}"
        return replace(outcome, reason=f"nobody was added: {outcome.reason.rstrip('.')}{about_end}")
    return None


async def _create(writer: Writer, mailbox: Address, group: str, make: Make) -> None:
    """Send the request that adds a member; a new group may be known only later. Raises CloudError."""
    for wait in (*(SETTLE_SECONDS[:4] if mailbox in writer.created else ()), None):
        try:
            operation = await writer.google.write(IDENTITY, make, _CREATE, mailbox=mailbox.text)
        except (NotFound, PermissionDenied) as error:
            if wait is None or lacks_scope(error):
                raise
            await writer.clock.sleep(wait)
        else:
            require_success(operation, _CREATE, mailbox.text)
            return


async def set_end(writer: Writer, change: Change, member: str, values: Mapping[Field, Value]) -> Outcome:
    """Write the end of a membership. Raises CloudError; an edition without ends is no failure of the mailbox."""
    group = await _group(writer, change)
    name = await _membership(writer, group, member, change.mailbox)
    body = request_body(ENDS, {}, values)
    try:
        await writer.google.write(
            IDENTITY,
            lambda service: service.groups().memberships().modifyMembershipRoles(name=name, body=body),
            _CALL,
            mailbox=change.mailbox.text,
        )
    except (PermissionDenied, Refused) as error:
        if error.code in STOPPING or lacks_scope(error):
            raise
        if values.get(Field.UNTIL) != NEVER and await try_edition(writer.google, group) is False:
            return Outcome(Status.SKIPPED, _NOT_HERE, error.request_id)
        outcome = outcome_of(error)
        return replace(outcome, reason=f"{outcome.reason.rstrip('.')}. {_REFUSED}")
    return done()


async def _group(writer: Writer, change: Change) -> str:
    """Return the name of the group in Cloud Identity, asked once per run; a new one may be known only later."""

    async def read() -> str:
        try:
            return await read_name(writer.google, change.mailbox.key)
        except PermissionDenied as error:  # Google has one answer for "not there" and "not allowed"
            if change.mailbox not in writer.created or lacks_scope(error):
                raise
            raise NotFound(error.summary, call=error.call, mailbox=error.mailbox, why=error.why) from error

    if change.mailbox not in writer.identities:
        writer.identities[change.mailbox] = await writer.patiently(read, change.mailbox)
    return writer.identities[change.mailbox]


async def _membership(writer: Writer, group: str, member: str, mailbox: Address) -> str:
    """Return the name of a membership; a new one may be known only later. Raises CloudError."""
    for wait in (*SETTLE_SECONDS[:4], None):
        try:
            answer = await writer.google.read(
                IDENTITY, membership_of(group, member), _LOOKUP, mailbox=mailbox.text, is_alone=True
            )
        except (NotFound, PermissionDenied) as error:
            if wait is None or lacks_scope(error):
                raise
            await writer.clock.sleep(wait)
        else:
            return understood(answer, f"{member} · {_LOOKUP}", name_in, own_name=False)
    raise AssertionError
