"""Rules on Google's delegated mailboxes: their delegates, the policy that lets them in, the account itself."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Rule, Subject, counted
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact, Right, State

Found = Iterable[tuple[str, str, str]]
_DELEGATED = frozenset({GOOGLE_DELEGATED})
_GRANTS = frozenset({"grants"})


def _count(subject: Subject) -> int:
    """Return how many delegates there are, or are wanted where that is more."""
    there = len({grant.trustee for grant in subject.grants() if grant.right is Right.FULL_ACCESS})
    wished = (
        {wish.trustee for wish in (subject.spec.grants or ()) if wish.right is Right.FULL_ACCESS}
        if (subject.spec and subject.spec.state is State.PRESENT)
        else set()
    )
    return max(there, len(wished))


def _beyond(subject: Subject, above: int, up_to: int | None, summary: str, why: str) -> Found:
    count = _count(subject)
    if count > above and (up_to is None or count <= up_to):
        yield "", summary, f"{count} delegates: {why}"


def _many(subject: Subject) -> Found:
    why = f"the API's guide allows {limits.DOCUMENTED_DELEGATES}, the help center more."
    above, most = limits.DOCUMENTED_DELEGATES, limits.DELEGATES_AT_ONCE
    return _beyond(subject, above, most, "more delegates than the API's guide allows", why)


def _too_many(subject: Subject) -> Found:
    why = f"about {limits.DELEGATES_AT_ONCE} can be in it at the same time; others see errors."
    above, most = limits.DELEGATES_AT_ONCE, limits.MOST_DELEGATES
    return _beyond(subject, above, most, "more delegates than can work at the same time", why)


def _beyond_all(subject: Subject) -> Found:
    why = f"Google takes {limits.MOST_DELEGATES:,} at most."
    return _beyond(subject, limits.MOST_DELEGATES, None, "more delegates than there can be", why)


def _outside(subject: Subject) -> Found:
    texts = {str(subject.trustee(grant.trustee).address or "") for grant in subject.grants()}
    texts |= {str(wish.trustee) for wish in (subject.spec.grants or ())} if subject.spec else set()
    for text in sorted(texts):
        if subject.is_outside(text):
            why = f"{text} is in no domain of this account: Google lets nobody from elsewhere in."
            yield text, "a delegate of another organisation", why


def _not_accepted(subject: Subject) -> Found:
    for entry in subject.mailbox.special:
        who = str(subject.trustee(entry.trustee).address or entry.trustee)
        yield who, "an invitation that was not accepted", f"{entry.text}: whoever accepts it gets in, spec or not."


def _with_delegates(subject: Subject) -> str:
    mailboxes = subject.observed.mailboxes.values()
    count = sum(any(grant.right is Right.FULL_ACCESS for grant in mailbox.grants or ()) for mailbox in mailboxes)
    return counted(count, "mailbox with delegates", "mailboxes with delegates")


def _policy_off(subject: Subject) -> Found:
    if subject.mailbox.facts.get(Fact.DELEGATION) == "off":
        why = f"No delegate gets in until it is switched on: {_with_delegates(subject)}."
        yield subject.observed.tenant_name, "mail delegation is switched off", why


def _policy_unknown(subject: Subject) -> Found:
    if subject.mailbox.facts.get(Fact.DELEGATION) not in ("on", "off"):
        why = "The policy could not be read, or differs between units: whether delegates get in is not known."
        yield subject.observed.tenant_name, "whether mail delegation is on is not known", why


def _suspended(subject: Subject) -> Found:
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield "", "the account is suspended", "Mail to it is rejected, and its delegates are shut out."


def _unlicensed(subject: Subject) -> Found:
    if not subject.mailbox.facts.get(Fact.MAILBOX_PLANS):
        yield "", "no licence with Gmail", "It receives no mail, and nobody can be let in."


def _wasted(subject: Subject) -> Found:
    plans = subject.mailbox.facts.get(Fact.MAILBOX_PLANS)
    text = ", ".join(map(str, plans)) if isinstance(plans, tuple) else ""
    if not text:
        return
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield text, "a licence that does nothing", "The account is suspended and takes no mail."
    elif subject.mailbox.grants is not None and not subject.readers():
        yield text, "a licence that does nothing", "Nobody is let in to read what arrives."


RULES = (
    Rule(
        "many-delegates",
        Severity.NOTE,
        f"more than {limits.DOCUMENTED_DELEGATES} delegates",
        "Works as a rule; use fewer, or a collaborative inbox.",
        limits.DELEGATES_API,
        _many,
        _GRANTS,
        "members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Rule(
        "too-many-delegates",
        Severity.WARNING,
        f"more than {limits.DELEGATES_AT_ONCE} delegates, who cannot all work at once",
        "Use fewer people, or a collaborative inbox.",
        limits.DELEGATES,
        _too_many,
        _GRANTS,
        "members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Rule(
        "delegates-beyond-limit",
        Severity.ERROR,
        f"more than {limits.MOST_DELEGATES:,} delegates",
        "Use a collaborative inbox.",
        limits.DELEGATES,
        _beyond_all,
        _GRANTS,
        "members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Rule(
        "delegate-outside",
        Severity.ERROR,
        "a delegate whose domain is not the account's",
        "Take the delegate out, or use a collaborative inbox with `group: {external_members: true}`.",
        limits.DELEGATES,
        _outside,
        _GRANTS,
        "members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Rule(
        "delegate-not-accepted",
        Severity.NOTE,
        "an invitation to be a delegate that was not accepted",
        "Take it back in Gmail's settings of the mailbox, or wait: it expires by itself.",
        limits.DELEGATES_API,
        _not_accepted,
        _GRANTS,
        "members",
        platforms=_DELEGATED,
    ),
    Rule(
        "delegation-off",
        Severity.ERROR,
        "mail delegation that a policy switches off",
        "Switch it on: admin.google.com > Apps > Google Workspace > Gmail > User settings > Mail delegation.",
        limits.DELEGATES,
        _policy_off,
        frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Rule(
        "delegation-unknown",
        Severity.NOTE,
        "mail delegation of which it is not known whether it is on",
        "Let a super administrator's account read the policies, or look at admin.google.com > Apps > Gmail.",
        limits.POLICIES,
        _policy_unknown,
        frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Rule(
        "account-suspended",
        Severity.ERROR,
        "a mailbox whose account is suspended, so that mail is rejected",
        "Restore the account at admin.google.com > Directory > Users; `sign_in: blocked` keeps people out.",
        limits.SUSPENDED,
        _suspended,
        frozenset({Fact.IS_SUSPENDED}),
        platforms=_DELEGATED,
    ),
    Rule(
        "licence-missing",
        Severity.ERROR,
        "an account without a licence that has Gmail",
        "Assign one (`storage: {licence: google-workspace-business-starter}`).",
        limits.LICENSING,
        _unlicensed,
        frozenset({Fact.MAILBOX_PLANS}),
        "storage.licence",
        platforms=_DELEGATED,
    ),
    Rule(
        "licence-wasted",
        Severity.NOTE,
        "a licence of an account that takes no mail, or that nobody reads",
        "Let somebody in or delete the account; a collaborative inbox needs no licence.",
        limits.LICENSING,
        _wasted,
        frozenset({Fact.MAILBOX_PLANS, Fact.IS_SUSPENDED}),
        "storage.licence",
        platforms=_DELEGATED,
        uses=frozenset({"grants"}),
    ),
)
