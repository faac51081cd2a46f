"""The settings of a collaborative inbox in Groups Settings, and those of one member in the Directory.

developers.google.com/workspace/admin/groups-settings/v1/reference/groups, read 2026-11. Every value is text there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED, Value
from sharedbox_cli.providers.columns import Body, Column, Columns, Row, UnknownForm, request_body, words
from sharedbox_cli.providers.forms import optional_text, text_of


def _with_suffix(suffix: str, **known: str) -> dict[Value, str]:
    return {word.replace("_", "-"): f"{value}{suffix}" for word, value in known.items()}


_SWITCH: dict[Value, str] = {True: "true", False: "false"}
_WHO_MODERATES: dict[Value, str] = {
    "members": "ALL_MEMBERS",
    "owners-and-managers": "OWNERS_AND_MANAGERS",
    "owners": "OWNERS_ONLY",
    "nobody": "NONE",
}
_SENDER: dict[Value, str] = {"sender": "DEFAULT_SELF", "group": "GROUP"}
_REPLY_TO: dict[Value, str] = {
    "sender": "REPLY_TO_SENDER",
    "group": "REPLY_TO_LIST",
    "owners": "REPLY_TO_OWNER",
    "managers": "REPLY_TO_MANAGERS",
    "everyone-decides": "REPLY_TO_IGNORE",
}
_CUSTOM = "REPLY_TO_CUSTOM"
DELIVERY: Mapping[Value, str] = {
    "all": "ALL_MAIL",
    "daily": "DAILY",
    "digest": "DIGEST",
    "none": "NONE",
    "disabled": "DISABLED",
}
ROLES: Mapping[Right, str] = {Right.MEMBER: "MEMBER", Right.MANAGER: "MANAGER", Right.OWNER: "OWNER"}
_POSTING = _with_suffix(
    "_CAN_POST",
    anyone="ANYONE",
    organization="ALL_IN_DOMAIN",
    members="ALL_MEMBERS",
    managers="ALL_MANAGERS",
    owners="ALL_OWNERS",
    nobody="NONE",
)


def is_inbox(row: Row) -> bool:
    """Return whether a group is used as a collaborative inbox."""
    return row["enableCollaborativeInbox"] is not None and optional_text(row, "enableCollaborativeInbox") == "true"


def sender_of(row: Row) -> str | None:
    """Return the default sender, which Google returns under either of two names."""
    return optional_text(row, "default_sender" if "default_sender" in row else "defaultSender") or None


def _default_sender(row: Row) -> Value:
    value = sender_of(row)
    if value is None:
        message = "The service left it out."
        raise UnknownForm(message)
    return next((ours for ours, theirs in _SENDER.items() if theirs == value), value)


def _post_body(_: Value, after: Value) -> Body:
    """Return who may post; a group in which nobody may post is an archive, which is a separate setting."""
    value = _POSTING.get(after, str(after))
    return {"whoCanPostMessage": value, "archiveOnly": "true" if value == "NONE_CAN_POST" else "false"}


def _reply_to(row: Row) -> Value:
    value = text_of(row, "replyTo")
    if value == _CUSTOM:
        return optional_text(row, "customReplyTo").lower()
    return next((ours for ours, theirs in _REPLY_TO.items() if theirs == value), value)


def _reply_body(_: Value, after: Value) -> Body:
    if "@" in str(after):
        return {"replyTo": _CUSTOM, "customReplyTo": after}
    return {"replyTo": _REPLY_TO.get(after, str(after))}


GROUP_SETTINGS: Columns = {
    Field.KIND: Column(
        ("enableCollaborativeInbox",),
        lambda row: KIND_SHARED if is_inbox(row) else KIND_GROUP,
        lambda _, after: {"enableCollaborativeInbox": "true" if after == KIND_SHARED else "false"},
    ),
    Field.HIDDEN: words("includeInGlobalAddressList", {False: "true", True: "false"}),
    Field.GROUP_POSTING: replace(words("whoCanPostMessage", _POSTING), write=_post_body),
    Field.GROUP_POST_AS_GROUP: words("membersCanPostAsTheGroup", _SWITCH),
    Field.GROUP_DEFAULT_SENDER: Column(
        ("default_sender",),
        _default_sender,
        lambda _, after: {"default_sender": _SENDER.get(after, after)},
        is_optional=True,
    ),
    Field.GROUP_REPLY_TO: Column(("replyTo",), _reply_to, _reply_body),
    Field.GROUP_VIEWING: words(
        "whoCanViewGroup",
        _with_suffix(
            "_CAN_VIEW", anyone="ANYONE", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS", managers="ALL_MANAGERS"
        ),
    ),
    Field.GROUP_MEMBERS_VIEWING: words(
        "whoCanViewMembership",
        _with_suffix("_CAN_VIEW", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS", managers="ALL_MANAGERS"),
    ),
    Field.GROUP_JOINING: words(
        "whoCanJoin",
        {
            "anyone": "ANYONE_CAN_JOIN",
            "organization": "ALL_IN_DOMAIN_CAN_JOIN",
            "invited": "INVITED_CAN_JOIN",
            "on-request": "CAN_REQUEST_TO_JOIN",
        },
    ),
    Field.GROUP_LEAVING: words(
        "whoCanLeaveGroup", _with_suffix("_CAN_LEAVE", members="ALL_MEMBERS", managers="ALL_MANAGERS", nobody="NONE")
    ),
    Field.GROUP_EXTERNAL_MEMBERS: words("allowExternalMembers", _SWITCH),
    Field.GROUP_ASSISTING: words("whoCanAssistContent", {**_WHO_MODERATES, "managers": "MANAGERS_ONLY"}),
    Field.GROUP_MODERATING: words("whoCanModerateContent", _WHO_MODERATES),
    Field.GROUP_MANAGING_MEMBERS: words("whoCanModerateMembers", _WHO_MODERATES),
    Field.GROUP_CONTACTING: words(
        "whoCanContactOwner",
        _with_suffix(
            "_CAN_CONTACT",
            anyone="ANYONE",
            organization="ALL_IN_DOMAIN",
            members="ALL_MEMBERS",
            managers="ALL_MANAGERS",
            owners="ALL_OWNERS",
        ),
    ),
    Field.GROUP_DISCOVERING: words(
        "whoCanDiscoverGroup",
        _with_suffix("_CAN_DISCOVER", anyone="ANYONE", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS"),
    ),
    Field.GROUP_MODERATION: words(
        "messageModerationLevel",
        {
            "none": "MODERATE_NONE",
            "new-members": "MODERATE_NEW_MEMBERS",
            "non-members": "MODERATE_NON_MEMBERS",
            "all": "MODERATE_ALL_MESSAGES",
        },
    ),
    Field.GROUP_SPAM: words(
        "spamModerationLevel",
        {"allow": "ALLOW", "moderate": "MODERATE", "silently-moderate": "SILENTLY_MODERATE", "reject": "REJECT"},
    ),
    Field.GROUP_HISTORY: words("isArchived", _SWITCH),
}
"""Written by one patch of Groups Settings. A value without a word of ours keeps Google's, as it was read."""

MEMBER: Columns = {
    Field.ROLE: words("role", {str(right): role for right, role in ROLES.items()}),
    Field.DELIVERY: words("delivery_settings", DELIVERY),
}
"""Of one member, in the Directory. Lists of members do not include the delivery."""

NEW_INBOX: Mapping[Field, Value] = {
    name: setting.new
    for name, setting in SETTINGS.items()
    if name in GROUP_SETTINGS and name is not Field.HIDDEN and setting.new is not None
}
"""What a new collaborative inbox is created with, where its spec requests nothing else."""


def new_inbox_body() -> Body:
    """Return the patch that turns a new group into a collaborative inbox."""
    return request_body(GROUP_SETTINGS, {}, NEW_INBOX)
