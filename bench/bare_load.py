"""A bare load of all YAML files of a folder by PyYAML's C parser: what `validate` is compared with."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml


def bare_load(folder: Path) -> None:
    """Load every document of every file, and nothing more."""
    for path in sorted(folder.rglob("*.yaml")):
        with path.open("rb") as file:
            for _ in yaml.load_all(file, Loader=yaml.CSafeLoader):
                pass


if __name__ == "__main__":
    bare_load(Path(sys.argv[1]))
