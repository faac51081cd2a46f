"""What an audit can be limited to. It has its own module so that `--help` stays fast."""

from __future__ import annotations

from enum import StrEnum


class Risk(StrEnum):
    """Why access deserves a look."""

    GUEST = "guest"
    DISABLED = "disabled"
    DELETED = "deleted"
    EXTERNAL = "external"
    """Guests, addresses of other domains, and anyone on the web."""
    EXPIRED = "expired"
    """The specs ended it, and it is still there."""
    WIDE = "wide"
    """Everybody in the organisation, or anyone on the web."""
