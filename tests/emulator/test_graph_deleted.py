"""Accounts that are deleted in the directory by Graph, and restored there, with their mailboxes."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Cloud
from tests.emulator.exchange import id_of
from tests.emulator.exchange import opened as exchange
from tests.emulator.graph import ANNA, SALES, batch, code, give, opened

EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
DELETED = "/v1.0/directory/deletedItems"
DAY = 86400


@pytest.fixture(autouse=True)
def permitted(cloud: Cloud) -> None:
    give(cloud, "User.Read.All", "User.DeleteRestore.All", directory_roles=(EXCHANGE_ADMINISTRATOR,))


@pytest.mark.parametrize("by", ["id", "name"])
def test_deleted_account_takes_its_mailbox_and_brings_it_back(cloud: Cloud, by: str) -> None:
    identity = id_of(cloud, SALES)
    with opened(cloud) as http, exchange(cloud) as door:
        answer = http.delete(f"/v1.0/users/{identity if by == 'id' else SALES}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert code(http.get(f"/v1.0/users/{identity}")) == (404, "Request_ResourceNotFound")
        assert code(http.delete(f"/v1.0/users/{identity}")) == (404, "Request_ResourceNotFound")
        listed = http.get(f"{DELETED}/microsoft.graph.user").json()["value"]
        assert [item["id"] for item in listed] == [identity]
        (row,) = door.rows("Get-Mailbox", SoftDeletedMailbox=True)
        assert (row["IsSoftDeletedByRemove"], row["IsSoftDeletedByDisable"]) == (False, True)
        refused = door("Undo-SoftDeletedMailbox", SoftDeletedObject=SALES)
        assert (refused.status_code, "Restore the account in the directory" in refused.text) == (400, True)
        restored = http.post(f"{DELETED}/{identity}/restore")
        assert restored.status_code == 200, restored.text
        data = restored.json()
        assert (data["@odata.type"], data["id"], data["mail"]) == ("#microsoft.graph.user", identity, SALES)
        assert door.rows("Get-Mailbox", SoftDeletedMailbox=True) == []
        assert [item["PrimarySmtpAddress"] for item in door.rows("Get-Mailbox", Identity=SALES)] == [SALES]
        assert code(http.post(f"{DELETED}/{identity}/restore")) == (404, "Request_ResourceNotFound")


def test_mailbox_that_exchange_removed_is_restored_with_its_account(cloud: Cloud) -> None:
    with opened(cloud) as http, exchange(cloud) as door:
        assert door("Remove-Mailbox", Identity=SALES, Confirm=False).status_code == 200
        assert http.post(f"{DELETED}/{id_of(cloud, SALES)}/restore").status_code == 200
        assert len(door.rows("Get-Mailbox", Identity=SALES)) == 1


def test_account_is_gone_after_thirty_days(cloud: Cloud) -> None:
    identity = id_of(cloud, ANNA)
    with opened(cloud) as http:
        assert http.delete(f"/v1.0/users/{ANNA}").status_code == 204
    cloud.advance(31 * DAY)
    with opened(cloud) as http:
        assert code(http.post(f"{DELETED}/{identity}/restore")) == (404, "Request_ResourceNotFound")
        assert http.get(f"{DELETED}/microsoft.graph.user").json()["value"] == []


def test_name_that_somebody_took_stops_the_restore(cloud: Cloud) -> None:
    identity = id_of(cloud, SALES)
    with opened(cloud) as http:
        assert http.delete(f"/v1.0/users/{identity}").status_code == 204
        cloud.tenant.run("update objects set upn = ? where mail = ?", SALES, ANNA)
        assert code(http.post(f"{DELETED}/{identity}/restore")) == (400, "Request_BadRequest")


@pytest.mark.parametrize("mark", ["admin_role", "on_premises"])
def test_accounts_that_others_are_in_charge_of_are_refused(cloud: Cloud, mark: str) -> None:
    cloud.tenant.run("update objects set doc = ? where mail = ?", json.dumps({mark: True}), ANNA)
    with opened(cloud) as http:
        assert code(http.delete(f"/v1.0/users/{ANNA}"))[0] == (403 if mark == "admin_role" else 400)
        assert http.get(f"/v1.0/users/{ANNA}").status_code == 200


def test_restore_with_options_is_not_modelled(cloud: Cloud) -> None:
    with opened(cloud) as http:
        answer = http.post(f"{DELETED}/{id_of(cloud, ANNA)}/restore", json={"autoReconcileProxyConflict": True})
        assert code(answer) == (501, "NotImplemented")


def test_account_is_deleted_in_a_batch_too(cloud: Cloud) -> None:
    with opened(cloud) as http:
        parts = batch(http, {"id": "1", "method": "DELETE", "url": f"/users/{ANNA}"})
        assert parts["1"]["status"] == 204
        assert http.get(f"/v1.0/users/{ANNA}").status_code == 404
