"""Let Google itself end a membership, at another time or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import CloudError, NotFound, PermissionDenied, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.until import NEVER, end_of, end_words
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.forms import understood
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.ends import EDITIONS, ENDS, is_edition, membership_of, name_in
from sharedbox_cli.providers.google_workspace.observe.ends import read_name, try_edition
from sharedbox_cli.providers.google_workspace.scopes import IDENTITY
from sharedbox_cli.providers.safe_write import done
from sharedbox_cli.providers.transport import SETTLE_SECONDS

_CALL = "cloudidentity.groups.memberships.modifyMembershipRoles"
_LOOKUP = "cloudidentity.groups.memberships.lookup"
_NOT_HERE = (
    "Google did not accept an end of the membership: this edition has none ({editions} do), or the group is locked. "
    "Access ends with the first apply after `until`. Leave `group.enforce_until` out"
)


def is_over(writer: Writer, change: Change) -> Outcome | None:
    """Return why a change is refused whose end is over: Google accepts none in the past."""
    end = end_of(change.after.get(Field.UNTIL))
    if end is None or end > writer.clock.now():
        return None
    why = f"this access ended: it lasted until {end_words(change.after[Field.UNTIL])}. Plan again"
    return Outcome(Status.FAILED, why)


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
        if values.get(Field.UNTIL) != NEVER and await _is_edition(writer, group, error):
            return Outcome(Status.SKIPPED, _NOT_HERE.format(editions=EDITIONS), error.request_id)
        raise
    return done()


async def _is_edition(writer: Writer, group: str, error: CloudError) -> bool:
    """Return whether the edition has no ends: by the error itself, or by what the edition answers otherwise."""
    return is_edition(error) or (isinstance(error, Refused) and await try_edition(writer.google, group) is False)


async def _group(writer: Writer, change: Change) -> str:
    """Return the name of the group in Cloud Identity, asked once per run."""
    if change.mailbox not in writer.identities:
        writer.identities[change.mailbox] = await writer.patiently(
            lambda: read_name(writer.google, change.mailbox.key), change.mailbox
        )
    return writer.identities[change.mailbox]


async def _membership(writer: Writer, group: str, member: str, mailbox: Address) -> str:
    """Return the name of a membership; a new one may be known only later. Raises CloudError."""
    for wait in (*SETTLE_SECONDS[:4], None):
        try:
            answer = await writer.google.read(
                IDENTITY, membership_of(group, member), _LOOKUP, mailbox=mailbox.text, is_alone=True
            )
        except (NotFound, PermissionDenied) as error:  # Google has one answer for "not there" and "not allowed"
            if wait is None or not _may_come(error):
                raise
            await writer.clock.sleep(wait)
        else:
            return understood(answer, f"{member} · {_LOOKUP}", name_in, own_name=False)
    raise AssertionError


def _may_come(error: CloudError) -> bool:
    return isinstance(error, NotFound) or is_edition(error)
