"""The files of a first set of specs."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.identity import Address, AddressInvalid

_PROFILE = """\
# Which tenant, and how to sign in. Secrets never stand here: see docs/how-to/connect-microsoft365.md
# and docs/how-to/connect-google-workspace.md.
default_profile: main
profiles:
  main:
    microsoft365:
      tenant: {domain}
      # client_id: the application (client) id of your app registration
    # google_workspace:
    #   admin: address of an administrator to act as
    #   service_account: NAME@PROJECT.iam.gserviceaccount.com
"""

_DEFAULTS = """\
# What every mailbox in this folder and below has, unless its own file says otherwise.
platform: microsoft365
sign_in: blocked
sent_items: {send_as: both, send_on_behalf: both}
"""

_TEAMS = """\
# Named sets of people and groups, for use as `team: NAME`.
{team}:
  members:
    - user: {member}
"""

_MAILBOX = """\
version: 1
mailbox: {mailbox}
display_name: {name}
members:
  - team: {team}
"""


def write_starter(folder: Path, mailbox: str, member: str | None) -> list[Path]:
    """Return the files that were written. Raises UsageError: nothing is overwritten, nothing half-written."""
    box = _address(mailbox, "--mailbox")
    person = _address(member or f"anna@{box.domain}", "--member")
    team = f"{box.local}-team".replace(".", "-")
    texts = {
        folder / "sharedbox.yaml": _PROFILE.format(domain=box.domain),
        folder / "specs" / "_defaults.yaml": _DEFAULTS,
        folder / "specs" / "teams.yaml": _TEAMS.format(team=team, member=person.text),
        folder / "specs" / f"{_file_name(box)}.yaml": _MAILBOX.format(
            mailbox=box.text, name=box.local.replace(".", " ").title(), team=team
        ),
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise UsageError(
            "files are there already",
            where=", ".join(map(str, there)),
            why="Nothing is overwritten.",
            mend="Name another folder: sharedbox init FOLDER",
        )
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise UsageError("cannot write there", where=str(folder), why=error.strerror or "") from error
    return list(texts)


def _address(text: str, option: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as error:
        raise UsageError("not an address", where=f"{option} {text}", why=str(error)) from error


def _file_name(box: Address) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in box.local)
