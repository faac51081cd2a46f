"""Plain values as the YAML that a person would write, with comments; it reads back equal."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

from sharedbox_cli.language.text import refused_characters

WIDTH = 100
_STEP = "  "
_MOST_IN_ONE_LINE = 3
"""The maximum number of entries of a mapping in braces."""
_PLAIN = re.compile(r"[\w @./+&()'-]+")
_GUESSED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_PIPELINE = re.compile(r"##|^\s*::", re.MULTILINE)


class Bare(str):
    """Text that is written without quotes: a day, an instant, a share."""


class Tall(dict[str, "Tree"]):
    """A mapping that is written with one key per line, even if it is short."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with comments above it."""

    value: Tree
    notes: tuple[str, ...]


Tree: TypeAlias = Union[bool, int, str, Sequence["Tree"], Mapping[str, "Tree"], Noted, None]  # noqa: UP007 - recursive


def text_of(tree: Mapping[str, Tree], head: Sequence[str] = ()) -> str:
    """Return a document that starts with the head comments."""
    return "\n".join([*comments(head), *_block(tree, "")]) + "\n"


def comments(notes: Sequence[str], indent: str = "") -> Iterator[str]:
    """Yield comment lines: no text of a note can end them, move the cursor or give commands to a pipeline."""
    for note in notes:
        deeper = note[: len(note) - len(note.lstrip(" "))]
        lines = textwrap.wrap(
            harmless(note),
            WIDTH - len(indent) - 2,
            subsequent_indent=f"{deeper}  ",
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
        for line in lines or [""]:
            yield f"{indent}# {line}".rstrip()


def harmless(text: str) -> str:
    r"""Return a text for one line of a comment: what is not printable as `\u{a}`, `##` broken."""
    refused = {place for place, _ in refused_characters(text)}
    letters = [
        letter if letter.isprintable() and place not in refused else f"\\u{{{ord(letter):x}}}"
        for place, letter in enumerate(text)
    ]
    return "".join(letters).replace("##", "#\\u{23}")


def scalar(value: bool | int | str | None) -> str:
    """Return a value on one line, in quotes if it could be read as something else."""
    if isinstance(value, Bare):
        return str(value)
    if not isinstance(value, str):
        return json.dumps(value)
    if _is_plain(value):
        return value
    return "".join(map(_escaped, _PIPELINE.sub(_broken, json.dumps(value, ensure_ascii=False))))


def _escaped(letter: str) -> str:
    """Return a letter for a text in quotes; one that no spec may contain becomes an escape, which reading refuses."""
    if letter.isprintable() or not any(refused_characters(letter)):
        return letter
    code = 0xFFFE if "\ud800" <= letter <= "\udfff" else ord(letter)  # half a character has no escape
    return f"\\U{code:08x}"


def _broken(match: re.Match[str]) -> str:
    return match[0].replace("##", "#\\u0023").replace("::", ":\\u003a")


def _is_plain(text: str) -> bool:
    return (
        text[:1].isalpha() and text[-1:] != " " and _PLAIN.fullmatch(text) is not None and text.lower() not in _GUESSED
    )


def entry_lines(key: str, value: Tree, indent: str) -> list[str]:
    """Return the lines of one key and its value."""
    return [*_block({key: value}, indent)]


def item_lines(value: Tree, indent: str) -> list[str]:
    """Return the lines of one item of a list."""
    return [*_item(value, indent)]


def _block(tree: Mapping[str, Tree], indent: str) -> Iterator[str]:
    for key, value in tree.items():
        notes, bare = _parted(value)
        yield from comments(notes, indent)
        yield from _entry(f"{indent}{scalar(key)}:", bare, indent)


def _entry(start: str, value: Tree, indent: str) -> Iterator[str]:
    line = one_line(value)
    if isinstance(value, str) and _is_literal(value):
        yield f"{start} |-"
        yield from (f"{indent}{_STEP}{part}" if part else "" for part in value.split("\n"))
    elif line is not None and (_is_scalar(value) or len(start) + 1 + len(line) <= WIDTH):
        yield f"{start} {line}"
    elif isinstance(value, Mapping):
        yield start
        yield from _block(value, indent + _STEP)
    elif isinstance(value, Sequence):
        yield start
        for item in value:
            yield from _item(item, indent + _STEP)


def _is_scalar(value: Tree) -> bool:
    return isinstance(value, str) or not isinstance(value, (Mapping, Sequence))


def _item(value: Tree, indent: str) -> Iterator[str]:
    notes, bare = _parted(value)
    yield from comments(notes, indent)
    line = one_line(bare)
    if isinstance(bare, Mapping) and (line is None or len(indent) + 2 + len(line) > WIDTH):
        first, *rest = _block(bare, indent + _STEP)
        yield f"{indent}- {first.lstrip(' ')}"
        yield from rest
    else:
        yield f"{indent}- {line}"


def _parted(value: Tree) -> tuple[tuple[str, ...], Tree]:
    return (value.notes, value.value) if isinstance(value, Noted) else ((), value)


def one_line(value: Tree) -> str | None:
    """Return a value between brackets or braces, or nothing if it needs separate lines."""
    if isinstance(value, (Noted, Tall)):
        return None
    if isinstance(value, str) or not isinstance(value, (Mapping, Sequence)):  # as `_is_scalar`, and mypy sees it
        return scalar(value)
    if isinstance(value, Mapping):
        parts = [(scalar(key), _inner(item)) for key, item in value.items()]
        if len(parts) > _MOST_IN_ONE_LINE or any(item is None for _, item in parts):
            return None
        return "{" + ", ".join(f"{key}: {item}" for key, item in parts) + "}"
    items = [_inner(item) for item in value]
    return None if any(item is None for item in items) else f"[{', '.join(map(str, items))}]"


def _inner(value: Tree) -> str | None:
    return None if isinstance(value, str) and _is_literal(value) else one_line(value)


def _is_literal(text: str) -> bool:
    """Return whether a text of several lines is unchanged when it is read from a block."""
    return (
        "\n" in text
        and text[0] not in " \n\t"
        and text[-1] not in " \n\t"
        and not _PIPELINE.search(text)
        and all(letter == "\n" or letter.isprintable() for letter in text)
    )
