"""Rows of CSV files as mailboxes: the same rights in every form of a table, and no crash for any text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.cli.import_.adopt import Existing, files_of
from sharedbox_cli.core.model import MICROSOFT365, DesiredMailbox
from sharedbox_cli.language.csv.columns import columns_of, is_known, mapping_of, use_of
from sharedbox_cli.language.csv.decode import decoded
from sharedbox_cli.language.csv.desired import adopted_from
from sharedbox_cli.language.csv.mailboxes import Reader
from sharedbox_cli.language.csv.model import CsvReading, Rules
from sharedbox_cli.language.csv.names import NAMES
from sharedbox_cli.language.csv.table import DELIMITERS, table_of
from sharedbox_cli.language.csv.values import NotReadable, day_of, people_in, rights_in
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from tests.asked import each
from tests.field_values import TABLES

TABLE = TABLES[MICROSOFT365]
NOW = datetime(2026, 11, 27, tzinfo=UTC)
PEOPLE = [f"{name}@contoso.example" for name in ("anna", "ben", "chloe", "o'neil", "x+y")]
COLUMNS = {
    "full_access": ("FullAccess", "Vollzugriff"),
    "send_as": ("Send-As", "SENDEN ALS"),
    "send_on_behalf": ("GrantSendOnBehalfTo", "Senden im Auftrag"),
}
Rights = Mapping[str, Mapping[str, frozenset[str]]]
RIGHTS = st.frozensets(st.sampled_from(sorted(COLUMNS)), min_size=1)
MAILBOXES = st.dictionaries(
    st.sampled_from([f"{local}@contoso.example" for local in ("info", "sales", "desk-eu", "1st")]),
    st.dictionaries(st.sampled_from(PEOPLE), RIGHTS, min_size=1),
    min_size=1,
)


def read(text: str, *options: str, domain: str = "") -> CsvReading:
    """Return the mailboxes of a file with some text."""
    table = table_of(text, "list.csv", "UTF-8", is_known)
    reader = Reader(Rules(domain, TABLE.default_rights))
    if table.rows:
        columns, problems = columns_of(table, mapping_of(options), set())
        table.problems += problems
        if not problems:
            reader.read(table, columns, ())
    reading = reader.finish()
    reading.problems += table.problems
    return reading


def specs(reading: CsvReading) -> list[DesiredMailbox]:
    assert reading.problems == []
    return [adopted_from(one, TABLE, NOW).mailbox for one in reading.mailboxes.values()]


def rights_of(reading: CsvReading) -> Rights:
    """Return who has which rights."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for mailbox in specs(reading):
        people = found.setdefault(mailbox.address.key, {})
        for grant in mailbox.grants or ():
            people[grant.trustee.key] = people.get(grant.trustee.key, frozenset()) | {str(grant.right)}
    return found


def written(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


@pytest.mark.slow
@given(
    rights=MAILBOXES,
    delimiter=st.sampled_from(sorted(DELIMITERS)),
    between=st.sampled_from([";", ", ", "|", "\n", " ; "]),
    language=st.sampled_from([0, 1]),
)
@settings(max_examples=150)
def test_one_row_per_mailbox_keeps_all_rights(rights: Rights, delimiter: str, between: str, language: int) -> None:
    rows = [["Postfach", *(names[language] for names in COLUMNS.values())]]
    for mailbox, people in rights.items():
        cells = [between.join(who for who, held in people.items() if right in held) for right in COLUMNS]
        rows.append([mailbox, *cells])
    assert rights_of(read(written(rows, delimiter))) == rights


@given(rights=MAILBOXES, yes=st.sampled_from(["x", "ja", "TRUE", "1"]), no=st.sampled_from(["", "nein", "False", "0"]))
@settings(max_examples=100)
def test_one_row_per_person_keeps_all_rights(rights: Rights, yes: str, no: str) -> None:
    rows = [["Mailbox", "User", *(names[0] for names in COLUMNS.values())]]
    for mailbox, people in rights.items():
        rows += [[mailbox, who, *(yes if right in held else no for right in COLUMNS)] for who, held in people.items()]
    assert rights_of(read(written(rows, ","))) == rights


@pytest.mark.slow
@given(rights=MAILBOXES)
@settings(max_examples=100)
def test_one_row_per_right_keeps_all_rights(rights: Rights) -> None:
    rows = [["Identity", "Trustee", "AccessRights"]]
    for mailbox, people in rights.items():
        rows += [[mailbox, who, f"{{{right}}}"] for who, held in people.items() for right in held]
    assert rights_of(read(written(rows, "\t"))) == rights


HEADERS = st.sampled_from(
    [
        "Mailbox",
        "Name",
        "Alias",
        "User",
        "FullAccess",
        "SendAs",
        "Aliases",
        "Until",
        "AutoMapping",
        "Rights",
        "Hidden",
        "Deny",
        "Foo",
        "",
        "User2",
        "E-Mail",
        "UPN",
    ]
)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a@contoso.example", "b@contoso.example; c@contoso.example", "ja", "FullAccess", "31.12.2030", "x", "-"]
    ),
)


