"""`sharedbox emulator`: runs a command beside a tenant, seeds, logs, orders faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from math import ceil
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli
from tests.forked import python

ROOT = Path(__file__).parents[2]
MEMBERS = 4
MAILBOXES = {"microsoft365": 40, "google-delegated": 60, "google-collaborative": 210}
"""More than a batch of each cloud, and more than a page of groups."""
REQUESTS_EACH, LARGE, IN_A_BATCH = 0.15, 1000, 10
"""The rule: 0.15 requests per mailbox for 1,000 mailboxes. One request in a batch of ten is sent per mailbox."""


def ours() -> list[str]:
    return [python(), "-m", "sharedbox_cli"]


def process(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SHAREDBOX_STATE_DIR": str(folder / "state")}
    command = [*ours(), *map(str, arguments)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_audit_has_every_grant_in_few_requests(tmp_path: Path) -> None:
    log, mailboxes = tmp_path / "requests.jsonl", MAILBOXES["microsoft365"]
    done = process(
        "emulator",
        "run",
        "--mailboxes",
        str(mailboxes),
        "--members",
        str(MEMBERS),
        "--log",
        log,
        "--",
        *ours(),
        "audit",
        "-o",
        "json",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    tenant = Tenant()
    seeded = grown(tenant, mailboxes, MEMBERS, 1)
    tenant.close()
    rows = json.loads(done.stdout)["rows"]
    told = {(r["mailbox"].lower(), r["person"], r["right"]) for r in rows if not r["via"] and r["entry"] == "grant"}
    assert seeded.grants and seeded.grants <= told
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    fixed = sum(not line["parent"] for line in lines) - mailboxes // IN_A_BATCH
    assert fixed + LARGE // IN_A_BATCH <= REQUESTS_EACH * LARGE  # the rule is about 1,000 mailboxes
    assert not [line for line in lines if "Authorization" in line["headers"] or "authorization" in line["headers"]]
    assert "emulator-secret" not in log.read_text(encoding="utf-8")


GROUPS_A_PAGE, USERS_A_PAGE = 200, 500
TOKENS = 2
"""One of the administrator for the Directory, one for Groups Settings."""
DOMAINS = 2
"""Which addresses are the company's own: once for each kind of mailbox that is looked for."""
NESTED = 1
"""A group inside an inbox, whose people are in it too."""
KINDS = 2
"""Both kinds of mailbox are read, each for itself: people are listed for each."""
PLAIN = 4
"""The two groups of a tenant of accounts: a page for each kind of mailbox, and whether each group is an inbox."""


Rights = set[tuple[str, str, str]]


