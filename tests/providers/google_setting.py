"""An emulated Workspace, a provider connected to it through the real SDKs, and the path from spec to outcomes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.levels import inside_of
from sharedbox_cli.core.mail_targets import recipients_of
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    LEVELLED,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    MembersMode,
    Platform,
    Right,
    State,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.company import DOMAIN
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.config import google_connection
from sharedbox_cli.providers.google_workspace.provider import GoogleWorkspace
from tests.emulated import Emulated, VirtualClock

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
PEOPLE = ("anna", "ben", "chloe", "emi")
STANDARD = "google-workspace-business-standard"
STARTER = "google-workspace-business-starter"
Fill = Callable[[GoogleBuilder], Any]


def at(local: str) -> Address:
    """Return an address of the tenant; whole addresses stay."""
    return Address.of(local if "@" in local else f"{local}@{DOMAIN}")


@dataclass
class GoogleSetting(Emulated):
    """A Workspace with everything around it."""

    clock: VirtualClock
    make: GoogleBuilder
    made: list[GoogleWorkspace] = field(default_factory=list)

    def provider(self, **more: str) -> GoogleWorkspace:
        """Return a provider that signs in; closed with the test."""
        environment = {**self.emulator.environment(), **more}
        connection = google_connection(None, environment)
        assert connection is not None
        provider = GoogleWorkspace(connection, clock=self.clock, rng=random.Random(1))  # noqa: S311 - jitter
        self.made.append(provider)
        return provider

    @property
    def shared(self) -> GoogleWorkspace:
        """Return the test's one provider."""
        return self.made[0] if self.made else self.provider()

    def calls(self) -> Counter[str]:
        """Return how often each method was called, batch parts counted and batches not."""
        routes = self.routes()
        return Counter(
            {name.removeprefix("google."): count for name, count in routes.items() if name != "google.batch"}
        )

    def requests(self) -> int:
        """Return how many HTTP requests were made."""
        return self.routes(with_parts=False).total()

    def observe(self, *mailboxes: DesiredMailbox, facts: Iterable[Fact] = ()) -> Observed:
        """Return what a plan for these boxes rests on."""
        return self.shared.observe(scope_of(mailboxes, facts))

    def plan(self, *mailboxes: DesiredMailbox) -> tuple[Change, ...]:
        """Return what has to change."""
        observed = self.observe(*mailboxes)
        desired = Desired({mailbox.address: mailbox for mailbox in mailboxes}, "digest", len(mailboxes))
        return make_plan(desired, {mailboxes[0].platform: observed}, NOW, "0").changes

    def run(self, *mailboxes: DesiredMailbox) -> dict[str, Outcome]:
        """Plan and apply; return the outcomes by the key of their change. What needs a failed change is left out."""
        return self.apply(self.plan(*mailboxes))

    def apply(self, changes: Iterable[Change], provider: GoogleWorkspace | None = None) -> dict[str, Outcome]:
        """Apply changes in their order."""
        outcomes: dict[str, Outcome] = {}
        for change in changes:
            if all(outcomes[need].is_success for need in change.needs if need in outcomes):
                outcomes[change.key] = (provider or self.shared).apply(change)
        return outcomes


def scope_of(mailboxes: Iterable[DesiredMailbox], facts: Iterable[Fact] = ()) -> Scope:
    """Return what has to be read to plan some boxes, as the command line asks for it."""
    mailboxes = tuple(mailboxes)
    wanted = [grant for mailbox in mailboxes for grant in mailbox.grants or ()]
    fields = {name for mailbox in mailboxes for name in mailbox.settings} | {Field.KIND}
    if any(grant.delivery is not None for grant in wanted):
        fields.add(Field.DELIVERY)
    if any(mailbox.enforces_until for mailbox in mailboxes):
        fields.add(Field.UNTIL)
    return Scope(
        frozenset({mailbox.platform for mailbox in mailboxes}),
        frozenset(mailbox.address for mailbox in mailboxes),
        frozenset(fields),
        frozenset(facts),
        frozenset(mailbox.address for mailbox in mailboxes if mailbox.manages_members),
        frozenset(grant.trustee for grant in wanted),
        any(grant.kind is TrusteeKind.GROUP for grant in wanted),
        frozenset(grant.right for grant in wanted),
        inside={mailbox.address: inside_of(mailbox) for mailbox in mailboxes},
        named_by=Desired({mailbox.address: mailbox for mailbox in mailboxes}).named_by,
        recipients=recipients_of(mailboxes),
        managing={
            mailbox.address: frozenset({*mailbox.settings, *((Field.UNTIL,) if mailbox.enforces_until else ())})
            for mailbox in mailboxes
        },
    )


