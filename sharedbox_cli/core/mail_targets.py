"""Where the mail of a mailbox goes: read by guards, and marked in plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.mail_rules import Pairs, deletes, recipients_in, rules_in, sent_to, takes_everything, texts_of
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.core.public_suffix import is_public_suffix
from sharedbox_cli.core.values import Value


def forwarded_to(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that mail is forwarded to, by the mailbox and by its rules."""
    found = {str(settings.get(Field.FORWARDING_TO) or "").lower()}
    found |= {address for rule in rules_in(settings.get(Field.RULES)) for address in sent_to(rule)}
    return found - {""}


def all_forwarded_to(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that every message, or nearly every one, is sent to by a mail rule."""
    rules = rules_in(settings.get(Field.RULES))
    return {address for rule in rules if takes_everything(rule) for address in sent_to(rule)}


def recipients_of(mailboxes: Iterable[DesiredMailbox]) -> dict[Address, frozenset[str]]:
    """Return the addresses by which the settings of each mailbox name recipients."""
    found = {mailbox.address: recipients_named(mailbox.settings) for mailbox in mailboxes}
    return {address: named for address, named in found.items() if named}


def recipients_named(settings: Mapping[Field, Value]) -> frozenset[str]:
    """Return the addresses by which settings name recipients, in lower case."""
    values = (value for name, value in settings.items() if SETTINGS[name].names_recipients)
    listed = (one for value in values for one in (value if isinstance(value, tuple) else (value,)))
    in_rules = recipients_in(settings.get(Field.RULES))
    return frozenset({one.lower() for one in listed if isinstance(one, str) and one} | in_rules)


def answered_to(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that replies go to instead: of senders, or of a group."""
    group = str(settings.get(Field.GROUP_REPLY_TO) or "").lower()
    found = {group} if "@" in group else set()
    senders = settings.get(Field.SENDERS)
    for sender in senders if isinstance(senders, tuple) else ():
        if isinstance(sender, tuple) and len(sender) > _REPLY_TO:
            found.add(str(sender[_REPLY_TO] or "").lower())
    return found - {""}


def moderated_by(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that messages wait for: a moderator reads them."""
    moderators = settings.get(Field.MODERATORS) if settings.get(Field.MODERATED) is not False else ()
    return {str(one).lower() for one in moderators} if isinstance(moderators, tuple) else set()


def sender_addresses(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses, besides the mailbox's own, that its messages are sent from."""
    senders = settings.get(Field.SENDERS)
    found = {str(sender[0] or "").lower() for sender in _tuples(senders) if sender}
    return found - {""}


def cut_off_words(settings: Mapping[Field, Value], own: Address) -> dict[str, str]:
    """Return the settings that keep mail from the team of a mailbox, each with what it does."""
    found: dict[str, str] = {}
    target = settings.get(Field.FORWARDING_TO)
    if target and settings.get(Field.FORWARDING_KEEP_COPY) is False:
        found[f"{Field.FORWARDING_TO} {target}"] = f"all mail would go to {target}, and no copy would be kept"
    senders = settings.get(Field.ACCEPT_FROM)
    if isinstance(senders, tuple) and senders:
        who = str(senders[0]) if len(senders) == 1 else f"{len(senders)} people and groups"
        found[f"{Field.ACCEPT_FROM}"] = f"only {who} could send messages to it"
    for rule in rules_in(settings.get(Field.RULES)):
        if deletes(rule) and not is_narrow(rule, settings, own):
            found[f"{Field.RULES} {sorted(rule.items())!r}"] = "a rule would delete most of the mail"
    if (posting := settings.get(Field.GROUP_POSTING)) in _FEW:
        who = "nobody" if posting == "nobody" else f"only its {posting}"
        found[f"{Field.GROUP_POSTING} {posting}"] = f"{who} could send messages to it"
    if settings.get(Field.GROUP_MODERATION) == "all" and settings.get(Field.GROUP_MODERATING) == "nobody":
        found[Field.GROUP_MODERATION] = "all messages would wait, and nobody could approve them"
    if settings.get(Field.GROUP_VIEWING) in ("managers", "owners"):
        found[Field.GROUP_VIEWING] = f"only its {settings[Field.GROUP_VIEWING]} could read it"
    return found


def _addresses_of(settings: Mapping[Field, Value], own: Address) -> frozenset[str]:
    aliases = settings.get(Field.ALIASES)
    return frozenset({own.key, *(str(one).lower() for one in (aliases if isinstance(aliases, tuple) else ()))})


def is_narrow(rule: Pairs, settings: Mapping[Field, Value], own: Address) -> bool:
    """Return whether a rule is limited by who sends a message, whom it is for, or what it says.

    Of several texts, one is enough. A condition that holds for much of all mail limits nothing: the mailbox itself as a
    recipient, its own domain as the sender, a text of a few letters, words that are a search.
    """
    held, domain = _addresses_of(settings, own), own.domain
    people = [texts_of(rule.get(f"when.{name}")) for name in ("from", "to")]
    if any(texts and all(_names_somebody(text, held, domain) for text in texts) for texts in people):
        return True
    parts = [texts_of(rule.get(f"when.{name}")) for name in ("from_contains", "to_contains")]
    if any(texts and all(_is_part_of_others(text, held, domain) for text in texts) for texts in parts):
        return True
    says = [texts_of(rule.get(f"when.{name}")) for name in _SAYING]
    return any(texts and all(_says_something(text) for text in texts) for texts in says)


_SAYING = ("subject_contains", "body_contains", "subject_or_body_contains", "has_words", "has_tag", "message_type")
"""Not the header: every message has `Received` in it, and the address of the mailbox."""


def _is_part_of_others(text: str, own: frozenset[str], domain: str) -> bool:
    """Return whether a part of an address is of one address, or of the domain of another organisation.

    A part of the mailbox's own address or domain holds for much of all mail.
    """
    part = text.lower().strip()
    if any(part in address for address in (*own, f"@{domain}")):
        return False
    return _names_somebody(part, own, domain) if "@" in part else _is_organisation(part)


def _names_somebody(text: str, own: frozenset[str], domain: str) -> bool:
    """Return whether a text is one address, or the domain of another organisation."""
    local, _, host = text.lower().strip().rpartition("@")
    if not _HOST.fullmatch(host) or f"{local}@{host}" in own:
        return False
    return bool(_LOCAL.fullmatch(local)) or (not local and host != domain and _is_organisation(host))


def _is_organisation(host: str) -> bool:
    """Return whether a domain is that of one organisation, and not one that many share."""
    return bool(_HOST.fullmatch(host)) and not is_public_suffix(host)


def _says_something(text: str) -> bool:
    """Return whether a text is words, of which one has some letters, and no search with operators."""
    words = _WORD.findall(text)
    return not _OPERATOR.search(text) and any(len(word) >= _LETTERS - (not word.isascii()) for word in words)


def _tuples(value: Value) -> tuple[tuple[Value, ...], ...]:
    return tuple(item for item in value if isinstance(item, tuple)) if isinstance(value, tuple) else ()


_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_LOCAL = re.compile(r"[^\s@*\"(){}|:<>-][^\s@*\"(){}|:<>]*")
_WORD = re.compile(r"\w+")
_OPERATOR = re.compile(r"[:*{}()|]|\bOR\b|\bAROUND\b|(?:^|\s)-")
_LETTERS = 3
"""Words of fewer letters are in nearly every text; of scripts other than Latin, one less."""
_FEW = frozenset({"nobody", "owners", "managers"})
_REPLY_TO = 2
"""The position of the reply address in a sender: address, name, reply-to, default."""
