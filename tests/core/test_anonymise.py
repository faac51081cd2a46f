"""Answers without what identifies anybody, in the form of the vendor."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.anonymise import Anonymiser
from tests.asked import each

RULE = (
    '{"Identity":"7957928c-1111-4a5b-8c9d-001122334455\\\\15394007230974001153", "ErrorType":"None",'
    '"RuleIdentity":15394007230974001153,"Priority":1, "SubjectContainsWords":["geheim","M\\u00fcller"],'
    '"ForwardTo":["\\"Ann Example\\" [EX:/o=ExchangeLabs/ou=Exchange Administrative Group '
    '(FYDIBOHF23SPDLT)/cn=8450ab]"],'
    '"From":"Ann Example <ann@contoso.example>","Size":"12.3 KB (12,345 bytes)","When":"2026-11-02T08:15:00Z"}'
)


def test_rule_keeps_its_form_and_loses_its_people() -> None:
    anonymise = Anonymiser()
    text = anonymise.text(RULE)
    for secret in each(("Ann", "Example", "contoso", "geheim", "ller", "7957928c", "4007230974001153", "8450ab")):
        assert secret not in text, text
    data = json.loads(text)
    assert list(data) == list(json.loads(RULE))
    assert (data["ErrorType"], data["Priority"]) == ("None", 1)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["When"]) and "2026-11" not in data["When"]
    assert data["Size"] == "12.3 KB (12,345 bytes)"
    assert data["RuleIdentity"] > 2**63 and str(data["RuleIdentity"]) in data["Identity"], "it is the same id"
    assert re.fullmatch(
        r'"Word\d+ Word\d+" \[EX:/o=ExchangeLabs/ou=Exchange Administrative Group \(FYDIBOHF23SPDLT\)/cn=word\d+\]',
        data["ForwardTo"][0],
    )
    assert ', "ErrorType"' in text or ', "SubjectContainsWords"' in text, "spaces stay"
    assert text == anonymise.text(RULE), "the same word always becomes the same word"


def test_words_of_the_vendor_stay_only_where_they_belong() -> None:
    text = Anonymiser().text(
        '{"AccessRights":["Reviewer","NewRole"],"User":{"DisplayName":"Reviewer","UserType":"Internal"}}'
    )
    data = json.loads(text)
    assert data["AccessRights"] == ["Reviewer", "NewRole"]
    assert data["User"]["DisplayName"] != "Reviewer"
    assert data["User"]["UserType"] == "Internal"


def test_short_numbers_in_texts_are_replaced_and_sizes_stay() -> None:
    secrets = ["206", "555", "0100", "3012", "80331", "192", "168", "4711"]
    raw = {
        "phones": [{"value": "+1 206 555 0100"}],
        "signature": "Tel. +49 (3012) 555",
        "postalCode": "80331",
        "address": "192.168.7.9",
        "CustomAttribute1": "4711",
        "id": -12345678901,
        "RecipientLimits": "500",
        "MaxSendSize": "35 MB (36,700,160 bytes)",
        "RetainDeletedItemsFor": "14.00:00:00",
        "ItemsInFolder": 54321,
    }
    text = Anonymiser().text(json.dumps(raw))
    for secret in each(secrets):
        assert secret not in text, (secret, text)
    data = json.loads(text)
    assert re.fullmatch(r"\+\d \d{3} \d{3} \d{4}", data["phones"][0]["value"]), "the form stays"
    assert data["id"] < -(10**10) and data["id"] != raw["id"]
    for name in each(("RecipientLimits", "MaxSendSize", "RetainDeletedItemsFor", "ItemsInFolder")):
        assert data[name] == raw[name], name


def test_dates_are_replaced_in_their_form_and_those_that_say_never_stay() -> None:
    forms = (
        "2026-11-02",
        "2026-11-02T08:15:00.1234567+01:00",
        "2026-11-02 08:15",
        "/Date(1793600100000)/",
        "1980-05-06T00:00:00",
        "seen on 2026-11-02T08:15Z",
    )
    anonymise = Anonymiser()
    for form in each(forms):
        found = anonymise.value(form)
        shape = re.sub(r"\d", "9", form.replace("seen on", ""))
        assert re.sub(r"\d", "9", found).endswith(shape) and found == anonymise.value(form)
        assert not re.search(r"2026|1980|1793|08:15", found), found
    assert anonymise.value("1980-05-06T00:00:00").endswith("T00:00:00")
    for never in each(("0001-01-01T00:00:00", "1601-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59.9999999")):
        assert anonymise.value(never) == never


def test_ids_keep_no_digit_and_need_as_much_room() -> None:
    limits = [2**bits + more for bits in (31, 32, 53, 63) for more in (-1, 12345)]
    for number in each([*limits, 15394007230974001153, 1793600100000]):
        found = json.loads(Anonymiser().text(f'{{"id":{number}}}'))["id"]
        assert found != number and len(str(found)) == len(str(number))
        assert all((found >= 2**bits) is (number >= 2**bits) for bits in (31, 32, 53, 63, 64)), (number, found)
    text = Anonymiser().text(
        '{"at":48.1372345,"to":-1.1562345e1,"share":0.25,"odd":"²²²²²²²²²²","zero":"0049891234567"}'
    )
    assert not re.search(r"48|1372|562345|49891234", text) and json.loads(text)["share"] == 0.25
    assert json.loads(text)["to"] < 0


@pytest.mark.slow
def test_json_that_no_parser_takes_is_replaced_all_the_same() -> None:
    for deep in each(('["Geheim",' * 9_000 + "1" + "]" * 9_000, '{"Geheim":' * 9_000, "[" + "9" * 10_000 + "]")):
        assert "Geheim" not in Anonymiser().text(deep) and "99999999999" not in Anonymiser().text(deep)


def test_letters_of_any_script_are_replaced() -> None:
    for name in each(("नमस्ते", "สมชาย", "e\u0301le\u0300ve", "\U0001f3e2", "\ud800")):
        for text in (name, f"é{name}"):
            found = Anonymiser().text(f'{{"Name":{json.dumps(text)[:-1]}é"}}')
            assert json.loads(found.encode())["Name"].isascii(), (name, found)


def test_folder_in_a_request_is_replaced_as_a_whole() -> None:
    identity = json.dumps({"Identity": '{mailbox}:\\Kalender\\Geheim "Otto" heute'})
    call = Anonymiser().request(f"Get-MailboxFolderPermission {identity}")
    assert call.startswith('Get-MailboxFolderPermission {"Identity": "{mailbox}:\\\\Kalender') and call.endswith('"}')
    for secret in each(("Geheim", "Otto", "heute")):
        assert secret not in call


def test_classes_of_folders_keep_only_the_words_of_the_vendor() -> None:
    text = Anonymiser().text('{"ContainerClass":"IPF.Note.Contoso","FolderType":"Inbox"}')
    assert re.fullmatch(r'{"ContainerClass":"IPF\.Note\.Word\d+","FolderType":"Inbox"}', text)


def test_text_that_is_no_json_is_replaced_as_a_whole() -> None:
    assert "Contoso" not in Anonymiser().text("<html>Sorry, Contoso has no access. eyJhbGciOi.J9.c2ln</html>")


_SECRET = st.from_regex(r"Q[a-z]{5,12}Z", fullmatch=True)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9999, 9999)
    | _SECRET
    | _SECRET.map(lambda text: f"{text} <{text}@{text}.example>")
    | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["Name", "value", "User"]), inner),
    max_leaves=12,
)


def shape(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: shape(value) for key, value in data.items()}
    if isinstance(data, list):
        return [shape(value) for value in data]
    return "text" if isinstance(data, str) else data


@given(_VALUES, st.booleans())
def test_no_secret_is_left_and_the_shape_is_the_same(data: Any, is_tight: bool) -> None:
    raw = json.dumps(data, indent=None if is_tight else 1)
    text = Anonymiser().text(raw)
    assert shape(json.loads(text)) == shape(data)
    for secret in re.findall(r"Q[a-z]{5,12}Z|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", raw):
        assert secret not in text


@given(st.text())
def test_any_text_is_replaced_without_an_error(text: str) -> None:
    Anonymiser().text(text)
    Anonymiser().text(json.dumps({"Name": text, text: [text]}))
