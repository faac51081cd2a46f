"""A list without a value: the hint says how to write an empty one, wherever that is possible."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sharedbox_cli.language.leaves import LEAVES
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.validate import LISTS, validated
from sharedbox_cli.language.yaml_source import read_documents
from tests.asked import each

HEAD: dict[str, Any] = {"version": 1, "mailbox": "a@contoso.example", "platform": "microsoft365"}


def takes_nothing(keys: tuple[str, ...]) -> bool:
    nested: Any = []
    for key in reversed(keys):
        nested = {key: nested}
    try:
        Mailbox.model_validate({**HEAD, **nested})
    except ValidationError:
        return False
    return True


def test_hint_for_a_list_without_entries() -> None:
    lists = [leaf for leaf in LEAVES if leaf.is_list]
    for leaf in each(leaf for leaf in lists if leaf.keys[0] != "workflow"):
        assert (leaf.keys in LISTS, takes_nothing(leaf.keys)) == (True, True), leaf.path
        assert f"Write `{leaf.keys[-1]}: []`" in hints(leaf.keys), leaf.path
    assert not any(takes_nothing(leaf.keys) for leaf in each(lists) if leaf.keys[0] == "workflow")


def test_no_hint_names_an_empty_list_where_none_is_possible() -> None:
    for keys in each(leaf.keys for leaf in LEAVES if not takes_nothing(leaf.keys)):
        assert "[]" not in hints(keys), keys


def hints(keys: tuple[str, ...]) -> str:
    """Return the hints for a key without a value."""
    [document], _ = read_documents("\n".join("  " * depth + f"{key}:" for depth, key in enumerate(keys)), "a.yaml")
    _, problems = validated(Mailbox, document)
    return str([problem.hint for problem in problems])
