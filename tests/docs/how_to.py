"""Follows a page of docs/contributing in a copy of the repository, by the letter."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contributing"
_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COPIED = ("sharedbox_cli", "tests", "examples", "specs", "pyproject.toml", "README.md", "CHANGELOG.md", "docs")


class Copy:
    """A copy of the repository in which the code of a page was written."""

    def __init__(self, folder: Path, page: str) -> None:
        """Copy the repository, write each file of a page and apply each diff."""
        self.folder = folder
        self.text = (PAGES / page).read_text(encoding="utf-8")
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name)  # with what Python has compiled
            else:
                shutil.copy(source, folder / name)
        for language, title, code in self.blocks():
            if title:
                (folder / title).parent.mkdir(parents=True, exist_ok=True)
                (folder / title).write_text(code, encoding="utf-8")
            elif language == "diff":
                self.run("git", "apply", "--recount", "-", stdin=code)

    def blocks(self) -> Iterator[tuple[str, str, str]]:
        """Return the language, the title and the text of each fenced block."""
        for found in _BLOCK.finditer(self.text):
            yield found[1], found[2] or "", found[3]

    def commands(self) -> list[str]:
        """Return the lines of the console blocks."""
        return [line for language, _, text in self.blocks() if language == "console" for line in text.splitlines()]

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Return what a command prints in the copy. A command that fails fails the test."""
        programs = self.folder / "bin"
        if not programs.exists():
            programs.mkdir()
            (programs / "sharedbox").write_text(f'#!/bin/sh\nexec {sys.executable} -m sharedbox_cli "$@"\n')
            (programs / "sharedbox").chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder),
            "COLUMNS": "100",
            "GIT_CEILING_DIRECTORIES": str(self.folder.parent),
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def test(self, *paths: str) -> str:
        """Run test files of the copy."""
        return self.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *paths)
