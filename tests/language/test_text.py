"""What a reader cannot see in a text is told, and stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.text import text_problem, text_warnings
from tests.language.setting import document, write


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Supp\u200bort", "U+200B"),
        ("Supp\u00adort", "U+00AD"),
        ("Supp\u2060ort", "U+2060"),
        ("C\u043entoso", "Latin"),
        ("\u0440\u0430\u0443\u0440\u0430", "looks like Latin letters"),
        ("anna@c\u043entoso.example", "U+043E"),
    ],
)
def test_text_that_deceives_when_read_then_its_code_points_are_told(text: str, says: str) -> None:
    assert any(says in warning for warning in text_warnings(text))


@pytest.mark.parametrize(
    "text",
    [
        "Contoso Support",
        "Köln",
        "Поддержка Contoso",
        "支援センター",
        "Tシャツ",
        "Ελλάδα",
        "Ärger & Söhne",
        "サポート窓口2",
    ],
)
def test_text_in_any_script_when_honest_then_nothing_is_told(text: str) -> None:
    assert list(text_warnings(text)) == []
    assert text_problem(text) == ""


def test_deceiving_name_when_loaded_then_it_is_a_warning_at_its_place(tmp_path: Path) -> None:
    loaded = load_specs([write(tmp_path, {"a.yaml": document("a@contoso.example", "display_name: C\u043entoso")})])
    (warning,) = loaded.warnings
    assert (warning.place.line, warning.place.column) == (4, 15)
    assert len(loaded.documents) == 1
