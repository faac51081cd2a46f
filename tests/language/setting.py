"""A folder of specs, and what the package says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sharedbox_cli.core.capability import Capabilities, can, cannot
from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    GRANTABLE,
    MICROSOFT365,
    Desired,
    DesiredMailbox,
    Platform,
    Right,
)
from sharedbox_cli.language.leaves import LEAVES
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
POSSIBLE = tuple(
    can(path, "it is possible")
    for path in (
        *dict.fromkeys(leaf.keys[0] for leaf in LEAVES),
        *(f"members[].{key}" for key in ("user", "group", "automapping", "delivery")),
        *(f"members[].rights.{right}" for right in GRANTABLE),
    )
)
PLATFORMS: Mapping[Platform, Capabilities] = {
    MICROSOFT365: Capabilities(MICROSOFT365, "Microsoft 365", POSSIBLE, rules_share_names=True),
    GOOGLE_DELEGATED: Capabilities(
        GOOGLE_DELEGATED,
        "Google, delegated",
        (
            *(row for row in POSSIBLE if row.path not in ("members[].group", "members[].rights.read")),
            cannot("members[].automapping", "that is a feature of Outlook. Leave the key out."),
            cannot("members[].rights.read", "delegates read and send. Write `full_access`."),
            cannot("members[].group", "delegates are people. List them."),
            cannot("sent_items.send_on_behalf", "it is kept in the mailbox anyway."),
        ),
        {"sent_items.send_as": ("both",)},
        labels_are_shared=True,
    ),
    GOOGLE_COLLABORATIVE: Capabilities(
        GOOGLE_COLLABORATIVE, "Google, collaborative", POSSIBLE, default_rights=(Right.MEMBER,)
    ),
}


def document(address: str = "support@contoso.example", *lines: str) -> str:
    """Return one document."""
    return "\n".join(("version: 1", f"mailbox: {address}", "platform: microsoft365", *lines, ""))


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Return a folder that holds the files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def desired(*paths: Path, now: datetime = NOW) -> Desired:
    """Return what the specs want."""
    return resolve(load_specs(paths), PLATFORMS, now)


def only(*paths: Path, now: datetime = NOW) -> DesiredMailbox:
    """Return the one mailbox of the specs."""
    (mailbox,) = desired(*paths, now=now).mailboxes.values()
    return mailbox


def problems(*paths: Path) -> tuple[Problem, ...]:
    """Return what is wrong with the specs; nothing where they are fine."""
    try:
        desired(*paths)
    except SpecError as error:
        return error.problems
    return ()


def summaries(*paths: Path) -> list[str]:
    """Return the headings of all problems."""
    return [problem.summary for problem in problems(*paths)]


def rights(mailbox: DesiredMailbox) -> set[tuple[str, str]]:
    """Return who gets what."""
    return {(grant.trustee.key, str(grant.right)) for grant in mailbox.grants or ()}


def address(text: str) -> Address:
    """Return an address."""
    return Address.of(text)
