"""Who uses the calendar and the contacts of a delegated mailbox: people and groups, each at a level."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, SharedboxError, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import (
    GOOGLE_DELEGATED,
    LEVELLED,
    DesiredGrant,
    DesiredMailbox,
    MembersMode,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.emulator.company import DOMAIN
from sharedbox_cli.emulator.google.builder import SCOPES, GoogleBuilder
from sharedbox_cli.emulator.google.calendar import MAILS, OFF, RULES
from sharedbox_cli.emulator.google.contacts import KIND, SWITCH
from tests.asked import each, every
from tests.providers.google_setting import Fill, GoogleSetting, at, delegated, everything, id_of, level, user
from tests.providers.test_wrong_values import Recorder
from tests.slow_rest import crossed

Workspaces = Callable[[Fill], GoogleSetting]
CALENDAR, CONTACTS = Right.CALENDAR, Right.CONTACTS
OUTSIDE = "dora@partner.example"
_SOME = "writerWithoutPrivateAccess"


def rule(role: str, kind: str, value: str) -> tuple[str, dict[str, Any]]:
    return f"{kind}:{value}", {"role": role, "scope": {"type": kind, "value": value}}


def company(*rules: tuple[str, dict[str, Any]], contacts: Iterable[str] = (), **gmail: Any) -> Fill:
    """Return a filling with a mailbox whose calendar has these rules, and whose contacts have these delegates."""

    def fill(make: GoogleBuilder) -> None:
        for local in ("anna", "ben", "chloe"):
            make.person(local, local.title())
        make.person("hugo", "Hugo", suspended=True)
        make.member(make.group("news", "News"), id_of(make, "chloe"))
        press = make.mailbox("press", "Press", aliases=(f"presse@{DOMAIN}",))
        make.gmail(press, **{**({RULES: dict(rules)} if rules else {}), **gmail})
        for local in contacts:
            make.store.put(press, KIND, id_of(make, local), {"user": id_of(make, local), "email": at(local).key})

    return fill


def used_by(observed: Observed) -> dict[str, dict[str, str]]:
    """Return the level of each trustee, by right."""
    found: dict[str, dict[str, str]] = {}
    for grant in observed.mailboxes[at("press")].grants or ():
        if grant.right in LEVELLED:
            who = observed.trustees[grant.trustee]
            found.setdefault(str(grant.right), {})[str(who.address)] = grant.detail
    return found


def spec(*grants: DesiredGrant, **more: Any) -> DesiredMailbox:
    """Return a spec that manages nothing but levels."""
    return replace(delegated("press", None, grants), has_members=False, **more)


def statuses(workspace: GoogleSetting, wanted: DesiredMailbox) -> set[Status]:
    return {outcome.status for outcome in workspace.run(wanted).values()}


def test_each_level_is_granted_changed_and_revoked_and_nobody_gets_a_mail(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "domain", DOMAIN)))
    news = TrusteeKind.GROUP
    for anna, group in each((("availability", "editor"), ("reader", "reader"), ("editor", "availability"))):
        wanted = spec(level("anna", anna), level("news", group, kind=news))
        assert statuses(workspace, wanted) == {Status.DONE}
        assert workspace.plan(wanted) == ()
        assert used_by(workspace.observe(wanted)) == {"calendar": {f"anna@{DOMAIN}": anna, f"news@{DOMAIN}": group}}
    kinds = {change.kind for change in workspace.plan(spec(level("ben", "reader"), levels=frozenset({CALENDAR})))}
    assert kinds == {Kind.GRANT, Kind.REVOKE}
    nobody = spec(levels=frozenset({CALENDAR}))
    assert statuses(workspace, nobody) == {Status.DONE}
    assert workspace.plan(nobody) == ()
    assert workspace.make.store.tenant.meta(MAILS, "0") == "0"
    stored = workspace.make.store.gmail(id_of(workspace.make, "press"))[RULES]
    assert set(stored) == {f"domain:{DOMAIN}"}, "rules for everybody are no people"
    rises = workspace.calls()
    assert (rises["calendar.acl.insert"], rises["calendar.acl.patch"]) == (2, 4), "what exists is changed"


def test_contacts_are_given_and_taken(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(contacts=("ben",)))
    wanted = spec(level("anna", "editor", CONTACTS))
    assert used_by(workspace.observe(wanted)) == {"contacts": {f"ben@{DOMAIN}": "editor"}}
    assert statuses(workspace, wanted) == {Status.DONE}
    assert workspace.plan(wanted) == ()
    assert used_by(workspace.observe(wanted)) == {"contacts": {f"anna@{DOMAIN}": "editor"}}
    assert not [name for name in workspace.calls() if name.startswith("calendar.")]


def test_owner_of_the_calendar_is_no_grant_and_rights_without_a_key_cost_no_call(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("owner", "user", f"anna@{DOMAIN}"), contacts=("ben",)))
    observed = workspace.observe(delegated("press", None, [user("ben")]))
    assert used_by(observed) == {}
    assert observed.mailboxes[at("press")].levels == frozenset()
    calls = workspace.calls()
    assert not [name for name in calls if name.startswith(("calendar.", "contactDelegation."))]
    assert used_by(workspace.observe(spec(levels=frozenset({CALENDAR})))) == {"calendar": {f"anna@{DOMAIN}": "owner"}}


def test_members_and_levels_are_managed_one_without_the_other(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("writer", "user", f"ben@{DOMAIN}")))
    workspace.make.delegate(id_of(workspace.make, "press"), id_of(workspace.make, "chloe"))
    changes = workspace.plan(spec(level("anna", "reader")))
    assert {change.party.right for change in changes if change.party} == {CALENDAR}
    changes = workspace.plan(delegated("press", None, [user("anna")]))
    assert {change.party.right for change in changes if change.party} == {Right.FULL_ACCESS}


def test_at_least_keeps_and_raises_only(workspace_of: Workspaces) -> None:
    rules = (rule("writer", "user", f"anna@{DOMAIN}"), rule("freeBusyReader", "user", f"ben@{DOMAIN}"))
    workspace = workspace_of(company(*rules))
    wanted = spec(level("anna", "reader"), level("ben", "reader"), members_mode=MembersMode.AT_LEAST)
    assert statuses(workspace, wanted) == {Status.DONE}
    assert used_by(workspace.observe(wanted))["calendar"] == {f"anna@{DOMAIN}": "editor", f"ben@{DOMAIN}": "reader"}


@pytest.mark.parametrize(
    ("role", "wanted", "is_more"), [("owner", "editor", False), (_SOME, "editor", True), (_SOME, "reader", False)]
)
def test_roles_of_google_have_their_place_among_the_levels(
    workspace_of: Workspaces, role: str, wanted: str, is_more: bool
) -> None:
    workspace = workspace_of(company(rule(role, "user", f"anna@{DOMAIN}")))
    (change,) = workspace.plan(spec(level("anna", wanted)))
    assert (change.phase is Phase.GRANT) is is_more
    more = workspace.plan(spec(level("anna", wanted), members_mode=MembersMode.AT_LEAST))
    assert len(more) == is_more


def test_outsiders_deleted_people_and_other_organisations_are_shown_as_what_they_are(workspace_of: Workspaces) -> None:
    rules = (
        rule("reader", "user", OUTSIDE),
        rule("reader", "user", f"gone@{DOMAIN}"),
        rule("reader", "domain", "partner.example"),
        rule("writerWithoutPrivateAccess", "group", f"news@{DOMAIN}"),
    )
    workspace = workspace_of(company(*rules))
    observed = workspace.observe(spec(levels=frozenset({CALENDAR})))
    assert used_by(observed)["calendar"] == {
        OUTSIDE: "reader",
        f"gone@{DOMAIN}": "reader",
        f"news@{DOMAIN}": "writerWithoutPrivateAccess",
    }
    kinds = {str(one.address): (one.kind, one.is_guest) for one in observed.trustees.values() if one.address}
    assert kinds[OUTSIDE] == (TrusteeKind.USER, True)
    assert kinds[f"gone@{DOMAIN}"] == (TrusteeKind.ORPHAN, False)
    assert kinds[f"news@{DOMAIN}"][0] is TrusteeKind.GROUP
    nobody = spec(levels=frozenset({CALENDAR}))
    assert statuses(workspace, nobody) <= {Status.DONE}
    left = workspace.make.store.gmail(id_of(workspace.make, "press"))[RULES]
    assert "domain:partner.example" in left
    assert f"user:{OUTSIDE}" not in left


def test_outsider_who_uses_it_may_stay_and_one_who_does_not_is_refused(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "user", OUTSIDE)))
    assert workspace.plan(spec(level(OUTSIDE, "reader"))) == ()
    with pytest.raises(SpecError):
        workspace.plan(spec(level("eve@partner.example", "reader")))


@pytest.mark.parametrize("who", ["hugo", "press", "news", OUTSIDE])
def test_contacts_of_nobody_who_can_have_them_are_refused_in_words(workspace_of: Workspaces, who: str) -> None:
    workspace = workspace_of(company())
    wanted = spec(level(who, "editor", CONTACTS, TrusteeKind.GROUP if who == "news" else TrusteeKind.USER))
    try:
        outcomes = workspace.run(wanted)
    except SpecError:
        return
    assert {outcome.status for outcome in outcomes.values()} <= {Status.FAILED}
    assert every("active account of the organisation" in outcome.reason for outcome in outcomes.values())


def test_switched_off_contacts_say_where_they_are_switched_on(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company())
    changes = workspace.plan(spec(level("anna", "editor", CONTACTS)))
    workspace.tenant.set_meta(SWITCH, "off")
    (outcome,) = workspace.apply(changes).values()
    assert (outcome.status, "Sharing settings" in outcome.reason) == (Status.FAILED, True)


def test_settle_says_who_has_which_level(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "user", f"ben@{DOMAIN}")))
    wanted = spec(level("ben", "editor"), level("anna", "editor", CONTACTS))
    changes = workspace.plan(wanted)
    assert {workspace.shared.settle(change) for change in changes} == {Effect.ABSENT}
    workspace.apply(changes)
    assert {workspace.shared.settle(change) for change in changes} == {Effect.PRESENT}
    gone = workspace.plan(spec(levels=frozenset(LEVELLED)))
    assert {workspace.shared.settle(change) for change in gone} == {Effect.ABSENT}
    workspace.apply(gone)
    assert {workspace.shared.settle(change) for change in gone} == {Effect.PRESENT}
    again = workspace.apply((*gone, *gone))
    assert {outcome.status for outcome in again.values()} <= {Status.DONE, Status.ALREADY_SO}


@pytest.mark.parametrize(("right", "scope"), [(CALENDAR, "calendar.acls"), (CONTACTS, "admin.contact.delegation")])
def test_scope_that_is_missing_takes_its_own_right_only(workspace_of: Workspaces, right: Right, scope: str) -> None:
    workspace = workspace_of(company(contacts=("ben",)))
    granted = [one for one in SCOPES if not one.startswith(f"https://www.googleapis.com/auth/{scope}")]
    workspace.make.store.run("update g_service_accounts set scopes = ?", json.dumps(granted))
    wanted = replace(everything(GOOGLE_DELEGATED), inside_all=frozenset(LEVELLED))
    observed = workspace.shared.observe(wanted)
    assert observed.mailboxes[at("press")].levels == frozenset(LEVELLED) - {right}
    with pytest.raises((AuthError, CloudError)):
        workspace.observe(spec(levels=frozenset({right})))


def test_account_without_a_calendar_is_not_one_that_nobody_uses(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(**{OFF: {"by": "administrator"}}))
    with pytest.raises(SharedboxError, match="no calendar"):
        workspace.observe(spec(level("anna", "reader")))
    observed = workspace.shared.observe(replace(everything(GOOGLE_DELEGATED), inside_all=frozenset({CALENDAR})))
    assert observed.mailboxes[at("press")].levels == frozenset()


def test_administrator_without_the_privilege_is_refused_for_a_spec_and_left_out_of_an_audit(
    workspace_of: Workspaces,
) -> None:
    workspace = workspace_of(company())
    workspace.faults({"route": "google.contactDelegation.*", "kind": "forbidden", "count": 99})
    observed = workspace.shared.observe(replace(everything(GOOGLE_DELEGATED), inside_all=frozenset(LEVELLED)))
    assert observed.mailboxes[at("press")].levels == frozenset({CALENDAR})
    with pytest.raises(CloudError):
        workspace.observe(spec(level("anna", "editor", CONTACTS)))


def test_new_account_gets_its_levels_with_its_first_run(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company())
    wanted = delegated(
        "fresh",
        {Field.LICENCE: "google-workspace-business-standard"},
        [user("anna"), level("anna", "editor"), level("ben", "editor", CONTACTS)],
    )
    assert {outcome.status for outcome in workspace.run(wanted).values()} == {Status.DONE}
    assert workspace.plan(wanted) == ()


def test_calendar_and_delegates_cost_one_call_each(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "user", f"anna@{DOMAIN}"), contacts=("ben",)))
    wanted = delegated(
        "press", {Field.CALENDAR_DEFAULT: "none"}, [level("anna", "reader"), level("ben", "editor", CONTACTS)]
    )
    workspace.observe(wanted)
    calls = workspace.calls()
    assert (calls["calendar.acl.list"], calls["contactDelegation.users.delegates.list"]) == (1, 1)


def test_contacts_of_many_mailboxes_are_read_in_batches_or_one_by_one(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        for number in range(30):
            make.mailbox(f"box{number:02d}", f"Box {number}")

    workspace = workspace_of(fill)
    specs = [replace(spec(levels=frozenset({CONTACTS})), address=at(f"box{number:02d}")) for number in range(30)]
    observed = workspace.observe(*specs)
    assert workspace.routes(with_parts=False)["google.batch"] <= 3
    route = "google.contactDelegation.users.delegates.list"
    workspace.faults({"route": route, "kind": "status", "status": 404, "count": 30})
    assert workspace.observe(*specs).mailboxes.keys() == observed.mailboxes.keys()
    workspace.faults()
    before = workspace.routes()[route]
    assert workspace.observe(*specs).mailboxes.keys() == observed.mailboxes.keys()
    assert workspace.routes()[route] - before == workspace.routes(with_parts=False)[route] - 30 == 30, "in no batch"


def test_contacts_that_are_switched_off_leave_the_rest_of_an_audit(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "user", f"ben@{DOMAIN}"), contacts=("ben",)))
    workspace.tenant.set_meta(SWITCH, "off")
    observed = workspace.shared.observe(replace(everything(GOOGLE_DELEGATED), inside_all=frozenset(LEVELLED)))
    assert observed.unread == ()
    assert observed.mailboxes[at("press")].levels == {CALENDAR}
    assert used_by(observed) == {"calendar": {f"ben@{DOMAIN}": "reader"}}
    with pytest.raises(CloudError):
        workspace.observe(spec(levels=frozenset({CONTACTS})))


ACL, DELEGATES = "calendar.acl.list", "contactDelegation.users.delegates.list"


PLACES = [
    (ACL, ("items", 1, "scope")),
    (ACL, ("items", 1, "scope", "type")),
    (ACL, ("items", 1, "scope", "value")),
    (ACL, ("items", 2, "scope", "value")),
    (ACL, ("items", 1, "role")),
    (DELEGATES, ("delegates", 0, "email")),
]


@pytest.mark.parametrize(("place", "value"), crossed(PLACES, [True, None, ["x"], ""]))
def test_row_in_an_unknown_form_is_named_and_never_left_out(
    workspace_of: Workspaces, place: tuple[str, tuple[str | int, ...]], value: object
) -> None:
    call, path = place
    rules = (rule("reader", "user", f"ben@{DOMAIN}"), rule("reader", "domain", "partner.example"))
    workspace = workspace_of(company(*rules, contacts=("ben",)))
    recorder = Recorder(workspace)
    recorder.change = (f"google.{call}", path, value)
    with pytest.raises(ObserveError, match=r"does not know|left it out"):
        workspace.shared.observe(replace(everything(GOOGLE_DELEGATED), inside_all=frozenset(LEVELLED)))
    assert recorder.was_met


@pytest.mark.parametrize("value", ["benny", "@partner.example", "benny@"])
def test_rule_for_no_address_is_not_somebody(workspace_of: Workspaces, value: str) -> None:
    workspace = workspace_of(company(rule("reader", "user", value)))
    with pytest.raises(ObserveError, match="not for an address"):
        workspace.shared.observe(replace(everything(GOOGLE_DELEGATED), inside_all=frozenset(LEVELLED)))


@pytest.mark.parametrize(("first", "then"), [("ben", ()), ("ben", ("editor",)), ("news", ()), ("news", ("editor",))])
def test_rule_for_an_alias_is_changed_and_taken(workspace_of: Workspaces, first: str, then: tuple[str, ...]) -> None:
    def fill(make: GoogleBuilder) -> None:
        make.person("ben", "Ben", aliases=(f"benny@{DOMAIN}",))
        make.group("news", "News", aliases=(f"newsletter@{DOMAIN}",))
        kind, alias = ("user", "benny") if first == "ben" else ("group", "newsletter")
        rules = dict([rule("reader", kind, f"{alias}@{DOMAIN}")])
        make.gmail(make.mailbox("press", "Press"), **{RULES: rules})

    workspace = workspace_of(fill)
    kind = TrusteeKind.USER if first == "ben" else TrusteeKind.GROUP
    wanted = spec(*(level(first, one, kind=kind) for one in then), levels=frozenset({CALENDAR}))
    assert statuses(workspace, wanted) == {Status.DONE}
    assert workspace.plan(wanted) == ()


def test_level_that_somebody_changed_meanwhile_is_not_taken(workspace_of: Workspaces) -> None:
    workspace = workspace_of(company(rule("reader", "user", f"ben@{DOMAIN}")))
    gone = workspace.plan(spec(levels=frozenset({CALENDAR})))
    key, changed = rule("writer", "user", f"ben@{DOMAIN}")
    press = id_of(workspace.make, "press")
    workspace.make.store.save_gmail(press, {**workspace.make.store.gmail(press), RULES: {key: changed}})
    (outcome,) = workspace.apply(gone).values()
    assert (outcome.status, "now has the level editor" in outcome.reason) == (Status.SKIPPED, True)
    assert set(workspace.make.store.gmail(press)[RULES]) == {key}
    assert statuses(workspace, spec(levels=frozenset({CALENDAR}))) == {Status.DONE}


@pytest.mark.parametrize(
    ("roles", "wanted"), crossed([("reader", "writer"), ("writer", "reader")], ["", "availability", "reader", "editor"])
)
def test_of_several_rules_for_one_person_the_widest_counts(
    workspace_of: Workspaces, roles: tuple[str, str], wanted: str
) -> None:
    def fill(make: GoogleBuilder) -> None:
        make.person("ben", "Ben", aliases=(f"benny@{DOMAIN}",))
        rules = [rule(role, "user", f"{local}@{DOMAIN}") for role, local in zip(roles, ("benny", "ben"), strict=True)]
        make.gmail(make.mailbox("press", "Press"), **{RULES: dict(rules)})

    workspace = workspace_of(fill)
    ben = spec(*([level("ben", wanted)] if wanted else ()), levels=frozenset({CALENDAR}))
    assert used_by(workspace.observe(ben)) == {"calendar": {f"ben@{DOMAIN}": "editor"}}
    for _ in range(2):  # one rule at a time
        assert statuses(workspace, ben) <= {Status.DONE}
    assert workspace.plan(ben) == ()
    assert used_by(workspace.observe(ben)) == ({"calendar": {f"ben@{DOMAIN}": wanted}} if wanted else {})
