"""Further addresses that a mailbox sends from: address, name, reply address, whether it is the default, signature.

A sender of a spec without a signature can have any. One that is observed has it only if there is one.
"""

from __future__ import annotations

from sharedbox_cli.core.signatures import same_signature
from sharedbox_cli.core.values import Value

_REST = 4
"""The position of the signature."""


def signature_of(sender: tuple[Value, ...]) -> str | None:
    """Return the signature of a sender, if anything is said about it."""
    return str(sender[_REST]) if len(sender) > _REST else None


def completed_senders(desired: Value, observed: Value) -> Value:
    """Return desired senders with the signatures that stay as they are, as the platform has them."""
    there = {one[0]: one for one in observed if isinstance(one, tuple)} if isinstance(observed, tuple) else {}
    wanted = desired if isinstance(desired, tuple) else ()
    return tuple(_completed(one, there.get(one[0], ())) for one in wanted if isinstance(one, tuple))


def _completed(wanted: tuple[Value, ...], there: tuple[Value, ...]) -> Value:
    signature = signature_of(wanted)
    if signature is not None and not same_signature(signature, signature_of(there) or ""):
        return wanted
    return (*wanted[:_REST], *there[_REST:])


def same_senders(desired: Value, observed: Value) -> bool:
    """Return whether senders are the same, as far as the desired ones say."""
    return completed_senders(desired, observed) == observed
