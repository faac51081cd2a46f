"""sharedbox.yaml and the environment: which tenant, how to sign in, the guards' numbers. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from sharedbox_cli.cli.profile_google import google_connection, is_google, wrong_form
from sharedbox_cli.core.errors import Problem, SpecError, UsageError
from sharedbox_cli.core.guards_input import GuardLimits
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, Platform
from sharedbox_cli.language.files import Files
from sharedbox_cli.language.problems import nearest, raise_if_any
from sharedbox_cli.language.validate import validated
from sharedbox_cli.language.yaml_source import Document, read_documents

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection, MicrosoftConnection

FILE = "sharedbox.yaml"
DEFAULT = "default"
_SECRET_KEY = re.compile(r"secret|password|token|api_?key|private_?key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[\w~.\-]{32,}\Z|-----BEGIN|eyJ[\w-]{10,}\.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Microsoft(_Strict):
    """A Microsoft 365 tenant."""

    tenant: str | None = None
    client_id: str | None = None
    method: Literal[
        "auto",
        "client-secret",
        "certificate",
        "workload-identity",
        "github",
        "azure-devops",
        "managed-identity",
        "device-code",
        "interactive",
    ] = "auto"
    cloud: Literal["worldwide", "gcc", "gcc-high", "dod", "china"] = "worldwide"
    authority: str | None = None
    graph_url: str | None = None
    exchange_url: str | None = None
    certificate_path: str | None = None


class GoogleEndpoints(_Strict):
    """Where each service is, if not at Google: base addresses."""

    oauth: str | None = None
    iam: str | None = None
    admin: str | None = None
    gmail: str | None = None
    groupssettings: str | None = None
    licensing: str | None = None
    cloudidentity: str | None = None


class Google(_Strict):
    """A Google Workspace."""

    customer: str | None = None
    admin: str | None = None
    service_account: str | None = None
    method: Literal["auto", "service-account-key", "keyless"] = "auto"
    key_path: str | None = None
    endpoints: GoogleEndpoints | None = None
    shared_org_units: list[str] | None = None


class Guards(_Strict):
    """The numbers of the guards; a spec cannot loosen them."""

    mass_revocation_percent: int = Field(30, ge=0, le=100)
    mass_revocation_most: int = Field(100, ge=0)
    mailbox_revocation_percent: int = Field(50, ge=0, le=100)
    min_mailboxes: int = Field(1, ge=0)
    external_domains: list[str] = Field(default_factory=list)


class ProfileModel(_Strict):
    """One tenant, or one of each cloud."""

    microsoft365: Microsoft | None = None
    google_workspace: Google | None = None
    guards: Guards = Guards()
    journal: Literal["optional", "required"] = "optional"
    state_dir: str | None = None


class ConfigModel(_Strict):
    """The whole file."""

    default_profile: str | None = None
    profiles: dict[str, ProfileModel]


@dataclass(frozen=True, slots=True)
class Profile:
    """Named settings for one tenant."""

    name: str
    state_dir: Path
    microsoft365: MicrosoftConnection | None = None
    guards: Guards = field(default_factory=Guards)
    is_journal_required: bool = False
    file: Path | None = None
    google_workspace: GoogleConnection | None = None

    def guard_limits(self) -> GuardLimits:
        """Return the numbers for the guards."""
        return GuardLimits(
            mass_revocation_percent=self.guards.mass_revocation_percent,
            mass_revocation_most=self.guards.mass_revocation_most,
            mailbox_revocation_percent=self.guards.mailbox_revocation_percent,
            min_mailboxes=self.guards.min_mailboxes,
            external_domains=frozenset(domain.lower() for domain in self.guards.external_domains),
        )

    def expected_tenants(self) -> dict[Platform, str]:
        """Return the tenant that the profile names, by platform."""
        found = {MICROSOFT365: self.microsoft365.tenant} if self.microsoft365 else {}
        if self.google_workspace and self.google_workspace.expected_customer:
            found |= dict.fromkeys((GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE), self.google_workspace.expected_customer)
        return found


def load_profile(name: str | None, config: Path | None, environment: Mapping[str, str]) -> Profile:
    """Return a profile from the file, filled up from the environment. Raises SpecError, UsageError."""
    path = config or find_config(Path.cwd())
    if config is not None and not config.is_file():
        raise UsageError("no such file", where=str(config), hint="Make one with `sharedbox init`.")
    if path is None:
        if name not in (None, DEFAULT):
            why = "There is no sharedbox.yaml here or above."
            raise UsageError("no such profile", where=str(name), why=why, hint="Make one with `sharedbox init`.")
        return _profile(DEFAULT, ProfileModel(), environment, None)
    model = _read(path)
    chosen = name or model.default_profile or (next(iter(model.profiles)) if len(model.profiles) == 1 else None)
    if chosen is None or chosen not in model.profiles:
        known = ", ".join(sorted(model.profiles)) or "none"
        hint = nearest(chosen or "", model.profiles)
        raise UsageError(
            "no such profile" if chosen else "which profile?",
            where=f"{path}: {chosen or ''}",
            why=f"There are: {known}.",
            hint=hint or "Name one: --profile NAME, or `default_profile` in the file.",
        )
    return _profile(chosen, model.profiles[chosen], environment, path)


def find_config(folder: Path) -> Path | None:
    """Return the nearest sharedbox.yaml, from here up to the root of the repository."""
    for level in (folder, *folder.parents):
        if (level / FILE).is_file():
            return level / FILE
        if (level / ".git").exists():
            return None
    return None


def _read(path: Path) -> ConfigModel:
    files = Files()
    text = files.text(path)
    raise_if_any(files.problems)
    documents, problems = read_documents(text or "", str(path))
    raise_if_any(problems)
    if len(documents) != 1:
        raise UsageError("not a profile file", where=str(path), why="It holds one document with `profiles`.")
    model, problems = validated(ConfigModel, documents[0])
    raise_if_any([*problems, *_secrets(documents[0]), *_urls(documents[0]), *_forms(documents[0])])
    if model is None:
        raise SpecError(problems)
    return model


def _secrets(document: Document) -> Iterator[Problem]:
    microsoft = (
        "Put it into the environment (AZURE_CLIENT_SECRET), a file it names (AZURE_CLIENT_SECRET_FILE), or go keyless."
    )
    google = "Let GOOGLE_APPLICATION_CREDENTIALS name the file of the key, or go keyless."
    for path, place in document.values.items():
        hint = google if is_google(path) else microsoft
        value = _at(document.data, path)
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if isinstance(value, str) and (_SECRET_KEY.search(key) or _SECRET_VALUE.match(value)):
            yield Problem(place, "looks like a secret", f"`{key}` must not stand in a file.", hint)


def _urls(document: Document) -> Iterator[Problem]:
    for path, place in document.values.items():
        if path[-1:] not in (("authority",), ("graph_url",), ("exchange_url",)):
            continue
        parts = urlsplit(str(_at(document.data, path)))
        if parts.username or parts.password:
            yield Problem(place, "a password in an address", "It must not stand in a file.", "Leave it out.")
        if parts.scheme != "https" or not parts.netloc or parts.path not in ("", "/"):
            yield Problem(place, "not an origin", "It is https://HOST, with a port where needed, and no path.")


def _forms(document: Document) -> Iterator[Problem]:
    for path, place in document.values.items():
        why = wrong_form(path, _at(document.data, path))
        if why:
            key = next((step for step in reversed(path) if isinstance(step, str)), "")
            yield Problem(place, "not possible here", f"`{key}`: {why}")


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def _profile(name: str, model: ProfileModel, environment: Mapping[str, str], path: Path | None) -> Profile:
    state = _state_dir(model, environment)
    google = model.google_workspace.model_dump() if model.google_workspace else None
    return Profile(
        name,
        state,
        _microsoft(model.microsoft365, environment, state),
        model.guards,
        model.journal == "required",
        path,
        google_connection(google, environment),
    )


def _state_dir(model: ProfileModel, environment: Mapping[str, str]) -> Path:
    chosen = environment.get("SHAREDBOX_STATE_DIR") or model.state_dir
    if chosen:
        return Path(chosen)
    import platformdirs

    try:
        return platformdirs.user_state_path("sharedbox", appauthor=False)
    except (RuntimeError, KeyError):
        return Path(".sharedbox")


def _microsoft(model: Microsoft | None, environment: Mapping[str, str], state: Path) -> MicrosoftConnection | None:
    from sharedbox_cli.auth.connection import Method, MicrosoftConnection

    chosen = model or Microsoft()
    tenant = chosen.tenant or environment.get("AZURE_TENANT_ID", "")
    if not tenant:
        return None
    authority = environment.get("AZURE_AUTHORITY_HOST", "")
    if authority and "://" not in authority:
        authority = f"https://{authority}"
    return MicrosoftConnection(
        tenant=tenant,
        client_id=chosen.client_id or environment.get("AZURE_CLIENT_ID", ""),
        method=Method(chosen.method),
        cloud="worldwide" if chosen.cloud == "gcc" else chosen.cloud,
        authority=(chosen.authority or authority).rstrip("/"),
        graph_url=(chosen.graph_url or environment.get("SHAREDBOX_GRAPH_URL", "")).rstrip("/"),
        exchange_url=(chosen.exchange_url or environment.get("SHAREDBOX_EXCHANGE_URL", "")).rstrip("/"),
        certificate_path=chosen.certificate_path or "",
        state_dir=state,
    )
