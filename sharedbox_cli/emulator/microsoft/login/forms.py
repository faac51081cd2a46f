"""Forms, scopes and errors of the token service."""

from __future__ import annotations

from urllib.parse import parse_qsl

from sharedbox_cli.emulator.http import Request

HOSTS = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net")
"""The names of the service in the worldwide cloud, the preferred one first (`/common/discovery/instance`)."""
GRAPH, EXCHANGE = "https://graph.microsoft.com", "https://outlook.office365.com"
RESOURCES = (GRAPH, EXCHANGE)
OPENID = frozenset({"openid", "profile", "email", "offline_access"})
"""Scopes of every application: they belong to no resource."""


class Refusal(Exception):
    """An OAuth error."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        self.error, self.number, self.text, self.status = error, number, text, status
        super().__init__(text)


def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises Refusal for a duplicate field."""
    fields: dict[str, str] = {}
    if "form-urlencoded" not in request.headers.get("content-type", "").lower():
        return fields
    for name, value in parse_qsl(request.body.decode("utf-8", "replace")):
        if name in fields:
            raise Refusal("invalid_request", 900144, f"The parameter '{name}' is given more than once.")
        fields[name] = value
    return fields


def required(form: dict[str, str], name: str) -> str:
    """Return a field. Raises Refusal if it is missing."""
    if not form.get(name):
        raise Refusal("invalid_request", 900144, f"The request body must contain the following parameter: '{name}'.")
    return form[name]


def resource_of(form: dict[str, str]) -> str:
    """Return the resource that the scopes name. Raises Refusal if it is none that the emulator knows."""
    for scope in form.get("scope", "").split():
        for resource in RESOURCES:
            if scope.startswith(resource + "/"):
                return resource
    raise Refusal("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")


def delegated_scopes(form: dict[str, str]) -> tuple[str, frozenset[str]]:
    """Return the resource and the names of the scopes that are requested for a person. Raises Refusal.

    Scopes without a resource are Graph's; one token is for one resource.
    """
    words = [word for word in form.get("scope", "").split() if word not in OPENID]
    if any("://" in word for word in words):
        resource = resource_of(form)
    elif words:
        resource = GRAPH
    else:
        raise Refusal("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
    names = {word.removeprefix(f"{resource}/") for word in words}
    if foreign := sorted(name for name in names if "://" in name):
        text = f"The scopes name more than one resource: {foreign[0]}."
        raise Refusal("invalid_scope", 28000, text)
    return resource, frozenset(name.lstrip("/") for name in names)
