"""Specs without a person who leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sharedbox_cli.core.change_words import RIGHT_WORDS
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.offboarding import Access
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.offboarding import OffboardingJson
from sharedbox_cli.reports.views.file_changes import diff_section
from sharedbox_cli.reports.views.next_step import next_lines


def offboarding_report(
    person: Address,
    successor: Address | None,
    access: Sequence[Access],
    by_hand: Mapping[Address, str],
    diff: str,
    next_command: str,
    *,
    is_written: bool,
    is_applied: bool = False,
) -> Report:
    """Return what specs give to a person, and how the files change."""
    data: OffboardingJson = {
        "person": person.text,
        "successor": successor.text if successor else "",
        "mailboxes": [
            {
                "mailbox": one.mailbox.text,
                "platform": one.platform,
                "rights": [str(right) for right in one.rights],
                "file": one.file,
                "is_last": one.is_last,
                "settings": list(one.settings),
                "by_hand": by_hand.get(one.mailbox, ""),
            }
            for one in access
        ],
        "diff": diff,
        "is_written": is_written,
        "next_command": next_command,
    }
    said = Line(_summary(person, access, by_hand, is_written=is_written, is_applied=is_applied, has_changes=bool(diff)))
    summary = (said, *next_lines(next_command, is_applied=is_applied))
    return Report("offboarding", data, tuple(_sections(access, by_hand, diff)), summary=summary)


def _sections(access: Sequence[Access], by_hand: Mapping[Address, str], diff: str) -> Iterator[Section]:
    rows = tuple(
        (one.mailbox.text, ", ".join(RIGHT_WORDS[right] for right in one.rights), one.file)
        for one in access
        if one.rights
    )
    if rows:
        yield Section("Rights", (Table(("mailbox", "rights", "from"), rows),))
    if diff:
        yield diff_section("Files", diff)
    settings = tuple(Line(f"{one.mailbox}: {', '.join(one.settings)}", Tone.RISK) for one in access if one.settings)
    if settings:
        yield Section("Settings that name the person (not changed)", settings)
    if by_hand:
        lines = tuple(Line(f"{address}: {why}", Tone.RISK) for address, why in sorted(by_hand.items()))
        yield Section("To change by hand", lines)


def _summary(
    person: Address,
    access: Sequence[Access],
    by_hand: Mapping[Address, str],
    *,
    is_written: bool,
    is_applied: bool,
    has_changes: bool,
) -> str:
    count = sum(bool(one.rights) for one in access)
    if not count:
        return f"No spec gives a right to {person}."
    mailboxes = f"{count:,} mailbox{'' if count == 1 else 'es'}"
    hand = f" {len(by_hand):,} to change by hand." if by_hand else ""
    if not has_changes:
        return f"{person} has rights on {mailboxes}.{hand}"
    changed = "The files are changed." if is_applied else "The files are changed: plan and apply them."
    done = changed if is_written else "Nothing is written yet: add `--write`."
    return f"{person} has rights on {mailboxes}. {done}{hand}"
