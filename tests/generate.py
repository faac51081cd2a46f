"""Write the generated parts: `make generated`."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.language.schema import write_generated
from tests.transcripts import write_transcripts

if __name__ == "__main__":
    write_generated(Path(__file__).parents[1] / "specs")
    write_transcripts()
