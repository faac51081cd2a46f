"""The command line knows no vendor: what it says of one comes from the vendor's plug-in or from the emulator."""

from __future__ import annotations

import re
from pathlib import Path

CLI = Path(__file__).parents[2] / "sharedbox_cli" / "cli"
VENDOR = re.compile(r"microsoft|m365|office ?365|google|exchange|outlook|gmail|entra\b|azure", re.IGNORECASE)
EXAMPLE = re.compile(r"      sharedbox \S")
"""A line of a command's help: an example must name a platform that exists."""


def test_source_names_no_vendor() -> None:
    lines = [
        (path.name, line)
        for path in sorted(CLI.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if not EXAMPLE.match(line)
    ]
    assert len(lines) > 1000
    assert [(name, line) for name, line in lines if VENDOR.search(line)] == []
