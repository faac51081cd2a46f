"""Numbers of a tenant for a report: sizes, quotas, readers and licences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.observed import LicencePool


@dataclass(frozen=True, slots=True)
class MailboxFigures:
    """Numbers of one mailbox. None: not read, or the platform has no such number."""

    used_bytes: int | None = None
    quota_bytes: int | None = None
    readers: int | None = None
    """People who can sign in, open the mailbox and read its mail, directly or through groups."""
    most_readers: int | None = None
    """How many people the vendor recommends at most."""
    licences: tuple[str, ...] = ()
    """The products that its licence comes from, or the mail plans if the products were not read."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Storage that all accounts of a tenant share."""

    tenant: str
    used_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of everything that was read."""

    mailboxes: Mapping[tuple[str, str], MailboxFigures] = field(default_factory=dict)
    """By address (in lower case) and platform."""
    pools: tuple[Pool, ...] = ()
    licences: tuple[tuple[str, LicencePool], ...] = ()
    """Seats of the products that include a mailbox, each with the name of the tenant."""
    warn_percent: int = 0
    """The share of a quota from which a mailbox is nearly full."""
