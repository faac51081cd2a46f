"""The file that says who asks Google: a service account's key, or where an identity comes from. Read, never shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sharedbox_cli.auth.connection import GoogleConnection
from sharedbox_cli.auth.secrets import warn_if_others_read
from sharedbox_cli.core.errors import AuthError

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
KEY_TYPE = "service_account"
_MEND = f"`key_path` in the profile, or {VARIABLE}, names a JSON file that Google made."


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """A JSON file as Google makes them; its content is in no repr."""

    path: str
    info: Mapping[str, Any] = field(repr=False)

    @property
    def is_key(self) -> bool:
        """Return whether it holds the key of a service account."""
        return self.info.get("type") == KEY_TYPE

    @property
    def client_id(self) -> str:
        """Return the service account's number, as domain-wide delegation wants it, or nothing."""
        found = str(self.info.get("client_id", "")) if self.is_key else ""
        return found if found.isdecimal() else ""

    @property
    def email(self) -> str:
        """Return the service account's address, or nothing."""
        return str(self.info.get("client_email", "")) if self.is_key else ""


def credential_file(connection: GoogleConnection, environment: Mapping[str, str]) -> CredentialFile | None:
    """Return the file that connection or environment name, or nothing. Raises AuthError where it cannot be read."""
    name = connection.key_path or environment.get(VARIABLE, "")
    if not name:
        return None
    path = Path(name)
    try:
        info = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise AuthError("no credential file", where=name, why="There is no such file.", hint=_MEND) from None
    except OSError as error:
        raise AuthError("the credential file cannot be read", where=name, why=type(error).__name__) from None
    except ValueError:
        raise AuthError("not a credential file", where=name, why="It is not JSON.", hint=_MEND) from None
    if not isinstance(info, dict) or not isinstance(info.get("type"), str):
        raise AuthError("not a credential file", where=name, why="It has no `type`.", hint=_MEND)
    file = CredentialFile(name, info)
    if file.is_key:
        warn_if_others_read(path)
    return file
