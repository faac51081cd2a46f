"""Checks on sign-in, forwarding and domains."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject, sentence
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.mail_rules import rules_in, sent_to
from sharedbox_cli.core.mastered import mastered_hints
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Fact
from sharedbox_cli.core.texts import mark, shown, tr
from sharedbox_cli.core.values import ALLOWED, KIND_SHARED, Value


def _open_sign_in(subject: Subject) -> Detections:
    if subject.mailbox.settings.get(Field.SIGN_IN) == ALLOWED:
        why = tr("Anyone who knows or resets its password can read the mailbox without being a member.")
        yield "", tr("sign-in is not blocked"), why, shown(mastered_hints(subject.mailbox).get(str(Field.SIGN_IN), ""))


def _unhardened(subject: Subject) -> Detections:
    if subject.mailbox.settings.get(Field.SIGN_IN) == ALLOWED and not subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        fact = subject.mailbox.facts.get(Fact.SIGN_IN_STATE)
        state = shown(fact) if isinstance(fact, str) and fact else tr("the state of its sign-in is unknown")
        why = tr("{state}. Anyone who signs in can read the mailbox without being a member.", state=sentence(state))
        yield "", tr("sign-in is not hardened"), why


def _forwarding(subject: Subject) -> Detections:
    forwarding = subject.mailbox.facts.get(Fact.FORWARDING_TO) or subject.mailbox.settings.get(Field.FORWARDING_TO)
    target = str(forwarding or "")
    if subject.is_outside(target):
        yield (
            target,
            tr("mail is forwarded outside the organisation"),
            tr("All mail is forwarded to {target}.", target=target),
        )
    elif target and "@" not in target:
        why = tr("All mail is forwarded to {target}. This recipient may be outside the organisation.", target=target)
        yield target, tr("mail is forwarded to an unknown recipient"), why
    rules = subject.mailbox.settings.get(Field.RULES) or (
        subject.spec.settings.get(Field.RULES) if subject.spec else None
    )
    for name, to in _forwarding_rules(rules):
        if subject.is_outside(to) and to != target:
            why = tr("Mail that matches the mail rule `{name}` is forwarded to {to}.", name=name, to=to)
            yield to, tr("a mail rule forwards mail outside the organisation"), why


def _forwarding_rules(rules: Value) -> Iterable[tuple[str, str]]:
    """Return the name and the target of each mail rule that forwards."""
    for rule in rules_in(rules):
        yield from ((str(rule.get("name") or ""), to) for to in sorted(sent_to(rule)))


def _in_two_clouds(subject: Subject) -> Detections:
    for platform, observed in sorted(subject.observations.items()):
        twin = observed.mailboxes.get(subject.mailbox.address)
        if platform == subject.mailbox.platform or twin is None:
            continue
        if {KIND_SHARED} == {mailbox.settings.get(Field.KIND) for mailbox in (twin, subject.mailbox)}:
            why = tr(
                "It is also a mailbox on {platform}. Mail arrives in only one of them, and their rights can differ.",
                platform=platform,
            )
            yield str(platform), tr("the address is a mailbox in two clouds"), why


def _domains(subject: Subject) -> Detections:
    aliases = subject.mailbox.settings.get(Field.ALIASES, ())
    desired_aliases = subject.spec.settings.get(Field.ALIASES, ()) if subject.spec else ()
    addresses = [subject.mailbox.address.key]
    for part in (aliases, desired_aliases):
        addresses += [str(item).lower() for item in part] if isinstance(part, tuple) else []
    for address in sorted(set(addresses)):
        if address.rpartition("@")[2] not in subject.observed.domains:
            yield (
                address,
                tr("the domain is not accepted"),
                tr("Mail to {address} does not reach this tenant.", address=address),
            )


CHECKS = (
    Check(
        id="sign-in-open",
        severity=Severity.ERROR,
        title=mark("a shared mailbox with sign-in enabled"),
        hint=mark("Set `sign_in: blocked`."),
        source=limits.ABOUT_SHARED,
        detect=_open_sign_in,
        needs=frozenset({Field.SIGN_IN}),
        path="sign_in",
        not_on=frozenset({GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}),
    ),
    Check(
        id="sign-in-not-hardened",
        severity=Severity.WARNING,
        title=mark("an account that someone could sign in to with its password or its recovery data"),
        hint=mark(
            "Set `sign_in: blocked`. Google has no such switch, so sharedbox sets a password that nobody knows "
            "and removes the recovery data."
        ),
        source=limits.USERS_API,
        detect=_unhardened,
        needs=frozenset({Field.SIGN_IN, Fact.SIGN_IN_STATE}),
        path="sign_in",
        platforms=frozenset({GOOGLE_DELEGATED}),
        uses=frozenset({Fact.IS_SUSPENDED}),
    ),
    Check(
        id="address-twice",
        severity=Severity.WARNING,
        title=mark("an address that is a shared mailbox in two clouds"),
        hint=mark("While you move it, keep both mailboxes in step. Then delete the one that receives no mail."),
        source="docs/explanation/lifecycle.md",
        detect=_in_two_clouds,
        path="mailbox",
    ),
    Check(
        id="forwarding-outside",
        severity=Severity.WARNING,
        title=mark("mail that is forwarded outside the organisation"),
        hint=mark("Unless this is intended, set `forwarding: {to: none}`."),
        source=limits.FORWARDING,
        detect=_forwarding,
        needs=frozenset({Fact.FORWARDING_TO}),
        path="forwarding",
        not_on=frozenset({GOOGLE_COLLABORATIVE}),
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(
                mark("Unless this is intended, set `forwarding: {to: none}`."),
                limits.FORWARDING_API,
                frozenset({Field.FORWARDING_TO}),
            )
        },
    ),
    Check(
        id="domain-not-accepted",
        severity=Severity.ERROR,
        title=mark("an address whose domain is not an accepted domain of the tenant"),
        hint=mark("Use a domain of the tenant, or add this domain to the tenant."),
        source=limits.DOMAINS,
        detect=_domains,
        needs=frozenset({Field.ALIASES}),
        path="aliases",
        is_of_spec=True,
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(source=limits.GOOGLE_ALIASES),
            GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.GOOGLE_ALIASES),
        },
    ),
)
