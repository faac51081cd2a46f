"""The unmodified O365 and Office365-REST-Python-Client. Only name resolution and a CA file lead to the emulator."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.clients.tried import IN_NAMESPACE, Tried, not_modelled, refused, works
from tests.emulator.google import Workspace, both, opened

PYTHON = Path(__file__).parents[2] / ".venv-clients" / "bin" / "python"
DRIVERS = Path(__file__).parent / "drivers"
pytestmark = [
    IN_NAMESPACE,
    pytest.mark.skipif(not PYTHON.exists(), reason="the clients are not installed: run `make test-clients`"),
]
SALES = 'resource="sales@contoso.example"'
O365 = [
    works("account.authenticate()", "true"),
    works("[user.mail for user in account.directory().get_users(limit=5)]", "fatima@contoso.example"),
    works("[user.user_principal_name for user in account.directory().get_users(limit=None)]", "ben@contoso.example"),
    works('account.directory().get_user("anna@contoso.example").display_name', "Anna M"),
    refused('account.directory().get_user("nobody@contoso.example")', "ResourceNotFound", 404),
    works(
        '[u.mail for u in account.directory().get_users(query=account.directory().new_query().equals("accountEnabled", '
        "False))]",
        "hugo@contoso.example",
    ),
    works("[group.display_name for group in account.groups().list_groups()]", "Audit"),
    not_modelled('account.groups().get_group_by_mail("sg-audit@contoso.example")'),
    not_modelled('account.directory(resource="me").get_current_user()'),
    works(f"account.mailbox({SALES}).get_folders()", "Sent Items from resource"),
    not_modelled(f"list(account.mailbox({SALES}).inbox_folder().get_messages(limit=5))"),
    not_modelled(f"account.mailbox({SALES}).get_settings()"),
    not_modelled(f"account.mailbox({SALES}).new_message().send()"),
    not_modelled(f"account.schedule({SALES}).list_calendars()"),
    not_modelled(f"list(account.address_book({SALES}).get_contacts(limit=1))"),
    not_modelled("account.teams().get_my_teams()"),
    works(f"account.outlook_categories({SALES}).get_categories()", "[]"),
    not_modelled("account.sharepoint().get_root_site()"),
    not_modelled("account.subscriptions().list_subscriptions()"),
]
ANNA = 'client.users["anna@contoso.example"]'
AUDIT = "client.groups.get().filter(\"mail eq 'sg-audit@contoso.example'\").execute_query()[0]"
OFFICE365 = [
    works("[u.user_principal_name for u in client.users.get().execute_query()]", "ben@contoso.example"),
    works(
        '[u.properties["mail"] for u in client.users.get().select(["id", "mail"]).top(3).execute_query()]',
        "anna@contoso.example",
    ),
    works(
        '[u.user_principal_name for u in client.users.get().filter("accountEnabled eq false").execute_query()]',
        "hugo@contoso.example",
    ),
    works(
        "[u.user_principal_name for u in client.users.get_all(page_size=3).execute_query()]", "billing@contoso.example"
    ),
    works(f"{ANNA}.get().execute_query().display_name", "Anna M"),
    refused('client.users["nobody@contoso.example"].get().execute_query()', "ResourceNotFound", 404),
    works(f'[l.properties["skuPartNumber"] for l in {ANNA}.license_details.get().execute_query()]', "SPE_E3"),
    works('[g.properties["displayName"] for g in client.groups.get().execute_query()]', "Audit"),
    works(f"len({AUDIT}.members.get().execute_query())", "2"),
    works('[s.properties["skuPartNumber"] for s in client.subscribed_skus.get().execute_query()]', "EXCHANGESTANDARD"),
    works('[o.properties["displayName"] for o in client.organization.get().execute_query()]', "Contoso"),
    works("len(client.directory.deleted_users.get().execute_query())", "0"),
    works('client.reports.get_mailbox_usage_detail("D7").execute_query().value', "Report Refresh Date"),
    works(f'{ANNA}.set_property("accountEnabled", True).update().execute_query() is not None', "true"),
    refused(f"{ANNA}.assign_license([], []).execute_query()", "addLicenses", 400),
    not_modelled(f"{AUDIT}.transitive_members.get().execute_query()"),
    not_modelled(f"{ANNA}.manager.get().execute_query()"),
    not_modelled(f"{ANNA}.member_of.get().execute_query()"),
    works(f"{ANNA}.mail_folders.get().execute_query()", "MailFolderCollection(count=8)"),
    not_modelled(f"{ANNA}.messages.get().top(1).execute_query()"),
    not_modelled(f"{ANNA}.calendar.get().execute_query()"),
    refused(f"{ANNA}.delete_object().execute_query()", "Insufficient privileges", 403),
    not_modelled("client.domains.get().execute_query()"),
    not_modelled("client.applications.get().execute_query()"),
    not_modelled("client.service_principals.get().execute_query()"),
    not_modelled("client.audit_logs.signins.get().execute_query()"),
    not_modelled("client.me.get().execute_query()"),
    not_modelled("client.sites.root.get().execute_query()"),
    not_modelled("client.teams.get_all().execute_query()"),
    not_modelled('client.groups.create_security("tools").execute_query()'),
    not_modelled("client.users.delta.get().execute_query()"),
    not_modelled('client.users.get().expand(["manager"]).execute_query()'),
]


@dataclass
class Client:
    """A client that evaluates expressions in its own environment."""

    workspace: Workspace
    folder: Path

    def run(self, driver: str, expression: str) -> tuple[bool, str, list[int]]:
        """Return whether an expression failed, what it gave, and the status of each request."""
        ca = str(self.workspace.emulator.ca_file)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            **dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), ca),
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": SECRET,
            "TENANT_ID": self.workspace.emulator.tenant.id,
        }
        before = len(self.workspace.emulator.log.lines)
        done = subprocess.run(
            [str(PYTHON), str(DRIVERS / f"drive_{driver}.py")],
            input=json.dumps([expression]),
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        [given] = json.loads(done.stdout)
        statuses = [line["status"] for line in self.workspace.emulator.log.lines[before:]]
        output = str(given.get("error", "")) or json.dumps(given["value"], ensure_ascii=False)
        return "error" in given, output, statuses


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with opened(both, port=443) as workspace:
        yield Client(workspace, tmp_path_factory.mktemp("home"))


def _rows(driver: str, table: Sequence[Tried]) -> list[object]:
    return [pytest.param(driver, tried, id=f"{driver}-{tried}") for tried in table]


@pytest.mark.parametrize(("driver", "tried"), [*_rows("o365", O365), *_rows("office365", OFFICE365)])
def test_expression_works_or_is_501(client: Client, driver: str, tried: Tried) -> None:
    tried.run(partial(client.run, driver))
