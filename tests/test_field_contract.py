"""Every field is complete: a row, a key in the language, a column or a refusal per platform, test values.

A test fails by the name of the field that misses one of them. To add a field, see docs/contributing/field.md.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.capability import LEVEL_PATHS
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import GRANTABLE, LEVELLED, MICROSOFT365, Platform
from sharedbox_cli.core.needs import needs_of
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.google.descriptions import DOCUMENTS, description
from sharedbox_cli.emulator.microsoft.exchange_admin.catalogue import CMDLETS
from sharedbox_cli.emulator.microsoft.exchange_admin.mailbox_rows import ENDED
from sharedbox_cli.emulator.microsoft.graph.objects import USER
from sharedbox_cli.emulator.microsoft.graph.outlook import MAILBOX_LISTS
from sharedbox_cli.language.leaves import LEAVES, SETTING_LEAVES
from sharedbox_cli.providers.columns import Columns, switch
from sharedbox_cli.providers.google_workspace import columns as google_workspace
from sharedbox_cli.providers.microsoft365 import columns as microsoft365
from tests.asked import each, every
from tests.field_values import SAMPLES, TABLES, settings_on, values_of

COLUMNS: Mapping[Platform, Columns] = {**microsoft365.COLUMNS, **google_workspace.COLUMNS}
PACKAGE = Path(__file__).parents[1] / "sharedbox_cli"
IN_SPEC = [name for name in Field if name not in SETTINGS or SETTINGS[name].is_in_spec]
NOT_SETTINGS = frozenset(
    {"version", "mailbox", "platform", "state", "labels", "members", "members_mode", "storage.warn_at", "storage.suite"}
    | {"group.enforce_until"}
    | {leaf.path for leaf in LEAVES if leaf.keys[0] == "workflow"}
    | {*LEVEL_PATHS}
)
"""Keys of a document that say something else than a setting of the mailbox."""


@pytest.mark.parametrize("name", Field)
def test_field_has_a_row(name: Field) -> None:
    assert name in SETTINGS, f"{name}: add a row to SETTINGS in core/fields.py"


def test_no_import_needs_the_row_of_every_field() -> None:
    """Without a row, a field would stop every import, and no test would name it."""
    ours = (path for path in sorted(PACKAGE.rglob("*.py")) if "emulator" not in path.parts)
    sources = {path: path.read_text(encoding="utf-8") for path in ours}
    users = {path: ast.parse(text) for path, text in sources.items() if "SETTINGS[" in text}
    for path, tree in each(users.items()):
        assert [*_looked_up(tree)] == [], f"{path}: go through SETTINGS.items()"


def _looked_up(tree: ast.AST) -> Iterator[str]:
    """Yield the rows that the import of a module looks up, apart from those of one named field."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "SETTINGS":
            if not isinstance(node.slice, ast.Attribute):
                yield ast.unparse(node)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _looked_up(node)


@pytest.mark.parametrize("name", IN_SPEC)
def test_field_is_a_key_of_the_language(name: Field) -> None:
    assert name in SETTING_LEAVES, f"{name}: add a key to the models in language/models"
    assert SETTING_LEAVES[name].info.description, f"{name}: describe the key"


@pytest.mark.parametrize("path", [leaf.path for leaf in LEAVES])
def test_key_of_the_language_is_a_field_or_refused_everywhere(path: str) -> None:
    is_refused = all(table.refusal(path) for table in TABLES.values())
    assert path in set(Field) or path in NOT_SETTINGS or is_refused, f"{path}: add it to Field in core/fields.py"


@pytest.mark.parametrize("platform", COLUMNS)
@pytest.mark.parametrize("name", IN_SPEC)
def test_platform_has_a_column_or_refuses_the_field(platform: Platform, name: Field) -> None:
    is_refused = TABLES[platform].refusal(str(name)) is not None
    if is_refused:
        assert name not in COLUMNS[platform], f"{name}: {platform} refuses it and has a column"
    else:
        assert name in COLUMNS[platform], f"{name}: add a column to the provider of {platform}"


def _names(data: Any) -> Iterator[str]:
    """Yield the names of all properties in the schemas of a discovery document."""
    if isinstance(data, dict):
        if isinstance(data.get("properties"), dict):
            yield from data["properties"]
        for part in data.values():
            yield from _names(part)


def _known_properties(platform: Platform) -> frozenset[str]:
    if platform == MICROSOFT365:
        return USER.union(ENDED, MAILBOX_LISTS, *(cmdlet.parameters for cmdlet in CMDLETS.values()))
    return frozenset(map(_spelled, _google_names()))


def _google_names() -> Iterator[str]:
    for api in DOCUMENTS:
        yield from _names(description(api).document["schemas"])


def _spelled(name: str) -> str:
    """Return a property as both spellings of Google's descriptions have it: `defaultSender` and `default_sender`."""
    return name.replace("_", "").lower()


