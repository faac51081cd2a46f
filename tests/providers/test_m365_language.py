"""The language of a mailbox on Exchange: with its region, with the formats that belong to it, folders as they are."""

from __future__ import annotations

import json

import pytest

from sharedbox_cli.core.change import inverse
from sharedbox_cli.core.fields import Field
from sharedbox_cli.providers.microsoft365.spec_problems import spec_problems
from tests.asked import each
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at

OLD = {"Language": "en-US", "DateFormat": "M/d/yyyy", "TimeFormat": "h:mm tt", "TimeZone": "W. Europe Standard Time"}


def chosen(demo: Setting, **regional: str) -> None:
    """Choose as the first person who opens the mailbox does."""
    sql = "update mailboxes set doc = json_set(doc, '$.Regional', json(?)) where lower(cn) like 'sales%'"
    demo.tenant.run(sql, json.dumps(regional))


def kept(demo: Setting) -> dict[str, str]:
    [row] = demo.tenant.rows("select doc from mailboxes where lower(cn) like 'sales%'")
    found: dict[str, str] = json.loads(row["doc"])["Regional"]
    return found


@pytest.mark.parametrize("form", ["", "object"])
def test_new_language_brings_its_formats_and_keeps_the_time_zone(demo: Setting, form: str) -> None:
    demo.tenant.set_meta("culture", form)
    chosen(demo, **OLD)
    spec = shared("sales", {Field.LANGUAGE: "de-DE"})
    [change] = plan(demo, demo.provider(), spec)
    assert (change.before, change.after) == ({Field.LANGUAGE: "en-US"}, {Field.LANGUAGE: "de-DE"})
    assert [outcome.is_success for outcome in apply(demo.provider(), (change,)).values()] == [True]
    assert plan(demo, demo.provider(), spec) == ()
    assert kept(demo) == {**OLD, "Language": "de-DE", "DateFormat": "dd.MM.yyyy", "TimeFormat": "HH:mm"}


def test_each_region_is_a_language_of_its_own(demo: Setting) -> None:
    chosen(demo, **OLD)
    for tag, differs in each([("en-US", False), ("EN-us", False), ("en-GB", True), ("en-AU", True)]):
        assert bool(plan(demo, demo.provider(), shared("sales", {Field.LANGUAGE: tag}))) is differs


def test_mailbox_that_nobody_opened_has_no_language(demo: Setting) -> None:
    demo.forget()
    observed = observe(demo.provider(), shared("sales", {Field.HIDDEN: False}), shared("billing", {Field.LANGUAGE: ""}))
    assert observed.mailboxes[at("billing")].settings[Field.LANGUAGE] == ""
    assert demo.calls("exchange.Get-MailboxRegionalConfiguration") == 1


def test_language_without_its_region_is_refused_with_what_to_write() -> None:
    for tag, hint in each(
        [("de", "`de-DE`"), ("EN", "`en-US`"), ("pt", "`pt-PT`"), ("zh-Hant", "`zh-TW`"), ("tlh", "such as in")]
    ):
        [(path, why)] = spec_problems({"language": tag})
        assert path == ("language",)
        assert hint in why
    for written in each(["de-DE", "de-at", "sr-Latn-RS", "es-419", None]):
        assert list(spec_problems({"language": written})) == []


def test_undo_takes_the_language_away_again(demo: Setting) -> None:
    [change] = plan(demo, demo.provider(), shared("sales", {Field.LANGUAGE: "de-DE"}))
    back = inverse(change)
    assert back is not None
    for one in each((change, back)):
        assert [outcome.is_success for outcome in apply(demo.provider(), (one,)).values()] == [True]
    assert kept(demo) == {"Language": None, "DateFormat": None, "TimeFormat": None}
