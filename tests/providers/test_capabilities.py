"""The tables of all platforms: each path of the language has an answer, with a reason and a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.core.capability import COMMON, LEVEL_PATHS, Capabilities, Capability, can, cannot, completed
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    LEVELLED,
    MEMBER_RIGHTS,
    MICROSOFT365,
    ROLES,
    Platform,
    Right,
)
from sharedbox_cli.language.leaves import LEAVES
from sharedbox_cli.language.models.rules import Rule, Then, When
from sharedbox_cli.language.schema import json_schema
from sharedbox_cli.providers.registry import capabilities_of_all, installed_plugins
from tests.asked import each, every

TABLES = capabilities_of_all()
RULE_PATHS = (
    *(f"rules[].{name}" for name in Rule.model_fields),
    *(
        f"rules[].{part}.{info.alias or name}"
        for part, model in (("when", When), ("unless", When), ("then", Then))
        for name, info in model.model_fields.items()
    ),
)
MEMBER_PATHS = (
    "members[].user",
    "members[].group",
    "members[].automapping",
    "members[].delivery",
    "members[].until",
    *(f"members[].rights.{right}" for right in MEMBER_RIGHTS),
)
NEEDS_NO_ROW = frozenset({"version", "mailbox", "platform", "labels", "members"})


def top_keys() -> Iterator[str]:
    schema: dict[str, Any] = json_schema()
    yield from (key for key in schema["properties"] if key not in NEEDS_NO_ROW)


def test_registry_when_asked_then_both_clouds_have_a_provider() -> None:
    assert {"google_workspace", "microsoft365"} == set(installed_plugins().by_name)
    assert set(TABLES) == {MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_table_when_read_then_every_key_of_the_language_has_an_answer(table: Capabilities) -> None:
    said = {row.path for row in table.rows}
    assert len(said) == len(table.rows)
    assert every(row.meaning for row in table.rows)
    for key in each(top_keys()):
        assert any(path == key or path.startswith(f"{key}.") for path in said), (
            f"{table.platform} says nothing of {key}"
        )
    for path in MEMBER_PATHS:
        assert table.row(path) is not None, f"{table.platform} says nothing of {path}"


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_table_when_something_is_possible_then_a_page_says_so(table: Capabilities) -> None:
    for row in each(table.rows):
        assert row.source.startswith("https://") or not row.is_possible or row in COMMON, row.path


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_default_rights_when_given_then_the_platform_has_them(table: Capabilities) -> None:
    assert table.default_rights
    assert every(table.refusal(f"members[].rights.{right}") is None for right in table.default_rights)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_listed_values_when_given_then_their_path_is_possible(table: Capabilities) -> None:
    for path in each(table.values):
        assert path in set(map(str, Field)) | {"state", "workflow.assign_by", *LEVEL_PATHS}
        row = table.row(path)
        assert row is not None and row.is_possible


def test_roles_when_asked_for_then_groups_alone_have_them() -> None:
    for role in ROLES:
        able = [table.platform for table in TABLES.values() if table.refusal(f"members[].rights.{role}") is None]
        assert able == [GOOGLE_COLLABORATIVE]


def test_right_to_read_alone_is_refused_with_what_to_write() -> None:
    for platform, table in TABLES.items():
        row = table.row("members[].rights.read")
        assert row is not None and row.meaning
        assert row.is_possible is (platform == MICROSOFT365)


SMALL = Platform("small")


def small(*rows: Capability) -> Capabilities:
    """Return a platform that lists the few paths it supports, next to all others."""
    table = Capabilities(SMALL, "Small", rows, default_rights=(Right.FULL_ACCESS,))
    return completed({**TABLES, SMALL: table})[SMALL]


def test_path_that_a_platform_does_not_list_is_refused_with_its_owners() -> None:
    table = small(can("display_name", "the name"), can("members[].rights.full_access", "everything"))
    assert table.refusal("display_name") is None
    for path, why in (
        ("hidden_from_address_lists", "google-collaborative, google-delegated and microsoft365. Leave the key out."),
        ("sent_items", "it belongs to microsoft365. Leave the key out."),
        ("sent_items.send_as", "it belongs to microsoft365. Leave the key out."),
        ("group.history", "it belongs to google-collaborative. Leave the key out."),
        ("members[].rights.owner", "it belongs to google-collaborative. Use `full_access`."),
        ("access.web", "it belongs to google-delegated and microsoft365. Leave the key out."),
        ("no.such.key", "this platform does not support it. Leave the key out."),
        ("calendar", "it belongs to google-delegated and microsoft365. Leave the key out."),
        ("contacts", "it belongs to google-delegated and microsoft365. Leave the key out."),
    ):
        row = table.refusal(path)
        assert row is not None and why in row.meaning, path


def test_own_reason_of_a_platform_replaces_the_derived_one() -> None:
    row = small(can("display_name", "the name"), cannot("sent_items", "nothing is sent.")).refusal("sent_items.send_as")
    assert row is not None and row.meaning == "nothing is sent."


def test_what_sharedbox_does_itself_is_possible_everywhere() -> None:
    table = small(can("members[].rights.full_access", "everything"))
    assert all(table.refusal(row.path) is None for row in COMMON)


def test_section_is_possible_if_one_of_its_keys_is() -> None:
    table = small(can("sent_items.send_as", "a copy"))
    assert table.refusal("sent_items") is None
    assert table.refusal("sent_items.send_on_behalf") is not None


def test_refusals_of_a_platform_are_listed_by_section() -> None:
    listed = [row.path for row in small(can("display_name", "the name")).rows if row.path.startswith("group")]
    assert listed == ["group"]


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_table_lists_no_path_that_the_language_does_not_have(table: Capabilities) -> None:
    sections = {leaf.path[: leaf.path.rfind(".")] for leaf in LEAVES if "." in leaf.path}
    kinds = (f"{right}.people[].{kind}" for right in LEVELLED for kind in ("user", "group"))
    known = {*(leaf.path for leaf in LEAVES), *sections, *MEMBER_PATHS, *RULE_PATHS, *kinds}
    assert {row.path for row in table.rows} <= known
