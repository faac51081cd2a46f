"""Models to JSON Schema, for editors, and to the reference page of every field."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharedbox_cli.language.models.base import WORD, WORD_MAX
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT, Defaults, Mailbox
from sharedbox_cli.language.models.members import Team
from sharedbox_cli.language.reference import reference_page

if TYPE_CHECKING:
    from sharedbox_cli.core.capability import Capabilities

__all__ = ["defaults_schema", "json_schema", "reference_page", "teams_schema", "write_generated"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


_PEOPLE = tuple((name, ("user", "group")) for name in ("CalendarPerson", "ContactsPerson"))


def json_schema() -> dict[str, Any]:
    """Return the schema of one mailbox document."""
    schema = Mailbox.model_json_schema()
    is_absent = {"properties": {"state": {"const": "absent"}}, "required": ["state"]}
    lost = {name: False for name in Mailbox.model_fields if name not in NEEDED_BY_ABSENT}
    return _finished(schema, "A mailbox of sharedbox") | {"if": is_absent, "then": {"properties": lost}}


def defaults_schema() -> dict[str, Any]:
    """Return the schema of a `_defaults.yaml`."""
    return _finished(Defaults.model_json_schema(), "Defaults of sharedbox")


def teams_schema() -> dict[str, Any]:
    """Return the schema of a `teams.yaml`."""
    team = Team.model_json_schema(ref_template="#/$defs/{model}")
    definitions = team.pop("$defs", {})
    entries = {"type": "array", "items": {"$ref": "#/$defs/TeamMember"}, "minItems": 1}
    schema = {
        "type": "object",
        "propertyNames": {"pattern": WORD, "maxLength": WORD_MAX},
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Team"}, entries]},
        "$defs": {**definitions, "Team": team},
    }
    return _finished(schema, "Teams of sharedbox")


def _finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    _without_null(schema)
    for name, kinds in (("Member", ("user", "group", "team")), ("TeamMember", ("user", "group")), *_PEOPLE):
        part = schema.get("$defs", {}).get(name)
        if part is not None:
            part["oneOf"] = [{"required": [kind]} for kind in kinds]
    return {"$schema": DIALECT, **schema, "title": title}


def _without_null(node: Any) -> None:
    """Remove `null` from every choice: in a spec, a key without a value is an error."""
    if isinstance(node, list):
        for item in node:
            _without_null(item)
        return
    if not isinstance(node, dict):
        return
    node.pop("default", None)
    options = node.get("anyOf")
    if isinstance(options, list):
        rest = [option for option in options if option != {"type": "null"}]
        if len(rest) == 1:
            del node["anyOf"]
            for key, value in rest[0].items():
                node.setdefault(key, value)
        else:
            node["anyOf"] = rest
    if isinstance(node.get("title"), str):
        del node["title"]
    for key, value in node.items():
        # A key of a spec can be called `default`: below `properties`, keys are names and not keywords of the schema.
        _without_null(list(value.values()) if key == "properties" else value)


def write_generated(folder: Path, tables: Iterable[Capabilities] = ()) -> list[Path]:
    """Write the schemas and the reference page into a folder; return the files."""
    import json

    texts = {
        "sharedbox.schema.json": json.dumps(json_schema(), indent=2) + "\n",
        "defaults.schema.json": json.dumps(defaults_schema(), indent=2) + "\n",
        "teams.schema.json": json.dumps(teams_schema(), indent=2) + "\n",
        "README.md": reference_page(tables),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]
