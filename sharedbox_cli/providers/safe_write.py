"""Sends one change so that nothing is done twice: doubt is settled by reading, and the change is repeated at most once.

See docs/reliability.md, "Answers". Each provider defines how a change is sent and how its effect is read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import (
    Ambiguous,
    AuthError,
    CloudError,
    Conflict,
    PermissionDenied,
    SharedboxError,
    Throttled,
)
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.responses import STOPPING, Unreachable, Unready
from sharedbox_cli.providers.transport import SETTLE_SECONDS, Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sending:
    """How one change is sent and how its effect is read."""

    send: Callable[[], Awaitable[Outcome]]
    is_there: Callable[[], Awaitable[bool]]
    """Whether a reading shows the effect now. Raises SharedboxError if nothing can be read."""
    found: Callable[[Ambiguous], Awaitable[Outcome]]
    """The outcome if the effect is there after an ambiguous response; does what is left to do."""
    clock: Clock


async def send_safely(sending: Sending) -> Outcome:
    """Return the outcome of a change. Doubt is settled by reading; errors of the cloud are never raised."""
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
    """Return what a reading shows now; UNCLEAR if nothing could be read."""
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


async def once_released(change: Change, act: Callable[[], Awaitable[T]], clock: Clock, listener: Listener) -> T:
    """Return what `act` returns; for an address that was just released, wait until it is free.

    Assumed: a service may refuse a released address for a while.
    """
    waits = iter(SETTLE_SECONDS if change.moved and not change.is_release else ())
    while True:
        try:
            return await act()
        except Conflict:
            wait = next(waits, None)
            if wait is None:
                raise
            listener.waiting(wait, f"{change.moved} was released and is not free everywhere yet")
            await clock.sleep(wait)


def outcome_of(error: SharedboxError) -> Outcome:
    """Return the outcome of a change that failed with an error, and whether any other change would fail too."""
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
    """Return a failure, with the vendor's request id."""
    words = reason or ". ".join(part.rstrip(".") for part in (error.summary, error.why) if part)
    hint = f" {error.hint}" if error.hint else ""
    return Outcome(Status.FAILED, f"{words}.{hint}", error.request_id)
