"""Many mailboxes as a folder of specs: a file for each, the people they share as teams, shared values as defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.common_values import common_values, own_values
from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, DesiredGrant, DesiredMailbox
from sharedbox_cli.core.teams import Split, split
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.document import document_text, member_lines, put_levels, tree_of
from sharedbox_cli.language.export.file_names import file_names
from sharedbox_cli.language.export.schema_files import KINDS, modeline
from sharedbox_cli.language.export.yaml import Noted, Tall, Tree, text_of
from sharedbox_cli.language.files import DEFAULTS, TEAMS

Line = tuple[DesiredGrant, ...]
"""All rights of one trustee in a mailbox."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A mailbox as a spec can express it, and what a reader should know about it."""

    mailbox: DesiredMailbox
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a folder has already: new files use it, and do not change it."""

    has_files: bool = False
    defaults: Mapping[Field, Value] = field(default_factory=dict)
    has_platform: bool = False
    """Whether its defaults name the platform."""
    teams: Mapping[str, frozenset[Line]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """The names of its files."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one platform."""

    texts: Mapping[Path, str]
    split: Split[Line]
    files: Mapping[Address, Path]


def folder_of(
    folder: Path,
    adopted: Sequence[Adopted],
    table: Capabilities,
    given: Given,
    names: Mapping[frozenset[str], str],
    schemas: Path,
    *,
    keeps_new: bool = False,
) -> Folder:
    """Return the files of some mailboxes of one platform. `names` has the names of groups by their people.

    `schemas` is the folder of the JSON Schemas. With `keeps_new`, values that a new mailbox has are written, too.
    """
    heads = {kind: modeline(kind, schemas, folder) for kind in KINDS}
    mailboxes = [one.mailbox for one in adopted]
    defaults = given.defaults if given.has_files else common_values(mailboxes, keeps_new=keeps_new)
    has_platform = given.has_platform if given.has_files else len(mailboxes) > 1
    people = split(
        {one.address: lines_of(one.grants) for one in mailboxes if one.manages_members},
        given.teams,
        lambda lines: names.get(frozenset(line[0].trustee.key for line in lines), ""),
        {one.address: str(one.settings.get(Field.DISPLAY_NAME, "")) for one in mailboxes},
        adds_teams=not given.has_files,
    )
    files = {
        address: folder / name for address, name in file_names((m.address for m in mailboxes), given.names).items()
    }
    own = [_own(one, defaults, keeps_new=keeps_new) for one in adopted]
    texts = {files[one.mailbox.address]: _mailbox(one, table, people, heads["sharedbox"], has_platform) for one in own}
    if not given.has_files and has_platform:
        texts[folder / DEFAULTS] = _defaults(mailboxes[0], table, defaults, heads["defaults"])
    if people.teams:
        texts[folder / TEAMS] = _teams(people.teams, table, adopted, heads["teams"])
    return Folder(dict(sorted(texts.items())), people, files)


def lines_of(grants: Iterable[DesiredGrant] | None) -> frozenset[Line]:
    """Return the rights of members by trustee."""
    members = [grant for grant in grants or () if grant.right not in LEVELLED]
    ordered = sorted(members, key=lambda grant: (grant.trustee.key, str(grant.right)))
    return frozenset(tuple(same) for _, same in groupby(ordered, key=lambda grant: grant.trustee))


def _own(one: Adopted, defaults: Mapping[Field, Value], *, keeps_new: bool) -> Adopted:
    settings = own_values(one.mailbox.settings, defaults, keeps_new=keeps_new)
    return replace(one, mailbox=replace(one.mailbox, settings=settings))


def _mailbox(one: Adopted, table: Capabilities, people: Split[Line], head: str, has_platform: bool) -> str:
    mailbox = one.mailbox
    comments = comments_of(one.notes)
    grants = None
    if mailbox.manages_members:
        grants = _grants(people.rest[mailbox.address])
    tree = tree_of(replace(mailbox, grants=grants, levels=frozenset()), table, comments)
    put_levels(tree, mailbox)
    if has_platform:
        del tree["platform"]
    teams = people.named.get(mailbox.address, ())
    if teams and isinstance(lines := tree["members"], list):
        tree["members"] = [*(Tall({"team": name}) for name in teams), *lines]
    return document_text(tree, [head, *(f"Not managed: {text}" for text in lost_lines(one.notes))], comments)


def _defaults(first: DesiredMailbox, table: Capabilities, defaults: Mapping[Field, Value], head: str) -> str:
    tree = tree_of(DesiredMailbox(first.address, first.platform, settings=defaults), table, {})
    for key in ("version", "mailbox"):
        del tree[key]
    return document_text(tree, [head, "What most mailboxes of this folder share. A spec can differ."])


def _teams(teams: Mapping[str, frozenset[Line]], table: Capabilities, adopted: Sequence[Adopted], head: str) -> str:
    comments: dict[str, list[str]] = {}
    for one in adopted:
        for key, words in comments_of(one.notes).items():
            known = comments.setdefault(key, [])
            known += [text for text in words if text not in known]
    tree: dict[str, Tree] = {name: _team(lines, table, comments) for name, lines in teams.items()}
    return text_of(tree, [head, "People who have the same rights on several mailboxes."])


def _team(lines: frozenset[Line], table: Capabilities, comments: Mapping[str, Sequence[str]]) -> Tree:
    rights = {tuple(sorted(grant.right for grant in line)) for line in lines}
    members = [*member_lines(_grants(lines), table.default_rights, comments)]
    if len(rights) > 1 or rights == {tuple(sorted(table.default_rights))}:
        return members
    return {"rights": [str(right) for right in rights.pop()], "members": [_without_rights(item) for item in members]}


def _without_rights(item: Tree) -> Tree:
    if isinstance(item, Noted):
        return Noted(_without_rights(item.value), item.notes)
    return Tall({key: value for key, value in item.items() if key != "rights"}) if isinstance(item, Mapping) else item


def _grants(lines: Iterable[Line]) -> tuple[DesiredGrant, ...]:
    grants = [grant for line in lines for grant in line]
    return tuple(sorted(grants, key=lambda grant: (grant.trustee.key, str(grant.right))))


def comments_of(notes: Iterable[Note]) -> dict[str, list[str]]:
    """Return the notes that are written as comments next to their keys, a member's next to its line."""
    comments: dict[str, list[str]] = {}
    for note in notes:
        if not note.is_lost:
            key = f"members:{note.member}" if note.member else note.key.split(".")[0]
            comments.setdefault(key, []).append(f"{note.what}: {note.why}")
    return comments


def lost_lines(notes: Iterable[Note]) -> list[str]:
    """Return what a spec cannot express as lines of a comment, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for note in notes:
        if note.is_lost:
            words = note.what if note.key == "members" else f"{note.key} {note.what}"
            by_reason.setdefault(note.why, []).append(words)
    return [f"{', '.join(things)}: {why}" for why, things in by_reason.items()]
