"""Models to JSON Schema, for editors, and to the reference page of every field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sharedbox_cli.spec.models.mailbox import LATER, Mailbox, Settings
from sharedbox_cli.spec.models.members import Member, Team, TeamMember

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema of one mailbox document."""
    return _finished(Mailbox.model_json_schema(), "A mailbox of sharedbox")


def defaults_schema() -> dict[str, Any]:
    """Return the schema of a `_defaults.yaml`."""
    return _finished(Settings.model_json_schema(), "Defaults of sharedbox")


def teams_schema() -> dict[str, Any]:
    """Return the schema of a `teams.yaml`."""
    team = Team.model_json_schema(ref_template="#/$defs/{model}")
    definitions = team.pop("$defs", {})
    entries = {"type": "array", "items": {"$ref": "#/$defs/TeamMember"}, "minItems": 1}
    schema = {
        "type": "object",
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Team"}, entries]},
        "$defs": {**definitions, "Team": team},
    }
    return _finished(schema, "Teams of sharedbox")


def _finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    _without_null(schema)
    for name, kinds in (("Member", ("user", "group", "team")), ("TeamMember", ("user", "group"))):
        part = schema.get("$defs", {}).get(name)
        if part is not None:
            part["oneOf"] = [{"required": [kind]} for kind in kinds]
    return {"$schema": DIALECT, **schema, "title": title}


def _without_null(node: Any) -> None:
    """Take `null` out of every choice: in a spec, nothing is an error and not a value."""
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
    if isinstance(node.get("title"), str):
        del node["title"]
    for value in node.values():
        _without_null(value)


def reference_page() -> str:
    """Return the page that explains every field, in Markdown."""
    parts = [
        "# Every field of a spec\n",
        "Written by `make generated` from the models; the JSON Schemas beside it say the same to editors.\n",
        "A key that is absent is not managed: it is not read, compared or written. A key that is present",
        "is the whole truth, lists included.\n",
    ]
    sections = (
        ("A mailbox", Mailbox), ("A line of `members`", Member), ("A team in `teams.yaml`", Team),
        ("A line of a team", TeamMember),
    )  # fmt: skip
    for title, model in sections:
        parts += [f"## {title}\n", "| key | meaning |", "| --- | --- |"]
        schema = model.model_json_schema()
        for name, body in schema["properties"].items():
            parts.append(f"| `{name}` | {body.get('description', '')} |")
            parts += _inner_rows(name, body, schema.get("$defs", {}))
        parts.append("")
    parts += [
        "## Not managed yet\n",
        ", ".join(f"`{name}`" for name in LATER) + ": part of the language, refused by this version,",
        "so that nobody thinks they are applied.\n",
    ]
    return "\n".join(parts)


def _inner_rows(name: str, body: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    references = [option.get("$ref", "") for option in body.get("anyOf", [])]
    rows = []
    for reference in references:
        inner = definitions.get(reference.rpartition("/")[2], {})
        for key, part in inner.get("properties", {}).items():
            rows.append(f"| `{name}.{key}` | {part.get('description', '')} |")
    return rows


def write_generated(folder: Path) -> list[Path]:
    """Write the schemas and the reference page into a folder; return the files."""
    import json

    texts = {
        "sharedbox.schema.json": json.dumps(json_schema(), indent=2) + "\n",
        "defaults.schema.json": json.dumps(defaults_schema(), indent=2) + "\n",
        "teams.schema.json": json.dumps(teams_schema(), indent=2) + "\n",
        "README.md": reference_page(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]
