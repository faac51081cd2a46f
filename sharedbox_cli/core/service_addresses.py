"""Addresses that a service gives a mailbox itself: no spec manages them unless it names them."""

from __future__ import annotations

from sharedbox_cli.core.values import Value

_INITIAL_DOMAINS = ("onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "onmschina.cn")
"""Below these, each tenant of Microsoft 365 has its initial domain, in one of the clouds. Every mailbox has an address
there, which is added again if it is removed. To hybrid mailboxes, mail from on premises is routed through one."""


def is_service_address(address: object) -> bool:
    """Return whether an address belongs to the initial domain of a tenant."""
    domain = str(address).rpartition("@")[2].lower()
    return any(domain.endswith(f".{initial}") for initial in _INITIAL_DOMAINS)


def is_usual_address(address: object) -> bool:
    """Return whether an address is the one that every mailbox has: directly in the initial domain, not below it."""
    domain = str(address).rpartition("@")[2].lower()
    return any(domain.partition(".")[2] == initial for initial in _INITIAL_DOMAINS)


def unmanaged_addresses(desired: Value, held: Value) -> tuple[str, ...]:
    """Return the addresses of the service that a mailbox has and its spec does not name, sorted."""
    named = set(desired) if isinstance(desired, tuple) else set()
    addresses = (str(address) for address in (held if isinstance(held, tuple) else ()))
    return tuple(sorted(address for address in addresses if address not in named and is_service_address(address)))
