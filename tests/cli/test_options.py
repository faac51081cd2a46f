"""Groups of options: what a command is given, and what Typer sees."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from sharedbox_cli.cli.apply.command import apply
from sharedbox_cli.cli.check.command import check
from sharedbox_cli.cli.options import Selection, SessionOptions, ShardedSelection, grouped, seconds_of
from sharedbox_cli.cli.plan.command import plan
from sharedbox_cli.cli.terminal import Colour
from sharedbox_cli.core.errors import UsageError
from tests.asked import each


def test_group_becomes_its_options_and_comes_back_as_one_value() -> None:
    given: list[object] = []

    @grouped
    def command(selection: Selection, setup: SessionOptions, limit: int = 3) -> None:
        given.extend((selection, setup, limit))

    names = list(inspect.signature(command).parameters)
    assert names == ["limit", "mailbox", "exclude", "label", "platform", "profile", "config", "color", "no_color"]
    rest = {"exclude": None, "label": None, "platform": None, "config": None, "color": Colour.AUTO, "no_color": False}
    command(limit=5, mailbox=["a@b.example"], profile="prod", **rest)
    assert given == [Selection(mailbox=["a@b.example"]), SessionOptions(profile="prod"), 5]


def test_plan_and_apply_share_their_options() -> None:
    shared = set(inspect.signature(plan).parameters) & set(inspect.signature(apply).parameters)
    assert shared >= {"paths", "mailbox", "exclude", "label", "platform", "shard", "profile", "config", "no_color"}
    for name in each(shared - {"output"}):
        assert inspect.signature(plan).parameters[name] == inspect.signature(apply).parameters[name]
    assert "shard" not in inspect.signature(check).parameters


def test_filter_has_the_shard_of_a_selection_that_has_one() -> None:
    assert ShardedSelection(shard="1/4").filter().shard == (1, 4)
    assert Selection(mailbox=["A@b.example"]).filter().mailboxes == ("a@b.example",)
    assert SessionOptions(config=Path("x")).config == Path("x")


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30.0), ("5m", 300.0), ("4h", 14400.0), ("1d", 86400.0)])
def test_duration_in_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text, "--deadline") == seconds


@pytest.mark.parametrize("text", ["", "h", "-1s", "1.5h", "5 m", "1w", "10000000s"])
def test_duration_that_is_malformed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a duration"):
        seconds_of(text, "--deadline")
