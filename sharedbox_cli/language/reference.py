"""The reference page of the spec language: its rules, and every field of the models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sharedbox_cli.language.models.content import Rule, Sender, Tag
from sharedbox_cli.language.models.mailbox import LATER, NOT_A_DEFAULT, Mailbox, Settings
from sharedbox_cli.language.models.members import Member, Team, TeamMember

_RULES = """\
# Every field of a spec

Generated from the models by `make generated`: do not edit. The JSON Schemas beside this page tell the same to
editors. The first line of a file switches completion on:

```yaml
# yaml-language-server: $schema=../specs/sharedbox.schema.json
```

## How files are read

- One YAML document a mailbox; any number of documents a file (`---` between them), any number of files below a
  folder. Every `*.yaml` and `*.yml` is read, but for hidden files and folders, and `sharedbox.yaml`.
- A key that is absent is **not managed**: it is not read, compared or written. A key that is present is the
  whole truth, lists included. Nothing is expanded: `${VAR}` stays `${VAR}`.
- `_defaults.yaml` is for its folder and all below: mappings merge, everything else replaces, the nearer file
  wins. `mailbox`, `aliases` and `state` cannot be defaults.
- `teams.yaml` names sets of people for its folder and all below; of two teams with one name, the nearer file's
  counts.
- Folders above a named path count too, up to the one that holds `.git` or `sharedbox.yaml`, so that a mailbox
  is the same whichever path names it. Where there is no such folder, the named folder (or the folder of the
  named file) is the top.
- Links are followed inside the named folder only. What cannot be read, or is read by two names, stops the
  command: a part of a set would revoke what is still wanted.
- Refused, because readers of YAML disagree on them: `yes`, `no`, `on`, `off`, `0777`, `1:30`, `1e3`, `.nan`
  without quotes; tags, merge keys (`<<`), duplicate keys; nothing after a key (write `[]` for an empty list).
- Limits: 1 MiB a file, 64 MiB and 10,000 files in all, 5,000 documents a file; a document may be 20 levels
  deep and hold 100 aliases and 50,000 values.

## Who gets what

- A member without `rights` gets those of its team; else what the platform gives by default: `full_access` and
  `send_as` on `microsoft365`, `full_access` on `google-delegated`, `member` on `google-collaborative`.
- Rights on a line that names a team replace the team's; of two `until`, the earlier counts.
- A line of its own wins over all that teams say of the same person or group, also when it has ended.
- One right given twice by lines of one list is an error. Two teams may give the same right to the same person,
  if both mean the same by it; where `until` or `automapping` differ, write a line of its own.
- `until: 2027-03-31` ends at 24:00 UTC of that day; a time needs its zone.
"""

_SECTIONS: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("A mailbox", Mailbox, "One document. What a platform cannot do is refused: `sharedbox explain PLATFORM`."),
    ("A line of `members`", Member, "Exactly one of `user`, `group` and `team`."),
    ("A team in `teams.yaml`", Team, "`NAME: {members: […]}`, or in short `NAME: […]`; never empty."),
    ("A line of a team", TeamMember, "Exactly one of `user` and `group`; teams hold no teams."),
    ("An entry of `tags`", Tag, "Where folders and tags are one thing, they share one set of names."),
    ("An entry of `rules`", Rule, "The whole list: a rule that is not in it is taken away."),
    ("An entry of `senders`", Sender, "Without the mailbox's own address, from which it always sends."),
)
_FIRST = (
    "version",
    "mailbox",
    "platform",
    "state",
    "display_name",
    "aliases",
    "hidden_from_address_lists",
    "sign_in",
    "labels",
    "user",
    "team",
    "members",
    "members_mode",
    "sent_items",
    "storage",
    "name",
    "when",
    "then",
)


def reference_page() -> str:
    """Return the page that explains every field, in Markdown."""
    parts = [_RULES]
    for title, model, note in _SECTIONS:
        schema = model.model_json_schema()
        definitions = schema.get("$defs", {})
        needed = set(schema.get("required", ()))
        parts += [f"## {title}\n", f"{note}\n", "| key | value | meaning |", "| --- | --- | --- |"]
        for name in sorted(schema["properties"], key=_order):
            parts += _rows(name, schema["properties"][name], definitions, is_needed=name in needed)
        parts.append("")
    own = sorted(set(Mailbox.model_fields) - set(Settings.model_fields) | NOT_A_DEFAULT)
    parts += [
        "## `_defaults.yaml`\n",
        f"One document with any key of a mailbox, but for {', '.join(f'`{name}`' for name in own)}.\n",
        "## Not managed yet\n",
        ", ".join(f"`{name}`" for name in LATER) + " are part of the language.",
        "This version refuses them, so that nobody thinks they are applied.\n",
    ]
    return "\n".join(parts)


def _order(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _rows(name: str, body: dict[str, Any], definitions: dict[str, Any], *, is_needed: bool = False) -> list[str]:
    inner = _inner(body, definitions)
    if inner is not None:
        return [row for key, part in inner.items() for row in _rows(f"{name}.{key}", part, definitions)]
    meaning = body.get("description", "") + (" Always needed." if is_needed else "")
    return [f"| `{name}` | {_value(body, definitions)} | {meaning} |"]


def _inner(body: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    for option in (body, *body.get("anyOf", ())):
        name = option.get("$ref", "").rpartition("/")[2]
        if "properties" in definitions.get(name, {}):
            found: dict[str, Any] = definitions[name]["properties"]
            return found
    return None


def _value(body: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return in words what may be written."""
    options = [option for option in body.get("anyOf", (body,)) if option.get("type") != "null"]
    if len(options) > 1 and all("type" in item or "enum" in item for item in options):
        return " · ".join(dict.fromkeys(_value(item, definitions) for item in options))
    option = options[0] if options else body
    if "const" in option:
        return f"`{str(option['const']).lower()}`"
    if "enum" in option:
        return " · ".join(f"`{value}`" for value in option["enum"])
    if option.get("type") == "array":
        items = option.get("items", {})
        if "$ref" in items:
            return "list, see below"
        return f"list of {_value(items, definitions)}"
    if option.get("type") == "object":
        return "texts by name"
    if option.get("type") == "boolean":
        return "`true` · `false`"
    pattern = option.get("pattern", "")
    if "KB|MB" in pattern:
        return "`5MB`"
    return "address" if "@" in pattern else "`80%`" if "%" in pattern else "day" if "T(" in pattern else "text"
