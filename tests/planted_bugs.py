"""The tests are tested: plant twenty bugs, one at a time, and see that a test turns red for each.

    python -m tests.planted_bugs            # all of them; exit code 1 if one survives
    python -m tests.planted_bugs retry lock # those whose name has one of these words

Each bug is planted in a copy of the repository, in a function found by its name. A bug whose code is no longer there
stops the script: rewrite it for the new code, do not drop it. Only the tests that should notice are run, so this also
says where each rule is guarded. Tests marked `slow` are left out: `make test` must notice. docs/reliability.md has the
rules.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "sharedbox_cli"
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist", "build", "emulated-tenants")
TESTS_FAILED = 1
"""Exit code of pytest where tests ran and some failed; a selection that is empty or broken has another one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One text within one function or class, as a pattern that must fit exactly once, and what takes its place."""

    where: str
    """`function`, `Class.method` or `Class`."""
    pattern: str
    planted: str
    under: str = ""
    """Part of the file's path, where several functions have one name."""


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake that somebody could make, and the tests that must notice."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def _bug(name: str, where: str, pattern: str, planted: str, *tests: str, under: str = "") -> Bug:
    return Bug(name, (Edit(where, pattern, planted, under),), tests)


TRANSPORT, SAFE_WRITE = "tests/providers/test_transport.py", "tests/providers/test_safe_write.py"
GUARDS, M365_FAULTS = "tests/core/test_guards.py", "tests/providers/test_m365_observe_faults.py"
BUGS = (
    _bug(
        "a write of unknown effect is repeated blindly",
        "Policy.call",
        r"isinstance\(error, Ambiguous\) and is_write",
        "False",
        TRANSPORT,
    ),
    _bug(
        "what cannot be read is empty",
        "UnreadLog.successes",
        r"self\.add_mailbox\(mailboxes\[key\], result\)",
        "found[key] = []",
        "tests/cli/test_not_read.py::test_plan_and_apply_leave_it_alone",
    ),
    _bug(
        "the second page is dropped",
        "Graph._pages",
        r"link = pages\.next\(data\)",
        'link = ""',
        "tests/providers/test_m365_graph_pages.py",
    ),
    _bug("revocations go first", "Phase", r"REVOKE = 7", "REVOKE = 0", "tests/core/test_properties.py"),
    _bug(
        "the journal is not synced to the disk",
        "_settings",
        r"synchronous = \{[^}]*\}",
        "synchronous = off",
        "tests/engine/test_storage.py",
        under="engine",
    ),
    _bug("a share of nothing passes the guard", "mass_revocation", r" or base == 0\b", "", GUARDS),
    _bug(
        "a saved plan overwrites what moved since",
        "_compare",
        r"saved\.fingerprints\[address\] != fingerprint",
        "False",
        "tests/cli/test_google_job.py::test_plan_when_the_cloud_moved_then_it_is_stale",
        under="cli/apply",
    ),
    _bug("a link to another host is followed", "Pages.next", r"_origin\(link\) != self\._origin", "False", TRANSPORT),
    _bug(
        "access ends at midnight of the machine's time zone",
        "end_of_day",
        r"datetime\(day\.year, day\.month, day\.day, tzinfo=UTC\)",
        "datetime(day.year, day.month, day.day).astimezone()",
        "tests/core/test_model.py",
    ),
    _bug("one look without the effect is proof", "settle_patiently", r" and last is \w+\.ABSENT", "", SAFE_WRITE),
    _bug("a reading that failed says absent", "settle", r"return Effect\.UNCLEAR", "return Effect.ABSENT", SAFE_WRITE),
    _bug("a proxy's page is an answer", "body_of", r'"json" not in kind', "False", TRANSPORT),
    _bug(
        "a field that was left out has a default",
        "_value",
        r"raise ObserveError\(where=f\"\{where\} · \{missing\[0\]\}\"[^\n]*\)",
        'return ""',
        "tests/providers/test_microsoft365.py::test_field_when_left_out_then_it_is_an_error_and_never_the_default",
        under="providers/columns",
    ),
    _bug(
        "the second answer with one id wins",
        "matched",
        r" or key in results",
        "",
        f"{M365_FAULTS}::test_batch_with_a_foreign_or_doubled_answer_is_an_error",
        under="exchange_answers",
    ),
    _bug(
        "a denial is a grant",
        "_grants",
        r"raw\.is_deny or ",
        "",
        "tests/providers/test_microsoft365.py::test_observe_when_messes_of_grown_tenants_then_each_is_understood",
        under="microsoft365/observe/tenant",
    ),
    _bug(
        "rights that nobody understands are revoked",
        "_is_revocable",
        r"grant\.right is not Right\.OTHER and ",
        "",
        "tests/core/test_diff.py",
    ),
    _bug("the lock is always free", "_try_lock", r"fcntl\.flock\([^\n]*\)", "pass", "tests/engine/test_lock.py"),
    Bug(
        "the intent is written after the request",
        (
            Edit("Runner._one", r"request = self\._journal\.intend\([^\n]*\)", "request = str(number)"),
            Edit(
                "Runner._one",
                r"outcome = (\w+\(self\._send\(change, request\)\))",
                r"outcome = \1; self._journal.intend(self._run, number, change)",
            ),
        ),
        ("tests/engine/test_run.py",),
    ),
    _bug(
        "a waiver passes more than its number",
        "Waivers.passes",
        r"self\.numbers\.get\(name, -1\) >= number",
        "name in self.numbers",
        GUARDS,
    ),
    _bug(
        "a saved plan is good twice",
        "Journal.is_plan_used",
        r"return bool\(self\._read\([^\n]*\)\)",
        "return False",
        "tests/cli/test_google_job.py::test_plan_when_saved_then_it_applies_once",
    ),
)


