"""Callers of both clouds, for all tests of the emulator."""

from __future__ import annotations

from tests.emulator.google import google, strict

__all__ = ["google", "strict"]
