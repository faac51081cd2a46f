"""The settings of a mailbox: one row per field, and everything the core knows about it.

To add a setting, see docs/contributing/field.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sharedbox_cli.core.format_values import (
    mail_rule_words,
    message_size,
    sender_words,
    tag_words,
    text_words,
    value_words,
)
from sharedbox_cli.core.html_text import same_lines
from sharedbox_cli.core.languages import same_language
from sharedbox_cli.core.mail_rules import same_rules
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.senders import completed_senders, same_senders
from sharedbox_cli.core.signatures import same_signature, signature_words
from sharedbox_cli.core.until import end_words
from sharedbox_cli.core.values import (
    ALLOWED,
    COPY_SENDER,
    KIND_SHARED,
    LICENCE_NONE,
    ORGANIZATION,
    UNLIMITED,
    Value,
    same_name,
)


class Field(StrEnum):
    """A setting of a mailbox, named by its path in a spec."""

    DISPLAY_NAME = "display_name"
    ALIASES = "aliases"
    HIDDEN = "hidden_from_address_lists"
    SIGN_IN = "sign_in"
    SENT_AS = "sent_items.send_as"
    SENT_ON_BEHALF = "sent_items.send_on_behalf"
    LICENCE = "storage.licence"
    LANGUAGE = "language"
    """A tag as in RFC 5646; a service may save a near variant."""
    SIGNATURE = "signature"
    """Plain text or HTML, of the mailbox's own address."""
    CALENDAR_DEFAULT = "calendar.default"
    """What people of the organisation can do in the calendar who have no level of their own."""
    CALENDAR_ANONYMOUS = "calendar.anonymous"
    """What everybody else can do in it, signed in or not."""
    CONTACTS_DEFAULT = "contacts.default"
    """What people of the organisation can do with the contacts who have no level of their own."""
    FOLDERS = "folders"
    """Paths that must exist; others stay, as they hold mail."""
    TAGS = "tags"
    """(name, colour) that must exist; others stay."""
    RULES = "rules"
    """Each rule as pairs of key and value (`rule_value`); a platform without names for rules compares their content."""
    SENDERS = "senders"
    """(address, display name, reply-to, whether it is the default), without the mailbox's own address."""
    AUTO_REPLY = "auto_reply.enabled"
    AUTO_REPLY_SUBJECT = "auto_reply.subject"
    AUTO_REPLY_INTERNAL = "auto_reply.internal"
    AUTO_REPLY_EXTERNAL = "auto_reply.external"
    AUTO_REPLY_AUDIENCE = "auto_reply.audience"
    AUTO_REPLY_START = "auto_reply.start"
    """ISO instant (UTC), or empty: immediately."""
    AUTO_REPLY_END = "auto_reply.end"
    FORWARDING_TO = "forwarding.to"
    """An address, or empty: nothing is forwarded."""
    FORWARDING_KEEP_COPY = "forwarding.keep_copy"
    ACCESS_WEB = "access.web"
    ACCESS_MOBILE = "access.mobile"
    ACCESS_MAPI = "access.mapi"
    ACCESS_IMAP = "access.imap"
    ACCESS_POP = "access.pop"
    ACCESS_SMTP_AUTH = "access.smtp_auth"
    """True, false, or `ORGANIZATION`: as the organisation has set it for all mailboxes."""
    ACCEPT_FROM = "incoming.accept_from"
    """Addresses of people and groups, sorted. Empty: everyone can send to it."""
    REJECT_FROM = "incoming.reject_from"
    MODERATED = "incoming.moderated"
    MODERATORS = "incoming.moderators"
    BYPASS_MODERATION = "incoming.bypass_moderation"
    NOTIFY_SENDERS = "incoming.notify_senders"
    SEND_LIMIT = "message_limits.send"
    """Bytes."""
    RECEIVE_LIMIT = "message_limits.receive"
    ARCHIVE = "retention.archive"
    HOLD = "retention.litigation_hold"
    HOLD_DURATION = "retention.hold_duration"
    """A number of days (`365d`), or `UNLIMITED`."""
    HOLD_NOTE = "retention.hold_note"
    ITEM_RECOVERY = "retention.single_item_recovery"
    """A number of days, or `NOT_KEPT`."""
    DELETED_ITEMS = "retention.deleted_items"
    """A number of days: the span of `ITEM_RECOVERY` if that is on."""
    RETENTION_POLICY = "retention.policy"
    """A name, or empty: none."""
    AUDIT_LOG = "audit_log"
    ORG_UNIT = "google.org_unit"
    GROUP_DESCRIPTION = "group.description"
    GROUP_POSTING = "group.posting"
    GROUP_POST_AS_GROUP = "group.post_as_group"
    GROUP_DEFAULT_SENDER = "group.default_sender"
    GROUP_REPLY_TO = "group.reply_to"
    GROUP_VIEWING = "group.viewing"
    GROUP_MEMBERS_VIEWING = "group.members_viewing"
    GROUP_JOINING = "group.joining"
    GROUP_LEAVING = "group.leaving"
    GROUP_EXTERNAL_MEMBERS = "group.external_members"
    GROUP_ASSISTING = "group.assisting"
    GROUP_MODERATING = "group.moderating"
    GROUP_MANAGING_MEMBERS = "group.managing_members"
    GROUP_CONTACTING = "group.contacting"
    GROUP_DISCOVERING = "group.discovering"
    GROUP_MODERATION = "group.moderation"
    GROUP_SPAM = "group.spam"
    GROUP_HISTORY = "group.history"
    PRODUCT = "storage.product"
    """The product that a licence comes from: named by a change of the licence, and never a key of a spec."""
    KIND = "kind"
    """What the object is: follows from the platform in a spec, and is never a key of it."""
    ROLE = "role"
    LEVEL = "level"
    DELIVERY = "delivery"
    UNTIL = "until"
    """When the service itself ends a grant: an instant in UTC, or `never`."""
    AUTOMAPPING = "automapping"
    """The last five belong to one grant: they occur only in a Change with a trustee."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One field. An exact list is the whole list; an ensured one names what must exist, and other items stay."""

    topic: Topic
    new: Value = None
    """The value of a new mailbox. No plan relies on it, as all managed settings are sent. A Google Group is created
    with it, and Gmail that is not set up yet is observed with it."""
    is_ensured: bool = False
    opens: tuple[Value, ...] = ()
    """The values that open access to more people than the members, the widest last."""
    opened: str = ""
    """What more people can do then: `read it`. Empty where a guard has other words."""
    item_words: Callable[[Value], str] = value_words
    """How one item of a list, or a single value, reads in prose."""
    names_recipients: bool = False
    """Whether its values are addresses of recipients, of which a platform may report another address."""
    is_own: bool = False
    """Whether it is about one mailbox, costs money, or contradicts another one: `import` writes no default of it."""
    is_nameable: bool = False
    """Whether a plan lists the key as unmanaged where a spec leaves it out."""
    matters_with: Field | None = None
    """The setting without which this one has no effect: platforms do not keep it then."""
    is_same: Callable[[Value, Value], bool] | None = None
    """Compares the desired with the observed value where equal ones can differ. None: they are the same value."""
    completed: Callable[[Value, Value], Value] | None = None
    """Returns the desired value with what it leaves open, as it is observed. None: it leaves nothing open."""
    is_key: bool = True
    """Whether it is a key of a spec, and not a part of a change alone."""

    @property
    def is_in_spec(self) -> bool:
        """Return whether a spec can set the field: the others describe the object itself, or one grant."""
        return self.is_key and self.topic not in (Topic.KIND, Topic.GRANT)


