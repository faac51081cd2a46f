"""The demo: the mailboxes of a small company in two emulated clouds, from drift to a clean plan."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sharedbox_cli.cli.emulator.workflow import Wanted, environment_of, new_emulator
from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.emulator.company import CLOUDS, PLATFORMS, SPECS

Step = tuple[str, tuple[str, ...]]
"""A question, and the command line that answers it."""
STEPS: tuple[Step, ...] = (
    ("What would change, on both clouds?", ("plan", *SPECS)),
    (
        "Apply the changes. Guards ask for the group that becomes an inbox, and for the number of rights that end.",
        ("apply", *SPECS, "--yes", "--allow", "convert=orders@contoso.example", "--allow", "mass-revocation=5"),
    ),
    ("Is anything left to do?", ("plan", *SPECS)),
    ("Limits, licences and risks of every mailbox in both clouds:", ("check", *SPECS, "--whole-tenant")),
    ("Who may do what? Each person, in both clouds:", ("audit", "--by", "person")),
)


def show_demo(steps: Sequence[Step] = STEPS, *, keep: bool = False) -> int:
    """Return 0 if every step succeeded, else the exit code of the first step that failed."""
    terminal = Terminal.of_process()
    folder = Path(tempfile.mkdtemp(prefix="sharedbox-demo-"))
    try:
        for name in SPECS:
            shutil.copytree(example_specs() / name, folder / name)
        code = _run(steps, terminal, folder)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    if keep:
        terminal.say(f"The specs and the tenant are in {folder}.")
    return code


def example_specs() -> Path:
    """Return the folder of the example specs: in the installed package, or in the checkout."""
    packaged = Path(__file__).parents[1] / "example_specs"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples"


def _run(steps: Sequence[Step], terminal: Terminal, folder: Path) -> int:
    with new_emulator(Wanted(tenant=folder / "tenant.sqlite3", platforms=PLATFORMS)) as emulator:
        environment = {**environment_of(emulator), "SHAREDBOX_STATE_DIR": str(folder / "state")}
        environment.pop("SHAREDBOX_PROFILE", None)
        environment.pop("SHAREDBOX_CONFIG", None)
        terminal.data(f"A demo on an emulated {CLOUDS}. Nothing leaves this machine.")
        for title, arguments in steps:
            terminal.data(f"\n# {title}\n$ sharedbox {' '.join(arguments)}")
            command = [sys.executable, "-m", "sharedbox_cli", *arguments]
            done = subprocess.run(command, env=environment, cwd=folder, check=False)  # noqa: S603 - our own command
            if done.returncode:
                return done.returncode
    terminal.data("\nThat was sharedbox. To start with your own tenant: sharedbox init")
    return 0
