"""Names of spec files: safe on every file system, the same for the same mailbox, and never taken twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256

from sharedbox_cli.core.identity import Address

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|_defaults|teams|sharedbox", re.IGNORECASE)
"""Names of devices on Windows (Microsoft's page on naming files), and files with a meaning of their own."""
_LONGEST = 100


def file_names(addresses: Iterable[Address], taken: Collection[str] = ()) -> Mapping[Address, str]:
    """Return a file name per mailbox: its local part, with the domain where two would have the same name.

    `taken` are names that are in use already; they are compared without case, as some file systems do.
    """
    ordered = sorted(addresses)
    used = {name.lower() for name in taken}
    by_name: dict[str, list[Address]] = {}
    for address in ordered:
        by_name.setdefault(_safe(address.local), []).append(address)
    names: dict[Address, str] = {}
    for address in ordered:
        short = _safe(address.local)
        is_free = len(by_name[short]) == 1 and f"{short}.yaml" not in used and not _RESERVED.fullmatch(short)
        name = short if is_free else _safe(f"{address.local}-{address.domain}")
        if f"{name}.yaml" in used or name in names.values():
            name = f"{name}-{sha256(address.key.encode()).hexdigest()[:8]}"
        names[address] = name
    return {address: f"{name}.yaml" for address, name in names.items()}


def _safe(text: str) -> str:
    name = _UNSAFE.sub("-", text.lower()).strip("-.")[:_LONGEST].rstrip("-.")
    return name or "mailbox"
