"""`sharedbox emulator`: runs a command beside a tenant, seeds, logs, orders faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli

ROOT = Path(__file__).parents[2]
OURS = [sys.executable, "-m", "sharedbox_cli"]


def process(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SHAREDBOX_STATE_DIR": str(folder / "state")}
    command = [*OURS, *map(str, arguments)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_audit_when_a_thousand_mailboxes_then_every_seeded_grant_and_at_most_0_15_requests_each(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    done = process(
        "emulator", "run", "--mailboxes", "1000", "--members", "10", "--log", log, "--", *OURS, "audit", "-o", "json",
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    tenant = Tenant()
    seeded = grown(tenant, 1000, 10, 1)
    tenant.close()
    rows = json.loads(done.stdout)["rows"]
    told = {(r["mailbox"].lower(), r["person"], r["right"]) for r in rows if not r["via"] and r["entry"] == "grant"}
    assert seeded.grants <= told
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert sum(not line["parent"] for line in lines) <= 150
    assert not [line for line in lines if "Authorization" in line["headers"] or "authorization" in line["headers"]]
    assert "emulator-secret" not in log.read_text(encoding="utf-8")


def test_run_when_the_command_ends_then_its_exit_code_is_passed_on(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import os, sys; sys.exit(7 if os.environ['AZURE_CLIENT_SECRET'] else 1)"]
    assert process("emulator", "run", "--", *code, folder=tmp_path).returncode == 7
    missing = process("emulator", "run", "--", "no-such-command", folder=tmp_path)
    assert (missing.returncode, "cannot be run" in missing.stderr) == (1, True)


def test_vendor_sdks_when_run_beside_the_emulator_then_they_find_it(tmp_path: Path) -> None:
    script = tmp_path / "sdk.py"
    script.write_text(
        "import asyncio, os, warnings\n"
        "from azure.identity import ClientSecretCredential\n"
        "from msgraph import GraphServiceClient\n"
        "from msgraph.graph_request_adapter import GraphRequestAdapter\n"
        "from kiota_authentication_azure.azure_identity_authentication_provider import "
        "AzureIdentityAuthenticationProvider as Provider\n"
        "e = os.environ\n"
        "credential = ClientSecretCredential(e['AZURE_TENANT_ID'], e['AZURE_CLIENT_ID'], e['AZURE_CLIENT_SECRET'],"
        " disable_instance_discovery=True)\n"
        "adapter = GraphRequestAdapter(Provider(credential, scopes=['https://graph.microsoft.com/.default']))\n"
        "adapter.base_url = e['SHAREDBOX_GRAPH_URL'] + '/v1.0'\n"
        "print(asyncio.run(GraphServiceClient(request_adapter=adapter).organization.get()).value[0].display_name)\n"
    )
    done = process("emulator", "run", "--", sys.executable, script, folder=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "Contoso"), done.stderr


def test_seed_when_written_then_it_is_served_as_it_is_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "tenant.sqlite3"
    assert process("emulator", "seed", "--tenant", file, "--mailboxes", "3", folder=tmp_path).returncode == 0
    assert process("emulator", "seed", "--tenant", file, folder=tmp_path).returncode == 1
    done = process("emulator", "run", "--tenant", file, "--", *OURS, "audit", "-o", "json", folder=tmp_path)
    assert len(json.loads(done.stdout)["mailboxes"]) == 3


def test_log_and_faults_when_asked_then_shown(tmp_path: Path, cli: Cli) -> None:
    log, faults = tmp_path / "log.jsonl", tmp_path / "faults.json"
    faults.write_text(json.dumps([{"route": "graph.users.list", "kind": "forbidden", "count": 9}]))
    done = process(
        "emulator", "run", "--mailboxes", "2", "--faults", faults, "--log", log, "--", *OURS, "audit", folder=tmp_path
    )
    assert done.returncode == 5
    summary = cli("emulator", "log", log, "--summary")
    assert "exchange.Get-Mailbox" in summary.out
    assert cli("emulator", "log", faults).code == 1
    assert "reset_after" in cli("emulator", "faults").out
    faults.write_text('[{"route": "*", "kind": "nonsense"}]')
    wrong = process("emulator", "run", "--faults", faults, "--", "true", folder=tmp_path)
    assert (wrong.returncode, "no such fault" in wrong.stderr) == (1, True)
    assert cli("emulator", "run", "--platform", "imap", "--", "true").code == 1
