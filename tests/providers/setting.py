"""An emulated tenant, a provider connected to it through the real SDKs, and a clock that nobody waits for."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from azure.core.credentials import AccessToken

from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.auth.microsoft import credential_for
from sharedbox_cli.core.change import Change, Kind, Party
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import MICROSOFT365, Fact, Right, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.microsoft.login.applications import signed_in
from sharedbox_cli.emulator.seed import DOMAIN
from sharedbox_cli.emulator.server import Emulator
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY
from sharedbox_cli.providers.microsoft365.provider import Microsoft365
from tests.emulated import Emulated, VirtualClock
from tests.field_values import settings_on

ALL_FIELDS = frozenset({*settings_on(MICROSOFT365), Field.KIND}) - AUTO_REPLY.keys()
"""All settings that take no request per mailbox."""


class Ear(Listener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def waiting(self, seconds: float, why: str) -> None:
        """Keep a wait."""
        self.waits.append(seconds)


class Issued:
    """Has the emulator's own tokens without asking for them over HTTPS: signing in has its tests in `tests/auth`."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Return a token for the application of the environment."""
        names = self._emulator.environment()
        form = {
            "client_id": names["AZURE_CLIENT_ID"],
            "client_secret": names["AZURE_CLIENT_SECRET"],
            "scope": scopes[0],
        }
        answer = signed_in(self._emulator.context, form, names["AZURE_TENANT_ID"])
        return AccessToken(answer["access_token"], int(time.time()) + answer["expires_in"])


@dataclass
class Setting(Emulated):
    """A tenant with everything around it."""

    clock: VirtualClock
    made: list[Microsoft365] = field(default_factory=list)

    def provider(self, *, signs_in: bool = False) -> Microsoft365:
        """Return a provider with a token of the emulator, or one that signs in itself; closed with the test."""
        environment = self.emulator.environment()
        origin = self.emulator.origin
        connection = MicrosoftConnection(
            environment["AZURE_TENANT_ID"],
            environment["AZURE_CLIENT_ID"],
            Method.CLIENT_SECRET,
            authority=origin,
            graph_url=origin,
            exchange_url=origin,
        )
        credential = credential_for(connection, environment) if signs_in else Issued(self.emulator)
        provider = Microsoft365(connection, credential=credential, clock=self.clock, rng=random.Random(1))  # noqa: S311 - jitter
        self.made.append(provider)
        return provider

    def permit(self, permission: str) -> None:
        """Give the application one more permission at Graph; counts for who signs in from now on."""
        sql = """update apps set doc = json_insert(doc, '$.roles."https://graph.microsoft.com"[#]', ?)"""
        self.tenant.run(sql, permission)

    def requests(self) -> Counter[str]:
        """Return the HTTP requests by route, batch parts not counted."""
        return self.routes(with_parts=False)

    def calls(self, route: str) -> int:
        """Return how often a route was asked, batch parts counted."""
        return self.routes()[route]


def at(local: str) -> Address:
    """Return an address of the tenant."""
    return Address.of(f"{local}@{DOMAIN}")


def scope(
    *mailboxes: str,
    fields: Iterable[Field] = ALL_FIELDS,
    facts: Iterable[Fact] = (),
    trustees: Iterable[str] = (),
    grants: bool = True,
    members: bool = False,
) -> Scope:
    """Return a scope of some mailboxes, or of all."""
    boxes = frozenset(at(item) for item in mailboxes) if mailboxes else None
    return Scope(
        frozenset({MICROSOFT365}),
        boxes,
        frozenset(fields),
        frozenset(facts),
        boxes if grants else frozenset(),
        frozenset(at(item) for item in trustees),
        members,
    )


def held(observed: Observed) -> set[tuple[str, str, str]]:
    """Return every grant of a living trustee as (mailbox, trustee, right), as the seed writes them."""
    found = set()
    for address, mailbox in observed.mailboxes.items():
        for grant in mailbox.grants or ():
            trustee = observed.trustees[grant.trustee]
            if trustee.kind in (TrusteeKind.USER, TrusteeKind.GROUP) and trustee.address is not None:
                found.add((address.key, trustee.address.key, str(grant.right)))
    return found


def trustee_id(setting: Setting, local: str) -> TrusteeId:
    """Return the id of somebody, from the tenant's set-up."""
    row = setting.tenant.row("select id from objects where lower(mail) = ?", f"{local}@{DOMAIN}")
    assert row is not None
    return TrusteeId(str(row["id"]))


def grant_of(
    setting: Setting,
    mailbox: str,
    who: str,
    right: Right = Right.FULL_ACCESS,
    kind: Kind = Kind.GRANT,
    automapping: bool | None = None,
) -> Change:
    """Return the change that gives or takes a right."""
    party = Party(trustee_id(setting, who), right, at(who), who.title())
    phase = {Kind.GRANT: Phase.GRANT, Kind.REVOKE: Phase.REVOKE}.get(kind, Phase.GRANT)
    after: dict[Field, Value] = {} if automapping is None else {Field.AUTOMAPPING: automapping}
    return Change(kind, phase, at(mailbox), MICROSOFT365, str(trustee_id(setting, mailbox)), after=after, party=party)


def update_of(
    setting: Setting, mailbox: str, after: dict[Field, Value], before: dict[Field, Value] | None = None
) -> Change:
    """Return the change of settings."""
    phase = Phase.BLOCK_SIGN_IN if Field.SIGN_IN in after else Phase.SETTINGS
    return Change(
        Kind.UPDATE,
        phase,
        at(mailbox),
        MICROSOFT365,
        str(trustee_id(setting, mailbox)),
        before=before or {},
        after=after,
    )


def creation_of(local: str, name: str = "") -> Change:
    """Return the change that makes a mailbox."""
    return Change(
        Kind.CREATE, Phase.CREATE, at(local), MICROSOFT365, how="new", after={Field.DISPLAY_NAME: name or local.title()}
    )


def deletion_of(setting: Setting, mailbox: str) -> Change:
    """Return the change that deletes a mailbox softly."""
    return Change(Kind.DELETE, Phase.DELETE, at(mailbox), MICROSOFT365, str(trustee_id(setting, mailbox)))


def licence_of(setting: Setting, mailbox: str, wanted: str) -> Change:
    """Return the change of a mailbox's licence."""
    phase = Phase.LICENCE_DOWN if wanted == "none" else Phase.LICENCE_UP
    return Change(
        Kind.LICENCE, phase, at(mailbox), MICROSOFT365, str(trustee_id(setting, mailbox)), after={Field.LICENCE: wanted}
    )
