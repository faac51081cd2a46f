"""What must hold for every spec on a Workspace, through the real SDKs: as for Microsoft 365, for both kinds."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    DesiredGrant,
    DesiredMailbox,
    MembersMode,
    Platform,
    Right,
    TrusteeKind,
)
from sharedbox_cli.core.values import BLOCKED, Value
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from tests.all_pairs import all_pairs
from tests.asked import every
from tests.field_values import choices_on, possible
from tests.providers.google_setting import (
    PEOPLE,
    STANDARD,
    STARTER,
    Fill,
    GoogleSetting,
    at,
    collaborative,
    company,
    delegated,
)
from tests.slow_rest import in_turn

Workspaces = Callable[[Fill], GoogleSetting]
SEEDS = range(6)
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "truncate"},
    {"kind": "throttle", "retry_after": 3},
    {"kind": "status", "status": 503},
    {"kind": "status_after", "status": 502},
    {"kind": "unauthorized"},
)
_ALIASES: tuple[Value, ...] = ((), ("a@contoso.example",), ("a@contoso.example", "b@contoso.example"))
CHOICES: dict[Platform, dict[Field, tuple[Value, ...]]] = {
    GOOGLE_DELEGATED: {
        Field.DISPLAY_NAME: ("Sales", "Продажи", "A B C"),
        **choices_on(GOOGLE_DELEGATED),
        Field.SIGN_IN: (BLOCKED,),
        Field.LICENCE: (STANDARD, STARTER),
        Field.ORG_UNIT: ("/People", "/Shared mailboxes"),
        Field.FOLDERS: ((), ("Orders",)),
        Field.TAGS: ((("urgent", "red"),), (("urgent", ""),)),
        Field.RULES: ((), ((("name", "r"), ("when.from", ("x@y.example",)), ("then.tag", ("Orders",))),)),
        Field.AUTO_REPLY: (False,),
        Field.FORWARDING_TO: ("", "anna@contoso.example"),
    },
    GOOGLE_COLLABORATIVE: {
        Field.DISPLAY_NAME: ("Desk", "デスク"),
        **choices_on(GOOGLE_COLLABORATIVE),
        Field.GROUP_DESCRIPTION: ("", "What for"),
        Field.GROUP_REPLY_TO: ("sender", "help@contoso.example"),
    },
}


def specs_of(platform: Platform, seed: int) -> list[DesiredMailbox]:
    """Return some specs: of mailboxes that are there and of new ones, with some of all fields, and members."""
    rng = random.Random(seed)  # noqa: S311 - test data
    names = ("sales", "press") if platform == GOOGLE_DELEGATED else ("desk", "news", "team")
    return [_spec(platform, name, rng, number) for number, name in enumerate(names)]


def _spec(platform: Platform, name: str, rng: random.Random, number: int) -> DesiredMailbox:
    settings = possible({one: rng.choice(values) for one, values in CHOICES[platform].items() if rng.random() < 0.6})
    if rng.random() < 0.5 and number == 0:
        settings[Field.ALIASES] = rng.choice(_ALIASES)
    people = rng.sample(PEOPLE, rng.randrange(1, len(PEOPLE)))
    mode = rng.choice([MembersMode.EXACT, MembersMode.EXACT, MembersMode.AT_LEAST])
    if platform == GOOGLE_DELEGATED:
        settings.setdefault(Field.LICENCE, STANDARD)
        grants = [_wanted(who, Right.FULL_ACCESS) for who in people]
        grants += [_wanted(who, Right.SEND_AS) for who in people if rng.random() < 0.4]
        return delegated(name, settings, grants, mode=mode)
    roles = [Right.OWNER, *(rng.choice([Right.MEMBER, Right.MANAGER]) for _ in people[1:])]
    deliveries = ["all", "none", None]
    members = [_wanted(who, role, rng.choice(deliveries)) for who, role in zip(people, roles, strict=True)]
    return collaborative(name, settings, members, mode=mode)


def _wanted(who: str, right: Right, delivery: str | None = None) -> DesiredGrant:
    return DesiredGrant(at(who), TrusteeKind.USER, right, delivery=delivery)


def state_of(workspace: GoogleSetting, specs: list[DesiredMailbox]) -> object:
    """Return what the specs manage, as it is."""
    observed = workspace.observe(*specs)
    return {
        mailbox.address: (
            {
                name: len(value) if SETTINGS[name].is_ensured and isinstance(value, tuple) else value
                for name, value in observed.mailboxes[mailbox.address].settings.items()
            },
            {
                (observed.trustees[one.trustee].address, one.right, one.delivery)
                for one in observed.mailboxes[mailbox.address].grants or ()
            },
        )
        for mailbox in specs
    }


each_platform = pytest.mark.parametrize("platform", CAPABILITIES)
KILLED, FAULTY = "killed", "faulty"
BREAKS = all_pairs(SEEDS, list(CAPABILITIES), [KILLED, FAULTY])


@pytest.mark.parametrize("seed", in_turn(SEEDS, 0, 3))
@pytest.mark.parametrize("platform", CAPABILITIES)
def test_plan_after_apply_is_empty(workspace: GoogleSetting, platform: Platform, seed: int) -> None:
    specs = specs_of(platform, seed)
    random.Random(seed).shuffle(specs)  # noqa: S311 - test data
    plan = workspace.plan(*specs)
    assert plan == workspace.plan(*reversed(specs)), "the order of specs changes nothing"
    outcomes = workspace.apply(plan)
    assert outcomes and every(one.is_success for one in outcomes.values()), outcomes
    assert workspace.plan(*specs) == ()
    again = workspace.apply((change for change in plan if change.kind is not Kind.CREATE), workspace.provider())
    assert not [(key, one.reason) for key, one in again.items() if not one.is_success]
    assert workspace.plan(*specs) == (), "twice is as once"


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "platform"), [(seed, where) for seed, where, how in BREAKS if how == KILLED])
def test_killed_run_is_finished_by_another(workspace_of: Workspaces, platform: Platform, seed: int) -> None:
    specs = specs_of(platform, seed)
    whole = workspace_of(company)
    whole.run(*specs)
    wanted = state_of(whole, specs)
    broken = workspace_of(company)
    rng = random.Random(seed)  # noqa: S311 - test data
    for _ in range(3):
        changes = broken.plan(*specs)
        cut = rng.randrange(len(changes) + 1) if changes else 0
        broken.apply(changes[:cut], broken.provider())  # a new process each time: nothing is remembered
    broken.apply(broken.plan(*specs), broken.provider())
    assert broken.plan(*specs) == ()
    assert state_of(broken, specs) == wanted


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "platform"), [(seed, where) for seed, where, how in BREAKS if how == FAULTY])
def test_broken_runs_end_where_a_faultless_one_does(workspace_of: Workspaces, platform: Platform, seed: int) -> None:
    specs = specs_of(platform, seed)
    whole = workspace_of(company)
    whole.run(*specs)
    wanted = state_of(whole, specs)
    broken = workspace_of(company)
    rng = random.Random(seed)  # noqa: S311 - test data
    for _ in range(4):
        schedule = [
            {"route": "google.*", "n": rng.randrange(1, 60), **rng.choice(FAULTS)} for _ in range(rng.randrange(1, 5))
        ]
        changes = broken.plan(*specs)
        if not changes:
            break
        broken.faults(*schedule)
        broken.apply(changes, broken.provider())
        broken.faults()
    assert broken.plan(*specs) == ()
    assert state_of(broken, specs) == wanted
    made = [effect for effect in broken.effects() if effect.endswith(" made")]
    assert len(made) == len(set(made)), "nothing is made twice"
