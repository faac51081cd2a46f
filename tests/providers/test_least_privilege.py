"""The permissions that the tables name are enough for every field, and no name in them is superfluous."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED, MICROSOFT365, DesiredMailbox, Platform, Right, State, TrusteeKind
from sharedbox_cli.core.needs import Needed, needed
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator import seed
from sharedbox_cli.emulator.seed import Seeded
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.providers.google_workspace.scopes import APIS, AUTH
from sharedbox_cli.providers.microsoft365.needs import EXCHANGE_APP, EXCHANGE_ROLES
from sharedbox_cli.providers.microsoft365.permissions import EXCHANGE_ADMINISTRATOR, PERMISSIONS
from tests.asked import each, every
from tests.emulated import Emulated
from tests.field_values import TABLES, rounds_on
from tests.providers.google_setting import STANDARD, Fill, GoogleSetting, collaborative, company, delegated, level
from tests.providers.google_setting import user as google_user
from tests.providers.m365_specs import apply, group, plan, shared, user
from tests.providers.setting import Setting
from tests.slow_rest import in_turn

Serve = Callable[[Callable[[Tenant], Seeded]], Setting]
Workspaces = Callable[[Fill], GoogleSetting]
NOT_FATAL = frozenset(
    {"Reports.Read.All", "admin.reports.usage.readonly", "ediscovery.readonly", "admin.directory.orgunit.readonly"}
)
"""Without them, sizes are read elsewhere or are unknown. Holds are unknown, and a guard asks: test_google_holds.py."""


def is_accepted(settings: Mapping[Field, Value]) -> bool:
    """Return whether Google accepts values without asking anybody: no window that ended, no target outside."""
    start, end = settings.get(Field.AUTO_REPLY_START), settings.get(Field.AUTO_REPLY_END)
    is_outside = str(settings.get(Field.FORWARDING_TO, "")).endswith("elsewhere.example")
    return not is_outside and not (start and end and str(start) >= str(end))


BY_TOPIC: Mapping[Platform, Mapping[str, list[Mapping[Field, Value]]]] = {
    platform: {
        topic: [values for name, values in rounds_on(platform).items() if name.partition(" ")[0] == topic][:3]
        for topic in dict.fromkeys(name.partition(" ")[0] for name in rounds_on(platform))
    }
    for platform in TABLES
}
GOOGLE_TOPICS = [(platform, topic) for platform in TABLES if platform != MICROSOFT365 for topic in BY_TOPIC[platform]]


def needs_of_specs(*mailboxes: DesiredMailbox) -> Needed:
    (platform,) = {mailbox.platform for mailbox in mailboxes}
    return needed(TABLES[platform].needs, mailboxes)


def grant_microsoft(cloud: Emulated, names: Iterable[str]) -> None:
    """Grant an application these permissions alone. The emulator knows no roles of Exchange."""
    graph = [name for name in names if name not in (*EXCHANGE_ROLES, EXCHANGE_APP)]
    roles = {"https://graph.microsoft.com": graph, "https://outlook.office365.com": [EXCHANGE_APP]}
    doc = {"roles": roles, "directory_roles": [EXCHANGE_ADMINISTRATOR]}
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))


def grant_google(cloud: Emulated, names: Iterable[str]) -> None:
    """Delegate these scopes alone."""
    cloud.tenant.run("update g_service_accounts set scopes = ?", json.dumps([f"{AUTH}{name}" for name in names]))


def failures(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    return {key: one.reason for key, one in outcomes.items() if not one.is_success}


@pytest.mark.parametrize("topic", in_turn(list(BY_TOPIC[MICROSOFT365]), 0, 3))
def test_permissions_of_the_table_are_enough_on_microsoft365(demo: Setting, topic: str) -> None:
    for settings in each(BY_TOPIC[MICROSOFT365][topic]):
        spec = replace(shared("sales", settings), suite="SPE_E3")
        grant_microsoft(demo, needs_of_specs(spec).all)
        provider = demo.provider()
        assert failures(apply(provider, plan(demo, provider, spec))) == {}
        assert plan(demo, provider, spec) == ()


@pytest.mark.parametrize("where", in_turn({"-".join(where): where for where in GOOGLE_TOPICS}, 1, 3))
def test_scopes_of_the_table_are_enough_on_google(workspace: GoogleSetting, where: tuple[Platform, str]) -> None:
    platform, topic = where
    for settings in each(filter(is_accepted, BY_TOPIC[platform][topic])):
        spec = google_spec(platform, settings)
        grant_google(workspace, needs_of_specs(spec).all)
        fresh(workspace)
        assert failures(workspace.run(spec)) == {}
        assert workspace.plan(spec) == ()


def fresh(workspace: GoogleSetting) -> None:
    """Forget the tokens that were issued before."""
    workspace.provider()
    workspace.made.insert(0, workspace.made.pop())


def google_spec(platform: Platform, settings: Mapping[Field, Value]) -> DesiredMailbox:
    if platform == GOOGLE_DELEGATED:
        return delegated("sales", {**settings})
    return collaborative("desk", {**settings})


def works_on_microsoft(demo: Setting, spec: DesiredMailbox, names: Iterable[str]) -> bool:
    grant_microsoft(demo, names)
    provider = demo.provider()
    try:
        return not failures(apply(provider, plan(demo, provider, spec)))
    except SharedboxError:
        return False


def works_on_google(workspace: GoogleSetting, spec: DesiredMailbox, names: Iterable[str]) -> bool:
    grant_google(workspace, names)
    fresh(workspace)
    try:
        return not failures(workspace.run(spec))
    except SharedboxError:
        return False


MICROSOFT_SPEC = replace(
    shared(
        "sales",
        {
            Field.SIGN_IN: "blocked",
            Field.LICENCE: "exchange-online-plan-2",
            Field.FOLDERS: ("Brand new",),
            Field.TAGS: (("brand new", "red"),),
        },
        [user("anna"), user("ben", Right.SEND_AS), group("sg-audit")],
    ),
    suite="SPE_E3",
)


@pytest.mark.slow
def test_each_permission_of_the_table_is_needed_on_microsoft365(serve: Serve) -> None:
    names = {*needs_of_specs(MICROSOFT_SPEC).all} - {*EXCHANGE_ROLES, EXCHANGE_APP}
    assert names > {"Mail.ReadWrite", "LicenseAssignment.ReadWrite.All", "GroupMember.Read.All"}
    included = {"MailboxSettings.Read"}  # in MailboxSettings.ReadWrite, which the same spec needs
    for name in each(sorted(names - NOT_FATAL - included)):
        assert not works_on_microsoft(serve(seed.demo), MICROSOFT_SPEC, names - {name}), name
    assert works_on_microsoft(serve(seed.demo), MICROSOFT_SPEC, names - included)


@pytest.mark.slow
def test_each_scope_of_the_table_is_needed_on_google(workspace_of: Workspaces) -> None:
    settings: dict[Field, Value] = {
        Field.DISPLAY_NAME: "Brand new",
        Field.ALIASES: ("brand-new@contoso.example",),
        Field.SIGN_IN: "blocked",
        Field.LICENCE: STANDARD,
        Field.FOLDERS: ("Brand new",),
        Field.FORWARDING_TO: "anna@contoso.example",
        Field.ACCESS_IMAP: True,
        Field.CALENDAR_DEFAULT: "reader",
    }
    inside = (
        level("emi", "reader"),
        level("emi", "editor", Right.CONTACTS),
        level("all", "reader", kind=TrusteeKind.GROUP),
    )
    spec = delegated("sales", settings, [google_user("anna"), google_user("emi"), *inside])
    names = {*needs_of_specs(spec).all}
    for name in each(sorted(names - NOT_FATAL)):
        assert not works_on_google(workspace_of(company), spec, names - {name}), name
    assert works_on_google(workspace_of(company), spec, names)


def test_each_scope_of_the_table_is_needed_for_groups(workspace_of: Workspaces) -> None:
    spec = collaborative(
        "desk", {Field.DISPLAY_NAME: "Brand new", Field.GROUP_HISTORY: True}, [google_user("anna", Right.OWNER)]
    )
    names = {*needs_of_specs(spec).all}
    for name in each(sorted(names)):
        assert not works_on_google(workspace_of(company), spec, names - {name}), name
    assert works_on_google(workspace_of(company), spec, names)


def test_spec_without_folders_needs_no_permission_on_mail() -> None:
    spec = shared("sales", {Field.DISPLAY_NAME: "Sales", Field.FORWARDING_TO: ""}, [user("anna")])
    assert not [name for name in needs_of_specs(spec).all if name.startswith("Mail") and " " not in name]
    assert "Mail.ReadWrite" in needs_of_specs(shared("sales", {Field.FOLDERS: ("Orders",)})).write


def test_spec_of_a_mailbox_that_goes_needs_what_deletes_it() -> None:
    gone = replace(shared("sales"), state=State.ABSENT)
    assert "Mail Recipient Creation" in needs_of_specs(gone).write
    assert "Mail Recipients" not in needs_of_specs(gone).all


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_name_in_the_tables_is_known(table: Capabilities) -> None:
    known = {permission.name for permission in PERMISSIONS} | {*EXCHANGE_ROLES}
    scopes = {scope.removeprefix(AUTH) for api in APIS.values() for scope in (*api.read, *api.write)}
    for path, needs in each(table.needs.items()):
        names = {*needs.read, *needs.write}
        assert names <= (known if table.platform == MICROSOFT365 else scopes), path


def test_one_platform_with_two_kinds_needs_both() -> None:
    one, other = delegated("sales", {Field.ACCESS_IMAP: True}), collaborative("desk")
    both = needs_of_specs(one) | needs_of_specs(other)
    assert {*both.all} == {*needs_of_specs(one).all, *needs_of_specs(other).all}
    assert every(name not in both.read for name in both.write)
    assert both.mailboxes == (one.address, other.address)
