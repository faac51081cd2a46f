"""Findings for machines: SARIF 2.1.0 and JUnit.

docs.oasis-open.org/sarif/sarif/v2.1.0 and the JUnit schema of Jenkins' xUnit plug-in, read 2026-11.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.reports.safe import json_text, one_line, xml

_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
UNPLACED = "sharedbox.yaml"
"""The file of findings on mailboxes that no spec names."""
LeftOut = tuple[str, str]
"""A platform that could not be read, and why."""
CheckRow = tuple[str, str, str]
"""The id of a check, what it looks for, and its source page."""


def to_sarif(
    findings: Sequence[Finding], checks: Sequence[CheckRow], version: str, left_out: Sequence[LeftOut] = ()
) -> str:
    """Return a SARIF log with every check (a *rule* in SARIF) and every finding. It fails if a cloud was left out."""
    prints = Counter(_fingerprint(item) for item in findings)
    results = [
        {
            "ruleId": item.check,
            "level": _LEVELS[item.severity],
            "message": {"text": _message(item)},
            "locations": [_location(item)],
            "partialFingerprints": {"sharedbox/1": _fingerprint(item, prints)},
        }
        for item in findings
    ]
    driver = {"name": "sharedbox", "version": version, "rules": [_rule(*row) for row in checks]}
    return (
        json_text(
            json.dumps(
                {
                    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
                    "version": "2.1.0",
                    "runs": [{"tool": {"driver": driver}, "invocations": [_invocation(left_out)], "results": results}],
                },
                indent=1,
            )
        )
        + "\n"
    )


def _invocation(left_out: Sequence[LeftOut]) -> dict[str, object]:
    told = [
        {"level": "error", "message": {"text": one_line(f"{platform} was left out: {why}")}}
        for platform, why in left_out
    ]
    return {"executionSuccessful": not left_out, **({"toolExecutionNotifications": told} if told else {})}


def _message(item: Finding) -> str:
    return one_line(f"{item.mailbox or 'the tenant'}: {item.summary}. {item.why} {item.hint}")


def _fingerprint(item: Finding, seen: Counter[str] | None = None) -> str:
    """Return what names a finding from run to run; where an address is a mailbox in two clouds, the platform too."""
    text = f"{item.check}|{item.mailbox}|{item.subject}".lower()
    return f"{text}|{item.platform}" if seen is not None and seen[text] > 1 else text


def _rule(name: str, text: str, page: str) -> dict[str, object]:
    """Return one check as a SARIF rule. `helpUri` must be absolute, so a page of this project goes into `help`."""
    more = {"helpUri": page} if page.startswith("https://") else {"help": {"text": f"See {page}."}} if page else {}
    return {"id": name, "shortDescription": {"text": one_line(text)}, **more}


def _location(item: Finding) -> dict[str, object]:
    location: dict[str, object] = {
        "logicalLocations": [{"name": one_line(item.mailbox or "tenant"), "kind": "resource"}]
    }
    # GitHub's code scanning refuses a log with a result that stands in no file
    # (docs.github.com, SARIF support for code scanning, read 2026-11): the profile knows the tenant.
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(item.place.file or UNPLACED)}}
    if item.place.line:
        physical["region"] = {"startLine": item.place.line, "startColumn": max(1, item.place.column)}
    return {**location, "physicalLocation": physical}


def _uri(path: str) -> str:
    from urllib.parse import quote

    text = path.replace("\\", "/")
    if text[1:3] == ":/":
        return f"file:///{text[:2]}{quote(text[2:], errors='replace')}"
    return f"file://{quote(text, errors='replace')}" if text.startswith("/") else quote(text, errors="replace")


def to_junit(findings: Sequence[Finding], checks: Sequence[CheckRow], left_out: Sequence[LeftOut] = ()) -> str:
    """Return a test suite with one case per check: failed if it has findings. A cloud that was left out is an error."""
    suite = Xml.Element(
        "testsuite", name="sharedbox check", tests=str(len(checks) + len(left_out)), errors=str(len(left_out))
    )
    for platform, why in left_out:
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=f"read {platform}")
        Xml.SubElement(case, "error", message=xml(one_line(why)), type="left-out")
    failed = 0
    for name, text, _ in checks:
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=name)
        found = [item for item in findings if item.check == name]
        if not found:
            continue
        failed += 1
        failure = Xml.SubElement(
            case, "failure", message=xml(one_line(text)), type=max(found, key=lambda i: i.severity.rank).severity
        )
        failure.text = "\n".join(xml(_message(item)) for item in found)
    suite.set("failures", str(failed))
    # Two hash signs may begin a command where a pipeline prints the file; in XML they can be told apart.
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True).replace("##", "&#35;&#35;") + "\n"
