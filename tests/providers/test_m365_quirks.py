"""Each oddity of the vendor has a function, and each function its cases."""

from __future__ import annotations

import gzip
import inspect
import re
from pathlib import Path

import pytest

from sharedbox_cli.core.errors import (
    Ambiguous,
    CloudError,
    Conflict,
    NotFound,
    ObserveError,
    PermissionDenied,
    Refused,
    Throttled,
)
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, PLAN_2
from sharedbox_cli.providers.columns import UnknownForm
from sharedbox_cli.providers.microsoft365 import quirks
from sharedbox_cli.providers.microsoft365.errors import EXCHANGE, GRAPH, exchange_error, graph_error
from sharedbox_cli.providers.microsoft365.exchange_answers import unpacked
from sharedbox_cli.providers.microsoft365.observe.licences import pools
from sharedbox_cli.providers.microsoft365.observe.usage import parse_report
from sharedbox_cli.providers.microsoft365.plans import licence_of, mailbox_plans
from sharedbox_cli.providers.responses import Answer
from tests.asked import each, every

SID = "S-1-5-21-1111111111-2222222222-3333333333-4444"


def test_type_annotations_are_dropped_from_a_row() -> None:
    row = {"Deny": False, "Deny@data.type": "System.Boolean", "A@odata.type": "#Collection(String)", "A": []}
    assert quirks.without_sidecars(row) == {"Deny": False, "A": []}


def test_joined_rights_are_split() -> None:
    assert quirks.split_rights(["FullAccess, ReadPermission", "ChangeOwner"]) == {
        "FullAccess",
        "ReadPermission",
        "ChangeOwner",
    }


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("49.5 GB (53,150,220,288 bytes)", 53_150_220_288),
        ("49,5 GB (53.150.220.288 bytes)", 53_150_220_288),
        ("49,5 Go (53\u202f150\u202f220\u202f288 bytes)", 53_150_220_288),
        ("0 B (0 bytes)", 0),
        ("Unlimited", None),
        ("", None),
        (None, None),
    ],
)
def test_size_is_read_from_its_bytes(text: str | None, size: int | None) -> None:
    assert quirks.size_bytes(text) == size


@pytest.mark.parametrize(("text", "seconds"), [("14.00:00:00", 1_209_600), ("00:30:00", 1800), ("soon", None)])
def test_span_is_read_in_seconds(text: str, seconds: int | None) -> None:
    assert quirks.span_seconds(text) == seconds


def test_addresses_are_told_from_the_services_own_entries() -> None:
    entries = ["SMTP:Sales@x.example", "smtp:B@x.example", "smtp:a@x.example", "SIP:s@x.example", "X500:/o=x", "SPO:1"]
    assert quirks.smtp_addresses(entries) == ("Sales@x.example", ("a@x.example", "b@x.example"))


def test_own_entry_of_a_mailbox_is_known_by_its_sid_in_any_language() -> None:
    row = {"User": "NT-AUTORITÄT\\SELBST", "AccessRights": ["FullAccess"], "Deny": False, "IsInherited": False}
    assert quirks.is_self(quirks.mailbox_entry({**row, "UserSid": "S-1-5-10"}).sid)
    assert not quirks.is_self(quirks.mailbox_entry({**row, "UserSid": SID}).sid)


def test_bare_sid_is_an_orphan_and_a_name_is_not() -> None:
    assert quirks.is_orphan(SID) and not quirks.is_orphan("EURPR01A\\anna") and not quirks.is_orphan("S-1-5-10")


@pytest.mark.parametrize(("kind", "is_deny"), [("Allow", False), ("Deny", True)])
def test_recipient_entry_says_deny_in_words(kind: str, is_deny: bool) -> None:
    row = {"Trustee": "a@x.example", "AccessControlType": kind, "AccessRights": ["SendAs"], "TrusteeSidString": SID}
    entry = quirks.recipient_entry(row)
    assert (entry.is_deny, entry.is_inherited, entry.sid, entry.rights) == (is_deny, False, SID, ("SendAs",))


