"""One token for several APIs, where a reading asks more than one of them on behalf of the same account.

Signing in costs as much as a read. Google issues no token at all if one of the scopes is not granted, so the first
refusal ends the sharing: from then on each API has its own token, and a missing scope affects that API only.
"""

from __future__ import annotations

from collections.abc import Collection

from sharedbox_cli.providers.google_workspace.scopes import APIS


class JointTokens:
    """The APIs that share one token for reading. Use it from any thread."""

    def __init__(self) -> None:
        self._apis: frozenset[str] = frozenset()
        self._is_refused = False

    def share(self, apis: Collection[str]) -> None:
        """From now on, use one token for reading these APIs, unless Google has refused one before."""
        if not self._is_refused:
            self._apis = frozenset(apis)

    def scopes_of(self, api: str, own: tuple[str, ...], *, is_write: bool) -> tuple[str, ...]:
        """Return the scopes of the token for a call, which has its own ones otherwise."""
        apis = self._apis
        if is_write or api not in apis:
            return own
        return tuple(sorted({scope for one in apis for scope in APIS[one].read}))

    def end(self) -> None:
        """Give each API its own token again."""
        self._is_refused, self._apis = True, frozenset()
