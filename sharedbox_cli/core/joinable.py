"""Groups that people can get into without their owners: whoever is in one gets the rights that it holds."""

from __future__ import annotations

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import Trustee
from sharedbox_cli.core.values import UNKNOWN

_OPEN = frozenset({*SETTINGS[Field.GROUP_JOINING].opens, *SETTINGS[Field.GROUP_MANAGING_MEMBERS].opens, UNKNOWN})


def is_joinable(trustee: Trustee | None) -> bool:
    """Return whether people can join a group, or a member can add others, or nobody can say whether they can."""
    return trustee is not None and trustee.joining in _OPEN
