"""Safety rules on a whole plan: each is a function that refuses with numbers, or returns nothing.

A guard that cannot be computed refuses. Percentages are integers: `100 * n > percent * base`. A revocation
from a base of 0 is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sharedbox_cli.core.change import RESTORE, Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_access import last_access, last_owner, replaced_people
from sharedbox_cli.core.guards_hold import legal_hold
from sharedbox_cli.core.guards_input import GuardInput, GuardLimits, Waivers
from sharedbox_cli.core.guards_platform import platform_change
from sharedbox_cli.core.guards_reach import cut_off, external_trustee, wide_trustee
from sharedbox_cli.core.guards_retention import retention_drop
from sharedbox_cli.core.guards_revocation import exceeds, mailbox_revocation, mass_revocation
from sharedbox_cli.core.guards_rules import client_rules, kept_rules
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.restore import candidates, holder_words, waiver_of
from sharedbox_cli.core.sizes import GB_BYTES, gb
from sharedbox_cli.core.values import ALLOWED, KIND_GROUP, KIND_SHARED, KIND_USER, LICENCE_NONE, PLAN_1, PLAN_2, Value

_ADDED = (LICENCE_NONE, PLAN_1, PLAN_2)
"""Licences that a shared mailbox up to a size does not need; the account itself needs any other one."""


def guard(facts: GuardInput) -> tuple[Refusal, ...]:
    """Return the refusals of all guards, without those waived; empty: the plan may be applied."""
    found: list[Refusal] = []
    for rule in GUARDS.values():
        found.extend(rule(facts))
    return tuple(item for item in found if not facts.waivers.passes(item))


def empty_spec(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a set of specs that is suspiciously small."""
    count, least, last = _document_count(facts), facts.limits.min_mailboxes, facts.last_managed
    if count == 0:
        yield Refusal("empty-spec", "no documents were found: wrong folder?", 0, "1", "empty-spec")
    elif facts.plan.desired.total is None:
        return  # a saved plan names its mailboxes, and was made from a part of the specs
    elif count < least:
        why = f"found {_documents(count)}, the profile requires at least {least}: wrong folder?"
        yield Refusal("empty-spec", why, count, str(least), "empty-spec")
    elif last is not None and last >= 4 and 2 * count < last:
        why = f"found {_documents(count)}, the last run managed {last}: wrong folder?"
        yield Refusal("empty-spec", why, count, str(last), "empty-spec")


def _document_count(facts: GuardInput) -> int:
    desired = facts.plan.desired
    return len(desired.mailboxes) if desired.total is None else desired.total


