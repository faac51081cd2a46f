"""The settings of a collaborative inbox: our words and Google's, in one table.

developers.google.com/workspace/admin/groups-settings/v1/reference/groups, read 2026-11. Every value is text there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value


def _each(suffix: str, **words: str) -> dict[Value, str]:
    return {name.replace("_", "-"): f"{value}{suffix}" for name, value in words.items()}


_SWITCH: dict[Value, str] = {True: "true", False: "false"}
_KEEPERS: dict[Value, str] = {
    "members": "ALL_MEMBERS",
    "owners-and-managers": "OWNERS_AND_MANAGERS",
    "owners": "OWNERS_ONLY",
    "nobody": "NONE",
}
WIRE: Mapping[Field, tuple[str, Mapping[Value, str]]] = {
    Field.GROUP_POSTING: (
        "whoCanPostMessage",
        _each(
            "_CAN_POST",
            anyone="ANYONE",
            organization="ALL_IN_DOMAIN",
            members="ALL_MEMBERS",
            managers="ALL_MANAGERS",
            owners="ALL_OWNERS",
            nobody="NONE",
        ),
    ),
    Field.GROUP_POST_AS_GROUP: ("membersCanPostAsTheGroup", _SWITCH),
    Field.GROUP_DEFAULT_SENDER: ("default_sender", {"sender": "DEFAULT_SELF", "group": "GROUP"}),
    Field.GROUP_VIEWING: (
        "whoCanViewGroup",
        _each(
            "_CAN_VIEW", anyone="ANYONE", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS", managers="ALL_MANAGERS"
        ),
    ),
    Field.GROUP_MEMBERS_VIEWING: (
        "whoCanViewMembership",
        _each("_CAN_VIEW", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS", managers="ALL_MANAGERS"),
    ),
    Field.GROUP_JOINING: (
        "whoCanJoin",
        {
            "anyone": "ANYONE_CAN_JOIN",
            "organization": "ALL_IN_DOMAIN_CAN_JOIN",
            "invited": "INVITED_CAN_JOIN",
            "on-request": "CAN_REQUEST_TO_JOIN",
        },
    ),
    Field.GROUP_LEAVING: (
        "whoCanLeaveGroup",
        _each("_CAN_LEAVE", members="ALL_MEMBERS", managers="ALL_MANAGERS", nobody="NONE"),
    ),
    Field.GROUP_EXTERNAL_MEMBERS: ("allowExternalMembers", _SWITCH),
    Field.GROUP_ASSISTING: ("whoCanAssistContent", {**_KEEPERS, "managers": "MANAGERS_ONLY"}),
    Field.GROUP_MODERATING: ("whoCanModerateContent", _KEEPERS),
    Field.GROUP_MANAGING_MEMBERS: ("whoCanModerateMembers", _KEEPERS),
    Field.GROUP_CONTACTING: (
        "whoCanContactOwner",
        _each(
            "_CAN_CONTACT",
            anyone="ANYONE",
            organization="ALL_IN_DOMAIN",
            members="ALL_MEMBERS",
            managers="ALL_MANAGERS",
            owners="ALL_OWNERS",
        ),
    ),
    Field.GROUP_DISCOVERING: (
        "whoCanDiscoverGroup",
        _each("_CAN_DISCOVER", anyone="ANYONE", organization="ALL_IN_DOMAIN", members="ALL_MEMBERS"),
    ),
    Field.GROUP_MODERATION: (
        "messageModerationLevel",
        {
            "none": "MODERATE_NONE",
            "new-members": "MODERATE_NEW_MEMBERS",
            "non-members": "MODERATE_NON_MEMBERS",
            "all": "MODERATE_ALL_MESSAGES",
        },
    ),
    Field.GROUP_SPAM: (
        "spamModerationLevel",
        {"allow": "ALLOW", "moderate": "MODERATE", "silently-moderate": "SILENTLY_MODERATE", "reject": "REJECT"},
    ),
    Field.GROUP_HISTORY: ("isArchived", _SWITCH),
}
_REPLY: dict[Value, str] = {
    "sender": "REPLY_TO_SENDER",
    "group": "REPLY_TO_LIST",
    "owners": "REPLY_TO_OWNER",
    "managers": "REPLY_TO_MANAGERS",
    "everyone-decides": "REPLY_TO_IGNORE",
}
INBOX: Mapping[str, str] = {
    "enableCollaborativeInbox": "true",
    "isArchived": "true",
    "archiveOnly": "false",
    "messageModerationLevel": "MODERATE_NONE",
    "spamModerationLevel": "MODERATE",
    "allowExternalMembers": "false",
    "whoCanJoin": "INVITED_CAN_JOIN",
    "whoCanLeaveGroup": "NONE_CAN_LEAVE",
    "whoCanPostMessage": "ANYONE_CAN_POST",
    "whoCanViewGroup": "ALL_MEMBERS_CAN_VIEW",
    "whoCanViewMembership": "ALL_MEMBERS_CAN_VIEW",
    "whoCanAssistContent": "ALL_MEMBERS",
    "whoCanModerateContent": "OWNERS_AND_MANAGERS",
    "whoCanModerateMembers": "OWNERS_AND_MANAGERS",
    "whoCanContactOwner": "ALL_MANAGERS_CAN_CONTACT",
    "membersCanPostAsTheGroup": "true",
    "default_sender": "GROUP",
    "replyTo": "REPLY_TO_SENDER",
}
"""What a new collaborative inbox is made with, where its spec says nothing else."""


def is_inbox(raw: Mapping[str, Any]) -> bool:
    """Return whether a group is used as a collaborative inbox."""
    return str(raw["enableCollaborativeInbox"]) == "true"


def sender_of(raw: Mapping[str, Any]) -> Any:
    """Return the default sender under either of the names that it is seen under."""
    return raw.get("default_sender", raw.get("defaultSender"))


def observed(raw: Mapping[str, Any], wanted: frozenset[Field]) -> dict[Field, Value]:
    """Return settings in our words; a value that has no word keeps Google's. Raises ObserveError."""
    found: dict[Field, Value] = {}
    for name in wanted:
        if name is Field.GROUP_REPLY_TO:
            found[name] = _reply_of(raw)
        elif name in WIRE:
            wire, words = WIRE[name]
            value = sender_of(raw) if wire == "default_sender" else raw.get(wire)
            if value is None:
                raise ObserveError(where=f"{raw.get('email', '')} · {wire}", why="Google left the setting out.")
            found[name] = next((ours for ours, theirs in words.items() if theirs == value), str(value))
    return found


def _reply_of(raw: Mapping[str, Any]) -> str:
    value = str(raw["replyTo"])
    if value == "REPLY_TO_CUSTOM":
        return str(raw.get("customReplyTo", "")).lower()
    return next((str(ours) for ours, theirs in _REPLY.items() if theirs == value), value)


def wire(settings: Mapping[Field, Value]) -> dict[str, Any]:
    """Return the body of one patch."""
    body: dict[str, Any] = {}
    for name, value in settings.items():
        if name is Field.GROUP_REPLY_TO:
            text = str(value)
            if "@" in text:
                body |= {"replyTo": "REPLY_TO_CUSTOM", "customReplyTo": text}
            else:
                body["replyTo"] = _REPLY.get(value, text)
        elif name in WIRE:
            key, words = WIRE[name]
            body[key] = words.get(value, value)  # one without a word keeps Google's, as it was read
    if body.get("whoCanPostMessage") == "NONE_CAN_POST":
        body["archiveOnly"] = "true"
    elif "whoCanPostMessage" in body:
        body["archiveOnly"] = "false"
    return body
