"""The faults of one call, grouped by what the caller may conclude, and the rows in which they meet calls.

`tests/providers/test_transport.py` and `test_safe_write.py` prove what follows from each fault, whatever the call;
`tests/providers/test_m365_apply_faults.py` proves every fault with every write of one provider. A matrix above them has
every call with every group; the faults of a group take turns over the calls, so that each is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Any

from tests.all_pairs import all_pairs

Fault = dict[str, Any]
Groups = Mapping[str, Mapping[str, Fault]]

NOT_EXECUTED: dict[str, Fault] = {
    "429 with Retry-After": {"kind": "throttle", "retry_after": 6},
    "429 without": {"kind": "throttle"},
    "token expired": {"kind": "unauthorized"},
}
FAILED: dict[str, Fault] = {
    "500": {"kind": "status", "status": 500},
    "503 empty": {"kind": "status", "status": 503},
    "504 in the vendor's shape": {"kind": "status", "status": 504, "body": "json"},
}
NO_ANSWER: dict[str, Fault] = {
    "reset before": {"kind": "reset_before"},
    "502 with a page": {"kind": "status", "status": 502, "body": "html"},
    "a portal's page": {"kind": "html200"},
}
EFFECT_LOST: dict[str, Fault] = {
    "reset after": {"kind": "reset_after"},
    "cut short": {"kind": "truncate"},
    "504 after the effect": {"kind": "status_after", "status": 504},
}
GROUPS: Groups = {"not executed": NOT_EXECUTED, "failed": FAILED, "no answer": NO_ANSWER, "effect lost": EFFECT_LOST}


def matrix(calls: Iterable[str], groups: Groups = GROUPS) -> list[tuple[str, str, str]]:
    """Return rows of a call, a group and the name of a fault in it, each row once."""
    names = {group: cycle(faults) for group, faults in groups.items()}
    return [(call, group, next(names[group])) for call, group in all_pairs(sorted(calls), list(groups))]
