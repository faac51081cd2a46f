"""Google's discovery documents, as packaged with the client library: routes, parameters, bodies and scopes.

They are read as data. The client library itself is not imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sharedbox_cli.emulator.google.contact_description import CONTACT_DELEGATION

OWN: Mapping[str, Mapping[str, Any]] = {"contactDelegation": CONTACT_DELEGATION}
"""Descriptions of APIs for which Google has no document. They are served to nobody."""
DOCUMENTS = {
    "directory": "admin.directory_v1",
    "reports": "admin.reports_v1",
    "gmail": "gmail.v1",
    "calendar": "calendar.v3",
    "groupsSettings": "groupssettings.v1",
    "licensing": "licensing.v1",
    "cloudidentity": "cloudidentity.v1",
    "vault": "vault.v1",
    "iamcredentials": "iamcredentials.v1",
    "sts": "sts.v1",
}
BY_HOST = {
    "gmail": ("gmail.v1",),
    "groupssettings": ("groupssettings.v1",),
    "licensing": ("licensing.v1",),
    "cloudidentity": ("cloudidentity.v1",),
    "vault": ("vault.v1",),
    "iamcredentials": ("iamcredentials.v1",),
    "admin": ("admin.directory_v1", "admin.reports_v1"),
    "calendar-json": ("calendar.v3",),
}


@dataclass(frozen=True, slots=True)
class Method:
    """One method of an API."""

    id: str
    api: str
    http: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]
    request: str
    response: str
    scopes: frozenset[str]
    pattern: re.Pattern[str] = field(compare=False)
    loose: re.Pattern[str] = field(compare=False)
    """Matches the path with any text as parameters, so that invalid parameters can be reported."""


@dataclass(frozen=True, slots=True)
class Description:
    """One API."""

    name: str
    document: Mapping[str, Any]
    methods: tuple[Method, ...]

    def schema(self, name: str) -> Mapping[str, Any]:
        """Return a schema by name."""
        schema: Mapping[str, Any] = self.document["schemas"][name]
        return schema


def folder() -> Path:
    """Return the folder of the documents."""
    spec = find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:
        message = "google-api-python-client is not installed"
        raise RuntimeError(message)
    return Path(next(iter(spec.submodule_search_locations))) / "discovery_cache" / "documents"


@cache
def text_of(document: str) -> str:
    """Return one document unchanged."""
    return (folder() / f"{document}.json").read_text(encoding="utf-8")


@cache
def description(api: str) -> Description:
    """Return one API by the name that the emulator uses."""
    document = OWN[api] if api in OWN else json.loads(text_of(DOCUMENTS[api]))
    return Description(api, document, tuple(_methods(document, api, document)))


def _methods(node: Mapping[str, Any], api: str, document: Mapping[str, Any]) -> Iterator[Method]:
    for raw in node.get("methods", {}).values():
        path = "/" + document["servicePath"] + raw["path"]
        shared = dict(document.get("parameters", {}).items())
        yield Method(
            raw["id"] if raw["id"].startswith(api) or "." not in raw["id"] else f"{api}.{raw['id'].partition('.')[2]}",
            api,
            raw["httpMethod"],
            path,
            {**shared, **raw.get("parameters", {})},
            raw.get("request", {}).get("$ref", ""),
            raw.get("response", {}).get("$ref", ""),
            frozenset(raw.get("scopes", ())),
            _pattern(path, raw.get("parameters", {})),
            _pattern(path, raw.get("parameters", {}), is_loose=True),
        )
    for inner in node.get("resources", {}).values():
        yield from _methods(inner, api, document)


def _pattern(path: str, parameters: Mapping[str, Any], *, is_loose: bool = False) -> re.Pattern[str]:
    parts = re.split(r"\{(\+?\w+)\}", path)
    text = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            text += re.escape(part)
            continue
        name = part.lstrip("+")
        several = parameters.get(name, {}).get("pattern", "").strip("^$")
        if not part.startswith("+") and (is_loose or not several):
            several = "[^/]+"
        inner = several or ".+"
        text += f"(?P<{name}>{inner})"
    return re.compile(text)


def matches(api: str, path: str) -> list[tuple[Method, dict[str, str]]]:
    """Return the methods of an API that match a path, with the decoded path parameters of each.

    If none matches, return those that would match with other values, fewest parameters first.
    """
    methods = description(api).methods
    matches = [(method, one) for method in methods if (one := method.pattern.fullmatch(path)) is not None]
    if not matches:
        matches = [(method, one) for method in methods if (one := method.loose.fullmatch(path)) is not None]
        matches.sort(key=lambda pair: len(pair[1].groups()))
    return [(method, {name: unquote(value) for name, value in one.groupdict().items()}) for method, one in matches]
