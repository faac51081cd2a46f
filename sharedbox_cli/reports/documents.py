"""The public JSON documents by name: their shapes, and the commands that print them.

The views return the shapes of `shapes/`. `make generated` writes them as JSON Schemas (specs/json/) and as the table of
docs/reference/json.md. A published key keeps its name and meaning. New keys can be added.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharedbox_cli.core.plan import Plan
from sharedbox_cli.reports.shapes.access import AuditJson, ObservedJson
from sharedbox_cli.reports.shapes.access_diff import AuditDiffJson
from sharedbox_cli.reports.shapes.csv_import import CsvImportJson
from sharedbox_cli.reports.shapes.findings import FindingsJson
from sharedbox_cli.reports.shapes.header import (
    AskedHeaderJson,
    ErrorJson,
    HeaderJson,
    OptionalReadingHeaderJson,
    ProfileHeaderJson,
    ReadingHeaderJson,
    SealJson,
)
from sharedbox_cli.reports.shapes.history import HistoryJson, StepsJson
from sharedbox_cli.reports.shapes.imported import ImportJson
from sharedbox_cli.reports.shapes.offboarding import OffboardingJson
from sharedbox_cli.reports.shapes.people_move import PeopleMoveJson
from sharedbox_cli.reports.shapes.plan import PlanJson, RunJson
from sharedbox_cli.reports.shapes.review import DecisionsJson, SheetsJson
from sharedbox_cli.reports.shapes.specs import ConversionJson, SpecJson, ValidationJson
from sharedbox_cli.reports.shapes.topics import CapabilitiesJson, DoctorJson, RecordingsJson, TopicJson, TopicsJson


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON document."""

    command: str
    """The command that prints or writes it."""
    header: type
    body: type

    @property
    def parts(self) -> tuple[type, ...]:
        """Return the types whose keys make up the document."""
        return (self.header, self.body)


DOCUMENTS = {
    "plan": Document("plan -o json", ReadingHeaderJson, PlanJson),
    "saved-plan": Document("plan --out FILE", SealJson, Plan),
    "run": Document("apply -o json", ReadingHeaderJson, RunJson),
    "findings": Document("check -o json", ReadingHeaderJson, FindingsJson),
    "audit": Document("audit -o json", ReadingHeaderJson, AuditJson),
    "audit-diff": Document("audit diff OLD NEW -o json", HeaderJson, AuditDiffJson),
    "spec": Document("show -o json", HeaderJson, SpecJson),
    "observed": Document("show --observed -o json", ReadingHeaderJson, ObservedJson),
    "conversion": Document("show --as PLATFORM -o json", OptionalReadingHeaderJson, ConversionJson),
    "import": Document("import -o json", ReadingHeaderJson, ImportJson),
    "offboarding": Document("offboard -o json", HeaderJson, OffboardingJson),
    "review-sheets": Document("review start -o json", ReadingHeaderJson, SheetsJson),
    "review-decisions": Document("review read -o json", HeaderJson, DecisionsJson),
    "people-move": Document("import --from DIR -o json", HeaderJson, PeopleMoveJson),
    "csv-import": Document("import --csv FILE -o json", HeaderJson, CsvImportJson),
    "history": Document("history -o json", ProfileHeaderJson, HistoryJson),
    "steps": Document("history RUN -o json", ProfileHeaderJson, StepsJson),
    "recordings": Document("doctor --record DIR -o json", AskedHeaderJson, RecordingsJson),
    "doctor": Document("doctor -o json", AskedHeaderJson, DoctorJson),
    "capabilities": Document("explain PLATFORM -o json", HeaderJson, CapabilitiesJson),
    "topics": Document("explain -o json", HeaderJson, TopicsJson),
    "topic": Document("explain NAME -o json", HeaderJson, TopicJson),
    "validation": Document("validate -o json", HeaderJson, ValidationJson),
    "error": Document("any command with -o json that fails (on stderr)", HeaderJson, ErrorJson),
}
"""By name: `plan` is the document with the format `sharedbox.plan/1`."""


def format_of(name: str) -> str:
    """Return the value of the key `format`."""
    return f"sharedbox.{name}/1"
