"""The settings of a document as the core has them: by field, in plain values, lists sorted."""

from __future__ import annotations

from datetime import datetime

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.models.content import AutoReply, Rule, Sender
from sharedbox_cli.language.models.google import Group
from sharedbox_cli.language.models.mailbox import Mailbox

NO_FORWARDING = "none"


def settings_of(spec: Mailbox) -> dict[Field, Value]:
    """Return everything that a document manages."""
    sent, storage, google = spec.sent_items, spec.storage, spec.google
    access, forwarding = spec.access, spec.forwarding
    target = forwarding.to if forwarding else None
    found: dict[Field, Value | None] = {
        Field.DISPLAY_NAME: spec.display_name,
        Field.ALIASES: None if spec.aliases is None else tuple(sorted({item.lower() for item in spec.aliases})),
        Field.HIDDEN: spec.hidden_from_address_lists,
        Field.SIGN_IN: spec.sign_in,
        Field.SENT_AS: sent.send_as if sent else None,
        Field.SENT_ON_BEHALF: sent.send_on_behalf if sent else None,
        Field.LICENCE: storage.licence if storage else None,
        Field.FOLDERS: None if spec.folders is None else tuple(sorted(set(spec.folders))),
        Field.TAGS: None if spec.tags is None else tuple(sorted((tag.name, tag.color or "") for tag in spec.tags)),
        Field.RULES: None if spec.rules is None else tuple(sorted(map(rule_value, spec.rules), key=repr)),
        Field.SENDERS: None if spec.senders is None else tuple(sorted(map(_sender, spec.senders))),
        Field.FORWARDING_TO: None if target is None else "" if target == NO_FORWARDING else target.lower(),
        Field.FORWARDING_KEEP_COPY: forwarding.keep_copy if forwarding else None,
        Field.ACCESS_IMAP: access.imap if access else None,
        Field.ACCESS_POP: access.pop if access else None,
        Field.ORG_UNIT: google.org_unit if google else None,
        **(_auto_reply(spec.auto_reply) if spec.auto_reply else {}),
        **(_group(spec.group) if spec.group else {}),
    }
    return {name: value for name, value in found.items() if value is not None}


def rule_value(rule: Rule) -> Value:
    """Return a rule as sorted pairs of `name`, `when.…` and `then.…` with their values; sizes in bytes."""
    pairs: dict[str, Value] = {"name": rule.name}
    for part, model in (("when", rule.when), ("then", rule.then)):
        for name in type(model).model_fields:
            value = getattr(model, name)
            if value is not None:
                key = f"{part}.{name.rstrip('_')}"
                pairs[key] = tuple(sorted(value)) if isinstance(value, list) else value
    return tuple(sorted(pairs.items()))


def _sender(sender: Sender) -> tuple[str, str, str, bool]:
    reply_to = (sender.reply_to or "").lower()
    return (sender.address.lower(), sender.display_name or "", reply_to, bool(sender.default))


def _auto_reply(reply: AutoReply) -> dict[Field, Value | None]:
    return {
        Field.AUTO_REPLY: reply.enabled,
        Field.AUTO_REPLY_SUBJECT: reply.subject,
        Field.AUTO_REPLY_INTERNAL: reply.internal,
        Field.AUTO_REPLY_EXTERNAL: reply.external,
        Field.AUTO_REPLY_AUDIENCE: reply.audience,
        Field.AUTO_REPLY_START: _instant(reply.start),
        Field.AUTO_REPLY_END: _instant(reply.end),
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _group(group: Group) -> dict[Field, Value | None]:
    found: dict[Field, Value | None] = {}
    for name in type(group).model_fields:
        value = getattr(group, name)
        is_address = name == "reply_to" and isinstance(value, str)
        found[Field(f"group.{name}")] = value.lower() if is_address else value
    return found
