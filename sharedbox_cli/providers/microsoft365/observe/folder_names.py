"""Who has a display name: rows of folder rights have nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sharedbox_cli.providers.forms import optional_text
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted
from sharedbox_cli.providers.responses import Row

_IN_FILTER = 20
"""Names in one filter."""
_MOST = 20
"""Of more people with one name, nobody is asked for: they stay unresolved."""


async def find_names(exchange: ExchangeAdmin, names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of everybody with each name, by the name in lower case. A name that nobody has is left out."""
    wanted = sorted({name for name in names if name.strip()})
    chunks = [wanted[start : start + _IN_FILTER] for start in range(0, len(wanted), _IN_FILTER)]
    commands: dict[str, Command] = {
        str(number): ("Get-Recipient", {"Filter": _filter(chunk), "ResultSize": "Unlimited"})
        for number, chunk in enumerate(chunks)
    }
    select = ("DisplayName", "ExternalDirectoryObjectId")
    results = await exchange.collect_batch(commands, _named, select=select, what="names") if commands else {}
    found: dict[str, set[str]] = defaultdict(set)
    for result in results.values():
        for name, identity in result if isinstance(result, list) else ():
            if identity:
                found[name].add(identity)
    return {name: tuple(sorted(ids)) for name, ids in found.items() if len(ids) <= _MOST}


def _filter(names: Iterable[str]) -> str:
    return " -or ".join(f"DisplayName -eq {odata_quoted(name)}" for name in names)


def _named(row: Row) -> tuple[str, str]:
    return optional_text(row, "DisplayName").casefold(), optional_text(row, "ExternalDirectoryObjectId")
