"""One change, sent so that nothing is done twice: doubt is settled by reading, and the change sent once more at most.

docs/reliability.md, "Answers"; the vendors' own files say how a change is sent and how it is looked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sharedbox_cli.core.errors import Ambiguous, AuthError, CloudError, PermissionDenied, SharedboxError, Throttled
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.responses import STOPPING, Unreachable, Unready
from sharedbox_cli.providers.transport import SETTLE_SECONDS, Clock


@dataclass(frozen=True, slots=True)
class Sending:
    """How one change is sent and looked for."""

    send: Callable[[], Awaitable[Outcome]]
    is_there: Callable[[], Awaitable[bool]]
    """Whether a reading shows the effect now. Raises SharedboxError where it cannot be made."""
    found: Callable[[Ambiguous], Awaitable[Outcome]]
    """What is told, and still to be done, where the effect was found after an answer that left doubt."""
    clock: Clock


async def send_safely(sending: Sending) -> Outcome:
    """Return what came of a change; doubt is settled by reading, and never raises a cloud's error."""
    try:
        return await sending.send()
    except Ambiguous as error:
        return await _settled(sending, error)
    except SharedboxError as error:
        return outcome_of(error)


async def _settled(sending: Sending, error: Ambiguous) -> Outcome:
    match await settle_patiently(sending):
        case Effect.PRESENT:
            return await _found(sending, error)
        case Effect.UNCLEAR:
            return _unknown(error, "; reading did not settle it")
        case Effect.ABSENT:
            try:
                return await sending.send()
            except Ambiguous as second:
                if await settle_patiently(sending) is Effect.PRESENT:
                    return await _found(sending, second)
                return _unknown(second, ", twice")
            except SharedboxError as second:
                return outcome_of(second)


async def _found(sending: Sending, error: Ambiguous) -> Outcome:
    try:
        return await sending.found(error)
    except SharedboxError as second:
        return outcome_of(second)


def _unknown(error: Ambiguous, what: str) -> Outcome:
    is_portal = error.code in STOPPING
    return Outcome(Status.UNKNOWN, f"{error.summary}{what}", error.request_id, stops_run=is_portal)


async def settle(is_there: Callable[[], Awaitable[bool]]) -> Effect:
    """Return what a reading says now; UNCLEAR where it could not be made."""
    try:
        return Effect.PRESENT if await is_there() else Effect.ABSENT
    except SharedboxError:
        return Effect.UNCLEAR


async def settle_patiently(sending: Sending) -> Effect:
    """Return PRESENT as soon as a reading shows the effect; ABSENT only if the last two readings agree on that."""
    last = Effect.UNCLEAR
    for wait in SETTLE_SECONDS:
        await sending.clock.sleep(wait)
        found = await settle(sending.is_there)
        if found is Effect.PRESENT:
            return found
        if found is Effect.ABSENT and last is Effect.ABSENT and wait >= SETTLE_SECONDS[-2]:
            return found
        last = found
    return Effect.UNCLEAR


def outcome_of(error: SharedboxError) -> Outcome:
    """Return what an error makes of a change, and whether it is pointless to send any other."""
    if isinstance(error, Unready):
        return Outcome(Status.SKIPPED, f"{error.summary}: {error.why}")
    if isinstance(error, CloudError):
        is_denial = isinstance(error, PermissionDenied) and error.is_whole_route
        stops = is_denial or isinstance(error, (Unreachable, Throttled)) or error.code in STOPPING
        words = failed(error)
        return Outcome(words.status, words.reason, words.request_id, stops_run=stops, is_denial=is_denial)
    if isinstance(error, AuthError):
        parts = (f"{AuthError.summary}: {error.summary}.", f"{error.where}." if error.where else "")
        words_ = " ".join(part for part in (*parts, error.why, error.hint) if part)
        return Outcome(Status.FAILED, words_, stops_run=True, is_denial=True)
    return Outcome(Status.FAILED, f"{error.summary}. {error.why}")


def done(reason: str = "", mailbox_id: str = "") -> Outcome:
    """Return success."""
    return Outcome(Status.DONE, reason, mailbox_id=mailbox_id)


def already(reason: str) -> Outcome:
    """Return success without a change."""
    return Outcome(Status.ALREADY_SO, reason)


def failed(error: CloudError, reason: str = "") -> Outcome:
    """Return a failure in words, with the vendor's request id."""
    words = reason or ". ".join(part.rstrip(".") for part in (error.summary, error.why) if part)
    hint = f" {error.hint}" if error.hint else ""
    return Outcome(Status.FAILED, f"{words}.{hint}", error.request_id)
