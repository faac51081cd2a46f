"""All checks, and the function that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import NoneType

from sharedbox_cli.checks import delegates, groups, inside, members, pooled, rights, safety, storage
from sharedbox_cli.checks.model import Check, Need, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Desired, DesiredMailbox, Fact, Platform, State, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.providers.plugin_errors import is_foreign, plugin_failed
from sharedbox_cli.providers.registry import Plugins

_MODULES = (storage, members, rights, safety, delegates, groups, pooled, inside)
CHECKS: tuple[Check, ...] = tuple(
    sorted((check for module in _MODULES for check in module.CHECKS), key=lambda check: check.id)
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The findings, and the ids of the checks that could not run because what they need was not read."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]
    failed: tuple[tuple[Platform, Unread], ...] = ()
    """The checks of plug-ins that raised an error, once per platform."""


def with_plugins(plugins: Plugins) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Return all checks, those of plug-ins included, and a warning for each that cannot be used.

    A check of a plug-in runs only on the platforms of that plug-in.
    """
    checks = {check.id: check for check in CHECKS}
    warnings: list[str] = []
    for plugin in plugins.by_name.values():
        try:
            own = tuple(plugin.checks())
        except Exception as error:  # noqa: BLE001 - other people's code must not stop the other checks
            warnings.append(
                f"warning: the checks of the provider plug-in `{plugin.name}` are not used: they cannot be loaded "
                f"({type(error).__name__}: {error})."
            )
            continue
        for check in own:
            problem = _problem_with(check, checks)
            if isinstance(check, Check) and not problem:
                only = plugin.platforms if check.platforms is None else check.platforms & plugin.platforms
                checks[check.id] = replace(check, platforms=only, plugin=plugin.name if is_foreign(plugin) else "")
            else:
                warnings.append(f"warning: a check of the provider plug-in `{plugin.name}` is not used: {problem}")
    return tuple(checks[name] for name in sorted(checks)), tuple(warnings)


def _problem_with(check: object, known: Mapping[str, Check]) -> str:
    if not isinstance(check, Check):
        return f"a {type(check).__name__} is not a sharedbox_cli.checks.model.Check."
    if not isinstance(check.id, str) or not check.id:
        return "its ID is not a text."
    for key, kind in _SHAPES.items():
        if not isinstance(getattr(check, key), kind):
            return f"`{key}` of `{check.id}` is a {type(getattr(check, key)).__name__}."
    return f"there is already a check with the ID `{check.id}`." if check.id in known else ""


_SHAPES: Mapping[str, type | tuple[type, ...]] = {
    "severity": Severity,
    **dict.fromkeys(("title", "hint", "source", "path"), str),
    **dict.fromkeys(("needs", "uses", "not_on"), (frozenset, set)),
    "platforms": (frozenset, set, NoneType),
    "overrides": Mapping,
    "detect": Callable,  # type: ignore[dict-item]
}
"""The types of the keys of a check."""


def needs_of(platform: Platform, checks: Sequence[Check] = CHECKS) -> frozenset[Need]:
    """Return everything that the checks read on a platform. Nothing else has to be observed."""
    selected = [check for check in checks if check.is_for(platform)]
    return frozenset(need for check in selected for need in (*check.needs_on(platform), *check.uses))


def used_only_of(platform: Platform, checks: Sequence[Check], desired: Desired) -> Mapping[Field, frozenset[Address]]:
    """Return the settings that no check needs and some use: they are read where a spec has the key of the check."""
    selected = [check for check in checks if check.is_for(platform)]
    needed = {need for check in selected for need in check.needs_on(platform)}
    found: dict[Field, frozenset[Address]] = {}
    for check in selected:
        specs = (key for key, spec in desired.mailboxes.items() if any(map(check.is_about, spec.settings)))
        own = frozenset(specs)
        for name in check.uses - needed:
            if isinstance(name, Field):
                found[name] = found.get(name, frozenset()) | own
    return found


