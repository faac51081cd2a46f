"""Who has an address: what was read, by tenant. Platforms of one tenant share its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.values import KIND_GROUP, KIND_USER, Value

MAILBOX_KINDS: Mapping[Value, str] = {KIND_USER: "user mailbox", KIND_GROUP: "group"}
_SHARED = "shared mailbox"


@dataclass(slots=True)
class Holders:
    """The holders of each address that was read."""

    tenants: Mapping[Platform, str]
    _found: dict[tuple[str, Address], dict[str, AddressHolder]] = field(default_factory=dict)
    """By tenant and address; of each id, one holder."""
    unread: frozenset[Address] = frozenset()
    """The mailboxes that could not be read: what they hold and release is not known."""

    @classmethod
    def of(cls, observations: Mapping[Platform, Observed]) -> Holders:
        """Return the holders in some observations."""
        holders = cls({platform: observed.tenant_id for platform, observed in observations.items()})
        holders.unread = frozenset().union(*(observed.unread_mailboxes for observed in observations.values()))
        for observed in observations.values():
            for mailbox in observed.mailboxes.values():
                holder = _as_holder(mailbox)
                for address in (mailbox.address, *aliases(mailbox)):
                    holders._add(observed.tenant_id, address, holder)
            for address, items in observed.taken.items():
                for item in items:
                    holders._add(observed.tenant_id, address, item)
        return holders

    def _add(self, tenant: str, address: Address, holder: AddressHolder) -> None:
        self._found.setdefault((tenant, address), {}).setdefault(holder.id, holder)

    def at(self, address: Address, platform: Platform) -> tuple[AddressHolder, ...]:
        """Return who has an address in the tenant of a platform, sorted by id."""
        found = self._found.get((self.tenants[platform], address), {})
        return tuple(found[key] for key in sorted(found))


def aliases(mailbox: ObservedMailbox) -> tuple[Address, ...]:
    """Return the aliases of a mailbox, if they were read."""
    value = mailbox.settings.get(Field.ALIASES)
    return tuple(Address.of(str(item)) for item in value) if isinstance(value, tuple) else ()


def _as_holder(mailbox: ObservedMailbox) -> AddressHolder:
    kind = MAILBOX_KINDS.get(mailbox.settings.get(Field.KIND), _SHARED)
    name = str(mailbox.settings.get(Field.DISPLAY_NAME) or mailbox.address.local)
    return AddressHolder(mailbox.id, kind, name, mailbox.address)
