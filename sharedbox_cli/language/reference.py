"""The reference page of the spec language: its rules, and every key of the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sharedbox_cli.core.needs import MAILBOX, MEMBERS, WARN_AT, Needs, needs_of
from sharedbox_cli.language.leaves import LEAVES
from sharedbox_cli.language.models.mailbox import NOT_A_DEFAULT, Mailbox
from sharedbox_cli.language.models.members import Member, Team, TeamMember

if TYPE_CHECKING:
    from sharedbox_cli.core.capability import Capabilities

_RULES = """\
# Every key of a spec

Generated from the models by `make generated`: do not edit. The JSON Schemas next to this page give the same
information to editors. The first line of a file turns completion on:

```yaml
# yaml-language-server: $schema=../specs/sharedbox.schema.json
```

## How files are read

- One YAML document per mailbox, any number of documents per file (separated by `---`), any number of files below a
  folder. Every `*.yaml` and `*.yml` is read, except hidden files and folders, and `sharedbox.yaml`.
- A key that is absent is **not managed**: it is not read, compared or written. A key that is present is
  authoritative, lists included. Nothing is expanded: `${VAR}` stays `${VAR}`.
- `_defaults.yaml` applies to its folder and everything below: mappings are merged, everything else is replaced, and
  the nearest file wins. `mailbox`, `aliases` and `state` cannot be defaults.
- `teams.yaml` names sets of people for its folder and everything below. Of two teams with the same name, the one in
  the nearest file counts.
- Folders above a named path count too, up to the one that holds `.git` or `sharedbox.yaml`, so that a mailbox is
  the same whichever path names it. If there is no such folder, the named folder (or the folder of the named file)
  is the top.
- Links are followed inside the named folder only. A file that cannot be read, or that is read under two names,
  stops the command: a part of the specs would revoke access that is still wanted.
- Refused, because YAML readers disagree on them: `yes`, `no`, `on`, `off`, `0777`, `1:30`, `1e3`, `.nan` without
  quotes, tags, merge keys (`<<`), duplicate keys, and a key without a value (write `[]` for an empty list).
- Limits: 1 MiB per file, 64 MiB and 10,000 files in total, 5,000 documents per file. A document can be 20 levels
  deep and hold 100 aliases and 50,000 values.

## Who gets which rights

- A member without `rights` gets the rights of its team, otherwise the platform's default: `full_access` and
  `send_as` on `microsoft365`, `full_access` on `google-delegated`, `member` on `google-collaborative`.
- Rights on a line that names a team replace the rights of the team. Of two `until`, the earlier counts.
- A line for a person or group overrides everything that teams say of them, even after it has ended.
- It is an error if two lines of one list give the same right to the same person. Two teams can give the same right
  to the same person if they agree on it; if `until` or `automapping` differ, write a separate line.
- `calendar.members` and `contacts.members` are the level of every entry of `members`. An entry of `calendar.people`
  or `contacts.people` overrides that for a person or group, even after it has ended. `none` means no level of their
  own: what everybody in the organisation can do (`calendar.default`) applies to them.
- `rights: [calendar_only]` gives no access to mail, and the calendar at the level of `calendar.members`, or `editor`.
- With `rights: [read]`, people can read mail, and neither change nor send it.
- `until: 2027-03-31` ends at 24:00 UTC of that day. A time needs its zone.
"""


def _sections() -> Iterator[tuple[str, type[BaseModel], str]]:
    yield "A mailbox", Mailbox, "One document. `sharedbox explain PLATFORM` lists the keys that a platform supports."
    yield "An entry of `members`", Member, "Exactly one of `user`, `group` and `team`."
    yield "A team in `teams.yaml`", Team, "`NAME: {members: […]}`, or `NAME: […]` for short. It cannot be empty."
    yield "An entry of a team", TeamMember, "Exactly one of `user` and `group`. A team cannot hold teams."
    for leaf in LEAVES:
        if leaf.entries not in (None, Member):
            yield f"An entry of `{leaf.path}`", leaf.entries, leaf.entries.__doc__ or ""


def reference_page(tables: Iterable[Capabilities] = ()) -> str:
    """Return the page that explains every key, in Markdown, with the permissions that it needs on some platforms."""
    parts = [_RULES]
    for title, model, note in _sections():
        schema = model.model_json_schema()
        definitions = schema.get("$defs", {})
        required = set(schema.get("required", ()))
        parts += [f"## {title}\n", f"{note}\n", "| key | value | meaning |", "| --- | --- | --- |"]
        for name, body in schema["properties"].items():
            parts += _rows(name, body, definitions, is_required=name in required)
        parts.append("")
    own = ", ".join(f"`{name}`" for name in Mailbox.model_fields if name in NOT_A_DEFAULT)
    parts += ["## `_defaults.yaml`\n", f"One document with any key of a mailbox except {own}.\n", *_permissions(tables)]
    return "\n".join(parts)


def _permissions(tables: Iterable[Capabilities]) -> Iterator[str]:
    paths = dict.fromkeys((MAILBOX, MEMBERS, *(leaf.path for leaf in LEAVES), WARN_AT))
    for table in tables:
        yield f"## Permissions on `{table.platform}`\n"
        yield "`mailbox` is in every spec. [How to grant only that](../docs/how-to/least-privilege.md).\n"
        yield "| key | to read | to write, in addition |\n| --- | --- | --- |"
        for path in paths:
            needs = (
                needs_of(table.needs, path) if table.refusal(path) is None or path in (MAILBOX, MEMBERS) else Needs()
            )
            if needs != Needs():
                yield f"| `{path}` | {_coded(needs.read)} | {_coded(needs.write)} |"
        yield ""


def _coded(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _rows(name: str, body: dict[str, Any], definitions: dict[str, Any], *, is_required: bool = False) -> list[str]:
    inner = _inner(body, definitions)
    if inner is not None:
        return [row for key, part in inner.items() for row in _rows(f"{name}.{key}", part, definitions)]
    meaning = body.get("description", "") + (" Required." if is_required else "")
    return [f"| `{name}` | {_value(body, definitions)} | {meaning} |"]


def _inner(body: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any] | None:
    for option in (body, *body.get("anyOf", ())):
        name = option.get("$ref", "").rpartition("/")[2]
        if "properties" in definitions.get(name, {}):
            found: dict[str, Any] = definitions[name]["properties"]
            return found
    return None


def value_text(value: object) -> str:
    """Return a value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(body: dict[str, Any], definitions: dict[str, Any]) -> str:
    """Return in words what can be written."""
    options = [option for option in body.get("anyOf", (body,)) if option.get("type") != "null"]
    if len(options) > 1 and all("type" in item or "enum" in item for item in options):
        return " · ".join(dict.fromkeys(_value(item, definitions) for item in options))
    option = options[0] if options else body
    if "const" in option:
        return f"`{str(option['const']).lower()}`"
    if "enum" in option:
        return " · ".join(f"`{value_text(value)}`" for value in option["enum"])
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
