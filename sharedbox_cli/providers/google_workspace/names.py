"""Google's rules for addresses, names and labels, each as a function that returns what is wrong, or nothing.

support.google.com/a/answer/9193374 (names), support.google.com/a/answer/6093413 and
knowledge.workspace.google.com, "Words that can't be used in group addresses" (reserved words),
developers.google.com/workspace/gmail/api/guides/labels (labels); all read 2026-11.
"""

from __future__ import annotations

from sharedbox_cli.core.signatures import html_of

MAX_LOCAL = 64
MAX_GROUP_NAME = 73
MAX_LABEL = 225
MAX_LABELS = 10_000
MAX_FILTERS = 1000
MAX_SEARCH = 1500
"""Characters in the conditions of one filter (mbrt/gmailctl#148)."""
MAX_SIGNATURE = 10_000
_NOT_IN_ADDRESSES = "&=<>+,!"
_NOT_IN_NAMES = "<>"
UNMANAGEABLE = frozenset({"abuse", "postmaster"})
"""Never a user or an alias. Groups can have these names, but Google refuses to read or change their settings."""
NO_GROUP_ALIAS = frozenset(
    {*UNMANAGEABLE, "admin", "administrator", "hostmaster", "majordomo", "root", "ssl-admin", "webmaster"}
)
"""Never an alias of a group."""
_SYSTEM_LABELS = frozenset(
    {
        "all mail",
        "chat",
        "chats",
        "draft",
        "drafts",
        "important",
        "inbox",
        "muted",
        "scheduled",
        "sent",
        "snoozed",
        "spam",
        "starred",
        "todo",
        "trash",
        "unread",
        "voicemail",
        "[gmail]",
        "[google mail]",
    }
)
"""Names that Gmail reserves (also gauteh/lieer, README)."""
_CATEGORY = "category_"


def address_problem(address: str) -> str:
    """Return what Google does not allow in a primary address or an alias."""
    local = address.rpartition("@")[0]
    found = [letter for letter in _NOT_IN_ADDRESSES if letter in local]
    if found:
        letters = " ".join(f"`{letter}`" for letter in found)
        return f"Google does not allow {letters} before the `@` of an address. Choose another address."
    if len(local) > MAX_LOCAL or local.startswith(".") or local.endswith(".") or ".." in local:
        return (
            f"Google allows at most {MAX_LOCAL} characters before the `@`, and no `.` at the ends or next to another."
        )
    return ""


def account_address_problem(address: str) -> str:
    """Return why no account can have this address, as its own or as an alias."""
    word = _local(address)
    if word in UNMANAGEABLE:
        return f"Google reserves `{word}@`: no account can have this address, only a group."
    return address_problem(address)


def group_address_problem(address: str) -> str:
    """Return why a group with this address cannot be an inbox."""
    word = _local(address)
    if word in UNMANAGEABLE:
        return (
            f"Nobody can change the settings of a group named `{word}@`, so it cannot be a collaborative inbox. "
            "Manage its members at admin.google.com > Directory > Groups."
        )
    return address_problem(address)


def group_alias_problem(address: str) -> str:
    """Return why a group cannot have this alias."""
    word = _local(address)
    if word in NO_GROUP_ALIAS:
        return f"Google reserves `{word}@`: it cannot be an alias of a group. Choose another address."
    return address_problem(address)


def _local(address: str) -> str:
    return address.rpartition("@")[0].lower()


def name_problem(name: str, most: int | None = None) -> str:
    """Return what Google does not allow in the name of an account or a group."""
    if any(letter in name for letter in _NOT_IN_NAMES):
        return "Google does not allow `<` and `>` in names. Leave them out."
    if most is not None and len(name) > most:
        return f"The name of a group has at most {most} characters at Google, and this one has {len(name)}."
    return ""


def label_problem(name: str) -> str:
    """Return why Gmail creates no label with this name."""
    first = name.partition("/")[0].strip()
    if first.casefold() in _SYSTEM_LABELS or first.casefold().startswith(_CATEGORY):
        return f"Gmail reserves the name `{first}`. Choose another name."
    if "^" in name:
        return "Gmail does not allow `^` in the name of a label. Choose another name."
    return ""


def signature_problem(signature: str) -> str:
    """Return why Gmail refuses a signature."""
    length = len(html_of(signature))
    if length > MAX_SIGNATURE:
        return f"Gmail allows {MAX_SIGNATURE:,} characters of HTML, and this signature has {length:,}. Shorten it."
    return ""
