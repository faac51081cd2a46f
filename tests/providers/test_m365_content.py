"""What is inside a mailbox: read only where a spec has it, ensured, and never removed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sharedbox_cli.core.errors import PermissionDenied
from sharedbox_cli.core.fields import OBSERVABLE, Field
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.categories import COLOURS
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.observe.content import LISTINGS, TAGS, Listing, requests_of
from sharedbox_cli.providers.microsoft365.observe.inside import SOURCES
from tests.asked import each, every
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Ear, Setting, at, scope, trustee_id, update_of
from tests.slow_rest import crossed

Grown = Callable[[int, int], Setting]
each_listing = pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
ROUTES = {
    "masterCategories": "graph.outlook.masterCategories.list",
    "mailFolders": "exchange.Get-MailboxFolderStatistics",
    "messageRules": "graph.messageRules.list",
}
TAG: Value = (("urgent", "red"),)


def somebody_adds(setting: Setting, name: str, color: str, mailbox: str = "sales") -> None:
    """Add a category as somebody in Outlook does."""
    identity = f"00000000-0000-4000-8000-{abs(hash((mailbox, name))) % 10**12:012}"
    row = (identity, str(trustee_id(setting, mailbox)), name, color)
    setting.tenant.run("insert into categories values (?, ?, ?, ?)", *row)


def categories(setting: Setting, mailbox: str = "sales") -> dict[str, str]:
    """Return the categories of a mailbox, with their colours."""
    sql = "select name, color from categories where mailbox_id = ?"
    return {row["name"]: row["color"] for row in setting.tenant.rows(sql, str(trustee_id(setting, mailbox)))}


def tags_of(setting: Setting) -> Value:
    return setting.provider().observe(scope("sales", fields={Field.TAGS})).mailboxes[at("sales")].settings[Field.TAGS]


@pytest.mark.parametrize(
    ("listing", "count"), crossed({listing.name: listing for listing in LISTINGS}, [1, 20, 21, 30])
)
def test_requests_of_lists_are_as_calculated(grown: Grown, listing: Listing, count: int) -> None:
    setting = grown(30, 4)
    setting.tenant.run("delete from inbox_rules")  # rules that name folders or people take more: test_m365_rules.py
    chosen = [item.partition("@")[0] for item in sorted(setting.seeded.mailboxes)[:count]]
    fields = frozenset(listing.columns)
    found = []
    for more in (frozenset[Field](), fields):
        provider = setting.provider()
        setting.forget()
        provider.observe(scope(*chosen, fields={Field.KIND, *more}, grants=False))
        found.append(sum(setting.requests().values()))
    assert found[1] - found[0] == requests_of(fields, count)


@each_listing
def test_only_mailboxes_whose_spec_has_the_setting_are_asked(demo: Setting, listing: Listing) -> None:
    provider = demo.provider()
    name = next(iter(listing.columns))
    wanted = frozenset({at("sales"), at("billing")})
    demo.forget()
    observed = provider.observe(
        Scope(
            scope().platforms,
            wanted,
            frozenset({name, Field.HIDDEN}),
            grants_of=frozenset(),
            managing={at("sales"): frozenset({name, Field.HIDDEN}), at("billing"): frozenset({Field.HIDDEN})},
        )
    )
    assert name in observed.mailboxes[at("sales")].settings
    assert name not in observed.mailboxes[at("billing")].settings
    assert demo.calls(ROUTES[listing.name]) == 1


@each_listing
def test_other_settings_cost_no_call(demo: Setting, listing: Listing) -> None:
    provider = demo.provider()
    demo.forget()
    provider.observe(scope(fields=OBSERVABLE - listing.columns.keys() - FOLDER_RIGHTS.keys()))
    assert demo.calls(ROUTES[listing.name]) == 0
    assert requests_of(OBSERVABLE - listing.columns.keys(), 1000) < requests_of(OBSERVABLE, 1000)


@each_listing
def test_mailbox_whose_list_fails_is_left_out_alone(demo: Setting, listing: Listing) -> None:
    lost = str(trustee_id(demo, "sales"))
    about = {"route": ROUTES[listing.name], "about": lost, "count": 100}
    demo.faults({**about, "kind": "status", "status": 400, "body": "json", "reason": "Data.Whatever"})
    observed = demo.provider().observe(scope("sales", "billing", fields=listing.columns, grants=False))
    assert observed.unread_mailboxes == {at("sales")}
    assert listing.columns.keys() <= observed.mailboxes[at("billing")].settings.keys()


def denied(setting: Setting) -> None:
    """Take the permissions of mailboxes away."""
    app = setting.tenant.row("select * from apps")
    assert app is not None
    doc = json.loads(app["doc"])
    roles = doc["roles"]["https://graph.microsoft.com"]
    doc["roles"]["https://graph.microsoft.com"] = [role for role in roles if not role.startswith("Mail")]
    setting.tenant.run("update apps set doc = ?", json.dumps(doc))


def test_missing_permission_stops_a_plan_and_is_a_warning_of_an_import(demo: Setting) -> None:
    denied(demo)
    with pytest.raises(PermissionDenied):
        observe(demo.provider(), shared("sales", dict.fromkeys(TAGS.columns, ())))
    heard: list[str] = []

    class Warned(Ear):
        def warning(self, text: str) -> None:
            heard.append(text)

    whole = Scope(scope().platforms, None, OBSERVABLE, grants_of=frozenset(), dispensable=OBSERVABLE)
    observed = demo.provider().observe(whole, Warned())
    assert not observed.unread
    for mailbox in each(observed.mailboxes.values()):
        assert not TAGS.columns.keys() & mailbox.settings.keys()
        assert Field.HIDDEN in mailbox.settings
    assert any(TAGS.permission in text for text in heard)


def test_mailbox_outside_a_limited_permission_is_left_out_alone(demo: Setting) -> None:
    about = {"route": ROUTES[TAGS.name], "about": str(trustee_id(demo, "sales")), "count": 100}
    demo.faults({**about, "kind": "status", "status": 403, "body": "json", "reason": "ErrorAccessDenied"})
    observed = demo.provider().observe(scope("sales", "billing", fields=TAGS.columns, grants=False))
    assert observed.unread_mailboxes == {at("sales")}


def test_tags_are_ensured_and_those_of_others_stay(demo: Setting) -> None:
    somebody_adds(demo, "Anna's own", "preset20")
    somebody_adds(demo, "urgent", "preset7")
    somebody_adds(demo, "later", "Preset22")
    spec = shared("sales", {Field.TAGS: (("later", ""), ("new", "pink"), ("plain", ""), ("urgent", "red"))})
    changes = plan(demo, demo.provider(), spec)
    assert [change.after for change in changes] == [{Field.TAGS: (("new", "pink"), ("plain", ""), ("urgent", "red"))}]
    assert every(outcome.status is Status.DONE for outcome in apply(demo.provider(), changes).values())
    assert categories(demo) == {
        "Anna's own": "preset20",
        "urgent": "preset0",
        "later": "Preset22",
        "new": "preset9",
        "plain": "none",
    }
    assert plan(demo, demo.provider(), spec) == ()
    change = update_of(demo, "sales", {Field.TAGS: TAG})
    assert demo.provider().apply(change).status is Status.ALREADY_SO


@pytest.mark.parametrize("case", ["", "capital"])
def test_every_colour_is_written_and_read(demo: Setting, case: str) -> None:
    demo.tenant.set_meta("preset_case", case)
    wanted = tuple(sorted((f"tag {name}", name) for name in COLOURS))
    assert demo.provider().apply(update_of(demo, "sales", {Field.TAGS: wanted})).status is Status.DONE
    assert tags_of(demo) == wanted


def test_colour_without_a_name_here_is_any_colour(demo: Setting) -> None:
    somebody_adds(demo, "steel", "preset10")
    somebody_adds(demo, "plain", "none")
    assert tags_of(demo) == (("plain", ""), ("steel", ""))


def test_name_in_another_case_is_refused_with_the_right_spelling(demo: Setting) -> None:
    somebody_adds(demo, "Urgent", "preset0")
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.TAGS: TAG}))
    assert outcome.status is Status.FAILED and "`Urgent`" in outcome.reason
    assert categories(demo) == {"Urgent": "preset0"}


def test_tag_and_folder_names_of_attackers_are_only_text(demo: Setting) -> None:
    name = "\x1b[31m=cmd|'/c calc'!A1"
    somebody_adds(demo, name, "preset0")
    assert tags_of(demo) == ((name, "red"),)


def test_new_mailbox_gets_its_tags_as_soon_as_it_is_known(demo: Setting) -> None:
    demo.tenant.set_meta("lag:create", "90")
    provider = demo.provider()
    outcomes = apply(provider, plan(demo, provider, shared("support", {Field.TAGS: TAG})))
    assert every(outcome.status is Status.DONE for outcome in outcomes.values())
    assert categories(demo, "support") == {"urgent": "preset0"}


def test_settings_of_these_lists_are_those_that_are_read_singly() -> None:
    lists = [listing.columns for listing in LISTINGS] + [one.columns for one in SOURCES if one.whole is None]
    assert CAPABILITIES[MICROSOFT365].read_singly == frozenset[Field]().union(*lists, FOLDER_RIGHTS)
