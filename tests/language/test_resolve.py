"""Documents become Desired: expiry, addresses, platforms, and what no platform can do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MembersMode, TrusteeKind
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import expiry_warnings
from tests.asked import every
from tests.language.setting import desired, document, only, problems, rights, summaries, write

EXAMPLES = Path(__file__).parents[2] / "examples" / "mailboxes"
CASES = Path(__file__).parents[1] / "cases" / "specs"


def test_every_key_when_resolved_then_each_value_arrives(tmp_path: Path) -> None:
    mailbox = only(CASES / "good" / "every-key.yaml")
    assert mailbox.settings == {
        Field.DISPLAY_NAME: "Contoso Support",
        Field.ALIASES: ("help@contoso.example",),
        Field.HIDDEN: False,
        Field.SIGN_IN: "blocked",
        Field.SENT_AS: "both",
        Field.SENT_ON_BEHALF: "sender",
        Field.LICENCE: "none",
    }
    assert mailbox.labels == {"team": "service", "cost_centre": "4711"}
    assert (mailbox.members_mode, mailbox.warn_at_percent) == (MembersMode.AT_LEAST, 80)
    first = next(grant for grant in mailbox.grants or () if grant.trustee.local == "anna")
    assert (first.automapping, first.reason) == (True, "parental leave cover, HR-112")
    assert {grant.kind for grant in mailbox.grants or ()} == {TrusteeKind.USER, TrusteeKind.GROUP}


def test_absent_key_when_resolved_then_it_is_not_managed(tmp_path: Path) -> None:
    mailbox = only(write(tmp_path, {"a.yaml": document()}))
    assert (mailbox.settings, mailbox.grants, mailbox.warn_at_percent, mailbox.labels) == ({}, None, None, {})


def test_empty_list_when_resolved_then_it_is_managed_and_nobody_may(tmp_path: Path) -> None:
    mailbox = only(write(tmp_path, {"a.yaml": document("a@contoso.example", "members: []", "aliases: []")}))
    assert mailbox.grants == ()
    assert mailbox.settings == {Field.ALIASES: ()}


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-12-24", "2026-12-31", ("2026-12-24T00:00:00Z", "2027-01-01T00:00:00Z")),
        ("2026-12-24", "2026-12-24", ("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z")),
        ("2026-12-24T12:00+01:00", "2026-12-24", ("2026-12-24T11:00:00Z", "2026-12-25T00:00:00Z")),
    ],
)
def test_auto_reply_when_days_are_named_then_both_are_within(
    tmp_path: Path, start: str, end: str, wanted: tuple[str, str]
) -> None:
    reply = f"auto_reply: {{enabled: true, subject: Away, start: {start}, end: {end}}}"
    spec = f"version: 1\nmailbox: a@contoso.example\nplatform: google-delegated\n{reply}\n"
    settings = only(write(tmp_path, {"a.yaml": spec})).settings
    assert (settings[Field.AUTO_REPLY_START], settings[Field.AUTO_REPLY_END]) == wanted


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2027-03-31", datetime(2027, 4, 1, tzinfo=UTC)),
        ('"2027-03-31"', datetime(2027, 4, 1, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 3, 1, tzinfo=UTC)),
        ("2027-12-31", datetime(2028, 1, 1, tzinfo=UTC)),
        ("2027-03-31T18:00:00+02:00", datetime(2027, 3, 31, 16, tzinfo=UTC)),
        ("2027-03-31T18:00Z", datetime(2027, 3, 31, 18, tzinfo=UTC)),
    ],
)
def test_until_when_its_end_comes_then_the_grant_is_not_desired_but_named(
    tmp_path: Path, until: str, end: datetime
) -> None:
    write(
        tmp_path,
        {"a.yaml": document("a@contoso.example", "members:", "  - user: anna@contoso.example", f"    until: {until}")},
    )
    before, after = only(tmp_path, now=end - timedelta(seconds=1)), only(tmp_path, now=end)
    assert (len(before.grants or ()), before.expired) == (2, ())
    assert (after.grants, len(after.expired)) == ((), 2)
    assert {grant.until for grant in after.expired} == {end}


def test_access_that_has_ended_when_asked_then_one_warning_a_line_and_the_digest_stays(tmp_path: Path) -> None:
    line = ("members:", "  - user: anna@contoso.example", "    until: 2026-11-30")
    write(tmp_path, {"a.yaml": document("a@contoso.example", *line)})
    before, after = desired(tmp_path), desired(tmp_path, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert expiry_warnings(before) == ()
    (warning,) = expiry_warnings(after)
    assert (warning.place.line, warning.summary) == (5, "access that has ended")
    assert before.digest == after.digest


def test_two_mailboxes_when_they_have_one_address_then_both_places_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": document("box@contoso.example"), "b.yaml": document("BOX@contoso.example")})
    (found,) = problems(tmp_path)
    assert found.summary == "two mailboxes with the same address"
    assert (Path(found.also.file).name, Path(found.place.file).name) == ("a.yaml", "b.yaml")


@pytest.mark.parametrize("other", ["mailbox", "alias"])
def test_alias_when_another_mailbox_has_the_address_then_both_places_are_told(tmp_path: Path, other: str) -> None:
    theirs = (
        document("help@contoso.example")
        if other == "mailbox"
        else document("b@contoso.example", "aliases: [Help@contoso.example]")
    )
    write(
        tmp_path,
        {
            "a.yaml": document("a@contoso.example", "aliases: [x@contoso.example, HELP@contoso.example]"),
            "b.yaml": theirs,
        },
    )
    (found,) = problems(tmp_path)
    assert found.summary == "one address, two owners"
    assert {Path(found.place.file).name, Path(found.also.file).name} == {"a.yaml", "b.yaml"}


def test_domain_outside_ascii_when_resolved_then_it_equals_its_a_label(tmp_path: Path) -> None:
    first = "version: 1\nmailbox: info@BüCHER.example\nplatform: microsoft365\n".replace("BüCHER", "bücher")
    write(tmp_path, {"a.yaml": first, "b.yaml": document("info@xn--bcher-kva.EXAMPLE")})
    assert summaries(tmp_path) == ["two mailboxes with the same address"]
    assert only(tmp_path / "a.yaml").address.key == "info@xn--bcher-kva.example"


def test_alias_of_the_mailbox_when_its_own_member_then_it_is_an_error(tmp_path: Path) -> None:
    lines = ("aliases: [help@contoso.example]", "members: [{user: Help@contoso.example}]")
    assert summaries(write(tmp_path, {"a.yaml": document("a@contoso.example", *lines)})) == [
        "a mailbox as its own member"
    ]


GOOGLE = "version: 1\nmailbox: a@contoso.example\nplatform: google-delegated\n"


@pytest.mark.parametrize(
    ("lines", "path", "line"),
    [
        ("members:\n  - user: anna@contoso.example\n    automapping: true\n", "automapping", 5),
        ("members:\n  - user: anna@contoso.example\n    rights: [read]\n", "rights.read", 5),
        ("members:\n  - group: sg@contoso.example\n", "group", 5),
        ("sent_items: {send_on_behalf: both}\n", "sent_items.send_on_behalf", 4),
    ],
)
def test_impossible_key_is_an_error_that_says_what_to_write(tmp_path: Path, lines: str, path: str, line: int) -> None:
    found = problems(write(tmp_path, {"a.yaml": GOOGLE + lines}))
    assert {item.summary for item in found} == {"not possible on this platform"}
    assert every(f"google-delegated has no `{path}`" in item.why for item in found)
    assert found[0].place.line == line
    assert "sharedbox explain google-delegated" in found[0].hint


def test_what_the_platform_cannot_do_when_a_team_asks_then_the_place_is_in_the_team(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "teams.yaml": "desk: [{user: a@contoso.example, rights: [read]}]\n",
            "a.yaml": GOOGLE.replace("a@", "b@") + "members: [{team: desk}]\n",
        },
    )
    (found,) = problems(tmp_path)
    assert found.place.file.endswith("teams.yaml")


def test_value_when_the_platform_lists_others_then_it_is_an_error(tmp_path: Path) -> None:
    found = problems(write(tmp_path, {"a.yaml": GOOGLE + "sent_items: {send_as: sender}\n"}))
    assert [item.why for item in found] == ["`sent_items.send_as` can be both on google-delegated."]


def test_examples_when_resolved_then_they_are_a_small_real_set() -> None:
    loaded = load_specs([EXAMPLES])
    assert loaded.warnings == ()
    found = desired(EXAMPLES)
    assert [key.local for key in found.mailboxes] == ["invoices", "sales", "support"]
    assert ("sg-audit@contoso.example", "full_access") in rights(found.mailboxes[list(found.mailboxes)[2]])
