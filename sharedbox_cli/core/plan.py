"""A plan: ordered changes, the data they rely on, and what is not touched. Deterministic to the byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sharedbox_cli.core.change import Change, Kind, Risk
from sharedbox_cli.core.codec import CodecError, from_plain, to_plain
from sharedbox_cli.core.errors import PlanInvalid
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import NOWHERE
from sharedbox_cli.core.model import Desired, Platform

FORMAT = "sharedbox.saved-plan/1"
RULES_VERSION = "1"
"""Rises when diff or order change what a plan means."""
GOOD_FOR = timedelta(hours=24)
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """Something that the reader of a plan must know and that is not a change."""

    mailbox: str
    text: str


@dataclass(frozen=True, slots=True)
class Untouched:
    """What exists and is not touched."""

    mailboxes: int = 0
    """Mailboxes of the tenant that no spec names."""
    extra_grants: int = 0
    """Grants kept because `members_mode` is `at-least`."""
    special_entries: int = 0
    """Deny, inherited and unknown entries, and rights of deleted accounts."""
    unmanaged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By mailbox: settings that its spec does not name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of one run, in order."""

    created_at: datetime
    tool_version: str
    tenants: Mapping[Platform, str]
    """Tenant id by platform."""
    desired: Desired
    changes: tuple[Change, ...] = ()
    fingerprints: Mapping[Address, str] = field(default_factory=dict)
    grants_before: Mapping[Address, int] = field(default_factory=dict)
    """How many grants each managed mailbox has now: what the guards count on."""
    untouched: Untouched = field(default_factory=Untouched)
    notes: tuple[Note, ...] = ()
    rules_version: str = RULES_VERSION
    profile: str = ""
    """The profile that the plan was made with."""
    read_at: datetime | None = None
    """When the oldest data was read (UTC)."""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.changes

    @property
    def id(self) -> str:
        """Return the digest of what the plan does, without its texts: a saved plan is good once."""
        return digest((self.created_at, self.tenants, self.fingerprints, tuple(map(meaning, self.changes))))

    @property
    def mailboxes(self) -> tuple[Address, ...]:
        """Return the mailboxes that are changed, sorted."""
        return tuple(sorted({change.mailbox for change in self.changes}))

    def count(self, kind: Kind) -> int:
        """Return how many changes are of a kind."""
        return sum(change.kind is kind for change in self.changes)

    @property
    def risk(self) -> Risk:
        """Return the highest risk of all changes."""
        return max((change.risk for change in self.changes), default=Risk.LOW)


def meaning(change: Change) -> Change:
    """Return a change without what is only said about it: the reason, the place in a file, and the name of a person."""
    party = replace(change.party, name="") if change.party else None
    return replace(change, why="", place=NOWHERE, party=party)


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(to_plain(value)).encode()).hexdigest()


def canonical(plain: Any) -> str:
    """Return JSON with sorted keys and no spaces."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def to_json(plan: Plan) -> str:
    """Return the plan as the text of its file, with a digest of all that it contains."""
    content = json.dumps({"digest": digest(plan), **to_plain(plan)}, indent=1, sort_keys=True)
    return f'{{\n "format": "{FORMAT}",{content[1:]}\n'  # first, so that even a part of the file says what it is


def from_json(text: str) -> Plan:
    """Return the plan of a file whose digest is right. Raises PlanInvalid: a plan file is untrusted.

    Whoever edits a file can also compute its digest. Nothing may rely on the digest alone.
    """
    hint = "Make a new one with `sharedbox plan --out FILE`."
    if len(text) > MAX_BYTES:
        raise PlanInvalid(why=f"it is larger than {MAX_BYTES} bytes", hint=hint)
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise PlanInvalid(why=f"it is not JSON: {error}", hint=hint) from error
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise PlanInvalid(why=f"it does not say `{FORMAT}`", hint=hint)
    written = data.pop("digest", None)
    try:
        plan = from_plain(Plan, data, "plan")
    except CodecError as error:
        raise PlanInvalid(why=str(error), hint=hint) from error
    if written != digest(plan):
        raise PlanInvalid(why="its digest is not that of its content: the file was edited", hint=hint)
    return plan


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON. A key that is written twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a key is written twice"
        raise ValueError(message)
    return found
