"""What a platform cannot do: told by `explain`, and refused by every command before any request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.providers.registry import capabilities_of_all
from tests.asked import each, every
from tests.conftest import Cli

TABLES = capabilities_of_all()
MICROSOFT, DELEGATED, COLLABORATIVE = "microsoft365", "google-delegated", "google-collaborative"


def member(more: str) -> str:
    return f"members:\n  - user: anna@contoso.example\n    {more}\n"


ASKED = [
    (DELEGATED, member("rights: [send_on_behalf]"), "5:5", "a delegate sends as the mailbox"),
    (DELEGATED, member("rights: [read]"), "5:5", "a delegate can do everything"),
    (
        DELEGATED,
        member("rights: [owner]"),
        "5:5",
        "it belongs to google-collaborative. Use `full_access` or `send_as`.",
    ),
    (DELEGATED, member("automapping: true"), "5:5", "it belongs to microsoft365. Leave the key out."),
    (DELEGATED, "members:\n  - group: sg-audit@contoso.example\n", "5:5", "List the people"),
    (DELEGATED, "display_name: x\nsent_items: {send_as: both}\n", "5:1", "always keeps what a delegate sends"),
    (DELEGATED, "sign_in: allowed\n", "4:1", "reset the password at admin.google.com"),
    (DELEGATED, "storage: {licence: exchange-online-plan-2}\n", "4:11", "google-workspace-business-plus"),
    (DELEGATED, "auto_reply: {enabled: true, internal: x, external: hi}\n", "4:42", "Write it as `internal`"),
    (DELEGATED, "access: {imap: true, web: false}\n", "4:22", "cannot be disabled"),
    (DELEGATED, "google:\n  show_delegate: false\n", "5:3", "User settings > Mail delegation"),
    (DELEGATED, "group: {posting: anyone}\n", "4:1", "it belongs to google-collaborative. Leave the key out."),
    (
        COLLABORATIVE,
        member("rights: [full_access]"),
        "5:5",
        "it belongs to google-delegated and microsoft365. Use `member`, `manager` or `owner`.",
    ),
    (COLLABORATIVE, member("rights: [send_as]"), "5:5", "post_as_group: true"),
    (COLLABORATIVE, "sign_in: blocked\n", "4:1", "a group has no account"),
    (COLLABORATIVE, "folders: [A/B]\n", "4:1", "use google-delegated"),
    (COLLABORATIVE, "tags: [{name: urgent, color: red}]\n", "4:1", "no API reaches the conversations"),
    (COLLABORATIVE, "forwarding: {to: x@contoso.example}\n", "4:1", "Use a member instead"),
    (COLLABORATIVE, "storage: {licence: none}\n", "4:1", "uses no storage"),
    (COLLABORATIVE, "storage: {warn_at: 80%}\n", "4:1", "uses no storage"),
    (COLLABORATIVE, "auto_reply: {enabled: false}\n", "4:1", "cannot set one reliably"),
    (COLLABORATIVE, "access: {imap: false}\n", "4:1", "a group has no account"),
    (COLLABORATIVE, "google: {org_unit: /Shared}\n", "4:1", "a group has no account"),
    (COLLABORATIVE, "state: absent\n", "4:1", "admin.google.com > Directory > Groups"),
    (DELEGATED, member("rights: [read]"), "5:5", "can do everything. Use `full_access`."),
    (
        MICROSOFT,
        member("rights: [manager]"),
        "5:5",
        "it belongs to google-collaborative. Use `full_access`, `read`, `send_as` or `send_on_behalf`.",
    ),
    (
        MICROSOFT,
        member("rights: [member]\n    delivery: none"),
        "5:5",
        "it belongs to google-collaborative. Leave the key out.",
    ),
    (MICROSOFT, "senders: [{address: x@contoso.example}]\n", "4:1", "Use `aliases`"),
    (MICROSOFT, "storage: {licence: google-workspace-business-plus}\n", "4:11", "exchange-online-plan-2"),
    (MICROSOFT, "google: {org_unit: /Shared}\n", "4:1", "it belongs to google-delegated. Leave the key out."),
    (MICROSOFT, "group: {history: true}\n", "4:1", "it belongs to google-collaborative. Leave the key out."),
    (
        DELEGATED,
        "calendar: {default: details}\n",
        "4:12",
        "`calendar.default` can be none, availability, reader, editor",
    ),
    (COLLABORATIVE, "calendar: {people: []}\n", "4:1", "a group has no calendar"),
    (MICROSOFT, "auto_reply: {subject: Away}\n", "4:14", "Write `internal` and `external`"),
    (MICROSOFT, "audit_log: false\n", "4:1", "Leave the key out, or write `true`"),
]


@pytest.mark.parametrize(("platform", "asked", "place", "reason"), ASKED)
def test_impossible_spec_is_refused_with_place_reason_and_hint(
    cli: Cli, tmp_path: Path, platform: str, asked: str, place: str, reason: str
) -> None:
    file = tmp_path / "box.yaml"
    file.write_text(f"version: 1\nmailbox: box@contoso.example\nplatform: {platform}\n{asked}")
    done = cli("validate", tmp_path)
    assert done.code == 1
    assert "error: not possible on this platform" in done.err
    assert f"{file}:{place}   " in done.err
    assert reason in done.err
    assert f"sharedbox explain {platform}" in done.err


@pytest.mark.parametrize("command", ["plan", "apply", "check"])
def test_impossible_spec_ends_the_command_before_sign_in(cli: Cli, tmp_path: Path, command: str) -> None:
    (tmp_path / "box.yaml").write_text(
        "version: 1\nmailbox: box@contoso.example\nplatform: google-collaborative\nsign_in: blocked\n"
    )
    done = cli(command, tmp_path)
    assert (done.code, "not possible on this platform" in done.err) == (1, True)
    assert "no tenant is configured" not in done.err


@pytest.mark.parametrize("platform", sorted(TABLES))
def test_explain_when_asked_for_a_platform_then_every_row_stands_in_every_format(cli: Cli, platform: str) -> None:
    table = TABLES[platform]  # type: ignore[index]
    text = cli("explain", platform).out
    can, _, cannot = text.partition(f"{platform} cannot")
    for row in each(table.rows):
        assert row.path in (can if row.is_possible else cannot)
    assert f"gets {' and '.join(f'`{right}`' for right in table.default_rights)}." in text
    assert every(value in text for values in table.values.values() for value in values)
    data = json.loads(cli("explain", platform, "-o", "json").out)
    assert [row["path"] for row in data["rows"]] == [row.path for row in table.rows]
    assert data["default_rights"] == [str(right) for right in table.default_rights]
    assert {path: tuple(values) for path, values in data["values"].items()} == dict(table.values)
    assert cli("explain", platform, "-o", "markdown").out.count("\n| ") >= len(table.rows)
    assert len(cli("explain", platform, "-o", "csv").out.splitlines()) == len(table.rows) + 1


@pytest.mark.parametrize("platform", sorted(TABLES))
def test_reason_when_a_row_is_not_possible_then_it_says_what_to_do_instead(platform: str) -> None:
    for row in each(TABLES[platform].rows):  # type: ignore[index]
        if not row.is_possible:
            words = ("Leave the key out", "Use ", "Write ", "List ", "use `")
            assert any(word in row.meaning for word in words), row
