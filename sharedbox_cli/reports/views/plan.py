"""A plan, written like a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sharedbox_cli.core.change import Change, Kind, Risk
from sharedbox_cli.core.change_words import (
    change_parts,
    change_words,
    party_update_words,
    party_words,
    right_words,
    words,
)
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.plan import Plan, Untouched
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.plan import PlanJson
from sharedbox_cli.reports.views.change import change_data
from sharedbox_cli.reports.views.errors import refusal_data

_MARKS = {Kind.GRANT: "+", Kind.REVOKE: "-", Kind.UPDATE: "~"}
_TONES = {Kind.GRANT: Tone.GOOD, Kind.REVOKE: Tone.BAD, Kind.UPDATE: Tone.CHANGE}


def plan_report(plan: Plan, refusals: Sequence[Refusal] = ()) -> Report:
    """Return the plan by mailbox, with risks marked and a summary at the end."""
    by_mailbox: dict[Address, list[Change]] = {address: [] for address in plan.mailboxes}
    for change in plan.changes:
        by_mailbox[change.mailbox].append(change)
    sections = [_mailbox(address, changes) for address, changes in by_mailbox.items()]
    sections += _notes(plan)
    if refusals:
        parts = tuple(Line(f"{item.guard}: {item.why}", Tone.RISK) for item in refusals)
        sections.append(Section("A guard would refuse to apply this plan", parts, Tone.RISK))
    return Report("plan", _data(plan, refusals), tuple(sections), tuple(_summary(plan)), _flat(plan.changes), "Plan")


_LONG = 40
"""Characters: the items of a list with a longer one have a line each."""


def _mailbox(address: Address, changes: list[Change]) -> Section:
    kinds = {change.kind for change in changes}
    if Kind.CREATE in kinds:
        mark, tone = "+", Tone.GOOD
    elif Kind.DELETE in kinds:
        mark, tone = "-", Tone.BAD
    else:
        mark, tone = "~", Tone.CHANGE
    parts: list[Line | Table] = []
    for change in changes:
        parts += _lines(change)
    grants = sorted((c for c in changes if c.party is not None), key=_grant_order)
    if grants:
        parts.append(_grants(grants))
    return Section(f"{mark} {address} ({changes[0].platform})", tuple(parts), tone)


def _lines(change: Change) -> Iterator[Line]:
    if change.party is not None:
        return
    tone = Tone.RISK if change.risk is Risk.HIGH else Tone.PLAIN
    mark = "!" if change.risk is Risk.HIGH else " "
    why = f" ({change.why})" if change.why else ""
    if change.kind in (Kind.CREATE, Kind.DELETE) or Field.KIND in change.after:
        yield Line(f"{mark} {words(change)}{why}", tone)
        return
    for name in sorted(change.after):
        parts = change_parts(name, change)
        if len(max(parts, default="", key=len)) > _LONG:
            yield Line(f"{mark} {name}:{why}", tone)
            yield from (Line(part, tone, indent=6) for part in parts)
        else:
            yield Line(f"{mark} {name}: {change_words(name, change)}{why}", tone)


def _grant_order(change: Change) -> tuple[str, int, str]:
    party = change.party
    who = (party.address.key if party.address else party.id) if party else ""
    return who, 0 if change.kind is Kind.GRANT else 1, change.key


def _grants(changes: Iterable[Change]) -> Table:
    """Return one row per trustee and direction, with all rights together."""
    rows: dict[tuple[str, str, str], tuple[Change, list[str]]] = {}
    for change in changes:
        party = change.party
        if party is None:
            continue
        mark = _MARKS[change.kind]
        key = (mark, party.id, change.why)
        text = right_words(party.right, party.detail)
        if change.kind is Kind.UPDATE:
            text = party_update_words(change)
        elif party.right is Right.FULL_ACCESS and Field.AUTOMAPPING in change.after:
            text += f" (automapping {'on' if change.after[Field.AUTOMAPPING] else 'off'})"
        elif Field.DELIVERY in change.after:
            text += f" (delivery {change.after[Field.DELIVERY]})"
        if change.kind is Kind.GRANT and Field.UNTIL in change.after:
            text += " (the service ends it)"
        rows.setdefault(key, (change, []))[1].append(text)
    cells = []
    tones = []
    for (mark, _, why), (change, rights) in rows.items():
        party = change.party
        if party is None:
            continue
        kind = "" if party.kind == "user" else f" [{party.kind}]"
        risk = "! " if change.risk is Risk.HIGH else ""
        cells.append((mark, f"{party_words(party)}{kind}", ", ".join(rights), f"{risk}{why}"))
        tones.append(Tone.RISK if change.risk is Risk.HIGH else _TONES[change.kind])
    return Table(("", "trustee", "rights", "why"), tuple(cells), tuple(tones))


def _notes(plan: Plan) -> Iterator[Section]:
    if plan.notes:
        yield Section("Notes", tuple(Line(f"{note.mailbox}: {note.text}") for note in plan.notes))
    unmanaged = tuple(_unmanaged(plan.untouched))
    if unmanaged:
        yield Section("Unmanaged", unmanaged, Tone.QUIET)


def _unmanaged(left: Untouched) -> Iterator[Line]:
    if left.mailboxes:
        yield Line(f"{left.mailboxes} mailbox{'' if left.mailboxes == 1 else 'es'} without a spec")
    if left.extra_grants:
        plural = "" if left.extra_grants == 1 else "s"
        yield Line(f"{left.extra_grants} grant{plural} in addition to the specs (`members_mode: at-least`)")
    if left.special_entries:
        plural = "y" if left.special_entries == 1 else "ies"
        yield Line(f"{left.special_entries} deny, inherited or unknown entr{plural}")
    for mailbox, names in left.unmanaged.items():
        yield Line(f"{mailbox}: {', '.join(names)}", Tone.QUIET)


def _summary(plan: Plan) -> Iterator[Line]:
    if plan.is_empty:
        count = len(plan.desired.mailboxes)
        match_words = "1 mailbox matches its spec" if count == 1 else f"{count} mailboxes match their specs"
        yield Line(f"No changes. {match_words}.", Tone.GOOD)
        return
    texts = {
        Kind.CREATE: "to create",
        Kind.UPDATE: "to update",
        Kind.GRANT: "to grant",
        Kind.REVOKE: "to revoke",
        Kind.LICENCE: "to change licence",
        Kind.DELETE: "to delete",
    }
    counts = ", ".join(f"{plan.count(kind)} {text}" for kind, text in texts.items() if plan.count(kind))
    mailboxes = len(plan.mailboxes)
    yield Line(
        f"Plan: {counts}; on {mailboxes} mailbox{'' if mailboxes == 1 else 'es'}. {losing_words(plan)}".rstrip(),
        Tone.CHANGE,
    )
    high = sum(change.risk is Risk.HIGH for change in plan.changes)
    if high:
        yield Line(f"{high} of these are marked `!`: review them with care.", Tone.RISK)


def losing_words(plan: Plan) -> str:
    """Return how many people, groups and applications lose access, as a sentence, or nothing."""
    losing = {c.party.id: c.party.kind for c in plan.changes if c.kind is Kind.REVOKE and c.party}
    groups = sum(kind is TrusteeKind.GROUP for kind in losing.values())
    applications = sum(kind is TrusteeKind.APPLICATION for kind in losing.values())
    people = len(losing) - groups - applications
    texts = [f"{people} {'person' if people == 1 else 'people'}"] if people else []
    texts += [f"{groups} group{'' if groups == 1 else 's'}"] if groups else []
    texts += [f"{applications} application{'' if applications == 1 else 's'}"] if applications else []
    listed = " and ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)
    return f"{listed} {'loses' if len(losing) == 1 else 'lose'} access." if losing else ""


def _data(plan: Plan, refusals: Sequence[Refusal]) -> PlanJson:
    left = plan.untouched
    return {
        "id": plan.id,
        "created_at": plan.created_at.isoformat(),
        "rules_version": plan.rules_version,
        "spec_digest": plan.desired.digest,
        "risk": to_plain(plan.risk),
        "counts": {str(kind): plan.count(kind) for kind in Kind},
        "changes": [change_data(change) for change in plan.changes],
        "notes": [{"mailbox": note.mailbox, "text": note.text} for note in plan.notes],
        "unmanaged": {
            "mailboxes": left.mailboxes,
            "extra_grants": left.extra_grants,
            "special_entries": left.special_entries,
            "settings": {mailbox: list(names) for mailbox, names in left.unmanaged.items()},
        },
        "refusals": [refusal_data(item) for item in refusals],
    }


def _flat(changes: Iterable[Change]) -> Table:
    rows = tuple((str(c.mailbox), str(c.kind), words(c), c.risk.name.lower(), c.why) for c in changes)
    return Table(("mailbox", "kind", "change", "risk", "why"), rows)
