"""The Contact Delegation API in the form of a discovery document: Google publishes none for it.

developers.google.com/workspace/admin/contact-delegation/reference/rest, read 2026-11.
"""

from __future__ import annotations

from typing import Any

_FULL = "https://www.googleapis.com/auth/admin.contact.delegation"
_SCOPES = [_FULL, f"{_FULL}.readonly"]
_USER = {"type": "string", "location": "path", "required": True}
_PATH = "admin/contacts/v1/users/{user}/delegates"
CONTACT_DELEGATION: dict[str, Any] = {
    "rootUrl": "https://admin.googleapis.com/",
    "servicePath": "",
    "parameters": {
        "alt": {"type": "string", "location": "query", "enum": ["json", "media", "proto"]},
        "fields": {"type": "string", "location": "query"},
        "key": {"type": "string", "location": "query"},
        "prettyPrint": {"type": "boolean", "location": "query"},
        "quotaUser": {"type": "string", "location": "query"},
    },
    "schemas": {
        "Delegate": {"id": "Delegate", "type": "object", "properties": {"email": {"type": "string"}}},
        "Empty": {"id": "Empty", "type": "object", "properties": {}},
        "ListDelegatesResponse": {
            "id": "ListDelegatesResponse",
            "type": "object",
            "properties": {
                "delegates": {"type": "array", "items": {"$ref": "Delegate"}},
                "nextPageToken": {"type": "string"},
            },
        },
    },
    "resources": {
        "users": {
            "resources": {
                "delegates": {
                    "methods": {
                        "list": {
                            "id": "contactDelegation.users.delegates.list",
                            "path": _PATH,
                            "httpMethod": "GET",
                            "parameters": {
                                "user": _USER,
                                "pageSize": {"type": "integer", "format": "int32", "location": "query", "minimum": "1"},
                                "pageToken": {"type": "string", "location": "query"},
                            },
                            "response": {"$ref": "ListDelegatesResponse"},
                            "scopes": _SCOPES,
                        },
                        "create": {
                            "id": "contactDelegation.users.delegates.create",
                            "path": _PATH,
                            "httpMethod": "POST",
                            "parameters": {"user": _USER},
                            "request": {"$ref": "Delegate"},
                            "response": {"$ref": "Delegate"},
                            "scopes": _SCOPES[:1],
                        },
                        "delete": {
                            "id": "contactDelegation.users.delegates.delete",
                            "path": f"{_PATH}/{{delegate}}",
                            "httpMethod": "DELETE",
                            "parameters": {"user": _USER, "delegate": _USER},
                            "response": {"$ref": "Empty"},
                            "scopes": _SCOPES[:1],
                        },
                    }
                }
            }
        }
    },
}
