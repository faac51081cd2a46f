"""Files made to hurt: refused by counters, fast and in little memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from sharedbox_cli.language import yaml_source
from sharedbox_cli.language.load import MAX_DOCUMENTS
from sharedbox_cli.language.yaml_source import read_documents


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 10)]
    return "\n".join(lines)


def _many_small_bombs() -> str:
    one = "a: &a [{}]\n".format(", ".join(["x"] * 400)) + "".join(f"b{number}: *a\n" for number in range(99))
    return "---\n".join([one] * 300)


def _aliases_in_depth() -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{level}: &a{level} [[[[[[[[[[*a{level - 1}]]]]]]]]]]" for level in range(1, 90)]
    return "\n".join(lines)


HURTFUL: dict[str, tuple[Callable[[], str], str]] = {
    "alias bomb": (_bomb, "too large"),
    "small bombs in many documents": (_many_small_bombs, "too large"),
    "aliases that nest": (_aliases_in_depth, "too deep"),
    "depth in brackets": (lambda: "a: " + "[" * 10_000 + "]" * 10_000, "too deep"),
    "depth in braces": (lambda: "{a: " * 10_000 + "}" * 10_000, "too deep"),
    "depth by indent": (lambda: "".join(f"{' ' * level}a:\n" for level in range(1_000)), "too deep"),
    "depth in dashes": (lambda: "- " * 10_000 + "x", "too deep"),
    "many aliases": (lambda: "a: &a x\nb: [" + ", ".join(["*a"] * 101) + "]", "too large"),
    "many values": (lambda: "a: [" + ", ".join(["x"] * 50_001) + "]", "too large"),
    "long value": (lambda: "a: " + "x" * (64 * 1024 + 1), "value is too long"),
    "long key": (lambda: '"' + "k" * 257 + '": x', "key is too long"),
    "digits and underscores": (lambda: "a: " + "1_" * 30_000 + "x", ""),
    "digits": (lambda: "a: " + "9" * 60_000, "ambiguous value"),
    "colons": (lambda: "a: " + "1:" * 30_000 + "x", ""),
}


@pytest.mark.parametrize("name", HURTFUL)
def test_hurtful_text_when_read_then_it_is_refused_in_a_second_and_little_memory(name: str) -> None:
    make, summary = HURTFUL[name]
    text = make()
    tracemalloc.start()
    began = time.process_time()
    documents, problems = read_documents(text, "a.yaml")
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if summary:
        assert summary in [problem.summary for problem in problems]
    else:
        assert len(documents) == 1
    assert spent < 3, "a second, and room for tracing"
    assert peak < 100 * 1024 * 1024


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("a: " + "[" * 19 + "]" * 19, True),
        ("a: " + "[" * 20 + "]" * 20, False),
        ("a: &a x\nb: [" + ", ".join(["*a"] * 100) + "]", True),
        ("a: &a x\nb: [" + ", ".join(["*a"] * 101) + "]", False),
        ("a: " + "x" * yaml_source.MAX_SCALAR_BYTES, True),
        ("a: " + "x" * (yaml_source.MAX_SCALAR_BYTES + 1), False),
        ("k" * yaml_source.MAX_KEY_BYTES + ": x", True),
        ("k" * (yaml_source.MAX_KEY_BYTES + 1) + ": x", False),
    ],
)
def test_limit_when_reached_then_it_holds_and_one_more_is_refused(text: str, is_read: bool) -> None:
    _, problems = read_documents(text, "a.yaml")
    assert (problems == []) is is_read


def test_documents_when_there_are_too_many_in_a_file_then_it_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from sharedbox_cli.language import load
    from tests.language.setting import desired, document, summaries, write

    assert MAX_DOCUMENTS == 5_000
    monkeypatch.setattr(load, "MAX_DOCUMENTS", 2)
    three = "---\n".join(document(f"box{number}@contoso.example") for number in range(3))
    two = "---\n".join(document(f"box{number}@contoso.example") for number in range(2))
    assert summaries(write(tmp_path_factory.mktemp("three"), {"a.yaml": three})) == ["too many documents"]
    assert desired(write(tmp_path_factory.mktemp("two"), {"a.yaml": two})).total == 2