@given(
    header=st.lists(HEADERS, min_size=1, max_size=6),
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=6),
    delimiter=st.sampled_from(sorted(DELIMITERS)),
    domain=st.sampled_from(["", "contoso.example"]),
)
@settings(max_examples=400)
def test_no_table_crashes_and_every_spec_is_valid(
    header: list[str], rows: list[list[str]], delimiter: str, domain: str
) -> None:
    text, encoding = decoded(written([header, *rows], delimiter).encode("utf-8", "replace"), Path("list.csv"))
    assert encoding
    reading = read(text, domain=domain)
    assert all(problem.place.file == "list.csv" and problem.summary and problem.why for problem in reading.problems)
    if not reading.problems:
        for mailbox in specs(reading):
            assert write(mailbox, TABLE)


NAMED = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), max_size=20
)


@given(rights=MAILBOXES, names=st.lists(NAMED, min_size=4, max_size=4))
@settings(max_examples=150)
def test_files_say_what_the_rows_say(rights: Rights, names: list[str]) -> None:
    rows = [["Mailbox", "DisplayName", "User", *(columns[0] for columns in COLUMNS.values())]]
    for (mailbox, people), name in zip(rights.items(), names, strict=False):
        for who, held in people.items():
            rows.append([mailbox, name, who, *("x" if right in held else "" for right in COLUMNS)])
    reading = read(written(rows, ","))
    if reading.problems:
        assert {problem.summary for problem in reading.problems} == {"not a value of `display_name`"}
        return
    adopted = [adopted_from(one, TABLE, NOW) for one in reading.mailboxes.values()]
    folder = Path("no-such-folder")
    made = files_of(folder, adopted, Existing(), TABLES, {}, keeps_new=True)
    found = resolve(load_specs([folder], made.texts), TABLES, NOW).mailboxes
    assert {one.mailbox.address: (_grants(one.mailbox), one.mailbox.settings) for one in adopted} == {
        address: (_grants(mailbox), mailbox.settings) for address, mailbox in found.items()
    }


def _grants(mailbox: DesiredMailbox) -> set[tuple[str, str]]:
    return {(grant.trustee.key, str(grant.right)) for grant in mailbox.grants or ()}


@pytest.mark.parametrize("kind", ["UserMailbox", "MailUniversalDistributionGroup", "GroupMailbox", "RoomMailbox"])
def test_rows_of_other_recipients_are_skipped(kind: str) -> None:
    text = (
        f"PrimarySmtpAddress,RecipientTypeDetails\na@x.example,{kind}\nb@x.example,RemoteSharedMailbox\nc@x.example,\n"
    )
    reading = read(text)
    assert [address.key for address in reading.mailboxes] == ["b@x.example", "c@x.example"]
    assert [remark.place.line for remark in reading.remarks] == [2]


def test_names_of_columns_are_read_in_any_spelling() -> None:
    for name, field in each(NAMES.items()):
        assert use_of(name) == use_of(name.upper()) == field
    for name in (
        "Primary SMTP Address",
        "primary-smtp-address",
        "Prim\u00e4re SMTP-Adresse",
        "E-Mail",
        "POSTF\u00c4CHER",
    ):
        assert use_of(name) == "mailbox"
    for name in ("User 12", "Benutzer_2", "Mitglieder:", "Stellvertreter/in"):
        assert use_of(name) == "members"


