"""One token for several calls, where a reading makes more than one of them on behalf of the same account.

Signing in costs as much as a read. Google issues no token at all if one of the scopes is not granted, so a refusal ends
the sharing: from then on these calls have tokens with fewer scopes, and at last each kind of call has its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sharedbox_cli.providers.google_workspace.scopes import APIS


class JointTokens:
    """The scopes that a reading requests together. Use it from any thread."""

    def __init__(self) -> None:
        self._apis: frozenset[str] = frozenset()
        self._expected: frozenset[str] = frozenset()
        self._refused: frozenset[tuple[str, ...]] = frozenset()

    def share(self, apis: Collection[str]) -> None:
        """From now on, use one token for reading these APIs, unless Google has refused it before."""
        self._apis = frozenset(apis)

    def expect(self, scopes: Collection[str]) -> None:
        """A reading needs these scopes: calls of one API request those of them that belong to it together."""
        self._expected |= frozenset(scopes)

    def candidates(self, api: str, own: tuple[str, ...], *, is_write: bool) -> Iterator[tuple[str, ...]]:
        """Yield the sets of scopes to try for a call, which needs its own ones: the widest first."""
        if not is_write:
            wide = self._of(self._apis if api in self._apis else {api}, own)
            for scopes in dict.fromkeys((wide, self._of({api}, own))):
                if scopes not in self._refused and {*scopes} > {*own}:
                    yield scopes
        yield own

    def refuse(self, scopes: tuple[str, ...]) -> None:
        """Never request these scopes together again."""
        self._refused |= {scopes}

    def _of(self, apis: Collection[str], own: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({*own, *(scope for api in apis for scope in APIS[api].read if scope in self._expected)}))
