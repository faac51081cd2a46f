"""Parameters and fields of Google's APIs that the emulator does not model: it answers 501 and never pretends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.google.descriptions import BY_HOST
from sharedbox_cli.emulator.google.errors import not_modelled

_PARAMETERS: dict[str, frozenset[Any] | None] = {
    "alt": frozenset({"media", "proto"}),
    "access_token": None,
    "oauth_token": None,
    "callback": None,
    "uploadType": None,
    "upload_protocol": None,
    "event": None,
    "viewType": frozenset({"domain_public"}),
    "customFieldMask": None,
    "filters": None,
    "orgUnitID": None,
    "groupIdFilter": None,
    "syncToken": None,
}
"""The values that are not modelled, per name. No values means that the whole name is not modelled."""
_BODIES = {
    "User": frozenset({"guestAccountInfo", "isGuestUser", "posixAccounts", "sshPublicKeys"}),
    "SendAs": frozenset({"smtpMsa"}),
}

_HOSTS = frozenset({*BY_HOST, "oauth2", "sts", "accounts"})
"""The hosts whose paths are modelled, or do not exist. `www` serves Groups Settings and many other APIs."""
_OTHER_PATHS = ("/admin/datatransfer/", "/admin/contact/", "/v1beta1/")
"""Paths of APIs that are not modelled, at hosts of modelled ones."""


def api_of(host: str, path: str) -> str:
    """Return which API that the emulator does not model is at a host, or nothing."""
    name, _, rest = host.partition(":")[0].lower().partition(".")
    if rest == "googleapis.com" and (name not in _HOSTS or path.startswith(_OTHER_PATHS)):
        return f"{name}.googleapis.com{path}"
    return ""


def refuse_parameters(parameters: Mapping[str, Any]) -> None:
    """Raise GoogleError for a parameter that is not modelled."""
    for name, value in parameters.items():
        values = _PARAMETERS.get(name, frozenset())
        if value != "" and (values is None or value in values):
            raise not_modelled(f"the parameter {name}={value}")


def refuse_body(schema: str, body: Mapping[str, Any]) -> None:
    """Raise GoogleError for a field that is not modelled."""
    for name in _BODIES.get(schema, ()):
        if body.get(name) is not None:
            raise not_modelled(f"the field {schema}.{name}")
