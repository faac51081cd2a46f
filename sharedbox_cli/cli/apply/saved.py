"""A saved plan. It needs no further confirmation, but is untrusted data, and can be applied only once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import PlanInvalid, PlanStale, UsageError
from sharedbox_cli.core.plan import GOOD_FOR, MAX_BYTES, Plan, from_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


AGAIN = "Plan again and review."


def read_saved(path: Path, chosen: Filter, is_used: Callable[[str], bool]) -> Plan:
    """Return a saved plan that can be applied now. Raises UsageError, PlanInvalid, PlanStale, JournalError."""
    if chosen != Filter():
        raise UsageError(
            "filters do not work with a saved plan", where=str(path), hint="Use them with `plan` when you save it."
        )
    saved = _read(path)
    if utc_now() - saved.created_at > GOOD_FOR:
        raise PlanStale(
            where=str(path),
            why=f"It was made on {saved.created_at:%Y-%m-%d %H:%M} UTC, more than 24 h ago.",
            hint=AGAIN,
        )
    if is_used(saved.id):
        raise PlanStale(where=str(path), why="It was applied already. A plan can be applied once.", hint=AGAIN)
    return saved


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
    for address in sorted(saved.fingerprints):
        planned = {change.key for change in saved.changes if change.mailbox == address}
        needed = {change.key for change in fresh.changes if change.mailbox == address}
        if not needed:
            continue  # already in the desired state
        if saved.fingerprints[address] != fresh.fingerprints.get(address):
            differences = ", ".join(sorted(planned ^ needed)) or "a value to be changed was changed elsewhere"
            raise PlanStale(
                where=str(address),
                why=f"It changed since the plan was made ({differences}).",
                hint=f"Nothing was applied. {AGAIN}",
            )
        if planned != needed:
            raise PlanInvalid(
                where=str(address),
                why="Its changes do not follow from its specs: the file was edited, or another version made it.",
                hint="Make a new one with `sharedbox plan --out FILE`.",
            )
