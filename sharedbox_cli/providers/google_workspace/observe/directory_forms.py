"""The forms of accounts and groups that are used: anything else is an error that names the value."""

from __future__ import annotations

from sharedbox_cli.providers.forms import optional_flag, optional_text, optional_texts, rows_in, text_of
from sharedbox_cli.providers.responses import Fields, Row


def check_account(row: Row) -> None:
    """Raise KeyError or UnknownForm for an account whose values have other forms than those that are used."""
    for name in ("id", "primaryEmail", "orgUnitPath", "customerId"):
        text_of(row, name)
    for name in ("recoveryEmail", "recoveryPhone", "lastLoginTime", "creationTime"):
        optional_text(row, name)
    for name in ("suspended", "archived", "isMailboxSetup", "changePasswordAtNextLogin", "isAdmin"):
        optional_flag(row, name)
    optional_texts(row, "aliases")
    optional_texts(row, "nonEditableAliases")
    for name in ("displayName", "fullName"):
        optional_text(row["name"], name)
    for item in rows_in(row, "externalIds"):
        optional_text(item, "customType")
        optional_text(item, "value")


def check_group(row: Row) -> Fields:
    """Return a group. Raises KeyError or UnknownForm where a value has none of the known forms."""
    text_of(row, "id")
    text_of(row, "email")
    for name in ("name", "description"):
        optional_text(row, name)
    optional_texts(row, "aliases")
    optional_texts(row, "nonEditableAliases")
    return Fields(row, "directory.groups.list")
