"""Small tenants and the changes that tests make on them."""

from __future__ import annotations

from datetime import datetime

from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import (
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    Platform,
    Right,
    State,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.values import (
    ALLOWED,
    BLOCKED,
    COPY_BOTH,
    COPY_SENDER,
    KIND_SHARED,
    LICENCE_NONE,
    PLAN_1,
    PLAN_2,
)
from tests.field_values import DOMAIN
from tests.strategies import NOW, address, planned, trustees


def person(number: int) -> TrusteeId:
    """Return the id of a person of the test tenant."""
    return TrusteeId(f"id-person{number}")


def party(number: int = 0, right: Right = Right.FULL_ACCESS) -> Party:
    """Return a person as the party of a change."""
    return Party(person(number), right, address(f"person{number}"), f"Person{number}")


def grant(box: str, number: int = 0, right: Right = Right.FULL_ACCESS, **more: object) -> Change:
    """Return the change that gives a right."""
    made = Change(Kind.GRANT, Phase.GRANT, address(box), MICROSOFT365, f"id-{box}", party=party(number, right))
    return _with(made, more)


def revoke(box: str, number: int = 0, right: Right = Right.FULL_ACCESS, **more: object) -> Change:
    """Return the change that takes a right."""
    made = Change(Kind.REVOKE, Phase.REVOKE, address(box), MICROSOFT365, f"id-{box}", party=party(number, right))
    return _with(made, more)


def rename(box: str, name: str = "New", **more: object) -> Change:
    """Return the change of a display name."""
    made = Change(
        Kind.UPDATE,
        Phase.SETTINGS,
        address(box),
        MICROSOFT365,
        f"id-{box}",
        before={Field.DISPLAY_NAME: box},
        after={Field.DISPLAY_NAME: name},
    )
    return _with(made, more)


def licence(box: str, **more: object) -> Change:
    """Return the change that takes a seat."""
    made = Change(
        Kind.LICENCE,
        Phase.LICENCE_UP,
        address(box),
        MICROSOFT365,
        f"id-{box}",
        before={Field.LICENCE: LICENCE_NONE},
        after={Field.LICENCE: PLAN_2},
    )
    return _with(made, more)


def create(box: str, **more: object) -> Change:
    """Return the change that makes a mailbox."""
    made = Change(Kind.CREATE, Phase.CREATE, address(box), MICROSOFT365, how="new", after={Field.DISPLAY_NAME: box})
    return _with(made, more)


def delete(box: str, **more: object) -> Change:
    """Return the change that deletes a mailbox."""
    return _with(Change(Kind.DELETE, Phase.DELETE, address(box), MICROSOFT365, f"id-{box}"), more)


def _with(change: Change, more: dict[str, object]) -> Change:
    from dataclasses import replace

    return replace(change, **more)  # type: ignore[arg-type]  # named by the test


def mailbox(name: str, *grants: Grant, **settings: object) -> ObservedMailbox:
    """Return a mailbox that exists."""
    found = {
        Field.DISPLAY_NAME: name,
        Field.ALIASES: (),
        Field.HIDDEN: False,
        Field.SIGN_IN: BLOCKED,
        Field.SENT_AS: COPY_SENDER,
        Field.SENT_ON_BEHALF: COPY_SENDER,
        Field.LICENCE: LICENCE_NONE,
        Field.KIND: KIND_SHARED,
        **{Field[key]: value for key, value in settings.items()},
    }
    return ObservedMailbox(f"id-{name}", address(name), MICROSOFT365, found, frozenset(grants))  # type: ignore[arg-type]  # values of settings


def observed(*mailboxes: ObservedMailbox, platform: Platform = MICROSOFT365, read_at: datetime = NOW) -> Observed:
    """Return a tenant with these mailboxes."""
    known = trustees()
    return Observed(
        "tenant-1",
        "Contoso",
        frozenset({platform}),
        frozenset({DOMAIN}),
        read_at,
        mailboxes={box.address: box for box in mailboxes},
        trustees=known,
        directory={item.address: key for key, item in known.items() if item.address},
    )


def wanted(number: int, *rights: Right) -> tuple[DesiredGrant, ...]:
    """Return the wish that a person has these rights."""
    return tuple(DesiredGrant(address(f"person{number}"), TrusteeKind.USER, right) for right in rights)


FULL, AS, BEHALF = Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF


def twelve() -> tuple[Desired, Observed]:
    """Return specs and a tenant between which lie twelve writes of all kinds."""
    there = observed(
        mailbox(
            "support", Grant(person(0), FULL), Grant(person(0), AS), DISPLAY_NAME="Old", SIGN_IN=ALLOWED, LICENCE=PLAN_1
        ),
        mailbox("info", Grant(person(2), FULL)),
        mailbox("invoices", Grant(person(3), FULL)),
    )
    mailboxes = (
        DesiredMailbox(
            address("support"),
            MICROSOFT365,
            settings={Field.DISPLAY_NAME: "Support", Field.SIGN_IN: BLOCKED, Field.LICENCE: LICENCE_NONE},
            grants=wanted(1, FULL, AS),
        ),
        DesiredMailbox(address("sales"), MICROSOFT365, settings={Field.SENT_AS: COPY_BOTH}, grants=wanted(4, FULL)),
        DesiredMailbox(address("info"), MICROSOFT365, State.ABSENT),
        DesiredMailbox(address("invoices"), MICROSOFT365, settings={Field.HIDDEN: True}, grants=wanted(3, FULL)),
    )
    return Desired({box.address: box for box in mailboxes}, "digest", len(mailboxes)), there


def four() -> tuple[Desired, Observed]:
    """Return specs and a tenant between which lie four writes."""
    there = observed(mailbox("support", Grant(person(0), FULL)))
    mailboxes = (
        DesiredMailbox(address("support"), MICROSOFT365, grants=wanted(1, FULL)),
        DesiredMailbox(address("sales"), MICROSOFT365, settings={}, grants=wanted(4, FULL)),
    )
    return Desired({box.address: box for box in mailboxes}, "digest", len(mailboxes)), there


def plan_of(desired: Desired, there: Observed) -> Plan:
    """Return the plan for the one test tenant."""
    return planned(desired, there)
