"""Recipients that a mailbox names: Exchange writes them as names or ids, and a spec as addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Row, UnknownForm
from sharedbox_cli.providers.forms import optional_text, text_of

RECIPIENT = "recipient"
"""Marks the name of a recipient that is not resolved yet. A name can look like any address, and is none."""
_EXTERNAL = frozenset({"MailContact", "MailUser"})
"""Types of recipients whose mailbox is elsewhere."""


def named(name: str) -> Value:
    """Return a recipient as the service names it."""
    return RECIPIENT, name


def names_in(value: Value) -> Iterator[str]:
    """Yield the names of recipients in a setting: of one recipient, or of a list."""
    if not isinstance(value, tuple):
        return
    if _is_name(value):
        yield str(value[1])
        return
    for item in value:
        if _is_name(item):
            yield from names_in(item)


def with_addresses(value: Value, addresses_of: Callable[[str], tuple[str, ...]]) -> Value:
    """Return a setting with addresses in place of names: the first address of one recipient, all of a list."""
    if not isinstance(value, tuple):
        return value
    if _is_name(value):
        return addresses_of(str(value[1]))[0]
    if not any(map(_is_name, value)):
        return value
    return tuple(sorted({address for name in names_in(value) for address in addresses_of(name)}))


def _is_name(value: Value) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and value[0] == RECIPIENT and isinstance(value[1], str)


def is_external(row: Row) -> bool:
    """Return whether a recipient of the tenant has its mailbox elsewhere."""
    return text_of(row, "RecipientType") in _EXTERNAL


def recipient_address(row: Row) -> str:
    """Return where mail to a recipient goes, or nothing where the service does not say."""
    if is_external(row):
        prefix, _, address = optional_text(row, "ExternalEmailAddress").rpartition(":")
        return address if prefix.lower() in ("", "smtp") else ""
    return optional_text(row, "PrimarySmtpAddress")


def is_address(value: Value) -> bool:
    """Return whether a value is an address, and not a text about a recipient that was not resolved."""
    return isinstance(value, str) and "@" in value and " " not in value


def address_to_write(value: Value) -> str:
    """Return an address that a setting can be changed to. Raises UnknownForm."""
    if not is_address(value):
        message = f"`{value}` is not an address"
        raise UnknownForm(message)
    return str(value)
