"""What must hold for every spec on Microsoft 365, through the real SDKs, licences included."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, DesiredMailbox, MembersMode, Right
from sharedbox_cli.core.values import BLOCKED, Value
from sharedbox_cli.emulator import seed as tenants
from tests.asked import every
from tests.field_values import possible, values_on
from tests.providers.conftest import Fill
from tests.providers.m365_specs import apply, group, observe, plan, shared, user
from tests.providers.setting import Setting, at
from tests.slow_rest import in_turn

Serve = Callable[[Fill], Setting]
SEEDS = range(6)
KILLED, FAULTY = SEEDS[::2], SEEDS[1::2]
"""Kills and faults take turns over the seeds."""
PEOPLE = ("anna", "ben", "chloe", "dmitri", "emi", "fatima")
BOXES = ("sales", "billing", "support", "orders", "info")
LEVELS = {Right.CALENDAR: ("availability", "details", "reader", "editor"), Right.CONTACTS: ("reader", "editor")}
RIGHTS = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "truncate"},
    {"kind": "throttle", "retry_after": 3},
    {"kind": "status", "status": 503},
    {"kind": "status_after", "status": 502},
    {"kind": "unauthorized"},
)
CHOICES: dict[Field, tuple[Value, ...]] = {**values_on(MICROSOFT365), Field.SIGN_IN: (BLOCKED,)}
del CHOICES[Field.ALIASES]  # an address belongs to one mailbox


def specs_of(seed: int) -> list[DesiredMailbox]:
    """Return some specs: of mailboxes that are there, of new ones and of a person's, with some of all fields."""
    rng = random.Random(seed)  # noqa: S311 - test data
    return [_spec(local, rng) for local in rng.sample(BOXES, 3)]


def _spec(local: str, rng: random.Random) -> DesiredMailbox:
    settings = {name: rng.choice(values) for name, values in CHOICES.items() if rng.random() < 0.6}
    if rng.random() < 0.5:
        settings[Field.ALIASES] = tuple(f"{local}-{n}@contoso.example" for n in range(rng.randrange(3)))
    grants = [
        user(who, right) for who in rng.sample(PEOPLE, rng.randrange(1, 5)) for right in RIGHTS[: rng.choice([1, 2, 3])]
    ]
    if rng.random() < 0.3:
        grants.append(group("sg-audit"))
    rest = [who for who in PEOPLE if not any(grant.trustee == at(who) for grant in grants)]
    grants += [user(who, Right.READ) for who in rest if rng.random() < 0.4]
    levels = frozenset(right for right in LEVELS if rng.random() < 0.6)
    grants += [
        replace(user(who, right), detail=rng.choice(LEVELS[right]))
        for right in sorted(levels)
        for who in rng.sample(PEOPLE, rng.randrange(3))
    ]
    mode = rng.choice([MembersMode.EXACT, MembersMode.EXACT, MembersMode.AT_LEAST])
    spec = shared(local, possible(settings, MICROSOFT365), grants, mode)
    return replace(spec, levels=levels, suite="SPE_E3")


def state_of(demo: Setting, specs: list[DesiredMailbox]) -> object:
    """Return what the specs manage, as it is."""
    observed = observe(demo.provider(), *specs)
    return {
        mailbox.address: (
            dict(observed.mailboxes[mailbox.address].settings),
            {
                (observed.trustees[one.trustee].address, one.right, one.detail)
                for one in observed.mailboxes[mailbox.address].grants or ()
            },
        )
        for mailbox in specs
    }


def planned(demo: Setting, specs: list[DesiredMailbox]) -> object:
    return plan(demo, demo.provider(), *specs)


@pytest.mark.parametrize("seed", in_turn(SEEDS, 0, 6))
def test_plan_after_apply_is_empty(demo: Setting, seed: int) -> None:
    demo.permit("User.ReadWrite.All")
    specs = specs_of(seed)
    provider = demo.provider()
    changes = plan(demo, provider, *specs)
    assert changes == plan(demo, provider, *reversed(specs)), "the order of specs changes nothing"
    outcomes = apply(provider, changes)
    assert every(one.is_success for one in outcomes.values()), outcomes
    assert planned(demo, specs) == ()
    again = apply(provider, (change for change in changes if change.kind is not Kind.CREATE))
    assert every(one.is_success for one in again.values()), again
    assert planned(demo, specs) == (), "twice is as once"


@pytest.mark.slow
@pytest.mark.parametrize("seed", KILLED)
def test_killed_run_is_finished_by_another(serve: Serve, demo: Setting, seed: int) -> None:
    demo.permit("User.ReadWrite.All")  # for licences of new mailboxes
    specs = specs_of(seed)
    apply(demo.provider(), plan(demo, demo.provider(), *specs))
    wanted = state_of(demo, specs)
    broken: Setting = serve(tenants.demo)
    broken.permit("User.ReadWrite.All")
    rng = random.Random(seed)  # noqa: S311 - test data
    for _ in range(3):
        changes = plan(broken, broken.provider(), *specs)
        apply(broken.provider(), changes[: rng.randrange(len(changes) + 1)])  # a new process: nothing is remembered
    apply(broken.provider(), plan(broken, broken.provider(), *specs))
    assert planned(broken, specs) == ()
    assert state_of(broken, specs) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("seed", FAULTY)
def test_broken_runs_end_where_a_faultless_one_does(serve: Serve, demo: Setting, seed: int) -> None:
    demo.permit("User.ReadWrite.All")  # for licences of new mailboxes
    specs = specs_of(seed)
    apply(demo.provider(), plan(demo, demo.provider(), *specs))
    wanted = state_of(demo, specs)
    broken: Setting = serve(tenants.demo)
    broken.permit("User.ReadWrite.All")
    rng = random.Random(seed)  # noqa: S311 - test data
    for _ in range(4):
        changes = plan(broken, broken.provider(), *specs)
        if not changes:
            break
        broken.faults(
            *(
                {"route": rng.choice(["exchange.*", "graph.*"]), "n": rng.randrange(1, 40), **rng.choice(FAULTS)}
                for _ in range(rng.randrange(1, 5))
            )
        )
        apply(broken.provider(), changes)
        broken.faults()
    assert planned(broken, specs) == ()
    assert state_of(broken, specs) == wanted
    made = [effect for effect in broken.effects() if "made" in effect or "created" in effect]
    assert len(made) == len(set(made)), "nothing is made twice"
