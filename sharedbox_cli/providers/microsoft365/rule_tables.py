"""The keys of a mail rule in a spec, and the parameters of an inbox rule that they are.

learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule and …/get-inboxrule, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "from_contains": "FromAddressContainsWords",
    "to_contains": "RecipientAddressContainsWords",
    "subject_contains": "SubjectContainsWords",
    "body_contains": "BodyContainsWords",
    "subject_or_body_contains": "SubjectOrBodyContainsWords",
    "header_contains": "HeaderContainsWords",
    "has_tag": "AssignedCategories",
}
PEOPLE: Mapping[str, str] = {"from": "From", "to": "SentTo"}
FLAGS: Mapping[str, str] = {"has_attachment": "HasAttachment", "has_any_tag": "AnyCategory"}
MAILBOX_IS: Mapping[str, str] = {
    "to": "MyNameInToBox",
    "cc": "MyNameInCcBox",
    "to-or-cc": "MyNameInToOrCcBox",
    "not-in-to": "MyNameNotInToBox",
    "only-recipient": "SentOnlyToMe",
}
CHOICES: Mapping[str, str] = {
    "importance": "WithImportance",
    "sensitivity": "WithSensitivity",
    "message_type": "MessageTypeMatches",
    "flagged_for": "FlaggedForAction",
}
DATES: Mapping[str, str] = {"received_after": "ReceivedAfterDate", "received_before": "ReceivedBeforeDate"}
LEAST, MOST = "WithinSizeRangeMinimum", "WithinSizeRangeMaximum"
SIZES: Mapping[str, str] = {"larger_than": LEAST, "smaller_than": MOST}
OTHER_CONDITIONS = ("BulkCategory", "HasClassification")
FOLDERS: Mapping[str, str] = {"move_to": "MoveToFolder", "copy_to": "CopyToFolder"}
TARGETS: Mapping[str, str] = {
    "forward_to": "ForwardTo",
    "forward_as_attachment_to": "ForwardAsAttachmentTo",
    "redirect_to": "RedirectTo",
}
ACTION_FLAGS: Mapping[str, str] = {
    "mark_read": "MarkAsRead",
    "delete": "DeleteMessage",
    "delete_permanently": "PermanentDelete",
    "pin": "PinMessage",
    "clear_flag": "ClearFlag",
    "complete_flag": "CompleteFlag",
    "clear_tags": "ClearCategories",
}
SOFT_DELETE = "SoftDeleteMessage"
OTHER_ACTIONS = (
    "ApplySystemCategory",
    "DeleteSystemCategory",
    "DisplayAlert",
    "PlaySound",
    "SendTextMessageNotificationTo",
    SOFT_DELETE,
)
"""Actions without a key: a rule that has one stays as it is."""
FLAG, FLAGGED = "FlagMessage", "FollowUp"
"""How a rule flags a message. Assumed: the page has no list of values. Those of `FlaggedForAction` are used."""
SPECIAL_WORDS = {"CompanyConfidential": "confidential"}
KIB = 1024
NO_MOST = 1024**3
"""The upper end of a range that has none: both ends belong together, and no message is so large."""
ABOUT = frozenset(
    [
        "Description",
        "DescriptionTimeFormat",
        "DescriptionTimeZone",
        "Enabled",
        "ErrorType",
        "Identity",
        "InError",
        "IsValid",
        "MailboxOwnerId",
        "Name",
        "ObjectState",
        "Priority",
        "RuleIdentity",
        "RuleProvider",
        "RunspaceId",
        "StopProcessingRules",
        "SupportedByTask",
        "WarningMessages",
    ]
)
"""The properties of a rule that are neither conditions nor actions."""
BOOLEANS = frozenset(
    {*FLAGS.values(), *MAILBOX_IS.values(), *ACTION_FLAGS.values(), "BulkCategory", SOFT_DELETE, "StopProcessingRules"}
)
CONDITIONS = frozenset(
    {
        *WORDS.values(),
        *PEOPLE.values(),
        *FLAGS.values(),
        *MAILBOX_IS.values(),
        *CHOICES.values(),
        *DATES.values(),
        *SIZES.values(),
        *OTHER_CONDITIONS,
    }
)
KNOWN = frozenset(
    {
        *ABOUT,
        *CONDITIONS,
        *(f"ExceptIf{name}" for name in CONDITIONS),
        *FOLDERS.values(),
        *TARGETS.values(),
        *ACTION_FLAGS.values(),
        *OTHER_ACTIONS,
        "ApplyCategory",
        "MarkImportance",
        FLAG,
    }
)
FREE_TEXTS = frozenset({*WORDS.values(), *(f"ExceptIf{name}" for name in WORDS.values()), *FOLDERS.values()})
"""The properties with texts that people choose."""
RECIPIENTS = frozenset({*PEOPLE.values(), *(f"ExceptIf{name}" for name in PEOPLE.values()), *TARGETS.values()})
"""The properties that name recipients."""
