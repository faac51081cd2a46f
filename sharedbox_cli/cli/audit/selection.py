"""What an audit is limited to: the mailboxes to read, and the rows to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.cli.options import addresses_of
from sharedbox_cli.core.access_filter import GLOB, PersonPattern, RowFilter, expired_access, person_pattern, rights_of
from sharedbox_cli.core.errors import NotFound, UsageError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.holders import aliases
from sharedbox_cli.core.model import Desired, Platform, Right
from sharedbox_cli.core.reach import Reach
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.core.texts import tr
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.safe import pasteable
from sharedbox_cli.reports.views.access import Selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.identity import Address
    from sharedbox_cli.core.observed import Observed, ObservedMailbox
    from sharedbox_cli.providers.reading import Reading


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that limit an audit."""

    mailboxes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    specs: tuple[Path, ...] = ()
    reach: Reach = Reach.NONE
    """The folders to look into. It limits nothing: it adds rows."""

    def selected(self) -> Selected:
        """Return the options for the report."""
        options: dict[str, Sequence[str]] = {
            "mailbox": self.mailboxes,
            "exclude": self.excluded,
            "label": self.labels,
            "person": self.people,
            "right": self.rights,
            "only": tuple(map(str, self.risks)),
        }
        given = {name: values for name, values in options.items() if values}
        return Selected(given, is_of_rows=bool(self.people or self.rights or self.risks))

    def check(self) -> None:
        """Refuse a right that does not exist. Raises UsageError."""
        for name in self.rights:
            if name not in set(Right):
                known = ", ".join(Right)
                raise UsageError("no such right", where=f"--right {name}", why=f"The rights are: {known}.")

    @property
    def needs_specs(self) -> bool:
        """Return whether an option is about specs."""
        return bool(self.labels or self.specs or Risk.EXPIRED in self.risks)

    def rows_filter(self, desired: Desired | None, observations: Mapping[Platform, Observed]) -> RowFilter:
        """Return what chooses the rows."""
        return RowFilter(
            tuple(person_pattern(text, observations) for text in self.people),
            rights_of(self.rights),
            frozenset(self.risks),
            expired_access(desired, observations) if desired else frozenset(),
        )


Observe = Callable[[Mapping[Platform, Scope]], "Reading"]
"""Reads the clouds."""
Scopes = dict[Platform, "frozenset[Address] | None"]
"""The addresses to read on each platform; None: all mailboxes."""


def addresses_to_read(
    observe: Observe, choice: Choice, desired: Desired | None, platforms: Sequence[Platform]
) -> Scopes:
    """Return the mailboxes that the options choose, after a list of them where an option is a pattern.

    Raises UsageError, NotFound, ObserveError.
    """
    patterns = tuple(text.strip().lower() for text in choice.mailboxes)
    plain = addresses_of(text for text in choice.mailboxes if not _is_glob(text))
    excluded = tuple(text.lower() for text in choice.excluded)
    if choice.labels and desired is not None:
        return _labelled(choice, desired, platforms)
    if not patterns and not excluded:
        return dict.fromkeys(platforms)
    if not excluded and not any(_is_glob(text) for text in patterns):
        return dict.fromkeys(platforms, plain)
    listed = _listed(observe, platforms)
    _refuse_unknown((*patterns, *excluded), listed)
    chosen: Scopes = {}
    for platform in platforms:
        mine = [mailbox for mailbox in listed if mailbox.platform == platform]
        kept = [one for one in mine if not patterns or _fits(one, patterns)]
        known = frozenset(one.address for one in kept if not _fits(one, excluded))
        named = plain - {address for one in mine for address in (one.address, *aliases(one))}
        if addresses := known | {address for address in named if not _matches(address.key, excluded)}:
            chosen[platform] = addresses
    if not chosen:
        raise _nothing(len(listed))
    return chosen


