"""A spec that was converted for another platform."""

from __future__ import annotations

from collections.abc import Sequence

from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.model import Platform
from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.shapes.specs import ConversionJson


def conversion_report(
    address: str, source: Platform, platform: Platform, made_from: str, spec: str, notes: Sequence[Note]
) -> Report:
    """Return the spec as a document, with what was changed or lost as data."""
    data: ConversionJson = {
        "mailbox": address,
        "from_platform": str(source),
        "to_platform": str(platform),
        "made_from": made_from,
        "spec": spec,
        "notes": [
            {"key": note.key, "member": note.member, "what": note.what, "why": note.why, "is_lost": note.is_lost}
            for note in notes
        ],
    }
    return Report("conversion", data, document=spec)
