"""What Graph calls the conditions and actions of an inbox rule, by the parameters of New-InboxRule.

learn.microsoft.com/graph/api/resources/messagerulepredicates and …/messageruleactions, read 2026-11. Assumed: which
type of messages each `is…` property means. Graph can have several of them in one rule, New-InboxRule has one.
"""

from __future__ import annotations

from collections.abc import Mapping

PREDICATES = {
    "BodyContainsWords": "bodyContains",
    "SubjectOrBodyContainsWords": "bodyOrSubjectContains",
    "SubjectContainsWords": "subjectContains",
    "FromAddressContainsWords": "senderContains",
    "RecipientAddressContainsWords": "recipientContains",
    "HeaderContainsWords": "headerContains",
    "AssignedCategories": "categories",
    "From": "fromAddresses",
    "SentTo": "sentToAddresses",
    "HasAttachment": "hasAttachments",
    "MyNameInToBox": "sentToMe",
    "MyNameInCcBox": "sentCcMe",
    "MyNameInToOrCcBox": "sentToOrCcMe",
    "MyNameNotInToBox": "notSentToMe",
    "SentOnlyToMe": "sentOnlyToMe",
    "WithImportance": "importance",
    "WithSensitivity": "sensitivity",
    "FlaggedForAction": "messageActionFlag",
}
ACTIONS = {
    "ApplyCategory": "assignCategories",
    "CopyToFolder": "copyToFolder",
    "MoveToFolder": "moveToFolder",
    "DeleteMessage": "delete",
    "PermanentDelete": "permanentDelete",
    "MarkAsRead": "markAsRead",
    "MarkImportance": "markImportance",
    "ForwardTo": "forwardTo",
    "ForwardAsAttachmentTo": "forwardAsAttachmentTo",
    "RedirectTo": "redirectTo",
    "StopProcessingRules": "stopProcessingRules",
}
SIZES = ("WithinSizeRangeMinimum", "WithinSizeRangeMaximum")
TYPE = "MessageTypeMatches"
TYPES: Mapping[str, str] = {
    "isApprovalRequest": "ApprovalRequest",
    "isAutomaticForward": "AutomaticForward",
    "isAutomaticReply": "AutomaticReply",
    "isEncrypted": "Encrypted",
    "isMeetingRequest": "Calendaring",
    "isMeetingResponse": "CalendaringResponse",
    "isNonDeliveryReport": "NonDeliveryReport",
    "isPermissionControlled": "PermissionControlled",
    "isReadReceipt": "ReadReceipt",
    "isSigned": "Signed",
    "isVoicemail": "Voicemail",
}
"""The properties that Graph has for the values of one parameter."""
_IMPORTANCE = {"low": "Low", "normal": "Normal", "high": "High"}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "WithImportance": _IMPORTANCE,
    "MarkImportance": _IMPORTANCE,
    "WithSensitivity": {
        "normal": "Normal",
        "personal": "Personal",
        "private": "Private",
        "confidential": "CompanyConfidential",
    },
    "FlaggedForAction": {
        "any": "Any",
        "call": "Call",
        "doNotForward": "DoNotForward",
        "followUp": "FollowUp",
        "fyi": "ForYourInformation",
        "forward": "Forward",
        "noResponseNecessary": "NoResponseNecessary",
        "read": "Read",
        "reply": "Reply",
        "replyToAll": "ReplyToAll",
        "review": "Review",
    },
}
"""The words of Graph and of Exchange for the values of a parameter."""
TEXTS = frozenset({"ApplyCategory", "AssignedCategories", *(name for name in PREDICATES if name.endswith("Words"))})
"""The parameters that are lists of texts."""
