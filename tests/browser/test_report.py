"""The HTML report in Chromium: searched, opened by hash, accessible, valid, and inert with hostile names."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.reports.formats.html import render
from tests.asked import each
from tests.browser.chromium import MARK
from tests.conftest import Cli, Cloud, CloudMaker
from tests.reports.test_html import HOSTILE, html_of, report_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("tests.cli.conftest",)
NODE = Path(os.environ.get(MARK, "."))
Open = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return what opens a report in a new context. An error of the script or of the policy fails the test."""
    contexts, complaints = [], []

    def make(text: str, fragment: str = "", *, is_damaged: bool = False, **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(text, "utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on(
            "request", lambda request: complaints.extend({request.url} - {page.url.partition("#")[0], file.as_uri()})
        )
        page.goto(f"{file.as_uri()}{fragment}")
        if not is_damaged and options.get("java_script_enabled", True) and 'id="search"' in text:
            page.wait_for_selector("#search:not([hidden])")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def audit(both: Cloud, cli: Cli) -> str:
    """Return the report of the demo's company on both clouds."""
    return cli("audit", "-o", "html").out


def column(page: Page, number: int) -> list[str]:
    texts: list[str] = page.locator(f"#result tbody tr > :nth-child({number})").all_inner_texts()
    return texts


def hits(page: Page) -> str:
    return str(page.locator("#hits").inner_text())


def test_search_finds_by_person_mailbox_right_and_risk(audit: str, opened: Open) -> None:
    page = opened(audit)
    total = hits(page).rpartition(" ")[2]
    for field, text, place, found in each(
        [
            ("#f-holder", "HUGO", 2, {"Hugo Left hugo@contoso.example"}),
            ("#f-mailbox", "events", 1, {"events@contoso.example google-collaborative"}),
            ("#f-any", "ines costa", 2, {"In\u00eas Costa ines@contoso.example"}),
        ]
    ):
        page.fill(field, text)
        assert {" ".join(words.split()) for words in column(page, place)} == found
        page.fill(field, "")
    page.select_option("#f-risk", label="deleted accounts")
    assert hits(page) == f"1 line of {total}"
    page.click("#f-reset")
    page.select_option("#f-right", label="send as")
    assert all("send as" in words for words in each(column(page, 3)))
    page.fill("#f-any", "nobody at all")
    assert hits(page) == f"No line of {total} matches."
    assert page.locator("#hits").get_attribute("role") == "status"


def test_columns_sort_by_keyboard_in_both_directions(audit: str, opened: Open) -> None:
    page = opened(audit)
    button = page.locator("[data-sort=holder]")
    button.focus()
    page.keyboard.press("Enter")
    head = page.locator("th", has=button)
    first = column(page, 2)
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, 2) == list(reversed(first))
    assert page.locator("[aria-sort]").count() == 1


def test_link_of_an_answer_sets_the_filter(audit: str, opened: Open) -> None:
    page = opened(audit)
    page.click("#q-disabled a[data-risk]")
    assert {words.splitlines()[0] for words in each(column(page, 2))} == {"Hugo Left hugo@contoso.example"}


def test_matrix_has_people_and_mailboxes(audit: str, opened: Open) -> None:
    page = opened(audit)
    page.fill("#f-holder", "hugo")
    page.click("#f-matrix")
    table = page.locator("#matrix table")
    assert table.locator("tbody th[scope=row]").count() == 1
    assert table.locator("thead th[scope=col]").count() == 4
    assert table.locator("tbody td").all_inner_texts() == ["F", "F", "F S"]


