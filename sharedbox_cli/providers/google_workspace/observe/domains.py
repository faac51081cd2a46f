"""The verified domains of the organisation."""

from __future__ import annotations

from typing import NamedTuple

from sharedbox_cli.providers.forms import all_understood, flag_of, list_of, optional_flag, rows_in, text_of
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.responses import Row


async def read_domains(google: Google, into: Directory) -> None:
    """Read the verified domains."""
    data = await google.read(
        DIRECTORY, lambda service: service.domains().list(customer=google.customer), "directory.domains.list"
    )
    call = "directory.domains.list"
    domains = [one for one in all_understood(list_of(data, "domains", call), call, _domain) if one.is_verified]
    into.primary = next((one.names[0] for one in domains if one.is_primary), "")
    into.domains = frozenset(name.lower() for one in domains for name in one.names)


class _Domain(NamedTuple):
    names: tuple[str, ...]
    is_verified: bool
    is_primary: bool


def _domain(row: Row) -> _Domain:
    aliases = (text_of(alias, "domainAliasName") for alias in rows_in(row, "domainAliases"))
    return _Domain((text_of(row, "domainName"), *aliases), flag_of(row, "verified"), optional_flag(row, "isPrimary"))
