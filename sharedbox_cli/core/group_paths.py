"""Through which nested groups somebody is a member of a group."""

from __future__ import annotations

from collections import defaultdict, deque

from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.observed import Observed

Path = tuple[TrusteeId, ...]
"""Groups, the outer one first."""


def paths_into(outer: TrusteeId, observed: Observed) -> dict[TrusteeId, list[Path]]:
    """Return for each user the shortest path to each group that has the user as a direct member."""
    found: dict[TrusteeId, list[Path]] = defaultdict(list)
    seen = {outer}
    queue: deque[Path] = deque([(outer,)])
    while queue:
        path = queue.popleft()
        for member in sorted(observed.direct.get(path[-1], ())):
            if member not in observed.direct:
                found[member].append(path)
            elif member not in seen:
                seen.add(member)
                queue.append((*path, member))
    return dict(found)
