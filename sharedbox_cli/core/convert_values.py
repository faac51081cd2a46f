"""Values that one platform accepts and another one refuses: names, addresses and folders."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value


def refused_values(settings: Mapping[Field, Value], target: Capabilities) -> dict[Field, dict[str, str]]:
    """Return the texts that a platform refuses, by setting, with the reasons."""
    document = {str(name): _plain(value) for name, value in settings.items() if _is_text(name, value)}
    found: dict[Field, dict[str, str]] = {}
    for path, why in target.spec_problems(document):
        value = document[str(path[0])]
        text = value[int(path[1])] if isinstance(value, list) and len(path) > 1 else value
        found.setdefault(Field(str(path[0])), {})[str(text)] = why
    return found


def _is_text(name: Field, value: Value) -> bool:
    """Return whether a document has the same value under the same key: a text, or a list of texts."""
    items = value if isinstance(value, tuple) else (value,)
    return "." not in name and all(isinstance(item, str) for item in items)


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def kept_value(value: Value, refused: Mapping[str, str]) -> Value | None:
    """Return a value without the texts that are refused, or None if nothing is left of it."""
    if isinstance(value, tuple):
        return tuple(item for item in value if str(item) not in refused) or None
    return None if str(value) in refused else value
