"""Addresses that a tenant cannot have: told at their place before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.model import Desired, DesiredMailbox, Field, Observed, Platform, State


def foreign_problems(desired: Desired, worlds: Mapping[Platform, Observed]) -> Iterator[Problem]:
    """Yield new mailboxes and new aliases whose domain is not one of the tenant's.

    Where not one mailbox of a platform is of the tenant, it is the wrong tenant: that is a guard's to say. Below an
    accepted domain, others may be accepted without being listed.
    """
    for platform, world in sorted(worlds.items()):
        mine = [box for _, box in sorted(desired.mailboxes.items()) if box.platform == platform]
        if not any(box.address.domain in world.domains for box in mine):
            continue
        for box in mine:
            if box.state is State.PRESENT:
                yield from _of_mailbox(box, world)


def _of_mailbox(box: DesiredMailbox, world: Observed) -> Iterator[Problem]:
    there = world.mailboxes.get(box.address)
    if there is None and not _is_accepted(box.address.domain, world):
        yield _problem(box, "mailbox", box.address.text, world)
    held = there.settings.get(Field.ALIASES) if there else ()
    wanted = box.settings.get(Field.ALIASES)
    for alias in wanted if isinstance(wanted, tuple) else ():
        is_new = not (isinstance(held, tuple) and alias in held)
        if is_new and not _is_accepted(str(alias).rpartition("@")[2], world):
            yield _problem(box, "aliases", str(alias), world)


def _is_accepted(domain: str, world: Observed) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in world.domains)


def _problem(box: DesiredMailbox, path: str, address: str, world: Observed) -> Problem:
    listed = ", ".join(sorted(world.domains)[:5]) + (" …" if len(world.domains) > 5 else "")
    return Problem(
        box.places.get(path, box.place), "domain is not accepted",
        f"{address} is of no domain of {world.tenant_name}, which has {listed}.",
        "Use one of these, or add and verify the domain there first.",
    )  # fmt: skip
