"""The Contact Delegation API, for which the client library has no description.

developers.google.com/workspace/admin/contact-delegation/reference/rest, read 2026-11. With this description, the
library sends its requests like all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _text(location: str, *, is_required: bool = False) -> dict[str, Any]:
    return {"type": "string", "location": location, "required": is_required}


def _method(name: str, verb: str, path: str, **more: Any) -> dict[str, Any]:
    """Return a method on the delegates of one user."""
    return {
        "id": f"contacts.users.delegates.{name}",
        "httpMethod": verb,
        "path": f"admin/contacts/v1/users/{{user}}/{path}",
        "parameters": {"user": _text("path", is_required=True), **more.pop("parameters", {})},
        "response": {"$ref": "Answer"},
        **more,
    }


_DELEGATES = {
    "list": _method(
        "list",
        "GET",
        "delegates",
        parameters={"pageSize": {"type": "integer", "location": "query"}, "pageToken": _text("query")},
    ),
    "create": _method("create", "POST", "delegates", request={"$ref": "Delegate"}),
    "delete": _method(
        "delete", "DELETE", "delegates/{delegate}", parameters={"delegate": _text("path", is_required=True)}
    ),
}
CONTACT_DELEGATION: Mapping[str, Any] = {
    "name": "admin",
    "version": "contacts_v1",
    "rootUrl": "https://admin.googleapis.com/",
    "servicePath": "",
    "batchPath": "batch",
    "parameters": {"alt": {"type": "string", "location": "query", "default": "json"}, "fields": _text("query")},
    "schemas": {
        "Delegate": {"id": "Delegate", "type": "object", "properties": {"email": {"type": "string"}}},
        "Answer": {"id": "Answer", "type": "object"},
    },
    "resources": {"users": {"resources": {"delegates": {"methods": _DELEGATES}}}},
}
