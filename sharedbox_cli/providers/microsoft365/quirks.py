"""Each oddity of the vendor as a small pure function, with its source and the date it was last verified.

E = Exchange Online admin API as measured in public records of 2026-07 and 2026-09; D = vendor page, read 2026-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from sharedbox_cli.providers.forms import UnknownForm, flag_of, optional_text, shown, text_of, texts_of

SELF_SID = "S-1-5-10"
NAME_MAX = 64
_BYTES = re.compile(r"\(([\d,.\u00a0\u202f ]+) bytes\)")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAMED_DELEGATE = re.compile(r"\(([^,]*),(.*)\)", re.DOTALL)
_SPAN = re.compile(r"(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)(?:\.\d+)?\Z")


def without_sidecars(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without `Name@data.type` and `Name@odata.type` keys (E)."""
    return {key: value for key, value in row.items() if "@" not in key}


def split_rights(rights: Iterable[str]) -> frozenset[str]:
    """Return single rights: an element may hold several, joined by a comma (E)."""
    return frozenset(part.strip() for text in rights for part in text.split(",") if part.strip())


def size_bytes(text: str | None) -> int | None:
    """Return the bytes in `49.5 GB (53,150,220,288 bytes)`; nothing for `Unlimited` (E)."""
    match = _BYTES.search(text or "")
    return int(re.sub(r"\D", "", match[1])) if match else None


