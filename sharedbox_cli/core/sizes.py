"""Sizes in words. Both vendors count 1,024 x 1,024 x 1,024 bytes and call it GB: so do guards, checks and reports."""

from __future__ import annotations

from sharedbox_cli.core.texts import decimal

GB_BYTES = 1024**3


def gb(size_bytes: int) -> str:
    """Return a size in words."""
    return f"{decimal(size_bytes / GB_BYTES)} GB"
