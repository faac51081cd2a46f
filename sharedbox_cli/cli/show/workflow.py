"""What specs say about one mailbox, and what the cloud has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of, unread_error, utc_now
from sharedbox_cli.core.errors import ExitCode, NotFound, UsageError
from sharedbox_cli.core.fields import OBSERVABLE
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Desired, Fact
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.resolve import provenance, resolve
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.views.observed import observed_report
from sharedbox_cli.reports.views.specs import spec_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.render import PlainOutput


def show_spec(session: Session, address: str, paths: Sequence[Path] | None, output: PlainOutput) -> int:
    """Write each value of a spec with the file that sets it. Raises UsageError, SpecError."""
    loaded = session.load(paths)
    now = utc_now()
    desired = resolve(loaded, session.capabilities, now)
    mailbox = desired.mailboxes.get(Address.of(address))
    if mailbox is None:
        raise no_such_mailbox(desired, address)
    report = spec_report(mailbox, provenance(loaded, mailbox.address, session.capabilities, now))
    show(session.terminal, report, output)
    return ExitCode.OK


def show_observed(session: Session, address: str, output: PlainOutput) -> int:
    """Write what the cloud has for one mailbox, or what holds the address. Raises NotFound."""
    observed = observe_mailbox(session, Address.of(address))
    report = observed_report(Address.of(address), observed.observations)
    show(session.terminal, report.based_on(origin_of(session.profile.name, observed)), output)
    return exit_code_of(observed, ExitCode.OK)


def observe_mailbox(session: Session, address: Address) -> Reading:
    """Return what every cloud of the profile has for one address. Raises NotFound if nothing has it."""
    observed = session.observe({name: _scope(name, address) for name in session.platforms()})
    if not any(address in one.mailboxes or one.taken.get(address) for one in observed.observations.values()):
        if observed.unread:
            raise unread_error(observed)
        why = f"Nothing in {' and '.join(observed.tenant_names)} has this address."
        if observed.failures:
            why += f" {' and '.join(observed.failures)} could not be read: it may be there."
        raise NotFound("no such mailbox", mailbox=address.text, why=why)
    return observed


def _scope(platform: Platform, address: Address) -> Scope:
    only = frozenset({address})
    return Scope(
        frozenset({platform}),
        only,
        OBSERVABLE,
        frozenset(Fact),
        grants_of=only,
        with_members=True,
        dispensable=OBSERVABLE,
    )


def no_such_mailbox(desired: Desired, address: str) -> UsageError:
    """Return the error for an address without a spec."""
    known = ", ".join(str(key) for key in list(desired.mailboxes)[:10]) or "none"
    hint = nearest(address, map(str, desired.mailboxes))
    return UsageError("no such mailbox in the specs", where=address, why=f"There are specs for: {known}.", hint=hint)
