"""Checks on Google's delegated mailboxes: the delegates, the delegation policy and the account."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, Subject, name_of, sentence
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact, Right, State
from sharedbox_cli.core.texts import mark, number, shown, tr, tr_count

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
        yield "", summary, tr("It has {count} delegates. {why}", count=count, why=why)


def _many(subject: Subject) -> Detections:
    why = tr(
        "The API guide allows {documented_delegates}; the help center allows more.",
        documented_delegates=limits.DOCUMENTED_DELEGATES,
    )
    above, most = limits.DOCUMENTED_DELEGATES, limits.DELEGATES_AT_ONCE
    return _beyond(subject, above, most, tr("more delegates than the API guide allows"), why)


def _too_many(subject: Subject) -> Detections:
    why = tr(
        "About {delegates_at_once} can use the mailbox at the same time; the others get errors.",
        delegates_at_once=limits.DELEGATES_AT_ONCE,
    )
    above, most = limits.DELEGATES_AT_ONCE, limits.MOST_DELEGATES
    return _beyond(subject, above, most, tr("more delegates than can work at the same time"), why)


def _beyond_limit(subject: Subject) -> Detections:
    why = tr("Google allows at most {most_delegates}.", most_delegates=number(limits.MOST_DELEGATES))
    return _beyond(subject, limits.MOST_DELEGATES, None, tr("more delegates than Google allows"), why)


def _outside(subject: Subject) -> Detections:
    addresses = {str(subject.trustee(grant.trustee).address or "") for grant in subject.grants()}
    addresses |= {str(grant.trustee) for grant in (subject.spec.grants or ())} if subject.spec else set()
    for address in sorted(addresses):
        if subject.is_outside(address):
            why = tr(
                "{address} is not in a domain of this organisation. Google does not allow delegates from elsewhere.",
                address=address,
            )
            yield address, tr("a delegate from another organisation"), why


def _not_accepted(subject: Subject) -> Detections:
    for entry in subject.mailbox.special:
        who = str(subject.trustee(entry.trustee).address or entry.trustee)
        text = sentence(shown(entry.text))
        if entry.revocable is not None:
            why = tr("{text}. Whoever accepts it gets access, even if the spec does not list them.", text=text)
            yield who, tr("an invitation that was not accepted"), why
        elif entry.replaced_by is not None:
            yield (
                who,
                tr("an invitation that was not accepted"),
                tr("{text}. Nobody can accept it any more.", text=text),
            )
        else:
            yield (
                who,
                tr("an address that was not confirmed"),
                tr("{text}. It cannot be used until it is confirmed.", text=text),
            )


def _not_ready(subject: Subject) -> Detections:
    for trustee in subject.holders(Right.FULL_ACCESS):
        if trustee.caveat:
            name = name_of(trustee)
            yield name, tr("a delegate who cannot open the mailbox yet"), f"{name} {shown(trustee.caveat)}."


def _unconfirmed(subject: Subject) -> Detections:
    waiting = subject.mailbox.facts.get(Fact.UNCONFIRMED_SENDERS)
    for address in waiting if isinstance(waiting, tuple) else ():
        why = tr(
            "Nobody can send from {address} until its owner confirms it: it received a mail with a code.",
            address=address,
        )
        yield str(address), tr("a sender that was not confirmed"), why


def _with_delegates(subject: Subject) -> str:
    mailboxes = subject.observed.mailboxes.values()
    count = sum(any(grant.right is Right.FULL_ACCESS for grant in mailbox.grants or ()) for mailbox in mailboxes)
    return tr_count("{count} mailbox with delegates", "{count} mailboxes with delegates", count, count=count)


def _policy_off(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.DELEGATION) == "off":
        why = tr(
            "Delegates have no access until it is enabled. This affects {with_delegates}.",
            with_delegates=_with_delegates(subject),
        )
        yield subject.observed.tenant_name, tr("mail delegation is disabled"), why


def _policy_unknown(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.DELEGATION) not in ("on", "off"):
        why = tr(
            "The policy could not be read, or it differs between organisational units. Delegates may have no access."
        )
        yield subject.observed.tenant_name, tr("it is not known whether mail delegation is enabled"), why


def _suspended(subject: Subject) -> Detections:
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield "", tr("the account is suspended"), tr("Mail to it is rejected, and its delegates have no access.")


def _unlicensed(subject: Subject) -> Detections:
    facts = subject.mailbox.facts
    if not facts.get(Fact.MAILBOX_PLANS) and not facts.get(Fact.HAS_MAILBOX):  # some licences are assigned to nobody
        yield "", tr("no licence that includes Gmail"), tr("The account receives no mail, and cannot have delegates.")


def _unused_licence(subject: Subject) -> Detections:
    plans = subject.mailbox.facts.get(Fact.MAILBOX_PLANS)
    licences = ", ".join(map(str, plans)) if isinstance(plans, tuple) else ""
    if not licences:
        return
    if subject.mailbox.facts.get(Fact.IS_SUSPENDED):
        yield licences, tr("an unused licence"), tr("The account is suspended and receives no mail.")
    elif subject.mailbox.grants is not None and not subject.readers():
        yield licences, tr("an unused licence"), tr("Nobody has access to read the mail that arrives.")


CHECKS = (
    Check(
        id="many-delegates",
        severity=Severity.NOTE,
        title=mark("more than {documented_delegates} delegates", documented_delegates=limits.DOCUMENTED_DELEGATES),
        hint=mark("This usually works. To be safe, use fewer delegates or a collaborative inbox."),
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
        title=mark(
            "more than {delegates_at_once} delegates, who cannot all work at the same time",
            delegates_at_once=limits.DELEGATES_AT_ONCE,
        ),
        hint=mark("Use fewer delegates, or a collaborative inbox."),
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
        title=mark("more than {most_delegates:,} delegates", most_delegates=limits.MOST_DELEGATES),
        hint=mark("Use a collaborative inbox."),
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
        title=mark("a delegate from another organisation"),
        hint=mark("Remove the delegate, or use a collaborative inbox with `group: {external_members: true}`."),
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
        title=mark("an invitation to become a delegate that was not accepted"),
        hint=mark(
            "Apply the spec with an exact list of members: it revokes the invitation. Or list the person as a member."
        ),
        source=limits.DELEGATES_API,
        detect=_not_accepted,
        needs=_GRANTS,
        path="members",
        platforms=_DELEGATED,
    ),
    Check(
        id="delegate-not-ready",
        severity=Severity.NOTE,
        title=mark("a delegate whose account is not ready to act as one"),
        hint=mark("Let the person sign in once, or give the account a licence that includes Gmail."),
        source=limits.DELEGATES,
        detect=_not_ready,
        needs=_GRANTS,
        path="members",
        platforms=_DELEGATED,
    ),
    Check(
        id="sender-not-confirmed",
        severity=Severity.NOTE,
        title=mark("an address in `senders` whose owner has not confirmed it"),
        hint=mark("Confirm it with the code, or remove it from `senders`."),
        source=limits.SENDERS_API,
        detect=_unconfirmed,
        needs=frozenset({Field.SENDERS}),
        path="senders",
        platforms=_DELEGATED,
    ),
    Check(
        id="delegation-off",
        severity=Severity.ERROR,
        title=mark("mail delegation that a policy disables"),
        hint=mark("Enable it at admin.google.com > Apps > Google Workspace > Gmail > User settings > Mail delegation."),
        source=limits.DELEGATES,
        detect=_policy_off,
        needs=frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="delegation-unknown",
        severity=Severity.NOTE,
        title=mark("a mail delegation policy that is not known"),
        hint=mark(
            "Use a super administrator's account to read the policies, or look at admin.google.com > Apps > Gmail."
        ),
        source=limits.POLICIES,
        detect=_policy_unknown,
        needs=frozenset({Fact.DELEGATION}),
        platforms=_DELEGATED,
        is_of_tenant=True,
    ),
    Check(
        id="account-suspended",
        severity=Severity.ERROR,
        title=mark("a mailbox that rejects mail because its account is suspended"),
        hint=mark(
            "Restore the account at admin.google.com > Directory > Users. To prevent sign-in, set `sign_in: blocked`."
        ),
        source=limits.SUSPENDED,
        detect=_suspended,
        needs=frozenset({Fact.IS_SUSPENDED}),
        platforms=_DELEGATED,
    ),
    Check(
        id="licence-missing",
        severity=Severity.ERROR,
        title=mark("an account without a licence that includes Gmail"),
        hint=mark("Assign a licence (`storage: {licence: google-workspace-business-starter}`)."),
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
        title=mark("a licence of an account that receives no mail, or whose mail nobody can read"),
        hint=mark("Add a member, or delete the account. A collaborative inbox needs no licence."),
        source=limits.LICENSING,
        detect=_unused_licence,
        needs=frozenset({Fact.MAILBOX_PLANS, Fact.IS_SUSPENDED}),
        path="storage.licence",
        platforms=_DELEGATED,
        uses=frozenset({"grants"}),
    ),
)
