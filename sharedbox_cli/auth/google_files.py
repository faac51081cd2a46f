"""The credential file for Google: a service account key, or the configuration of an identity. Never printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sharedbox_cli.auth.connection import GoogleConnection
from sharedbox_cli.auth.google_file_rules import credential_file_problem
from sharedbox_cli.auth.secrets import warn_if_others_read
from sharedbox_cli.core.errors import AuthError

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
KEY_TYPE = "service_account"
_HINT = f"Set `key_path` in the profile, or {VARIABLE}, to a JSON file that Google created."

_RULES_HINT = "docs/how-to/connect-google-workspace.md lists what such a file may contain. Nothing was sent."


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A JSON file that Google created. Its repr does not contain its content."""

    path: str
    info: Mapping[str, Any] = field(repr=False)

    @property
    def is_key(self) -> bool:
        """Return whether the file contains the key of a service account."""
        return self.info.get("type") == KEY_TYPE

    @property
    def client_id(self) -> str:
        """Return the client id for domain-wide delegation, or an empty text."""
        client_id = str(self.info.get("client_id", "")) if self.is_key else ""
        return client_id if client_id.isdecimal() else ""

    @property
    def email(self) -> str:
        """Return the address of the service account, or an empty text."""
        return str(self.info.get("client_email", "")) if self.is_key else ""


def credential_file(connection: GoogleConnection, environment: Mapping[str, str]) -> CredentialFile | None:
    """Return the configured credential file, or None. Raises AuthError if it cannot be read."""
    name = connection.key_path or environment.get(VARIABLE, "")
    if not name:
        return None
    path = Path(name)
    try:
        info = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise AuthError("no credential file", where=name, why="The file does not exist.", hint=_HINT) from None
    except OSError as error:
        raise AuthError("the credential file cannot be read", where=name, why=type(error).__name__) from None
    except (ValueError, RecursionError):
        raise AuthError("not a credential file", where=name, why="It is not JSON.", hint=_HINT) from None
    if not isinstance(info, dict) or not isinstance(info.get("type"), str):
        raise AuthError("not a credential file", where=name, why="It has no `type`.", hint=_HINT)
    file = CredentialFile(name, info)
    if file.is_key:
        warn_if_others_read(path)
    return file


def refuse_unsafe_file(file: CredentialFile, environment: Mapping[str, str]) -> None:
    """Raise AuthError for a file that must not be given to google-auth. Call this before the file is used."""
    if problem := credential_file_problem(file.info, environment):
        raise AuthError("this credential file cannot be used", where=file.path, why=problem, hint=_RULES_HINT)
