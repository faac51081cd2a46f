"""The unmodified CLI for Microsoft 365 from npm. Only name resolution and a CA file lead to the emulator."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.clients.tried import IN_NAMESPACE, Tried, not_modelled, refused, works
from tests.emulator.google import Workspace, both, opened

M365 = Path(__file__).parents[2] / ".venv-clients" / "node" / "node_modules" / ".bin" / "m365"
ANNA, PLAN_2 = "anna@contoso.example", "19ec0d23-8335-4cbd-94ac-6050e30712fa"
DELEGATED = [
    "User.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "User.EnableDisableAccount.All",
]
pytestmark = [
    IN_NAMESPACE,
    pytest.mark.skipif(not M365.exists(), reason="CLI for Microsoft 365 is not installed: it needs node and npm"),
]
TRIED = [
    works("status", '"connectedAs": "sharedbox"'),
    works("entra user list", "fatima@contoso.example"),
    works("entra user list --properties id,accountEnabled", '"accountEnabled": false'),
    works("entra user list --type Member", ANNA),
    works(f"entra user get --userName {ANNA}", "Anna Müller"),
    works("entra user get --email sales@contoso.example", "Sales"),
    refused("entra user get --id 00000000-0000-0000-0000-000000000000", "does not exist", 404),
    works("entra group list", "sg-audit@contoso.example"),
    works("entra group get --displayName Audit", "sg-audit"),
    works("entra license list", "EXCHANGEENTERPRISE"),
    works("entra organization list", "contoso.onmicrosoft.com"),
    works("entra user recyclebinitem list", "[]"),
    works("entra m365group list", "[]"),
    works("tenant id get --domainName contoso.example", "0f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0"),
    works("outlook report mailboxusagedetail --period D7", "sales@contoso.example"),
    works("request --url @graph/users?$top=1", "@odata.nextLink"),
    works(
        f"entra user set --userName {ANNA} --accountEnabled false && "
        f"entra user set --userName {ANNA} --accountEnabled true"
    ),
    works(f"entra user license add --userName ben@contoso.example --ids {PLAN_2}", PLAN_2),
    works(
        f"entra user license add --userName {ANNA} --ids {PLAN_2} && "
        f"entra user license remove --userName {ANNA} --ids {PLAN_2} --force"
    ),
    not_modelled(f"entra user groupmembership list --userName {ANNA}"),
    not_modelled("entra user signin list"),
    not_modelled("entra user add --displayName Zoe --userName zoe@contoso.example"),
    refused("entra user remove --userName ben@contoso.example --force", "Insufficient privileges", 403),
    not_modelled("entra group add --displayName Tools --type security"),
    not_modelled("entra app list"),
    not_modelled("entra enterpriseapp list"),
    not_modelled("entra roledefinition list"),
    not_modelled("outlook mailbox settings get --userName sales@contoso.example"),
    not_modelled("outlook message list --folderName inbox --userName sales@contoso.example"),
    not_modelled("outlook room list"),
    not_modelled(f"outlook calendar list --userName {ANNA}"),
    not_modelled("tenant info get --domainName contoso.example"),
    not_modelled("tenant report activeuserdetail --period D7"),
    not_modelled("tenant security alerts list"),
    not_modelled("teams team list"),
    not_modelled("planner plan list --ownerGroupName Audit"),
    not_modelled("request --url @graph/domains", "status code 501"),
]


@dataclass
class Cli:
    """The command line, and the tenant that it is signed in to."""

    workspace: Workspace
    folder: Path

    def run(self, command: str) -> tuple[bool, str, list[int]]:
        """Return whether a command failed, what it printed, and the status of each request."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "NODE_EXTRA_CA_CERTS": str(self.workspace.emulator.ca_file),
            "CLIMICROSOFT365_NOUPDATE": "1",
        }
        before = len(self.workspace.emulator.log.lines)
        done = subprocess.run(
            [str(M365), *shlex.split(command), "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        statuses = [line["status"] for line in self.workspace.emulator.log.lines[before:]]
        return done.returncode != 0, done.stdout + done.stderr, statuses


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    with opened(both, port=443) as workspace:
        yield Cli(workspace, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def cli(tenant: Cli) -> Cli:
    sign_in_as_application(tenant)
    return tenant


def sign_in_as_application(tenant: Cli) -> None:
    tenant_id = tenant.workspace.emulator.tenant.id
    failed, output, _ = tenant.run(
        f"login --authType secret --appId {CLIENT_ID} --tenant {tenant_id} --secret {SECRET}"
    )
    assert not failed, output


@pytest.fixture
def person(cli: Cli) -> Iterator[Cli]:
    """Return the client for a person; afterwards, the application is signed in again for the other commands."""
    yield cli
    sign_in_as_application(cli)


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_command_works_or_is_501(cli: Cli, tried: Tried) -> None:
    tried.run(cli.run)


def test_person_signs_in_with_a_device_code_and_uses_what_is_delegated(person: Cli) -> None:
    tenant_id = person.workspace.emulator.tenant.id
    sign_in = f"login --authType deviceCode --appId {CLIENT_ID} --tenant {tenant_id}"
    failed, output, _ = person.run(sign_in)
    assert failed and "invalid_client" in output, output
    choices = {"public_client": True, "delegated": {"graph": DELEGATED}, "consent": True, "person": ANNA}
    assert person.workspace.call("POST", "/_emulator/microsoft/sign-in", choices, token="").status_code == 200
    failed, output, _ = person.run(sign_in)
    assert not failed and "enter the code" in output, output
    works("status", ANNA).run(person.run)
    works(f"entra user license list --userName {ANNA}", "SPE_E3").run(person.run)
    disable = "entra user set --userName ben@contoso.example --accountEnabled false"
    refused(disable, "privileges", 403).run(person.run)
