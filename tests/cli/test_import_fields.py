"""`import` of every field of the table, with values that a new mailbox does not have: a plan of the result is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_DELEGATED, DesiredMailbox, Platform
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.seed import DOMAIN, PLATFORMS, demo
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker
from tests.field_values import TABLES, rounds_on, settings_on, values_of
from tests.providers.google_setting import NOW, STANDARD

SPECS, WANTED = Path("specs"), Path("wanted")
AWAY: Mapping[Field, Value] = {
    Field.AUTO_REPLY: True,
    Field.AUTO_REPLY_SUBJECT: "Away",
    Field.AUTO_REPLY_INTERNAL: "Back soon\n\nSales",
    Field.AUTO_REPLY_EXTERNAL: "Back soon",
    Field.AUTO_REPLY_AUDIENCE: "organization",
    Field.AUTO_REPLY_START: "2026-12-01T08:00:00Z",
    Field.AUTO_REPLY_END: "2026-12-24T08:00:00Z",
}
FORWARDED: Mapping[Field, Value] = {Field.FORWARDING_TO: f"help@{DOMAIN}", Field.FORWARDING_KEEP_COPY: False}
TOGETHER = (AWAY, FORWARDED)
"""Values that depend on each other."""


def mailboxes_of(platform: Platform) -> list[DesiredMailbox]:
    """Return new mailboxes that have every value of every setting, one round of values each."""
    rounds = [*rounds_on(platform).values(), *(values for values in TOGETHER if {*values} & {*settings_on(platform)})]
    return [_mailbox(platform, number, settings) for number, settings in enumerate(rounds)]


def _mailbox(platform: Platform, number: int, settings: Mapping[Field, Value]) -> DesiredMailbox:
    own = {name: value for name, value in settings.items() if name in settings_on(platform)}
    aliases = own.get(Field.ALIASES)
    if isinstance(aliases, tuple):  # an address belongs to one mailbox
        own[Field.ALIASES] = tuple(f"{number}-{alias}" for alias in aliases)
    if platform == GOOGLE_DELEGATED:
        own.setdefault(Field.LICENCE, STANDARD)
    mailbox = DesiredMailbox(Address.of(f"round-{number}@{DOMAIN}"), platform, settings=own)
    return writable(mailbox, TABLES, NOW)[0]


def has(cli: Cli, mailboxes: list[DesiredMailbox]) -> set[str]:
    """Give a tenant some mailboxes, as `apply` does, and return `mailbox field` for what it does not accept."""
    WANTED.mkdir()
    for mailbox in mailboxes:
        (WANTED / f"{mailbox.address.local}.yaml").write_text(write(mailbox, TABLES[mailbox.platform]))
    waivers = dict.fromkeys(re.findall(r"--allow (\S+)", cli("apply", WANTED, "--yes").err))
    cli("apply", WANTED, "--yes", *(f"--allow={waiver}" for waiver in waivers))
    left = json.loads(cli("plan", WANTED, "-o", "json").out)["changes"]
    return {f"{change['mailbox']} {name}" for change in left for name in change["after"]}


def adopted_settings(mailboxes: list[DesiredMailbox]) -> Iterator[tuple[str, Field, Value, Value]]:
    """Yield each setting of the mailboxes: what was applied, and what the imported specs say."""
    adopted = resolve(load_specs([SPECS]), TABLES, NOW).mailboxes
    for mailbox in mailboxes:
        for name, value in mailbox.settings.items():
            settings = adopted[mailbox.address].settings
            other = SETTINGS[name].matters_with
            if other is not None and not settings.get(other):
                continue
            found = settings.get(name, SETTINGS[name].new)
            folders = settings.get(Field.FOLDERS)
            if name is Field.TAGS and isinstance(found, tuple) and isinstance(folders, tuple):
                found = (*found, *((folder, "") for folder in folders))  # without a colour, both are one label
            table = TABLES[mailbox.platform]
            yield f"{mailbox.address} {name}", name, table.canonical(name, value), table.canonical(name, found)


def holds(name: Field, adopted: Value, applied: Value) -> bool:
    """Return whether a spec says what was applied; a list that is only ensured can say more."""
    if SETTINGS[name].is_ensured and isinstance(adopted, tuple) and isinstance(applied, tuple):
        return {*applied} <= {*adopted}
    if name is Field.LANGUAGE:  # Gmail saves a near variant of a language that it does not offer
        return str(applied).partition("-")[0] == str(adopted).partition("-")[0]
    return adopted == applied


def permit_all(cloud: Cloud) -> None:
    """Let the application assign every licence."""
    sql = """update apps set doc = json_insert(doc, '$.roles."https://graph.microsoft.com"[#]', ?)"""
    cloud.tenant.run(sql, "User.ReadWrite.All")


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_value_of_every_field_is_adopted(
    cloud_of: CloudMaker, cli: Cli, platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cloud = cloud_of(lambda tenant: demo(tenant, (platform,)))
    permit_all(cloud)
    mailboxes = mailboxes_of(platform)
    refused = has(cli, mailboxes)
    cloud.forget()
    done = cli("import", SPECS, "--manage", "all")
    assert done.code == 0, done.err
    assert cli("validate", SPECS).code == 0
    assert "No changes." in cli("plan", SPECS).out
    assert cloud.effects() == []
    found = [one for one in adopted_settings(mailboxes) if one[0] not in refused]
    for place, name, value, adopted in each(found):
        assert holds(name, adopted, value), (place, adopted, value)
    with_another = {name for _, name, _, adopted in found if adopted != SETTINGS[name].new}
    possible = {name for name in settings_on(platform) if {*values_of(name, platform)} != {SETTINGS[name].new}}
    assert with_another == possible
