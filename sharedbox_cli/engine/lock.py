"""One run at a time on this machine: a lock of the operating system, which ends with its process."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from sharedbox_cli.core.errors import ExitCode, SharedboxError


class LockFailed(SharedboxError):
    """The system does not give the lock."""

    summary = "cannot take the lock"


class Locked(LockFailed):
    """Another run is working on this tenant."""

    exit_code = ExitCode.BUSY
    summary = "another run is in progress"


class RunLock:
    """Held while its context is open. Its content is used in the message only."""

    def __init__(
        self,
        path: Path,
        *,
        timeout_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._timeout = timeout_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._file: IO[str] | None = None
        self.has_waited = False
        """Whether another run held the lock first: what was read before can be out of date."""

    def __enter__(self) -> RunLock:
        """Acquire the lock. Raises Locked, LockFailed."""
        end = self._monotonic() + self._timeout
        file = self._opened()
        while not _try_lock(file):
            self.has_waited = True
            if self._monotonic() >= end:
                file.seek(0)
                holder = file.read(2000)
                file.close()
                raise Locked(
                    where=str(self._path),
                    why=_words(holder),
                    hint="Wait until it has finished, or let sharedbox wait: --lock-timeout 10m",
                )
            self._sleep(min(1.0, max(0.05, end - self._monotonic())))
        file.seek(0)
        file.truncate()
        about = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()}
        json.dump(about, file)
        file.flush()
        self._file = file
        return self

    def _opened(self) -> IO[str]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
            return os.fdopen(os.open(self._path, flags, 0o600), "a+", encoding="utf-8")
        except OSError as error:
            raise LockFailed(
                where=str(self._path),
                why=f"{type(error).__name__}: {error.strerror}.",
                hint="Set SHAREDBOX_STATE_DIR to another folder, or fix this one.",
            ) from error

    def __exit__(self, *_: object) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


class TenantLocks:
    """The locks of all tenants of a run, taken in one order, so that two runs never wait for each other.

    A tenant stays the same whatever the profile is called that names it. Another folder has other locks.
    """

    def __init__(
        self,
        folder: Path,
        tenants: Iterable[str],
        *,
        timeout_seconds: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._paths = sorted({folder / lock_name(tenant) for tenant in tenants})
        self._timeout = timeout_seconds
        self._monotonic = monotonic
        self._held = ExitStack()
        self.has_waited = False
        """Whether another run held one of them first: what was read before can be out of date."""

    def __enter__(self) -> TenantLocks:
        """Acquire all locks. Raises Locked, LockFailed; then none is held."""
        end = self._monotonic() + self._timeout
        with ExitStack() as taken:
            for path in self._paths:
                lock = RunLock(path, timeout_seconds=max(0.0, end - self._monotonic()))
                taken.enter_context(lock)
                self.has_waited |= lock.has_waited
            self._held = taken.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Release all locks."""
        self._held.close()


def lock_name(tenant: str) -> str:
    """Return the name of the lock file of a tenant. Its ID comes from the cloud, so it is no part of the name."""
    return f"tenant-{sha256(tenant.casefold().encode()).hexdigest()[:16]}.lock"


def _words(holder: str) -> str:
    try:
        about = json.loads(holder)
        return f"Process {int(about['pid'])} on {about['host']}, since {about['since']}."
    except (ValueError, KeyError, TypeError, RecursionError):
        return "Its process cannot be read."


def _try_lock(file: IO[str]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
