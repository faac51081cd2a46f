"""All checks, and the function that runs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sharedbox_cli.checks import delegates, groups, members, pooled, rights, safety, storage
from sharedbox_cli.checks.model import Check, Need, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.model import (
    Desired,
    DesiredMailbox,
    Fact,
    Observed,
    ObservedMailbox,
    Platform,
    State,
    TrusteeKind,
)
from sharedbox_cli.providers.registry import Plugins

_MODULES = (storage, members, rights, safety, delegates, groups, pooled)
CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            *storage.CHECKS,
            *members.CHECKS,
            *rights.CHECKS,
            *safety.CHECKS,
            *delegates.CHECKS,
            *groups.CHECKS,
            *pooled.CHECKS,
        ),
        key=lambda check: check.id,
    )
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The findings, and the ids of the checks that could not run because what they need was not read."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]


<<<<<<< HEAD
def with_plugins(plugins: Plugins) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Return all rules, those of plug-ins included, and a warning for each that cannot be used.

    A rule of a plug-in applies to the plug-in's own platforms only.
    """
    rules = {rule.id: rule for rule in RULES}
    warnings: list[str] = []
    for plugin in plugins.by_name.values():
        try:
            own = tuple(plugin.checks())
        except Exception as error:  # noqa: BLE001 - other people's code must not stop the other rules
            warnings.append(
                f"warning: the checks of the provider plug-in `{plugin.name}` are not used: they cannot be loaded "
                f"({type(error).__name__}: {error})."
            )
            continue
        for rule in own:
            problem = _problem_with(rule, rules)
            if isinstance(rule, Rule) and not problem:
                only = plugin.platforms if rule.platforms is None else rule.platforms & plugin.platforms
                rules[rule.id] = replace(rule, platforms=only)
            else:
                warnings.append(f"warning: a check of the provider plug-in `{plugin.name}` is not used: {problem}")
    return tuple(rules[name] for name in sorted(rules)), tuple(warnings)


def _problem_with(rule: object, known: Mapping[str, Rule]) -> str:
    if not isinstance(rule, Rule):
        return f"a {type(rule).__name__} is not a sharedbox_cli.checks.model.Rule."
    return f"there is already a rule with the ID `{rule.id}`." if rule.id in known else ""


def needs_of(platform: Platform, rules: Sequence[Rule] = RULES) -> frozenset[Need]:
    """Return everything that the rules look at on a platform: nothing else has to be read."""
    mine = [rule for rule in rules if rule.is_for(platform)]
    return frozenset(need for rule in mine for need in (*rule.needs_on(platform), *rule.uses))


def check(
    desired: Desired, observations: Mapping[Platform, Observed], now: datetime, rules: Sequence[Rule] = RULES
) -> CheckResult:
    """Return the findings of all rules on all mailboxes read, sorted by mailbox and rule."""
    found: list[Finding] = []
    blind: set[str] = set()
=======
def needs_of(platform: Platform) -> frozenset[Need]:
    """Return everything that the checks read on a platform. Nothing else has to be observed."""
    checks = [check for check in CHECKS if check.is_for(platform)]
    return frozenset(need for check in checks for need in (*check.needs_on(platform), *check.uses))


def run_checks(desired: Desired, observations: Mapping[Platform, Observed], now: datetime) -> CheckResult:
    """Return the findings of all checks on all observed mailboxes, sorted by mailbox and check."""
    findings: list[Finding] = []
    not_checked: set[str] = set()
>>>>>>> 2be0e18 (Call what finds a check, and write the findings in plain English)
    distinct = {id(observed): observed for observed in observations.values()}
    for observed in distinct.values():
        asked_once: set[str] = set()
        for _, mailbox in sorted(observed.mailboxes.items()):
            subject = Subject(mailbox, _spec_of(desired, mailbox), observed, now, desired, observations)
<<<<<<< HEAD
            for rule in rules:
                if not rule.is_for(mailbox.platform) or rule.id in asked:
=======
            for check in CHECKS:
                if not check.is_for(mailbox.platform) or check.id in asked_once:
>>>>>>> 2be0e18 (Call what finds a check, and write the findings in plain English)
                    continue
                if not all(_was_read(need, mailbox, observed) for need in check.needs_on(mailbox.platform)):
                    not_checked.add(check.id)
                    continue
<<<<<<< HEAD
                found += rule.findings(subject)
                if rule.is_of_tenant:
                    asked.add(rule.id)
        blind -= asked
        found += _of_specs_alone(desired, observed, now, observations, rules)
    found.sort(key=lambda item: (item.mailbox.lower(), item.platform, item.rule, item.subject))
    return CheckResult(tuple(found), tuple(sorted(blind)))
=======
                findings += check.findings(subject)
                if check.is_of_tenant:
                    asked_once.add(check.id)
        not_checked -= asked_once
        findings += _planned_mailboxes(desired, observed, now, observations)
    findings.sort(key=lambda finding: (finding.mailbox.lower(), finding.platform, finding.check, finding.subject))
    return CheckResult(tuple(findings), tuple(sorted(not_checked)))
>>>>>>> 2be0e18 (Call what finds a check, and write the findings in plain English)


def _spec_of(desired: Desired, mailbox: ObservedMailbox) -> DesiredMailbox | None:
    """Return the spec of a mailbox; the same address on another platform is another mailbox."""
    spec = desired.mailboxes.get(mailbox.address)
    return spec if spec is not None and spec.platform == mailbox.platform else None


<<<<<<< HEAD
def _of_specs_alone(
    desired: Desired,
    observed: Observed,
    now: datetime,
    observations: Mapping[Platform, Observed],
    rules: Sequence[Rule],
=======
def _planned_mailboxes(
    desired: Desired, observed: Observed, now: datetime, observations: Mapping[Platform, Observed]
>>>>>>> 2be0e18 (Call what finds a check, and write the findings in plain English)
) -> Iterator[Finding]:
    """Return the findings on mailboxes that exist only in a spec."""
    for key, spec in desired.mailboxes.items():
        if spec.state is State.ABSENT or spec.platform not in observed.platforms or key in observed.mailboxes:
            continue
        subject = Subject(ObservedMailbox("", spec.address, spec.platform), spec, observed, now, desired, observations)
<<<<<<< HEAD
        for rule in rules:
            if rule.is_of_spec and rule.is_for(spec.platform):
                yield from rule.findings(subject)
=======
        for check in CHECKS:
            if check.is_of_spec and check.is_for(spec.platform):
                yield from check.findings(subject)
>>>>>>> 2be0e18 (Call what finds a check, and write the findings in plain English)


def _was_read(need: Need, mailbox: ObservedMailbox, observed: Observed) -> bool:
    match need:
        case Fact():
            return need in mailbox.facts
        case Field():
            return need in mailbox.settings
        case "grants":
            return mailbox.grants is not None
        case _:
            groups = {
                grant.trustee
                for grant in mailbox.grants or ()
                if (known := observed.trustees.get(grant.trustee)) and known.kind is TrusteeKind.GROUP
            }
            return groups <= set(observed.members)
