"""The bugs to plant fit the code as it is, so that `python -m tests.planted_bugs` can be run at any time."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from tests.asked import each
from tests.planted_bugs import BUGS, PACKAGE, ROOT, Bug, CodeIsGone, Edit, plant, planted_source

SOURCE = "class Lock:\n    def take(self):\n        return wait() and hold()\n\ndef take():\n    return 1\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_bugs_are_twenty() -> None:
    assert len(BUGS) == len({bug.name for bug in BUGS}) == 20


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_fits_the_code(copy: Path, bug: Bug) -> None:
    before = plant(copy, bug)
    assert before
    for path, text in each(before.items()):
        assert path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_bug_names_tests_that_exist(bug: Bug) -> None:
    assert bug.tests
    for test in each(bug.tests):
        file, _, name = test.partition("::")
        assert (ROOT / file).exists()
        assert not name or name in {
            node.name
            for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef)
        }


def test_edit_changes_the_named_function_alone() -> None:
    planted = planted_source(SOURCE, Edit("Lock.take", r"wait\(\) and ", ""))
    assert planted == SOURCE.replace("wait() and ", "")
    assert planted_source(SOURCE, Edit("Lock.give", "x", "y")) is None


@pytest.mark.parametrize("pattern", ["nowhere", r"\(\)"])
def test_edit_of_code_that_is_gone_is_refused(pattern: str) -> None:
    with pytest.raises(CodeIsGone, match=r"fits \d times"):
        planted_source(SOURCE, Edit("Lock.take", pattern, ""))
