"""One wrong value in an answer: the object is not read, and route and object are named. Never a crash, never a guess.

Every answer that an audit, a check and a plan rest on is recorded. Then its values are replaced, one at a time, by a
value of another type, by nothing, by something huge, or left out. By default a sample of them; all take minutes:

    SHAREDBOX_TESTS_EVERY=1 python -m pytest tests/providers/test_wrong_values.py
"""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sharedbox_cli.auth.connection import MicrosoftConnection
from sharedbox_cli.checks.registry import needs_of, run_checks
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.errors import SharedboxError, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    Fact,
    Platform,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.http import Request, Response
from sharedbox_cli.emulator.seed import CLIENT_ID, Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.providers.base import Provider, Scope
from sharedbox_cli.providers.google_workspace.config import google_connection
from sharedbox_cli.providers.google_workspace.provider import GoogleWorkspace
from sharedbox_cli.providers.microsoft365.provider import Microsoft365
from sharedbox_cli.providers.reading import UNREADABLE
from tests.asked import each
from tests.conftest import Cloud, CloudMaker
from tests.emulated import Emulated

NOW = datetime(2026, 11, 27, tzinfo=UTC)
Path = tuple[str | int, ...]
MISSING = object()
SKIPPED = ("login", "oauth2", "google.oauth2", "google.batch")
"""Tokens have tests in tests/auth; a batch of Google is no JSON, and its parts are altered one by one."""


def fill(tenant: Tenant) -> Seeded:
    blank(tenant)
    exchange = Builder(tenant, 7)
    anna, ben = exchange.person("anna", "Anna Müller"), exchange.person("ben", "Ben Carter")
    team = exchange.group("team", "Team", [ben])
    for local in ("sales", "support"):
        box = exchange.shared(local, local.title(), aliases=(f"{local}-old",))
        exchange.grant(box, anna, "full_access", "send_as", "send_on_behalf")
        exchange.grant(box, team, "full_access")
        tenant.run(
            "insert into permissions values"
            " (?, 'full_access', null, 'S-1-5-21-1-2-3-4', 'FullAccess', 0, 0, 1, 1, 0, null)",
            box,
        )
    google_blank(tenant)
    google = GoogleBuilder(tenant, 7)
    emi, everybody = google.person("emi", "Emi Sato"), google.group("all", "Everybody")
    google.member(everybody, emi)
    for local in ("press", "news"):
        box = google.mailbox(local, local.title())
        google.delegate(box, emi)
        google.label(box, "Orders")
        google.sender(emi, box, "Press")
    for local in ("orders", "returns"):
        inbox = google.inbox(local, local.title())
        google.member(inbox, emi, "OWNER")
        google.member(inbox, everybody, kind="GROUP")
    return exchange.seeded


PEOPLE = {
    MICROSOFT365: ("anna", "sales", "new"),
    GOOGLE_DELEGATED: ("emi", "press", "new"),
    GOOGLE_COLLABORATIVE: ("emi", "orders", "new"),
}
RIGHTS = {MICROSOFT365: Right.FULL_ACCESS, GOOGLE_DELEGATED: Right.FULL_ACCESS, GOOGLE_COLLABORATIVE: Right.MEMBER}


def desired_of(platform: Platform) -> Desired:
    who, *locals_ = PEOPLE[platform]
    grant = DesiredGrant(Address.of(f"{who}@contoso.example"), TrusteeKind.USER, RIGHTS[platform])
    mailboxes = {
        address: DesiredMailbox(address, platform, settings={Field.DISPLAY_NAME: "A name"}, grants=(grant,))
        for address in (Address.of(f"{local}@contoso.example") for local in locals_)
    }
    return Desired(mailboxes, "digest", len(mailboxes))


def scopes_of(platform: Platform) -> list[Scope]:
    """Return the scopes of an audit, of a check with everything, and of a plan."""
    needs = needs_of(platform)
    fields = frozenset(need for need in needs if isinstance(need, Field)) | {Field.KIND, Field.DISPLAY_NAME}
    facts = frozenset(need for need in needs if isinstance(need, Fact))
    wanted = desired_of(platform).mailboxes
    only, one = frozenset({platform}), frozenset({RIGHTS[platform], Right.SEND_AS})
    trustees = frozenset(grant.trustee for mailbox in wanted.values() for grant in mailbox.grants or ())
    whole = Scope(
        only, None, fields | frozenset(Field) - {Field.AUTOMAPPING, Field.PRODUCT}, facts, None, trustees, True, one
    )
    return [whole, replace(whole, mailboxes=frozenset(wanted), grants_of=frozenset(wanted))]


