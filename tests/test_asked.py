"""No test passes because there was nothing to check: loops and `all` around assertions go through `tests.asked`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asked import each, every

TESTS = Path(__file__).parent
NEVER_EMPTY = ("range", "enumerate", "zip", "sorted", "items", "values", "keys")
"""Calls that are as empty as what they are given."""


def loops(function: ast.AST, around: tuple[ast.For, ...] = ()) -> Iterator[tuple[ast.stmt, tuple[ast.For, ...]]]:
    """Return the assertions of a function with the loops around each."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.Assert):
            yield node, around
        elif not isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from loops(node, (*around, node) if isinstance(node, ast.For) else around)


def has_items(node: ast.expr) -> bool:
    """Return whether an iterable is written out, a constant of the module, or proven not to be empty."""
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
            return bool(items)
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.Call(func=ast.Name(id="each")):
            return True
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in NEVER_EMPTY:
            return all(has_items(one) for one in arguments)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in NEVER_EMPTY:
            return has_items(value)
        case _:
            return False


def is_property(function: ast.FunctionDef) -> bool:
    """Return whether Hypothesis makes the examples: among many, some are empty."""
    return any("given" in ast.unparse(one) for one in function.decorator_list)


def silent(source: str) -> Iterator[int]:
    """Return the lines of assertions that are skipped, or hold, where there is nothing to check."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        if not function.name.startswith("test_") or is_property(function):
            continue
        for assertion, around in loops(function):
            calls = [node for node in ast.walk(assertion) if isinstance(node, ast.Call)]
            alls = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "all"]
            generated = [one.args[0] for one in alls if isinstance(one.args[0], ast.GeneratorExp)]
            if any(not has_items(one.generators[0].iter) for one in generated):
                yield assertion.lineno
            yield from (loop.lineno for loop in around if not has_items(loop.iter))


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda path: path.relative_to(TESTS).as_posix())
def test_assertions_in_loops_are_made(path: Path) -> None:
    lines = list(silent(path.read_text(encoding="utf-8")))
    assert not lines, f"{path}: lines {lines} pass without anything to check: use `each` or `every` of tests.asked"


def test_silent_loops_are_found() -> None:
    source = (
        "def test_it():\n    for one in found:\n        assert one\n"
        "    for one in each(found):\n        assert one\n    for one in (1, 2):\n        assert one\n"
        "    assert all(one for one in found)\n    assert all(one for one in ONES)\n"
    )
    assert list(silent(source)) == [2, 8]


def test_nothing_asked_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="nothing was asked"):
        each([])
    with pytest.raises(AssertionError, match="nothing was asked"):
        every([])
    assert each("ab") == ["a", "b"]
    assert every([1]) and not every([1, 0])
