"""The JSON Schemas that editors use, as files next to the specs, and the comment that names the schema of a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from os.path import relpath
from pathlib import Path

from sharedbox_cli.language.schema import defaults_schema, json_schema, teams_schema

SCHEMAS = ".schemas"
"""The folder of the JSON Schemas that the first line of each file names; loading skips hidden folders."""
_SCHEMAS = {"sharedbox": json_schema, "defaults": defaults_schema, "teams": teams_schema}
KINDS = tuple(_SCHEMAS)
"""The schemas of spec files, of `_defaults.yaml` and of `teams.yaml`."""


def schema_files(folder: Path) -> Mapping[Path, str]:
    """Return the JSON Schemas of a folder of specs, as files. They follow the version of sharedbox."""
    return {folder / SCHEMAS / f"{kind}.schema.json": _text(kind) for kind in KINDS}


@cache
def _text(kind: str) -> str:
    return json.dumps(_SCHEMAS[kind](), indent=2, sort_keys=True) + "\n"


def modeline(kind: str, schemas: Path, folder: Path) -> str:
    """Return the comment that names the schema of a file for editors."""
    return f"yaml-language-server: $schema={Path(relpath(schemas / f'{kind}.schema.json', folder)).as_posix()}"
