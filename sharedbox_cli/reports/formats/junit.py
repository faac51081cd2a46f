"""A report as a JUnit test suite, for the test view of a pipeline.

The JUnit schema of Jenkins' xUnit plug-in, read 2026-11.
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.safe import one_line, xml


def render(report: Report) -> str:
    """Return a suite with one case per check: failed if it has findings. A cloud that was left out is an error."""
    cases, left_out = report.results.cases, report.origin.left_out
    count = str(len(cases) + len(left_out))
    suite = Xml.Element("testsuite", name="sharedbox check", tests=count, errors=str(len(left_out)))
    for platform, error in left_out.items():
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=f"read {platform}")
        message = xml(one_line(f"{error.summary}. {error.why}"))
        Xml.SubElement(case, "error", message=message, type="left-out")
    failed = 0
    for check in cases:
        case = Xml.SubElement(suite, "testcase", classname="sharedbox", name=check.id)
        results = [item for item in report.results.results if item.check == check.id]
        if not results:
            continue
        failed += 1
        worst = max((item.severity for item in results), key=lambda severity: severity.rank)
        failure = Xml.SubElement(case, "failure", message=xml(one_line(check.title)), type=worst)
        failure.text = "\n".join(xml(one_line(item.message)) for item in results)
    suite.set("failures", str(failed))
    # Two number signs can start a command where a pipeline prints the file. XML can escape them.
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True).replace("##", "&#35;&#35;") + "\n"
