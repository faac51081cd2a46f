"""A report as a SARIF 2.1.0 log, for code scanning.

docs.oasis-open.org/sarif/sarif/v2.1.0, read 2026-11.
"""

from __future__ import annotations

import json
import os
from urllib.parse import quote

from sharedbox_cli import __version__
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.reports.document import Base, Case, Origin, Report, Result
from sharedbox_cli.reports.safe import json_text, one_line

_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}


def render(report: Report) -> str:
    """Return a log with every check (a *rule* in SARIF) and every result. It fails if something was not read."""
    results = [
        {
            "ruleId": item.check,
            "level": _LEVELS[item.severity],
            "message": {"text": one_line(item.message)},
            "locations": [_location(item, report.results.base)],
            "partialFingerprints": {"sharedbox/1": item.fingerprint},
        }
        for item in report.results.results
    ]
    driver = {"name": "sharedbox", "version": __version__, "rules": [_rule(case) for case in report.results.cases]}
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report.origin)],
        "results": results,
        "properties": _properties(report.origin),
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(json.dumps(log, indent=1)) + "\n"


def _properties(origin: Origin) -> dict[str, object]:
    """Return the profile and the tenants, in the keys of our own JSON."""
    tenants = {
        name: {"id": tenant.id, "name": one_line(tenant.name)} for name, tenant in (origin.tenants or {}).items()
    }
    return {"profile": origin.profile, "tenants": tenants}


def _invocation(origin: Origin) -> dict[str, object]:
    notifications = [{"level": "error", "message": {"text": one_line(gap.words)}} for gap in origin.gaps]
    more: dict[str, object] = {"toolExecutionNotifications": notifications} if notifications else {}
    if origin.read_at:
        more["startTimeUtc"] = f"{origin.read_at:%Y-%m-%dT%H:%M:%SZ}"
    return {"executionSuccessful": not notifications, **more}


def _rule(case: Case) -> dict[str, object]:
    """Return one check as a rule. `helpUri` must be absolute, so a page of this project goes into `help`."""
    more: dict[str, object] = {}
    if case.page.startswith("https://"):
        more = {"helpUri": case.page}
    elif case.page:
        more = {"help": {"text": f"See {case.page}."}}
    return {"id": case.id, "shortDescription": {"text": one_line(case.title)}, **more}


def _location(item: Result, base: Base) -> dict[str, object]:
    # GitHub code scanning rejects a log with a result that has no file (docs.github.com, SARIF support for code
    # scanning, read 2026-11): what has no place is shown at the profile, which names the tenant.
    location: dict[str, object] = {"logicalLocations": [{"name": one_line(item.subject), "kind": "resource"}]}
    if not (file := item.place.file or base.unplaced):
        return location  # no file at all: everything comes from the environment
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(_from_root(file, base))}}
    if item.place.line:
        physical["region"] = {"startLine": item.place.line, "startColumn": max(1, item.place.column)}
    return {**location, "physicalLocation": physical}


def _from_root(file: str, base: Base) -> str:
    """Return a path from the root of the repository, as readers expect it; an absolute one for a file elsewhere."""
    if not base.folder:
        return file
    path = os.path.normpath(os.path.join(base.folder, file))  # noqa: PTH118 (a text, not a file of this machine)
    inside = os.path.relpath(path, base.root)
    return path if inside == os.pardir or inside.startswith(os.pardir + os.sep) else inside


def _uri(path: str) -> str:
    text = path.replace("\\", "/")
    if text[1:3] == ":/":
        return f"file:///{text[:2]}{quote(text[2:], errors='replace')}"
    return f"file://{quote(text, errors='replace')}" if text.startswith("/") else quote(text, errors="replace")
