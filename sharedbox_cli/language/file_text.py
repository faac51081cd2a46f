"""The text of one file: a regular file of bounded size, read completely, in UTF-8, and plausibly a spec."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.text import is_plain_ascii, refused_characters

MAX_FILE_BYTES = 1024 * 1024
_CHUNK = 16 * 1024

_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_CONFLICT_MARKERS = ("<<<<<<<", ">>>>>>>", "|||||||", "=======")
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7})( .*)?$|^={7}$", re.MULTILINE)


class Unreadable(Exception):
    """A file that cannot be read as a spec."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.summary)


def read_bytes(path: Path) -> bytes:
    """Return the content of a regular file of bounded size. Raises Unreadable."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            before = os.fstat(descriptor)
            raw = _limited(descriptor, before.st_size) if stat.S_ISREG(before.st_mode) else None
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        why = f"{error.strerror or 'The system refuses it'}. Without it, a plan could revoke access by mistake."
        raise _unreadable(path, "cannot be read", why) from error
    if raw is None:
        why = "It is a folder, a pipe or a device with the name of a spec."
        raise _unreadable(path, "not a file", why, "Give it another name.")
    if len(raw) > MAX_FILE_BYTES:
        why = f"A file of specs has at most {MAX_FILE_BYTES // 1024} KiB."
        raise _unreadable(path, "too large", why, "Split it, for example into one file per mailbox.")
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or len(raw) != after.st_size:
        raise _unreadable(
            path, "changed while it was read", "Another program is writing to it.", "Run the command again."
        )
    return raw


def _limited(descriptor: int, expected: int) -> bytes:
    """Return what a file holds, at most one byte more than the limit; `expected` is its size so far."""
    parts: list[bytes] = []
    left = MAX_FILE_BYTES + 1
    while left and (part := os.read(descriptor, min(left, max(expected + 1, _CHUNK)))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def decode(raw: bytes, path: Path) -> str:
    """Return the text of a file, without a byte order mark. Raises Unreadable."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            why = f"The file is {encoding} (byte order mark at offset 0)."
            raise _unreadable(path, "not UTF-8", why, "Save it as UTF-8.", (1, 1))
    if 0 in raw[:4]:
        why = f"The file looks like UTF-16 or UTF-32 (zero byte at offset {raw.index(0)})."
        raise _unreadable(path, "not UTF-8", why, "Save it as UTF-8.", (1, 1))
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        why = f"Byte 0x{raw[error.start]:02X} at offset {error.start} is not UTF-8; Latin-1 or a Windows code page?"
        place = position(before, len(before))
        raise _unreadable(path, "not UTF-8", why, "Save it as UTF-8.", place) from error


def refuse_other_things(text: str, path: Path) -> None:
    """Raise Unreadable for text that is no spec, or that holds invisible characters."""
    start = text.lstrip()[:64].lower()
    if start.startswith("version https://git-lfs"):
        why = "It is a Git LFS pointer."
        raise _unreadable(path, "not the file itself", why, "Fetch it: git lfs pull", (1, 1))
    if start.startswith(("<!doctype", "<html", "<?xml")):
        why = "It looks like a web page. A download may have returned a sign-in page."
        raise _unreadable(path, "not YAML", why, "Download it again.", (1, 1))
    if any(marker in text for marker in _CONFLICT_MARKERS):
        lines = text.replace("\r\n", "\n")
        conflict = _CONFLICT.search(lines)
        if conflict:
            line = lines.count("\n", 0, conflict.start()) + 1
            why = "This is a conflict marker of an unfinished Git merge."
            raise _unreadable(path, "merge conflict", why, "Finish the merge.", (line, 1))
    if is_plain_ascii(text):
        return
    for offset, what in refused_characters(text):
        why = f"{what[:1].upper()}{what[1:]}."
        hint = "Delete it. Such characters come with text that is copied from web pages and documents."
        raise _unreadable(path, "a character that must not be here", why, hint, position(text, offset))


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _unreadable(path: Path, summary: str, why: str, hint: str = "", place: tuple[int, int] = (0, 0)) -> Unreadable:
    return Unreadable(Problem(Place(str(path), *place), summary, why, hint))
