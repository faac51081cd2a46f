"""Each fault and a death at each write of rights in folders, where one change takes several requests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import pytest

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.levels import PARTIAL
from sharedbox_cli.core.model import LEVELLED, MICROSOFT365, Desired, DesiredMailbox, Right
from sharedbox_cli.core.outcome import Effect
from sharedbox_cli.core.values import Value
from tests.asked import each
from tests.faults import table
from tests.providers.m365_specs import apply, observe, plan, shared, user
from tests.providers.setting import Setting, at, update_of
from tests.providers.test_m365_folder_rights import (
    CALENDAR,
    CONTACTS,
    INBOX,
    ROOT,
    VISIBLE,
    entries,
    level,
    level_of,
    somebody_gives,
)
from tests.slow_rest import in_turn

Make = Callable[[Setting], Change]
WRITES = "exchange.[ARS]*-MailboxFolderPermission"
READS = ("exchange.Get-MailboxFolderStatistics", "exchange.Get-MailboxFolderPermission")
FOLDERS = (CALENDAR, CONTACTS, INBOX, ROOT)


def everybody(**after: Value) -> Make:
    """Return the change of what everybody can do: `calendar_default="reader"`."""
    return lambda setting: update_of(
        setting, "sales", {Field(name.replace("_", ".")): value for name, value in after.items()}
    )


CHANGES: dict[str, tuple[int, Make]] = {
    "another level": (1, level_of(Kind.UPDATE, "reader")),
    "contacts": (1, level_of(Kind.GRANT, "editor", Right.CONTACTS, {})),
    "contacts no more": (1, level_of(Kind.REVOKE, "", Right.CONTACTS, {CONTACTS: "Editor"})),
    "reading": (2, level_of(Kind.GRANT, "", Right.READ, {})),
    "reading made whole": (2, level_of(Kind.UPDATE, "", Right.READ, {INBOX: "Editor"})),
    "reading no more": (2, level_of(Kind.REVOKE, "", Right.READ, {INBOX: "Reviewer", ROOT: VISIBLE})),
    "reading made incomplete": (2, level_of(Kind.UPDATE, PARTIAL, Right.READ, {INBOX: "Editor", ROOT: VISIBLE})),
    "calendar for everybody": (2, everybody(calendar_default="editor", calendar_anonymous="availability")),
    "contacts for everybody": (1, everybody(contacts_default="reader")),
}
"""How many writes each change takes."""
_FAULTS = cycle(
    (group, name)
    for names in zip(*table.GROUPS.values(), strict=True)
    for group, name in zip(table.GROUPS, names, strict=True)
)
ROWS = [
    (name, number, *next(_FAULTS))
    for name, (writes, _) in CHANGES.items()
    for number in range(1, writes + 1)
    for _ in range(writes)
]
"""Each write with a fault, or two where it is one of two writes; the faults take turns, so that each is met."""


def state(setting: Setting) -> object:
    return [entries(setting, folder) for folder in FOLDERS]


@pytest.mark.parametrize("row", in_turn({"-".join(map(str, row)): row for row in ROWS}, 0, 3))
def test_fault_at_a_write_when_settled_then_the_change_is_there_and_whole(
    demo: Setting, row: tuple[str, int, str, str]
) -> None:
    name, number, group, fault = row
    writes, make = CHANGES[name]
    change = make(demo)
    demo.forget()
    demo.faults({"route": WRITES, "n": number, **table.GROUPS[group][fault]})
    outcome = demo.provider().apply(change)
    demo.faults()
    assert outcome.is_success, outcome
    assert demo.provider().settle(change) is Effect.PRESENT
    found = state(demo)
    assert demo.provider().apply(change).is_success
    assert state(demo) == found, "it was whole"
    assert len(demo.effects()) == writes, demo.effects()


LEVELS = frozenset(LEVELLED)
READERS = (user("ben"), user("chloe", Right.READ))
FEW = replace(shared("sales", {Field.CALENDAR_DEFAULT: "availability"}, READERS), levels=LEVELS)
MORE = replace(
    shared("sales", {Field.CALENDAR_DEFAULT: "details"}, [*READERS, user("anna", Right.READ), level("emi", "reader")]),
    levels=LEVELS,
)


def test_death_at_each_write_when_run_again_then_all_is_there_or_gone(demo: Setting) -> None:
    ends = []
    for spec in each((MORE, FEW)):
        apply(demo.provider(), plan(demo, demo.provider(), spec))
        ends.append(state(demo))
    assert ends[0] != ends[1]
    for number in each(range(1, 5)):
        for spec, end in each(list(zip((MORE, FEW), ends, strict=True))):
            demo.faults({"route": WRITES, "n": number, "kind": "forbidden", "count": 10_000})
            apply(demo.provider(), plan(demo, demo.provider(), spec))  # no write from this one on: it is dead
            demo.faults()
            changes = plan(demo, demo.provider(), spec)
            assert changes, "something was left"
            apply(demo.provider(), changes)
            assert state(demo) == end
    assert plan(demo, demo.provider(), FEW) == ()


def spec_of(local: str) -> DesiredMailbox:
    """Return a spec that reads every folder of a mailbox in which rights are managed."""
    return replace(
        shared(local, {Field.CALENDAR_DEFAULT: "none"}, [user("ben", Right.READ)]), levels=frozenset(LEVELLED)
    )


def give_everything(setting: Setting) -> None:
    for local in ("sales", "billing"):
        for folder, role in ((CALENDAR, "Editor"), (CONTACTS, "Reviewer"), (INBOX, "Reviewer"), (ROOT, VISIBLE)):
            somebody_gives(setting, folder, "ben", role, local)


def read(setting: Setting) -> object:
    observed = observe(setting.provider(), spec_of("sales"), spec_of("billing"))
    assert not observed.unread
    return [
        (mailbox.grants, mailbox.levels, mailbox.settings.get(Field.CALENDAR_DEFAULT))
        for mailbox in map(observed.mailboxes.__getitem__, (at("sales"), at("billing")))
    ]


@pytest.mark.slow
def test_passing_fault_while_rights_in_folders_are_read_changes_nothing_of_what_is_read(demo: Setting) -> None:
    give_everything(demo)
    whole = read(demo)
    for number, (route, group, fault) in each(list(enumerate(table.matrix(READS)))):
        demo.forget()
        demo.faults({"route": route, "n": 1 + number % 2, **table.GROUPS[group][fault]})
        assert read(demo) == whole, (route, fault)
        assert demo.calls(route) > 1


@pytest.mark.slow
@pytest.mark.parametrize("route", READS)
def test_fault_that_stays_while_rights_in_folders_are_read_is_never_nobody(demo: Setting, route: str) -> None:
    give_everything(demo)
    specs = (spec_of("sales"), spec_of("billing"))
    whole = plan(demo, demo.provider(), *specs)
    faults = (table.FAILED["500"], *table.NO_ANSWER.values(), {"kind": "forbidden"}, {"kind": "truncate"})
    for number, fault in each(list(enumerate(faults))):
        demo.faults({"route": route, "n": 1 + number % 2, "count": 10_000, **fault})
        provider = demo.provider()
        try:
            observed = observe(provider, *specs)
        except (CloudError, ObserveError):
            continue
        unread = {item.mailbox for item in observed.unread}
        assert unread, fault
        for spec in each(specs):
            desired = Desired({spec.address: spec}, "digest", 1)
            refused = pytest.raises(ObserveError) if spec.address in unread else contextlib.nullcontext()
            with refused:
                changes = make_plan(desired, {MICROSOFT365: observed}, demo.clock.now(), "0").changes
                assert changes == tuple(change for change in whole if change.mailbox == spec.address), fault
