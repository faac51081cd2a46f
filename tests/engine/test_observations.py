"""Saved observations: what was there at a time comes back, stored once, and only a complete reading ends it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_diff import MailboxKey, Snapshot, exactly
from sharedbox_cli.core.errors import ObservationsError
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.core.open_access import Entry
from sharedbox_cli.engine.kept import Kept
from sharedbox_cli.engine.observations import Observations, PastState
from sharedbox_cli.engine.storage import BUSY_SECONDS
from tests.asked import each, every

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
M365 = "microsoft365"


def row(person: str, mailbox: str = "sales", **more: object) -> AccessRow:
    """Return one right."""
    address = f"{person}@x.example"
    plain = AccessRow(
        mailbox=f"{mailbox}@x.example",
        platform=M365,
        person=address,
        name=person,
        trustee_id=person,
        kind=TrusteeKind.USER,
        right=Right.FULL_ACCESS,
        detail="",
        via=(),
        is_enabled=True,
        is_guest=False,
        entry=Entry.GRANT,
        address=address,
        holder=f"user:{address}",
    )
    return plain._replace(**more)  # type: ignore[arg-type]


def kept(
    day: int, rows: Sequence[AccessRow], boxes: Mapping[str, bool], *, is_whole: bool = True, **more: object
) -> Kept:
    """Return one reading of some mailboxes, each with whether it could be read."""
    keys: dict[MailboxKey, bool] = {(f"{name}@x.example", M365): is_read for name, is_read in boxes.items()}
    snapshot = Snapshot({M365: "t-1"}, keys, rows, is_whole=is_whole, **more)  # type: ignore[arg-type]
    names = {key: key[0] for key in keys}
    return Kept("t-1", "x.example", M365, START + timedelta(days=day), "prod", "1.0", snapshot, names)


def saved(path: Path, *readings: Kept) -> None:
    for reading in readings:
        with Observations.open(path, for_writing=True) as observations:
            observations.save([reading])


def at(path: Path, day: float) -> PastState:
    with Observations.open(path, for_writing=False) as observations:
        [state] = observations.at(START + timedelta(days=day))
        return state


def people(path: Path, day: float) -> dict[str, tuple[int, bool]]:
    """Return everybody at a time, with the day they were seen first and whether that is known to be the start."""
    return {one.row.name: ((one.first_seen - START).days, one.is_start_known) for one in at(path, day).rows}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "prod.observations"


BOX = {"sales": True}


def test_state_of_a_time_comes_back(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX), kept(2, [row("anna"), row("ben")], BOX), kept(4, [row("ben")], BOX))
    assert people(path, 0) == people(path, 1.9) == {"anna": (0, False)}
    assert people(path, 2) == people(path, 3.9) == {"anna": (0, False), "ben": (2, True)}
    assert people(path, 4) == people(path, 99) == {"ben": (2, True)}
    state = at(path, 3)
    assert (state.read_at, state.known_since) == (START + timedelta(days=2), START)
    with Observations.open(path, for_writing=False) as observations:
        assert observations.at(START - timedelta(seconds=1)) == ()


def test_what_does_not_change_is_stored_once(path: Path) -> None:
    rows = [row(f"p{number}") for number in range(20)]
    saved(path, *(kept(day, rows, BOX) for day in range(5)))
    with sqlite3.connect(path) as database:
        counts = [database.execute(f"select count(*) from {name}").fetchone()[0] for name in TABLES]  # noqa: S608
    assert counts == [5, 1, 1, 20, 20, 20]


TABLES = ("readings", "mailboxes", "coverage", "access", "states", "forms")


def test_right_that_comes_back_begins_again(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX), kept(1, [], BOX), kept(2, [row("anna")], BOX))
    assert people(path, 1) == {}
    assert people(path, 2) == {"anna": (2, True)}


def test_account_that_changes_keeps_its_start(path: Path) -> None:
    disabled = row("anna", is_enabled=False)
    saved(path, kept(0, [], BOX), kept(1, [row("anna")], BOX), kept(2, [disabled], BOX))
    assert people(path, 2) == {"anna": (1, True)}
    assert [at(path, day).rows[0].row.is_enabled for day in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    "second",
    [
        kept(1, [], {"sales": False}),
        kept(1, [], {"info": True}, is_whole=False),
        kept(1, [], {}, unread=frozenset({(M365, "sales@x.example")})),
        kept(1, [], {}, vague=frozenset({M365})),
    ],
    ids=["grants not read", "not selected", "not read at all", "an unknown object not read"],
)
def test_incomplete_reading_ends_nothing(path: Path, second: Kept) -> None:
    saved(path, kept(0, [row("anna")], BOX), second)
    assert people(path, 1) == {"anna": (0, False)}
    [box] = [one for one in at(path, 1).mailboxes if one.address.startswith("sales")]
    assert box.read_at == START


def test_group_whose_members_were_not_read_keeps_them(path: Path) -> None:
    group = row("team", kind=TrusteeKind.GROUP)
    member = row("anna", via=("team@x.example",))
    blind = group._replace(is_resolved=False)
    saved(path, kept(0, [group, member, row("ben")], BOX), kept(1, [blind], BOX))
    assert set(people(path, 1)) == {"team", "anna"}


def test_mailbox_that_goes_takes_its_rights(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX), kept(1, [], {"info": True}), kept(2, [row("anna")], BOX | {"info": True}))
    assert people(path, 1) == {}
    assert people(path, 2) == {"anna": (2, True)}
    assert [one.address for one in at(path, 1).mailboxes] == ["info@x.example"]


def test_mailbox_that_was_selected_alone_has_no_known_start(path: Path) -> None:
    saved(path, kept(0, [], {"info": True}, is_whole=False), kept(1, [row("anna")], BOX, is_whole=False))
    assert people(path, 1) == {"anna": (1, False)}


ROWS = st.frozensets(
    st.builds(
        row,
        st.sampled_from(["anna", "ben", "=x\ud800\u202e"]),
        st.sampled_from(["sales", "info"]),
        right=st.sampled_from([Right.READ, Right.OTHER]),
        detail=st.sampled_from(["", "a", "\ud800'"]),
        via=st.sampled_from([(), ("g",), ("g", "h")]),
    )
)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_every_reading_comes_back(
    tmp_path_factory: pytest.TempPathFactory, readings: list[frozenset[AccessRow]]
) -> None:
    path = tmp_path_factory.mktemp("state", numbered=True) / "x" / "p.observations"
    saved(path, *(kept(day, sorted(rows), BOX | {"info": True}) for day, rows in enumerate(readings)))
    for day, rows in enumerate(readings):
        found = {(one.row.mailbox_key, exactly(one.row)) for one in at(path, day + 0.5).rows}
        assert found == {(one.mailbox_key, exactly(one)) for one in rows}


def test_file_is_private(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert every(item.stat().st_mode & 0o077 == 0 for item in path.parent.iterdir())


def refused(path: Path, said: str, *, for_writing: bool = True) -> None:
    for writes in each({for_writing, False}):
        with (
            pytest.raises(ObservationsError, match=said) as raised,
            Observations.open(path, for_writing=writes) as found,
        ):
            found.save([kept(9, [], BOX)]) if writes else found.at(START + timedelta(days=9))
        assert raised.value.hint


def test_damaged_file_is_refused(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX))
    path.write_bytes(b"not a database" * 100)
    refused(path, "damaged")


def test_edited_file_is_refused(path: Path) -> None:
    saved(path, kept(0, [row("anna")], BOX))
    with sqlite3.connect(path) as database:
        database.execute("update forms set form = '{}'")
    refused(path, "edited")


def test_file_of_a_newer_version_is_refused(path: Path) -> None:
    saved(path, kept(0, [], BOX))
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 2")
    refused(path, "newer version")


def test_file_of_somebody_else_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(path, kept(0, [], BOX))
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    refused(path, "another user")


def test_locked_file_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(path, kept(0, [row("anna")], BOX))
    assert BUSY_SECONDS >= 1
    monkeypatch.setattr("sharedbox_cli.engine.storage.BUSY_SECONDS", 0.0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(ObservationsError, match="Another run"), Observations.open(path, for_writing=True) as found:
        found.save([kept(1, [], BOX)])
    other.close()
    assert people(path, 5) == {"anna": (0, False)}


def test_clock_that_went_back_is_refused(path: Path) -> None:
    saved(path, kept(3, [row("anna")], BOX))
    with pytest.raises(ObservationsError, match="later than this one"):
        saved(path, kept(2, [], BOX))
    assert people(path, 9) == {"anna": (3, False)}
