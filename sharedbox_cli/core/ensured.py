"""Lists that are only ensured: a spec names what must exist, and everything else stays.

An item is a text, or a tuple whose first part is its name; an empty part of a requested tuple accepts any value.
"""

from __future__ import annotations

from sharedbox_cli.core.values import Value


def missing_items(desired: Value, observed: Value) -> Value:
    """Return the items that an ensured list lacks."""
    if not isinstance(desired, tuple) or not isinstance(observed, tuple):
        return desired
    return tuple(item for item in desired if not any(_meets(item, other) for other in observed))


def with_items(observed: Value, added: Value) -> Value:
    """Return an ensured list with more items; a new item replaces the one with its name."""
    old = observed if isinstance(observed, tuple) else ()
    new = added if isinstance(added, tuple) else ()
    names = {_name(item) for item in new}
    return tuple(sorted({*(item for item in old if _name(item) not in names), *new}, key=repr))


def _meets(item: Value, other: Value) -> bool:
    if not isinstance(item, tuple) or not isinstance(other, tuple) or len(item) != len(other):
        return item == other
    return all(part in ("", match) for part, match in zip(item, other, strict=True))


def _name(item: Value) -> Value:
    return item[0] if isinstance(item, tuple) and item else item
