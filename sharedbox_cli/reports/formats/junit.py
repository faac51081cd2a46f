"""A report as a JUnit test suite, for the test view of a pipeline.

The JUnit schema of Jenkins' xUnit plug-in, read 2026-11.
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from sharedbox_cli.core.finding import Severity
from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.safe import one_line, xml


def render(report: Report) -> str:
    """Return a suite with one case per check: failed if it has warnings or errors. What was not read is an error."""
    cases, gaps = report.results.cases, list(report.origin.gaps)
    suite = Xml.Element("testsuite", name="sharedbox check", tests=str(len(cases) + len(gaps)), errors=str(len(gaps)))
    for gap in gaps:
        is_platform = gap.kind == "platform"
        name = f"read {gap.platform}" if is_platform else f"read {gap.kind} {gap.name} ({gap.platform})"
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=xml(one_line(name)))
        message = xml(one_line(f"{gap.summary}. {gap.why}"))
        Xml.SubElement(case, "error", message=message, type="left-out" if is_platform else "not-read")
    failed = 0
    for check in cases:
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=check.id)
        results = [item for item in report.results.results if item.check == check.id]
        if not results:
            continue
        worst = max((item.severity for item in results), key=lambda severity: severity.rank)
        text = "\n".join(xml(one_line(item.message)) for item in results)
        if worst is Severity.NOTE:
            Xml.SubElement(case, "system-out").text = text
            continue
        failed += 1
        Xml.SubElement(case, "failure", message=xml(one_line(check.title)), type=worst).text = text
    suite.set("failures", str(failed))
    # Two number signs can start a command where a pipeline prints the file. XML can escape them.
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True).replace("##", "&#35;&#35;") + "\n"
