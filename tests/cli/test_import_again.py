"""`import`, `apply` into an empty tenant of the same people, `import`: the same files, for grown tenants."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.emulator.seed import PLATFORMS, Seeded, grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, CloudMaker

SPECS = Path("specs")
MAILBOXES, MEMBERS, SEED = 18, 4, 3
GUEST = "guest.partner_ext@contoso.example"
HARDENED = "sign_in: blocked\n"
"""What `apply` does to each account that it creates on Google, and no spec of an account with a password says."""


def same_people(tenant: Tenant) -> Seeded:
    """Fill a tenant with the people and groups of the grown one, and without a mailbox."""
    seeded = grown(tenant, 0, MAILBOXES, SEED, PLATFORMS)
    sql = """update apps set doc = json_insert(doc, '$.roles."https://graph.microsoft.com"[#]', ?)"""
    tenant.run(sql, "User.ReadWrite.All")  # for licences of new mailboxes
    return seeded


def imported(cli: Cli) -> dict[Path, str]:
    """Import a tenant and return the files."""
    done = cli("import", SPECS)
    assert done.code == 0, done.err
    return {path: path.read_text() for path in sorted(SPECS.rglob("*.yaml"))}


def apply_all(cli: Cli, folder: str, waivers: Iterable[str] = ()) -> Iterable[str]:
    """Apply specs whatever the guards say, move them away, and return what had to be allowed."""
    SPECS.rename(folder)
    if not waivers:
        waivers = dict.fromkeys(re.findall(r"--allow (\S+)", cli("apply", folder, "--yes").err))
    done = cli("apply", folder, "--yes", *(f"--allow={waiver}" for waiver in waivers))
    assert done.code == 0, done.out + done.err
    return waivers


@pytest.mark.slow
def test_grown_tenant_has_the_same_files_after_a_move(
    cloud_of: CloudMaker, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cloud_of(lambda tenant: grown(tenant, MAILBOXES, MEMBERS, SEED, PLATFORMS))
    imported(cli)
    cli("offboard", GUEST, SPECS, "--write")  # no tenant gives a new guest access
    first = {path: path.read_text() for path in sorted(SPECS.rglob("*.yaml"))}
    cloud_of(same_people)
    waivers = apply_all(cli, "first")
    second = imported(cli)
    assert second.keys() == first.keys()
    for path, text in each(first.items()):
        if "# Not managed" not in text:
            hardened = HARDENED if path.name == "_defaults.yaml" and GOOGLE_DELEGATED in text else ""
            assert second[path].replace(hardened, "") == text.replace(hardened, ""), path
    cloud_of(same_people)
    apply_all(cli, "second", waivers)
    assert imported(cli) == second, "what no spec can express is no longer there"
