"""Checks on mail rules: what is about all mail, what takes too much space, folders and labels that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.format_values import mail_rule_words
from sharedbox_cli.core.mail_rules import (
    Pairs,
    deletes,
    folders_in,
    is_on,
    missing_labels,
    rules_in,
    sent_to,
    size_bytes,
    takes_everything,
    texts_of,
)
from sharedbox_cli.core.mail_targets import is_narrow
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, Fact
from sharedbox_cli.core.texts import mark, tr
from sharedbox_cli.core.values import Value


def _sources(subject: Subject) -> Iterator[dict[str, Value]]:
    """Yield the rules that the mailbox has, and those of its spec that it does not have yet."""
    seen: list[dict[str, Value]] = []
    mailbox, spec = subject.mailbox, subject.spec.settings if subject.spec else {}
    for rules in (mailbox.settings.get(Field.RULES), mailbox.facts.get(Fact.OTHER_RULES), spec.get(Field.RULES)):
        for rule in rules_in(rules):
            if rule not in seen:
                seen.append(rule)
                yield rule


def _name(rule: Pairs) -> str:
    return str(rule.get("name") or tr("without a name"))


def _everything(subject: Subject) -> Detections:
    settings = {**(subject.spec.settings if subject.spec else {}), **subject.mailbox.settings}
    for rule in _sources(subject):
        name = _name(rule)
        if deletes(rule) and not is_narrow(rule, settings, subject.mailbox.address):
            why = tr("The mail rule `{name}` has no condition that limits it to some senders or words.", name=name)
            yield name, tr("a mail rule deletes most of the mail"), why
        if is_on(rule) and takes_everything(rule):
            for to in sorted(sent_to(rule)):
                why = tr("The mail rule `{name}` sends every message to {to}.", name=name, to=to)
                yield name, tr("a mail rule forwards all mail"), why


def _too_large(subject: Subject) -> Detections:
    quota = subject.mailbox.facts.get(Fact.RULES_QUOTA_BYTES)
    most = quota if isinstance(quota, int) and quota else limits.RULES_QUOTA_BYTES
    held = [subject.mailbox.settings, subject.spec.settings if subject.spec else {}]
    used = max(size_bytes(rules_in(settings.get(Field.RULES))) for settings in held)
    if used > most:
        why = tr("Its rules take about {used} KB, and the mailbox has {most} KB.", used=used // 1024, most=most // 1024)
        yield "", tr("mail rules take more space than there is"), why


def _missing_folder(subject: Subject) -> Detections:
    there = subject.mailbox.settings.get(Field.FOLDERS)
    if not isinstance(there, tuple):
        return
    known = {str(path).casefold() for path in (*there, *limits.FOLDERS_OF_OUTLOOK)}
    wanted = subject.spec.settings.get(Field.FOLDERS) if subject.spec else None
    known |= {text.casefold() for text in texts_of(wanted)}
    known |= {path[:place] for path in known for place, letter in enumerate(path) if letter == "/"}
    for rule in _sources(subject):
        for path in folders_in(rule):
            if path.casefold() not in known:
                why = tr("The mail rule `{name}` names the folder `{path}`.", name=_name(rule), path=path)
                yield path, tr("a mail rule names a folder that does not exist"), why


def _missing_label(subject: Subject) -> Detections:
    for rule in rules_in(subject.mailbox.settings.get(Field.RULES)):
        for label in missing_labels(rule):
            words = mail_rule_words(tuple(sorted(rule.items())))
            why = tr("The mail rule {words} adds it. Its messages stay without a label.", words=words)
            yield label, tr("a mail rule adds a label that does not exist"), why


CHECKS = (
    Check(
        id="rule-takes-everything",
        severity=Severity.WARNING,
        title=mark("a mail rule that deletes or forwards all mail"),
        hint=mark("Add a condition to the rule, or remove it. To forward all mail, use `forwarding`."),
        source=limits.INBOX_RULES,
        detect=_everything,
        path="rules",
        is_of_spec=True,
        uses=frozenset({Field.RULES}),
        not_on=frozenset({GOOGLE_COLLABORATIVE}),
        overrides={GOOGLE_DELEGATED: PlatformOverride(source=limits.GMAIL_FILTERS)},
    ),
    Check(
        id="rules-too-large",
        severity=Severity.WARNING,
        title=mark("mail rules that take more space than a mailbox has for them"),
        hint=mark("Shorten lists of words, remove rules, or write `enabled: false`: only rules that are on count."),
        source=limits.SET_MAILBOX,
        detect=_too_large,
        path="rules",
        is_of_spec=True,
        uses=frozenset({Field.RULES, Fact.RULES_QUOTA_BYTES}),
        platforms=frozenset({MICROSOFT365}),
    ),
    Check(
        id="rule-folder-missing",
        severity=Severity.WARNING,
        title=mark("a mail rule that names a folder which neither the mailbox nor its spec has"),
        hint=mark("List the folder under `folders`, or name another one in the rule."),
        source=limits.INBOX_RULES,
        detect=_missing_folder,
        path="rules",
        uses=frozenset({Field.RULES, Field.FOLDERS}),
        platforms=frozenset({MICROSOFT365}),
    ),
    Check(
        id="rule-label-missing",
        severity=Severity.WARNING,
        title=mark("a mail rule that adds a label which the mailbox does not have"),
        hint=mark("Choose a label in the filter, or delete the filter: in Gmail, or by a plan with `rules`."),
        source=limits.GMAIL_FILTERS,
        detect=_missing_label,
        path="rules",
        uses=frozenset({Field.RULES}),
        platforms=frozenset({GOOGLE_DELEGATED}),
    ),
)
