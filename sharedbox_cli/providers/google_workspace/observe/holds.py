"""The holds of Google Vault: read once, before an account or a licence goes that they protect.

Holds are readable in open matters only, and matters only as far as the administrator may see them: an empty answer is
a proof only for a super administrator (developers.google.com/vault, read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sharedbox_cli.core.errors import AuthError, NotFound, PermissionDenied, Refused
from sharedbox_cli.core.model import ObservedMailbox
from sharedbox_cli.core.values import UNKNOWN, Value
from sharedbox_cli.providers.forms import object_in, optional_text, rows_in, text_of
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.scopes import VAULT
from sharedbox_cli.providers.responses import Fields


@dataclass(slots=True)
class Holds:
    """The holds that were read, by what they cover."""

    by_account: dict[str, set[str]] = field(default_factory=dict)
    """Names of holds by the id of an account, and by its address."""
    has_units: bool = False
    """Whether some hold covers an organisational unit: which accounts are in it is not read."""
    is_whole: bool = True

    def on(self, mailbox: ObservedMailbox) -> Value:
        """Return the names of the holds on a mailbox, or that they are not known."""
        keys = (mailbox.id, mailbox.address.key)
        names = sorted({name for key in keys for name in self.by_account.get(key, ())})
        return tuple(names) if names or (self.is_whole and not self.has_units) else UNKNOWN


async def read_holds(google: Google, *, is_super: bool) -> Holds:
    """Return all holds. Raises CloudError, ObserveError; without the permission, they are not known."""
    holds = Holds(is_whole=is_super)
    try:
        matters, _ = await google.read_all(
            VAULT,
            lambda service, token: service.matters().list(
                state="OPEN", view="BASIC", pageSize=100, pageToken=token, fields="matters(matterId),nextPageToken"
            ),
            "matters",
            "vault.matters.list",
        )
        lists = await together(_holds_in(google, text_of(matter, "matterId")) for matter in matters)
    except (AuthError, PermissionDenied, Refused, NotFound):
        return Holds(is_whole=False)
    for hold in (hold for one in lists for hold in one):
        name = optional_text(hold, "name") or text_of(hold, "holdId")
        holds.has_units |= bool(object_in(hold, "orgUnit"))
        for account in rows_in(hold, "accounts") if hold.get("accounts") else ():
            for key in (optional_text(account, "accountId"), optional_text(account, "email").lower()):
                holds.by_account.setdefault(key, set()).update({name} if key else ())
    return holds


async def _holds_in(google: Google, matter: str) -> list[Fields]:
    holds, _ = await google.read_all(
        VAULT,
        lambda service, token: (
            service.matters()
            .holds()
            .list(
                matterId=matter,
                view="FULL_HOLD",
                pageSize=100,
                pageToken=token,
                fields="holds(holdId,name,corpus,accounts(accountId,email),orgUnit(orgUnitId)),nextPageToken",
            )
        ),
        "holds",
        "vault.matters.holds.list",
    )
    return holds
