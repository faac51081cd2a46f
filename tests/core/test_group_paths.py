"""Paths into nested groups: every group that holds a user, each by its shortest path, and no endless loop."""

from __future__ import annotations

from sharedbox_cli.core.group_paths import paths_into
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.observed import Observed
from tests.strategies import NOW


def observed(**direct: str) -> Observed:
    nested = {TrusteeId(key): frozenset(map(TrusteeId, text.split())) for key, text in direct.items()}
    return Observed("t", "t", frozenset({MICROSOFT365}), frozenset(), NOW, direct=nested)


def test_user_in_several_groups_has_a_path_to_each() -> None:
    found = paths_into(TrusteeId("a"), observed(a="b c ann", b="d ann", c="d", d="ben"))
    assert found == {"ann": [("a",), ("a", "b")], "ben": [("a", "b", "d")]}


def test_groups_that_contain_each_other_end() -> None:
    assert paths_into(TrusteeId("a"), observed(a="b", b="a ann")) == {"ann": [("a", "b")]}
    assert paths_into(TrusteeId("x"), observed(a="b")) == {}
