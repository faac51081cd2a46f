"""Write the generated parts: `make generated`."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.emulator.schemas import write_schemas as write_emulator_schemas
from sharedbox_cli.language.schema import write_generated
from sharedbox_cli.providers.registry import capabilities_of_all
from sharedbox_cli.reports.json_schema import with_table, write_schemas
from tests.transcripts import write_transcripts

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    write_generated(ROOT / "specs", capabilities_of_all().values())
    write_schemas(ROOT / "specs" / "json")
    write_emulator_schemas(ROOT / "specs" / "json")
    page = ROOT / "docs" / "reference" / "json.md"
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    write_transcripts()
    from tests.catalogue import write_catalogue  # last: an older environment has no Babel

    write_catalogue()
