"""Groups that people can join without being asked: whoever joins one gets the rights that it holds."""

from __future__ import annotations

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import Trustee
from sharedbox_cli.core.values import UNKNOWN

_OPEN = frozenset({*SETTINGS[Field.GROUP_JOINING].opens, UNKNOWN})


def is_joinable(trustee: Trustee | None) -> bool:
    """Return whether people can make themselves members of a group, or nobody can say whether they can."""
    return trustee is not None and trustee.joining in _OPEN