GUID, OTHER_GUID = "0f3a7a52-5e3c-4a6f-9c57-6b1a2d3e4f50", "1f3a7a52-5e3c-4a6f-9c57-6b1a2d3e4f51"


def _behalf(named: object, plain: object = ()) -> dict[str, object]:
    return {"GrantSendOnBehalfTo": plain, "GrantSendOnBehalfToWithDisplayNames": named}


@pytest.mark.parametrize(
    ("row", "delegates"),
    [
        (_behalf(["(anna@x.example, Anna)"], [GUID]), [(GUID, "anna@x.example")]),
        (_behalf(["(anna@x.example, Müller, Anna (R&D))"]), [("anna@x.example", "anna@x.example")]),
        (_behalf(["(, Anna)"], [GUID]), [(GUID, "")]),
        (_behalf(["Anna <anna@x.example>"], [GUID]), [(GUID, "")]),
        (
            _behalf(["(a@x.example, A)", "(b@x.example, B)"], [GUID, OTHER_GUID]),
            [(GUID, "a@x.example"), (OTHER_GUID, "b@x.example")],
        ),
        (_behalf(['{"DisplayName": "Anna", "Identity": "id-1"}']), [("id-1", "")]),
        (_behalf([{"DisplayName": "Anna", "Guid": "id-2"}], ["Anna"]), [("id-2", "")]),
        (_behalf([{"DisplayName": "Anna", "PrimarySmtpAddress": "a@x.example"}]), [("a@x.example", "a@x.example")]),
        (_behalf([GUID]), [(GUID, "")]),
        (_behalf(["anna@x.example"]), [("anna@x.example", "anna@x.example")]),
        (_behalf(None, ["Anna", GUID]), [("Anna", ""), (GUID, "")]),
        (_behalf([], ["anna@x.example"]), [("anna@x.example", "anna@x.example")]),
        (_behalf(None, None), []),
    ],
)  # the address, else the id at the same place
def test_who_sends_on_behalf_is_named_by_an_address_or_an_id(
    row: dict[str, object], delegates: list[tuple[str, str]]
) -> None:
    assert quirks.on_behalf_entries(row) == delegates


@pytest.mark.parametrize(
    "row",
    [
        _behalf(["Anna Müller"]),
        _behalf(["Anna <anna@x.example>"]),
        _behalf(["anna@x.example;Anna"]),
        _behalf(["(, Anna)"], ["Anna"]),
        _behalf(["{not json"], [GUID]),
        _behalf([{"DisplayName": "Anna"}]),
        _behalf([7]),
        _behalf(None, [""]),
        _behalf(None, [{"Guid": GUID}]),
        _behalf(["(a@x.example, A)"], [GUID, OTHER_GUID]),
    ],
)
def test_unknown_form_of_send_on_behalf_is_an_error_and_never_a_name(row: dict[str, object]) -> None:
    with pytest.raises(UnknownForm, match="send on behalf"):
        quirks.on_behalf_entries(row)


@pytest.mark.parametrize(("text", "yes"), [(GUID, True), (GUID.upper(), True), (f"{GUID}0", False), ("Anna", False)])
def test_guid_is_told_from_a_name(text: str, yes: bool) -> None:
    assert quirks.is_guid(text) is yes


def test_query_options_of_a_url_are_percent_encoded() -> None:
    url = quirks.query_url("/users", {"$top": "9", "$filter": "mail eq 'r&d+1#%41@x.example'"})
    assert url == "/users?$top=9&$filter=mail%20eq%20%27r%26d%2B1%23%2541%40x.example%27"


def test_every_quirk_has_a_case_here_and_says_where_it_was_seen() -> None:
    found = inspect.getmembers(quirks, inspect.isfunction)
    functions = {name: one for name, one in found if one.__module__ == quirks.__name__ and name[0] != "_"}
    cases = Path(__file__).read_text(encoding="utf-8")
    assert len(functions) >= 15
    for name, one in each(functions.items()):
        assert f"quirks.{name}(" in cases, name
        assert re.search(r"\((E|D)\)", one.__doc__ or ""), name


