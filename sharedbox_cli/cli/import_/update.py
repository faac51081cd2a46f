"""`import --update`: existing specs that differ from the tenant are changed in place, or named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.edits import Edits, text_of
from sharedbox_cli.cli.import_.adopt import adopt
from sharedbox_cli.cli.import_.update_levels import levels_wanted
from sharedbox_cli.cli.import_.update_lists import LISTS, entries_of, kept_of, without_expansion
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff import diff_mailbox
from sharedbox_cli.core.errors import SpecError, UsageError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, DesiredMailbox, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.until import NEVER, until_words
from sharedbox_cli.language.export.document import member_lines, setting_tree
from sharedbox_cli.language.export.edit import CannotEdit, Keys, Wanted, edited
from sharedbox_cli.language.export.edit_entries import Entry
from sharedbox_cli.language.export.folder import Adopted
from sharedbox_cli.language.leaves import SETTING_LEAVES
from sharedbox_cli.language.load import LoadedSpecs, load_specs
from sharedbox_cli.language.merge import Merger
from sharedbox_cli.language.resolve import resolve

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.adopt import AbilityTable, Existing
    from sharedbox_cli.core.values import Value
    from sharedbox_cli.language.export.yaml import Tree

UNREADABLE_BACK = "the file would not say what the tenant has: change it by hand"


@dataclass(slots=True)
class Updates:
    """The new texts of files, and why some mailboxes need a person."""

    texts: dict[Path, str] = field(default_factory=dict)
    old: dict[Path, str] = field(default_factory=dict)
    updated: set[Address] = field(default_factory=set)
    by_hand: dict[Address, str] = field(default_factory=dict)

    @property
    def edits(self) -> Edits:
        """Return the changes of files."""
        return Edits(self.old, self.texts)


def updates_of(
    folder: Path,
    differing: Iterable[DesiredMailbox],
    existing: Existing,
    observations: Mapping[Platform, Observed],
    capabilities: AbilityTable,
) -> Updates:
    """Return the changed files, after reading them back: no spec is changed that would not be as in the tenant."""
    # from the end of each file, so that the lines of the other documents stay where they are
    mailboxes = sorted(differing, key=lambda one: (str(one.place.file), -one.place.line))
    for at_once in (True, False):
        updates = Updates()
        for mailbox in mailboxes:
            before = dict(updates.texts)
            try:
                _update(updates, mailbox, existing, observations[mailbox.platform], capabilities)
                if not at_once:
                    _verify(folder, updates, {mailbox.address}, existing, observations, capabilities)
            except (CannotEdit, SpecError) as error:
                updates.texts = before
                updates.by_hand[mailbox.address] = str(error) if isinstance(error, CannotEdit) else UNREADABLE_BACK
            else:
                updates.updated.add(mailbox.address)
        with suppress(CannotEdit, SpecError):
            _verify(folder, updates, updates.updated, existing, observations, capabilities)
            break
    return updates


def chosen_of(
    updates: Updates,
    paths: Collection[Path],
    folder: Path,
    existing: Existing,
    observations: Mapping[Platform, Observed],
    capabilities: AbilityTable,
) -> Updates:
    """Return the part of updates for some files, after reading it back. Raises UsageError."""
    if set(paths) == updates.edits.changed.keys():
        return updates
    updated = {address for address in updates.updated if Path(existing.desired.mailboxes[address].place.file) in paths}
    part = Updates({path: updates.texts[path] for path in paths}, updates.old, updated, updates.by_hand)
    try:
        _verify(folder, part, updated, existing, observations, capabilities)
    except (CannotEdit, SpecError) as error:
        why = "The files that you chose need the others. Nothing was written."
        raise UsageError("the specs cannot be changed", where=str(folder), why=why) from error
    return part


def _update(
    updates: Updates, mailbox: DesiredMailbox, existing: Existing, observed: Observed, capabilities: AbilityTable
) -> None:
    path = Path(str(mailbox.place.file))
    if path not in updates.texts:
        updates.old[path] = text_of(path)
    text = updates.texts.get(path) or updates.old[path]
    wanted = _wanted(text, mailbox, existing, observed, capabilities)
    updates.texts[path] = edited(text, mailbox.place.line, wanted)


def _wanted(
    text: str, mailbox: DesiredMailbox, existing: Existing, observed: Observed, capabilities: AbilityTable
) -> Wanted:
    table = capabilities[mailbox.platform]
    changes = diff_mailbox(mailbox, observed)
    adopted = adopt(observed.mailboxes[mailbox.address], observed, {mailbox.platform: table}, is_members_only=False)
    real = adopted.mailbox
    settings: dict[Keys, Tree] = {}
    entries: dict[Keys, list[Entry]] = {}
    members: dict[str, Mapping[str, Tree] | None] = {}
    for change in changes:
        if change.party is not None and change.kind in (Kind.GRANT, Kind.REVOKE, Kind.UPDATE):
            if change.party.right not in LEVELLED:
                address = _member_of(change, observed)
                grants = [grant for grant in real.grants or () if grant.trustee == address]
                line = next(iter(member_lines(grants, table.default_rights, {})), None)
                members[address.key] = line if isinstance(line, Mapping) else None
                _refuse_over(mailbox, address, line)
        elif change.kind is Kind.UPDATE and Field.KIND not in change.after:
            for name in change.after:
                keys = SETTING_LEAVES[name].keys
                there = observed.mailboxes[mailbox.address].settings.get(name)
                if name in LISTS and not SETTINGS[name].is_ensured:
                    _refuse_lost(name, there, adopted)
                settings[keys], listed = _setting(name, mailbox, real, there, existing.loaded, table)
                if listed is not None:
                    entries[keys] = listed
        else:
            raise CannotEdit("the object is of another kind")
    endless = {key.key: _end_place(mailbox, key) for change in changes if (key := _endless(change)) is not None}
    known = {grant.trustee.key for grant in mailbox.grants or () if grant.right not in LEVELLED}
    moved = frozenset(Address.of(key) for key, line in members.items() if line is None or key not in known)
    levels = levels_wanted(text, mailbox, real, observed, changes, moved)
    settings |= {(str(right), "members"): level for right, level in levels.members.items()}
    members |= dict.fromkeys(sorted(levels.leaving), None)
    return Wanted(settings, entries, members, levels.people, endless, tuple(map(str, table.default_rights)))


def _refuse_lost(name: Field, there: Value, adopted: Adopted) -> None:
    """Raise CannotEdit if entries of a list cannot be in a spec. Those that no spec changes are not among them."""
    key, left = SETTING_LEAVES[name].keys[0], adopted.mailbox.settings.get(name)
    if isinstance(there, tuple) and isinstance(left, tuple) and len(left) < len(there):
        why = next((note.why for note in adopted.notes if note.is_lost and note.key == key), "")
        raise CannotEdit(f"`{key}` has something that a spec cannot express: {why}")


def _setting(
    name: Field, mailbox: DesiredMailbox, real: DesiredMailbox, there: Value, loaded: LoadedSpecs, table: Capabilities
) -> tuple[Tree, list[Entry] | None]:
    """Return what the document should say under a key, and its entries where it has its own list."""
    wanted = mailbox.settings[name]
    is_ensured = SETTINGS[name].is_ensured and isinstance(wanted, tuple)
    value = kept_of(wanted, there) if is_ensured else real.settings.get(name, SETTINGS[name].new)
    if name not in LISTS and name not in mailbox.shared_out:
        return setting_tree(name, {name: value}), None
    key = SETTING_LEAVES[name].keys[0]
    document = next(one for one in loaded.documents if Address.of(one.spec.mailbox) == mailbox.address)
    spec = Merger(loaded).merged(document).spec
    value = without_expansion(name, value, mailbox, getattr(spec, key), table.canonical)
    settings = {**mailbox.settings, name: value}
    own = getattr(document.spec, key)
    listed = entries_of(name, value, own, settings, table.canonical) if own and name in LISTS else None
    return setting_tree(name, settings), listed


def _member_of(change: Change, observed: Observed) -> Address:
    """Return the member whose rights differ. Raises CannotEdit."""
    party = change.party
    address = party.address if party is not None else None
    if party is None or address is None or {Field.DELIVERY, Field.AUTOMAPPING} & {*change.after}:
        raise CannotEdit("how a member gets mail differs")
    held = observed.mailboxes[change.mailbox].grants or ()
    if any(grant.right is Right.READ and grant.trustee == party.id and grant.detail for grant in held):
        raise CannotEdit(f"what {address} can do in the inbox is not `read`: no right of a spec says it")
    return address


def _refuse_over(mailbox: DesiredMailbox, member: Address, line: Tree | None) -> None:
    """Raise CannotEdit for somebody who still has what ended by the spec: only a person can prolong that."""
    over = next((one for one in mailbox.expired if one.trustee == member), None)
    if over is not None and over.until is not None and isinstance(line, Mapping) and "until" not in line:
        why = f"the access of {member} ended after {until_words(over.until)}, and the tenant still has it"
        raise CannotEdit(f"{why}: apply to end it, or change `until` in {over.place}")


def _endless(change: Change) -> Address | None:
    """Return the member who has no end in the tenant, and one in the spec."""
    if change.party is None or change.kind is not Kind.UPDATE or Field.ROLE in change.after:
        return None
    return change.party.address if change.before.get(Field.UNTIL) == NEVER else None


def _end_place(mailbox: DesiredMailbox, member: Address) -> str:
    """Return where the end of a member was written."""
    return next((str(one.place) for one in mailbox.grants or () if one.trustee == member and one.until), "the defaults")


def _verify(
    folder: Path,
    updates: Updates,
    addresses: Collection[Address],
    existing: Existing,
    observations: Mapping[Platform, Observed],
    capabilities: AbilityTable,
) -> None:
    """Read the new texts: these mailboxes must be as in the tenant, and all others as before.

    Raises CannotEdit, SpecError.
    """
    if not updates.texts:
        return
    desired = resolve(load_specs([folder], updates.texts), capabilities, utc_now()).mailboxes
    changed = {*addresses, *updates.updated}
    is_right = all(
        address in desired and not diff_mailbox(desired[address], observations[desired[address].platform])
        for address in addresses
    )
    others = {key: one for key, one in existing.desired.mailboxes.items() if key not in changed}
    if not is_right or others != {key: one for key, one in desired.items() if key not in changed}:
        raise CannotEdit(UNREADABLE_BACK)
