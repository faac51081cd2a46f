"""Google mailboxes of both kinds. Without arguments they have no findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sharedbox_cli.checks.limits import GIB
from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Grant,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.values import BLOCKED, KIND_SHARED, Value
from tests.strategies import NOW, address

MAILBOX = address("box")
STARTER = "google-workspace-business-starter"
ACCOUNT: dict[Field, Value] = {
    Field.KIND: KIND_SHARED,
    Field.SIGN_IN: BLOCKED,
    Field.ALIASES: (),
    Field.FORWARDING_TO: "",
    Field.SENDERS: (),
    Field.CALENDAR_DEFAULT: "availability",
    Field.CALENDAR_ANONYMOUS: "none",
}
ACCOUNT_FACTS: dict[Fact, Value] = {
    Fact.USED_BYTES: GIB,
    Fact.POOL_USED_BYTES: 500 * GIB,
    Fact.POOL_TOTAL_BYTES: 1000 * GIB,
    Fact.MAILBOX_PLANS: (STARTER,),
    Fact.DELEGATION: "on",
    Fact.IS_SUSPENDED: False,
    Fact.SIGN_IN_STATE: "hardened at 2026-01-01",
}
GROUP: dict[Field, Value] = {
    Field.KIND: KIND_SHARED,
    Field.ALIASES: (),
    Field.GROUP_JOINING: "invited",
    Field.GROUP_EXTERNAL_MEMBERS: False,
    Field.GROUP_MANAGING_MEMBERS: "owners-and-managers",
}
GROUP_FACTS: dict[Fact, Value] = {Fact.POSTING: "anyone", Fact.VIEWING: "members", Fact.HAS_HISTORY: True}


def person(number: int, *, domain: str = "contoso.example", **more: Any) -> Trustee:
    """Return a person of the organisation, or of another one."""
    who = Address.of(f"p{number}@{domain}")
    return Trustee(TrusteeId(f"p{number}"), TrusteeKind.USER, who, f"P{number}", **more)


OUTSIDER = person(7, domain="partner.example", is_guest=True)
OFF = person(8, is_enabled=False)
INNER = Trustee(TrusteeId("inner"), TrusteeKind.GROUP, address("inner"), "Inner")
PEOPLE = (person(1), person(2), OUTSIDER, OFF, INNER)


def observed(
    platform: Platform,
    grants: frozenset[Grant] | None,
    trustees: tuple[Trustee, ...] = (),
    settings: Mapping[Field, Value] | None = None,
    facts: Mapping[Fact, Value] | None = None,
    special: tuple[SpecialEntry, ...] = (),
    **more: object,
) -> Observed:
    """Return a tenant with one mailbox."""
    is_group = platform == GOOGLE_COLLABORATIVE
    known = {one.id: one for one in (*PEOPLE, *trustees)}
    mailbox = ObservedMailbox(
        "b",
        MAILBOX,
        platform,
        {**(GROUP if is_group else ACCOUNT), **(settings or {})},
        grants,
        special,
        {**(GROUP_FACTS if is_group else ACCOUNT_FACTS), **(facts or {})},
    )
    tenant = Observed(
        "C1",
        "contoso.example",
        frozenset({platform}),
        frozenset({"contoso.example", "contoso-mail.example"}),
        NOW,
        mailboxes={MAILBOX: mailbox},
        trustees=known,
        directory={one.address: key for key, one in known.items() if one.address},
        members={INNER.id: frozenset({TrusteeId("p1")})},
    )
    return replace(tenant, **more)  # type: ignore[arg-type]


def delegated(
    *delegates: Trustee,
    settings: Mapping[Field, Value] | None = None,
    facts: Mapping[Fact, Value] | None = None,
    **more: object,
) -> Observed:
    """Return a tenant with one account, by default with two delegates."""
    held = frozenset(Grant(one.id, Right.FULL_ACCESS) for one in delegates or (person(1), person(2)))
    return observed(GOOGLE_DELEGATED, held, delegates, settings, facts, **more)  # type: ignore[arg-type]


def inbox(
    *members: tuple[Trustee, Right],
    settings: Mapping[Field, Value] | None = None,
    facts: Mapping[Fact, Value] | None = None,
    **more: object,
) -> Observed:
    """Return a tenant with one group, by default with an owner and a member."""
    roles = members or ((person(1), Right.OWNER), (person(2), Right.MEMBER))
    held = frozenset(Grant(one.id, right) for one, right in roles)
    return observed(GOOGLE_COLLABORATIVE, held, tuple(one for one, _ in roles), settings, facts, **more)  # type: ignore[arg-type]


def wanting(platform: Platform, **more: object) -> DesiredMailbox:
    """Return a spec of the mailbox."""
    return DesiredMailbox(MAILBOX, platform, **more)  # type: ignore[arg-type]


def options(count: int) -> tuple[DesiredGrant, ...]:
    """Return the given number of delegates of a spec."""
    return tuple(DesiredGrant(address(f"w{n}"), TrusteeKind.USER, Right.FULL_ACCESS) for n in range(count))


def findings_of(one: Observed, spec: DesiredMailbox | None = None) -> set[str]:
    """Return the ids of the checks that have findings."""
    desired = Desired({MAILBOX: spec} if spec else {}, "", 1)
    return {item.check for item in run_checks(desired, dict.fromkeys(one.platforms, one), NOW).findings}
