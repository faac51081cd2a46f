"""Write the generated files anew: `make generated`."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.language.schema import write_generated

if __name__ == "__main__":
    write_generated(Path(__file__).parents[1] / "specs")
