"""A caller of the emulated Exchange admin service: plain requests with a token, without code of the client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import HASH_TABLE
from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.conftest import Cloud

SALES, BILLING = "sales@contoso.example", "billing@contoso.example"
ANNA, BEN = "anna@contoso.example", "ben@contoso.example"
CONTINUE = {"Prefer": "odata.continue-on-error"}


def edit(**parts: list[str]) -> dict[str, Any]:
    """Return a hash table with `Add` and `Remove`."""
    return {"@odata.type": HASH_TABLE, **parts}


class Door:
    """One caller with a token and an anchor."""

    def __init__(self, cloud: Cloud, http: httpx.Client) -> None:
        self.base = f"/adminapi/beta/{cloud.tenant.id}"
        self.http = http

    def raw(self, body: Any, *, query: str = "", **headers: str) -> httpx.Response:
        """Post any body."""
        content = json.dumps(body).encode()
        more = {"Content-Type": "application/json", **headers}
        return self.http.post(f"{self.base}/InvokeCommand{query}", content=content, headers=more)

    def __call__(self, cmdlet: str, /, **parameters: Any) -> httpx.Response:
        """Run a cmdlet."""
        return self.raw({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}})

    def rows(self, cmdlet: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a cmdlet that succeeds."""
        answer = self(cmdlet, **parameters)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["value"]
        return rows

    def row(self, identity: str, **parameters: Any) -> dict[str, Any]:
        """Return one mailbox."""
        [row] = self.rows("Get-Mailbox", Identity=identity, **parameters)
        return row

    def warnings(self, cmdlet: str, /, **parameters: Any) -> str:
        """Return the warnings of a cmdlet that succeeds."""
        answer = self(cmdlet, **parameters)
        assert answer.status_code == 200, answer.text
        return " ".join(answer.json()["@adminapi.warnings"])

    def part(self, number: object, cmdlet: str, /, **parameters: Any) -> dict[str, Any]:
        """Return one request of a batch."""
        return {
            "id": str(number),
            "method": "POST",
            "url": f"{str(self.http.base_url).rstrip('/')}{self.base}/InvokeCommand",
            "body": {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}},
        }

    def batch(self, *parts: Any, **headers: str) -> httpx.Response:
        """Send a batch."""
        return self.http.post(f"{self.base}/$batch", json={"requests": list(parts)}, headers=headers)


@contextmanager
def opened(cloud: Cloud, scope: str = "https://outlook.office365.com/.default") -> Iterator[Door]:
    """Yield a caller with a token for this scope."""
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, "scope": scope}
    with httpx.Client(base_url=cloud.emulator.origin) as http:
        token = http.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data=form).json()["access_token"]
        http.headers.update({"Authorization": f"Bearer {token}", "X-AnchorMailbox": "APP:one"})
        yield Door(cloud, http)


def kind(answer: httpx.Response) -> str:
    """Verify the format of an error and return its .NET type."""
    assert answer.status_code >= 400, answer.text
    data = answer.json()
    assert data["@adminapi.warnings"] == [] and data["adminapi.warnings@odata.type"] == "#Collection(String)"
    error = data["error"]
    assert error["message"] in ("Error executing cmdlet", "Invalid Operation")
    [detail] = error["details"]
    _, name, sentence = detail["message"].split("|", 2)
    inner = error["innererror"]["internalexception"]
    assert (detail["code"], inner["type"], inner["message"]) == ("Client", name, sentence)
    return str(name.rpartition(".")[2])


def id_of(cloud: Cloud, address: str) -> str:
    """Return the id of an object."""
    row = cloud.tenant.row("select id from objects where mail = ?", address)
    assert row is not None
    return str(row["id"])
