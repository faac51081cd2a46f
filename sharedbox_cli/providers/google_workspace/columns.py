"""Every setting of both platforms, as Google Workspace holds it.

What Gmail holds for a mailbox is in `gmail_columns.py`, and what Groups Settings holds is in `group_columns.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform
from sharedbox_cli.core.values import ALLOWED, KIND_SHARED, KIND_USER, Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, switch, text
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR, LEVEL
from sharedbox_cli.providers.google_workspace.ends import ENDS
from sharedbox_cli.providers.google_workspace.gmail_columns import GMAIL
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS, MEMBER
from sharedbox_cli.providers.google_workspace.skus import licences_name

ALIASES = Column(
    ("aliases",), lambda row: tuple(sorted(str(alias).lower() for alias in row.get("aliases") or ())), is_optional=True
)
"""Of accounts and groups: each alias is added and removed by a separate request."""


def account_columns(shared_units: Sequence[str]) -> Columns:
    """Return what the Directory holds of an account; some organisational units are for shared mailboxes only."""

    def kind(row: Row) -> Value:
        return KIND_SHARED if accounts.is_shared(row, shared_units) else KIND_USER

    return {
        Field.KIND: Column(("orgUnitPath",), kind),
        Field.DISPLAY_NAME: Column(
            ("name",), accounts.name_of, lambda _, after: {"name": accounts.name_body(str(after))}
        ),
        Field.ALIASES: ALIASES,
        Field.HIDDEN: switch("includeInGlobalAddressList", is_inverted=True),
        Field.SIGN_IN: Column(("lastLoginTime",), lambda row: accounts.sign_in_of(row)[0], _block_sign_in),
        Field.ORG_UNIT: text("orgUnitPath"),
    }


def _block_sign_in(_: Value, after: Value) -> Body:
    if after == ALLOWED:
        message = "sharedbox does not allow sign-in; reset the password in the admin console"
        raise UnknownForm(message)
    return {
        "password": accounts.unknown_password(),
        "changePasswordAtNextLogin": False,
        "recoveryEmail": "",
        "recoveryPhone": "",
    }


ACCOUNT = account_columns(())
"""Written by `users.update`, except aliases and what is noted in the external ids: the kind, and blocked sign-in."""
LICENCE: Columns = {
    Field.LICENCE: Column(("skuId",), lambda row: licences_name(row.get("skuId") or ()), is_optional=True)
}
"""Of the account, in the Licensing API: the ids of all assignments, of which an account has one per product."""
GROUP: Columns = {
    Field.DISPLAY_NAME: text("name", is_optional=True),
    Field.ALIASES: ALIASES,
    Field.GROUP_DESCRIPTION: text("description", is_optional=True),
}
"""What the Directory holds of a group: written by `groups.patch`, except aliases."""
INBOX: Columns = {**GROUP, **GROUP_SETTINGS}
COLUMNS: Mapping[Platform, Columns] = {
    GOOGLE_DELEGATED: {**ACCOUNT, **LICENCE, **GMAIL, **CALENDAR, **LEVEL},
    GOOGLE_COLLABORATIVE: {**INBOX, **MEMBER, **ENDS},
}
