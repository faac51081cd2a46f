"""What administrators do with GAM every day: each command works, or the emulator says clearly that it cannot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.test_gam import GAM, Gam, opened_gam
from tests.clients.tried import IN_NAMESPACE, Tried, not_modelled, refused, works
from tests.emulator.google import ANNA, BEN, HUGO, ORDERS, PRESS

pytestmark = [
    IN_NAMESPACE,
    pytest.mark.skipif(not GAM.exists(), reason="GAM is not installed: run `make test-clients`"),
]
TRIED = [
    works("all users print delegates", f"{PRESS}"),
    works("all users print labels", "Clippings/2024"),
    works("all users print filters", "alerts@news.example"),
    works("all users print sendas", BEN),
    works("all users show vacation"),
    works("all users print forward"),
    works("all users print imap", BEN),
    works("all users show signature", BEN),
    works("all users print groups", f"{BEN},{ORDERS}"),
    works("print users allfields", "Admin,Ada Admin"),
    works("print users aliases", "presse@contoso.example"),
    works("print users deletedonly", "primaryEmail"),
    works("print users query \"orgUnitPath='/Shared mailboxes'\"", PRESS),
    works("print users query isSuspended=true", HUGO),
    works("print users licenses", "1010020028"),
    works("print groups members managers owners", ORDERS),
    works("print groups settings", "enableCollaborativeInbox"),
    works("print group-members", ORDERS),
    works("print aliases", "bestellung@contoso.example"),
    works("print domains", "contoso-mail.example"),
    works("print licenses", "1010020028"),
    works(f"info user {ANNA} quick", "Full Name: Anna M"),
    works(f"info group {ORDERS}", "name: Orders"),
    refused("info user nobody@contoso.example quick", "Does not exist", 404),
    refused("report users", "accounts:used_quota_in_mb", 400, fails=False),
    refused("report customer", "accounts:num_users", 400, fails=False),
    works(f"create alias helpme@contoso.example user {PRESS}", "Created"),
    works(f"create alias desk@contoso.example user {PRESS} && info alias desk@contoso.example", PRESS),
    works(f"create alias old@contoso.example user {PRESS} && delete alias old@contoso.example", "Deleted"),
    works(f"update user {ANNA} suspended on && update user {ANNA} suspended off", "Updated"),
    works(f"user {ANNA} print groups", "User,Group"),
    works(f"user {PRESS} filter from x@y.example label Interviews archive && user {PRESS} show filters", "x@y.example"),
    works(f'user {PRESS} sendas pr@contoso.example "Press Office" && user {PRESS} show sendas', "pr@contoso.example"),
    works(f'user {PRESS} signature "Best regards"', "Set"),
    works(
        f'user {PRESS} vacation on subject "Away" message "Back soon" && user {PRESS} show vacation',
        "Contacts Only: False",
    ),
    works(f"user {BEN} vacation off", "Vacation Enabled: False"),
    works(f"user {PRESS} imap on", "IMAP Enabled: True"),
    works(f"user {PRESS} show gmailprofile", "messagesTotal: 0"),
    works('ou "/Shared mailboxes" show delegates', BEN),
    works(f"update group {ORDERS} whoCanPostMessage ALL_MEMBERS_CAN_POST", "Updated"),
    works("update group staff-google@contoso.example clear member", "Removed"),
    refused(f"user {ANNA} add license 1010020020", "Sku not found", 404),
    works("report admin", "name"),
    works("print orgs", "/Shared mailboxes"),
    not_modelled("print admins"),
    not_modelled("print adminroles"),
    not_modelled("print mobile"),
    not_modelled("print resources"),
    not_modelled("print users query \"manager='x'\""),
    not_modelled(f"user {PRESS} print messages"),
]


@pytest.fixture(scope="module")
def gam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gam]:
    with opened_gam(tmp_path_factory.mktemp("gam")) as made:
        yield made


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_command_works_or_is_501(gam: Gam, tried: Tried) -> None:
    tried.run(gam.run)
