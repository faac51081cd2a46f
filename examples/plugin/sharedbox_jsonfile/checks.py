"""A check of this platform. It runs on no other."""

from __future__ import annotations

from sharedbox_cli.checks.model import Check, Detections, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_jsonfile.plugin import PAGE


def _nameless(subject: Subject) -> Detections:
    if not subject.mailbox.settings[Field.DISPLAY_NAME]:
        yield "", "mailbox without a name", "People see the bare address."


CHECKS = (
    Check(
        id="json-file-name-missing",
        severity=Severity.NOTE,
        title="a mailbox without a name",
        hint="Set `display_name` in its spec.",
        source=PAGE,
        detect=_nameless,
        needs=frozenset({Field.DISPLAY_NAME}),
        path="display_name",
    ),
)
