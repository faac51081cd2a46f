"""The order in which a mailbox is changed: phases, and the topics of settings inside them."""

from __future__ import annotations

from enum import Enum, IntEnum, unique


class Phase(IntEnum):
    """The fixed order within one mailbox; grants come before revocations (docs/reliability.md)."""

    CREATE = 1
    BLOCK_SIGN_IN = 2
    LICENCE_UP = 3
    SETTINGS = 4
    GRANT = 5
    CONTENT = 6
    REVOKE = 7
    LICENCE_DOWN = 8
    DELETE = 9


@unique
class Topic(Enum):
    """Settings that are written together, as one change. Within a phase, topics follow the order of this list."""

    KIND = (0, Phase.CREATE)
    """What the object is: changed by a conversion, never written in a spec."""
    MAILBOX = (1, Phase.SETTINGS)
    ADDRESSES = (2, Phase.SETTINGS)
    """Separate, so that an address that is refused takes no setting with it."""
    SIGN_IN = (3, Phase.SETTINGS)
    """In `Phase.BLOCK_SIGN_IN` where it blocks."""
    LICENCE = (4, Phase.LICENCE_UP)
    """In `Phase.LICENCE_DOWN` where it takes something away."""
    GRANT = (5, Phase.GRANT)
    """Not of the mailbox but of one grant: only inside a Change that is about a trustee."""
    LABELS = (6, Phase.CONTENT)
    """Folders and tags: before the rules, which name them."""
    SENDERS = (7, Phase.CONTENT)
    RULES = (8, Phase.CONTENT)
    AUTO_REPLY = (9, Phase.CONTENT)
    FORWARDING = (10, Phase.CONTENT)
    ACCESS = (11, Phase.CONTENT)
    INCOMING = (12, Phase.CONTENT)
    RETENTION = (13, Phase.CONTENT)
    """After a licence that a hold needs."""
    ARCHIVE = (14, Phase.CONTENT)
    CALENDAR = (15, Phase.CONTENT)
    LANGUAGE = (16, Phase.CONTENT)
    SIGNATURE = (17, Phase.CONTENT)
    CONTACTS = (18, Phase.CONTENT)

    @property
    def rank(self) -> int:
        """Return the position of this topic among all topics."""
        return self.value[0]

    @property
    def phase(self) -> Phase:
        """Return the phase in which the topic is usually written."""
        return self.value[1]
