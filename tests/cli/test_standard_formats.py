"""Findings in the formats of others: SARIF by the schema of the standard, JUnit by a parser of its users."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it ships no types
from junitparser import JUnitXml, TestSuite

from sharedbox_cli.emulator.seed import PLATFORMS, grown
from tests.cli.conftest import Readings
from tests.conftest import Cli, CloudMaker

SCHEMA = json.loads((Path(__file__).parents[1] / "reports" / "sarif" / "sarif-schema-2.1.0.json").read_text())
TENANTS = {
    "grown, with hostile names": lambda tenant: grown(tenant, 30, 6, 3, PLATFORMS),
    "without a mailbox": lambda tenant: grown(tenant, 0, 1, 3),
}


@pytest.fixture
def readings() -> Readings:
    """Return the readings of a test: each has a tenant of its own."""
    return []


@pytest.mark.slow
@pytest.mark.parametrize("fill", TENANTS.values(), ids=TENANTS)
def test_findings_follow_the_standards(cloud_of: CloudMaker, cli: Cli, one_reading: None, fill: Any) -> None:
    cloud_of(fill)
    found = json.loads(cli("check", "--whole-tenant", "-o", "json").out)["findings"]
    sarif = json.loads(cli("check", "--whole-tenant", "-o", "sarif").out)
    Draft4Validator(SCHEMA).validate(sarif)
    assert len(sarif["runs"][0]["results"]) == len(found)
    suites = JUnitXml.fromstring(cli("check", "--whole-tenant", "-o", "junit").out.encode())
    parsed = [suite for suite in suites if isinstance(suite, TestSuite)]
    failed = sum(suite.failures + suite.errors for suite in parsed)
    failing = {finding["check"] for finding in found if finding["severity"] != "note"}
    assert failed == len(failing), "one case per check"
