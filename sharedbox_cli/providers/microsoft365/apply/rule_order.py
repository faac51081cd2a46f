"""The order in which rules run: those of a spec, between rules that stay as they are.

Whether a priority that is taken shifts the rules behind it is not documented, so what is written holds for both: each
rule gets a different number, in ascending order, and is read again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


def with_kept(desired: Sequence[str], current: Sequence[str]) -> list[str]:
    """Return all rules of a mailbox, by identity: the desired ones in their order, and the others where they are."""
    ours, rest = set(desired), iter(desired)
    return [next(rest) if identity in ours else identity for identity in current]


def places(order: Sequence[str], priorities: Mapping[str, int], ours: Collection[str]) -> list[tuple[str, int]]:
    """Return a priority for each of our rules, in ascending order: those that the rules have, if these differ.

    None is 0, which a rule of the service has, and none is lower than the one of a rule before it that stays.
    """
    held = sorted(set(priorities.values()) - {0})
    first = held[0] if held else 1
    numbers = held if len(held) == len(order) else range(first, first + len(order))
    found: list[tuple[str, int]] = []
    last = 0
    for identity, number in zip(order, numbers, strict=True):
        if identity in ours:
            last = max(number, last + 1)
            found.append((identity, last))
        else:
            last = max(last, priorities[identity])
    return found
