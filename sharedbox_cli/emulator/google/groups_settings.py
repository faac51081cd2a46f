"""Groups Settings (developers.google.com/workspace/admin/groups-settings/v1/reference/groups, read 2026-11)."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers, patched
from sharedbox_cli.emulator.google.errors import bad, missing


def _each(names: str, suffix: str) -> tuple[str, ...]:
    return tuple(f"{name}{suffix}" for name in names.split())


_MODERATION = ("ALL_MEMBERS", "OWNERS_AND_MANAGERS", "OWNERS_ONLY", "NONE")
_ASSISTANCE = ("ALL_MEMBERS", "OWNERS_AND_MANAGERS", "MANAGERS_ONLY", "OWNERS_ONLY", "NONE")
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
MAX_BYTES = 25 * 1024 * 1024
VALUES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "allowExternalMembers",
            "allowWebPosting",
            "archiveOnly",
            "isArchived",
            "membersCanPostAsTheGroup",
            "includeInGlobalAddressList",
            "includeCustomFooter",
            "sendMessageDenyNotification",
            "enableCollaborativeInbox",
            "favoriteRepliesOnTop",
            "showInGroupDirectory",
            "allowGoogleCommunication",
        ),
        ("true", "false"),
    ),
    "default_sender": ("DEFAULT_SELF", "GROUP"),
    "whoCanJoin": ("ANYONE_CAN_JOIN", "ALL_IN_DOMAIN_CAN_JOIN", "INVITED_CAN_JOIN", "CAN_REQUEST_TO_JOIN"),
    "whoCanLeaveGroup": _each("ALL_MANAGERS ALL_MEMBERS NONE", "_CAN_LEAVE"),
    "whoCanPostMessage": _each("NONE ALL_MANAGERS ALL_MEMBERS ALL_OWNERS ALL_IN_DOMAIN ANYONE", "_CAN_POST"),
    "whoCanViewGroup": _each("ANYONE ALL_IN_DOMAIN ALL_MEMBERS ALL_MANAGERS ALL_OWNERS", "_CAN_VIEW"),
    "whoCanViewMembership": _each("ALL_IN_DOMAIN ALL_MEMBERS ALL_MANAGERS", "_CAN_VIEW"),
    "whoCanContactOwner": _each("ALL_IN_DOMAIN ALL_MANAGERS ALL_MEMBERS ANYONE ALL_OWNERS", "_CAN_CONTACT"),
    "whoCanDiscoverGroup": _each("ANYONE ALL_IN_DOMAIN ALL_MEMBERS", "_CAN_DISCOVER"),
    **dict.fromkeys(("whoCanModerateMembers", "whoCanModerateContent", "whoCanBanUsers"), _MODERATION),
    "whoCanAssistContent": _ASSISTANCE,
    "messageModerationLevel": (
        "MODERATE_ALL_MESSAGES",
        "MODERATE_NON_MEMBERS",
        "MODERATE_NEW_MEMBERS",
        "MODERATE_NONE",
    ),
    "spamModerationLevel": ("ALLOW", "MODERATE", "SILENTLY_MODERATE", "REJECT"),
    "replyTo": (
        "REPLY_TO_CUSTOM",
        "REPLY_TO_SENDER",
        "REPLY_TO_LIST",
        "REPLY_TO_OWNER",
        "REPLY_TO_IGNORE",
        "REPLY_TO_MANAGERS",
    ),
    "whoCanApproveMembers": _each("ALL_MEMBERS ALL_MANAGERS ALL_OWNERS NONE", "_CAN_APPROVE"),
    "whoCanAdd": _each("ALL_MEMBERS ALL_MANAGERS ALL_OWNERS NONE", "_CAN_ADD"),
    "whoCanInvite": _each("ALL_MEMBERS ALL_MANAGERS ALL_OWNERS NONE", "_CAN_INVITE"),
    **dict.fromkeys(
        (
            "whoCanModifyMembers",
            "whoCanApproveMessages",
            "whoCanDeleteAnyPost",
            "whoCanDeleteTopics",
            "whoCanHideAbuse",
            "whoCanLockTopics",
            "whoCanMakeTopicsSticky",
            "whoCanMoveTopicsIn",
            "whoCanMoveTopicsOut",
            "whoCanPostAnnouncements",
        ),
        _MODERATION,
    ),
    **dict.fromkeys(
        (
            "whoCanAssignTopics",
            "whoCanUnassignTopic",
            "whoCanTakeTopics",
            "whoCanMarkDuplicate",
            "whoCanMarkNoResponseNeeded",
            "whoCanMarkFavoriteReplyOnAnyTopic",
            "whoCanMarkFavoriteReplyOnOwnTopic",
            "whoCanUnmarkFavoriteReplyOnAnyTopic",
            "whoCanEnterFreeFormTags",
            "whoCanModifyTagsAndCategories",
        ),
        _ASSISTANCE,
    ),
    "whoCanAddReferences": ("NONE",),
    "messageDisplayFont": ("DEFAULT_FONT",),
}
_LENGTHS = {"name": 73, "description": 300, "customFooterText": 1000, "defaultMessageDenyNotificationText": 10_000}
FRESH: dict[str, Any] = {
    "whoCanJoin": "CAN_REQUEST_TO_JOIN",
    "whoCanViewGroup": "ALL_MEMBERS_CAN_VIEW",
    "whoCanViewMembership": "ALL_MEMBERS_CAN_VIEW",
    "whoCanPostMessage": "ANYONE_CAN_POST",
    "allowExternalMembers": "false",
    "isArchived": "false",
    "archiveOnly": "false",
    "membersCanPostAsTheGroup": "false",
    "enableCollaborativeInbox": "false",
    "allowWebPosting": "true",
    "includeInGlobalAddressList": "true",
    "messageModerationLevel": "MODERATE_NONE",
    "spamModerationLevel": "MODERATE",
    "replyTo": "REPLY_TO_IGNORE",
    "whoCanLeaveGroup": "ALL_MEMBERS_CAN_LEAVE",
    "whoCanContactOwner": "ANYONE_CAN_CONTACT",
    "whoCanModerateContent": "OWNERS_AND_MANAGERS",
    "whoCanModerateMembers": "OWNERS_AND_MANAGERS",
    "whoCanAssistContent": "NONE",
    "whoCanDiscoverGroup": "ALL_IN_DOMAIN_CAN_DISCOVER",
    "default_sender": "DEFAULT_SELF",
    "primaryLanguage": "en_US",
    "maxMessageBytes": 26214400,
    "whoCanBanUsers": "OWNERS_AND_MANAGERS",
    "whoCanApproveMembers": "ALL_MANAGERS_CAN_APPROVE",
    "includeCustomFooter": "false",
    "customFooterText": "",
    "sendMessageDenyNotification": "false",
    "customReplyTo": "",
    "favoriteRepliesOnTop": "false",
    "showInGroupDirectory": "true",
    "allowGoogleCommunication": "false",
    "customRolesEnabledForSettingsToBeMerged": "false",
    "whoCanAddReferences": "NONE",
    "messageDisplayFont": "DEFAULT_FONT",
}
"""The settings of a new group (a public fixture of one tenant, read 2026-11)."""


def _found(call: Call) -> sqlite3.Row:
    group = call.store.group(call.text("groupUniqueId"))
    if group is None or group["visible_at"] > call.store.now:
        raise missing("groupKey")
    if group["email"].startswith(("abuse@", "postmaster@")):
        raise bad("Invalid Value")  # Google reserves these names, and refuses their settings (GAM-team/GAM, PR 334)
    return group


def _shown(group: sqlite3.Row) -> dict[str, Any]:
    doc, settings = json.loads(group["doc"]), json.loads(group["settings"])
    return {
        "kind": "groupsSettings#groups",
        "email": group["email"],
        "name": doc.get("name", ""),
        "description": doc.get("description", ""),
        **settings,
    }


def _get(call: Call) -> Any:
    group = _found(call)
    return call.store.stale(group["id"], "settings") or _shown(group)


def _write(call: Call) -> Any:
    group = _found(call)
    body = dict(call.body)
    if not 0 <= (body.get("maxMessageBytes") or 0) <= MAX_BYTES:
        raise bad("Invalid Value: maxMessageBytes")
    if body.get("primaryLanguage") and not _LANGUAGE.fullmatch(body["primaryLanguage"]):
        raise bad("Invalid Value: primaryLanguage")
    if body.get("customReplyTo") and not _ADDRESS.fullmatch(body["customReplyTo"]):
        raise bad("Invalid Value: customReplyTo")
    if "name" in body and (not str(body["name"] or "").strip() or set("<>") & set(str(body["name"]))):
        raise bad("Invalid Value: name")
    for name, value in body.items():
        if name in VALUES and value not in VALUES[name]:
            raise bad(f"Invalid Value: {name}")
        if name in _LENGTHS and len(str(value or "")) > _LENGTHS[name]:
            raise bad(f"Invalid Value: {name} is too long")
    named: dict[str, Any] = {name: body.pop(name) for name in ("name", "description") if name in body}
    settings = _coupled(json.loads(group["settings"]), body)
    call.store.keep_stale(group["id"], "settings", _shown(group))
    call.store.run(
        "update g_groups set settings = ?, doc = ? where id = ?",
        json.dumps(settings),
        json.dumps(patched(json.loads(group["doc"]), named)),
        group["id"],
    )
    call.effect = f"settings of {group['email']}: {', '.join(sorted({*body, *named}))}"
    again = call.store.row("select * from g_groups where id = ?", group["id"])
    return _shown(again) if again else {}


_OPEN = ("ANYONE_CAN_POST", "ALL_IN_DOMAIN_CAN_POST")
"""Who can post so that somebody who is not a member can (GAM-team/GAM#1601)."""


def _coupled(before: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the settings after a write. Some settings depend on each other."""
    settings = {**before, **{name: value for name, value in body.items() if value is not None}}
    if settings["archiveOnly"] == "true":
        settings["whoCanPostMessage"] = "NONE_CAN_POST"
    elif before["archiveOnly"] == "true" and "whoCanPostMessage" not in body:
        settings["whoCanPostMessage"] = "ALL_MANAGERS_CAN_POST"
    if settings["archiveOnly"] == "false" and settings["whoCanPostMessage"] == "NONE_CAN_POST":
        raise bad("Invalid Value: whoCanPostMessage is NONE_CAN_POST while archiveOnly is false")
    if settings["replyTo"] == "REPLY_TO_CUSTOM" and "@" not in settings.get("customReplyTo", ""):
        raise bad("Invalid Value: replyTo is REPLY_TO_CUSTOM without customReplyTo")
    if settings["messageModerationLevel"] == "MODERATE_NON_MEMBERS" and settings["whoCanPostMessage"] not in _OPEN:
        raise bad("Can't set messageModerationLevel as MODERATE_NON_MEMBERS when non-members can't post.")
    return settings


HANDLERS: Handlers = {
    "groupsSettings.groups.get": _get,
    "groupsSettings.groups.patch": _write,
    "groupsSettings.groups.update": _write,
}
