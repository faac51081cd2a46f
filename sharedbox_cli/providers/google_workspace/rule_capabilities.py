"""What a mail rule can do in Gmail: filters have criteria and actions, and no order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import Capability, SpecProblem, can, cannot

_FILTER = "https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.settings.filters"
_CRITERIA = (
    "from",
    "to",
    "subject_contains",
    "has_words",
    "without_words",
    "has_attachment",
    "larger_than",
    "smaller_than",
)
_ACTIONS = ("move_to", "tag", "star", "mark_read", "archive", "delete", "never_spam", "important", "forward_to")
RULE_ROWS: tuple[Capability, ...] = (
    *(can(f"rules[].when.{key}", "a criterion of a filter", _FILTER) for key in _CRITERIA),
    *(can(f"rules[].then.{key}", "an action of a filter", _FILTER) for key in _ACTIONS),
    cannot("rules[].unless", "a filter has no exceptions. Write the words as `without_words`."),
    cannot("rules[].stop", "all filters apply to a message, in no order. Leave the key out."),
    cannot("rules[].enabled", "a filter is always on. Use no rule instead."),
    cannot("rules[].when.everything", "a filter needs a criterion. Write one, or use `forwarding`."),
    cannot("rules[].when.from_contains", "`from` finds parts of addresses, too. Write `from`."),
    cannot("rules[].when.to_contains", "`to` finds parts of addresses, too. Write `to`."),
    cannot("rules[].when.body_contains", "a filter searches the whole message. Write `has_words`."),
    cannot("rules[].when.subject_or_body_contains", "a filter searches the whole message. Write `has_words`."),
    cannot("rules[].when.has_any_tag", "a filter runs before labels are there. Leave the key out."),
    cannot("rules[].then.flag", "a message can have a star, but no other flag. Write `star`."),
    cannot("rules[].then.clear_tags", "a filter runs before labels are there. Leave the key out."),
    cannot("rules[].then.delete_permanently", "the bin keeps a message for 30 days. Write `delete`."),
    cannot("rules[].then.copy_to", "a message has labels instead of copies. Write `tag`."),
    cannot("rules[].then.mark_importance", "a message is important or not. Write `important`."),
    cannot("rules[].then.redirect_to", "a filter can only forward. Write `forward_to`."),
    cannot("rules[].then.forward_as_attachment_to", "a filter can only forward. Write `forward_to`."),
)


def rule_problems(number: int, rule: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield what one filter cannot hold twice: a limit of the size, and an address to forward to."""
    when, then = rule["when"], rule["then"]
    if "larger_than" in when and "smaller_than" in when:
        why = "A filter has one limit of the size. Use only one of `larger_than` and `smaller_than`."
        yield ("rules", number, "when", "smaller_than"), why
    targets = then.get("forward_to")
    if isinstance(targets, list) and len(targets) > 1:
        why = "A filter forwards to one address. Write a rule for each of them."
        yield ("rules", number, "then", "forward_to"), why