def test_page_of_a_person_opens_by_its_address(
    cloud_of: CloudMaker, cli: Cli, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_of(lambda tenant: grown(tenant, 40, 4, 1))
    monkeypatch.setattr(render, "MOST_PERSON_LINES", 3)
    page = opened(cli("audit", "-o", "html").out, "#p1")
    page.wait_for_selector("#p1 tbody tr")
    assert page.locator("#p1 h3").evaluate("node => node === document.activeElement")
    assert page.locator("#p1 thead th").all_inner_texts() == ["mailbox", "may", "through", "note"]
    first = page.locator("#p1 tbody a").first
    first.click()
    mailbox = page.evaluate("location.hash")
    assert mailbox.startswith("#m")
    assert page.locator(f"{mailbox} a[href='#p1']").count() == 1
    assert page.locator("#next").is_enabled()
    page.click("#next")
    assert page.locator("#where").inner_text().startswith("Page 2 of ")


def test_page_that_is_chosen_is_on_the_screen(
    cloud_of: CloudMaker, cli: Cli, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_of(lambda tenant: grown(tenant, 600, 6, 1))
    monkeypatch.setattr(render, "MOST_PERSON_LINES", 3)
    page = opened(cli("audit", "-o", "html").out, viewport={"width": 1400, "height": 900})
    for cell in (2, 1):  # a person, far below parts of which the height is only estimated; a mailbox
        page.evaluate("scrollTo(0, 0)")
        page.click(f"#result tbody tr:nth-child(20) > :nth-child({cell}) a")
        page.wait_for_function("document.activeElement.matches(`${location.hash} h3`)")
        page.wait_for_timeout(500)
        box = page.locator(page.evaluate("location.hash")).bounding_box()
        assert box and box["y"] >= 0, box
        assert box["y"] < 200 or box["y"] + box["height"] <= 900, box


def test_data_are_compared_with_their_hash(audit: str, opened: Open) -> None:
    assert opened(audit).locator("#verdict").inner_text().endswith("match it.")
    page = opened(audit)
    page.wait_for_selector("#verdict:not(:empty)")
    shown = page.locator("#sha256").inner_text()
    other = opened(audit.replace(shown, "0" * 64))
    assert "do not match" in other.locator("#verdict").inner_text()


def test_damaged_data_are_no_riddle(audit: str, opened: Open) -> None:
    start = audit.index('id="data">') + 200
    page = opened(audit[:start] + audit[start + 40 :], is_damaged=True)
    page.wait_for_selector("#verdict:not(:empty)")
    assert "do not match" in page.locator("#verdict").inner_text()
    assert "damaged" in page.locator("#without-script").inner_text()
    assert page.locator("#m0 tbody tr").count() > 0


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_hostile_name_is_inert(name: str, opened: Open) -> None:
    page = opened(html_of(report_of(name)), "#p0")
    page.click("#f-matrix")
    assert page.locator("script").count() == 2
    assert page.locator("img, iframe, object, embed, form, [onclick], [onerror], [style]").count() == 0
    assert page.evaluate("document.querySelectorAll('#matrix tbody th').length") > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("command", [("audit",), ("check", "--whole-tenant"), ("explain", "microsoft365")], ids=str)
def test_axe_has_no_complaint(
    both: Cloud, cli: Cli, opened: Open, command: tuple[str, ...], scheme: str, width: int
) -> None:
    page = opened(cli(*command, "-o", "html").out, color_scheme=scheme, viewport={"width": width, "height": 900})
    axe = (NODE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    page.evaluate(axe)
    run = "async () => (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes[0].html}`)"
    assert page.evaluate(run) == []
    if command[0] == "audit":
        page.click("#f-matrix")
        assert page.evaluate(run) == []


def test_without_script_everything_but_the_search_is_there(audit: str, opened: Open) -> None:
    page = opened(audit, java_script_enabled=False)
    assert page.locator("#without-script").is_visible()
    assert not page.locator("#search").is_visible()
    for identity in each(["overview", "questions", "findings", "mailboxes", "people"]):
        assert page.locator(f"#{identity}").is_visible()
    assert page.locator("#m0 tbody tr").count() > 0


def test_phone_needs_no_scrolling_to_the_side(audit: str, opened: Open) -> None:
    page = opened(audit, viewport={"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_html_validate_has_no_complaint(audit: str, cli: Cli, tmp_path: Path) -> None:
    for name, text in (
        ("audit", audit),
        ("hostile", html_of(report_of("</script><b>\u202e"))),
        ("explain", cli("explain", "-o", "html").out),
    ):
        (tmp_path / f"{name}.html").write_text(text, "utf-8")
    config = Path(__file__).parent / "htmlvalidate.json"
    command = ["node", str(NODE / "node_modules/html-validate/bin/html-validate.mjs"), "--config", str(config)]
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
