"""Validates requests against the discovery documents: names, types, enums, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.google import unmodelled
from sharedbox_cli.emulator.google.descriptions import Description, Method
from sharedbox_cli.emulator.google.errors import GoogleError, bad

_INT64 = re.compile(r"-?[0-9]{1,19}")
_BITS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
READ_ONLY: dict[str, frozenset[str]] = {
    "User": frozenset({"id", "kind", "etag"}),
    "UserName": frozenset({"fullName"}),
    "Group": frozenset({"adminCreated", "aliases", "directMembersCount", "etag", "id", "kind", "nonEditableAliases"}),
    "Member": frozenset({"etag", "kind", "status", "type"}),
    "Alias": frozenset({"etag", "id", "kind", "primaryEmail"}),
    "Groups": frozenset({"email", "kind", "customRolesEnabledForSettingsToBeMerged"}),
    "Delegate": frozenset({"verificationStatus"}),
    "SendAs": frozenset({"isPrimary", "verificationStatus"}),
    "ForwardingAddress": frozenset({"verificationStatus"}),
    "Label": frozenset({"id", "type", "messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread"}),
    "Filter": frozenset({"id"}),
    "AclRule": frozenset({"etag", "id", "kind"}),
    "LicenseAssignment": frozenset({"etags", "kind", "productName", "selfLink", "skuName"}),
}
"""Fields that only the text of the documents describes as read-only."""
_ANY_OF_USER = {
    "addresses": "UserAddress",
    "emails": "UserEmail",
    "externalIds": "UserExternalId",
    "ims": "UserIm",
    "keywords": "UserKeyword",
    "languages": "UserLanguage",
    "locations": "UserLocation",
    "organizations": "UserOrganization",
    "phones": "UserPhone",
    "posixAccounts": "UserPosixAccount",
    "relations": "UserRelation",
    "sshPublicKeys": "UserSshPublicKey",
    "websites": "UserWebsite",
    "gender": "UserGender",
    "notes": "UserAbout",
}
"""Fields of `User` that are declared as `any`, but are lists of these objects. The last two are single objects."""
_EXTERNAL_TYPES = frozenset({"account", "custom", "customer", "login_id", "network", "organization"})
"""developers.google.com/workspace/admin/directory/reference/rest/v1/users, read 2026-11."""


def parameters(method: Method, captured: Mapping[str, str], query: str) -> dict[str, Any]:
    """Return the path and query parameters, converted to their types. Raises GoogleError."""
    values: dict[str, Any] = {}
    sent: dict[str, list[str]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        sent.setdefault(name, []).append(text)
    for name in sent:
        if name not in method.parameters:
            text = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
            raise bad(text, "badRequest", location=name)
    for name, facts in method.parameters.items():
        texts = [captured[name]] if facts.get("location") == "path" and name in captured else sent.get(name, [])
        if not texts:
            if facts.get("required"):
                raise bad(f"Required parameter: {name}", "required", location=name)
            continue
        if len(texts) > 1 and not facts.get("repeated"):
            raise bad(f"Invalid value: {name} is repeated", location=name)
        converted = [_parameter(name, facts, text) for text in texts]
        values[name] = converted if facts.get("repeated") else converted[0]
    return values


def _parameter(name: str, facts: Mapping[str, Any], text: str) -> Any:
    if facts.get("enum") and text not in facts["enum"]:
        raise bad(f"Invalid value '{text}'. Values must match the following: {facts['enum']}", location=name)
    if facts.get("pattern") and not re.fullmatch(facts["pattern"], text):
        raise bad(f"Invalid value '{text}' for {name}", location=name)
    match facts["type"]:
        case "integer":
            if not _INT64.fullmatch(text):
                raise bad(f"Invalid integer value: '{text}'.", location=name)
            number = int(text)
            least, most = _BITS.get(facts.get("format", ""), (number, number))
            low, high = int(facts.get("minimum", least)), int(facts.get("maximum", most))
            if not low <= number <= high:
                raise bad(f"Invalid value '{text}'. Values must be within the range: [{low}, {high}]", location=name)
            return number
        case "boolean":
            if text not in ("true", "false"):
                raise bad(f"Invalid boolean value: '{text}'.", location=name)
            return text == "true"
        case _:
            return text


def body(description: Description, method: Method, data: Any, read_only: list[str]) -> dict[str, Any]:
    """Return a body without its read-only fields, which are ignored and recorded. Raises GoogleError."""
    if not isinstance(data, dict):
        raise GoogleError(400, "Invalid JSON payload received. Expected an object.", "parseError")
    unmodelled.refuse_body(method.request, data)
    return _object(description, description.schema(method.request), data, "", read_only)


def _object(
    description: Description, schema: Mapping[str, Any], data: Mapping[str, Any], path: str, read_only: list[str]
) -> dict[str, Any]:
    known = schema.get("properties", {})
    more = schema.get("additionalProperties")
    kept = {}
    for name, value in data.items():
        where = f"{path}.{name}" if path else name
        facts = known.get(name, more)
        if facts is None:
            text = f'Invalid JSON payload received. Unknown name "{name}"' + (f" at '{path}'" if path else "")
            raise bad(f"{text}: Cannot find field.", "badRequest")
        if facts.get("readOnly") or name in READ_ONLY.get(schema.get("id", ""), ()):
            _checked(description, facts, value, where)
            read_only.append(where)
            continue
        kept[name] = None if value is None else _value(description, facts, value, where, read_only)
    return kept


def _checked(description: Description, facts: Mapping[str, Any], value: Any, path: str) -> None:
    """Raise GoogleError for a value of the wrong type in a field that is otherwise ignored."""
    if value is not None:
        _value(description, facts, value, path, [])


def _value(description: Description, facts: Mapping[str, Any], value: Any, path: str, read_only: list[str]) -> Any:
    if "$ref" in facts:
        schema = description.schema(facts["$ref"])
        if schema.get("type") == "object":
            if not isinstance(value, dict):
                raise _wrong(path, value)
            return _object(description, schema, value, path, read_only)
        facts = schema
    match facts.get("type"):
        case "object":
            if not isinstance(value, dict):
                raise _wrong(path, value)
            return _object(description, facts, value, path, read_only)
        case "array":
            if not isinstance(value, list):
                raise _wrong(path, value)
            return [
                _value(description, facts["items"], item, f"{path}[{i}]", read_only) for i, item in enumerate(value)
            ]
        case "string":
            return _text(facts, value, path)
        case "boolean" if not isinstance(value, bool):
            raise _wrong(path, value)
        case "integer":
            low, high = _BITS.get(facts.get("format", ""), (None, None))
            if type(value) is not int or (low is not None and high is not None and not low <= value <= high):
                raise _wrong(path, value)
            return value
        case "number" if type(value) not in (int, float):
            raise _wrong(path, value)
        case "any":
            return _any(description, value, path)
        case _:
            return value


def _any(description: Description, value: Any, path: str) -> Any:
    """Return a value whose type only the text of the document describes."""
    name = _ANY_OF_USER.get(path)
    if name is None:
        return value
    if path in ("gender", "notes"):
        return _value(description, {"$ref": name}, value, path, [])
    listed = _value(description, {"type": "array", "items": {"$ref": name}}, value, path, [])
    for item in listed if path == "externalIds" else ():
        if item.get("type") not in _EXTERNAL_TYPES or ("customType" in item) != (item["type"] == "custom"):
            raise bad(f"Invalid Input: {path}")
    return listed


def _text(facts: Mapping[str, Any], value: Any, path: str) -> str:
    if facts.get("format") in ("int64", "uint64") and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(path, value)
    if facts.get("format") in ("int64", "uint64") and not _INT64.fullmatch(value):
        raise _wrong(path, value)
    if facts.get("enum") and value not in facts["enum"]:
        raise bad(f"Invalid value at '{path}' (TYPE_ENUM), \"{value}\"", "badRequest")
    return value


def _wrong(path: str, value: Any) -> GoogleError:
    shown = str(value).lower() if isinstance(value, bool) else type(value).__name__
    return bad(f"Invalid value at '{path}', {shown}", "badRequest")
