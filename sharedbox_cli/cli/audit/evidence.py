"""The options of an audit about the past: what to keep, since when, as of when, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.instants import instant_of, is_day

if TYPE_CHECKING:
    from datetime import datetime

    from sharedbox_cli.cli.audit.selection import Choice


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an audit says about the past."""

    is_saved: bool = False
    since: datetime | None = None
    as_of: datetime | None = None
    is_why: bool = False
    against: tuple[Path, ...] = ()
    given: tuple[str, ...] = field(default=())
    """The options that were given, for messages."""

    @classmethod
    def of(
        cls, *, save: bool, since: str | None, as_of: str | None, why: bool, against: tuple[Path, ...], now: datetime
    ) -> Evidence:
        """Return the options of a command line. Raises UsageError for a date that is none, or is in the future."""
        options = {"--save": save, "--since": since, "--as-of": as_of, "--why": why, "--against": against}
        return cls(
            save,
            _past(since, "--since", now) if since is not None else None,
            _past(as_of, "--as-of", now, is_end_of_day=True) if as_of is not None else None,
            why,
            against,
            tuple(name for name, value in options.items() if value not in (None, False, ())),
        )

    def check(self, choice: Choice) -> None:
        """Refuse what a saved state cannot answer. Raises UsageError."""
        if self.as_of is None:
            return
        if others := [name for name in self.given if name in ("--save", "--since", "--against")]:
            raise UsageError(
                "two options that do not go together",
                where=f"--as-of {others[0]}",
                why="--as-of shows one saved state and reads no cloud.",
            )
        if choice.reach:
            raise UsageError(
                "two options that do not go together",
                where="--as-of --inside",
                why="Saved states do not have what is inside mailboxes.",
            )
        if "expired" in choice.risks:
            raise UsageError(
                "two options that do not go together",
                where="--as-of --only expired",
                why="The specs of today do not say what had expired then.",
            )

    @property
    def has_why(self) -> bool:
        """Return whether rows say why and since when they are there."""
        return self.is_why or self.since is not None or self.as_of is not None or bool(self.against)


def _past(text: str, option: str, now: datetime, *, is_end_of_day: bool = False) -> datetime:
    try:
        moment = instant_of(text)
    except ValueError as error:
        raise UsageError(
            "not a date",
            where=f"{option} {text}",
            hint="Write a day or an instant in UTC, such as 2026-11-20 or 2026-11-20T15:30Z.",
        ) from error
    if moment > now:
        raise UsageError("a date in the future", where=f"{option} {text}", why=f"It is {now:%Y-%m-%d %H:%M} UTC now.")
    if is_end_of_day and is_day(text):
        return min(instant_of(text, is_end_of_day=True), now)
    return moment