def span_seconds(text: str) -> int | None:
    """Return the seconds of a .NET span: `14.00:00:00` is 14 days (E)."""
    match = _SPAN.match(text)
    if not match:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def smtp_addresses(entries: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return primary address and aliases, without SIP, SPO and X500 entries (E)."""
    primary, aliases = "", []
    for entry in entries:
        prefix, mark, address = entry.partition(":")
        if not mark or prefix.lower() != "smtp":
            continue
        if prefix == "SMTP":
            primary = address
        else:
            aliases.append(address)
    return primary, tuple(sorted({item.lower() for item in aliases}))


def is_self(sid: str) -> bool:
    """Return whether an entry is the SELF entry that each mailbox has, which is never a grant (E)."""
    return sid == SELF_SID


def is_orphan(text: str) -> bool:
    """Return whether a trustee is the bare SID of a deleted account (E)."""
    return text.upper().startswith("S-1-5-21-")


class Entry(NamedTuple):
    """One row of permissions, understood."""

    who: str
    sid: str
    address: str
    rights: tuple[str, ...]
    """As the service lists them; `split_rights` returns single ones."""
    is_deny: bool
    is_inherited: bool


def mailbox_entry(row: Mapping[str, Any]) -> Entry:
    """Return a row of Get-MailboxPermission (E)."""
    return Entry(
        text_of(row, "User"),
        optional_text(row, "UserSid"),
        optional_text(row, "PrimarySmtpAddress"),
        _rights(row),
        flag_of(row, "Deny"),
        flag_of(row, "IsInherited"),
    )


def recipient_entry(row: Mapping[str, Any]) -> Entry:
    """Return a row of Get-RecipientPermission: no `Deny` or `IsInherited` here, absent is not false (E)."""
    kind = text_of(row, "AccessControlType").lower()
    if kind not in ("allow", "deny"):
        message = f"`AccessControlType` is {shown(kind)}, and neither Allow nor Deny"
        raise UnknownForm(message)
    return Entry(
        text_of(row, "Trustee"),
        optional_text(row, "TrusteeSidString"),
        optional_text(row, "TrusteeWithPrimarySmtpAddress"),
        _rights(row),
        kind == "deny",
        False,
    )


def _rights(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the rights of an entry. An entry without any is not understood."""
    rights = texts_of(row, "AccessRights")
    if not rights:
        message = "`AccessRights` is empty"
        raise UnknownForm(message)
    return rights


class Delegate(NamedTuple):
    """Somebody who sends on behalf, as the service names them: by an id, an address or an Exchange name."""

    who: str
    address: str


def on_behalf_entries(row: Mapping[str, Any]) -> list[Delegate]:
    """Return the entries of send on behalf. Raises UnknownForm: an entry that is not understood is never dropped.

    The property with display names has texts `(address, display name)`, and the other one has GUIDs at the same places
    (D: Microsoft365DSC, issues 6676 and 6769). Older records have objects, objects as text, and Exchange names (E).
    """
    plain = [_plain_delegate(entry) for entry in _list(row, "GrantSendOnBehalfTo")]
    named = _list({"GrantSendOnBehalfToWithDisplayNames": None, **row}, "GrantSendOnBehalfToWithDisplayNames")
    if not named:
        return plain
    if plain and len(plain) != len(named):
        message = f"{len(plain)} entries of send on behalf, but {len(named)} of them with display names"
        raise UnknownForm(message)
    return [_named_delegate(entry, plain[place] if plain else Delegate("", "")) for place, entry in enumerate(named)]


def _list(row: Mapping[str, Any], key: str) -> Sequence[object]:
    value = row[key]
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        message = f"`{key}` is {shown(value)}, not a list"
        raise UnknownForm(message)
    return value


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID: an id, and never a name or an address (E)."""
    return _GUID.fullmatch(text) is not None


def _plain_delegate(entry: object) -> Delegate:
    if not isinstance(entry, str) or not entry.strip():
        raise _unknown(entry)
    return Delegate(entry, entry if _ADDRESS.fullmatch(entry) else "")


def _named_delegate(entry: object, plain: Delegate) -> Delegate:
    """Return an entry with a display name: by its address, or by the id at the same place."""
    address, identity = _parts_of(entry)
    if _ADDRESS.fullmatch(address):
        return Delegate(plain.who if is_guid(plain.who) else identity or address, address)
    if is_guid(plain.who) or plain.address:
        return plain
    if identity:
        return Delegate(identity, "")
    raise _unknown(entry)


def _parts_of(entry: object) -> tuple[str, str]:
    """Return the address and the id in an entry with a display name; each is empty where it is not there."""
    data = entry
    if isinstance(entry, str) and entry.startswith("{"):
        try:
            data = json.loads(entry)
        except (ValueError, RecursionError):
            raise _unknown(entry) from None
    if isinstance(data, Mapping):
        ids = (str(data[name]) for name in ("ExternalDirectoryObjectId", "Guid", "Identity") if data.get(name))
        return str(data.get("PrimarySmtpAddress") or ""), next(ids, "")
    if not isinstance(data, str):
        raise _unknown(entry)
    match = _NAMED_DELEGATE.fullmatch(data)
    return (match[1].strip() if match else data), (data if is_guid(data) else "")


def _unknown(entry: object) -> UnknownForm:
    return UnknownForm(f"an entry of send on behalf has a form that sharedbox does not know: {str(entry)[:100]!r}")


def unique_name(address: str) -> str:
    """Return name and alias of a new mailbox, at most 64 characters: from its address, because names collide (D).

    No two addresses have one name: a digest is added where the local part has a `.`, or where a character is replaced
    or cut off.
    """
    local, _, domain = address.lower().partition("@")
    name = f"{local}.{domain}".replace("/", "-")
    if len(name) <= NAME_MAX and "." not in local and name == f"{local}.{domain}":
        return name
    import hashlib

    return f"{name[: NAME_MAX - 9].rstrip('.')}-{hashlib.sha256(address.lower().encode()).hexdigest()[:8]}"


def is_nul_body(body: bytes) -> bool:
    """Return whether a 403 is the one for a cmdlet outside the role: NUL bytes that claim to be gzip (E)."""
    return bool(body) and not body.strip(b"\x00")


def says_already(warnings: Iterable[str]) -> bool:
    """Return whether a successful response says that nothing had to be done (E).

    The sentences are localized; a warning of this kind only turns `done` into `already so`.
    """
    words = ("already present", "doesn't exist on the object", "no settings of", "already")
    return any(word in warning for warning in warnings for word in words)


def is_truncated(warnings: Iterable[str]) -> bool:
    """Return whether a list was truncated at its default size (E)."""
    return any("more results" in warning or "only the first" in warning for warning in warnings)


def query_url(path: str, options: Mapping[str, str]) -> str:
    """Return a relative URL with its query options percent-encoded: addresses can have `#`, `&`, `+` and `%` (D)."""
    return f"{path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())


def odata_quoted(text: str) -> str:
    """Return a text for an OData or OPATH filter, with quotes doubled (D)."""
    return "'" + text.replace("'", "''") + "'"
