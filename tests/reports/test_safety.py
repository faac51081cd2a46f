"""Names from strangers, through every view and format: none breaks out."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest

from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, MICROSOFT365, Desired, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.plan import Note, Plan
from sharedbox_cli.emulator.names import HOSTILE_NAMES
from sharedbox_cli.reports.document import Case, Report
from sharedbox_cli.reports.formats import junit, markdown, sarif, text
from sharedbox_cli.reports.formats.data import to_csv, to_json
from sharedbox_cli.reports.safe import ci_line, csv_cell, html, one_line, terminal, xml
from sharedbox_cli.reports.views.access import access_report
from sharedbox_cli.reports.views.arrangement import Arrangement
from sharedbox_cli.reports.views.findings import findings_report
from sharedbox_cli.reports.views.plan import plan_report
from sharedbox_cli.reports.views.run import run_report
from tests.strategies import NOW

NAMES = (*HOSTILE_NAMES, "tab\there", "\u2028line", "nul\x00", "\x9b31m", "a\rb", "@SUM(A1)", "-1+1", "日本語")
BOX = Address.of("box@contoso.example")


def change(name: str) -> Change:
    party = Party(TrusteeId("id"), Right.FULL_ACCESS, Address.of("p@contoso.example"), name)
    return Change(Kind.GRANT, Phase.GRANT, BOX, MICROSOFT365, "id", party=party, why=name)


def rename(name: str) -> Change:
    return Change(
        Kind.UPDATE,
        Phase.SETTINGS,
        BOX,
        MICROSOFT365,
        "id",
        before={Field.DISPLAY_NAME: name},
        after={Field.DISPLAY_NAME: f"new {name}"},
    )


def finding(name: str) -> Finding:
    return Finding("rule-one", Severity.WARNING, str(BOX), name, name, name, "https://example.com", name)


def reports(name: str) -> dict[str, Report]:
    plan = Plan(
        NOW, "0", {MICROSOFT365: "t"}, Desired({}, "", 1), (change(name), rename(name)), notes=(Note(str(BOX), name),)
    )
    person = Trustee(TrusteeId("id"), TrusteeKind.USER, None, name)
    mailbox = ObservedMailbox("b", BOX, MICROSOFT365, grants=frozenset({Grant(TrusteeId("id"), Right.SEND_AS)}))
    observed = Observed(
        "t", "T", frozenset({MICROSOFT365}), frozenset(), NOW, mailboxes={BOX: mailbox}, trustees={person.id: person}
    )
    rows = tuple(access_rows({MICROSOFT365: observed}))
    return {
        "plan": plan_report(plan),
        "run": run_report(
            "r", [(change(name), Outcome(Status.FAILED, name)), (rename(name), Outcome(Status.DONE, name))], 3
        ),
        "findings": findings_report([finding(name)], [], 1),
        **{how: access_report(rows, how, [mailbox]) for how in Arrangement},
        **{f"both by {how}": both_clouds(name, observed, how) for how in Arrangement},
    }


def both_clouds(name: str, exchange: Observed, how: Arrangement) -> Report:
    """Return an audit in which strangers chose what a group, an outsider and an entry are called."""
    group = Trustee(TrusteeId("g"), TrusteeKind.GROUP, None, name)
    out = Trustee(TrusteeId("x"), TrusteeKind.USER, Address.of(f"{name}@partner.example"), is_guest=True)
    entry = SpecialEntry(TrusteeId(name or "?"), f"pending invitation of {name}")
    mailbox = ObservedMailbox(
        "b", BOX, GOOGLE_COLLABORATIVE, grants=frozenset({Grant(group.id, Right.MEMBER)}), special=(entry,)
    )
    google = replace(
        exchange,
        tenant_id="C",
        platforms=frozenset({GOOGLE_COLLABORATIVE}),
        mailboxes={BOX: mailbox},
        trustees={group.id: group, out.id: out},
        members={group.id: frozenset({out.id})},
    )
    rows = tuple(access_rows({MICROSOFT365: exchange, GOOGLE_COLLABORATIVE: google}))
    return access_report(rows, how, [*exchange.mailboxes.values(), mailbox], (name,))


VIEWS = sorted(reports("x"))


def test_run_says_what_is_missing_of_a_change_that_was_made() -> None:
    results = [(rename("x"), Outcome(Status.DONE, "it has no end")), (rename("y"), Outcome(Status.ALREADY_SO, "known"))]
    shown = " ".join(text.render(run_report("r", results, 0), width=200).split())
    assert "new x: it has no end" in shown and "known" not in shown


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("view", VIEWS)
def test_text_when_a_name_is_hostile_then_nothing_moves_colours_or_commands(view: str, name: str) -> None:
    shown = text.render(reports(name)[view], width=100)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]", shown)
    assert not re.search(r"^(::|##vso\[|##\[)", shown, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("view", VIEWS)
def test_csv_of_a_hostile_name_has_no_formula(view: str, name: str) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(reports(name)[view]), newline="")))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("view", VIEWS)
def test_markdown_when_a_name_is_hostile_then_it_stays_in_its_cell(view: str, name: str) -> None:
    shown = markdown.render(reports(name)[view])
    assert "<" not in shown
    assert "](" not in shown.replace("\\](", "")
    widths: dict[int, set[int]] = {}
    block = 0
    for line in shown.splitlines():
        if line.startswith("|"):
            widths.setdefault(block, set()).add(len(re.findall(r"(?<!\\)\|", line)))
        else:
            block += 1
    assert bool(widths) is (view != "findings"), "findings are a list, the others have tables"
    assert not [found for found in widths.values() if len(found) != 1]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("view", VIEWS)
def test_json_when_a_name_is_hostile_then_it_comes_back_as_it_is(view: str, name: str) -> None:
    shown = to_json(reports(name)[view])
    assert shown.isascii()
    assert name in json.dumps(json.loads(shown), ensure_ascii=False) or json.dumps(name, ensure_ascii=False)[1:-1] in (
        json.dumps(json.loads(shown), ensure_ascii=False)
    )


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_sarif_and_junit_when_a_name_is_hostile_then_they_still_parse(name: str) -> None:
    rules = [Case("rule-one", name, "https://example.com"), Case("rule-two", "", "")]
    report = findings_report([finding(name)], (), 1, rules)
    log = json.loads(sarif.render(report))
    assert log["runs"][0]["results"][0]["ruleId"] == "rule-one"
    suite = Xml.fromstring(junit.render(report))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_functions_when_text_is_plain_then_it_is_untouched() -> None:
    for plain in ("Anna Müller", "佐藤 恵美", "Дмитрий", "محمد", "a,b"):
        assert one_line(plain) == terminal(plain) == csv_cell(plain) == ci_line(plain) == xml(plain) == plain
    assert html("<a href='x'>&") == "&lt;a href=&#x27;x&#x27;&gt;&amp;"


def test_text_when_wide_letters_stand_in_a_table_then_columns_align() -> None:
    from wcwidth import wcswidth

    shown = text.render(reports("佐藤 恵美")["mailbox"]).splitlines()
    starts = {wcswidth(line[: line.index(word)]) for line, word in ((shown[1], "may"), (shown[2], "send as"))}
    assert len(starts) == 1


def test_colour_when_off_then_there_is_no_escape_and_when_on_the_words_are_the_same() -> None:
    report = reports("Anna")["plan"]
    plain, bright = text.render(report), text.render(report, colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", bright) == plain