@pytest.mark.parametrize("platform", COLUMNS)
def test_emulator_knows_the_properties_of_every_column(platform: Platform) -> None:
    known = _known_properties(platform)
    spelled = str if platform == MICROSOFT365 else _spelled
    for name, column in each(COLUMNS[platform].items()):
        unknown = sorted(set(map(spelled, column.names)) - known)
        assert unknown == [], f"{name}: add {', '.join(unknown)} to the emulator of {platform}"


@pytest.mark.parametrize("platform", TABLES)
@pytest.mark.parametrize("name", IN_SPEC)
def test_field_has_values_for_property_tests(platform: Platform, name: Field) -> None:
    if name in settings_on(platform):
        values = values_of(name, platform)
        assert len(set(values)) > 1 or len(values) == len(TABLES[platform].values.get(str(name), ())), name


@pytest.mark.parametrize("name", [name for name in Field if name in SETTINGS and SETTINGS[name].opens])
def test_values_that_open_access_are_values_of_the_field(name: Field) -> None:
    values: set[Value] = {
        value for platform in TABLES if name in settings_on(platform) for value in values_of(name, platform)
    }
    assert set(SETTINGS[name].opens) <= values


@pytest.mark.parametrize("platform", COLUMNS)
@pytest.mark.parametrize("name", IN_SPEC)
def test_field_says_which_permissions_it_needs(platform: Platform, name: Field) -> None:
    if name in settings_on(platform):
        needs = TABLES[platform].needs.get(str(name))
        assert needs is not None, f"{name}: add its column table, or a row, to NEEDS in needs.py of {platform}"
        assert needs.read and needs.write, f"{name}: needs.py of {platform} says nothing for reading or writing"


@pytest.mark.parametrize("platform", COLUMNS)
def test_right_says_which_permissions_it_needs(platform: Platform) -> None:
    table = TABLES[platform]
    for right in each(right for right in GRANTABLE if table.refusal(f"members[].rights.{right}") is None):
        needs = needs_of(table.needs, f"members[].rights.{right}")
        assert needs.read and needs.write, f"{right}: add a row to NEEDS in needs.py of {platform}"


@pytest.mark.parametrize("platform", COLUMNS)
@pytest.mark.parametrize("path", [f"{right}.{who}" for right in LEVELLED for who in ("members", "people")])
def test_level_says_which_permissions_it_needs(platform: Platform, path: str) -> None:
    table = TABLES[platform]
    if table.refusal(path) is None:
        needs = table.needs.get(path) or needs_of(table.needs, path)
        assert needs.read and needs.write, f"{path}: add a row to needs.py of {platform}"


@pytest.mark.parametrize("platform", COLUMNS)
def test_needs_name_no_path_that_the_platform_refuses(platform: Platform) -> None:
    table = TABLES[platform]
    unknown = [path for path in table.needs if path in set(Field) and SETTINGS[Field(path)].is_in_spec]
    assert every(table.refusal(path) is None for path in unknown), platform


NAME = Field.DISPLAY_NAME
Undo = Callable[[pytest.MonkeyPatch], None]


def _without_row(patch: pytest.MonkeyPatch) -> None:
    table = TABLES[MICROSOFT365]
    rows = tuple(row for row in table.rows if row.path != NAME)
    patch.setitem(TABLES, MICROSOFT365, replace(table, rows=rows))


def _with_unknown_property(patch: pytest.MonkeyPatch) -> None:
    columns = {**COLUMNS[MICROSOFT365], NAME: switch("NoSuchProperty")}
    patch.setitem(COLUMNS, MICROSOFT365, columns)


def _without_column(patch: pytest.MonkeyPatch) -> None:
    columns = {name: column for name, column in COLUMNS[MICROSOFT365].items() if name is not NAME}
    patch.setitem(COLUMNS, MICROSOFT365, columns)


PARTS: Mapping[str, tuple[Undo, Callable[[], None]]] = {
    "row": (lambda patch: patch.delitem(SETTINGS, NAME), lambda: test_field_has_a_row(NAME)),
    "key": (lambda patch: patch.delitem(SETTING_LEAVES, NAME), lambda: test_field_is_a_key_of_the_language(NAME)),
    "column": (_without_column, lambda: test_platform_has_a_column_or_refuses_the_field(MICROSOFT365, NAME)),
    "capability": (_without_row, lambda: test_platform_has_a_column_or_refuses_the_field(MICROSOFT365, NAME)),
    "property": (_with_unknown_property, lambda: test_emulator_knows_the_properties_of_every_column(MICROSOFT365)),
    "values": (
        lambda patch: patch.delitem(SAMPLES, NAME),
        lambda: test_field_has_values_for_property_tests(MICROSOFT365, NAME),
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_field_without_a_part_is_named(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_away, contract = PARTS[part]
    contract()
    take_away(monkeypatch)
    with pytest.raises((AssertionError, LookupError), match=f"^{NAME}"):
        contract()
