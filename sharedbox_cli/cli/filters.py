"""The specs that a command works on: `--mailbox`, `--exclude`, `--label`, `--platform` and `--shard`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sharedbox_cli.core.errors import SharedboxError
    from sharedbox_cli.core.model import Desired, DesiredMailbox


@dataclass(frozen=True, slots=True)
class Filter:
    """What the options choose. An empty part matches everything."""

    mailboxes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    platforms: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    """The part and the number of parts, both from 1. A mailbox is always in the same part."""

    @classmethod
    def of(
        cls,
        mailboxes: Sequence[str] | None = None,
        excluded: Sequence[str] | None = None,
        labels: Sequence[str] | None = None,
        platforms: Sequence[str] | None = None,
        shard: str | None = None,
    ) -> Filter:
        """Return the filter of a command line. Raises UsageError for a malformed label or shard."""
        return cls(
            tuple(item.lower() for item in mailboxes or ()),
            tuple(item.lower() for item in excluded or ()),
            tuple(_label(item) for item in labels or ()),
            tuple(platforms or ()),
            _shard(shard) if shard is not None else None,
        )

    def apply(self, desired: Desired) -> Desired:
        """Return the specs that match. The grants of the others still count for the guards.

        Raises UsageError if a name matches no spec, or if no spec matches all options: neither must look like
        "nothing to do". A shard may be empty.
        """
        self._refuse_unknown(desired)
        chosen = {key for key, mailbox in desired.mailboxes.items() if self._passes(mailbox)}
        if not chosen and not any(replace(self, shard=None)._passes(one) for one in desired.mailboxes.values()):
            raise _nothing_selected(len(desired.mailboxes))
        return desired.part(chosen)

    def _passes(self, mailbox: DesiredMailbox) -> bool:
        return (
            (not self.mailboxes or _fits(mailbox.address.key, self.mailboxes))
            and not _fits(mailbox.address.key, self.excluded)
            and all(mailbox.labels.get(name) == value for name, value in self.labels)
            and (not self.platforms or mailbox.platform in self.platforms)
            and (self.shard is None or _part_of(mailbox.address.key, self.shard[1]) == self.shard[0])
        )

    def _refuse_unknown(self, desired: Desired) -> None:
        from sharedbox_cli.core.errors import UsageError

        keys = [address.key for address in desired.mailboxes]
        for pattern in (*self.mailboxes, *self.excluded):
            if not any(fnmatchcase(key, pattern) for key in keys):
                raise UsageError(
                    "no such mailbox in the specs",
                    where=pattern,
                    why=f"Specs were read for {_counted(len(keys))}, and none has this address.",
                    hint="Check the spelling and the folder; `sharedbox validate -o json` lists the mailboxes.",
                )
        for name, value in self.labels:
            if not any(mailbox.labels.get(name) == value for mailbox in desired.mailboxes.values()):
                values = {mailbox.labels[name] for mailbox in desired.mailboxes.values() if name in mailbox.labels}
                raise UsageError(
                    "no spec has this label", where=f"{name}={value}", why=f"Values of `{name}`: {_list(values)}."
                )
        platforms = {str(mailbox.platform) for mailbox in desired.mailboxes.values()}
        for name in self.platforms:
            if name not in platforms:
                raise UsageError(
                    "no spec is for this platform", where=name, why=f"The specs are for: {_list(platforms)}."
                )


def _nothing_selected(count: int) -> SharedboxError:
    from sharedbox_cli.core.errors import UsageError

    return UsageError(
        "nothing is selected",
        why=f"Specs were read for {_counted(count)}, and none of them matches all the options.",
        hint="Several `--label` must all match, several `--mailbox` match either; `--exclude` applies last.",
    )


def _fits(key: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _counted(count: int) -> str:
    return "1 mailbox" if count == 1 else f"{count:,} mailboxes"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _part_of(key: str, parts: int) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:8]) % parts + 1


_MAX_SHARDS = 1000


def _shard(text: str) -> tuple[int, int]:
    from sharedbox_cli.core.errors import UsageError
    from sharedbox_cli.core.values import whole_number

    number, mark, count = text.partition("/")
    part, parts = whole_number(number), whole_number(count)
    if not mark or part is None or parts is None or not 1 <= part <= parts <= _MAX_SHARDS:
        raise UsageError("not a shard", where=f"--shard {text}", hint="Write it as I/N: `--shard 1/4`.")
    return part, parts


def _label(text: str) -> tuple[str, str]:
    from sharedbox_cli.core.errors import UsageError

    name, mark, value = text.partition("=")
    if not mark or not name:
        raise UsageError("not a label", where=f"--label {text}", hint="Write it as NAME=VALUE: `team=service`.")
    return name, value
