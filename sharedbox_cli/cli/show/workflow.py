"""What specs say of one mailbox, and what the cloud has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.clouds import chosen_platforms, read_platforms
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.errors import NotFound, UsageError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Desired, Fact, Observed, Platform, until_words
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.views.access import access_report, row_data

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session


def show_spec(session: Session, address: str, paths: Sequence[Path] | None, *, wants_json: bool) -> None:
    """Write each value of a spec with the file that gave it. Raises UsageError, SpecError."""
    from sharedbox_cli.language.resolve import provenance, resolve

    loaded = session.load(paths)
    desired = resolve(loaded, session.capabilities, session.now())
    wanted = Address.of(address)
    mailbox = desired.mailboxes.get(wanted)
    if mailbox is None:
        raise no_such_mailbox(desired, address)
    values = provenance(loaded, wanted)
    rows = tuple((item.path, _text(item.value), str(item.place)) for item in values)
    grants = tuple(
        (
            str(item.trustee),
            str(item.right),
            until_words(item.until) if item.until else "",
            item.reason,
            str(item.place),
        )
        for item in mailbox.grants or ()
    )
    sections = (
        Section(f"{mailbox.address} ({mailbox.platform})", (Table(("key", "value", "from"), rows),)),
        Section("Who gets what", (Table(("trustee", "right", "until", "reason", "from"), grants),))
        if grants
        else Section("Who gets what", (Line("members are not managed" if mailbox.grants is None else "nobody"),)),
    )
    data = {
        "mailbox": to_plain(mailbox),
        "values": [
            {"path": v.path, "value": v.value if _is_plain(v.value) else str(v.value), "from": str(v.place)}
            for v in values
        ],
    }
    show(session, Report("show", data, sections), "json" if wants_json else "text")


def no_such_mailbox(desired: Desired, address: str) -> UsageError:
    """Return what is said where no spec is of an address."""
    known = ", ".join(str(key) for key in list(desired.mailboxes)[:10]) or "none"
    return UsageError("no such mailbox in the specs", where=address, why=f"There are: {known}.")


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, bool, int, list, type(None)))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def find_observed(session: Session, wanted: Address) -> tuple[Mapping[Platform, Observed], Mapping[Platform, Observed]]:
    """Return what was read of each platform, and of those the ones that have the mailbox.

    Raises NotFound where nothing has the address.
    """
    fields = frozenset(Field) - {Field.AUTOMAPPING, Field.DELIVERY}
    observations = read_platforms(
        session,
        {
            platform: lambda platform=platform: Scope(  # type: ignore[misc]
                frozenset({platform}),
                frozenset({wanted}),
                fields,
                frozenset(Fact),
                frozenset({wanted}),
                with_members=True,
            )
            for platform in chosen_platforms(session, ())
        },
    )
    session.stop_progress()
    found = {platform: observed for platform, observed in observations.items() if wanted in observed.mailboxes}
    if not found and not any(observed.taken.get(wanted) for observed in observations.values()):
        tenants = " and ".join(sorted({observed.tenant_name for observed in observations.values()}))
        raise NotFound("no such mailbox", mailbox=wanted.text, why=f"Nothing in {tenants} has this address.")
    return observations, found


def show_observed(session: Session, address: str, *, wants_json: bool) -> None:
    """Write what the cloud has of one mailbox, or who holds the address. Raises NotFound."""
    wanted = Address.of(address)
    observations, found = find_observed(session, wanted)
    mailboxes = [observed.mailboxes[wanted] for _, observed in sorted(found.items())]
    holders = tuple(
        dict.fromkeys(item for observed in observations.values() for item in observed.taken.get(wanted, ()))
    )
    sections: list[Section] = []
    data: dict[str, object] = {
        "address": address,
        "mailbox": to_plain(mailboxes[0]) if mailboxes else None,
        "holders": to_plain(holders),
        "access": [row_data(row) for row in access_rows(found)],
        "mailboxes": [to_plain(mailbox) for mailbox in mailboxes],
    }
    if not mailboxes:
        lines = tuple(Line(f"{item.kind}: {item.name} <{item.address}>, id {item.id}") for item in holders)
        sections.append(Section(f"{address} is no shared mailbox; it belongs to", lines))
    for mailbox in mailboxes:
        rows = [(str(name), _text(to_plain(value))) for name, value in sorted(mailbox.settings.items())]
        rows += [(str(name), _text(to_plain(value))) for name, value in sorted(mailbox.facts.items())]
        sections.append(
            Section(f"{mailbox.address} ({mailbox.platform}, id {mailbox.id})", (Table(("", ""), tuple(rows)),))
        )
        access = tuple(access_rows({mailbox.platform: found[mailbox.platform]}))
        sections += access_report(access, "mailbox", [mailbox]).sections
    show(session, Report("observed", data, tuple(sections)), "json" if wants_json else "text")
