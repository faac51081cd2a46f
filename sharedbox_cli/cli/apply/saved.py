"""A saved plan. It needs no further confirmation, but is untrusted data, and can be applied only once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sharedbox_cli.cli.execute import AGAIN, applied_already
from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import PlanInvalid, PlanStale, UsageError
from sharedbox_cli.core.plan import GOOD_FOR, MAX_BYTES, RULES_VERSION, Plan, from_json, meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.core.change import Change
    from sharedbox_cli.core.identity import Address


_ANOTHER = "Make a new one with `sharedbox plan --out FILE`."
_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clock of the computer that made a plan may be ahead."""

_OUR_JSON = re.compile(rb'"format"\s*:\s*"sharedbox\.')


def plan_file_of(paths: Sequence[Path]) -> Path | None:
    """Return the saved plan that is named instead of specs, or None. Raises UsageError if specs are named with it."""
    for path in paths:
        if not _is_plan(path):
            continue
        if len(paths) > 1:
            raise UsageError(
                "a saved plan is applied alone", where=str(path), hint="Name only the plan. It contains its specs."
            )
        return path
    return None


def _is_plan(path: Path) -> bool:
    """Return whether a file is JSON that we wrote, whatever its name is. Another `.json` is one only if no spec."""
    is_json = path.suffix.lower() == ".json"
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
    except OSError:
        return is_json
    if content.lstrip().startswith(b"{") and _OUR_JSON.search(content):
        return True
    return is_json and not _is_spec(content)


def _is_spec(content: bytes) -> bool:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "version" in data


def read_saved(path: Path, chosen: Filter, is_used: Callable[[str], bool]) -> Plan:
    """Return a saved plan that can be applied now. Raises UsageError, PlanInvalid, PlanStale, JournalError."""
    if chosen != Filter():
        raise UsageError(
            "filters do not work with a saved plan", where=str(path), hint="Use them with `plan` when you save it."
        )
    saved = _read(path)
    _refuse_other_versions(saved, path)
    _refuse_other_times(saved, path, utc_now())
    if is_used(saved.id):
        raise applied_already(path)
    return replace(saved, desired=saved.desired.recounted())


def _refuse_other_versions(saved: Plan, path: Path) -> None:
    from sharedbox_cli import __version__

    if (saved.tool_version, saved.rules_version) != (__version__, RULES_VERSION):
        raise PlanInvalid(
            where=str(path),
            why=f"Version {saved.tool_version} made it (rules {saved.rules_version}). "
            f"This is version {__version__} (rules {RULES_VERSION}).",
            hint=_ANOTHER,
        )


def _refuse_other_times(saved: Plan, path: Path, now: datetime) -> None:
    """Refuse a plan that is too old, says that it comes from the future, or holds access that has ended."""
    if max(saved.created_at, saved.read_at or saved.created_at) > now + _CLOCKS_DIFFER:
        raise PlanInvalid(
            where=str(path),
            why=f"It says that it was made on {saved.created_at:%Y-%m-%d %H:%M} UTC, which is in the future.",
            hint=f"Check the clocks of both computers. {_ANOTHER}",
        )
    if now - saved.created_at > GOOD_FOR:
        raise PlanStale(
            where=str(path),
            why=f"It was made on {saved.created_at:%Y-%m-%d %H:%M} UTC, more than 24 h ago.",
            hint=AGAIN,
        )
    for mailbox in saved.desired.mailboxes.values():
        for grant in mailbox.grants or ():
            if grant.is_over(now):
                raise PlanStale(
                    where=str(mailbox.address),
                    why=f"The access of {grant.trustee} has ended since the plan was made.",
                    hint=AGAIN,
                )
        if not all(grant.is_over(now) for grant in mailbox.expired):
            raise PlanInvalid(
                where=str(mailbox.address), why="It lists access as ended that has not ended.", hint=_ANOTHER
            )


def as_saved(saved: Plan, fresh: Plan) -> Plan:
    """Return the plan to apply: the remaining part of a saved plan whose mailboxes have not changed since.

    Raises PlanStale, PlanInvalid.
    """
    _compare(saved, fresh)
    return replace(fresh, created_at=saved.created_at)


def _read(path: Path) -> Plan:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PlanInvalid(where=str(path), why=f"It is larger than {MAX_BYTES} bytes.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanInvalid(where=str(path), why=f"It cannot be read: {type(error).__name__}.") from error
    try:
        return from_json(text)
    except PlanInvalid as error:
        error.where = error.where or str(path)
        raise


def _compare(saved: Plan, fresh: Plan) -> None:
    """Refuse a plan whose mailboxes changed, or whose changes do not follow from its own specs."""
    if saved.profile != fresh.profile:
        raise PlanStale(
            why=f"It was made with the profile {saved.profile}; {fresh.profile} is used now, with its own guards.",
            hint="Name the file and the profile with which the plan was made: --config FILE --profile NAME.",
        )
    if saved.tenants != fresh.tenants:
        raise PlanStale(
            why=f"It is for tenant {', '.join(saved.tenants.values())}; you are signed in to "
            f"{', '.join(fresh.tenants.values())}.",
            hint="Choose the profile with which the plan was made.",
        )
    planned, needed = _by_mailbox(saved.changes), _by_mailbox(fresh.changes)
    if set(saved.fingerprints) != set(fresh.fingerprints) or not planned.keys() <= fresh.fingerprints.keys():
        raise PlanInvalid(why="It does not name the mailboxes of its specs: the file was edited.", hint=_ANOTHER)
    for address, fingerprint in sorted(fresh.fingerprints.items()):
        before, now = planned.get(address, ()), needed.get(address, ())
        has_moved = saved.fingerprints[address] != fingerprint
        if has_moved and now:  # without changes, it is already in the desired state
            differences = {change.key for change in before} ^ {change.key for change in now}
            what = ", ".join(sorted(differences)) or "a value to be changed was changed elsewhere"
            raise PlanStale(
                where=str(address),
                why=f"It changed since the plan was made ({what}).",
                hint=f"Nothing was applied. {AGAIN}",
            )
        if before != now and not has_moved:
            raise PlanInvalid(
                where=str(address),
                why="Its changes do not follow from its specs: the file was edited, or another version made it.",
                hint=_ANOTHER,
            )


def _by_mailbox(changes: Iterable[Change]) -> dict[Address, tuple[Change, ...]]:
    """Return what the changes of each mailbox mean, in order."""
    found: dict[Address, tuple[Change, ...]] = {}
    for change in changes:
        found[change.mailbox] = (*found.get(change.mailbox, ()), meaning(change))
    return found