def test_short_rows_have_no_rights_that_are_not_there() -> None:
    found = rights_of(read("Mailbox,User,FullAccess,SendAs\na@x.example,b@x.example,x\na@x.example,c@x.example,x,x\n"))
    assert found == {"a@x.example": {"b@x.example": {"full_access"}, "c@x.example": {"full_access", "send_as"}}}


def test_members_have_full_access_only_if_other_columns_say_who_sends() -> None:
    found = rights_of(read("Mailbox,Members,SendAs\na@x.example,anna@x.example,ben@x.example\n"))
    assert found == {"a@x.example": {"anna@x.example": {"full_access"}, "ben@x.example": {"send_as"}}}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Mailbox,User\na@x.example,anna\n", ["list.csv:2:13"]),
        ("Mailbox,DisplayName\na@x.example,One\nA@x.example,Two\n", ["list.csv:3:13"]),
        ("Mailbox,User,AutoMapping\na@x.example,b@x.example,yes\na@x.example,b@x.example,no\n", ["list.csv:3:25"]),
        ("Mailbox,Aliases\na@x.example,b@x.example\nb@x.example,\n", ["list.csv:2:13"]),
        ("Mailbox,Aliases,User\na@x.example,b@x.example,b@x.example\n", ["list.csv:2:25"]),
        ("Mailbox,Hidden\na@x.example,perhaps\n", ["list.csv:2:13"]),
        ("Mailbox,User,AutoMapping\na@x.example,b@x.example,perhaps\n", ["list.csv:2:25"]),
        ("Mailbox,User,AccessRights\na@x.example,b@x.example,Everything\n", ["list.csv:2:25"]),
        ("Mailbox,User,Until\na@x.example,b@x.example,soon\n", ["list.csv:2:25"]),
        ("Mailbox,Email\nsupport,a@x.example\nsupport,b@x.example\n", ["list.csv:1:1"]),
        ("Mailbox,User,Type,Groups\na@x.example,b@x.example,,b@x.example\n", ["list.csv:2:26"]),
        ("Mailbox;User\na@x.example b@x.example;c@x.example\n", ["list.csv:2:1"]),
    ],
)
def test_wrong_rows_are_named_with_their_place(text: str, places: list[str]) -> None:
    reading = read(text, "Groups=groups") if "Groups" in text else read(text)
    assert [str(problem.place) for problem in reading.problems] == places


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna Meyer <anna@x.example>", ["anna@x.example"]),
        ("Meyer, Anna <anna@x.example>", ["anna@x.example"]),
        ('"Meyer, Anna" <anna@x.example>, ben@x.example', ["anna@x.example", "ben@x.example"]),
        ("anna;ben;;", ["anna", "ben"]),
        ("keine", []),
        ("{}", []),
        ("{anna}", ["anna"]),
        ("NT-AUTORIT\u00c4T\\SELBST; anna", ["anna"]),
        ("S-1-5-21-1-2-3-500", []),
        ("mailto:anna@x.example", ["anna@x.example"]),
    ],
)
def test_people_are_found(text: str, found: list[str]) -> None:
    assert people_in(text).found == found


@pytest.mark.parametrize(
    "text", ["System.String[]", "Microsoft.Exchange.Data.MultiValuedProperty`1[x]", "{a, b...}", "x", "ja; anna"]
)
def test_what_is_no_person_is_refused(text: str) -> None:
    with pytest.raises(NotReadable):
        people_in(text)


def test_name_that_could_be_a_person_is_refused_with_a_domain() -> None:
    with pytest.raises(NotReadable):
        people_in("ben, Anna <anna@x.example>", has_domain=True)


@pytest.mark.parametrize(
    "text", ["2027-03-31", "31.3.2027", "31/03/2027", "03/31/2027", "2027-03-31T00:00:00", "31.03.2027 00:00:00"]
)
def test_days_are_read(text: str) -> None:
    assert day_of(text).isoformat() == "2027-03-31"


@pytest.mark.parametrize("text", ["04/03/2027", "31.02.2027", "soon", "0227-03-31", "2027"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotReadable):
        day_of(text)


def test_rights_are_read() -> None:
    assert sorted(map(str, rights_in("{FullAccess, Senden als; Send on behalf}")[0])) == [
        "full_access",
        "send_as",
        "send_on_behalf",
    ]
    assert rights_in("ReadPermission") == (frozenset(), ["ReadPermission"])
