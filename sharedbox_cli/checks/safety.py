"""Rules on sign-in, forwarding and domains."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Here, Rule, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Fact
from sharedbox_cli.core.values import ALLOWED, KIND_SHARED, Value

Found = Iterable[tuple[str, str, str]]


def _open_sign_in(subject: Subject) -> Found:
    if subject.mailbox.settings.get(Field.SIGN_IN) == ALLOWED:
        yield "", "sign-in is not blocked", "Whoever knows or resets its password reads it without being a member."


def _unhardened(subject: Subject) -> Found:
    if subject.mailbox.settings.get(Field.SIGN_IN) == ALLOWED and not subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        state = str(subject.mailbox.facts.get(Fact.SIGN_IN_STATE) or "nothing is known of it")
        why = f"{state[:1].upper()}{state[1:]}. Whoever signs in reads it without being a member."
        yield "", "sign-in is not hardened", why


def _forwarding(subject: Subject) -> Found:
    told = subject.mailbox.facts.get(Fact.FORWARDING_TO) or subject.mailbox.settings.get(Field.FORWARDING_TO)
    target = str(told or "")
    if subject.is_outside(target):
        yield target, "mail is forwarded outside", f"Everything goes to {target}."
    rules = subject.mailbox.settings.get(Field.RULES) or (
        subject.spec.settings.get(Field.RULES) if subject.spec else None
    )
    for name, to in _forwarding_rules(rules):
        if subject.is_outside(to) and to != target:
            yield to, "a rule forwards mail outside", f"What the rule `{name}` picks out goes to {to}."


def _forwarding_rules(rules: Value) -> Iterable[tuple[str, str]]:
    for rule in rules if isinstance(rules, tuple) else ():
        pairs = {str(pair[0]): pair[1] for pair in rule if isinstance(pair, tuple)} if isinstance(rule, tuple) else {}
        if to := pairs.get("then.forward_to"):
            yield str(pairs.get("name") or ""), str(to)


def _twice(subject: Subject) -> Found:
    for platform, observed in sorted(subject.observations.items()):
        twin = observed.mailboxes.get(subject.mailbox.address)
        if platform == subject.mailbox.platform or twin is None:
            continue
        if {KIND_SHARED} == {mailbox.settings.get(Field.KIND) for mailbox in (twin, subject.mailbox)}:
            why = f"It is a mailbox on {platform} too: mail arrives in one of them, and rights differ."
            yield str(platform), "the address is a mailbox twice", why


def _domains(subject: Subject) -> Found:
    aliases = subject.mailbox.settings.get(Field.ALIASES, ())
    wished = subject.spec.settings.get(Field.ALIASES, ()) if subject.spec else ()
    texts = [subject.mailbox.address.key]
    for part in (aliases, wished):
        texts += [str(item).lower() for item in part] if isinstance(part, tuple) else []
    for text in sorted(set(texts)):
        if text.rpartition("@")[2] not in subject.observed.domains:
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
        not_on=frozenset({GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}),
    ),
    Rule(
        "sign-in-not-hardened",
        Severity.WARNING,
        "an account whose password or recovery data may let somebody in",
        "Write `sign_in: blocked`: Google has no switch, so it means a password nobody knows, and no recovery data.",
        limits.USERS_API,
        _unhardened,
        frozenset({Field.SIGN_IN, Fact.SIGN_IN_STATE}),
        "sign_in",
        platforms=frozenset({GOOGLE_DELEGATED}),
        uses=frozenset({Fact.IS_SUSPENDED}),
    ),
    Rule(
        "address-twice",
        Severity.WARNING,
        "an address that is a shared mailbox in two clouds",
        "While it moves, keep both in step; afterwards delete the one that no mail reaches.",
        "docs/explanation/lifecycle.md",
        _twice,
        path="mailbox",
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
        not_on=frozenset({GOOGLE_COLLABORATIVE}),
        on={
            GOOGLE_DELEGATED: Here(
                "Write `forwarding: {to: none}`, unless it is meant.",
                limits.FORWARDING_API,
                frozenset({Field.FORWARDING_TO}),
            )
        },
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
        on={
            GOOGLE_DELEGATED: Here(source=limits.GOOGLE_ALIASES),
            GOOGLE_COLLABORATIVE: Here(source=limits.GOOGLE_ALIASES),
        },
    ),
)