def test_name_of_a_new_mailbox_is_short_and_unique() -> None:
    names = {quirks.unique_name(f"{'x' * 60}{end}@contoso.example") for end in ("a", "b", "A")}
    assert len(names) == 2 or len(names) == 3
    assert every(len(name) <= 64 for name in names)
    assert quirks.unique_name("Sales@contoso.example") == "sales.contoso.example"
    assert quirks.unique_name("sales@contoso.example") != quirks.unique_name("sales@fabrikam.example")


@pytest.mark.parametrize(("body", "is_nul"), [(b"\x00" * 40, True), (b"", False), (b'{"error": {}}', False)])
def test_nul_bytes_are_known(body: bytes, is_nul: bool) -> None:
    assert quirks.is_nul_body(body) is is_nul


def test_body_that_claims_to_be_gzip_and_is_not_stays_as_it_is() -> None:
    nuls = b"\x00" * 40
    assert unpacked(nuls, {"content-encoding": "gzip"}) == nuls
    assert unpacked(gzip.compress(b"{}"), {"content-encoding": "gzip"}) == b"{}"


def test_quote_in_a_filter_is_doubled() -> None:
    assert quirks.odata_quoted("o'neil@x.example") == "'o''neil@x.example'"


@pytest.mark.parametrize(
    ("warning", "says"),
    [
        ('The appropriate access control entry is already present on the object "CN=x".', True),
        ("Can't remove the access control entry because the ACE doesn't exist on the object.", True),
        ("The command completed successfully but no settings of 'x' have been modified.", True),
        ("Something else happened.", False),
    ],
)
def test_warning_that_nothing_had_to_be_done_is_known(warning: str, says: bool) -> None:
    assert quirks.says_already([warning]) is says


def test_list_cut_at_its_default_is_known() -> None:
    assert quirks.is_truncated(["WARNING: By default, only the first 1000 items are returned."])
    assert quirks.is_truncated(["There are more results available than are currently displayed."])
    assert not quirks.is_truncated([])


def _exchange(status: int, kind: str, sentence: str = "x", code: str = "Ex6F9304") -> CloudError | None:
    import json

    message = f"{code}|{kind}|{sentence}" if code else f"|{kind}|{sentence}"
    error = {"code": "BadRequest", "message": "Error executing cmdlet", "details": [{"message": message}]}
    return exchange_error(
        Answer(status, {"request-id": "r1"}, json.dumps({"error": error}).encode()), "Set-Mailbox", "a@x"
    )


@pytest.mark.parametrize("name", EXCHANGE)
def test_each_type_of_exchange_becomes_its_error_with_call_and_request_id(name: str) -> None:
    error = _exchange(400, f"Microsoft.Exchange.Some.Space.{name}", "the sentence")
    assert error is not None and type(error) is EXCHANGE[name].error
    assert (error.call, error.mailbox, error.request_id, error.why) == ("Set-Mailbox", "a@x", "r1", "the sentence")


def test_unknown_type_of_exchange_is_refused_with_its_sentence() -> None:
    error = _exchange(400, "Microsoft.Exchange.Brand.NewException", "You can't do that today.")
    assert type(error) is Refused and error.why == "You can't do that today."


def test_address_held_by_a_soft_deleted_recipient_says_restore() -> None:
    error = _exchange(400, "X.RecipientTaskException", "ExternalDirectoryObjectId was not returned for x")
    assert isinstance(error, Conflict) and "estore" in error.hint


def test_nul_bytes_become_a_missing_role() -> None:
    error = exchange_error(Answer(403, {}, b"\x00" * 40), "New-Mailbox")
    assert isinstance(error, PermissionDenied) and "doctor" in error.hint


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"details": []}}', b"\xff"])
def test_error_body_in_any_shape_raises_nothing(body: bytes) -> None:
    for status in (400, 404, 500):
        exchange_error(Answer(status, {}, body), "Get-Mailbox")
        graph_error(Answer(status, {}, body), "users")