class CodeIsGone(Exception):
    """The text that a bug changes is not where it was, or stands there twice."""


def planted_source(source: str, edit: Edit) -> str | None:
    """Return a file with the bug in it; None where the function is not in this file. Raises CodeIsGone."""
    nodes = [node for name, node in _named(ast.parse(source)) if name == edit.where]
    if not nodes:
        return None
    lines = source.splitlines(keepends=True)
    start, end = nodes[0].lineno - 1, nodes[0].end_lineno
    text = "".join(lines[start:end])
    changed, count = re.subn(edit.pattern, edit.planted, text)
    if len(nodes) != 1 or count != 1:
        raise CodeIsGone(f"`{edit.pattern}` fits {count} times in {len(nodes)} functions named {edit.where}")
    ast.parse("".join([*lines[:start], changed, *lines[end:]]))
    return "".join([*lines[:start], changed, *lines[end:]])


def _named(
    node: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + child.name, child
            yield from _named(child, f"{prefix}{child.name}.")


def plant(folder: Path, bug: Bug) -> dict[Path, str]:
    """Change the files of a copy; return what they were. Raises CodeIsGone."""
    before: dict[Path, str] = {}
    for edit in bug.edits:
        found: dict[Path, str] = {}
        for path in sorted((folder / PACKAGE).rglob("*.py")):
            if f"{PACKAGE}/emulator/" in path.as_posix() or edit.under not in path.as_posix():
                continue
            text = path.read_text(encoding="utf-8")
            if edit.where.rpartition(".")[2] not in text:
                continue
            if (changed := planted_source(text, edit)) is not None:
                found[path] = changed
                before.setdefault(path, text)
        if len(found) != 1:
            raise CodeIsGone(f"{edit.where} is in {len(found)} files")
        for path, changed in found.items():
            path.write_text(changed, encoding="utf-8")
    return before


def run_tests(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run some tests of a copy until one fails."""
    options = ("-q", "-x", "--no-header", "--tb=no", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:randomly")
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def survivors(folder: Path, bugs: tuple[Bug, ...]) -> list[str]:
    """Return the bugs that no test noticed; print one line per bug."""
    alive = []
    for bug in bugs:
        before = plant(folder, bug)
        done = run_tests(folder, bug.tests)
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
        red = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        is_noticed = done.returncode == TESTS_FAILED and red is not None
        if not is_noticed:
            alive.append(bug.name)
        print(f"{'red     ' if is_noticed else 'SURVIVED'}  {bug.name}: {red[1] if red else done.stdout[-300:]}")  # noqa: T201
    return alive


def main(words: list[str]) -> int:
    """Plant the bugs whose names have one of the words, or all."""
    bugs = tuple(bug for bug in BUGS if not words or any(word in bug.name for word in words))
    if not bugs:
        print("No bug has such a name.", file=sys.stderr)  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory(prefix="sharedbox-planted-") as name:
        folder = Path(name) / "copy"
        shutil.copytree(ROOT, folder, ignore=_LEFT_OUT)
        unplanted = run_tests(folder, tuple(sorted({test for bug in bugs for test in bug.tests})))
        if unplanted.returncode:
            print(f"The tests fail without any bug:\n{unplanted.stdout[-2000:]}", file=sys.stderr)  # noqa: T201
            return 1
        alive = survivors(folder, bugs)
    print(f"{len(bugs) - len(alive)} of {len(bugs)} bugs were noticed.")  # noqa: T201
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
