"""Every text has German: the catalogue is complete, and what is shown comes from it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog

from sharedbox_cli.checks.registry import CHECKS, run_checks
from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.model import Desired, DesiredMailbox, Fact, Right, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.open_access import Entry
from sharedbox_cli.core.texts import Language, mark, number, set_language, tr, tr_count, tr_in
from sharedbox_cli.reports.views.access_words import detail_words, who_words
from tests.asked import each, every
from tests.catalogue import MO, extracted, kept, problems
from tests.checks.test_checks import CASES
from tests.checks.test_google_checks import CASES as GOOGLE_CASES
from tests.checks.test_inside_checks import CASES as INSIDE_CASES
from tests.pseudo import Pseudo, english_in
from tests.strategies import NOW

HOW = "Add the German text to sharedbox_cli/locale/de/LC_MESSAGES/sharedbox.po, and run `make generated`."


@pytest.fixture
def german() -> Iterator[None]:
    """Speak German."""
    with MO.open("rb") as file:
        set_language(Language.GERMAN, GNUTranslations(file))
    yield
    set_language(Language.ENGLISH, None)


@pytest.fixture
def pseudo() -> Iterator[None]:
    """Speak a language without letters: what is still readable did not come from the catalogue."""
    set_language(Language.GERMAN, Pseudo())
    yield
    set_language(Language.ENGLISH, None)


def test_every_text_has_german() -> None:
    assert each(extracted())
    assert [*problems(extracted(), kept())] == [], HOW


def test_compiled_catalogue_is_that_of_the_source() -> None:
    with MO.open("rb") as file:
        compiled = GNUTranslations(file)
    for message in each(message for message in kept() if message.id):
        if isinstance(message.id, str):
            context = message.context
            found = compiled.pgettext(context, message.id) if context else compiled.gettext(message.id)
            assert found == message.string, HOW
        else:
            texts = tuple(_plural(compiled, message.context, message.id, count) for count in (1, 2))
            assert texts == tuple(message.string or ()), HOW


def _plural(compiled: GNUTranslations, context: str | None, ids: tuple[str, ...] | list[str], count: int) -> str:
    one, many = ids
    return compiled.npgettext(context, one, many, count) if context else compiled.ngettext(one, many, count)


def test_each_kind_of_problem_is_named() -> None:
    wanted, catalogue = Catalog(), Catalog(locale="de")
    for text in ("{name} is missing", "new", "unsure", "{count} thing"):
        wanted.add(text)
    wanted.add(("{count} one", "{count} many"))
    catalogue.add("{name} is missing", "{nam} fehlt")
    catalogue.add("unsure", "unsicher", flags=["fuzzy"])
    catalogue.add("{count} thing", "{count} Ding {")
    catalogue.add("old", "alt")
    catalogue.add(("{count} one", "{count} many"), ("{count} eins", ""))
    assert set(problems(wanted, catalogue)) == {
        "other fields: {name} is missing: {nam} fehlt",
        "no German: new",
        "not confirmed (fuzzy): unsure",
        "other fields: {count} thing: {count} Ding {",
        "left over: old",
        "no German: {count} one",
    }


@pytest.mark.usefixtures("german")
def test_values_are_inert_and_numbers_unambiguous() -> None:
    hostile = "{count} %s {0} {name.__class__} guest"
    assert tr("as {address}", address=hostile) == f"als {hostile}"
    assert tr("before {day}", day="2026-11-27") == "vor 2026-11-27", "dates stay as they are"
    assert number(1234567) == "1\u202f234\u202f567"
    assert tr_count("{count} mailbox", "{count} mailboxes", 1) == "1 Postfach"
    assert tr_count("{count} mailbox", "{count} mailboxes", 1000) == "1\u202f000 Postfächer"
    assert (tr_in("severity", "note"), tr_in("column", "note")) == ("Hinweis", "Anmerkung")
    assert tr(mark("cannot be added: {why}", why=mark("archive"))) == "kann nicht hinzugefügt werden: Archiv"


def test_marked_text_is_english_where_it_is_kept() -> None:
    assert mark("cannot be added: {why}", why="x") == "cannot be added: x"
    assert str(mark("storage: {licence}")) == "storage: {licence}", "without fields it is no template"


@pytest.mark.usefixtures("pseudo")
def test_check_has_no_text_outside_of_the_catalogue() -> None:
    for check in each(CHECKS):
        texts = [check.title, check.hint, *(override.hint for override in check.overrides.values())]
        assert every(english_in(tr(text), "") == [] for text in texts), check.id


@pytest.mark.usefixtures("pseudo")
def test_finding_has_no_text_outside_of_the_catalogue() -> None:
    cases = [case for case in (*CASES, *GOOGLE_CASES, *INSIDE_CASES) if case[3]]
    for check, one, spec, _ in each(cases):
        for item in each(_findings(check, one, spec)):
            known = f"{item.mailbox} {item.subject} {item.platform} {' '.join(_values(one, spec))}"
            for text in (item.summary, item.why, item.hint):
                assert english_in(text, known) == [], check


def _findings(check: str, one: Observed, spec: DesiredMailbox | None) -> list[Finding]:
    desired = Desired({spec.address: spec} if spec else {}, "", 1)
    found = run_checks(desired, dict.fromkeys(one.platforms, one), NOW).findings
    return [item for item in found if item.check == check]


def _values(one: Observed, spec: DesiredMailbox | None) -> Iterator[str]:
    """Yield what came from a cloud or a spec, and is shown as it is."""
    yield "GB UTC IMAP SMTP AUTH"
    for trustee in one.trustees.values():
        yield from (str(trustee.address or ""), trustee.name, trustee.caveat)
    for mailbox in one.mailboxes.values():
        yield from (entry.text for entry in mailbox.special)
        yield str(mailbox.facts.get(Fact.SIGN_IN_STATE, ""))
        yield str(mailbox.facts.get(Fact.MASTERED, ""))
        yield str(mailbox.settings.get(Field.RULES, ""))
        yield str(mailbox.facts.get(Fact.FORWARDING_TO, ""))
        yield str(mailbox.settings.get(Field.FORWARDING_TO, ""))
        yield from (
            str(mailbox.facts.get(name, "")) for name in (Fact.MAILBOX_PLANS, Fact.PRODUCTS, Fact.GROUP_PRODUCTS)
        )
    yield str(spec.labels if spec else "")
    yield str(spec.settings.get(Field.LICENCE, "") if spec else "")
    yield str(one.licences)


def test_pseudo_language_keeps_fields_and_hides_the_rest() -> None:
    assert Pseudo().gettext("{name} is here") == "{name} øø øøøø"
    assert english_in("anna@contoso.example øø here", "anna@contoso.example") == ["here"]
    assert {name for _, name, _, _ in string.Formatter().parse(Pseudo().gettext("{a:,} and {b}")) if name} == {"a", "b"}
    assert re.fullmatch("[ø ]+", Pseudo().ngettext("one thing", "many things", 2))


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("entry", "detail", "words"),
    [
        ("deny", "deny FullAccess for {name} %s", "Verweigerung von FullAccess für {name} %s"),
        (
            "rule",
            "mail rule its password may be known to somebody",
            "E-Mail-Regel its password may be known to somebody",
        ),
        ("unknown", "archive", "archive"),
        ("grant", "forwarding of all mail", "forwarding of all mail"),
        (
            "sign-in",
            "sign-in to its account: the password can be reset with the recovery data",
            "Anmeldung am eigenen Konto: das Kennwort kann mit den Wiederherstellungsdaten zurückgesetzt werden",
        ),
    ],
)
def test_kept_entry_is_translated_without_its_names(entry: str, detail: str, words: str) -> None:
    kind, way = TrusteeKind.USER, Entry(entry)
    row = AccessRow("m", "microsoft365", "p", "guest", "id", kind, Right.OTHER, detail, (), True, False, way)
    assert detail_words(row) == words
    assert who_words(row) == "guest <p>", "a name is no text of ours"
