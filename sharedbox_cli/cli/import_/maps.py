"""The map of people that `--people` names."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.language.csv.columns import is_known
from sharedbox_cli.language.csv.decode import decoded, read_csv_bytes
from sharedbox_cli.language.csv.people_map import PeopleMap, people_map
from sharedbox_cli.language.csv.table import table_of


def map_of(path: Path) -> PeopleMap:
    """Return the map of people of a file. Raises SpecError."""
    text, encoding = decoded(read_csv_bytes(path), path)
    return people_map(table_of(text, str(path), encoding, is_known))
