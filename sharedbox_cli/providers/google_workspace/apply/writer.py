"""What every kind of change needs: the APIs, what this run created, and waiting for it to become visible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import AuthError, CloudError, NotFound
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.errors import NO_CALENDAR, NO_MAIL, NO_OWNER, NOT_YET
from sharedbox_cli.providers.google_workspace.scopes import CALENDAR, CONTACTS, DIRECTORY, GMAIL
from sharedbox_cli.providers.responses import Unready
from sharedbox_cli.providers.safe_write import already, done, once_released
from sharedbox_cli.providers.transport import SETTLE_SECONDS, Clock

T = TypeVar("T")
SKEW = timedelta(minutes=5)
"""How far Google's clocks and ours may differ."""
WAITS = (*SETTLE_SECONDS, *(30.0,) * 8)
"""Five minutes: a mailbox usually exists within minutes of its licence (up to a day is documented)."""
_NOT_SET_UP = (NO_MAIL, NOT_YET, NO_CALENDAR, NO_OWNER, "invalid_grant")
"""What Google says of an account that is not set up everywhere yet."""
_NEVER = ("Domain not found", "Product not found", "Sku not found")
"""What is not found and will not appear, however new the mailbox is."""


@dataclass(slots=True)
class Writer:
    """The state of one run of writes."""

    google: Google
    clock: Clock
    listener: Listener = SILENT
    created: dict[Address, str] = field(default_factory=dict)
    """What this run created, with its id: for it "not found" means "not yet"."""
    started: dict[Address, datetime] = field(default_factory=dict)
    """When the first request to create something was sent (UTC)."""
    licensed: set[Address] = field(default_factory=set)
    """Accounts to which this run assigned a licence: their mailbox is being set up."""
    unlicensed: set[Address] = field(default_factory=set)
    """Accounts that could not get their licence: no mailbox is being set up."""
    fresh: set[Address] = field(default_factory=set)
    """Accounts that this run created, and did not restore: nobody ever signed in to them."""
    given_up: set[Address] = field(default_factory=set)
    """What this run waited for in vain."""
    identities: dict[Address, str] = field(default_factory=dict)
    """The names of groups in Cloud Identity."""
    endless: set[str] = field(default_factory=set)
    """Those of them for which the edition was found not to end memberships."""
    ambiguous: set[Address] = field(default_factory=set)
    """Groups to which somebody could not be added, as they are a member under another address."""

    async def directory(self, make: Callable[[Any], Any], call: str, mailbox: Address) -> dict[str, Any]:
        """Send a write to the Directory API; wait where this run created the object."""
        return await self.patiently(lambda: self.google.write(DIRECTORY, make, call, mailbox=mailbox.text), mailbox)

    async def gmail(self, make: Callable[[Any], Any], call: str, mailbox: Address) -> dict[str, Any]:
        """Send a write to a mailbox; wait while it is being set up."""
        return await self.patiently(
            lambda: self.google.write(
                GMAIL, lambda service: make(service.users()), call, subject=mailbox.key, mailbox=mailbox.key
            ),
            mailbox,
        )

    async def calendar(self, make: Callable[[Any], Any], call: str, mailbox: Address) -> dict[str, Any]:
        """Send a write to the calendar of a mailbox; wait while it is being set up."""
        return await self.patiently(
            lambda: self.google.write(CALENDAR, make, call, subject=mailbox.key, mailbox=mailbox.key), mailbox
        )

    async def contacts(self, make: Callable[[Any], Any], call: str, mailbox: Address) -> dict[str, Any]:
        """Send a write about the delegates of contacts, as an administrator; wait for a new account."""
        return await self.patiently(lambda: self.google.write(CONTACTS, make, call, mailbox=mailbox.text), mailbox)

    async def patiently(self, act: Callable[[], Awaitable[T]], mailbox: Address) -> T:
        """Return what `act` returns, repeated while what this run created is not known everywhere yet.

        Raises CloudError; Unready after five minutes, and for the same mailbox at once from then on.
        """
        waits = iter(() if mailbox in self.given_up else WAITS)
        while True:
            try:
                return await act()
            except (CloudError, AuthError) as error:
                if not self._may_come(error, mailbox):
                    raise
                wait = next(waits, None)
                if wait is None:
                    self.given_up.add(mailbox)
                    why = f"{mailbox} is not known everywhere yet: Google may take up to a day. Apply again later"
                    if isinstance(error, CloudError) and error.code == NO_MAIL and mailbox not in self.licensed:
                        why += ". Or it has no licence with Gmail: this run assigned none"
                    raise Unready(mailbox=mailbox.text, why=why) from error
                self.listener.waiting(wait, f"{mailbox} is new and not known everywhere yet")
                await self.clock.sleep(wait)

    async def once_released(self, change: Change, act: Callable[[], Awaitable[T]]) -> T:
        """Return what `act` returns; for an address that was just released, wait until it is free."""
        return await once_released(change, act, self.clock, self.listener)

    async def settle_absence(self, is_listed: Callable[[], Awaitable[bool]], error: NotFound) -> None:
        """Return if a list shows that something is gone. Raises the error if the list keeps it.

        "Not found" by one key proves nothing: Google knows some objects by another key, and finds others only later.
        """
        for wait in (*SETTLE_SECONDS[:4], None):
            if not await is_listed():
                return
            if wait is None:
                raise error
            await self.clock.sleep(wait)

    async def remove(
        self, deletion: Awaitable[object], is_listed: Callable[[], Awaitable[bool]], if_gone: str
    ) -> Outcome:
        """Carry out a deletion; `if_gone` says that there was nothing to delete. Raises CloudError."""
        try:
            await deletion
        except NotFound as error:
            await self.settle_absence(is_listed, error)
            return already(if_gone)
        return done()

    async def visible(self, read: Callable[[], Awaitable[T | None]], mailbox: Address) -> T | None:
        """Return what this run created as soon as it can be read, or nothing after five minutes."""
        for wait in (*WAITS, None):
            found = await read()
            if found is not None or wait is None:
                return found
            self.listener.waiting(wait, f"{mailbox} is new and not known everywhere yet")
            await self.clock.sleep(wait)
        return None

    def _may_come(self, error: CloudError | AuthError, mailbox: Address) -> bool:
        if mailbox not in self.created and mailbox not in self.licensed:
            return False
        if isinstance(error, AuthError):  # the token service does not know the account yet
            return "invalid_grant" in str(error) or "Invalid email" in str(error)
        if error.code == NO_MAIL and mailbox in self.unlicensed:
            return False
        is_away = isinstance(error, NotFound) and not any(word in error.why for word in _NEVER)
        return (is_away and mailbox in self.created) or error.code in _NOT_SET_UP


def identity_of(writer: Writer, change: Change) -> str:
    """Return what identifies the object: its id, or its address while the id is not known."""
    return change.mailbox_id or writer.created.get(change.mailbox, "") or change.mailbox.text
