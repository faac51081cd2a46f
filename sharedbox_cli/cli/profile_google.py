"""The Google Workspace of a profile: what file and environment say, checked alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sharedbox_cli.core.errors import UsageError

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection

SECTION = "google_workspace"
APIS = ("admin", "gmail", "groupssettings", "licensing", "cloudidentity")
ENDPOINTS = (*APIS, "oauth", "iam")
_URL = "SHAREDBOX_GOOGLE_URL"
_FROM_ENVIRONMENT = {
    "customer": "SHAREDBOX_GOOGLE_CUSTOMER",
    "admin": "SHAREDBOX_GOOGLE_ADMIN",
    "service_account": "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT",
    "key_path": "GOOGLE_APPLICATION_CREDENTIALS",
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FORMS = {
    "customer": (re.compile(r"my_customer|C[0-9A-Za-z]+"), "It is `my_customer`, or the id at Account settings: C0…"),
    "admin": (_ADDRESS, "It is the address of an administrator."),
    "service_account": (_ADDRESS, "It is the service account's e-mail: NAME@PROJECT.iam.gserviceaccount.com."),
    "shared_org_units": (re.compile(r"/.*"), "It is a path that begins with /."),
}


def is_google(path: tuple[str | int, ...]) -> bool:
    """Return whether a path of the profile file, `profiles.NAME.SECTION…`, is about Google."""
    return path[2:3] == (SECTION,)


def wrong_form(path: tuple[str | int, ...], value: object) -> str:
    """Return what is wrong with the value at a path of the profile file, or nothing."""
    inside = path[3:] if is_google(path) else ()
    if len(inside) == 2 and inside[0] == "endpoints":
        return _wrong_url(str(value), has_path=True)
    return _wrong_value(str(inside[0]), value) if inside else ""


def google_connection(model: Mapping[str, Any] | None, environment: Mapping[str, str]) -> GoogleConnection | None:
    """Return the connection, or nothing where neither file nor environment has one. Raises UsageError."""
    from sharedbox_cli.auth.connection import GoogleConnection, GoogleMethod

    if model is None and not environment.get(_FROM_ENVIRONMENT["admin"]):
        return None
    chosen = {key: value for key, value in (model or {}).items() if value is not None}
    values: dict[str, Any] = dict(_values(chosen, environment))
    values |= _addresses(chosen.get("endpoints", {}), environment)
    if "shared_org_units" in chosen:
        values["shared_org_units"] = tuple(chosen["shared_org_units"])
    return GoogleConnection(method=GoogleMethod(chosen.get("method", "auto")), **values)


def _values(chosen: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, name in _FROM_ENVIRONMENT.items():
        found = environment.get(name, "")
        if chosen.get(key):
            yield key, chosen[key]
        elif found:
            _refuse(name, found, _wrong_value(key, found))
            yield key, found


def _addresses(endpoints: Mapping[str, str | None], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return token_url, iam_url and api_urls as far as they are not the vendor's."""
    origin = environment.get(_URL, "").rstrip("/")
    found: dict[str, str] = {}
    if origin:
        _refuse(_URL, origin, _wrong_url(origin, has_path=False))
        found = dict.fromkeys(APIS, f"{origin}/") | {"oauth": f"{origin}/token", "iam": origin}
        found["groupssettings"] = f"{origin}/groups/v1/groups/"
    found |= {name: url for name, url in endpoints.items() if url}
    urls: dict[str, Any] = {"api_urls": {name: f"{found[name].rstrip('/')}/" for name in APIS if name in found}}
    if "oauth" in found:
        urls["token_url"] = found["oauth"]
    if "iam" in found:
        urls["iam_url"] = found["iam"].rstrip("/")
    return urls


def _refuse(name: str, value: str, why: str) -> None:
    if why:
        raise UsageError("not possible here", where=name, why=why, hint=f"Set {name} anew, or unset it.")


def _wrong_value(key: str, value: object) -> str:
    pattern, why = _FORMS.get(key, (None, ""))
    return why if pattern and isinstance(value, str) and not pattern.fullmatch(value) else ""


def _wrong_url(text: str, *, has_path: bool) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return "It is no address."
    if parts.username or parts.password:
        return "A password must not stand in an address."
    if parts.scheme != "https" or not host or parts.query or parts.fragment:
        return "It is https://HOST, with a port where needed."
    return "" if has_path or parts.path in ("", "/") else "It is https://HOST, with a port where needed, and no path."
