"""Texts use plain English: none of the phrases that the project decided to avoid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AVOIDED: dict[str, str] = {
    r"mends?\b|mending": "fix, hint",
    r"anew\b": "again",
    r"left alone|leaves? (it|them|this|that|others?) alone|leave alone": "not touched, skipped, not changed",
    r"(gone|goes|go|going) on\b": "continues",
    r"lets? (in|somebody|nobody|anybody|people|strangers?|outsiders?)\b|letting (in|somebody)|let(s|ting)? \w+ in\b": (
        "gives access"
    ),
    r"strangers?\b": "outsider, untrusted, independent",
    r"wish(es|ed)?\b": "desired, requested",
    r"by itself|by themselves|of its own\b|for itself|of their own accord": "automatically, separate, separately",
    r"but for\b": "except",
    r"as the specs? says?": "matches its spec",
    r"half a picture|whole truth|no whole answer": "incomplete data, authoritative",
    r"is meant\b|is wanted\b|are wanted\b|are meant\b": "is intended, is desired",
    r"(stand|stands|stood) (in|on|at|here|there|beside|for|where|before|above|below|first|last|alone|behind)\b": (
        "is, appears"
    ),
    r"\b(is|are|was|be|been) told\b|tells?\b(?! apart)|told\b": "reports, shows, lists",
    r"takes? away|took away|taken away|taking away": "removes",
    r"switch(ed|es|ing)? (off|on)\b": "disable, enable",
    r"shuts? out|shut out": "has no access",
    r"beside\b": "next to",
    r"likewise\b": "same",
    r"no more than|no more\b": "at most",
    r"in passing|in doubt|at once in\b": "transient, if unsure",
    r"with nobody": "without members",
    r"cannot be had": "is not an accepted domain",
    r"one an?\b (line|host|mailbox|trustee|row|request|change|cell)|once an?\b (mailbox|group|host|run|tenant)|"
    r"a (line|row|file|folder|call|change|thread|document|function|test|case|connection) a\b": "per",
    r"unheld|laid over|lays? over|buried|diary|wherefrom|thereof|whereof|hence\b|thus\b": "a plain noun or verb",
    r"somewhat|moreover|furthermore|notwithstanding": "leave it out",
    r"by now\b": "now, already",
    r"another \w+ than\b": "a different … from, other than",
    r"(spec|specs) (cannot|can|could) say\b|no spec can say\b": "express",
    r"not read, as\b": "not read, because",
    r"(?<!there )is no (list|mapping|object|person|right|text|number|member|group|mailbox|address|time)\b": "is not a",
    r"!(?=\")": "no exclamation marks",
}
"""What to avoid, and what to write instead."""
PATTERN = re.compile("|".join(rf"\b(?:{phrase})" for phrase in AVOIDED), re.IGNORECASE)
ALLOWED: dict[str, tuple[tuple[str, str], ...]] = {"CHANGELOG.md": (("`mend` is now `hint`", "names the old key"),)}
"""Per file: a text that contains an avoided phrase, and why it may."""
SUFFIXES = {".py", ".md", ".yaml", ".json"}


def texts() -> list[Path]:
    folders = [ROOT / name for name in ("sharedbox_cli", "docs", "specs", "examples", "bench")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in SUFFIXES]
    files += [*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    return sorted(path for path in files if path.name != "exchange_cmdlets.json" and "__pycache__" not in path.parts)


def problems(path: Path) -> list[str]:
    """Return the lines of a file with an avoided phrase."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    for allowed, _ in ALLOWED.get(name, ()):
        text = text.replace(allowed, "")
    return [
        f"{name}:{number}: {found[0]!r}"
        for number, line in enumerate(text.splitlines(), 1)
        for found in PATTERN.finditer(line)
    ]


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_text_avoids_the_phrases(path: Path) -> None:
    assert problems(path) == []


def test_phrases_are_detected() -> None:
    assert len(texts()) > 300
    assert PATTERN.search("Tells how to mend it.") is not None
    assert PATTERN.search("Shows how to fix it.") is None
