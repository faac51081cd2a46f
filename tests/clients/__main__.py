"""`python -m tests.clients`: other clients against the emulator, in a separate network namespace.

Only name resolution points the clients at the emulator. In a mount namespace, /etc/hosts resolves the vendors' names
to this machine. In a network namespace, port 443 is free and only loopback exists. /etc/hosts of the machine is not
changed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sharedbox_cli.emulator.server import VENDOR_HOSTS
from tests.clients.namespace import HOSTS, MARK, raise_loopback

UNSHARE = ["unshare", "--map-root-user", "--mount", "--net"]


def main() -> int:
    """Return pytest's exit code."""
    if os.environ.get(MARK) == "enter":
        raise_loopback()
        subprocess.run(["mount", "--bind", os.environ[HOSTS], "/etc/hosts"], check=True)
        return _tests("inside")
    try:
        can = subprocess.run([*UNSHARE, "true"], check=False, capture_output=True, text=True)
        why = can.stderr.strip() if can.returncode else ""
    except OSError as error:
        why = str(error)
    if why:
        return _tests(f"this system lets us have no namespace of our own: {why}")
    with tempfile.TemporaryDirectory() as folder:
        hosts = Path(folder) / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {' '.join(_names())}\n")
        environment = {**os.environ, MARK: "enter", HOSTS: str(hosts)}
        again = [sys.executable, "-m", "tests.clients", *sys.argv[1:]]
        return subprocess.run([*UNSHARE, *again], env=environment, check=False).returncode


def _names() -> list[str]:
    """Return the names that clients look up: of the services that the emulator models, and of others at Google."""
    modelled = [name for name in VENDOR_HOSTS if not name.startswith("*")]
    return [*modelled, *(f"{name}.googleapis.com" for name in ("calendar-json", "drive", "people", "vault"))]


def _tests(mark: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *(sys.argv[1:] or ["tests/clients"])]
    return subprocess.run(command, env={**os.environ, MARK: mark}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
