"""What cannot happen, when it does: a file for the developers, two lines for people."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path


def crash_words(error: BaseException) -> str:
    """Return what to tell; the traceback (names of functions and lines, no values) goes to a file."""
    words = f"error: {type(error).__name__}\n  This is a bug in sharedbox."
    if os.environ.get("SHAREDBOX_DEBUG"):
        return "\n".join([*_frames(error), words])
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="sharedbox-crash-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write("\n".join(_frames(error)) + "\n")
    except OSError:
        return words
    return f"{words} Please report it with the file {Path(file.name)}."


def _frames(error: BaseException) -> list[str]:
    # The message of a foreign exception may quote a request, so only its type and places are kept.
    lines = [type(error).__qualname__]
    lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    cause = error.__cause__ or error.__context__
    return lines + (["caused by", *_frames(cause)] if cause else [])
