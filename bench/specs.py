"""A folder of realistic specs: one file per mailbox, defaults, teams, 3 to 6 entries in `members`."""

from __future__ import annotations

from pathlib import Path

_DEFAULTS = """\
platform: microsoft365
sign_in: blocked
hidden_from_address_lists: false
sent_items:
  send_as: both
  send_on_behalf: both
storage:
  warn_at: 80%
"""
TENANT_SIZE = 500
"""Mailboxes to seed an emulated tenant with, so that all people named here have an account in it."""
_TEAMS = 20
_PEOPLE = 887
"""A prime number, so that mailboxes share people in no simple pattern."""


def write_specs(folder: Path, count: int) -> None:
    """Write the specs of `count` mailboxes into an empty folder."""
    (folder / ".git").mkdir()  # the top of the set: no defaults are looked for above it
    (folder / "_defaults.yaml").write_text(_DEFAULTS, "utf-8")
    (folder / "teams.yaml").write_text("".join(map(_team, range(_TEAMS))), "utf-8")
    for number in range(count):
        (folder / f"mailbox-{number:05}.yaml").write_text(_mailbox(number), "utf-8")


def _team(number: int) -> str:
    people = "".join(f"    - user: {_person(900 + number * 4 + person)}\n" for person in range(4))
    return f"team-{number}:\n  members:\n{people}  rights: [full_access, send_as]\n"


def _person(number: int) -> str:
    return f"user{number:05}@contoso.example"


def _mailbox(number: int) -> str:
    name = f"mailbox-{number:05}"
    lines = [
        f"# Mailbox {number}",
        "version: 1",
        f"mailbox: {name}@contoso.example",
        f"display_name: Shared mailbox {number}",
        "aliases:",
        f"  - {name}-info@contoso.example",
        f"  - {name}-help@contoso.example",
        "labels:",
        f'  department: "{number % 17}"',
        "  owner: ops",
        "members:",
        f"  - team: team-{number % _TEAMS}",
    ]
    for entry in range(2 + number % 4):
        lines += [f"  - user: {_person((number * 7 + entry * 13) % _PEOPLE)}", "    rights: [full_access, send_as]"]
        if entry == 1:
            lines += ["    until: 2099-03-31", "    reason: Cover for the summer"]
    return "\n".join((*lines, ""))
