"""Both clouds' callers, for every test of the emulator."""

from __future__ import annotations

from tests.emulator.google import google, strict

__all__ = ["google", "strict"]
