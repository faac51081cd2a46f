"""The inbox rules of mailboxes: those on the server, the hidden ones, and those that only Outlook runs.

Get-InboxRule does not list what only Outlook runs, and does not mark what is hidden: it is called with and without
`IncludeHidden`, and Graph says which rules are read-only. No response shows what is disabled in Outlook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from urllib.parse import quote

from sharedbox_cli.core.errors import PermissionDenied
from sharedbox_cli.providers.columns import UnknownForm
from sharedbox_cli.providers.forms import optional_text
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.graph_batches import Parts
from sharedbox_cli.providers.microsoft365.observe.folder_reader import FolderReader
from sharedbox_cli.providers.microsoft365.observe.recipients import Found, find_named, is_failure
from sharedbox_cli.providers.microsoft365.rule_capabilities import can_say
from sharedbox_cli.providers.microsoft365.rule_folders import RuleFolders, folders_of
from sharedbox_cli.providers.microsoft365.rule_tables import FOLDERS, RECIPIENTS, TARGETS
from sharedbox_cli.providers.microsoft365.rules import (
    CLIENT,
    HIDDEN,
    LIST,
    MARK,
    OTHER,
    UNREADABLE,
    is_idle,
    listed,
    problem_of,
    rule_of,
)
from sharedbox_cli.providers.responses import Failure, Fields

Lists = dict[str, list[Fields] | Failure]
CMDLET = "Get-InboxRule"
_RECIPIENT = re.compile(r'"(?P<name>.*)" \[(?P<kind>EX|SMTP):(?P<value>.*)\]', re.DOTALL)
"""A recipient of a rule: `"Ann Example" [EX:/o=…/cn=…]`, or `"a@partner.example" [SMTP:a@partner.example]`."""
_OF_THE_SERVICE = re.compile(r"Junk E-mail Rule|Microsoft\.Exchange\.OOF\..*")
"""Hidden rules that the service has itself: for junk email, and while a mailbox replies automatically."""


async def read_rules(
    graph: Graph, reader: FolderReader, ids: Iterable[str], spellings: Mapping[str, Set[str]] | None
) -> Lists:
    """Return the rules of each mailbox, with addresses and paths of folders, or why they could not be read.

    Hidden rules and those of Outlook alone are read only where a spec is compared.
    """
    ids, exchange = tuple(ids), reader.exchange
    found = await _read(exchange, ids, {})
    hidden: Lists = {key: [] for key in ids}
    outlook: Lists = {key: PermissionDenied("not asked", call=LIST) for key in ids}
    if spellings is not None:
        hidden = await _read(exchange, ids, {"IncludeHidden": True})
        parts: Parts = {key: (f"/users/{quote(key, safe='')}/mailFolders/inbox/messageRules", {}) for key in ids}
        outlook = await graph.batch_lists(parts, LIST)
    folders = await _read_folders(reader, found)
    recipients = await _find_recipients(exchange, (*found.values(), *hidden.values()))
    read: Lists = {}
    for key in ids:
        parts_of_one = (found[key], hidden[key], outlook[key], folders.get(key, RuleFolders({}, {}, {}, {})))
        failed = [part for part in parts_of_one if isinstance(part, Exception)]
        failed = [part for part in failed if part is not outlook[key] or not isinstance(part, PermissionDenied)]
        failed += [error for rows in (found[key], hidden[key]) for error in _failed_recipients(rows, recipients)]
        if failed:
            read[key] = failed[0]
        else:
            read[key] = [*_merged(*parts_of_one, recipients, (spellings or {}).get(key, frozenset()))]
    return read


async def _read(exchange: ExchangeAdmin, ids: Iterable[str], more: Mapping[str, bool]) -> Lists:
    commands = {key: (CMDLET, {"Mailbox": key, "ResultSize": "Unlimited", **more}) for key in ids}
    return await exchange.read_batch(commands, select=(), what=CMDLET)


async def _read_folders(reader: FolderReader, found: Lists) -> dict[str, RuleFolders | Failure]:
    """Return the folders of the mailboxes whose rules name one."""
    needed = [key for key, rows in found.items() if isinstance(rows, list) and any(map(_names_folder, rows))]
    lists = await reader.lists(needed)
    return {key: folders_of(rows) if isinstance(rows, list) else rows for key, rows in lists.items()}


def _names_folder(row: Fields) -> bool:
    return any(not is_idle(row.get(name), name) for name in FOLDERS.values())


def _merged(
    rows: list[Fields] | Failure,
    hidden: list[Fields] | Failure,
    outlook: list[Fields] | Failure,
    folders: RuleFolders | Failure,
    recipients: Found,
    spellings: Set[str],
) -> Iterator[Fields]:
    shown = rows if isinstance(rows, list) else []
    known = {optional_text(row, "Identity") for row in shown}
    for row in shown:
        read = _resolved(row, folders, recipients, spellings)
        is_said = problem_of(read) or (_is_said(read) and _has_folders(read, folders))
        yield read if is_said else Fields({**read, MARK: OTHER}, CMDLET)
    for row in hidden if isinstance(hidden, list) else []:
        if optional_text(row, "Identity") not in known and not _is_of_the_service(row):
            sends = {name: row[name] for name in TARGETS.values() if not is_idle(row.get(name))}
            known_part = Fields({"Name": row["Name"], "Enabled": row.get("Enabled"), MARK: HIDDEN, **sends}, CMDLET)
            yield _resolved(known_part, folders, recipients, spellings)
    if not isinstance(outlook, list):
        yield Fields({"Name": UNREADABLE, MARK: UNREADABLE}, CMDLET)
        return
    for item in outlook:
        if item.get("isReadOnly") is True:
            name = optional_text(item, "displayName") or "(no name)"
            yield Fields({"Name": name, "Enabled": item.get("isEnabled"), MARK: CLIENT, **_sends(item)}, CMDLET)


def _is_said(row: Fields) -> bool:
    """Return whether a spec can express a rule. What has an unknown form is an error where the rules are used."""
    try:
        return can_say(rule_of(row))
    except (KeyError, UnknownForm):
        return True


def _has_folders(row: Fields, folders: RuleFolders | Failure) -> bool:
    """Return whether the folders of a rule are such that a spec can list them."""
    named = [str(row[name]) for name in FOLDERS.values() if not is_idle(row.get(name), name)]
    return not isinstance(folders, RuleFolders) or all(folders.is_listed(path) for path in named)


def _sends(item: Fields) -> dict[str, list[str]]:
    """Return the addresses to which a rule of Graph sends messages, under the names of Exchange."""
    actions = item.get("actions")
    if not isinstance(actions, Mapping):
        return {}
    found: dict[str, list[str]] = {}
    for name in TARGETS.values():
        listed = actions.get(name[0].lower() + name[1:])
        entries = [one.get("emailAddress") for one in listed or () if isinstance(one, Mapping)]
        if addresses := [
            str(one["address"]).lower() for one in entries if isinstance(one, Mapping) and one.get("address")
        ]:
            found[name] = sorted(addresses)
    return found


def _is_of_the_service(row: Fields) -> bool:
    """Return whether a hidden rule is one of the service; one that sends messages on only has its name."""
    is_named = _OF_THE_SERVICE.fullmatch(optional_text(row, "Name"))
    return bool(is_named) and all(is_idle(row.get(name)) for name in TARGETS.values())


def _resolved(row: Fields, folders: RuleFolders | Failure, found: Found, spellings: Set[str]) -> Fields:
    read = dict(row)
    for name in RECIPIENTS & row.keys():
        if texts := listed(row[name]):
            read[name] = sorted({one for text in texts for one in _addresses(text, found, spellings)})
    for name in FOLDERS.values():
        if not is_idle(row.get(name), name) and isinstance(folders, RuleFolders):
            read[name] = folders.named(str(row[name]))
    return Fields(read, CMDLET)


def _addresses(text: str, found: Found, spellings: Set[str]) -> tuple[str, ...]:
    """Return the addresses of a recipient; one that nobody knows any more stays as it is, and says so."""
    match = _RECIPIENT.fullmatch(text)
    if match is None:
        return (text.lower(),) if "@" in text and " " not in text else (f"{text} (not resolved)",)
    if match["kind"] == "SMTP":
        return (match["value"].lower(),)
    for name in _lookups(match["value"]):
        result = found.get(name)
        if isinstance(result, list) and len(result) == 1 and result[0].address:
            return result[0].spelled(spellings)
    return (f"{match['name']} (not resolved)",)


def _lookups(legacy_dn: str) -> tuple[str, str]:
    """Return what to look up: a mailbox that was moved here has its old name as an X500 address."""
    return legacy_dn, f"x500:{legacy_dn}"


def _names(rows: list[Fields] | Failure) -> set[str]:
    texts = (
        text
        for row in (rows if isinstance(rows, list) else ())
        for name in RECIPIENTS & row.keys()
        for text in listed(row[name])
    )
    return {match["value"] for text in texts if (match := _RECIPIENT.fullmatch(text)) and match["kind"] == "EX"}


async def _find_recipients(exchange: ExchangeAdmin, lists: Iterable[list[Fields] | Failure]) -> Found:
    names = {name for rows in lists for name in _names(rows)}
    first = await find_named(exchange, names)
    left = [_lookups(name)[1] for name in names if not isinstance(first[name], list) or not first[name]]
    left = [other for other in left if not is_failure(first[other.removeprefix("x500:")])]
    return {**first, **await find_named(exchange, left)}


def _failed_recipients(rows: list[Fields] | Failure, found: Found) -> list[Failure]:
    failed: list[Failure] = []
    for name in sorted(_names(rows)):
        failed += [result for one in _lookups(name) if one in found and is_failure(result := found[one])]
    return failed
