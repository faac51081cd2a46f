"""What is read once for the whole account: the pooled storage and the policy for delegates."""

from __future__ import annotations

import json

import pytest

from sharedbox_cli.core.model import GOOGLE_DELEGATED, Fact
from tests.providers.google_setting import GoogleSetting, at, everything
from tests.slow_rest import crossed

ROOT, SALES = "orgUnits/root", "orgUnits/sales"
Row = tuple[str, float, str, str, bool]


@pytest.mark.parametrize("drives", [0, 5_000])
def test_pool_includes_shared_drives(workspace: GoogleSetting, drives: int) -> None:
    workspace.tenant.set_meta("google:shared_drives_mb", str(drives))
    observed = workspace.shared.observe(everything(GOOGLE_DELEGATED, facts=[Fact.POOL_USED_BYTES]))
    assert observed.mailboxes[at("sales")].facts[Fact.POOL_USED_BYTES] == (1_200 + drives) * 1024**2


POLICIES: dict[str, tuple[list[Row], str]] = {
    "none": ([], "off"),
    "system": ([("SYSTEM", 0, ROOT, "", False)], "off"),
    "administrator before system": ([("SYSTEM", 0, ROOT, "", False), ("ADMIN", 1, ROOT, "", True)], "on"),
    "administrator with a lower order": ([("SYSTEM", 9, ROOT, "", False), ("ADMIN", 1, ROOT, "", True)], "on"),
    "highest order": ([("ADMIN", 2, "", "", True), ("ADMIN", 1, "", "", False)], "on"),
    "another unit": ([("SYSTEM", 0, ROOT, "", False), ("ADMIN", 1, SALES, "", True)], "unknown"),
    "another unit that agrees": ([("ADMIN", 1, ROOT, "", True), ("ADMIN", 1, SALES, "", True)], "on"),
    "a group": ([("SYSTEM", 0, ROOT, "", False), ("ADMIN", 1, ROOT, "groups/x", True)], "unknown"),
    "two units only": ([("ADMIN", 1, ROOT, "", True), ("ADMIN", 1, SALES, "", False)], "unknown"),
}


@pytest.mark.parametrize(("name", "is_reversed"), crossed(list(POLICIES), [False, True]))
def test_policy_that_counts(workspace: GoogleSetting, name: str, is_reversed: bool) -> None:
    rows, expected = POLICIES[name]
    store = workspace.make.store
    store.run("delete from g_policies")
    for number, (kind, order, unit, group, is_on) in enumerate(reversed(rows) if is_reversed else rows):
        query = {"orgUnit": unit, "sortOrder": order, **({"group": group} if group else {})}
        setting = {"type": "settings/gmail.mail_delegation", "value": {"enableMailDelegation": is_on}}
        policy = {"name": f"policies/{number}", "type": kind, "policyQuery": query, "setting": setting}
        store.run("insert into g_policies values (?, ?)", f"p{number}", json.dumps(policy))
    observed = workspace.shared.observe(everything(GOOGLE_DELEGATED, facts=[Fact.DELEGATION]))
    assert observed.mailboxes[at("sales")].facts[Fact.DELEGATION] == expected