def everything(platform: Platform, *, facts: Iterable[Fact] = (), fields: Iterable[Field] = (Field.KIND,)) -> Scope:
    """Return the scope of an audit: all mailboxes with all their grants."""
    return Scope(frozenset({platform}), None, frozenset(fields), frozenset(facts), None, with_members=True)


def delegated(
    local: str,
    settings: Mapping[Field, Value] | None = None,
    grants: Iterable[DesiredGrant] | None = None,
    state: State = State.PRESENT,
    mode: MembersMode = MembersMode.EXACT,
) -> DesiredMailbox:
    """Return the spec of an account with delegates, its values in the platform's form."""
    return _box(GOOGLE_DELEGATED, local, settings, grants, state, mode)


def collaborative(
    local: str,
    settings: Mapping[Field, Value] | None = None,
    grants: Iterable[DesiredGrant] | None = None,
    state: State = State.PRESENT,
    mode: MembersMode = MembersMode.EXACT,
) -> DesiredMailbox:
    """Return the spec of a group used as an inbox."""
    return _box(GOOGLE_COLLABORATIVE, local, settings, grants, state, mode)


def _box(
    platform: Platform,
    local: str,
    settings: Mapping[Field, Value] | None,
    grants: Iterable[DesiredGrant] | None,
    state: State,
    mode: MembersMode,
) -> DesiredMailbox:
    canonical = CAPABILITIES[platform].canonical
    values = {name: canonical(name, value) for name, value in (settings or {}).items()}
    wanted = None if grants is None else tuple(grants)
    levels = frozenset(grant.right for grant in wanted or () if grant.right in LEVELLED)
    return DesiredMailbox(at(local), platform, state, values, wanted, levels, members_mode=mode)


def user(local: str, right: Right = Right.FULL_ACCESS, delivery: str | None = None) -> DesiredGrant:
    """Return a right that a spec gives to somebody."""
    return DesiredGrant(at(local), TrusteeKind.USER, right, delivery=delivery)


def level(local: str, detail: str, right: Right = Right.CALENDAR, kind: TrusteeKind = TrusteeKind.USER) -> DesiredGrant:
    """Return a level that a spec gives to somebody."""
    return DesiredGrant(at(local), kind, right, detail)


def group(local: str, right: Right = Right.MEMBER, delivery: str | None = None) -> DesiredGrant:
    """Return a right that a spec gives to a group."""
    return DesiredGrant(at(local), TrusteeKind.GROUP, right, delivery=delivery)


def held(observed: Observed) -> set[tuple[str, str, str]]:
    """Return every grant of somebody with an address as (mailbox, trustee, right), as the seed writes them."""
    found = set()
    for address, mailbox in observed.mailboxes.items():
        for grant in mailbox.grants or ():
            trustee = observed.trustees[grant.trustee]
            if trustee.address is not None and trustee.kind is not TrusteeKind.ORPHAN:
                found.add((address.key, trustee.address.key, str(grant.right)))
    return found


def company(make: GoogleBuilder) -> None:
    """Fill a small company: people, a delegated mailbox, an inbox, an ordinary group."""
    for local in PEOPLE:
        make.person(local, f"{local.title()} Person")
    make.person("hugo", "Hugo Left", suspended=True)
    sales = make.mailbox("sales", "Sales Desk", aliases=(f"verkauf@{DOMAIN}",), used_mb=1200)
    make.delegate(sales, id_of(make, "ben"))
    desk = make.inbox("desk", "Desk", aliases=(f"pult@{DOMAIN}",))
    make.member(desk, id_of(make, "anna"), "OWNER")
    make.member(desk, id_of(make, "ben"), delivery="NONE")
    make.member(make.group("all", "All staff"), id_of(make, "chloe"))
    plain = make.group("news", "News")
    make.member(plain, id_of(make, "emi"))


def id_of(make: GoogleBuilder, local: str) -> str:
    """Return the id of somebody, from the tenant's set-up."""
    row = make.store.owner(str(at(local).key))
    assert row is not None
    return str(row["owner"])
