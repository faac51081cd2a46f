"""A setting's value in prose, unescaped: the formats make it harmless."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.model import Field, Value

KIB, MIB, GIB = 1000, 1000**2, 1000**3


def value_words(value: Value) -> str:
    """Return a plain value in prose."""
    match value:
        case None:
            return "not set"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value_words(item) for item in value) or "none"
        case "":
            return "none"
        case _:
            return str(value)


def item_words(name: Field, item: Value) -> str:
    """Return one entry of a setting that is a list."""
    if name is Field.RULES and isinstance(item, tuple):
        return _rule(item)
    if name is Field.TAGS and isinstance(item, tuple):
        return f"{item[0]} ({item[1]})" if item[1] else str(item[0])
    if name is Field.SENDERS and isinstance(item, tuple):
        return _sender(item)
    return value_words(item)


def setting_words(name: Field, value: Value) -> str:
    """Return the value of a setting."""
    if isinstance(value, tuple):
        return ", ".join(item_words(name, item) for item in value) or "none"
    return value_words(value)


def moved_words(name: Field, before: tuple[Value, ...], after: tuple[Value, ...]) -> list[str]:
    """Return what comes to a list and what goes."""
    added = [f"+{item_words(name, item)}" for item in after if item not in before]
    return added + [f"-{item_words(name, item)}" for item in before if item not in after]


def _sender(item: tuple[Value, ...]) -> str:
    address, name, reply_to, is_default = item
    more = [f"answers to {reply_to}"] if reply_to else []
    more += ["default"] if is_default else []
    who = f"{name} <{address}>" if name else str(address)
    return f"{who} ({', '.join(more)})" if more else who


def _rule(item: tuple[Value, ...]) -> str:
    pairs: dict[str, Value] = dict(item)  # type: ignore[arg-type]
    name = f"`{pairs['name']}`: " if "name" in pairs else ""
    when, then = (", ".join(_parts(pairs, part)) for part in ("when.", "then."))
    return f"[{name}{when} => {then}]"


def _parts(pairs: dict[str, Value], part: str) -> Iterator[str]:
    for key, value in sorted(pairs.items()):
        if key.startswith(part):
            word = key.removeprefix(part).replace("_", " ")
            if value is True:
                yield word
            elif word in ("larger than", "smaller than") and isinstance(value, int):
                yield f"{word} {_size(value)}"
            else:
                joint = " or " if part == "when." else " and "
                yield f"{word} {joint.join(map(str, value)) if isinstance(value, tuple) else value_words(value)}"


def _size(size_bytes: int) -> str:
    for unit, name in ((GIB, "GB"), (MIB, "MB"), (KIB, "KB")):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit} {name}"
    return f"{size_bytes} bytes"
