"""Holders that are no people: applications, and those that the service does not resolve."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sharedbox_cli.checks.members import CHECKS
from sharedbox_cli.checks.model import Subject
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ADDRESS = Address.of("support@contoso.example")
PEOPLE = [Trustee(TrusteeId(name), TrusteeKind.USER, Address.of(f"{name}@contoso.example")) for name in ("anna", "ben")]


def found(*holders: Trustee) -> dict[str, str]:
    grants = frozenset(Grant(holder.id, Right.FULL_ACCESS) for holder in holders)
    mailbox = ObservedMailbox("1", ADDRESS, MICROSOFT365, grants=grants)
    trustees = {holder.id: holder for holder in holders}
    domains = frozenset({"contoso.example"})
    observed = Observed("t", "T", frozenset({MICROSOFT365}), domains, NOW, {ADDRESS: mailbox}, trustees)
    subject = Subject(mailbox, None, observed, NOW)
    return {check.id: why for check in CHECKS for _, _, why, *_hint in check.detect(subject)}


@pytest.mark.parametrize(
    ("kind", "check"), [(TrusteeKind.APPLICATION, "member-application"), (TrusteeKind.OTHER, "member-unresolved")]
)
def test_holder_that_is_no_person_is_named_and_is_no_deputy(kind: TrusteeKind, check: str) -> None:
    other = Trustee(TrusteeId("6a51"), kind, name="Ticket system")
    assert found(*PEOPLE, other).keys() == {check}
    assert "Ticket system" in found(*PEOPLE, other)[check]
    assert found(PEOPLE[0], other).keys() == {check, "one-member"}
    alone = found(other)
    assert alone.keys() == {check, "no-member"} and "no person can read it" in alone["no-member"]


@pytest.mark.parametrize("kind", [kind for kind in TrusteeKind if kind is not TrusteeKind.ORPHAN])
def test_only_an_orphan_is_a_deleted_account(kind: TrusteeKind) -> None:
    assert "member-deleted" not in found(Trustee(TrusteeId("x"), kind, name="X"))
