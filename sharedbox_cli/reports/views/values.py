"""Values of settings in words."""

from __future__ import annotations


def value_words(value: object) -> str:
    """Return a value as a person would write it in a spec."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
