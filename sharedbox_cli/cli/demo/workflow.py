"""The demo: a small company's mailboxes on two clouds, from drift to order, all of it emulated."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sharedbox_cli.cli.emulator.workflow import PLATFORMS, Wanted, environment_beside, made
from sharedbox_cli.cli.terminal import Terminal

SPECS = ("mailboxes", "google")
STEPS = (
    ("What would change, on both clouds?", ("plan", *SPECS)),
    (
        "Make it so. The guard wants the group that becomes an inbox to be named.",
        ("apply", *SPECS, "--yes", "--allow", "convert=orders@contoso.example"),
    ),
    ("Is anything left to do?", ("plan", *SPECS)),
    ("Limits, licences, risks, in all that both clouds have:", ("check", *SPECS, "--whole-tenant")),
    ("Who may do what? One person, wherever they are:", ("audit", "--by", "person")),
)


def show_demo(*, keep: bool) -> int:
    """Return 0 when every step went as it should."""
    terminal = Terminal.of_process()
    folder = Path(tempfile.mkdtemp(prefix="sharedbox-demo-"))
    try:
        for name in SPECS:
            shutil.copytree(example_specs() / name, folder / name)
        code = _steps(terminal, folder)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    if keep:
        terminal.say(f"The specs and the tenant are in {folder}.")
    return code


def example_specs() -> Path:
    """Return the example specs: in the package when installed, in the checkout when worked on."""
    packaged = Path(__file__).parent / "example_specs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "examples"


def _steps(terminal: Terminal, folder: Path) -> int:
    with made(Wanted(tenant=folder / "tenant.sqlite3", platforms=PLATFORMS)) as emulator:
        environment = {**environment_beside(emulator), "SHAREDBOX_STATE_DIR": str(folder / "state")}
        environment.pop("SHAREDBOX_PROFILE", None)
        environment.pop("SHAREDBOX_CONFIG", None)
        terminal.data("A demo on an emulated Microsoft 365 and Google Workspace. Nothing leaves this machine.")
        for title, arguments in STEPS:
            terminal.data(f"\n# {title}\n$ sharedbox {' '.join(arguments)}")
            command = [sys.executable, "-m", "sharedbox_cli", *arguments]
            done = subprocess.run(command, env=environment, cwd=folder, check=False)  # noqa: S603 - our own command
            if done.returncode:
                return done.returncode
    terminal.data("\nThat was sharedbox. To start with your own: sharedbox init")
    return 0
