"""A command offers the formats that it has, and no other."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as Xml

import pytest

from sharedbox_cli import __version__
from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.render import FindingOutput, Output, PlainOutput, PlanOutput, TableOutput, render
from tests.asked import each, every
from tests.conftest import Cli, Cloud

EXAMPLES = Path(__file__).parents[2] / "examples" / "mailboxes"
OFFERED: list[tuple[type[StrEnum], list[str]]] = [
    (PlanOutput, ["plan", str(EXAMPLES)]),
    (TableOutput, ["audit"]),
    (TableOutput, ["explain", "microsoft365"]),
    (FindingOutput, ["check", str(EXAMPLES)]),
    (PlainOutput, ["doctor"]),
    (PlainOutput, ["history"]),
    (PlainOutput, ["show", "sales@contoso.example", "--observed"]),
]
READING = ("plan", "audit", "check", "show")
"""The commands among them whose report is on a tenant."""
EVERY = {str(item) for family in get_args(Output) for item in family}


@pytest.mark.parametrize(("family", "arguments"), OFFERED, ids=lambda item: item[0] if isinstance(item, list) else "")
def test_command_prints_every_format_it_offers(
    cloud: Cloud, cli: Cli, one_reading: None, family: type[StrEnum], arguments: list[str]
) -> None:
    texts = {str(item): cli(*arguments, "-o", str(item)) for item in family}
    assert {name: done.code for name, done in texts.items()} == dict.fromkeys(texts, 0)
    assert every(done.out.strip() for done in texts.values())
    assert len({done.out for done in texts.values()}) == len(texts)
    json.loads(texts["json"].out)
    if "junit" in texts:
        Xml.fromstring(texts["junit"].out)  # noqa: S314 - our own text
        json.loads(texts["sarif"].out)
    for name in each(EVERY - set(texts)):
        refused = cli(*arguments, "-o", name)
        assert (refused.code, refused.out) == (1, "")
        assert every(offered in refused.err for offered in texts)


@pytest.mark.parametrize("arguments", [arguments for _, arguments in OFFERED if arguments[0] in READING], ids=" ".join)
def test_report_on_a_tenant_says_once_what_was_read_when_and_how(
    cloud: Cloud, cli: Cli, one_reading: None, arguments: list[str]
) -> None:
    outputs = ("text",) if arguments[0] == "show" else ("text", "markdown")
    for output in each(outputs):
        told = " ".join(cli(*arguments, "-o", output).out.replace("\\", "").split())
        assert told.count("Read at 2") == 1
        assert told.strip("*").endswith(f" UTC from Contoso, profile default, sharedbox {__version__}.")


def test_apply_says_it_once_with_the_plan(cloud: Cloud, cli: Cli) -> None:
    told = cli("apply", EXAMPLES, "--yes", "--allow", "external-trustee").out
    assert (told.count("Read at 2"), "Run: " in told) == (1, True)


@pytest.mark.parametrize("item", [item for family in get_args(Output) for item in family], ids=repr)
def test_render_has_a_case_for_every_format_of_every_family(item: Output) -> None:
    report = Report("any", {"key": 1}, (Section("Heading", (Line("text"),)),), flat=Table(("a",), (("b",),)))
    assert "".join(render(report, item)).strip()
