"""What can go wrong, and the exit code of each.

SharedboxError            (summary, where, why, hint)
├── SpecError         1   all problems, each with its place
├── UsageError        1   the command line or a profile asks for something impossible
├── OutputError       1   the system refuses a file, or the output
├── ObserveError      1   reading incomplete: never planned on, never "absent"
├── PlanStale         1   specs or cloud have changed since the plan was made
├── PlanInvalid       1   a plan file that is truncated, edited or from elsewhere
├── JournalError      1   the journal cannot be written: without it, nothing is written to a cloud
├── ObservationsError 1   the saved observations cannot be used
├── LockFailed        1   the system does not give the lock
│   └── Locked        6   another run holds it
├── GuardRefused      4   guard, number found, number allowed, flag
├── AuthError         5   token, role or scope; what is missing
└── CloudError        1   mailbox, call, status, request_id
    ├── NotFound          no such object
    ├── Conflict          another object conflicts, or an unexpected state
    ├── Throttled         the service is throttling requests
    ├── Unreachable       no connection, or no service behind it: nothing was done
    ├── Refused           the request was understood and refused
    ├── PermissionDenied  5   the service refuses this caller
    └── Ambiguous         sent, but the effect is not known

A partly applied run is a result, not an exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from sharedbox_cli.core.location import NOWHERE, Place


class ExitCode(IntEnum):
    """The exit codes of the process (docs/reference/exit-codes.md)."""

    OK = 0
    ERROR = 1
    FOUND = 2
    """Changes or findings are present, and the command line asked for a separate code."""
    PARTLY = 3
    REFUSED = 4
    DENIED = 5
    BUSY = 6
    """Another run holds the lock: nothing was done, and the same command can succeed later."""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a spec: where, what, why and how to fix it."""

    place: Place
    summary: str
    why: str = ""
    hint: str = ""
    also: Place = field(default=NOWHERE, compare=False)


class SharedboxError(Exception):
    """An error that is shown in four parts; `exit_code` is the exit code of the process."""

    exit_code = 1
    summary = "error"
    again = ""
    """The command that continues after files were changed, where it is not the one that was typed."""

    def __init__(self, summary: str = "", *, where: str = "", why: str = "", hint: str = "") -> None:
        self.summary = summary or self.summary
        self.where = where
        self.why = why
        self.hint = hint
        super().__init__(": ".join(part for part in (self.summary, where, why) if part))


class SpecError(SharedboxError):
    """All problems of the specs that were read, sorted by place."""

    summary = "the specs have problems"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        first = self.problems[0] if self.problems else Problem(NOWHERE, self.summary)
        super().__init__(first.summary, where=str(first.place), why=first.why, hint=first.hint)


class UsageError(SharedboxError):
    """The command line or a profile asks for something impossible."""


class OutputError(SharedboxError):
    """The system did not take what a command writes, or did not give what it reads."""

    summary = "cannot write the output"


class ObserveError(SharedboxError):
    """Reading was not complete, so no plan may rely on it."""

    summary = "reading stopped, nothing was planned"


class PlanStale(SharedboxError):
    """The specs or the cloud have changed since the plan was made."""

    summary = "plan is out of date"


class PlanInvalid(SharedboxError):
    """A plan file that cannot be trusted."""

    summary = "not a plan that can be applied"


class JournalError(SharedboxError):
    """The journal cannot be kept, so nothing may be written to a cloud."""

    summary = "the journal cannot be written"


class ObservationsError(SharedboxError):
    """The saved observations cannot be read or written."""

    summary = "the saved observations cannot be used"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer of one guard: the number found, the limit, and the waiver that would allow it."""

    guard: str
    why: str
    found: int = 0
    limit: str = ""
    waiver: str = ""
    mailbox: str = ""


class GuardRefused(SharedboxError):
    """One or more guards refuse the plan; nothing was written."""

    exit_code = 4
    summary = "refused by a guard"

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(self.summary, why="; ".join(f"{item.guard}: {item.why}" for item in self.refusals))


class ConfirmationMissing(SharedboxError):
    """Nobody confirmed the plan, and nobody can be asked."""

    exit_code = 4
    summary = "not applied: nobody confirmed it"


class AuthError(SharedboxError):
    """No token, or one that lacks a role or scope; `why` says which."""

    exit_code = 5
    summary = "authentication failed"


class CloudError(SharedboxError):
    """A vendor's answer to one `call`: HTTP `status` (0: none came), vendor's `code` and `request_id`."""

    summary = "the service answered with an error"

    def __init__(
        self,
        summary: str = "",
        *,
        mailbox: str = "",
        call: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
        why: str = "",
        hint: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.mailbox = mailbox
        self.call = call
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        parts = (mailbox, call, str(status) if status else "", f"request id {request_id}" if request_id else "")
        super().__init__(summary, where=" · ".join(part for part in parts if part), why=why, hint=hint)


class NotFound(CloudError):
    """No such object."""


class Conflict(CloudError):
    """Another object conflicts, or the object is in an unexpected state."""


class Throttled(CloudError):
    """The service is throttling requests; `retry_after` in seconds if it gave a time."""


class Unreachable(CloudError):
    """Nothing was sent: no connection, or the name does not resolve."""

    summary = "the service cannot be reached"


class Refused(CloudError):
    """The request was understood and refused: repeating it cannot help."""


class PermissionDenied(CloudError):
    """The service refuses this caller; `is_whole_route` when it would refuse any object."""

    exit_code = 5
    is_whole_route = True


class Ambiguous(CloudError):
    """A write was sent and no reliable answer came: only reading shows its effect."""
