"""The demo: a small company's mailboxes, from drift to order, on an emulated tenant."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sharedbox_cli.cli.emulating import Wanted, made
from sharedbox_cli.cli.terminal import Terminal

STEPS = (
    ("What would change?", ("plan", "mailboxes")),
    ("Make it so.", ("apply", "mailboxes", "--yes")),
    ("Is anything left to do?", ("plan", "mailboxes")),
    ("Limits, licences, risks, in the whole tenant:", ("check", "mailboxes", "--whole-tenant")),
    ("Who may do what?", ("audit", "--by", "person")),
)


def show_demo(*, keep: bool) -> int:
    """Return 0 when every step went as it should."""
    terminal = Terminal.of_process()
    folder = Path(tempfile.mkdtemp(prefix="sharedbox-demo-"))
    try:
        _write_specs(folder / "mailboxes")
        code = _steps(terminal, folder)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    if keep:
        terminal.say(f"The specs and the tenant are in {folder}.")
    return code


def _write_specs(folder: Path) -> None:
    shutil.copytree(example_specs(), folder)


def example_specs() -> Path:
    """Return the example specs: in the package when installed, in the checkout when worked on."""
    packaged = Path(__file__).parent / "example_specs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "examples" / "mailboxes"


def _steps(terminal: Terminal, folder: Path) -> int:
    with made(Wanted(tenant=folder / "tenant.sqlite3")) as emulator:
        environment = {
            **os.environ, **emulator.environment(), "SHAREDBOX_STATE_DIR": str(folder / "state"),
        }  # fmt: skip
        environment.pop("SHAREDBOX_PROFILE", None)
        environment.pop("SHAREDBOX_CONFIG", None)
        terminal.data("A demo on an emulated Microsoft 365 tenant, contoso.example. Nothing leaves this machine.")
        for title, arguments in STEPS:
            terminal.data(f"\n# {title}\n$ sharedbox {' '.join(arguments)}")
            command = [sys.executable, "-m", "sharedbox_cli", *arguments]
            done = subprocess.run(command, env=environment, cwd=folder, check=False)  # noqa: S603 - our own command
            if done.returncode:
                return done.returncode
    terminal.data("\nThat was sharedbox. To start with your own: sharedbox init")
    return 0
