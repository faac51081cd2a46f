"""The files of a first set of specs."""

from __future__ import annotations

from pathlib import Path

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.identity import Address, AddressInvalid
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, Platform

_HEAD = """\
# Which tenant, and how to sign in. Secrets never stand here: see {page}.
default_profile: main
profiles:
  main:
"""

_MICROSOFT = """\
    microsoft365:
      tenant: {domain}
      # client_id: the application (client) id of your app registration
"""

_GOOGLE = """\
    google_workspace:
      admin: admin@{domain}     # an administrator to act as: write the right address
      # service_account: NAME@PROJECT.iam.gserviceaccount.com
"""

_ABOVE = "# What every mailbox in this folder and below has, unless its own file says otherwise.\n"
_DEFAULTS = {
    MICROSOFT365: "sign_in: blocked\nsent_items: {send_as: both, send_on_behalf: both}\n",
    GOOGLE_DELEGATED: (
        "sign_in: blocked\n"
        "# storage: {licence: google-workspace-business-starter}   # unless new accounts get one by themselves\n"
        "# google: {org_unit: /Shared mailboxes}                   # once it is there\n"
    ),
    GOOGLE_COLLABORATIVE: "group: {posting: anyone, viewing: members, post_as_group: true, history: true}\n",
}

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
_OWNER = """\
    rights: [owner]   # a group needs one; others can be `member`
"""


def _profile(platform: Platform, domain: str) -> str:
    is_google = platform in (GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE)
    page = f"docs/how-to/connect-{'google-workspace' if is_google else 'microsoft365'}.md"
    return (_HEAD + (_GOOGLE if is_google else _MICROSOFT)).format(page=page, domain=domain)


def write_starter(folder: Path, mailbox: str, member: str | None, platform: Platform) -> list[Path]:
    """Return the files that were written. Raises UsageError: nothing is overwritten, nothing half-written."""
    if platform not in _DEFAULTS:
        why = f"There are: {', '.join(sorted(_DEFAULTS))}."
        raise UsageError("no such platform", where=f"--platform {platform}", why=why)
    box = _address(mailbox, "--mailbox")
    person = _address(member or f"anna@{box.domain}", "--member")
    team = f"{box.local}-team".replace(".", "-")
    texts = {
        folder / "sharedbox.yaml": _profile(platform, box.domain),
        folder / "specs" / "_defaults.yaml": f"{_ABOVE}platform: {platform}\n{_DEFAULTS[platform]}",
        folder / "specs" / "teams.yaml": _TEAMS.format(team=team, member=person.text),
        folder / "specs" / f"{_file_name(box)}.yaml": _MAILBOX.format(
            mailbox=box.text, name=box.local.replace(".", " ").title(), team=team
        )
        + (_OWNER if platform == GOOGLE_COLLABORATIVE else ""),
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise UsageError(
            "files are there already",
            where=", ".join(map(str, there)),
            why="Nothing is overwritten.",
            hint="Name another folder: sharedbox init FOLDER",
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


def _file_name(mailbox: Address) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in mailbox.local)
