"""The German catalogue: what the code says, what the catalogue has, and what is wrong between them."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sharedbox_cli.core.guards import GUARDS

PACKAGE = Path(__file__).parents[1] / "sharedbox_cli"
PO = PACKAGE / "locale" / "de" / "LC_MESSAGES" / "sharedbox.po"
MO = PO.with_suffix(".mo")
_KEYWORDS = {
    **dict.fromkeys(("tr", "mark", "_"), None),
    **dict.fromkeys(("tr_count", "plural", "ngettext"), (1, 2)),
    **dict.fromkeys(("tr_in", "mark_in"), ((1, "c"), 2)),
    "tr_count_in": ((1, "c"), 2, 3),
    **dict.fromkeys(("can", "cannot"), (2,)),
}
_CHANGING = tuple(f'"{name}' for name in (*("Report-", "POT-", "PO-", "Last-", "Language-Team", "Generated-By"),))
"""Lines of the header that differ from run to run, or say nothing."""
_METHODS = [("emulator/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def extracted() -> Catalog:
    """Return every text that the code marks."""
    catalogue = Catalog()
    with redirect_stderr(io.StringIO()):  # it warns of f-strings among other arguments
        found = [*extract_from_dir(PACKAGE, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=())]
    for _, _, message, _, context in found:
        catalogue.add(message, context=context)
    for guard in GUARDS.values():  # `explain` shows what their docstrings say
        catalogue.add((guard.__doc__ or "").strip().split("\n")[0])
    return catalogue


def kept() -> Catalog:
    """Return the catalogue of the repository."""
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="de")
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as programs read it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def write_catalogue() -> None:
    """Add new texts to the catalogue, without German, remove old ones, and compile it."""
    wanted, catalogue = extracted(), kept()
    for message in [one for one in catalogue if one.id and wanted.get(_id(one), one.context) is None]:
        catalogue.delete(_id(message), message.context)
    for message in wanted:
        if message.id and catalogue.get(_id(message), message.context) is None:
            catalogue.add(message.id, context=message.context)
    for message in catalogue:
        message.locations, message.flags = [], message.flags & {"fuzzy"}
    catalogue.obsolete.clear()
    file = io.BytesIO()
    write_po(file, catalogue, width=0, sort_output=True, no_location=True, ignore_obsolete=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    PO.write_text("".join(line for line in lines if not line.startswith(_CHANGING)), encoding="utf-8", newline="\n")
    MO.write_bytes(compiled(kept()))


def problems(wanted: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Yield what is missing, unfinished, left over or has other fields than its English text."""
    for message in wanted:
        german = catalogue.get(_id(message), message.context) if message.id else None
        if not message.id:
            continue
        if german is None or not all(_texts(german.string)):
            yield f"no German: {_name(message)}"
        elif german.fuzzy:
            yield f"not confirmed (fuzzy): {_name(message)}"
        else:
            yield from _other_fields(message, german)
    for message in catalogue:
        if message.id and wanted.get(_id(message), message.context) is None:
            yield f"left over: {_name(message)}"
    yield from (f"left over: {_name(message)}" for message in catalogue.obsolete.values())


def _other_fields(message: Message, german: Message) -> Iterator[str]:
    allowed = set().union(*map(_fields, _texts(message.id)))
    needed = set.intersection(*map(_fields, _texts(message.id)))
    for text in _texts(german.string):
        if not needed <= _fields(text) <= allowed:
            yield f"other fields: {_name(message)}: {text}"


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {"not a template"}


def _texts(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _id(message: Message) -> str:
    return _texts(message.id)[0]


def _name(message: Message) -> str:
    return f"{message.context}: {_id(message)}" if message.context else _id(message)
