"""Specs: all that were validated, or one mailbox with the file that sets each value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.model import Desired, DesiredGrant, DesiredMailbox
from sharedbox_cli.core.until import until_words
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.specs import GrantJson, SpecJson, ValidationJson
from sharedbox_cli.reports.views.place import place_data
from sharedbox_cli.reports.views.values import value_words

if TYPE_CHECKING:
    from sharedbox_cli.language.resolve import Provenance


def validation_report(desired: Desired) -> Report:
    """Return how many mailboxes the specs describe; in JSON, which ones and where."""
    mailboxes = [mailbox for _, mailbox in sorted(desired.mailboxes.items())]
    count = len(mailboxes)
    data: ValidationJson = {
        "digest": desired.digest,
        "mailboxes": [
            {"mailbox": mailbox.address.text, "platform": str(mailbox.platform), **place_data(mailbox.place)}
            for mailbox in mailboxes
        ],
    }
    summary = Line(f"{count} mailbox{'' if count == 1 else 'es'}, no problems.", Tone.GOOD)
    return Report("validation", data, summary=(summary,))


def spec_report(mailbox: DesiredMailbox, settings: Sequence[Provenance]) -> Report:
    """Return the spec of one mailbox: each value and each grant with the place that sets it."""
    rows = tuple((item.path, value_words(item.value), _source(item)) for item in settings)
    heading = f"{mailbox.address} ({mailbox.platform})"
    sections = (Section(heading, (Table(("key", "value", "from"), rows),)), _grants(mailbox))
    data: SpecJson = {
        "mailbox": mailbox.address.text,
        "platform": mailbox.platform,
        "state": mailbox.state,
        "labels": dict(mailbox.labels),
        "settings": to_plain(mailbox.settings),
        "members_mode": mailbox.members_mode,
        "grants": None if mailbox.grants is None else [_grant(item) for item in mailbox.grants],
        "expired": [_grant(item) for item in mailbox.expired],
        "unmanaged": list(mailbox.unmanaged),
        "values": [
            {"path": item.path, "value": _plain(item.value), "through": item.through, **place_data(item.place)}
            for item in settings
        ],
    }
    return Report("spec", data, sections)


def _source(item: Provenance) -> str:
    return f"{item.place} ({item.through})" if item.through else str(item.place)


def _grants(mailbox: DesiredMailbox) -> Section:
    heading = "Members and their rights"
    if not mailbox.grants:
        return Section(heading, (Line("no members" if mailbox.manages_members else "members are not managed"),))
    return Section(heading, (Table(("trustee", "right", "until", "reason", "from"), tuple(_rows(mailbox.grants))),))


def _rows(grants: Iterable[DesiredGrant]) -> Iterable[tuple[str, ...]]:
    for item in grants:
        until = until_words(item.until) if item.until else ""
        yield str(item.trustee), _right(item), until, item.reason, str(item.place)


def _right(item: DesiredGrant) -> str:
    return f"{item.right} ({item.detail})" if item.detail else str(item.right)


def _grant(item: DesiredGrant) -> GrantJson:
    return {
        "trustee": item.trustee.text,
        "kind": item.kind,
        "right": item.right,
        "detail": item.detail,
        "automapping": item.automapping,
        "delivery": item.delivery,
        "until": item.until.isoformat() if item.until else None,
        "reason": item.reason,
        **place_data(item.place),
    }


def _plain(value: object) -> object:
    return value if isinstance(value, (str, bool, int, list, type(None))) else str(value)