SETTINGS: Mapping[Field, Setting] = {
    Field.DISPLAY_NAME: Setting(Topic.MAILBOX, new="", is_own=True, is_nameable=True),
    Field.ALIASES: Setting(Topic.ADDRESSES, new=(), is_nameable=True),
    Field.HIDDEN: Setting(Topic.MAILBOX, new=False, is_nameable=True),
    Field.SIGN_IN: Setting(Topic.SIGN_IN, new=ALLOWED, opens=(ALLOWED,), is_nameable=True),
    Field.SENT_AS: Setting(Topic.MAILBOX, new=COPY_SENDER, is_nameable=True),
    Field.SENT_ON_BEHALF: Setting(Topic.MAILBOX, new=COPY_SENDER, is_nameable=True),
    Field.LICENCE: Setting(Topic.LICENCE, new=LICENCE_NONE, is_own=True, is_nameable=True),
    Field.LANGUAGE: Setting(Topic.LANGUAGE, new="", is_same=same_language),
    Field.SIGNATURE: Setting(Topic.SIGNATURE, new="", item_words=signature_words, is_same=same_signature),
    Field.CALENDAR_DEFAULT: Setting(Topic.CALENDAR, new="none", opens=("details", "reader", "editor")),
    Field.CALENDAR_ANONYMOUS: Setting(Topic.CALENDAR, new="none", opens=("availability", "details", "reader")),
    Field.CONTACTS_DEFAULT: Setting(Topic.CONTACTS, new="none", opens=("reader", "editor")),
    Field.FOLDERS: Setting(Topic.LABELS, new=(), is_ensured=True),
    Field.TAGS: Setting(Topic.LABELS, new=(), is_ensured=True, item_words=tag_words),
    Field.RULES: Setting(Topic.RULES, new=(), item_words=mail_rule_words, is_same=same_rules),
    Field.SENDERS: Setting(
        Topic.SENDERS, new=(), item_words=sender_words, is_same=same_senders, completed=completed_senders
    ),
    Field.AUTO_REPLY: Setting(Topic.AUTO_REPLY, new=False),
    Field.AUTO_REPLY_SUBJECT: Setting(Topic.AUTO_REPLY, new=""),
    Field.AUTO_REPLY_INTERNAL: Setting(Topic.AUTO_REPLY, new="", item_words=text_words, is_same=same_lines),
    Field.AUTO_REPLY_EXTERNAL: Setting(Topic.AUTO_REPLY, new="", item_words=text_words, is_same=same_lines),
    Field.AUTO_REPLY_AUDIENCE: Setting(Topic.AUTO_REPLY, new="all"),
    Field.AUTO_REPLY_START: Setting(Topic.AUTO_REPLY, new=""),
    Field.AUTO_REPLY_END: Setting(Topic.AUTO_REPLY, new=""),
    Field.FORWARDING_TO: Setting(Topic.FORWARDING, new="", names_recipients=True),
    Field.FORWARDING_KEEP_COPY: Setting(Topic.FORWARDING, new=True, matters_with=Field.FORWARDING_TO),
    Field.ACCESS_WEB: Setting(Topic.ACCESS, new=True),
    Field.ACCESS_MOBILE: Setting(Topic.ACCESS, new=True),
    Field.ACCESS_MAPI: Setting(Topic.ACCESS, new=True),
    Field.ACCESS_IMAP: Setting(Topic.ACCESS, new=False),
    Field.ACCESS_POP: Setting(Topic.ACCESS, new=False),
    Field.ACCESS_SMTP_AUTH: Setting(Topic.ACCESS, new=ORGANIZATION),
    Field.ACCEPT_FROM: Setting(Topic.INCOMING, new=(), names_recipients=True),
    Field.REJECT_FROM: Setting(Topic.INCOMING, new=(), names_recipients=True),
    Field.MODERATED: Setting(Topic.INCOMING, new=False),
    Field.MODERATORS: Setting(Topic.INCOMING, new=(), names_recipients=True),
    Field.BYPASS_MODERATION: Setting(Topic.INCOMING, new=(), names_recipients=True),
    Field.NOTIFY_SENDERS: Setting(Topic.INCOMING, new="always"),
    Field.SEND_LIMIT: Setting(Topic.MAILBOX, new=35 * 1024**2, item_words=message_size),
    Field.RECEIVE_LIMIT: Setting(Topic.MAILBOX, new=36 * 1024**2, item_words=message_size),
    Field.ARCHIVE: Setting(Topic.ARCHIVE, new=False),
    Field.HOLD: Setting(Topic.RETENTION, new=False),
    Field.HOLD_DURATION: Setting(Topic.RETENTION, new=UNLIMITED),
    Field.HOLD_NOTE: Setting(Topic.RETENTION, new="", is_own=True),
    Field.ITEM_RECOVERY: Setting(Topic.RETENTION, new="14d"),
    Field.DELETED_ITEMS: Setting(Topic.RETENTION, new="14d", is_own=True),
    Field.RETENTION_POLICY: Setting(Topic.RETENTION, new="", is_same=same_name),
    Field.AUDIT_LOG: Setting(Topic.MAILBOX, new=True),
    Field.ORG_UNIT: Setting(Topic.MAILBOX, is_same=same_name),
    Field.GROUP_DESCRIPTION: Setting(Topic.MAILBOX, new="", is_own=True),
    Field.GROUP_POSTING: Setting(Topic.MAILBOX, new="anyone"),
    Field.GROUP_POST_AS_GROUP: Setting(Topic.MAILBOX, new=True),
    Field.GROUP_DEFAULT_SENDER: Setting(Topic.MAILBOX, new="group"),
    Field.GROUP_REPLY_TO: Setting(Topic.MAILBOX, new="sender"),
    Field.GROUP_VIEWING: Setting(Topic.MAILBOX, new="members", opens=("organization", "anyone"), opened="read it"),
    Field.GROUP_MEMBERS_VIEWING: Setting(Topic.MAILBOX, new="members"),
    Field.GROUP_JOINING: Setting(Topic.MAILBOX, new="invited", opens=("organization", "anyone"), opened="join it"),
    Field.GROUP_LEAVING: Setting(Topic.MAILBOX, new="nobody"),
    Field.GROUP_EXTERNAL_MEMBERS: Setting(Topic.MAILBOX, new=False, opens=(True,)),
    Field.GROUP_ASSISTING: Setting(Topic.MAILBOX, new="members"),
    Field.GROUP_MODERATING: Setting(Topic.MAILBOX, new="owners-and-managers"),
    Field.GROUP_MANAGING_MEMBERS: Setting(
        Topic.MAILBOX, new="owners-and-managers", opens=("members",), opened="add other people to it"
    ),
    Field.GROUP_CONTACTING: Setting(Topic.MAILBOX, new="managers"),
    Field.GROUP_DISCOVERING: Setting(Topic.MAILBOX),
    Field.GROUP_MODERATION: Setting(Topic.MAILBOX, new="none"),
    Field.GROUP_SPAM: Setting(Topic.MAILBOX, new="moderate"),
    Field.GROUP_HISTORY: Setting(Topic.MAILBOX, new=True),
    Field.PRODUCT: Setting(Topic.LICENCE, new=LICENCE_NONE, is_key=False),
    Field.KIND: Setting(Topic.KIND, new=KIND_SHARED),
    Field.ROLE: Setting(Topic.GRANT),
    Field.LEVEL: Setting(Topic.GRANT),
    Field.DELIVERY: Setting(Topic.GRANT),
    Field.UNTIL: Setting(Topic.GRANT, item_words=end_words),
    Field.AUTOMAPPING: Setting(Topic.GRANT),
}
"""One row per field. Topics say what travels in one call, and in which order."""


OBSERVABLE = frozenset(
    name for name, setting in SETTINGS.items() if setting.topic is not Topic.GRANT and name is not Field.PRODUCT
)
"""What can be read of a mailbox itself: not what belongs to one grant, nor the product behind a licence."""


def topic_of(names: Iterable[Field]) -> Topic:
    """Return the topic of a change: its settings share one; of several, the first that is written."""
    return min((SETTINGS[name].topic for name in names), key=lambda topic: topic.rank, default=Topic.MAILBOX)


def fields_of(topic: Topic) -> frozenset[Field]:
    """Return the fields of a topic."""
    return frozenset(name for name, setting in SETTINGS.items() if setting.topic is topic)


def has_ensured(names: Iterable[Field]) -> bool:
    """Return whether one of these fields is a list that is only ensured."""
    return any(SETTINGS[name].is_ensured for name in names)
