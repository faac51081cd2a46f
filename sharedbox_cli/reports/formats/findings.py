"""Findings for machines: SARIF 2.1.0 and JUnit.

docs.oasis-open.org/sarif/sarif/v2.1.0 and the JUnit schema of Jenkins' xUnit plug-in, read 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.reports.safe import one_line, xml

_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
RuleRow = tuple[str, str, str]
"""Rule id, what it looks for, source page."""


def to_sarif(findings: Sequence[Finding], rules: Sequence[RuleRow], version: str) -> str:
    """Return a SARIF log with every rule and every finding."""
    results = [
        {
            "ruleId": item.rule,
            "level": _LEVELS[item.severity],
            "message": {"text": one_line(f"{item.mailbox}: {item.summary}. {item.why} {item.mend}")},
            "locations": [_location(item)],
            "partialFingerprints": {"sharedbox/1": f"{item.rule}|{item.mailbox}|{item.subject}".lower()},
        }
        for item in findings
    ]
    driver = {
        "name": "sharedbox",
        "version": version,
        "rules": [{"id": name, "shortDescription": {"text": text}, "helpUri": page} for name, text, page in rules],
    }
    return json.dumps({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }, indent=1) + "\n"  # fmt: skip


def _location(item: Finding) -> dict[str, object]:
    location: dict[str, object] = {
        "logicalLocations": [{"name": one_line(item.mailbox or "tenant"), "kind": "resource"}]
    }
    if item.place.file:
        physical: dict[str, object] = {"artifactLocation": {"uri": item.place.file.replace("\\", "/")}}
        if item.place.line:
            physical["region"] = {"startLine": item.place.line, "startColumn": max(1, item.place.column)}
        location["physicalLocation"] = physical
    return location


def to_junit(findings: Sequence[Finding], rules: Sequence[RuleRow]) -> str:
    """Return a test suite with a case a rule; a rule with findings has failed."""
    suite = Xml.Element("testsuite", name="sharedbox check", tests=str(len(rules)))
    failed = 0
    for name, text, _ in rules:
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=name)
        found = [item for item in findings if item.rule == name]
        if not found:
            continue
        failed += 1
        failure = Xml.SubElement(
            case, "failure", message=xml(text), type=max(found, key=lambda i: i.severity.rank).severity
        )
        failure.text = "\n".join(
            xml(one_line(f"{item.mailbox}: {item.summary}. {item.why} {item.mend}")) for item in found
        )
    suite.set("failures", str(failed))
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