def tenant_mismatch(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse when the tenant that was read is not the one that the plan or the profile is for."""
    for platform, observed in sorted(facts.observations.items()):
        planned = facts.plan.tenants.get(platform, observed.tenant_id)
        if planned != observed.tenant_id:
            why = f"the plan is for tenant {planned}, the sign-in is for {observed.tenant_id}"
            yield Refusal("tenant-mismatch", why)
        wanted = facts.expected_tenants.get(platform)
        if wanted and wanted.lower() not in {observed.tenant_id.lower(), *observed.domains}:
            why = f"the profile is for {wanted}, the sign-in is for {observed.tenant_name} ({observed.tenant_id})"
            yield Refusal("tenant-mismatch", why)
        mailboxes = [mailbox for mailbox in facts.plan.desired.mailboxes.values() if mailbox.platform == platform]
        if (
            mailboxes
            and observed.domains
            and not any(mailbox.address.domain in observed.domains for mailbox in mailboxes)
        ):
            why = f"no domain of the specs is a domain of {observed.tenant_name}"
            yield Refusal("tenant-mismatch", why)


def _documents(count: int) -> str:
    return f"{count} document{'' if count == 1 else 's'}"


def delete(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse every deletion that is not allowed by name, and any of something that is not a shared mailbox."""
    for change in facts.plan.changes:
        if change.kind is not Kind.DELETE:
            continue
        where = str(change.mailbox)
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        kind = mailbox.settings.get(Field.KIND, KIND_SHARED) if mailbox else KIND_SHARED
        if kind != KIND_SHARED:
            why = f"{where} is {_WHOSE.get(kind, 'not a shared mailbox')}: deleting it would delete that account, too"
            yield Refusal("delete", why, 1, "0", mailbox=where)
            continue
        why = f"{where} would be deleted ({_contents(mailbox.facts if mailbox else {})})"
        yield Refusal("delete", why, 1, "0", f"delete={where}", where)


_WHOSE: Mapping[Value, str] = {KIND_USER: "a person's mailbox", KIND_GROUP: "an ordinary group"}


def _contents(known: Mapping[Fact, Value]) -> str:
    """Return what a deletion would remove: items or size, last activity, archive and holds."""
    items, used, last = known.get(Fact.ITEM_COUNT), known.get(Fact.USED_BYTES), known.get(Fact.LAST_ACTIVITY)
    size = f"holds {items:,} items" if isinstance(items, int) else "size not known"
    if not isinstance(items, int) and isinstance(used, int):
        size = f"holds {gb(used)}"
    return ", ".join((size, *([f"last active {last}"] if last else ()), *kept_words(known)))


def kept_words(known: Mapping[Fact, Value]) -> tuple[str, ...]:
    """Return what a mailbox has that needs a licence and ends with it: an archive, a hold."""
    archive = ("has an archive",) if known.get(Fact.HAS_ARCHIVE) else ()
    return (*archive, *(("is on hold",) if known.get(Fact.ON_HOLD) else ()))


def mass_delete(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse many deletions at once."""
    count, base = facts.plan.count(Kind.DELETE), _document_count(facts)
    if count > 3 or (base >= 10 and exceeds(count, base, 10)):
        why = f"{count} of {base} mailboxes would be deleted"
        yield Refusal("mass-delete", why, count, "3 or 10 %", f"mass-delete={count}")


def convert(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to turn a person's mailbox, or an ordinary group, into a shared mailbox unless it is allowed by name."""
    for change in facts.plan.changes:
        if change.kind is Kind.UPDATE and Field.KIND in change.after:
            why = f"{change.mailbox} is {_conversion_words(change, facts)}"
            yield Refusal("convert", why, 1, "0", f"convert={change.mailbox}", str(change.mailbox))


def _conversion_words(change: Change, facts: GuardInput) -> str:
    mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
    known = mailbox.facts if mailbox else {}
    if change.before.get(Field.KIND) == KIND_GROUP:
        return "an ordinary group now: all its members would share one inbox"
    if Fact.SIGN_IN_STATE not in known:  # a platform with a simple switch for sign-in uses it to convert
        return (
            "a person's mailbox now: its members could read that person's mail, and the person can still sign in "
            "unless its spec says `sign_in: blocked`"
        )
    login = known.get(Fact.LAST_LOGIN)
    seen = f"last signed in to {login}" if login else "no sign-in is known"
    return f"a person's account now ({seen}): its members could read and answer that person's mail"


def restore(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to restore a deleted mailbox, with its old mail and grants, unless it is allowed by name."""
    for change in facts.plan.changes:
        if change.kind is not Kind.CREATE or change.how != RESTORE:
            continue
        where, what = str(change.mailbox), "with its old mail and grants"
        holders = candidates(change.mailbox, facts.observations[change.platform])
        if len(holders) < 2:
            which = f" ({holder_words(holders[0])})" if holders else ""
            why = f"{where} was deleted and would be restored {what}{which}"
            yield Refusal("restore", why, 1, "0", f"restore={where}", where)
        elif not change.mailbox_id:
            for holder in holders:
                why = f"{len(holders)} deleted mailboxes have the address {where}. This one is {holder_words(holder)}"
                yield Refusal("restore", why, 1, "0", waiver_of(change.mailbox, holder), where)
            if all(facts.waivers.names(waiver_of(change.mailbox, holder)) for holder in holders):
                yield Refusal("restore", f"{where}: name only one of its deleted mailboxes", mailbox=where)


def unblock(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to allow sign-in to a shared mailbox unless it is allowed by name."""
    for change in facts.plan.changes:
        if change.after.get(Field.SIGN_IN) == ALLOWED:
            why = f"{change.mailbox}: sign-in would be allowed; a shared mailbox needs none"
            waiver = f"privileged={change.mailbox}"
            yield Refusal("privileged", why, 1, "0", waiver, str(change.mailbox))


def licence_drop(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to remove a licence that the mailbox needs, or whose size is unknown or too large without it."""
    for change in facts.plan.changes:
        if change.phase is not Phase.LICENCE_DOWN:
            continue
        if change.before.get(Field.LICENCE, LICENCE_NONE) in _ADDED:
            yield from _licence_drop(change, facts)
        elif change.after.get(Field.LICENCE) == LICENCE_NONE:
            where = str(change.mailbox)
            why = f"{where}: without a licence it receives no mail, and its content is deleted after some time"
            yield Refusal("licence-drop", why, 1, "0", f"licence-drop={where}", where)


def _licence_drop(change: Change, facts: GuardInput) -> Iterable[Refusal]:
    mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
    used = mailbox.facts.get(Fact.USED_BYTES) if mailbox else None
    seen = mailbox.facts.get(Fact.USED_AT) if mailbox else None
    where = str(change.mailbox)
    if kept := kept_words(mailbox.facts if mailbox else {}):
        why = f"{where} {' and '.join(kept)}: without the licence, it would lose {'them' if len(kept) > 1 else 'that'}"
        yield Refusal("licence-drop", why, mailbox=where)
        return
    if not isinstance(used, int):
        why = f"{where}: the licence would be removed, and the size of the mailbox is not known"
        yield Refusal("licence-drop", why, mailbox=where)
        return
    if used > facts.limits.licence_drop_gib * GB_BYTES:
        why = f"{where}: {gb(used)} in use: the mailbox would stop receiving mail without the licence"
        yield Refusal("licence-drop", why, used, f"{facts.limits.licence_drop_gib} GB", mailbox=where)
    elif not _is_fresh(seen, facts.now):
        why = f"{where}: the licence would be removed, and the size was last read on {seen or 'an unknown day'}"
        yield Refusal("licence-drop", why, 0, "48 h", f"licence-drop={where}", where)


def _is_fresh(seen: object, now: datetime) -> bool:
    if not isinstance(seen, str):
        return False
    day = datetime.fromisoformat(seen)
    return now - day.replace(tzinfo=day.tzinfo or now.tzinfo) <= timedelta(hours=48)


GUARDS: Mapping[str, Callable[[GuardInput], Iterable[Refusal]]] = {
    "empty-spec": empty_spec,
    "tenant-mismatch": tenant_mismatch,
    "mass-revocation": mass_revocation,
    "mailbox-revocation": mailbox_revocation,
    "last-access": last_access,
    "last-owner": last_owner,
    "replaced-people": replaced_people,
    "external-trustee": external_trustee,
    "wide-trustee": wide_trustee,
    "cut-off": cut_off,
    "delete": delete,
    "mass-delete": mass_delete,
    "convert": convert,
    "restore": restore,
    "privileged": unblock,
    "licence-drop": licence_drop,
    "legal-hold": legal_hold,
    "retention-drop": retention_drop,
    "client-rules": client_rules,
    "kept-rules": kept_rules,
    "platform-change": platform_change,
}

NEVER_WAIVED = frozenset({"tenant-mismatch", "last-owner"})
"""Guards that no `--allow` passes: the plan has to change."""

__all__ = ["GUARDS", "NEVER_WAIVED", "GuardInput", "GuardLimits", "Waivers", "guard"]
