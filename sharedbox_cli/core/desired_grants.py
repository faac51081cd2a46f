"""The desired grants of one mailbox by the ids of those who get them."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import LEVELLED, ROLES, DesiredGrant, DesiredMailbox, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed

Key = tuple[TrusteeId, Right, str]


def exclusive(right: Right) -> str:
    """Return the kind of a right of which a trustee has one at a time: a role, or a level. Empty: another one."""
    return "role" if right in ROLES else str(right) if right in (*LEVELLED, Right.READ) else ""


def resolve_grants(mailbox: DesiredMailbox, observed: Observed) -> dict[Key, DesiredGrant]:
    """Return the desired grants by immutable id. Raises SpecError with all that do not resolve."""
    problems: list[Problem] = []
    resolved: dict[Key, DesiredGrant] = {}
    firsts: dict[tuple[TrusteeId, str], DesiredGrant] = {}
    for desired in mailbox.grants or ():
        trustee = _resolve(desired, observed)
        if isinstance(trustee, Problem):
            problems.append(trustee)
            continue
        twin = firsts.setdefault((trustee.id, exclusive(desired.right) or desired.right), desired)
        if twin.trustee != desired.trustee:
            why = f"{twin.trustee} and {desired.trustee} are two addresses of the same account."
            problems.append(Problem(desired.place, "listed twice", why, "Keep one of them.", twin.place))
        resolved[trustee.id, desired.right, desired.detail] = desired
    if problems:
        raise SpecError(problems)
    return resolved


def _resolve(desired: DesiredGrant, observed: Observed) -> Trustee | Problem:
    if desired.trustee in observed.ambiguous:
        ids = ", ".join(observed.ambiguous[desired.trustee])
        return Problem(
            desired.place,
            "address is not unique",
            f"{desired.trustee} matches several objects: {ids}.",
            "Give each object a different address in the directory.",
        )
    trustee = observed.trustees.get(observed.directory.get(desired.trustee, TrusteeId("")))
    if trustee is None:
        return Problem(
            desired.place,
            f"no such {desired.kind}",
            f"{desired.trustee} is not in the tenant {observed.tenant_name}.",
            "Check the spelling, or create the account first.",
        )
    if not trustee.is_kind_known:
        return replace(trustee, kind=desired.kind)
    if trustee.kind is not desired.kind and trustee.kind in (TrusteeKind.USER, TrusteeKind.GROUP):
        return Problem(
            desired.place,
            f"not a {desired.kind}",
            f"{desired.trustee} is a {trustee.kind}.",
            f"Write `{trustee.kind}: {desired.trustee}`.",
        )
    if trustee.kind is TrusteeKind.GROUP and not (trustee.is_mail_enabled and trustee.is_security):
        return Problem(
            desired.place,
            "this group cannot hold a right",
            f"{desired.trustee} is not a mail-enabled security group: rights given to it have no effect.",
            "Use a mail-enabled security group, or list its people.",
        )
    return trustee