def audited(folder: Path, platform: str) -> tuple[Rights, Counter[str], str]:
    """Return the rights that a whole audit tells, how often each call was made (in a batch too), and its notes."""
    log = folder / "requests.jsonl"
    size = ("--mailboxes", str(MAILBOXES[platform]), "--members", str(MEMBERS))
    done = process(
        "emulator",
        "run",
        "--platform",
        platform,
        *size,
        "--log",
        log,
        "--",
        *ours(),
        "audit",
        "-o",
        "json",
        folder=folder,
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    rows = [row for row in data["rows"] if not row["via"] and row["entry"] == "grant"]
    told = {(row["mailbox"].lower(), row["address"], row["right"]) for row in rows}
    text = log.read_text(encoding="utf-8")
    assert "PRIVATE KEY" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    return told, Counter(line["route"] for line in lines if line["route"] != "google.batch"), " ".join(data["notes"])


def sizes(tenant: Tenant) -> tuple[int, int]:
    """Return how many groups and people a tenant has."""
    row = tenant.row("select (select count(*) from g_groups) as groups, (select count(*) from g_users) as people")
    assert row is not None
    return row["groups"], row["people"]


@pytest.mark.slow
def test_audit_of_inboxes_has_every_grant_in_the_fewest_calls(tmp_path: Path) -> None:
    platform = "google-collaborative"
    mailboxes = MAILBOXES[platform]
    told, calls, _ = audited(tmp_path, platform)
    tenant = Tenant()
    seeded = grown(tenant, mailboxes, MEMBERS, 1, (platform,))
    groups, people = sizes(tenant)
    tenant.close()
    assert len(seeded.grants) >= mailboxes * MEMBERS - 100
    assert seeded.grants <= told
    # The floor is ceil(G/200) + 2 N; no list says which groups are inboxes, so here each group is asked, not N.
    assert groups > GROUPS_A_PAGE
    floor = ceil(groups / GROUPS_A_PAGE) + groups + mailboxes
    pages = ceil(people / USERS_A_PAGE)
    paths = 2 * NESTED  # the direct members of a group in an inbox, and of the group inside it
    assert calls.total() <= floor + KINDS * pages + NESTED + paths + TOKENS + DOMAINS, calls


@pytest.mark.slow
def test_audit_of_accounts_has_every_grant_in_the_fewest_calls(tmp_path: Path) -> None:
    platform = "google-delegated"
    mailboxes = MAILBOXES[platform]
    told, calls, notes = audited(tmp_path, platform)
    tenant = Tenant()
    seeded = grown(tenant, mailboxes, MEMBERS, 1, (platform,))
    _, people = sizes(tenant)
    tenant.close()
    delegates = {grant for grant in seeded.grants if grant[2] == "full_access"}
    assert len(delegates) >= mailboxes * MEMBERS * 8 // 10
    assert delegates <= told
    # What somebody may send from their own Gmail costs a token and a call for each person: not read, and said.
    assert {grant[2] for grant in seeded.grants - delegates} == {"send_as"}
    assert "from their own Gmail is not read" in notes
    # For each: a token, the lists of delegates and filters, the forwarding, and the entries of the calendar. A filter
    # needs the list of labels.
    floor = ceil(people / USERS_A_PAGE) + 5 * mailboxes + calls["google.gmail.users.labels.list"]
    assert calls["google.gmail.users.labels.list"] <= calls["google.gmail.users.settings.filters.list"]
    again = (KINDS - 1) * ceil(people / USERS_A_PAGE)
    assert calls.total() <= floor + again + TOKENS + DOMAINS + PLAIN, calls
    assert calls["google.oauth2.token"] <= mailboxes + TOKENS


@pytest.mark.slow
def test_run_when_the_command_ends_then_its_exit_code_is_passed_on(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import os, sys; sys.exit(7 if os.environ['AZURE_CLIENT_SECRET'] else 1)"]
    assert process("emulator", "run", "--", *code, folder=tmp_path).returncode == 7
    missing = process("emulator", "run", "--", "no-such-command", folder=tmp_path)
    assert (missing.returncode, "cannot run the command" in missing.stderr) == (1, True)


@pytest.mark.slow
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


@pytest.mark.slow
def test_seed_when_written_then_it_is_served_as_it_is_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "tenant.sqlite3"
    assert process("emulator", "seed", "--tenant", file, "--mailboxes", "3", folder=tmp_path).returncode == 0
    assert process("emulator", "seed", "--tenant", file, folder=tmp_path).returncode == 1
    done = process("emulator", "run", "--tenant", file, "--", *ours(), "audit", "-o", "json", folder=tmp_path)
    assert len(json.loads(done.stdout)["mailboxes"]) == 3


@pytest.mark.slow
def test_log_and_faults_when_asked_then_shown(tmp_path: Path, cli: Cli) -> None:
    log, faults = tmp_path / "log.jsonl", tmp_path / "faults.json"
    faults.write_text(json.dumps([{"route": "graph.users.list", "kind": "forbidden", "count": 9}]))
    done = process(
        "emulator", "run", "--mailboxes", "2", "--faults", faults, "--log", log, "--", *ours(), "audit", folder=tmp_path
    )
    assert done.returncode == 5
    summary = cli("emulator", "log", log, "--summary")
    assert "exchange.Get-Mailbox" in summary.out
    assert cli("emulator", "log", faults).code == 1
    assert "reset_after" in cli("emulator", "faults").out
    faults.write_text('[{"route": "*", "kind": "nonsense"}]')
    wrong = process("emulator", "run", "--faults", faults, "--", "true", folder=tmp_path)
    assert (wrong.returncode, "unknown fault" in wrong.stderr) == (1, True)
    unknown = cli("emulator", "run", "--platform", "imap", "--", "true")
    assert (unknown.code, "microsoft365, google-delegated, google-collaborative" in unknown.err) == (1, True)


@pytest.mark.slow
def test_platforms_when_named_then_seeded_served_and_found_and_a_real_tenant_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TENANT_ID", "real.example")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary")
    file = tmp_path / "tenant.sqlite3"
    both = ("--platform", "google-delegated", "--platform", "google-collaborative")
    seeded = process("emulator", "seed", "--tenant", file, *both, "--mailboxes", "2", folder=tmp_path)
    assert seeded.returncode == 0, seeded.stderr
    show = "import os; print(*sorted(n for n in os.environ if n.startswith(('AZURE_', 'SHAREDBOX_G', 'GOOGLE_'))))"
    done = process("emulator", "run", "--tenant", file, "--", sys.executable, "-c", show, folder=tmp_path)
    assert done.stdout.split() == [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "SHAREDBOX_GOOGLE_ADMIN",
        "SHAREDBOX_GOOGLE_CUSTOMER",
        "SHAREDBOX_GOOGLE_URL",
    ]
    audit = process("emulator", "run", "--tenant", file, "--", *ours(), "audit", "-o", "json", folder=tmp_path)
    mailboxes = json.loads(audit.stdout)["mailboxes"]
    assert (
        sorted(mailbox["platform"] for mailbox in mailboxes) == ["google-collaborative"] * 2 + ["google-delegated"] * 2
    )


@pytest.mark.slow
def test_serve_when_stopped_then_it_had_told_what_to_export(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SHAREDBOX_STATE_DIR": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "sharedbox_cli",
        "emulator",
        "serve",
        "--platform",
        "google-delegated",
        "--platform",
        "microsoft365",
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert "Serving Contoso at https://127.0.0.1:" in child.stderr.readline()
        child.terminate()
        out, _ = child.communicate(timeout=30)
    names = {line.removeprefix("export ").partition("=")[0] for line in out.splitlines()}
    assert {"AZURE_CLIENT_SECRET", "SHAREDBOX_GOOGLE_ADMIN", "HTTPLIB2_CA_CERTS", "SSL_CERT_FILE"} <= names
