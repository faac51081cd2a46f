"""The discovery documents of the client library, read independently of the emulator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient.discovery_cache

FOLDER = Path(googleapiclient.discovery_cache.__file__).parent / "documents"
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
}

_CONTACTS = "https://www.googleapis.com/auth/admin.contact.delegation"
_DELEGATE = {"type": "object", "properties": {"email": {"type": "string"}}}
_USER = {"user": {"type": "string", "location": "path", "required": True}}


def _method(name: str, verb: str, response: str, **more: Any) -> dict[str, Any]:
    path, scopes = "admin/contacts/v1/users/{user}/delegates", [_CONTACTS]
    facts = {"id": f"contacts.{name}", "httpMethod": verb, "path": path, "scopes": scopes, "parameters": _USER}
    return {**facts, "response": {"$ref": response}, **more}


OWN: dict[str, dict[str, Any]] = {
    "contactDelegation": {
        "rootUrl": "https://admin.googleapis.com/",
        "servicePath": "",
        "schemas": {
            "Delegate": _DELEGATE,
            "Delegates": {
                "type": "object",
                "properties": {"delegates": {"type": "array", "items": _DELEGATE}, "nextPageToken": {"type": "string"}},
            },
            "Nothing": {"type": "object"},
        },
        "resources": {
            "users": {
                "resources": {
                    "delegates": {
                        "methods": {
                            "list": _method("list", "GET", "Delegates", scopes=[_CONTACTS, f"{_CONTACTS}.readonly"]),
                            "create": _method("create", "POST", "Delegate", request={"$ref": "Delegate"}),
                            "delete": _method(
                                "delete",
                                "DELETE",
                                "Nothing",
                                path="admin/contacts/v1/users/{user}/delegates/{delegate}",
                                parameters={**_USER, "delegate": _USER["user"]},
                            ),
                        }
                    }
                }
            }
        },
    }
}
"""The API without a document, from developers.google.com/workspace/admin/contact-delegation/reference/rest."""

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


@dataclass(frozen=True)
class Described:
    """One method as Google describes it."""

    id: str
    api: str
    resources: tuple[str, ...]
    raw: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Return a path of the method with `x` for each parameter."""
        text = "/" + document(self.api)["servicePath"] + self.raw["path"]
        patterns = (one.get("pattern", "") for one in self.raw.get("parameters", {}).values())
        group = next((one.strip("^$").replace("[^/]+", "x") for one in patterns if one.startswith("^groups/")), "x")
        name = group if self.api == "cloudidentity" else "projects/-/serviceAccounts/x"
        text = text.replace("{+name}", name).replace("{+parent}", group).replace("{date}", "2026-01-01")
        return re.sub(r"\{codeId\}", "1", re.sub(r"\{\+?(?!codeId)\w+\}", "x", text))

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.raw.get("scopes", ()))


@cache
def document(api: str) -> dict[str, Any]:
    if api in OWN:
        return OWN[api]
    found: dict[str, Any] = json.loads((FOLDER / f"{DOCUMENTS[api]}.json").read_text())
    return found


@cache
def described() -> dict[str, Described]:
    """Return all methods of the emulated APIs by id."""
    return {one.id: one for api in (*DOCUMENTS, *OWN) for one in _walk(api, document(api), ())}


def _walk(api: str, node: Mapping[str, Any], resources: tuple[str, ...]) -> Iterator[Described]:
    for name, raw in node.get("methods", {}).items():
        yield Described(".".join((api, *resources, name)), api, (*resources, name), raw)
    for name, inner in node.get("resources", {}).items():
        yield from _walk(api, inner, (*resources, name))


def flaws(api: str, schema: str, data: Any) -> list[str]:
    """Return the places where a response violates its schema: unknown names, wrong types, invalid enum values."""
    return list(_flaws(document(api)["schemas"], {"$ref": schema}, data, schema))


def _flaws(schemas: Mapping[str, Any], facts: Mapping[str, Any], data: Any, where: str) -> Iterator[str]:
    if "$ref" in facts:
        facts = schemas[facts["$ref"]]
    kind = facts.get("type")
    if kind == "any":
        return
    is_right = isinstance(data, _TYPES[str(kind)])
    if not is_right:
        yield f"{where}: {data!r} is no {kind}"
    elif kind == "object":
        known, more = facts.get("properties", {}), facts.get("additionalProperties")
        for name, value in data.items():
            inner = known.get(name, more)
            if inner is None:
                yield f"{where}.{name}: not described"
            else:
                yield from _flaws(schemas, inner, value, f"{where}.{name}")
    elif kind == "array":
        for number, item in enumerate(data):
            yield from _flaws(schemas, facts["items"], item, f"{where}[{number}]")
    elif kind == "string":
        if facts.get("enum") and data not in facts["enum"]:
            yield f"{where}: {data!r} is none of {facts['enum']}"
        if facts.get("format") in ("int64", "uint64") and not re.fullmatch(r"-?\d+", data):
            yield f"{where}: {data!r} is no number"
