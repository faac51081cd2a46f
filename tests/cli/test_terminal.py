"""At a terminal: the question, the answer, the address of what is deleted."""

from __future__ import annotations

import os
import pty
from pathlib import Path

import pytest

from sharedbox_cli.cli.terminal import Terminal
from tests.conftest import EXAMPLES, Cli, Cloud
from tests.forked import python

ROOT = Path(__file__).parents[2]


def typed(answers: list[tuple[str, str]], *arguments: str) -> tuple[int, str]:
    """Return exit code and screen of a command at a pseudo-terminal, answering each question as it comes."""
    program = python()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
        os.execv(program, [program, "-m", "sharedbox_cli", *arguments])  # noqa: S606
    screen, left = "", list(answers)
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        screen += part.decode("utf-8", "replace")
        if left and left[0][0] in screen:
            os.write(terminal, left.pop(0)[1].encode() + b"\n")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen


def test_apply_when_yes_is_typed_then_it_is_done_in_colour(cloud: Cloud) -> None:
    code, screen = typed([("is accepted:", "yes")], "apply", str(EXAMPLES))
    assert code == 0, screen
    assert "Apply these 28 changes to 3 mailboxes of Contoso? 1 person loses access." in screen
    assert "\x1b[32m" in screen
    assert "28 done" in screen


def test_apply_when_nothing_is_typed_then_nothing_is_written(cloud: Cloud) -> None:
    code, screen = typed([("is accepted:", "")], "apply", str(EXAMPLES))
    assert code == 4, screen
    assert cloud.effects() == []


@pytest.mark.parametrize("answer", ["y", "YES", "no", " yes", "yes!"])
def test_apply_when_anything_but_yes_is_answered_then_nothing_is_written(
    cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(Terminal, "is_interactive", True)
    monkeypatch.setattr(Terminal, "ask", lambda _, question: answer)
    assert cli("apply", EXAMPLES).code == 4
    assert cloud.effects() == []


def test_apply_when_it_deletes_then_the_address_is_asked_for(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(
        "version: 1\nmailbox: billing@contoso.example\nplatform: microsoft365\nstate: absent\n"
    )
    arguments = ("apply", str(tmp_path), "--allow", "delete:billing@contoso.example")
    code, _ = typed([("is accepted:", "yes"), ("type the address", "bill@contoso.example")], *arguments)
    assert (code, cloud.effects()) == (4, [])
    code, screen = typed([("is accepted:", "yes"), ("type the address", "billing@contoso.example")], *arguments)
    assert code == 0, screen
    assert cloud.effects() == ["delete mailbox billing@contoso.example"]


def test_colour_when_no_color_is_set_then_none(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _, screen = typed([], "plan", str(EXAMPLES))
    assert "\x1b[32m" not in screen
    assert "Plan: 2 to create" in screen
