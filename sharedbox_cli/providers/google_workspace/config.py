"""The section `google_workspace` of `sharedbox.yaml`, and the connection it describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationInfo

from sharedbox_cli.auth.connection import GOOGLE_HOSTS, GoogleConnection, GoogleMethod
from sharedbox_cli.core.endpoints import form_problem
from sharedbox_cli.providers.section import Need, Section, endpoint_of, file_of, refuse_variable

APIS = ("admin", "gmail", "calendar", "groupssettings", "licensing", "cloudidentity", "vault")
_URL = "SHAREDBOX_GOOGLE_URL"
_FROM_ENVIRONMENT = {
    "customer": "SHAREDBOX_GOOGLE_CUSTOMER",
    "admin": "SHAREDBOX_GOOGLE_ADMIN",
    "service_account": "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT",
    "key_path": "GOOGLE_APPLICATION_CREDENTIALS",
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FORMS = {
    "customer": (
        re.compile(r"my_customer|C[0-9A-Za-z]+"),
        "The value must be `my_customer`, or the ID under Account settings: C0….",
    ),
    "admin": (_ADDRESS, "The value must be the address of an administrator."),
    "service_account": (
        _ADDRESS,
        "The value must be the service account's email address: NAME@PROJECT.iam.gserviceaccount.com.",
    ),
    "shared_org_units": (re.compile(r"/.*"), "The value must be a path that begins with /."),
}


def _formed(key: str) -> AfterValidator:
    """Return the validator of a value whose form is known."""

    def checked(text: str) -> str:
        problem = _form_problem(key, text)
        if problem:
            raise ValueError(problem)
        return text

    return AfterValidator(checked)


def _endpoint(text: str, info: ValidationInfo) -> str:
    return endpoint_of(text, info, GOOGLE_HOSTS, may_have_path=True)


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class GoogleEndpoints(Section):
    """The base URL of each service that is not at Google's own address."""

    oauth: Endpoint | None = None
    iam: Endpoint | None = None
    admin: Endpoint | None = None
    gmail: Endpoint | None = None
    calendar: Endpoint | None = None
    groupssettings: Endpoint | None = None
    licensing: Endpoint | None = None
    cloudidentity: Endpoint | None = None
    vault: Endpoint | None = None


class GoogleSection(Section):
    """A Google Workspace account."""

    customer: Annotated[str, _formed("customer")] | None = None
    admin: Annotated[str, _formed("admin")] | None = None
    service_account: Annotated[str, _formed("service_account")] | None = None
    method: Literal["auto", "service-account-key", "keyless"] = "auto"
    key_path: Annotated[str, AfterValidator(file_of)] | None = None
    endpoints: GoogleEndpoints | None = None
    shared_org_units: list[Annotated[str, _formed("shared_org_units")]] | None = None

    def needs_trust(self, environment: Mapping[str, str]) -> Iterator[Need]:
        """Yield the key file, accounts that count as shared mailboxes, and what differs from the environment."""
        if self.key_path is not None:
            yield Need(("key_path",), "The file decides whose credentials are used, and where they come from.")
        for position, unit in enumerate(self.shared_org_units or ()):
            if not any(unit == usual or unit.startswith(f"{usual}/") for usual in GoogleConnection().shared_org_units):
                why = f"The accounts of {unit} would count as shared mailboxes, those of people included."
                yield Need(("shared_org_units", position), why)
        for key in ("customer", "admin"):
            value, pinned = getattr(self, key), environment.get(_FROM_ENVIRONMENT[key], "")
            if value and pinned and value.lower() != pinned.lower():
                yield Need(
                    (key,), f"It would replace {_FROM_ENVIRONMENT[key]}, which the environment sets to {pinned}."
                )


def google_connection(section: GoogleSection | None, environment: Mapping[str, str]) -> GoogleConnection | None:
    """Return the connection, or None where neither file nor environment describes one. Raises UsageError."""
    if section is None and not environment.get(_FROM_ENVIRONMENT["admin"]):
        return None
    chosen = section or GoogleSection()
    values: dict[str, Any] = dict(_values(chosen, environment))
    values |= _addresses(chosen.endpoints or GoogleEndpoints(), environment)
    if chosen.shared_org_units is not None:
        values["shared_org_units"] = tuple(chosen.shared_org_units)
    return GoogleConnection(method=GoogleMethod(chosen.method), **values)


def _values(chosen: GoogleSection, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, variable in _FROM_ENVIRONMENT.items():
        in_file, in_environment = getattr(chosen, key), environment.get(variable, "")
        if in_file:
            yield key, in_file
        elif in_environment:
            refuse_variable(variable, _form_problem(key, in_environment))
            yield key, in_environment


def _addresses(endpoints: GoogleEndpoints, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return token_url, iam_url and api_urls where they are not Google's own."""
    origin = environment.get(_URL, "").rstrip("/")
    urls: dict[str, str] = {}
    if origin:
        refuse_variable(_URL, form_problem(origin))
        urls = dict.fromkeys(APIS, f"{origin}/") | {"oauth": f"{origin}/token", "iam": origin}
        urls["groupssettings"] = f"{origin}/groups/v1/groups/"
        urls["calendar"] = f"{origin}/calendar/v3/"
    urls |= endpoints.model_dump(exclude_none=True)
    values: dict[str, Any] = {"api_urls": {name: f"{urls[name].rstrip('/')}/" for name in APIS if name in urls}}
    if "oauth" in urls:
        values["token_url"] = urls["oauth"]
    if "iam" in urls:
        values["iam_url"] = urls["iam"].rstrip("/")
    return values


def _form_problem(key: str, text: str) -> str:
    pattern, problem = _FORMS.get(key, (None, ""))
    return problem if pattern and not pattern.fullmatch(text) else ""
