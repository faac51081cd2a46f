"""Small promises of the command line: signals, colours, words."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

import pytest

from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.reports.document import Case
from sharedbox_cli.reports.formats.junit import render
from sharedbox_cli.reports.views.findings import findings_report
from tests.conftest import Cloud


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
def test_sigterm_while_reading_ends_with_130(cloud: Cloud) -> None:
    cloud.faults({"route": "exchange.*", "kind": "throttle", "retry_after": 600, "count": 10_000})
    command = [sys.executable, "-m", "sharedbox_cli", "audit"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        line = child.stderr.readline()  # the wait is reported: it reads
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (130, ""), line + err
    assert "stopped by you" in err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_can_be_forced_in_a_pipe(environment: Mapping[str, str], expected: bool) -> None:
    stream = StringIO()
    terminal = Terminal(stream, stream, environment)
    assert terminal.has_colour(stream) is expected
    assert not replace(terminal, no_color=True).has_colour(stream)


@pytest.mark.parametrize("severity", list(Severity))
def test_note_is_no_failure_in_junit(severity: Severity) -> None:
    finding = Finding("a-check", severity, "x@contoso.example", "a summary", "", "", "")
    text = render(findings_report((finding,), (), 1, (Case("a-check", "a title"),)))
    is_failure = severity is not Severity.NOTE
    assert (f'failures="{int(is_failure)}"' in text, "<failure" in text) == (True, is_failure)
    assert "a summary" in text
