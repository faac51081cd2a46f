"""One object that cannot be read does not stop a reading: it is named. If nothing can be read, the error is raised."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import TypeVar

from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, PermissionDenied, SharedboxError, Throttled
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.providers.responses import STOPPING, Failure, Renewed, Unreachable

K = TypeVar("K")
T = TypeVar("T")


def is_about_one_object(error: SharedboxError) -> bool:
    """Return whether an error is about the object that was asked for, and not about the service or the caller."""
    if isinstance(error, ObserveError):
        return True
    if not isinstance(error, CloudError) or isinstance(error, (Throttled, Unreachable, Renewed)):
        return False
    if isinstance(error, PermissionDenied) and error.is_whole_route:
        return False
    return error.code not in STOPPING


async def attempt(work: Awaitable[T], *, signs_in: bool = False) -> T | Failure | AuthError:
    """Return the result of reading one object, or the error if it is about this object.

    `signs_in`: the request is made as the object, so a refused sign-in is about it too.
    """
    try:
        return await work
    except (CloudError, ObserveError, AuthError) as error:
        if is_about_one_object(error) or (signs_in and isinstance(error, AuthError)):
            return error
        raise


class UnreadLog:
    """The objects of one reading that could not be read, with the errors.

    Where specs are read, a call that fails for everything it is asked for is a failure of the service: no plan is made.
    """

    def __init__(self, *, is_whole_tenant: bool = False) -> None:
        self._errors: dict[Unread, SharedboxError] = {}
        self._is_whole_tenant = is_whole_tenant

    def add(self, kind: str, name: str, error: SharedboxError, mailbox: Address | None = None) -> None:
        """Take an object that could not be read. Raises an error that is about more than this object."""
        if not is_about_one_object(error):
            raise error
        self.add_any(kind, name, error, mailbox)

    def add_any(self, kind: str, name: str, error: SharedboxError, mailbox: Address | None = None) -> None:
        """Take an object that could not be read, whatever the error is."""
        self._errors.setdefault(Unread.of(kind, name, error, mailbox), error)

    def add_mailbox(self, address: Address, error: SharedboxError) -> None:
        """Take a mailbox that could not be read completely. Raises an error that is about more than this mailbox."""
        self.add("mailbox", address.text, error, address)

    def successes(self, results: Mapping[K, T | Failure | AuthError], mailboxes: Mapping[K, Address]) -> dict[K, T]:
        """Return the results without errors, and take the mailboxes of the others."""
        self.require_one(results.values())
        found: dict[K, T] = {}
        for key, result in results.items():
            if isinstance(result, AuthError):
                self.add_any("mailbox", mailboxes[key].text, result, mailboxes[key])
            elif isinstance(result, (CloudError, ObserveError)):
                self.add_mailbox(mailboxes[key], result)
            else:
                found[key] = result
        return found

    def require_one(self, results: Iterable[object]) -> None:
        """Raise the first error if all results of a call are errors, unless a whole tenant is read."""
        listed = list(results)
        first = next((item for item in listed if isinstance(item, SharedboxError)), None)
        if first and not self._is_whole_tenant and all(isinstance(item, SharedboxError) for item in listed):
            raise first

    @property
    def mailboxes(self) -> frozenset[Address]:
        """Return the mailboxes that were not read completely."""
        return frozenset(item.mailbox for item in self._errors if item.mailbox is not None)

    def finished(self, read: int) -> tuple[Unread, ...]:
        """Return the objects that could not be read. Raises the first error if nothing else was read."""
        if self._errors and not read:
            raise next((error for error in self._errors.values() if isinstance(error, AuthError)), self._first)
        return tuple(sorted(self._errors, key=lambda item: (item.kind, item.name.lower(), item.where, item.why)))

    def has(self, address: Address) -> bool:
        """Return whether a mailbox was not read completely."""
        return address in self.mailboxes

    @property
    def _first(self) -> SharedboxError:
        return next(iter(self._errors.values()))


class NothingUnread(UnreadLog):
    """For a reading in which each object matters: the first error ends it."""

    def add_any(self, kind: str, name: str, error: SharedboxError, mailbox: Address | None = None) -> None:
        """Raise the error."""
        raise error
