"""Values of settings in prose, unescaped: the report formats escape them."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.signatures import signature_words
from sharedbox_cli.core.values import Value

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


def text_words(value: Value) -> str:
    """Return a text of several lines on one line."""
    return value_words(value).rstrip("\n").replace("\n", " / ")


def message_size(size_bytes: Value) -> str:
    """Return the size of a message in binary units, as a spec writes it; anything else unchanged."""
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool):
        return value_words(size_bytes)
    for unit, name in ((1024**2, "MB"), (1024, "KB")):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit}{name}"
    return f"{size_bytes} bytes"


def tag_words(item: Value) -> str:
    """Return a tag with its colour."""
    if not isinstance(item, tuple):
        return value_words(item)
    return f"{item[0]} ({item[1]})" if item[1] else str(item[0])


def sender_words(item: Value) -> str:
    """Return an address that a mailbox sends from."""
    if not isinstance(item, tuple):
        return value_words(item)
    address, name, reply_to, is_default, *signature = item
    more = [f"answers to {reply_to}"] if reply_to else []
    more += ["default"] if is_default else []
    more += [f"signature {signature_words(text)}" for text in signature]
    who = f"{name} <{address}>" if name else str(address)
    return f"{who} ({', '.join(more)})" if more else who


def mail_rule_words(item: Value) -> str:
    """Return the conditions and actions of a mail rule."""
    if not isinstance(item, tuple):
        return value_words(item)
    pairs: dict[str, Value] = dict(item)  # type: ignore[arg-type]
    name = f"`{pairs['name']}`: " if "name" in pairs else ""
    when, unless, then = (", ".join(_parts(pairs, part)) for part in ("when.", "unless.", "then."))
    if unless:
        when = f"{when}, unless {' or '.join(_parts(pairs, 'unless.'))}"
    more = f"{', stop' if pairs.get('stop') else ''}{', off' if pairs.get('enabled') is False else ''}"
    return f"[{name}{when} => {then}{more}]"


def item_name(item: Value) -> str:
    """Return the name of an item that has one, in quotes: a mail rule; otherwise nothing."""
    if not (isinstance(item, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in item)):
        return ""
    pairs: dict[str, Value] = dict(item)  # type: ignore[arg-type]
    return f"`{pairs['name']}`" if "name" in pairs else ""


def _parts(pairs: dict[str, Value], part: str) -> Iterator[str]:
    for key, value in sorted(pairs.items()):
        if key.startswith(part):
            word = key.removeprefix(part).replace("_", " ")
            if value is True:
                yield word
            elif word in ("larger than", "smaller than") and isinstance(value, int):
                yield f"{word} {_size(value)}"
            else:
                joint = " and " if part == "then." else " or "
                yield f"{word} {joint.join(map(str, value)) if isinstance(value, tuple) else value_words(value)}"


def _size(size_bytes: int) -> str:
    for unit, name in ((GIB, "GB"), (MIB, "MB"), (KIB, "KB")):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit} {name}"
    return f"{size_bytes} bytes"
