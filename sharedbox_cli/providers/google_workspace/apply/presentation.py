"""Write how a mailbox presents itself: its language, and the signature under its address."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.languages import same_language
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.signatures import same_signature, text_of
from sharedbox_cli.providers.columns import request_body
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.gmail_columns import LANGUAGE, SIGNATURE
from sharedbox_cli.providers.safe_write import done

NOT_STORED = "signature: Gmail stored it without some of its text, links or images"
_BASE = "gmail.users.settings"


async def write_language(writer: Writer, change: Change) -> Outcome:
    """Set the language; Gmail saves a near one for a tag that it does not offer."""
    body = request_body(LANGUAGE, {}, {Field.LANGUAGE: change.after[Field.LANGUAGE]})
    answer = await writer.gmail(
        lambda users: users.settings().updateLanguage(userId="me", body=body), f"{_BASE}.updateLanguage", change.mailbox
    )
    saved, wanted = str(answer.get("displayLanguage")), str(change.after[Field.LANGUAGE])
    if same_language(wanted, saved):
        return done()
    why = (
        f"language: Gmail does not offer `{wanted}` and saved `{saved}`. Write `{saved}`, or another one that it offers"
    )
    return Outcome(Status.FAILED, why)


async def write_signature(writer: Writer, change: Change) -> Outcome:
    """Set the signature under the mailbox's address; Gmail removes from it what it does not allow."""
    body = request_body(SIGNATURE, {}, {Field.SIGNATURE: change.after[Field.SIGNATURE]})
    answer = await writer.gmail(
        lambda users: users.settings().sendAs().patch(userId="me", sendAsEmail=change.mailbox.key, body=body),
        f"{_BASE}.sendAs.patch",
        change.mailbox,
    )
    if same_signature(change.after[Field.SIGNATURE], text_of(str(answer.get("signature") or ""))):
        return done()
    return Outcome(Status.FAILED, NOT_STORED)
