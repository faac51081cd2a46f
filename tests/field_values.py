"""Values that each setting can have, from the model of the language and the tables of the platforms.

A boolean or a choice needs nothing here. Texts, addresses and lists need samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import MICROSOFT365, Platform
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.values import NOT_KEPT, PLAN_2, Value
from sharedbox_cli.language.leaves import SETTING_LEAVES, parts_of
from sharedbox_cli.providers.registry import capabilities_of_all

TABLES = capabilities_of_all()
DOMAIN = "contoso.example"
MIB = 1024**2
_ORDERS: Value = (("name", "orders"), ("then.labels", ("Orders",)), ("when.subject_contains", ("order",)))
_OTHERS: Value = (("name", "others"), ("then.labels", ("Orders",)), ("when.subject_contains", ("Bestellung",)))
SAMPLES: Mapping[Field, tuple[Value, ...]] = {
    Field.DISPLAY_NAME: ("Support", "Продажи & \"Co\" 'x' 佐藤"),
    Field.ALIASES: ((), (f"a@{DOMAIN}",), (f"a@{DOMAIN}", f"vertrieb@{DOMAIN}")),
    Field.LANGUAGE: ("de", "en-GB", "de-AT"),
    Field.SIGNATURE: (
        "",
        "Kind regards\nPress <press@contoso.example>",
        '<b>Press</b> <a href="https://x.example/">us</a>',
    ),
    Field.FOLDERS: ((), ("Orders",), ("Orders", "Returns/2026")),
    Field.TAGS: ((), (("urgent", ""),), (("later", "blue"), ("urgent", "red"))),
    Field.RULES: ((), (_ORDERS,), (_ORDERS, _OTHERS)),
    Field.SENDERS: (
        (),
        ((f"desk@{DOMAIN}", "Desk", "", True),),
        ((f"desk@{DOMAIN}", "", f"help@{DOMAIN}", False, "<b>Desk</b>"),),
    ),
    Field.AUTO_REPLY_SUBJECT: ("", "Away"),
    Field.AUTO_REPLY_INTERNAL: ("", "We answer soon."),
    Field.AUTO_REPLY_EXTERNAL: ("", "Wir antworten <bald> & gern.\n\nIhr Team"),
    Field.FORWARDING_TO: ("", f"help@{DOMAIN}", "desk@elsewhere.example"),
    Field.ACCEPT_FROM: ((), (f"anna@{DOMAIN}", f"sg-audit@{DOMAIN}"), (f"ben@{DOMAIN}",)),
    Field.REJECT_FROM: ((), (f"emi@{DOMAIN}",)),
    Field.MODERATORS: ((f"anna@{DOMAIN}",), (f"anna@{DOMAIN}", f"ben@{DOMAIN}")),
    Field.BYPASS_MODERATION: ((), (f"sg-audit@{DOMAIN}",)),
    Field.SEND_LIMIT: (35 * MIB, 10 * MIB, 500 * 1024),
    Field.RECEIVE_LIMIT: (36 * MIB, 150 * MIB),
    Field.HOLD_DURATION: ("unlimited", "365d"),
    Field.HOLD_NOTE: ("", "Case 4711: ask <legal> & 'co'"),
    Field.ITEM_RECOVERY: ("14d", "30d", "none"),
    Field.DELETED_ITEMS: ("14d", "30d", "0d"),
    Field.RETENTION_POLICY: ("", "Default MRM Policy", "Retain 7 Years"),
    Field.AUDIT_LOG: (True,),
    Field.ORG_UNIT: ("/", "/Shared mailboxes"),
    Field.GROUP_DESCRIPTION: ("", "What it is for: 'x' & <y>"),
    Field.GROUP_REPLY_TO: ("sender", "group", f"help@{DOMAIN}"),
}
_NEWS: Value = (
    ("enabled", False),
    ("name", "News"),
    ("then.mark_read", True),
    ("then.move_to", "Archive"),
    ("unless.mailbox_is", "only-recipient"),
    ("when.from_contains", ("@news.example",)),
    ("when.larger_than", 5_000_000),
)
_TAGGED: Value = (
    ("name", "Anna's"),
    ("stop", True),
    ("then.forward_to", f"ben@{DOMAIN}"),
    ("then.tag", ("urgent",)),
    ("when.from", (f"anna@{DOMAIN}", "ceo@elsewhere.example")),
    ("when.received_after", "2027-01-01T00:00:00Z"),
)
_REST: Value = (("name", "Rest"), ("then.star", True), ("when.everything", True))
_OF_PLATFORM: Mapping[tuple[Platform, Field], tuple[Value, ...]] = {
    (MICROSOFT365, Field.RULES): ((), (_NEWS,), (_TAGGED, _NEWS, _REST), (_REST, _TAGGED)),
    (MICROSOFT365, Field.LANGUAGE): ("de-DE", "en-GB", "de-AT"),
}
_LAST = "2027-04-01T00:00:00Z"
_INSTANTS = ("", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z")


def settings_on(platform: Platform) -> tuple[Field, ...]:
    """Return the settings that a platform supports."""
    table = TABLES[platform]
    return tuple(name for name, setting in SETTINGS.items() if setting.is_in_spec and table.refusal(str(name)) is None)


def values_of(name: Field, platform: Platform) -> tuple[Value, ...]:
    """Return values of a setting on a platform. Raises LookupError for a text or list that has no samples."""
    if (platform, name) in _OF_PLATFORM:
        return _OF_PLATFORM[platform, name]
    if name in SAMPLES:
        return SAMPLES[name]
    listed = TABLES[platform].values.get(str(name))
    if listed is not None:
        return listed
    parts = parts_of(SETTING_LEAVES[name].info.annotation)
    found = tuple(value for part in parts for value in _values(part))
    if not found:
        raise LookupError(f"{name} has no values: add samples to tests/field_values.py")
    return found


def _values(part: Any) -> tuple[Value, ...]:
    if part is bool:
        return (False, True)
    if part is datetime:
        return _INSTANTS
    return get_args(part) if get_origin(part) is Literal else ()


def values_on(platform: Platform) -> Mapping[Field, tuple[Value, ...]]:
    """Return values of every setting that a platform supports."""
    return {name: values_of(name, platform) for name in settings_on(platform)}


def choices_on(platform: Platform) -> Mapping[Field, tuple[Value, ...]]:
    """Return the independent settings that have a list of possible values: booleans, and words of a list."""
    alone = (Topic.MAILBOX, Topic.ACCESS)
    return {
        name: values
        for name, values in values_on(platform).items()
        if name not in SAMPLES and SETTINGS[name].topic in alone
    }


def possible(settings: Mapping[Field, Value], platform: Platform | None = None) -> dict[Field, Value]:
    """Return settings without combinations that a platform refuses.

    Google refuses moderated posts of people who cannot post; Exchange an archive or a hold without a licence, and two
    spans for deleted items.
    """
    settings = dict(settings)
    if settings.get(Field.ARCHIVE) or settings.get(Field.HOLD):
        settings[Field.LICENCE] = PLAN_2
    recovery = settings.get(Field.ITEM_RECOVERY, NOT_KEPT)
    if recovery != NOT_KEPT:  # it is the same span
        settings.pop(Field.DELETED_ITEMS, None)
    if platform == MICROSOFT365:
        settings |= _possible_reply(settings)
    if settings.get(Field.MODERATED):
        settings.setdefault(Field.MODERATORS, SAMPLES[Field.MODERATORS][0])
    posting = settings.get(Field.GROUP_POSTING, "anyone")
    is_refused = settings.get(Field.GROUP_MODERATION) == "non-members" and posting not in ("anyone", "organization")
    return {**settings, Field.GROUP_MODERATION: "all"} if is_refused else dict(settings)


_OFF: Mapping[Field, Value] = {
    Field.AUTO_REPLY_INTERNAL: "",
    Field.AUTO_REPLY_EXTERNAL: "",
    Field.AUTO_REPLY_AUDIENCE: "all",
    Field.AUTO_REPLY_START: "",
    Field.AUTO_REPLY_END: "",
}


def _possible_reply(settings: Mapping[Field, Value]) -> dict[Field, Value]:
    """Return what a reply needs at Exchange: texts while it is on, and a window with an end or none at all."""
    start, end = settings.get(Field.AUTO_REPLY_START), settings.get(Field.AUTO_REPLY_END)
    if settings.get(Field.AUTO_REPLY) is False:  # what is off says nothing
        return {name: _OFF[name] for name in _OFF if name in settings}
    if not settings.get(Field.AUTO_REPLY):
        if not start and not end:
            return {}
        return _possible_reply({**settings, Field.AUTO_REPLY: True})
    found: dict[Field, Value] = {Field.AUTO_REPLY: True}
    for name in (Field.AUTO_REPLY_INTERNAL, Field.AUTO_REPLY_EXTERNAL):
        found[name] = settings.get(name) or SAMPLES[name][1]
    if start or end:
        start = start or _INSTANTS[1]
        found |= {Field.AUTO_REPLY_START: start, Field.AUTO_REPLY_END: end if end and str(end) > str(start) else _LAST}
    return found


def rounds_on(platform: Platform) -> Mapping[str, Mapping[Field, Value]]:
    """Return sets of settings, one topic each, in which every value of every setting occurs at least once."""
    topics: dict[Topic, dict[Field, tuple[Value, ...]]] = {}
    for name, values in values_on(platform).items():
        topics.setdefault(SETTINGS[name].topic, {})[name] = values
    return {
        f"{topic.name.lower()} {number}": possible(
            {name: values[number % len(values)] for name, values in choices.items()}, platform
        )
        for topic, choices in topics.items()
        for number in range(max(map(len, choices.values())))
    }
