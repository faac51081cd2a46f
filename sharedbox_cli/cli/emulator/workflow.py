"""Serves, seeds and runs the emulator. It is an extra, and its absence is reported with the command to install it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.emulator.company import DEFAULT_PLATFORMS, PLATFORMS
from sharedbox_cli.emulator.environment import TENANT_VARIABLES

if TYPE_CHECKING:
    from sharedbox_cli.emulator.server import Emulator
    from sharedbox_cli.emulator.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of an emulator."""

    port: int = 0
    tenant: Path | None = None
    mailboxes: int = 0
    members: int = 3
    seed: int = 1
    latency: str = "0ms"
    faults: Path | None = None
    log: Path | None = None
    platforms: tuple[str, ...] = DEFAULT_PLATFORMS


def new_emulator(wanted: Wanted) -> Emulator:
    """Return an emulator, not yet started. Raises UsageError."""
    try:
        import cryptography as _cryptography
        import jwt as _jwt
        import trustme as _trustme
    except ImportError as error:
        raise UsageError(
            "the emulator is not installed",
            why=f"The package `{error.name}` is missing.",
            hint="Install its packages:\n    pip install h11 trustme pyjwt cryptography",
        ) from error
    del _cryptography, _jwt, _trustme
    from sharedbox_cli.emulator.faults import Faults
    from sharedbox_cli.emulator.server import Emulator

    try:
        faults = Faults.of_file(wanted.faults) if wanted.faults else None
    except (ValueError, TypeError, KeyError) as error:
        hint = "To list the kinds of faults:\n    sharedbox emulator faults"
        raise UsageError("not a schedule of faults", where=str(wanted.faults), why=str(error), hint=hint) from error
    emulator = Emulator(
        new_tenant(wanted), port=wanted.port, log=wanted.log, faults=faults, latency_seconds=_seconds(wanted.latency)
    )
    try:
        emulator.require_known_routes(faults.routes if faults else ())
    except ValueError as error:
        hint = "To see the names of routes, look at the log of a run:\n    sharedbox emulator serve --log log.jsonl"
        raise UsageError("not a schedule of faults", where=str(wanted.faults), why=str(error), hint=hint) from error
    return emulator


def new_tenant(wanted: Wanted) -> Tenant:
    """Return the tenant: an existing file unchanged, a generated one or the demo. Raises UsageError."""
    import sqlite3

    from sharedbox_cli.emulator.seed import demo, grown
    from sharedbox_cli.emulator.tenant import Tenant

    _refuse_unknown(wanted.platforms)
    try:
        tenant = Tenant(str(wanted.tenant) if wanted.tenant else ":memory:")
        if not tenant.id:
            if wanted.mailboxes:
                grown(tenant, wanted.mailboxes, wanted.members, wanted.seed, wanted.platforms)
            else:
                demo(tenant, wanted.platforms)
    except sqlite3.Error as error:
        raise UsageError("cannot use the tenant file", where=str(wanted.tenant), why=str(error)) from error
    return tenant


def _seconds(text: str) -> float:
    number = text.removesuffix("ms")
    if not (text.endswith("ms") and number.isdecimal()):
        raise UsageError("not a latency", where=f"--latency {text}", hint="Write it in milliseconds: 50ms.")
    return int(number) / 1000


def _refuse_unknown(platforms: tuple[str, ...]) -> None:
    for name in platforms:
        if name not in PLATFORMS:
            raise UsageError(
                "the emulator does not have this platform",
                where=f"--platform {name}",
                why=f"The platforms are: {', '.join(PLATFORMS)}.",
            )


def environment_of(emulator: Emulator) -> dict[str, str]:
    """Return the environment of this process, with the emulated tenant instead of a real one."""
    mine = {name: value for name, value in os.environ.items() if name not in TENANT_VARIABLES}
    return {**mine, **emulator.environment()}


def serve_until_stopped(wanted: Wanted) -> None:
    """Serve until Ctrl-C, and print the environment to export."""
    terminal = Terminal.of_process()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with new_emulator(wanted) as emulator:
        for name, value in emulator.environment().items():
            terminal.data(f"export {name}='{value}'")
        terminal.say(f"Serving {emulator.tenant.name} at {emulator.origin}. Press Ctrl-C to stop.")
        done.wait()


def seed_file(wanted: Wanted) -> None:
    """Write a new tenant to a file. Raises UsageError if the file exists."""
    if wanted.tenant is not None and wanted.tenant.exists():
        raise UsageError("the file exists already", where=str(wanted.tenant), hint="Name another one.")
    new_tenant(wanted).close()
    Terminal.of_process().say(f"Seeded. To serve it:\n    sharedbox emulator serve --tenant {wanted.tenant}")


def run_with(wanted: Wanted, command: list[str]) -> int:
    """Return the exit code of a command that ran with the emulator."""
    with new_emulator(wanted) as emulator:
        environment = environment_of(emulator)
        try:
            child = subprocess.Popen(command, env=environment)  # noqa: S603 - the command of the user
        except OSError as error:
            raise UsageError("cannot run the command", where=command[0], why=error.strerror or "") from error
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, _: child.send_signal(received))
        return _code(child)


def _code(child: subprocess.Popen[bytes]) -> int:
    code = child.wait()
    return code if code >= 0 else 128 - code


def show_log(path: Path, *, is_summary: bool) -> None:
    """Print a log, or the number of requests per route. Raises UsageError."""
    from sharedbox_cli.emulator.log import summary
    from sharedbox_cli.reports.safe import one_line

    terminal = Terminal.of_process()
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if is_summary:
            from tabulate import tabulate

            rows = [[name, str(alone), str(parts)] for name, alone, parts in summary(lines)]
            rows.append(
                [
                    "all",
                    str(sum(not line["parent"] for line in lines)),
                    str(sum(bool(line["parent"]) for line in lines)),
                ]
            )
            text = tabulate(rows, headers=["route", "requests", "batch parts"], tablefmt="plain", disable_numparse=True)
            terminal.data(text)
            return
        for line in lines:
            mark = "  " if line["parent"] else ""
            terminal.data(
                one_line(f"{line['at']} {mark}{line['status']} {line['method']} {line['route']} {line['path']}")
            )
    except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
        raise UsageError("not a log of the emulator", where=str(path), why=type(error).__name__) from error


def show_faults() -> None:
    """Print the kinds of faults and an example of a schedule."""
    from sharedbox_cli.emulator.faults import EXAMPLE, KINDS

    terminal = Terminal.of_process()
    width = max(map(len, KINDS))
    for name, text in KINDS.items():
        terminal.data(f"{name.ljust(width)}  {text}")
    terminal.data(f"\nAn example of a schedule:\n{json.dumps(EXAMPLE, indent=1)}")
