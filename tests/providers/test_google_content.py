"""Parts of a mailbox that Google refuses or leaves unconfirmed: the others are written, and these are named."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Desired, DesiredMailbox, Fact
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.gmail.labels import HIDDEN
from sharedbox_cli.providers.columns import UnknownForm
from sharedbox_cli.providers.google_workspace.gmail_columns import AUTO_REPLY
from tests.asked import each
from tests.providers.google_setting import NOW, Fill, GoogleSetting, at, delegated, id_of
from tests.slow_rest import crossed

Workspaces = Callable[[Fill], GoogleSetting]
BRAND, OWN = "press@brand.example", "news@contoso.example"


def press(make: GoogleBuilder) -> None:
    """Fill a mailbox."""
    make.mailbox("press", "Press")


def items_of(workspace: GoogleSetting, kind: str) -> list[dict[str, Value]]:
    """Return what Gmail holds of a kind."""
    return workspace.make.store.items(id_of(workspace.make, "press"), kind)


def one(workspace: GoogleSetting, spec: DesiredMailbox) -> Outcome:
    """Return the outcome of the one change that a spec needs."""
    (outcome,) = workspace.run(spec).values()
    return outcome


def rule(name: str, **then: Value) -> Value:
    """Return a rule for the mail of one sender."""
    return (("name", name), ("when.from", (f"{name}@fabrikam.example",)), *((f"then.{key}", then[key]) for key in then))


RULES = {
    "out": rule("out", forward_to="out@partner.example"),
    "star": rule("star", star=True),
    "away": rule("away", archive=True, move_to="Away/2026"),
}


@pytest.mark.parametrize("order", list(permutations(RULES)), ids="-".join)
def test_rule_that_must_confirm_stops_no_other(workspace_of: Workspaces, order: tuple[str, ...]) -> None:
    workspace = workspace_of(press)
    spec = delegated("press", {Field.RULES: tuple(RULES[name] for name in order)})
    outcome = one(workspace, spec)
    assert (outcome.status, "out@partner.example must confirm first" in outcome.reason) == (Status.FAILED, True)
    assert len(items_of(workspace, "filter")) == 2
    again = one(workspace, spec)
    assert "out@partner.example must confirm first" in again.reason
    confirmed = {"forwardingEmail": "out@partner.example", "verificationStatus": "accepted"}
    workspace.make.store.put(id_of(workspace.make, "press"), "forwarding", "out@partner.example", confirmed)
    assert one(workspace, spec).status is Status.DONE
    assert workspace.plan(spec) == ()


def test_rule_that_goes_is_removed_beside_one_that_must_confirm(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    workspace.run(delegated("press", {Field.RULES: (RULES["star"],)}))
    one(workspace, delegated("press", {Field.RULES: (RULES["out"],)}))
    assert items_of(workspace, "filter") == []


@pytest.mark.parametrize("position", range(3))
def test_filter_that_google_refuses_stops_no_other(workspace_of: Workspaces, position: int) -> None:
    workspace = workspace_of(press)
    spec = delegated("press", {Field.RULES: tuple(rule(name, star=True) for name in ("a", "b", "c"))})
    refusal = {"route": "google.gmail.users.settings.filters.create", "n": position + 1, "count": 1, "kind": "status"}
    workspace.faults({**refusal, "status": 400, "body": "json", "reason": "invalidArgument"})
    assert one(workspace, spec).status is Status.FAILED
    assert len(items_of(workspace, "filter")) == 2
    workspace.faults()
    assert one(workspace, spec).status is Status.DONE


def test_refused_part_of_a_change_stops_no_other_part(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    settings: dict[Field, Value] = {
        Field.FOLDERS: ("Inbox",),
        Field.RULES: (RULES["star"],),
        Field.SENDERS: ((BRAND, "Brand", "", False), (OWN, "News", "", True)),
        Field.ACCESS_IMAP: True,
        Field.AUTO_REPLY: True,
        Field.AUTO_REPLY_INTERNAL: "Away",
    }
    outcomes = workspace.run(delegated("press", settings)).values()
    assert {outcome.status for outcome in outcomes} == {Status.FAILED, *([Status.DONE] if len(outcomes) > 1 else [])}
    reasons = " ".join(outcome.reason for outcome in outcomes)
    assert "reserves some names" in reasons
    assert f"{BRAND} must confirm first" in reasons
    observed = workspace.observe(delegated("press", settings)).mailboxes[at("press")]
    assert (observed.settings[Field.ACCESS_IMAP], observed.settings[Field.AUTO_REPLY]) == (True, True)
    assert (OWN, "News", "", True) in observed.settings[Field.SENDERS]  # type: ignore[operator]


@pytest.mark.parametrize("is_default", [False, True])
def test_sender_must_confirm_first(workspace_of: Workspaces, is_default: bool) -> None:
    workspace = workspace_of(press)
    spec = delegated("press", {Field.SENDERS: ((BRAND, "Brand", "", is_default),)})
    outcome = one(workspace, spec)
    assert (outcome.status, f"{BRAND} must confirm first" in outcome.reason) == (Status.FAILED, True)
    observed = workspace.observe(spec)
    assert observed.mailboxes[at("press")].facts[Fact.UNCONFIRMED_SENDERS] == (BRAND,)
    plan = make_plan(Desired({spec.address: spec}, "", 1), {GOOGLE_DELEGATED: observed}, NOW, "0")
    assert [BRAND in note.text for note in plan.notes] == [True]
    assert bool(plan.changes) is is_default
    (sender,) = items_of(workspace, "sendas")
    workspace.make.store.put(
        id_of(workspace.make, "press"), "sendas", BRAND, {**sender, "verificationStatus": "accepted"}
    )
    assert {outcome.status for outcome in workspace.run(spec).values()} <= {Status.DONE}
    assert workspace.plan(spec) == ()
    assert workspace.observe(spec).mailboxes[at("press")].facts[Fact.UNCONFIRMED_SENDERS] == ()


NESTED: dict[str, tuple[tuple[str, ...], str, list[str]]] = {
    "nobody above": ((), "Clients/ACME/2026", ["Clients", "Clients/ACME", "Clients/ACME/2026"]),
    "one above in another case": (("clients",), "Clients/ACME", ["Clients/ACME"]),
    "all above": (("Clients", "Clients/ACME"), "Clients/ACME/2026", ["Clients/ACME/2026"]),
    "only itself": (("Clients/ACME/2026",), "Clients/ACME/2026", []),
}


@pytest.mark.parametrize(("kind", "nested"), crossed(["folders", "tags", "rules"], NESTED))
def test_labels_above_a_nested_one_are_created(
    workspace_of: Workspaces, kind: str, nested: tuple[tuple[str, ...], str, list[str]]
) -> None:
    existing, desired, created = nested
    workspace = workspace_of(press)
    for name in existing:
        workspace.make.label(id_of(workspace.make, "press"), name)
    values: dict[str, dict[Field, Value]] = {
        "folders": {Field.FOLDERS: (desired,)},
        "tags": {Field.TAGS: ((desired, ""),)},
        "rules": {Field.RULES: (rule("a", move_to=desired),)},
    }
    spec = delegated("press", values[kind])
    assert {outcome.status for outcome in workspace.run(spec).values()} <= {Status.DONE}
    names = sorted(str(item["name"]) for item in items_of(workspace, "label"))
    assert names == sorted([*existing, *created])
    assert workspace.plan(spec) == ()


REFUSED = ("Entwürfe", "Entwürfe/2026", "Unwanted")


def test_label_that_gmail_refuses_stops_no_other_and_is_named(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    owner, store = id_of(workspace.make, "press"), workspace.make.store
    store.save_gmail(owner, {"language": {"displayLanguage": "de"}, HIDDEN: ["unwanted"]})
    outcome = one(workspace, delegated("press", {Field.FOLDERS: ("Aufträge", *REFUSED, "Zoll")}))
    assert outcome.status is Status.FAILED
    assert all(f"label `{name}`: Gmail" in outcome.reason for name in REFUSED), outcome.reason
    assert sorted(str(item["name"]) for item in items_of(workspace, "label")) == ["Aufträge", "Zoll"]
    assert workspace.calls()["gmail.users.labels.create"] == 5, "nothing is tried twice"


def test_rule_whose_label_gmail_refuses_is_not_written_without_it(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    workspace.make.store.save_gmail(id_of(workspace.make, "press"), {HIDDEN: ["Unwanted"]})
    outcome = one(workspace, delegated("press", {Field.RULES: (rule("a", labels=("Unwanted",)), RULES["star"])}))
    assert (outcome.status, "label `Unwanted`" in outcome.reason) == (Status.FAILED, True)
    assert items_of(workspace, "filter") == []


def test_blanks_in_a_subject_are_as_gmail_keeps_them(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)
    value = (("name", "a"), ("then.star", True), ("when.subject_contains", ("your   offer", "your offer")))
    spec = delegated("press", {Field.RULES: (value,)})
    assert one(workspace, spec).status is Status.DONE
    assert workspace.plan(spec) == ()


PLAIN, HTML, SEEN = "We are away.", "<p>Call <b>555-0100</b></p>", "Call 555-0100"


@pytest.mark.parametrize(
    ("plain", "html", "shown"),
    [
        (PLAIN, "", PLAIN),
        ("", HTML, SEEN),
        (PLAIN, HTML, SEEN),
        (PLAIN, "<div dir=ltr>We are<br>away.</div><style>p {}</style>", PLAIN),
        ("", "<div>One</div><p>Two</p>three &amp; four", "One\nTwo\nthree & four"),
        ("a  b \r\n\r\n\r\nc\r\n", "", "a  b \n\n\nc"),
        ("a < b & c", "<p>a &lt; b &amp;&nbsp;c</p>", "a < b & c"),
        ("", "", ""),
    ],
)
def test_auto_reply_is_what_people_get(workspace_of: Workspaces, plain: str, html: str, shown: str) -> None:
    workspace = workspace_of(press)
    vacation = {"enableAutoReply": True, "responseSubject": "Away"}
    texts = {"responseBodyPlainText": plain, "responseBodyHtml": html}
    workspace.make.gmail(id_of(workspace.make, "press"), vacation={**vacation, **texts})
    spec = delegated("press", {Field.AUTO_REPLY_INTERNAL: PLAIN})
    assert workspace.observe(spec).mailboxes[at("press")].settings[Field.AUTO_REPLY_INTERNAL] == shown
    assert bool(workspace.plan(spec)) is (shown != PLAIN)
    workspace.run(spec)
    assert workspace.plan(spec) == ()
    stored = workspace.make.store.gmail(id_of(workspace.make, "press"))["vacation"]
    assert not stored.get("responseBodyHtml") or shown == PLAIN


def test_auto_reply_is_written_as_the_spec_has_it_and_a_formatted_one_stays(workspace_of: Workspaces) -> None:
    workspace = workspace_of(press)

    def stored() -> dict[str, object]:
        return dict(workspace.make.store.gmail(id_of(workspace.make, "press"))["vacation"])

    indented = "Hours:\n  Mon  9-17\n\n\n  Tue  9-12"
    spec = delegated("press", {Field.AUTO_REPLY: True, Field.AUTO_REPLY_INTERNAL: indented})
    assert one(workspace, spec).status is Status.DONE
    assert (stored()["responseBodyPlainText"], workspace.plan(spec)) == (indented, ())
    html = '<p>See <a href="https://help.example">our help</a> <img src="https://help.example/logo.png"></p>'
    for texts in each(({"responseBodyHtml": html}, {"responseBodyHtml": html, "responseBodyPlainText": "Old"})):
        workspace.make.gmail(id_of(workspace.make, "press"), vacation={"enableAutoReply": True, **texts})
        seen: dict[Field, Value] = {
            Field.AUTO_REPLY_INTERNAL: "See  our help",
            Field.AUTO_REPLY_SUBJECT: "Out",
            Field.AUTO_REPLY: True,
        }
        assert one(workspace, delegated("press", seen)).status is Status.DONE
        assert stored()["responseSubject"] == "Out"
        assert {name: stored()[name] for name in texts} == texts, "only the subject differed"


@pytest.mark.parametrize(
    ("audience", "is_known", "is_domain"), crossed(["all", "known", "organization"], [False, True], [False, True])
)
def test_audience_of_the_auto_reply(workspace_of: Workspaces, audience: str, is_known: bool, is_domain: bool) -> None:
    workspace = workspace_of(press)
    flags = {"restrictToContacts": is_known, "restrictToDomain": is_domain}
    vacation = {"enableAutoReply": True, "responseSubject": "Away", **flags}
    workspace.make.gmail(id_of(workspace.make, "press"), vacation=vacation)

    def stored() -> dict[str, bool]:
        now = workspace.make.store.gmail(id_of(workspace.make, "press"))["vacation"]
        return {name: bool(now.get(name)) for name in flags}

    workspace.run(delegated("press", {Field.AUTO_REPLY_SUBJECT: "Out"}))
    assert stored() == flags
    spec = delegated("press", {Field.AUTO_REPLY_AUDIENCE: audience})
    wanted = {"restrictToContacts": audience == "known", "restrictToDomain": audience == "organization"}
    assert bool(workspace.plan(spec)) is (wanted != flags)
    workspace.run(spec)
    assert stored() == wanted


def test_messages_of_labels_are_counted_only_where_somebody_asks(workspace_of: Workspaces) -> None:
    def fill(make: GoogleBuilder) -> None:
        press = make.mailbox("press", "Press")
        for number in range(60):
            make.label(press, f"Zoll/{number:02}", messagesTotal=number)

    workspace = workspace_of(fill)
    wanted = delegated("press", {Field.FOLDERS: ()})
    route = "gmail.users.labels.get"
    assert Fact.FOLDER_ITEMS not in workspace.observe(wanted).mailboxes[at("press")].facts
    assert workspace.calls()[route] == 0
    before = workspace.requests()
    found = workspace.observe(wanted, facts=[Fact.FOLDER_ITEMS]).mailboxes[at("press")]
    assert found.facts[Fact.FOLDER_ITEMS] == tuple((f"Zoll/{number:02}", number) for number in range(60))
    again = workspace.requests()
    workspace.observe(wanted)
    assert (again - before) - (workspace.requests() - again) == 2, "fifty labels per request"
    workspace.faults({"route": f"google.{route}", "kind": "status", "status": 404, "count": 200})
    assert workspace.observe(wanted, facts=[Fact.FOLDER_ITEMS]).mailboxes[at("press")].facts[Fact.FOLDER_ITEMS] == ()


def test_time_of_an_auto_reply_that_no_year_has_is_not_read() -> None:
    start = AUTO_REPLY[Field.AUTO_REPLY_START]
    assert start.read({"startTime": "253402300799999"}) == "9999-12-31T23:59:59Z"
    with pytest.raises(UnknownForm, match="which is not a time"):
        start.read({"startTime": "253402300800000"})
