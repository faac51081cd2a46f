"""Checks on Google's delegated mailboxes: the delegates, the delegation policy and the account."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, Subject, counted, name_of
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact, Right, State

_DELEGATED = frozenset({GOOGLE_DELEGATED})
_GRANTS = frozenset({"grants"})


def _count(subject: Subject) -> int:
    """Return the number of delegates, observed or desired, whichever is larger."""
    observed = {grant.trustee for grant in subject.grants() if grant.right is Right.FULL_ACCESS}
    desired = (
        {grant.trustee for grant in (subject.spec.grants or ()) if grant.right is Right.FULL_ACCESS}
        if (subject.spec and subject.spec.state is State.PRESENT)
        else set()
    )
    return max(len(observed), len(desired))


def _beyond(subject: Subject, above: int, up_to: int | None, summary: str, why: str) -> Detections:
    count = _count(subject)
    if count > above and (up_to is None or count <= up_to):
        yield "", summary, f"It has {count} delegates. {why}"


def _many(subject: Subject) -> Detections:
    why = f"The API guide allows {limits.DOCUMENTED_DELEGATES}; the help center allows more."
    above, most = limits.DOCUMENTED_DELEGATES, limits.DELEGATES_AT_ONCE
    return _beyond(subject, above, most, "more delegates than the API guide allows", why)


def _too_many(subject: Subject) -> Detections:
    why = f"About {limits.DELEGATES_AT_ONCE} can use the mailbox at the same time; the others get errors."
    above, most = limits.DELEGATES_AT_ONCE, limits.MOST_DELEGATES
    return _beyond(subject, above, most, "more delegates than can work at the same time", why)


def _beyond_limit(subject: Subject) -> Detections:
    why = f"Google allows at most {limits.MOST_DELEGATES:,}."
    return _beyond(subject, limits.MOST_DELEGATES, None, "more delegates than Google allows", why)


def _outside(subject: Subject) -> Detections:
    addresses = {str(subject.trustee(grant.trustee).address or "") for grant in subject.grants()}
    addresses |= {str(grant.trustee) for grant in (subject.spec.grants or ())} if subject.spec else set()
    for address in sorted(addresses):
        if subject.is_outside(address):
            why = f"{address} is not in a domain of this organisation. Google does not allow delegates from elsewhere."
            yield address, "a delegate from another organisation", why


def _not_accepted(subject: Subject) -> Detections:
    for entry in subject.mailbox.special:
        who = str(subject.trustee(entry.trustee).address or entry.trustee)
        text = f"{entry.text[:1].upper()}{entry.text[1:]}"
        if entry.revocable is not None:
            why = f"{text}. Whoever accepts it gets access, even if the spec does not list them."
            yield who, "an invitation that was not accepted", why
        elif entry.replaced_by is not None:
            yield who, "an invitation that was not accepted", f"{text}. Nobody can accept it any more."
        else:
            yield who, "an address that was not confirmed", f"{text}. It cannot be used until it is confirmed."


def _not_ready(subject: Subject) -> Detections:
    for trustee in subject.holders(Right.FULL_ACCESS):
        if trustee.caveat:
            name = name_of(trustee)
            yield name, "a delegate who cannot open the mailbox yet", f"{name} {trustee.caveat}."


def _unconfirmed(subject: Subject) -> Detections:
    waiting = subject.mailbox.facts.get(Fact.UNCONFIRMED_SENDERS)
    for address in waiting if isinstance(waiting, tuple) else ():
        why = f"Nobody can send from {address} until its owner confirms it: it received a mail with a code."
        yield str(address), "a sender that was not confirmed", why


def _with_delegates(subject: Subject) -> str:
    mailboxes = subject.observed.mailboxes.values()
    count = sum(any(grant.right is Right.FULL_ACCESS for grant in mailbox.grants or ()) for mailbox in mailboxes)
    return counted(count, "mailbox with delegates", "mailboxes with delegates")


def _policy_off(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.DELEGATION) == "off":
        why = f"Delegates have no access until it is enabled. This affects {_with_delegates(subject)}."
        yield subject.observed.tenant_name, "mail delegation is disabled", why


def _policy_unknown(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.DELEGATION) not in ("on", "off"):
        why = "The policy could not be read, or it differs between organisational units. Delegates may have no access."
        yield subject.observed.tenant_name, "it is not known whether mail delegation is enabled", why


def _suspended(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield "", "the account is suspended", "Mail to it is rejected, and its delegates have no access."


def _unlicensed(subject: Subject) -> Detections:
    facts = subject.mailbox.facts
    if not facts.get(Fact.MAILBOX_PLANS) and not facts.get(Fact.HAS_MAILBOX):  # some licences are assigned to nobody
        yield "", "no licence that includes Gmail", "The account receives no mail, and cannot have delegates."


def _unused_licence(subject: Subject) -> Detections:
    plans = subject.mailbox.facts.get(Fact.MAILBOX_PLANS)
    licences = ", ".join(map(str, plans)) if isinstance(plans, tuple) else ""
    if not licences:
        return
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield licences, "an unused licence", "The account is suspended and receives no mail."
    elif subject.mailbox.grants is not None and not subject.readers():
        yield licences, "an unused licence", "Nobody has access to read the mail that arrives."


CHECKS = (
    Check(
        id="many-delegates",
        severity=Severity.NOTE,
        title=f"more than {limits.DOCUMENTED_DELEGATES} delegates",
        hint="This usually works. To be safe, use fewer delegates or a collaborative inbox.",
        source=limits.DELEGATES_API,
        detect=_many,
        needs=_GRANTS,
        path="members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Check(
        id="too-many-delegates",
        severity=Severity.WARNING,
        title=f"more than {limits.DELEGATES_AT_ONCE} delegates, who cannot all work at the same time",
        hint="Use fewer delegates, or a collaborative inbox.",
        source=limits.DELEGATES,
        detect=_too_many,
        needs=_GRANTS,
        path="members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Check(
        id="delegates-beyond-limit",
        severity=Severity.ERROR,
        title=f"more than {limits.MOST_DELEGATES:,} delegates",
        hint="Use a collaborative inbox.",
        source=limits.DELEGATES,
        detect=_beyond_limit,
        needs=_GRANTS,
        path="members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Check(
        id="delegate-outside",
        severity=Severity.ERROR,
        title="a delegate from another organisation",
        hint="Remove the delegate, or use a collaborative inbox with `group: {external_members: true}`.",
        source=limits.DELEGATES,
        detect=_outside,
        needs=_GRANTS,
        path="members",
        is_of_spec=True,
        platforms=_DELEGATED,
    ),
    Check(
        id="delegate-not-accepted",
        severity=Severity.NOTE,
        title="an invitation to become a delegate that was not accepted",
        hint="Apply the spec with an exact list of members: it revokes the invitation. Or list the person as a member.",
        source=limits.DELEGATES_API,
        detect=_not_accepted,
        needs=_GRANTS,
        path="members",
        platforms=_DELEGATED,
    ),
    Check(
        id="delegate-not-ready",
        severity=Severity.NOTE,
        title="a delegate whose account is not ready to act as one",
        hint="Let the person sign in once, or give the account a licence that includes Gmail.",
        source=limits.DELEGATES,
        detect=_not_ready,
        needs=_GRANTS,
        path="members",
        platforms=_DELEGATED,
    ),
    Check(
        id="sender-not-confirmed",
        severity=Severity.NOTE,
        title="an address in `senders` whose owner has not confirmed it",
        hint="Confirm it with the code, or remove it from `senders`.",
        source=limits.SENDERS_API,
        detect=_unconfirmed,
        needs=frozenset({Field.SENDERS}),
        path="senders",
        platforms=_DELEGATED,
    ),
    Check(
        id="delegation-off",
        severity=Severity.ERROR,
        title="mail delegation that a policy disables",
        hint="Enable it at admin.google.com > Apps > Google Workspace > Gmail > User settings > Mail delegation.",
        source=limits.DELEGATES,
        detect=_policy_off,
        needs=frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="delegation-unknown",
        severity=Severity.NOTE,
        title="a mail delegation policy that is not known",
        hint="Use a super administrator's account to read the policies, or look at admin.google.com > Apps > Gmail.",
        source=limits.POLICIES,
        detect=_policy_unknown,
        needs=frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="account-suspended",
        severity=Severity.ERROR,
        title="a mailbox that rejects mail because its account is suspended",
        hint="Restore the account at admin.google.com > Directory > Users. To prevent sign-in, set `sign_in: blocked`.",
        source=limits.SUSPENDED,
        detect=_suspended,
        needs=frozenset({Fact.IS_SUSPENDED}),
        platforms=_DELEGATED,
    ),
    Check(
        id="licence-missing",
        severity=Severity.ERROR,
        title="an account without a licence that includes Gmail",
        hint="Assign a licence (`storage: {licence: google-workspace-business-starter}`).",
        source=limits.LICENSING,
        detect=_unlicensed,
        needs=frozenset({Fact.MAILBOX_PLANS}),
        uses=frozenset({Fact.HAS_MAILBOX}),
        path="storage.licence",
        platforms=_DELEGATED,
    ),
    Check(
        id="licence-wasted",
        severity=Severity.NOTE,
        title="a licence of an account that receives no mail, or whose mail nobody can read",
        hint="Add a member, or delete the account. A collaborative inbox needs no licence.",
        source=limits.LICENSING,
        detect=_unused_licence,
        needs=frozenset({Fact.MAILBOX_PLANS, Fact.IS_SUSPENDED}),
        path="storage.licence",
        platforms=_DELEGATED,
        uses=frozenset({"grants"}),
    ),
)
