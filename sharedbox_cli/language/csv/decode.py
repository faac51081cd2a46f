"""The text of a CSV file, in whichever encoding spreadsheets and scripts save it."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.file_text import position

MAX_CSV_BYTES = 16 * 1024 * 1024
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 with byte order mark"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "a workbook (.xlsx) or another ZIP file"),
    (b"\xd0\xcf\x11\xe0", "a workbook (.xls)"),
    (b"%PDF", "a PDF file"),
    (b"version https://git-lfs", "a Git LFS pointer"),
    (b"\x1f\x8b", "a compressed file"),
)
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_SAMPLE = 4096


def read_csv_bytes(path: Path) -> bytes:
    """Return the content of a regular file of bounded size. Raises SpecError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _unreadable(path, "not a file", "It is a folder, a pipe or a device.")
        with path.open("rb") as file:
            raw = file.read(MAX_CSV_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "The system refuses it"
        raise _unreadable(path, "cannot be read", f"{why}.") from error
    if len(raw) > MAX_CSV_BYTES:
        why = f"A CSV file has at most {MAX_CSV_BYTES // 1024**2} MiB."
        raise _unreadable(path, "too large", why, "Split it, and name each part with `--csv`.")
    return raw


def decoded(raw: bytes, path: Path) -> tuple[str, str]:
    """Return the text of a file, and its encoding in words. Raises SpecError."""
    for start, what in _OTHER_FILES:
        if raw.startswith(start):
            raise _unreadable(path, "not a CSV file", f"It is {what}.", "Save the table as CSV.")
    codec, words = _encoding(raw)
    if codec == "cp1252":
        _refuse_mixed(raw, path)
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(codec, errors="replace")
        why = f"The byte at offset {error.start} is not {words}."
        raise _unreadable(path, "unknown encoding", why, "Save it as UTF-8.", position(before, len(before))) from error
    if text.lstrip()[:64].lower().startswith(("<!doctype", "<html", "<?xml")):
        why = "It looks like a web page. A download may have returned a sign-in page."
        raise _unreadable(path, "not a CSV file", why, "Download it again.", (1, 1))
    return text, words


def _encoding(raw: bytes) -> tuple[str, str]:
    """Return the codec of a file, and its name. A file without a mark is UTF-8 if it can be."""
    for mark, codec, words in _MARKS:
        if raw.startswith(mark):
            return codec, words
    sample = raw[:_SAMPLE]
    half = len(sample) // 2
    if half and len(raw) % 2 == 0:
        for codec, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            if zeros.count(0) > 0.6 * half and 3 * sample.count(0) < 2 * len(sample):
                return codec, "UTF-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", "Windows-1252"
    return "utf-8", "UTF-8"


def _refuse_mixed(raw: bytes, path: Path) -> None:
    """Raise SpecError for UTF-8 with a wrong byte: as Windows-1252, each letter that is not ASCII would be two."""
    letters = _UTF8_LETTER.findall(raw)
    others = len(_HIGH_BYTE.findall(raw)) - sum(map(len, letters))
    if len(letters) <= others:
        return
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        why = f"Most of the file is UTF-8, and the byte 0x{raw[error.start]:02X} is not."
        place = position(before, len(before))
        raise _unreadable(path, "two encodings in one file", why, "Save it as UTF-8.", place) from error


def _unreadable(path: Path, summary: str, why: str, hint: str = "", place: tuple[int, int] = (0, 0)) -> SpecError:
    return SpecError([Problem(Place(str(path), *place), summary, why, hint)])