@pytest.mark.parametrize("code", GRAPH)
def test_each_code_of_graph_becomes_its_error(code: str) -> None:
    body = f'{{"error": {{"code": "{code}", "message": "words"}}}}'.encode()
    error = graph_error(Answer(400, {"request-id": "r2"}, body), "users")
    assert error is not None and type(error) is GRAPH[code].error and error.request_id == "r2"


@pytest.mark.parametrize("kind", [NotFound, Conflict, Throttled, Refused, PermissionDenied, Ambiguous])
def test_every_class_of_cloud_error_has_a_code_that_leads_to_it(kind: type[CloudError]) -> None:
    assert any(meaning.error is kind for meaning in (*EXCHANGE.values(), *GRAPH.values()))


def _user(*plans: tuple[str, str]) -> dict[str, object]:
    return {"assignedPlans": [{"servicePlanId": plan, "capabilityStatus": status} for plan, status in plans]}


P1, P2 = "9aaf7827-d63c-4b61-89c3-182f06f82e5c", "efb87545-963c-4e0d-99df-69c6916d9eb0"
FOUNDATION = "113feb6c-3fe4-4440-bddc-54d774bf0318"


def test_licence_is_told_by_the_plan_in_force_and_foundation_is_none() -> None:
    assert licence_of(_user((FOUNDATION, "Enabled"))) == LICENCE_NONE
    assert licence_of(_user((P1, "Enabled"))) == PLAN_1
    assert licence_of(_user((P1, "Enabled"), (P2, "Enabled"))) == PLAN_2
    assert licence_of(_user((P2, "Deleted"))) == LICENCE_NONE
    assert mailbox_plans(_user((P2, "Enabled"), (FOUNDATION, "Enabled"))) == (PLAN_2,)


def test_pool_counts_seats_in_grace_and_leaves_out_products_without_mail() -> None:
    sku = {"skuPartNumber": "A", "consumedUnits": 3, "prepaidUnits": {"enabled": 4, "warning": 1}}
    found = pools([{**sku, "servicePlans": [{"servicePlanId": P2}]}, {**sku, "servicePlans": [{"servicePlanId": "x"}]}])
    assert found["A"].free == 2 and found["A"].plans == (PLAN_2,)


HEAD = "Report Refresh Date,User Principal Name,Is Deleted,Last Activity Date,Item Count,Storage Used (Byte)"


def test_report_is_read_by_its_headings_with_a_byte_order_mark() -> None:
    rows = "2026-11-21,Help@x.example,False,,10,53150220288\r\n2026-11-21,old@x.example,True,,1,5\r\n"
    found = parse_report(b"\xef\xbb\xbf" + f"{HEAD}\r\n{rows}".encode())
    assert found is not None and list(found) == [Address.of("help@x.example")]
    assert found[Address.of("help@x.example")][Fact.USED_BYTES] == 53_150_220_288


def test_report_with_concealed_names_says_nothing() -> None:
    raw = f"{HEAD}\r\n2026-11-21,9F86D081884C7D659A2FEAA0C55AD015,False,,10,5\r\n".encode()
    assert parse_report(raw) is None


@pytest.mark.parametrize("row", ["False,,many,5", "False", "False,,1,5 GB"])
def test_row_of_a_report_in_an_unknown_form_is_left_out(row: str) -> None:
    found = parse_report(f"{HEAD}\r\n2026-11-21,b@x.example,{row}\r\n2026-11-21,a@x.example,False,,10,5\r\n".encode())
    assert found is not None and list(found) == [Address.of("a@x.example")]


def test_report_with_other_columns_is_an_error() -> None:
    with pytest.raises(ObserveError):
        parse_report(b"Day,Who\r\n1,2\r\n")
