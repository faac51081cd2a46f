"""Findings of two clouds: an address that is a mailbox in both has a heading for each."""

from __future__ import annotations

import json

from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.reports.document import Case
from sharedbox_cli.reports.formats import sarif, text
from sharedbox_cli.reports.formats.data import to_csv, to_json
from sharedbox_cli.reports.views.findings import findings_report


def finding(platform: str, mailbox: str = "desk@contoso.example") -> Finding:
    return Finding(
        "rule-one", Severity.NOTE, mailbox, "a thing", "Why.", "Hint.", "https://example.com", platform=platform
    )


def headings(*found: Finding) -> list[str]:
    return [
        line for line in text.render(findings_report(found, (), 2)).splitlines() if line and not line.startswith(" ")
    ]


def test_headings_when_two_platforms_have_findings_then_each_mailbox_is_told_apart() -> None:
    both = headings(finding("microsoft365"), finding("google-delegated"), finding("google-delegated", ""))
    assert both == [
        "the tenant (google-delegated)",
        "desk@contoso.example (google-delegated)",
        "desk@contoso.example (microsoft365)",
        "Checked 2 mailboxes: 3 notes.",
    ]


def test_headings_when_one_platform_has_findings_then_they_are_bare() -> None:
    assert headings(finding("microsoft365"))[0] == "desk@contoso.example"


def test_data_when_written_then_json_tells_the_platform_and_csv_has_its_columns() -> None:
    report = findings_report([finding("microsoft365")], (), 1)
    assert json.loads(to_json(report))["findings"][0]["platform"] == "microsoft365"
    header = to_csv(report).splitlines()[0]
    assert header == '"severity","check","mailbox","subject","summary","why","hint","source"'


def test_sarif_keeps_two_mailboxes_of_one_address_apart() -> None:
    both = [finding("microsoft365"), finding("google-delegated"), finding("google-delegated", "")]
    report = findings_report(both, (), 2, [Case("rule-one", "a thing", "https://example.com")])
    results = json.loads(sarif.render(report))["runs"][0]["results"]
    assert [item["partialFingerprints"]["sharedbox/1"] for item in results] == [
        "rule-one|desk@contoso.example||microsoft365",
        "rule-one|desk@contoso.example||google-delegated",
        "rule-one||",
    ]
    assert results[2]["message"]["text"].startswith("the tenant: a thing.")
