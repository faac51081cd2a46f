"""All rules, and asking them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sharedbox_cli.checks import members, safety, storage
from sharedbox_cli.checks.model import Need, Rule, Subject
from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.model import Desired, Fact, Field, Observed, ObservedMailbox, Platform, State, TrusteeKind

RULES: tuple[Rule, ...] = tuple(
    sorted((*storage.RULES, *members.RULES, *safety.RULES), key=lambda rule: rule.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found, and which rules could not look at a mailbox because what they need was not read."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]


def check(desired: Desired, worlds: Mapping[Platform, Observed], now: datetime) -> CheckResult:
    """Return the findings of all rules on all mailboxes read, sorted by mailbox and rule."""
    found: list[Finding] = []
    blind: set[str] = set()
    distinct = {id(world): world for world in worlds.values()}
    for world in distinct.values():
        for key, box in world.mailboxes.items():
            subject = Subject(box, desired.mailboxes.get(key), world, now, desired)
            for rule in RULES:
                if all(_was_read(need, box, world) for need in rule.needs):
                    found += rule.findings(subject)
                else:
                    blind.add(rule.id)
        found += _of_specs_alone(desired, world, now)
    found.sort(key=lambda item: (item.mailbox.lower(), item.rule, item.subject))
    return CheckResult(tuple(found), tuple(sorted(blind)))


def _of_specs_alone(desired: Desired, world: Observed, now: datetime) -> Iterator[Finding]:
    """Return what can be said of mailboxes that do not exist yet."""
    for key, spec in desired.mailboxes.items():
        if spec.state is State.ABSENT or spec.platform not in world.platforms or key in world.mailboxes:
            continue
        subject = Subject(ObservedMailbox("", spec.address, spec.platform), spec, world, now, desired)
        for rule in RULES:
            if rule.is_of_spec:
                yield from rule.findings(subject)


def _was_read(need: Need, box: ObservedMailbox, world: Observed) -> bool:
    match need:
        case Fact():
            return need in box.facts
        case Field():
            return need in box.settings
        case "grants":
            return box.grants is not None
        case _:
            groups = {
                grant.trustee for grant in box.grants or ()
                if (known := world.trustees.get(grant.trustee)) and known.kind is TrusteeKind.GROUP
            }  # fmt: skip
            return groups <= set(world.members)