@dataclass
class Recorder:
    """Stands in front of the emulator: keeps its answers, or alters one."""

    cloud: Emulated
    answers: dict[str, list[Any]] = field(default_factory=dict)
    change: tuple[str, Path, object] | None = None
    was_met: bool = False

    def __post_init__(self) -> None:
        emulator: Any = self.cloud.emulator
        real = emulator._answer

        def answer(request: Request) -> tuple[Response, str]:
            response, manner = real(request)
            route = str(emulator.log.lines[-1]["route"])
            return self._seen(self._route(request, route), response), manner

        emulator._answer = answer

    def _route(self, request: Request, last: str) -> str:
        """Return the route of a request: the last line of the log that is about it."""
        lines = self.cloud.emulator.log.lines
        return next((str(line["route"]) for line in reversed(lines) if line["id"] == request.id), last)

    def _seen(self, route: str, response: Response) -> Response:
        if response.status != 200 or route.startswith(SKIPPED):
            return response
        try:
            data = json.loads(response.body)
        except ValueError:
            return response
        if self.change is None:
            self.answers.setdefault(route, []).append(data)
        elif self.change[0] == route and not self.was_met and put(data, self.change[1], self.change[2]):
            self.was_met = True
            response.body = json.dumps(data).encode()
        return response


def leaves(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the place of each value of an answer; of a list, those of the first item only."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from leaves(value[0], (*path, 0))


def get(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def put(data: Any, path: Path, value: object) -> bool:
    """Replace one value; return whether the answer has this place."""
    try:
        parent = get(data, path[:-1])
        parent[path[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    if value is MISSING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return True


def wrong(value: object) -> dict[str, object]:
    """Return wrong values in place of a right one."""
    other: object = True if isinstance(value, (str, list, dict)) else ["x"]
    return {
        "another type": other,
        "an object": {"x": 1} if not isinstance(value, dict) else "x",
        "nothing": None,
        "huge": "x" * 100_000 if not isinstance(value, (int, float)) or isinstance(value, bool) else 10**30,
        "left out": MISSING,
    }


TYPES = ("another type", "an object")


def result_of(provider: Provider, platform: Platform, scope: Scope) -> Observed | SharedboxError:
    """Return what is observed, after everything that commands do with it, or the error."""
    try:
        observed = provider.observe(scope)
    except UNREADABLE as error:
        assert error.where or error.why, error
        return error
    observations = {platform: observed}
    list(access_rows(observations))
    run_checks(Desired(), observations, NOW)
    if scope.mailboxes is not None:
        known = desired_of(platform).without(observed.unread_mailboxes)
        with contextlib.suppress(SpecError):
            make_plan(known, observations, NOW, "0")
    return observed


def comparable(observed: Observed) -> object:
    return replace(observed, read_at=NOW, sources=())


Connect = Callable[[], Provider]


def connector(cloud: Cloud, platform: Platform) -> Connect:
    def connect() -> Provider:
        if platform != MICROSOFT365:
            connection = google_connection(None, cloud.emulator.environment())
            assert connection is not None
            return GoogleWorkspace(connection, clock=cloud.clock, rng=random.Random(1))  # noqa: S311 - jitter
        origin = cloud.emulator.origin
        return Microsoft365(
            MicrosoftConnection(cloud.tenant.id, CLIENT_ID, authority=origin, graph_url=origin, exchange_url=origin),
            clock=cloud.clock,
        )

    return connect


EVERY = int(os.environ.get("SHAREDBOX_TESTS_EVERY", "29"))
"""One of so many values is altered. A prime, so that each kind of wrong value has its turn."""


@pytest.mark.slow
@pytest.mark.parametrize("platform", [MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE])
def test_wrong_value_is_not_read_and_named(cloud_of: CloudMaker, platform: Platform) -> None:
    cloud = cloud_of(fill)
    recorder, connect = Recorder(cloud), connector(cloud, platform)
    provider = connect()
    scopes = scopes_of(platform)
    baselines, recorded = [], []
    for scope in scopes:
        recorder.answers = {}
        baselines.append(comparable(provider.observe(scope)))
        recorded.append(recorder.answers)
    problems: list[str] = []
    number = 0
    for scope, baseline, answers in zip(scopes, baselines, recorded, strict=True):
        for route, bodies in each(sorted(answers.items())):
            places = {path: body for body in reversed(bodies) for path in leaves(body)}
            for path, body in sorted(places.items(), key=lambda item: str(item[0])):
                for name, value in wrong(get(body, path)).items():
                    number += 1
                    if number % EVERY:
                        continue
                    recorder.change, recorder.was_met = (
                        (route, path, deepcopy(value) if value is not MISSING else MISSING),
                        False,
                    )
                    text = f"{route} {path} {name}"
                    try:
                        result = result_of(provider, platform, scope)
                    except Exception as error:  # noqa: BLE001 - a crash is what this looks for
                        problems.append(f"{text}: crashed, {type(error).__name__}: {str(error)[:100]}")
                        continue
                    if isinstance(result, SharedboxError):
                        provider.close()
                        provider = connect()
                        if "bug" in str(result):
                            problems.append(f"{text}: {result}")
                    elif name in TYPES and not result.unread and comparable(result) != baseline:
                        problems.append(f"{text}: guessed")
    provider.close()
    assert problems == [], f"{len(problems)} of {number}:\n" + "\n".join(problems)
