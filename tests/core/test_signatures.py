"""Signatures as what people see, and languages as what a service offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.languages import is_tag, language_tag, same_language
from sharedbox_cli.core.signatures import html_of, is_html, same_signature, signature_words, text_of

LINK = '<a href="https://contoso.example/a">here</a>'


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Kind regards\nPress", "<div>Kind regards</div><div>Press</div>", True),
        ("Kind regards\nPress", "<div>Kind regards<br>Press</div>", True),
        ("Press <press@contoso.example>", "<div>Press &lt;press@contoso.example&gt;</div>", True),
        ("A & B", "<p>A &amp; B</p>", True),
        ("Press", "<div dir='ltr'><b style='color:red'>Press</b></div>", True),
        ("Press", "<div>Press<script>x()</script><style>p{}</style></div>", True),
        ("Kind regards\nPress", "<div>Kind regards Press</div>", False),
        (LINK, LINK.replace("<a ", '<a target="_blank" rel="x" '), True),
        (LINK, LINK.replace("/a", "/b", 1), False),
        (LINK, "<div>here</div>", False),
        ("press@contoso.example", '<a href="mailto:press@contoso.example">press@contoso.example</a>', True),
        ("contoso.example", '<a href="https://contoso.example/">contoso.example</a>', True),
        ('<a href="javascript:x()">here</a>', "<a>here</a>", True),
        ('<img src="https://x.example/a.png">', '<img src="https://x.example/b.png">', False),
        ('<img src="https://x.example/a.png">', "", False),
        ("", "<div><br></div>", True),
    ],
)
def test_signatures_are_the_same_if_people_see_the_same(one: str, other: str, is_same: bool) -> None:
    assert same_signature(one, other) is same_signature(other, one) is is_same


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div dir='ltr'>Kind regards<div>Press &amp; <i></i></div></div>", None),
        ("<div dir='ltr'>Kind regards<div>Press &amp; PR</div></div>", "Kind regards\nPress & PR"),
        ("Press &lt;b&gt;", "<div>Press &lt;b&gt;</div>"),
        ("Press\r\n&amp; PR", "Press & PR"),
        (LINK, None),
        ("<div style='color:red'>x</div>", None),
        ("", ""),
    ],
)
def test_signature_without_form_is_written_as_text(html: str, text: str | None) -> None:
    assert text_of(html) == (html if text is None else text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]) | st.just("\n"), max_size=60))
def test_what_is_written_is_read_back_as_the_same(text: str) -> None:
    assert same_signature(text, html_of(text))
    assert same_signature(text, text_of(html_of(text)))
    assert same_signature(text_of(text), text_of(html_of(text_of(text))))


def test_text_with_addresses_is_no_html() -> None:
    assert not is_html("Anna <anna@contoso.example> <https://x.example> 1 < 2 > 0 <3")
    assert is_html("x<BR/>y")
    assert html_of("a < b\n& c") == "<div>a &lt; b<br>&amp; c</div>"


def test_words_are_one_line() -> None:
    assert signature_words(f"<p>Press</p><p>{LINK}</p>") == "Press / here [https://contoso.example/a]"
    assert signature_words("") == "none"
    assert len(signature_words("x" * 5000)) < 120


@pytest.mark.parametrize(
    ("desired", "observed", "is_same"),
    [
        ("de", "de", True),
        ("de-AT", "de", True),
        ("DE-at", "de-CH", True),
        ("en-AU", "en-GB", True),
        ("en-AU", "en", True),
        ("en-US", "en", True),
        ("en-US", "en-GB", False),
        ("en", "en-GB", False),
        ("en-GB", "en", False),
        ("pt", "pt-BR", True),
        ("pt-PT", "pt-BR", False),
        ("zh-Hant", "zh-TW", True),
        ("zh-Hant", "zh-CN", False),
        ("nb", "no", True),
        ("nb-NO", "no", True),
        ("he", "iw", True),
        ("de", "nl", False),
        ("de", "", False),
    ],
)
def test_near_variant_is_the_language_unless_both_are_offered(desired: str, observed: str, is_same: bool) -> None:
    assert same_language(desired, observed) is is_same


def test_tags_have_one_spelling() -> None:
    assert [*map(language_tag, ("DE-at", "ZH-hant-tw", "es-419"))] == ["de-AT", "zh-Hant-TW", "es-419"]
    assert [*map(is_tag, ("de", "de_AT", "german", "", "d", "de-", "de-AT\n", "дe"))] == [True] + [False] * 7
