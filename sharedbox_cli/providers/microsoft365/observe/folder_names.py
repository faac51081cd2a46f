"""Who has a display name: rows of folder rights have nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sharedbox_cli.core.errors import NotFound
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted
from sharedbox_cli.providers.responses import Failure, Row

_IN_FILTER = 20
"""Names in one filter."""
MOST_NAMESAKES = 20
"""Of more people with one name, nobody is asked for: they stay unresolved."""
Ids = Mapping[str, tuple[TrusteeId, ...]]
"""The ids of everybody with each name, by the name in lower case."""


async def find_names(exchange: ExchangeAdmin, names: Iterable[str]) -> tuple[Ids, Mapping[str, Failure]]:
    """Return the ids of everybody with each name, and why a name could not be looked up.

    A name that nobody has, or that too many have, is left out.
    """
    wanted = sorted({name for name in names if name.strip()})
    found: dict[str, set[TrusteeId]] = defaultdict(set)
    errors: dict[str, Failure] = {}
    for size in (_IN_FILTER, 1):  # a name that breaks its filter must not take the others with it
        chunks = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        results = await _ask(exchange, chunks)
        failed: list[str] = []
        for chunk, result in zip(chunks, results, strict=True):
            if isinstance(result, list):
                for name, identity in result:
                    found[name].add(identity)
            elif not isinstance(result, NotFound):
                failed += chunk
                if size == 1:
                    errors[chunk[0]] = result
        wanted = failed
    return {name: tuple(sorted(ids)) for name, ids in found.items() if len(ids) <= MOST_NAMESAKES}, errors


async def _ask(exchange: ExchangeAdmin, chunks: Sequence[Sequence[str]]) -> list[list[tuple[str, TrusteeId]] | Failure]:
    commands: dict[str, Command] = {
        str(number): ("Get-Recipient", {"Filter": _filter(chunk), "ResultSize": "Unlimited"})
        for number, chunk in enumerate(chunks)
    }
    select = ("DisplayName", "ExternalDirectoryObjectId", "Guid")
    results = await exchange.collect_batch(commands, _named, select=select, what="names") if commands else {}
    return [results[key] for key in commands]


def _filter(names: Iterable[str]) -> str:
    return " -or ".join(f"DisplayName -eq {odata_quoted(name)}" for name in names)


def _named(row: Row) -> tuple[str, TrusteeId]:
    """Return the name and the id of a recipient. One that is in Exchange alone has no id in the directory."""
    identity = optional_text(row, "ExternalDirectoryObjectId") or text_of(row, "Guid")
    return optional_text(row, "DisplayName").casefold(), TrusteeId(identity)
