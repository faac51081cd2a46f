"""Rules on sign-in, forwarding and domains."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Rule, Subject
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import ALLOWED, Fact, Field

Found = Iterable[tuple[str, str, str]]


def _open_sign_in(subject: Subject) -> Found:
    if subject.box.settings.get(Field.SIGN_IN) == ALLOWED:
        yield "", "sign-in is not blocked", "Whoever knows or resets its password reads it without being a member."


def _forwarding(subject: Subject) -> Found:
    target = str(subject.box.facts.get(Fact.FORWARDING_TO) or "")
    domain = target.rpartition("@")[2].lower()
    if "@" in target and domain not in subject.world.domains:
        yield target, "mail is forwarded outside", f"Everything goes to {target}."


def _domains(subject: Subject) -> Found:
    aliases = subject.box.settings.get(Field.ALIASES, ())
    wished = subject.spec.settings.get(Field.ALIASES, ()) if subject.spec else ()
    texts = [subject.box.address.key]
    for part in (aliases, wished):
        texts += [str(item).lower() for item in part] if isinstance(part, tuple) else []
    for text in sorted(set(texts)):
        if text.rpartition("@")[2] not in subject.world.domains:
            yield text, "the domain is not accepted", f"Mail to {text} does not reach this tenant."


RULES = (
    Rule(
        "sign-in-open",
        Severity.ERROR,
        "a shared mailbox that can be signed in to",
        "Write `sign_in: blocked`.",
        limits.ABOUT_SHARED,
        _open_sign_in,
        frozenset({Field.SIGN_IN}),
        "sign_in",
    ),
    Rule(
        "forwarding-outside",
        Severity.WARNING,
        "forwarding to a foreign domain",
        "Take the forwarding away in the Exchange admin center, unless it is meant.",
        limits.FORWARDING,
        _forwarding,
        frozenset({Fact.FORWARDING_TO}),
        "forwarding",
    ),
    Rule(
        "domain-not-accepted",
        Severity.ERROR,
        "an address whose domain the tenant does not accept",
        "Use a domain of the tenant, or add the domain.",
        limits.DOMAINS,
        _domains,
        frozenset({Field.ALIASES}),
        "aliases",
        is_of_spec=True,
    ),
)
