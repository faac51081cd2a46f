"""The automatic reply of Exchange: texts as people see them, times in UTC, and what a change leaves as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.html_text import visible_text
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.spec_problems import spec_problems
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at

(TABLE,) = CAPABILITIES.values()
OUTLOOK = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {margin: 0}</style></head><body>\r\n'
    '<div class="x"><p class=MsoNormal>We answer\r\n soon.&nbsp;<o:p></o:p></p></div><div><br></div>'
    "<p>Your <b>team</b> &amp; co</p></body></html>"
)
SEEN = "We answer soon.\n\nYour team & co"
ON: Mapping[Field, Value] = {
    Field.AUTO_REPLY: True,
    Field.AUTO_REPLY_INTERNAL: "Inside",
    Field.AUTO_REPLY_EXTERNAL: "Outside",
    Field.AUTO_REPLY_AUDIENCE: "known",
}
START, END = "2027-01-01T08:00:00Z", "2027-02-01T18:30:00Z"


def in_outlook(demo: Setting, **reply: object) -> None:
    """Set the reply of sales@ as somebody does in Outlook."""
    sql = "update mailboxes set doc = json_set(doc, '$.AutoReply', json(?)) where lower(cn) like 'sales%'"
    demo.tenant.run(sql, json.dumps(reply))


def read(demo: Setting, *names: Field) -> dict[Field, Value]:
    spec = shared("sales", dict.fromkeys(names or ON, ""))
    return dict(observe(demo.provider(), spec).mailboxes[at("sales")].settings)


def applied(demo: Setting, settings: Mapping[Field, Value]) -> None:
    spec = shared("sales", settings)
    outcomes = apply(demo.provider(), plan(demo, demo.provider(), spec))
    assert [one for one in outcomes.values() if not one.is_success] == []
    assert plan(demo, demo.provider(), spec) == ()


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("", ""),
        ("Plain  text", "Plain text"),
        ("One\nTwo\n\n\nThree\n", "One\nTwo\n\nThree"),
        ("<html>\n<body>\nOne line\n</body>\n</html>\n", "One line"),
        ("<html><body>One<br>Two<br/><br>Three</body></html>", "One\nTwo\n\nThree"),
        ("<div>A</div><div>B</div>", "A\nB"),
        ("<p>1 &lt; 2 &amp; 3</p><script>x</script>", "1 < 2 & 3"),
        (OUTLOOK, SEEN),
    ],
)
def test_text_is_what_people_see(html: str, seen: str) -> None:
    assert visible_text(html) == seen
    assert TABLE.canonical(Field.AUTO_REPLY_INTERNAL, visible_text(html)) == seen


@pytest.mark.parametrize("text", ["One", "a <b> & 'c' \"d\"", "Zeile eins\nZeile zwei\n\nIhr Team", "日本語 ✓"])
def test_text_comes_back_as_it_was_written(demo: Setting, text: str) -> None:
    applied(demo, {**ON, Field.AUTO_REPLY_INTERNAL: text})


def test_reply_from_outlook_is_no_difference(demo: Setting) -> None:
    in_outlook(
        demo, AutoReplyState="Enabled", InternalMessage=OUTLOOK, ExternalMessage=OUTLOOK, ExternalAudience="Known"
    )
    spec = shared("sales", {**ON, Field.AUTO_REPLY_INTERNAL: SEEN, Field.AUTO_REPLY_EXTERNAL: SEEN})
    assert plan(demo, demo.provider(), spec) == ()


@pytest.mark.parametrize("form", ["", "offset"])
def test_times_are_utc_in_each_form(demo: Setting, form: str) -> None:
    demo.tenant.set_meta("reply_times", form)
    applied(demo, {**ON, Field.AUTO_REPLY_START: START, Field.AUTO_REPLY_END: END})


def test_times_count_only_in_a_window(demo: Setting) -> None:
    times = (Field.AUTO_REPLY_START, Field.AUTO_REPLY_END)
    assert [read(demo, *times)[name] for name in times] == ["", ""]
    applied(demo, ON)
    assert [read(demo, *times)[name] for name in times] == ["", ""]


def test_change_of_one_setting_keeps_the_others(demo: Setting) -> None:
    applied(demo, {**ON, Field.AUTO_REPLY_START: START, Field.AUTO_REPLY_END: END})
    applied(demo, {Field.AUTO_REPLY_EXTERNAL: "Away"})
    kept = read(demo, *ON, Field.AUTO_REPLY_START, Field.AUTO_REPLY_END)
    assert (kept[Field.AUTO_REPLY_INTERNAL], kept[Field.AUTO_REPLY_EXTERNAL]) == ("Inside", "Away")
    assert (kept[Field.AUTO_REPLY_START], kept[Field.AUTO_REPLY_END]) == (START, END)
    applied(demo, {Field.AUTO_REPLY: False})
    assert read(demo)[Field.AUTO_REPLY_INTERNAL] == "Inside"


def test_window_without_a_start_begins_now(demo: Setting) -> None:
    applied(demo, {**ON, Field.AUTO_REPLY_END: END})
    start = read(demo, Field.AUTO_REPLY_START)[Field.AUTO_REPLY_START]
    assert start == demo.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def test_only_mailboxes_whose_specs_have_it_are_asked(demo: Setting) -> None:
    demo.forget()
    observe(demo.provider(), shared("sales", {Field.HIDDEN: True}), shared("billing", {Field.AUTO_REPLY: False}))
    assert demo.calls("exchange.Get-MailboxAutoReplyConfiguration") == 1


def test_state_that_is_not_known_is_not_guessed(demo: Setting) -> None:
    in_outlook(demo, AutoReplyState="Sometimes")
    spec, other = shared("sales", {Field.AUTO_REPLY: False}), shared("billing", {Field.AUTO_REPLY: False})
    observed = observe(demo.provider(), spec, other)
    assert observed.unread_mailboxes == {at("sales")}


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        ({"enabled": True, "internal": "x"}, "enabled"),
        ({"enabled": True, "internal": "x", "audience": "known"}, "enabled"),
        ({"enabled": True, "subject": "x"}, "enabled"),
        ({"enabled": False, "start": "2027-01-01"}, "start"),
        ({"end": "2027-01-01"}, "end"),
        ({"enabled": True, "internal": "x", "external": "y", "start": "2027-01-01"}, "start"),
    ],
)
def test_reply_that_exchange_cannot_send_is_refused_with_a_way_out(reply: dict[str, object], key: str) -> None:
    [(path, why)] = spec_problems({"auto_reply": reply})
    assert path == ("auto_reply", key) and "rite" in why


@pytest.mark.parametrize(
    "reply",
    [
        {"enabled": False},
        {"enabled": True, "internal": "x", "audience": "organization"},
        {"enabled": True, "internal": "x", "external": "y", "end": "2027-01-01"},
        {"internal": "x"},
    ],
)
def test_reply_that_exchange_can_send_is_accepted(reply: dict[str, object]) -> None:
    assert list(spec_problems({"auto_reply": reply})) == []
