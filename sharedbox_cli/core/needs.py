"""The permissions that each key of a spec needs on a platform, and those that a set of specs needs together.

A table of a platform maps paths to needs. A path without a row has the needs of the nearest path above it, or those of
everything below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, DesiredMailbox, State, TrusteeKind

MAILBOX = "mailbox"
"""What reading any mailbox needs, and creating one."""
DELETE = "state"
"""What `state: absent` needs."""
MEMBERS = "members"
WARN_AT = "storage.warn_at"
ENFORCE_UNTIL = "group.enforce_until"
NO_HISTORY = "group.history: false"
"""What it needs, in addition, to stop keeping messages: a legal hold may cover them."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one key needs: to read it, and in addition to write it. Names as the vendor spells them."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __or__(self, other: Needs) -> Needs:
        """Return what both need."""
        return Needs(_joined(self.read, other.read), _joined(self.write, other.write))


NeedsTable = Mapping[str, Needs]
NOTHING = Needs()


def same(paths: Iterable[str], needs: Needs) -> dict[str, Needs]:
    """Return rows for several keys with the same needs, such as all settings of one call."""
    return {str(path): needs for path in paths}


def needs_of(table: NeedsTable, path: str) -> Needs:
    """Return what a path of a spec needs."""
    steps = path.split(".")
    for count in range(len(steps), 0, -1):
        if (found := table.get(".".join(steps[:count]))) is not None:
            return found
    if (found := table.get(path.partition("[]")[0])) is not None:
        return found
    below = NOTHING
    for name, needs in table.items():
        if name.startswith((f"{path}.", f"{path}[]")):
            below |= needs
    return below


@dataclass(frozen=True, slots=True)
class Needed:
    """What the specs of one platform need: for each permission, the keys that need it."""

    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    write: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Without those that are also needed to read."""
    mailboxes: tuple[Address, ...] = ()

    def __or__(self, other: Needed) -> Needed:
        """Return what the specs of both need."""
        read = _merged(self.read, other.read)
        write = {name: keys for name, keys in _merged(self.write, other.write).items() if name not in read}
        return Needed(read, write, (*self.mailboxes, *other.mailboxes))

    def purpose(self, name: str) -> str:
        """Return the command that needs a permission."""
        return "plan" if name in self.read else "apply"

    @property
    def all(self) -> Mapping[str, tuple[str, ...]]:
        """Return everything that plan and apply need."""
        return {**self.read, **self.write}


def key_words(keys: Iterable[str]) -> str:
    """Return keys in words: what every mailbox needs, or the keys, of `members` only the section."""
    sections = dict.fromkeys(key.partition("[]")[0] for key in keys)
    return "every mailbox" if MAILBOX in sections else ", ".join(sections)


def needed(table: NeedsTable, mailboxes: Iterable[DesiredMailbox]) -> Needed:
    """Return the smallest set of permissions for the specs of one platform, with the keys that need each of them."""
    read: dict[str, set[str]] = {}
    write: dict[str, set[str]] = {}
    addresses = []
    for mailbox in mailboxes:
        addresses.append(mailbox.address)
        for path in _paths(mailbox):
            needs = needs_of(table, path)
            for name in needs.read:
                read.setdefault(name, set()).add(path)
            for name in needs.write:
                write.setdefault(name, set()).add(path)
    more = {name: paths for name, paths in write.items() if name not in read}
    return Needed(_sorted(read), _sorted(more), tuple(addresses))


def _merged(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return _sorted({name: {*one.get(name, ()), *other.get(name, ())} for name in {*one, *other}})


def _sorted(found: Mapping[str, Set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _paths(mailbox: DesiredMailbox) -> Iterator[str]:
    """Yield the keys of a spec that need something."""
    yield MAILBOX
    if mailbox.state is State.ABSENT:
        yield DELETE
        return
    yield from (str(name) for name in mailbox.settings if SETTINGS[name].is_in_spec)
    if mailbox.settings.get(Field.GROUP_HISTORY) is False:
        yield NO_HISTORY
    if mailbox.warn_at_percent is not None:
        yield WARN_AT
    for right in mailbox.levels:
        yield f"{right}.people"
        if any(grant.right is right and grant.kind is TrusteeKind.GROUP for grant in mailbox.grants or ()):
            yield f"{right}.people[].group"
    if not mailbox.manages_members:
        return
    grants = [grant for grant in mailbox.grants or () if grant.right not in LEVELLED]
    yield MEMBERS
    yield from {f"{MEMBERS}[].rights.{grant.right}" for grant in grants}
    if any(grant.kind is TrusteeKind.GROUP for grant in grants):
        yield f"{MEMBERS}[].group"
    if mailbox.enforces_until:
        yield ENFORCE_UNTIL
    if any(grant.delivery is not None for grant in grants):
        yield f"{MEMBERS}[].delivery"
