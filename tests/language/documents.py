"""Hypothesis strategies: documents of every platform, with hostile texts in them; and what they mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, DesiredMailbox, Platform
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.load import LoadedSpecs, load_mailbox
from sharedbox_cli.language.models.base import one_line
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.language.text import text_problem
from sharedbox_cli.language.yaml_source import read_documents
from tests.field_values import TABLES, choices_on
from tests.language.setting import NOW

HOSTILE = "aZ0é日ß=+-@ \t\n|`<>&\"',;:#%{}[]!*?\\~.$()/_\u00a0\u200d\u2028\u202e\x1b\x85\ud800\ufffeİK"
EVIL = (
    "yes",
    "No",
    "null",
    "~",
    "007",
    "1e3",
    "0x1F",
    "12:30",
    "2027-03-31",
    "a: b",
    "a #b",
    "- a",
    "? x",
    "<<",
    "%TAG",
    "`x`",
    "@all",
    "*ref",
    "&anchor",
    "!tag",
    "{{x}}",
    "{% x %}",
    "${X}",
    "---",
    "...",
    "##vso[task.x]y",
    "::set-output::x",
    "a\\",
    '"',
    "'",
    "'a'",
    "[x]",
    "{a: b}",
    "|",
    ">-",
    "true",
    "=1+1",
    "x" * 250,
    "#",
    "key:",
    "a:b",
    "1.0",
    ".inf",
    "y",
)
raw = st.text(st.sampled_from(HOSTILE), min_size=1, max_size=14) | st.sampled_from(EVIL)


def is_name(text: str) -> bool:
    try:
        return one_line(text) == text and not text_problem(text)
    except Exception:  # noqa: BLE001 - whatever it says, it is no name
        return False


names = raw.filter(is_name)
paths = names.filter(lambda text: "/" not in text and len(text) <= 225)
replies = st.text(st.sampled_from("aé \n#:-|>'\"{\t"), min_size=1, max_size=40).filter(
    lambda text: not text_problem(text) and text.strip("\n") != ""
)
people = st.sampled_from([f"p{number}@contoso.example" for number in range(5)])
untils = st.sampled_from(["2027-03-31", "2026-01-01", "2027-03-31T18:00:00+02:00", "2027-04-01T00:00:00Z"])
RIGHTS = {
    MICROSOFT365: ["full_access", "send_as", "send_on_behalf"],
    GOOGLE_DELEGATED: ["full_access", "send_as"],
    GOOGLE_COLLABORATIVE: ["member"],
}


@cache
def members(platform: Platform) -> st.SearchStrategy[list[dict[str, Any]]]:
    rights = st.lists(st.sampled_from(RIGHTS[platform]), unique=True, min_size=1)
    more = {"reason": names, "until": untils, "rights": rights}
    if platform == GOOGLE_COLLABORATIVE:
        more["delivery"] = st.sampled_from(["all", "none"])
        more["rights"] = st.sampled_from([["member"], ["manager"], ["owner"]])
    entry = st.fixed_dictionaries({"user": people}, optional=more)
    return st.lists(entry, max_size=4, unique_by=lambda line: line["user"])


common = {
    "display_name": names,
    "aliases": st.lists(st.sampled_from(["a@contoso.example", "no@contoso.example"]), unique=True),
    "labels": st.dictionaries(names.filter(lambda text: text != "<<"), names, max_size=3),
    "members_mode": st.sampled_from(["exact", "at-least"]),
}
searched = names.filter(lambda text: '"' not in text)
"""Gmail has no escape for a quote."""
when = st.fixed_dictionaries(
    {},
    optional={
        "from": st.lists(searched, min_size=1, max_size=3, unique=True),
        "subject_contains": searched,
        "has_words": names,
        "has_attachment": st.just(True),
        "larger_than": st.sampled_from(["500KB", "5MB", "1 GB"]),
    },
).filter(bool)


booleans = st.booleans()
few_paths = st.lists(paths, unique_by=str.casefold, max_size=3)
forwarding_targets = st.sampled_from(["none", "archive@contoso.example"])
suites = st.sampled_from([{}, {"suite": "SPE_E3"}])
PLATFORMS = st.sampled_from([MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE])


@cache
def _common(platform: Platform) -> st.SearchStrategy[dict[str, Any]]:
    most = 73 if platform == GOOGLE_COLLABORATIVE else 256
    title = (
        names if platform == MICROSOFT365 else names.filter(lambda text: len(text) <= most and not set("<>") & {*text})
    )
    return st.fixed_dictionaries({}, optional={**common, "display_name": title})


@cache
def _chosen(platform: Platform) -> st.SearchStrategy[set[Field]]:
    return st.sets(st.sampled_from(list(choices_on(platform))), max_size=6)


@cache
def _value(platform: Platform, name: Field) -> st.SearchStrategy[Value]:
    return st.sampled_from(choices_on(platform)[name])


@st.composite
def delegated(draw: st.DrawFn) -> dict[str, Any]:
    folders = draw(few_paths)
    tags = draw(few_paths)
    tags = [tag for tag in tags if tag.casefold() not in {folder.casefold() for folder in folders}]
    found: dict[str, Any] = {
        "folders": folders,
        "tags": [{"name": tag, **({"color": "red"} if number % 2 else {})} for number, tag in enumerate(tags)],
        "auto_reply": {"enabled": True, "subject": draw(names), "internal": draw(replies), "start": "2027-01-01"},
        "senders": [
            {
                "address": "x@contoso.example",
                "display_name": draw(names),
                "default": draw(booleans),
                "signature": draw(st.one_of(st.just(""), st.just("<b>x</b>\ny"), names)),
            }
        ],
        "forwarding": {"to": draw(forwarding_targets), "keep_copy": True},
        "sign_in": "blocked",
        "google": {"org_unit": "/" + draw(paths)},
        "storage": {"warn_at": "80%", "licence": "google-workspace-business-plus"},
    }
    then: list[dict[str, Any]] = [{"star": True}, {"delete": True, "mark_read": True}, {"important": False}]
    then += [{"move_to": folder} for folder in folders] + [{"tag": [tag], "archive": True} for tag in tags]
    then += [{"tag": [tag]} for tag in tags]
    rules = draw(st.lists(st.tuples(when, st.sampled_from(then)), max_size=3))
    found["rules"] = [{"name": f"{number} x", "when": a, "then": b} for number, (a, b) in enumerate(rules)]
    return {key: value for key, value in found.items() if draw(booleans)}


DELEGATED = delegated()
group = st.fixed_dictionaries(
    {},
    optional={
        "description": st.text(st.sampled_from("aé #:-|>'\"{"), max_size=20),
        "reply_to": st.sampled_from(["sender", "desk@contoso.example"]),
    },
).filter(bool)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    platform = draw(PLATFORMS)
    found: dict[str, Any] = {"version": 1, "mailbox": "Box@contoso.example", "platform": str(platform)}
    found |= draw(_common(platform))
    if draw(booleans):
        found["members"] = draw(members(platform))
    if platform == GOOGLE_DELEGATED:
        found |= draw(DELEGATED)
    if platform == GOOGLE_COLLABORATIVE and draw(booleans):
        found["group"] = draw(group)
    if platform == MICROSOFT365 and draw(booleans):
        found["storage"] = {"warn_at": "5%", "licence": "none"} | draw(suites)
    for name in sorted(draw(_chosen(platform))):
        *sections, key = str(name).split(".")
        section = found
        for one in sections:
            section = section.setdefault(one, {})
        section[key] = draw(_value(platform, name))
    settings = found.get("group", {})
    if settings.get("moderation") == "non-members":
        settings["posting"] = "anyone"  # Google refuses to moderate people who cannot post
    return found


def resolved(text: str) -> DesiredMailbox:
    found, problems = read_documents(text, "a.yaml")
    assert problems == [], text
    loaded, problems = load_mailbox(found[0], (Path(),))
    assert loaded is not None, problems
    (mailbox,) = resolve(LoadedSpecs([loaded]), TABLES, NOW).mailboxes.values()
    return mailbox
