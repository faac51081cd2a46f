"""Error messages: what happened, where, why and how to fix it."""

from __future__ import annotations

import os
import shlex
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from sharedbox_cli.core.errors import GuardRefused, Problem, Refusal, SharedboxError, SpecError
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.reports.safe import one_line
from sharedbox_cli.reports.safe import terminal as safe

CHANGED = "The specs are changed. To apply them:"
AGAIN = "{command}"
"""In a hint: the command line as it was typed, so that a pasted hint works on the same specs."""


def typed(arguments: Sequence[str]) -> str:
    """Return a command line as a person would type it again."""
    return shlex.join(("sharedbox", *arguments))


def error_words(error: SharedboxError, command: str = "sharedbox plan") -> str:
    """Return the message of an error: all problems of a run together, the most important last.

    Hints that repeat the command start with `command`, or with the command that continues.
    """
    if not error.again:
        return _error_words(error, command)
    return f"{_error_words(error, error.again)}\n\n{CHANGED}\n    {safe(error.again)}"


def _error_words(error: SharedboxError, command: str) -> str:
    if isinstance(error, SpecError):
        return "\n\n".join(problem_words(error.problems, "error"))
    if isinstance(error, GuardRefused):
        by_guard = groupby(sorted(error.refusals, key=_order_of(error.refusals)), key=_guard_of)
        closing = "Nothing was written to a cloud." if error.again else "Nothing was written."
        return "\n\n".join([*(_refusal_words([*same], command) for _, same in by_guard), closing])
    lines = [f"error: {safe(error.summary)}"]
    lines += [f"  {shown}" for shown in (one_line(error.where), safe(error.why)) if shown]
    if error.hint:
        lines += [f"  {safe(line)}" for line in error.hint.replace(AGAIN, command).split("\n")]
    return "\n".join(lines)


def problem_words(problems: Iterable[Problem], level: str) -> Iterator[str]:
    """Yield one paragraph per kind of problem, each with all its places."""
    ordered = sorted(problems, key=lambda item: (item.summary, item.place))
    for summary, same in groupby(ordered, key=lambda item: item.summary):
        lines = [f"{level}: {safe(summary)}"]
        for item in same:
            words = " ".join(part for part in (item.why, item.hint) if part)
            lines.append(f"  {one_line(str(item.place))}   {safe(words)}")
            if item.also.file:
                lines.append(f"  {one_line(str(item.also))}   the other one")
        yield "\n".join(lines)


def left_out_words(failures: Mapping[Platform, SharedboxError]) -> Iterator[str]:
    """Yield the platforms that could not be read and why: each reason once, with all its platforms."""
    platforms_of: dict[str, list[str]] = {}
    for platform, error in failures.items():
        platforms_of.setdefault(error_words(error), []).append(str(platform))
    for words, platforms in platforms_of.items():
        verb = "is" if len(platforms) == 1 else "are"
        yield words
        yield f"  {' and '.join(platforms)} {verb} left out: not part of this report, and not changed."


def unread_words(unread: Iterable[tuple[Platform, Unread]]) -> Iterator[str]:
    """Yield the objects that could not be read: each reason once, with all its objects."""
    names_of: dict[tuple[str, ...], list[str]] = {}
    for platform, item in unread:
        reason = (item.summary, item.where.replace(item.name, "…"), item.why.replace(item.name, "…"), item.hint)
        what = f"not checked: {item.name}" if item.kind == "check" else f"not read: {item.kind} {item.name}"
        names_of.setdefault(reason, []).append(f"{what} ({platform})")
    for (summary, where, why, hint), names in names_of.items():
        lines = [f"warning: {safe(name)}" for name in names]
        lines += [f"  {safe(part)}" for part in (summary, where, why, hint) if part]
        verb = "It is" if len(names) == 1 else "They are"
        lines.append(f"  {verb} left out: not covered by this report, and not changed.")
        yield "\n".join(lines)


def _guard_of(refusal: Refusal) -> tuple[str, bool]:
    """Return what refusals have in common that are shown together: the guard, and whether it can be waived."""
    return refusal.guard, bool(refusal.waiver)


def _order_of(refusals: Sequence[Refusal]) -> Callable[[Refusal], int]:
    """Return a sort key that brings the refusals of a guard together, at the place of the first one."""
    first: dict[tuple[str, bool], int] = {}
    for refusal in refusals:
        first.setdefault(_guard_of(refusal), len(first))
    return lambda refusal: first[_guard_of(refusal)]


def _refusal_words(refusals: Sequence[Refusal], command: str) -> str:
    """Return one paragraph about refusals of one guard, with one command that names all of them."""
    lines = [f"refused: guard {refusals[0].guard}", *(f"  {safe(refusal.why)}" for refusal in refusals)]
    waivers = dict.fromkeys(refusal.waiver for refusal in refusals if refusal.waiver)
    if waivers:
        allowed = " ".join(f"--allow {shlex.quote(safe(waiver))}" for waiver in waivers)
        what = "it" if len(waivers) == 1 else "each"
        lines += [f"  If this is intended, review the plan and name {what}:", f"      {safe(command)} {allowed}"]
    else:
        lines.append("  This cannot be waived.")
    return "\n".join(lines)


def crash_words(error: BaseException) -> str:
    """Return what to print for a bug. The traceback (functions and lines, no values) goes to a file."""
    words = f"error: {type(error).__name__}\n  This is a bug in {_faulty_part(error)}."
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


def _faulty_part(error: BaseException) -> str:
    """Return whether the code of a provider plug-in from another package raised an error, or ours."""
    from sharedbox_cli.providers.registry import installed_plugins

    own = __name__.partition(".")[0]
    plugins = installed_plugins().by_name.values()
    parts = {type(plugin).__module__.partition(".")[0]: f"the provider plug-in `{plugin.name}`" for plugin in plugins}
    parts[own] = "sharedbox"
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    packages = [str(frame.f_globals.get("__name__")).partition(".")[0] for frame in reversed(frames)]
    return next((parts[package] for package in packages if package in parts), parts[own])


def _frames(error: BaseException) -> list[str]:
    # The message of an exception of a library can quote a request, so only its type and places are stored.
    lines = [type(error).__qualname__]
    lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    cause = error.__cause__ or error.__context__
    return lines + (["caused by", *_frames(cause)] if cause else [])