def _labelled(choice: Choice, desired: Desired, platforms: Sequence[Platform]) -> Scopes:
    part = Filter.of(choice.mailboxes, choice.excluded, choice.labels).apply(desired)
    chosen: Scopes = {}
    for platform in platforms:
        if addresses := frozenset(key for key, one in part.mailboxes.items() if one.platform == platform):
            chosen[platform] = addresses
    if not chosen:
        raise _nothing(len(desired.mailboxes))
    return chosen


def resolve_missing(
    observe: Observe, choice: Choice, scopes: Scopes, reading: Reading
) -> tuple[Scopes, tuple[str, ...]] | None:
    """Return the addresses with aliases replaced, and notes about specs without a mailbox; None: nothing is missing.

    Raises NotFound for an address that is neither a mailbox nor an alias of one.
    """
    requested = {address for addresses in scopes.values() for address in addresses or ()}
    found = {one.address for observed in reading.observations.values() for one in observed.mailboxes.values()}
    missing = sorted(requested - found - {item.mailbox for _, item in reading.unread})
    if not missing:
        return None
    if choice.labels:
        if not found:
            raise _not_found(missing[0], reading)
        return scopes, tuple(tr("{address} has a spec, and is not a mailbox.", address=one) for one in missing)
    owners: dict[Address, set[tuple[Platform, Address]]] = {}
    for one in _listed(observe, tuple(scopes)):
        for alias in aliases(one):
            owners.setdefault(alias, set()).add((one.platform, one.address))
    if unknown := [address for address in missing if address not in owners]:
        raise _not_found(unknown[0], reading)
    replaced: Scopes = {}
    for platform, addresses in scopes.items():
        own = {owner for alias in missing for where, owner in owners[alias] if where == platform}
        replaced[platform] = (addresses or frozenset()) - frozenset(missing) | own
    return {platform: addresses for platform, addresses in replaced.items() if addresses}, ()


def _not_found(address: Address, reading: Reading) -> NotFound:
    return NotFound(
        "no such mailbox",
        mailbox=str(address),
        why=f"No shared mailbox in {' and '.join(reading.tenant_names)} has this address.",
        hint=f"To see what has it:\n    {pasteable('show', address, '--observed')}",
    )


def refuse_unknown_people(patterns: Sequence[PersonPattern], rows: Iterable[AccessRow]) -> None:
    """Refuse a person without any right: a typing error must not look like good news. Raises UsageError."""
    left = tuple(patterns)
    for row in rows if left else ():
        left = tuple(pattern for pattern in left if not pattern.fits(row))
        if not left:
            return
    for pattern in left:
        raise UsageError(
            "nobody with access matches",
            where=f"--person {pattern.text}",
            why="No holder of a right on the mailboxes that were read has this address, or this text in the name.",
            hint="Write an address, a part of a name, or a pattern such as `*@fabrikam.example`.",
        )


def _listed(observe: Observe, platforms: Sequence[Platform]) -> list[ObservedMailbox]:
    """Return all shared mailboxes with their aliases, without their rights: a short reading."""
    fields = frozenset({Field.KIND, Field.ALIASES})
    observed = observe({platform: Scope(frozenset({platform}), None, fields) for platform in platforms})
    return [mailbox for one in observed.observations.values() for mailbox in one.mailboxes.values()]


def _refuse_unknown(patterns: Iterable[str], listed: Sequence[ObservedMailbox]) -> None:
    for pattern in patterns:
        if _is_glob(pattern) and not any(_fits(mailbox, (pattern,)) for mailbox in listed):
            raise NotFound(
                "no such mailbox",
                mailbox=pattern,
                why=f"None of the {len(listed):,} shared mailboxes has an address or alias that matches.",
            )


def _nothing(count: int) -> UsageError:
    return UsageError(
        "nothing is selected",
        why=f"None of the {count:,} mailboxes matches all the options.",
        hint="Several `--label` must all match, several `--mailbox` match either; `--exclude` applies last.",
    )


def _fits(mailbox: ObservedMailbox, patterns: Sequence[str]) -> bool:
    return any(_matches(address.key, patterns) for address in (mailbox.address, *aliases(mailbox)))


def _matches(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _is_glob(text: str) -> bool:
    return any(letter in text for letter in GLOB)