def run_checks(
    desired: Desired, observations: Mapping[Platform, Observed], now: datetime, checks: Sequence[Check] = CHECKS
) -> CheckResult:
    """Return the findings of all checks on all observed mailboxes, sorted by mailbox and check."""
    findings: list[Finding] = []
    not_checked: set[str] = set()
    failures = _Failures()
    distinct = {id(observed): observed for observed in observations.values()}
    for observed in distinct.values():
        run_once: set[str] = set()
        for _, mailbox in sorted(observed.mailboxes.items()):
            subject = Subject(mailbox, _spec_of(desired, mailbox), observed, now, desired, observations)
            for check in checks:
                if not check.is_for(mailbox.platform) or check.id in run_once:
                    continue
                if not all(_was_read(need, mailbox, observed) for need in check.needs_on(mailbox.platform)):
                    not_checked.add(check.id)
                    continue
                findings += failures.findings(check, subject)
                if check.is_of_tenant:
                    run_once.add(check.id)
        not_checked -= run_once
        findings += _on_planned_mailboxes(desired, observed, now, observations, checks, failures)
    findings.sort(key=lambda finding: (finding.mailbox.lower(), finding.platform, finding.check, finding.subject))
    return CheckResult(tuple(findings), tuple(sorted(not_checked)), failures.all)


class _Failures:
    """The errors of checks from other packages. An error of our own checks ends the command: it is our bug."""

    def __init__(self) -> None:
        self._errors: dict[tuple[Platform, str], tuple[Check, Exception, list[str]]] = {}

    def findings(self, check: Check, subject: Subject) -> list[Finding]:
        """Return the findings of one check on one mailbox; none if the code of a plug-in fails."""
        try:
            found = list(check.findings(subject))
            if check.plugin:
                _require_texts(found)
        except Exception as error:
            if not check.plugin:
                raise
            key = (subject.mailbox.platform, check.id)
            _, _, mailboxes = self._errors.setdefault(key, (check, error, []))
            mailboxes.append(subject.mailbox.address.text)
            return []
        return found

    @property
    def all(self) -> tuple[tuple[Platform, Unread], ...]:
        """Return each check that failed on a platform, with its first error."""
        failed = []
        for (platform, name), (check, error, mailboxes) in sorted(self._errors.items()):
            more = f" and {len(mailboxes) - 1} more" if len(mailboxes) > 1 else ""
            failure = plugin_failed(check.plugin, f"check of {mailboxes[0]}{more}", error)
            failed.append((platform, Unread.of("check", name, failure)))
        return tuple(failed)


def _require_texts(findings: Sequence[Finding]) -> None:
    for finding in findings:
        for text in (finding.subject, finding.summary, finding.why, finding.hint):
            if not isinstance(text, str):
                message = f"the detector returned {type(text).__name__}, not text"  # type: ignore[unreachable]
                raise TypeError(message)


def _spec_of(desired: Desired, mailbox: ObservedMailbox) -> DesiredMailbox | None:
    """Return the spec of a mailbox. The same address on another platform is another mailbox."""
    spec = desired.mailboxes.get(mailbox.address)
    return spec if spec is not None and spec.platform == mailbox.platform else None


def _on_planned_mailboxes(
    desired: Desired,
    observed: Observed,
    now: datetime,
    observations: Mapping[Platform, Observed],
    checks: Sequence[Check],
    failures: _Failures,
) -> Iterator[Finding]:
    """Return the findings on mailboxes that exist only in a spec."""
    for key, spec in desired.mailboxes.items():
        if spec.state is State.ABSENT or spec.platform not in observed.platforms or key in observed.mailboxes:
            continue
        if key in observed.unread_mailboxes:
            continue  # it may exist
        subject = Subject(ObservedMailbox("", spec.address, spec.platform), spec, observed, now, desired, observations)
        for check in checks:
            if check.is_of_spec and check.is_for(spec.platform):
                yield from failures.findings(check, subject)


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
