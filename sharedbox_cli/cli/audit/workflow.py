"""The audit of a whole tenant, specs or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.checks.registry import needs_of
from sharedbox_cli.cli.audit.evidence import Evidence
from sharedbox_cli.cli.audit.gaps import not_audited, not_inside, not_shared
from sharedbox_cli.cli.audit.keep import keep
from sharedbox_cli.cli.audit.knowledge import Everything, know
from sharedbox_cli.cli.audit.past import Past
from sharedbox_cli.cli.audit.recent import changed_recently
from sharedbox_cli.cli.audit.selection import addresses_to_read, refuse_unknown_people, resolve_missing
from sharedbox_cli.cli.findings import check_observed
from sharedbox_cli.cli.grant_logs import GrantLogs
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of, scope_of
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.access_diff import exactly
from sharedbox_cli.core.access_inside import inside_test
from sharedbox_cli.core.errors import ExitCode
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Desired, Fact
from sharedbox_cli.core.open_access import GIVING, LEVEL_AUDIENCES
from sharedbox_cli.core.texts import tr
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.document import Deferred
from sharedbox_cli.reports.render import TableOutput
from sharedbox_cli.reports.views.access import TITLE, access_report
from sharedbox_cli.reports.views.page import PageInput, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.cli.audit.destination import Destination
    from sharedbox_cli.cli.audit.selection import Choice, Scopes
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.identity import Address
    from sharedbox_cli.core.reach import Reach
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.views.page_changes import Changed

_NO_EVIDENCE = Evidence()
_FIELDS = GIVING | {Field.KIND}
_ONLY_INSIDE = frozenset({Field.RULES})
"""Settings inside a mailbox of which its folders say nothing."""
_FACTS = frozenset({Fact.FORWARDING_TO, Fact.SIGN_IN_STATE, Fact.IS_SUSPENDED, Fact.VIEWING})
"""Settings that can give access without a right."""


def audit_tenant(
    session: Session,
    destination: Destination,
    choice: Choice,
    platforms: Sequence[str],
    evidence: Evidence = _NO_EVIDENCE,
    *,
    is_checked: bool = False,
) -> int:
    """Write the audit and return the exit code. `is_checked`: HTML has the findings of the same reading.

    Raises UsageError, NotFound, SpecError, ObserveError, AuthError, ObservationsError, JournalError.
    """
    choice.check()
    evidence.check(choice)
    destination.check()
    against = session.desired(evidence.against) if evidence.against else None
    desired = against
    if choice.needs_specs and (choice.specs or against is None):
        desired = session.desired(choice.specs or None)
    if evidence.as_of is not None:
        named = session.platforms(platforms) if platforms else ()
        past = Past(session.observations_path, session.profile.name, evidence.as_of)
        destination.write(session.terminal, past.report(destination.arrangement, choice, desired, named))
        return ExitCode.OK
    is_page = is_checked and destination.output is TableOutput.HTML
    checks = session.checks if is_page else ()
    first = addresses_to_read(session.observe, choice, desired, session.platforms(platforms))
    observed, scopes, more = _observe_chosen(session, first, choice, checks, against, with_ends=evidence.is_why)
    checked = None
    if checks:
        result = check_observed(desired or Desired(), observed.observations, checks)
        observed, checked = observed.with_unread(result.failed), result.checked
    mailboxes = [mailbox for one in observed.observations.values() for mailbox in one.mailboxes.values()]
    chosen = choice.rows_filter(desired, observed.observations)
    everything = _rows(session, observed, desired, scopes, evidence)
    if against is not None:
        everything = everything.against(_part_of(against, scopes), observed.observations)
    refuse_unknown_people(chosen.people, everything.rows)
    part = everything.part(chosen, choice.selected(), evidence.since)
    refused = not_inside(observed, session.capabilities) if choice.reach else ()
    left_out = not_shared(observed, session.capabilities, choice.reach)
    notes = (*not_audited(observed, session.capabilities, choice.reach), *refused, *left_out, *more, *part.notes)
    background = part.background
    if choice.reach and not refused:
        background = replace(background, data={**background.data, "inside": str(choice.reach)})
    is_compared = is_page and not part.selected.is_of_rows and evidence.since is None
    content = PageInput(
        TITLE,
        mailboxes,
        part.rows,
        checked,
        part.selected.words,
        notes,
        chosen.expired,
        has_specs=desired is not None,
        is_of_rows=part.selected.is_of_rows,
        changed=_changed(session, observed, scopes, everything.rows) if is_compared else None,
    )
    report = access_report(
        part.rows, destination.arrangement, mailboxes, notes, part.selected, lambda: page_of(content), background
    )
    destination.write(session.terminal, report.based_on(origin_of(session.profile.name, observed)))
    return exit_code_of(observed, ExitCode.OK)


def _changed(session: Session, observed: Reading, scopes: Scopes, rows: Sequence[AccessRow]) -> Changed:
    is_inside = inside_test(session.capabilities)
    saved = [row for row in rows if not is_inside(row)]
    return changed_recently(session.observations_path, observed, scopes, saved)


def _observe_chosen(
    session: Session,
    scopes: Scopes,
    choice: Choice,
    checks: Sequence[Check],
    against: Desired | None,
    *,
    with_ends: bool,
) -> tuple[Reading, Scopes, tuple[str, ...]]:
    """Return what was read, the addresses with aliases replaced, and notes about specs without a mailbox."""
    observed = _observe(session, scopes, checks, against, choice.reach, with_ends=with_ends)
    resolved = resolve_missing(session.observe, choice, scopes, observed)
    if not resolved:
        return observed, scopes, ()
    again, notes = resolved
    if again != scopes:
        observed = _observe(session, again, checks, against, choice.reach, with_ends=with_ends)
    return observed, again, notes


def _rows(
    session: Session, observed: Reading, desired: Desired | None, scopes: Scopes, evidence: Evidence
) -> Everything:
    """Return all rows, with what is known about them if that was asked for. Saves them first, if that was asked for."""
    rows: Sequence[AccessRow] = Deferred(lambda: access_rows(observed.observations))
    is_inside = inside_test(session.capabilities)
    if evidence.is_saved:
        kept = [row for row in rows if not is_inside(row)]
        keep(session.observations_path, session.profile.name, observed, scopes, kept)
        if len(kept) < len(rows):
            session.terminal.say(tr("What is inside mailboxes is not saved."))
        session.terminal.say(
            tr("This reading is saved. To see what was granted since a day: sharedbox audit --since DAY")
        )
    if not evidence.has_why:
        return Everything(rows)
    known = tuple(rows)
    has_logs = evidence.is_why or evidence.since is not None
    logs = session.grant_logs(observed.platforms, evidence.since) if has_logs else GrantLogs()
    knowledge = know(session.observations_path, session.journal_path, observed, known, desired, logs, is_inside)
    return Everything(tuple(knowledge.reasons.of(known, exactly)), knowledge)


def _observe(
    session: Session, scopes: Scopes, checks: Sequence[Check], against: Desired | None, reach: Reach, *, with_ends: bool
) -> Reading:
    part = _part_of(against, scopes) if against else None
    return session.observe(
        {
            platform: _scope(session.capabilities[platform], addresses, checks, part, reach, with_ends=with_ends)
            for platform, addresses in scopes.items()
        }
    )


def _part_of(desired: Desired, scopes: Scopes) -> Desired:
    """Return the specs of the mailboxes that are read."""
    return desired.part(
        {
            key
            for key, mailbox in desired.mailboxes.items()
            if mailbox.platform in scopes and ((chosen := scopes[mailbox.platform]) is None or key in chosen)
        }
    )


def _scope(
    table: Capabilities,
    addresses: frozenset[Address] | None,
    checks: Sequence[Check],
    against: Desired | None,
    reach: Reach,
    *,
    with_ends: bool,
) -> Scope:
    """Return what to read. What is inside mailboxes is read only if it was asked for, for findings too."""
    platform = table.platform
    needs = needs_of(platform, checks)
    found = {need for need in needs if isinstance(need, Field)}
    fields = (_FIELDS - table.audited_inside) | (_ONLY_INSIDE | found if reach else found - table.audited_inside)
    facts = _FACTS | {need for need in needs if isinstance(need, Fact)}
    if checks:
        fields |= {Field.DISPLAY_NAME}
    if with_ends:
        fields |= table.read_singly & {Field.UNTIL}
    scope = Scope(
        frozenset({platform}),
        addresses,
        fields,
        facts,
        grants_of=addresses,
        with_members=True,
        dispensable=frozenset(LEVEL_AUDIENCES) | {Field.UNTIL} | (_ONLY_INSIDE & table.audited_inside),
        with_paths=True,
        folders=reach,
        inside_all=table.audited_rights | (table.audited_inside_rights if reach else frozenset()),
    )
    if against is None:
        return scope
    wanted = scope_of(against, frozenset({platform}))
    return replace(
        scope, trustees=wanted.trustees, rights=wanted.rights, inside=wanted.inside, named_by=wanted.named_by
    )
