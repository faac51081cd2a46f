"""The HTML report: inert whatever names contain, complete, and the same each time."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.figures import Figures, MailboxFigures, Pool
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import LicencePool, Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.reports.document import Origin, Report, Tenant
from sharedbox_cli.reports.formats.html import render
from sharedbox_cli.reports.formats.html.payload import RIGHTS, RISKS
from sharedbox_cli.reports.safe import one_line
from sharedbox_cli.reports.views.page import Checked, PageInput, page_of
from tests.asked import each, every
from tests.reports.html_file import Element, data_of, parsed, raw_data
from tests.reports.test_safety import NAMES, VIEWS, reports

READ_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = (
    *NAMES,
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "{{ 7 * 7 }}{% raw %}",
    "${1}`",
    "x" * 5_000,
)
_TAGS = """
html head meta title style body a header div p h1 h2 h3 span bdi dl dt dd time code output strong ul li nav main section
figure figcaption svg desc g text rect line path details summary table caption thead tbody tr th td label input select
option button script footer
"""
_ATTRIBUTES = """
lang charset http-equiv content name id class href aria-label aria-labelledby aria-hidden aria-pressed aria-sort role
tabindex datetime scope rel hidden viewbox d x y x1 x2 y1 y2 width height rx text-anchor type value for autocomplete
spellcheck open
"""
TAGS, ATTRIBUTES = frozenset(_TAGS.split()), frozenset(_ATTRIBUTES.split())


def report_of(name: str, *, members: int = 2) -> Report:
    """Return an audit of one mailbox in which strangers chose every text."""
    people = {
        TrusteeId(f"t{place}"): Trustee(
            TrusteeId(f"t{place}"),
            TrusteeKind.USER,
            Address.of(f"{place}@contoso.example") if place % 2 else None,
            name,
            is_guest=place == 1,
        )
        for place in range(members)
    }
    group = Trustee(TrusteeId("g"), TrusteeKind.GROUP, None, name)
    address = Address.of("box@contoso.example")
    grants = frozenset(
        Grant(one, right, name if right is Right.OTHER else "")
        for one in (*people, group.id)
        for right in (Right.FULL_ACCESS, Right.OTHER)
    )
    entry = SpecialEntry(TrusteeId(name or "?"), name)
    mailbox = ObservedMailbox("b", address, MICROSOFT365, {Field.DISPLAY_NAME: name}, grants, (entry,))
    observed = Observed(
        "t",
        name,
        frozenset({MICROSOFT365}),
        frozenset({"contoso.example"}),
        READ_AT,
        {address: mailbox},
        {**people, group.id: group},
        members={group.id: frozenset(people)},
    )
    found = Finding("rule-one", Severity.WARNING, str(address), name, name, name, "javascript:alert(1)", name)
    findings = (replace(found, platform=str(MICROSOFT365)), replace(found, mailbox="", source="https://vendor.example"))
    figures = Figures(
        {(address.key, str(MICROSOFT365)): MailboxFigures(51 * 2**30, 50 * 2**30, 2, 1, (name,))},
        (Pool(name, 1, 2),),
        ((name, LicencePool(name, (name,), 2, 1)),),
        80,
    )
    content = PageInput(
        name,
        (mailbox,),
        tuple(access_rows({MICROSOFT365: observed})),
        Checked(findings, (name,), (), figures),
        name,
        notes=(name,),
    )
    origin = Origin(name, {str(MICROSOFT365): Tenant(name, name)}, READ_AT, unread=(("x", Unread("group", name)),))
    return Report("audit", {}, page=lambda: page_of(content), origin=origin)


def html_of(report: Report) -> str:
    return "".join(render.html_parts(report))


def assert_inert(file: Element) -> None:
    """Fail where something is in the file that the templates do not write."""
    elements = file.all()
    assert {item.tag for item in elements} <= TAGS
    names = {name for item in elements for name in item.attributes}
    assert not {name for name in names - ATTRIBUTES if not name.startswith("data-")}
    for script in each(file.all("script")):
        kind = script.attributes.get("type")
        assert (kind, script.text) in [
            (None, str(render._text("report.js"))),
            ("application/octet-stream", script.text),
        ]
    [style] = file.all("style")
    assert style.text == str(render._text("report.css"))
    links = [item.attributes["href"] for item in elements if "href" in item.attributes]
    assert every(re.fullmatch(r"#[a-z0-9-]+|https://.*", link) for link in links or ["#none"])


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_hostile_name_stays_text(name: str) -> None:
    text = html_of(report_of(name))
    assert text.isascii()
    file = parsed(text)
    assert_inert(file)
    shown = file.text
    assert one_line(name).strip() in shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]", shown)
    assert one_line(name) in data_of(file)["holders"][0]


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
@pytest.mark.parametrize("view", VIEWS)
def test_report_without_page_shows_its_sections(view: str, name: str) -> None:
    report = reports(name)[view]
    file = parsed(html_of(report))
    assert {item.tag for item in file.all()} <= TAGS
    assert not file.all("script")
    assert len(file.all("h2")) == sum(bool(section.heading) for section in report.sections)


def test_policy_allows_nothing_but_the_script_and_style_of_the_file() -> None:
    file = parsed(html_of(report_of("Anna")))
    first, second = file.all("meta")[:2]
    assert first.attributes == {"charset": "utf-8"}
    assert second.attributes["http-equiv"] == "Content-Security-Policy"
    policy = dict(part.strip().split(" ", 1) for part in second.attributes["content"].split(";"))
    [style], [script] = file.all("style"), [item for item in file.all("script") if not item.attributes]
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'{sha256(script.text)}'",
        "style-src": f"'{sha256(style.text)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_same_data_gives_the_same_bytes_and_the_hash_is_of_the_data() -> None:
    first, second = html_of(report_of("Anna")), html_of(report_of("Anna"))
    assert first == second
    file = parsed(first)
    assert file.one("sha256").text == hashlib.sha256(raw_data(file)).hexdigest()
    other = parsed(html_of(report_of("Ben")))
    assert other.one("sha256").text != file.one("sha256").text


def test_every_line_is_in_the_page_of_its_mailbox_and_its_person_and_in_the_data() -> None:
    report = report_of("Anna", members=9)
    assert report.page is not None
    page, file = report.page(), parsed(html_of(report))
    lines = data_of(file)["lines"]
    assert page.lines
    for place, line in each(enumerate(page.lines)):
        row = [one_line(line.may), one_line(line.via), " ".join(line.note.split(", "))]
        assert row in [cells[1:] for cells in file.one(f"m{line.mailbox}").rows()]
        assert row in [cells[1:] for cells in file.one(f"p{line.holder}").rows()]
        assert (lines["mailbox"][place], lines["holder"][place]) == (line.mailbox, line.holder)
        assert lines["may_texts"][lines["may"][place]] == line.may
        assert {right for bit, right in enumerate(RIGHTS) if lines["rights"][place] >> bit & 1} == line.rights
        assert {risk for bit, risk in enumerate(RISKS) if lines["risks"][place] >> bit & 1} == line.risks


def test_pages_of_people_are_left_to_the_script_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MOST_PERSON_LINES", 3)
    file = parsed(html_of(report_of("Anna", members=9)))
    assert file.one("m0").rows()
    assert not file.one("people").all("section")
    assert "JavaScript" in file.one("people").text
    assert len(data_of(file)["holders"]) > 3


def test_long_answer_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MOST_ANSWER_ROWS", 1)
    answer = parsed(html_of(report_of("Anna", members=9))).one("q-external")
    assert len(answer.rows()) == 1
    assert "The first 1 of" in answer.text


def test_report_names_what_was_not_read() -> None:
    gone = Unread("mailbox", "gone@contoso.example", "it could not be read", mailbox=Address.of("gone@contoso.example"))
    report = report_of("Anna")
    report = report.based_on(replace(report.origin, unread=((str(MICROSOFT365), gone),)))
    head = parsed(html_of(report)).all("header")[0].text
    assert "2 listed, 1 read, 1 not read" in " ".join(head.split())
    assert "gone@contoso.example" in head
    assert "This report is not complete" in head


def test_pictures_have_a_title_and_the_same_numbers_as_a_table() -> None:
    file = parsed(html_of(report_of("Anna")))
    figures = file.all("figure")
    assert {item.attributes["id"] for item in figures} == {
        *("c-findings", "c-access", "c-holders", "c-storage", "c-readers", "c-licences", "c-pool")
    }
    for figure in each(figures):
        [picture] = figure.all("svg")
        assert picture.attributes["role"] == "img"
        labels = picture.attributes["aria-labelledby"].split()
        assert [item.tag for item in picture.children[:2]] == ["title", "desc"]
        assert [item.attributes["id"] for item in picture.children[:2]] == labels
        assert len(figure.rows()) == len(picture.all("g"))
    assert file.one("c-storage").rows() == [["box@contoso.example", "51.0 GB", "50.0 GB", "102 %", "full"]]
    assert file.one("c-readers").rows() == [["box@contoso.example", "2", "more than recommended"]]
    assert file.one("c-licences").rows() == [["Anna", "2", "1", "1", "1", "0"]]


def test_empty_tenant_has_a_page() -> None:
    content = PageInput("Who can do what", (), (), Checked())
    file = parsed(html_of(Report("audit", {}, page=lambda: page_of(content), origin=Origin("p", {}, READ_AT))))
    assert "No shared mailbox was found." in file.text
    assert "Nobody has access." in file.text
    assert file.one("q-external").text.strip().endswith("Nobody from outside the organisation.")
