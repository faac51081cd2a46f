"""One runner at a time: a lock that dies with its process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sharedbox_cli.core.errors import ExitCode, SharedboxError
from sharedbox_cli.engine.lock import Locked, LockFailed, RunLock


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return where the lock of this test lies."""
    return tmp_path / "state" / "prod.lock"


def clock(on_sleep: Callable[[float], None]) -> tuple[Callable[[], float], Callable[[float], None]]:
    """Return a clock that goes on by sleeping only."""
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds
        on_sleep(at[0])

    return (lambda: at[0]), sleep


def test_lock_when_held_then_the_second_is_refused_and_told_who(place: Path) -> None:
    with RunLock(place), pytest.raises(Locked) as refused, RunLock(place):
        pytest.fail("two have it")
    assert "Process" in refused.value.why
    assert refused.value.exit_code == 6


def test_lock_that_the_system_refuses_is_no_reason_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LockFailed, match="cannot take the lock") as refused, RunLock(tmp_path / "file" / "lock"):
        pytest.fail("there is no such folder")
    assert refused.value.exit_code == ExitCode.ERROR


def test_lock_when_given_back_then_the_next_one_takes_it(place: Path) -> None:
    for _ in range(3):
        with RunLock(place):
            assert json.loads(place.read_text(encoding="utf-8"))["pid"] > 0


def test_lock_when_the_run_breaks_off_then_it_is_free(place: Path) -> None:
    with pytest.raises(ValueError, match="broken"), RunLock(place):
        raise ValueError("broken")
    with RunLock(place):
        pass


def test_lock_when_given_back_in_time_then_the_waiting_one_takes_it(place: Path) -> None:
    first = RunLock(place)
    first.__enter__()
    monotonic, sleep = clock(lambda at: first.__exit__() if at > 3 else None)
    with RunLock(place, timeout_seconds=10, monotonic=monotonic, sleep=sleep):
        assert 3 < monotonic() < 5


def test_lock_when_not_given_back_in_time_then_refused_after_that_time(place: Path) -> None:
    monotonic, sleep = clock(lambda _: None)
    with RunLock(place), pytest.raises(Locked), RunLock(place, timeout_seconds=10, monotonic=monotonic, sleep=sleep):
        pytest.fail("two have it")
    assert 10 <= monotonic() < 11.1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "\x1b[31m", '{"pid": "\\u001b[2J", "host": 1}'])
def test_lock_when_its_words_are_not_readable_then_still_refused(place: Path, content: str) -> None:
    with RunLock(place):
        place.write_text(content, encoding="utf-8")
        with pytest.raises(Locked) as refused, RunLock(place):
            pytest.fail("two have it")
    assert "cannot be read" in refused.value.why
    assert "\x1b" not in refused.value.why


def test_lock_when_made_then_only_its_owner_can_read_it(place: Path) -> None:
    with RunLock(place):
        assert place.stat().st_mode & 0o777 == 0o600


def test_lock_when_it_is_a_link_then_what_it_leads_to_is_untouched(place: Path) -> None:
    place.parent.mkdir()
    precious = place.parent / "precious"
    precious.write_text("precious", encoding="utf-8")
    place.symlink_to(precious)
    with pytest.raises(SharedboxError), RunLock(place):
        pytest.fail("followed")
    assert precious.read_text(encoding="utf-8") == "precious"


def test_lock_when_its_place_cannot_be_made_then_a_refusal_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SharedboxError), RunLock(tmp_path / "file" / "prod.lock"):
        pytest.fail("no such place")
