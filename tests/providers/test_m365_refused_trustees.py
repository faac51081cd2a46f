"""Accounts that Exchange gives no right: a plan refuses them, and promises nothing that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredGrant, MembersMode, Right, TrusteeKind
from sharedbox_cli.core.outcome import Status
from tests.cli.test_wrong_input import spec
from tests.conftest import Cli, Cloud
from tests.providers.m365_specs import apply, plan, shared
from tests.providers.setting import Setting, grant_of

RIGHTS = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)
ACCOUNTS = {
    "guest": ("pia@partner.example", "pia_partner.example#EXT#@contoso.example", "Guest"),
    "guest without mail": (None, "ext_partner.example#EXT#@contoso.example", "guest"),
    "administrator without a mailbox": (None, "adm-anna@contoso.example", "Member"),
    "mail user": ("joe@partner.example", "joe@contoso.example", "Member"),
}


def add(setting: Setting | Cloud, kind: str) -> Address:
    """Add an account, and return the address that a spec names."""
    mail, upn, user_type = ACCOUNTS[kind]
    doc = {"account_enabled": True, "user_type": user_type}
    setting.tenant.add_object("user", f"A {kind}", mail, upn=upn, doc=doc)
    return Address.of(mail or upn)


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("kind", ACCOUNTS)
def test_right_is_refused_by_plan_or_granted(demo: Setting, kind: str, right: Right) -> None:
    grant = DesiredGrant(add(demo, kind), TrusteeKind.USER, right)
    mailbox, provider = shared("sales", {}, [grant], MembersMode.AT_LEAST), demo.provider()
    try:
        [change] = plan(demo, provider, mailbox)
    except SpecError as error:
        [problem] = error.problems
        assert str(grant.trustee) in problem.why and kind != "mail user"
        assert kind.startswith("guest") or right is Right.SEND_ON_BEHALF
        return
    [outcome] = apply(provider, [change]).values()
    assert outcome.status is Status.DONE, outcome
    assert plan(demo, provider, mailbox) == ()


@pytest.mark.parametrize("right", [Right.FULL_ACCESS, Right.SEND_AS])
def test_right_of_a_guest_is_kept_and_revoked(demo: Setting, right: Right) -> None:
    grant = DesiredGrant(add(demo, "mail user"), TrusteeKind.USER, right)
    provider = demo.provider()
    apply(provider, plan(demo, provider, shared("sales", {}, [grant], MembersMode.AT_LEAST)))
    demo.tenant.run("update objects set doc = json_set(doc, '$.user_type', 'Guest') where name = 'A mail user'")
    assert plan(demo, provider, shared("sales", {}, [grant], MembersMode.AT_LEAST)) == ()
    changes = plan(demo, provider, shared("sales", {}, []))
    assert [change.party.address for change in changes if change.party and change.party.address == grant.trustee]


def test_service_that_refuses_a_trustee_is_quoted_with_its_address(demo: Setting) -> None:
    change = grant_of(demo, "sales", "anna")
    demo.tenant.run(
        "update objects set doc = json_set(doc, '$.user_type', 'Guest') where mail = 'anna@contoso.example'"
    )
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED
    assert "anna@contoso.example" in outcome.reason and change.party and str(change.party.id) not in outcome.reason


def test_all_such_accounts_are_named_at_once(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    members = [add(cloud, kind) for kind in ACCOUNTS]
    lines = "".join(f"  - {{user: {one}, rights: [send_on_behalf]}}\n" for one in members if "#" not in str(one))
    spec(tmp_path, f"members:\n  - user: anna@contoso.example\n{lines}", "billing@contoso.example")
    done = cli("apply", tmp_path, "--yes", "--allow", "external-trustee=pia@partner.example")
    assert (done.code, "pia@partner.example is a guest" in done.err) == (1, True)
    assert "adm-anna@contoso.example has no mailbox" in done.err and "external-trustee" not in done.err
