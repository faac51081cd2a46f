"""The audit of one cloud and of two: headings, letters, what was not read, and data that stays as it was."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    Fact,
    Grant,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.values import KIND_GROUP
from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.formats import text
from sharedbox_cli.reports.formats.data import to_csv, to_json
from sharedbox_cli.reports.views.access import access_report
from sharedbox_cli.reports.views.arrangement import Arrangement
from tests.strategies import NOW

DESK = Address.of("desk@contoso.example")


def observed(platform: Platform, tenant: str, right: Right, own: str = "anna@contoso.example") -> Observed:
    anna = Trustee(TrusteeId(f"{tenant}-anna"), TrusteeKind.USER, Address.of(own), f"Anna {tenant}")
    mailbox = ObservedMailbox(f"{tenant}-box", DESK, platform, grants=frozenset({Grant(anna.id, right)}))
    return Observed(
        tenant,
        tenant,
        frozenset({platform}),
        frozenset({"contoso.example"}),
        NOW,
        mailboxes={DESK: mailbox},
        trustees={anna.id: anna},
        directory={DESK: TrusteeId("?"), Address.of("anna@contoso.example"): anna.id},
    )


EXCHANGE = observed(MICROSOFT365, "t", Right.FULL_ACCESS)
INBOX = observed(GOOGLE_COLLABORATIVE, "C", Right.OWNER, "a.mueller@contoso.example")
BOTH = (EXCHANGE, INBOX)


def report(how: str, *observations: Observed) -> Report:
    rows = tuple(access_rows({platform: one for one in observations for platform in one.platforms}))
    return access_report(
        rows, Arrangement(how), [mailbox for one in observations for mailbox in one.mailboxes.values()], ("a note",)
    )


def shown(how: str, *observations: Observed) -> list[str]:
    return [line.rstrip() for line in text.render(report(how, *observations), width=120).splitlines()]


def test_one_address_in_two_clouds_has_two_headings() -> None:
    lines = shown("mailbox", *BOTH)
    first, second = (
        lines.index("desk@contoso.example (google-collaborative)"),
        lines.index("desk@contoso.example (microsoft365)"),
    )
    assert "owner" in "".join(lines[first:second])
    assert "full access" in "".join(lines[second:])
    assert "2 mailboxes on 2 platforms, 1 person, 2 rights." in lines
    assert "a note" in lines


def test_person_in_two_clouds_has_one_heading() -> None:
    lines = shown("person", *BOTH)
    assert [line for line in lines if line.startswith("Anna")] == ["Anna C <a.mueller@contoso.example>"]
    assert any("(google-collaborative)" in line and "owner" in line for line in lines)
    assert any("(microsoft365)" in line and "as anna@contoso.example" in line for line in lines)


def test_matrix_has_a_legend_of_the_roles() -> None:
    lines = shown("matrix", *BOTH)
    assert "  F full access, S send as, B send on behalf, R read, O owner, ? another right" in lines
    assert ["a.mueller@contoso.example", "O", "F"] in [line.split() for line in lines]


def test_report_when_one_platform_is_in_it_then_no_platform_is_told() -> None:
    for how in ("mailbox", "person", "matrix"):
        assert "microsoft365" not in "".join(shown(how, EXCHANGE))
    assert "  F full access, S send as, B send on behalf, R read, ? another right" in shown("matrix", EXCHANGE)


def test_mailbox_when_nobody_has_a_right_then_it_is_in_the_matrix_too() -> None:
    alone = replace(EXCHANGE, mailboxes={DESK: replace(EXCHANGE.mailboxes[DESK], grants=frozenset())})
    assert "  1  desk@contoso.example" in shown("matrix", alone)
    assert "  no members" in shown("mailbox", alone)


def test_mailbox_when_its_rights_were_not_read_then_it_is_not_said_to_have_nobody() -> None:
    mailbox = ObservedMailbox("b", DESK, GOOGLE_DELEGATED, grants=None, facts={Fact.IS_SUSPENDED: True})
    one = replace(EXCHANGE, platforms=frozenset({GOOGLE_DELEGATED}), mailboxes={DESK: mailbox})
    lines = shown("mailbox", one)
    assert "  not read: its account is suspended" in lines
    assert "  no members" not in lines
    assert "1 mailbox (1 not read), 0 rights." in lines
    assert "- not read" in "".join(shown("matrix", one))
    assert json.loads(to_json(report("mailbox", one)))["mailboxes"] == [
        {"mailbox": "desk@contoso.example", "platform": "google-delegated", "is_read": False}
    ]


def test_mailbox_when_it_is_a_plain_group_then_that_is_said() -> None:
    mailbox = replace(INBOX.mailboxes[DESK], settings={Field.KIND: KIND_GROUP})
    assert "  not a shared mailbox but a plain group" in shown("mailbox", replace(INBOX, mailboxes={DESK: mailbox}))


def test_data_of_two_clouds_has_the_columns_of_one_and_more() -> None:
    data = json.loads(to_json(report("mailbox", *BOTH)))
    assert [item["mailbox"] for item in data["mailboxes"]] == ["desk@contoso.example", "desk@contoso.example"]
    assert {row["platform"] for row in data["rows"]} == {"microsoft365", "google-collaborative"}
    assert {row["person"] for row in data["rows"]} == {"a.mueller@contoso.example"}
    assert {row["address"] for row in data["rows"]} == {"a.mueller@contoso.example", "anna@contoso.example"}
    [headers, *rows] = csv.reader(io.StringIO(to_csv(report("mailbox", *BOTH)), newline=""))
    first = ["mailbox", "platform", "person", "name", "kind", "right", "through", "entry", "enabled", "guest"]
    more = ["external", "address", "trustee_id", "detail", "automapping", "resolved", "can_hold"]
    assert headers == [*first, *more, "tenant", "tenant_id", "profile", "read_at", "tool_version"]
    assert [row[1] for row in rows] == ["google-collaborative", "microsoft365"]


def test_person_when_somebodys_name_is_anothers_address_then_the_id_tells_them_apart() -> None:
    liar = Trustee(TrusteeId("liar"), TrusteeKind.USER, None, "anna@contoso.example")
    mailbox = EXCHANGE.mailboxes[DESK]
    grants = frozenset({*(mailbox.grants or ()), Grant(liar.id, Right.SEND_AS)})
    both = replace(
        EXCHANGE, mailboxes={DESK: replace(mailbox, grants=grants)}, trustees={**EXCHANGE.trustees, liar.id: liar}
    )
    assert {"Anna t <anna@contoso.example>", "anna@contoso.example [liar]"} <= set(shown("person", both))
    assert [line.split() for line in shown("matrix", both) if line.startswith("  anna")] == [
        ["anna@contoso.example", "[liar]", "S"],
        ["anna@contoso.example", "F"],
    ]
    assert "2 people" in shown("mailbox", both)[-1]


def test_right_of_a_group_that_cannot_hold_it_is_no_right() -> None:
    group = Trustee(TrusteeId("g"), TrusteeKind.GROUP, Address.of("dl@contoso.example"), "List", is_security=False)
    mailbox = EXCHANGE.mailboxes[DESK]
    grants = frozenset({*(mailbox.grants or ()), Grant(group.id, Right.FULL_ACCESS)})
    one = replace(
        EXCHANGE,
        mailboxes={DESK: replace(mailbox, grants=grants)},
        trustees={**EXCHANGE.trustees, group.id: group},
        members={group.id: frozenset()},
    )
    assert "1 right, 1 right of a group that cannot hold it." in " ".join(shown("mailbox", one))
    rows = json.loads(to_json(report("mailbox", one)))["rows"]
    assert {row["kind"]: row["can_hold"] for row in rows} == {"user": True, "group": False}


def test_matrix_of_a_large_tenant_stays_readable() -> None:
    names = [f"box{number:04}" for number in range(500)]
    boxes = {Address.of(f"{name}@contoso.example"): name for name in names}
    people = [
        Trustee(TrusteeId(f"p{n}"), TrusteeKind.USER, Address.of(f"p{n:04}@contoso.example")) for n in range(1000)
    ]
    mailboxes = {
        address: ObservedMailbox(
            name,
            address,
            MICROSOFT365,
            grants=frozenset(Grant(one.id, Right.FULL_ACCESS) for one in people[number : number + 2 + number % 7]),
        )
        for number, (address, name) in enumerate(boxes.items())
    }
    large = replace(EXCHANGE, mailboxes=mailboxes, trustees={one.id: one for one in people})
    lines = shown("matrix", large)
    assert len(lines) < 600
    assert [line for line in lines if len(line) > 120] == []
    left = " ".join(lines)
    assert "Left out of this matrix: 460 of 500 mailboxes and" in " ".join(left.split())
    assert "box0006@contoso.example" in left
    assert "box0000@contoso.example" not in left
    [headers, *rows] = csv.reader(io.StringIO(to_csv(report("matrix", large)), newline=""))
    assert len(headers) == 1 + 500 + 5
    assert len(rows) == len({grant.trustee for box in mailboxes.values() for grant in box.grants or ()})
