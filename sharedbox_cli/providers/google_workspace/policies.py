"""Which of several policies counts: an administrator's before the system's, and the highest sort order.

cloud.google.com/identity/docs/concepts/supported-policy-api-settings and
cloud.google.com/identity/docs/reference/rest/v1/policies, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sharedbox_cli.providers.forms import UnknownForm, object_in, optional_flag, optional_text, shown

SYSTEM = "SYSTEM"


class Policy(NamedTuple):
    """A policy for mail delegation."""

    is_admin: bool
    """Whether an administrator set it; the system's are defaults."""
    order: float
    unit: str
    group: str
    is_on: bool


def policy_of(row: Mapping[str, Any]) -> Policy:
    """Return a policy."""
    query, value = object_in(row, "policyQuery"), object_in(object_in(row, "setting"), "value")
    order = query.get("sortOrder") or 0
    if not isinstance(order, (int, float)) or isinstance(order, bool):
        message = f"`sortOrder` is {shown(order)}, and not a number"
        raise UnknownForm(message)
    return Policy(
        optional_text(row, "type") != SYSTEM,
        float(order),
        optional_text(query, "orgUnit"),
        optional_text(query, "group"),
        optional_flag(value, "enableMailDelegation"),
    )


def delegation_of(policies: Iterable[Policy]) -> str:
    """Return `on` or `off` if that is so everywhere in the organisation, else `unknown`."""
    listed = list(policies)
    if not listed:
        return "off"
    roots = {policy.unit for policy in listed if not policy.is_admin} | {""}
    everywhere = [policy for policy in listed if policy.unit in roots and not policy.group]
    elsewhere = [policy for policy in listed if policy not in everywhere]
    values = {policy.is_on for policy in elsewhere}
    if everywhere:
        values.add(max(everywhere, key=lambda policy: (policy.is_admin, policy.order)).is_on)
    return "unknown" if len(values) > 1 else "on" if values == {True} else "off"
