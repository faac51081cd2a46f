"""The section `microsoft365` of `sharedbox.yaml`, and the connection it describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo

from sharedbox_cli.auth.connection import MICROSOFT_HOSTS, Method, MicrosoftConnection
from sharedbox_cli.core.endpoints import form_problem
from sharedbox_cli.providers.section import Need, Section, endpoint_of, file_of, refuse_variable


def _origin(text: str, info: ValidationInfo) -> str:
    return endpoint_of(text, info, MICROSOFT_HOSTS)


Origin = Annotated[str, AfterValidator(_origin)]


class Microsoft365Section(Section):
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
    authority: Origin | None = None
    graph_url: Origin | None = None
    exchange_url: Origin | None = None
    certificate_path: Annotated[str, AfterValidator(file_of)] | None = None

    def needs_trust(self, environment: Mapping[str, str]) -> Iterator[Need]:
        """Yield the certificate: the file decides as whom sharedbox signs in."""
        if self.certificate_path is not None:
            yield Need(("certificate_path",), "The file decides whose credentials are used.")


def microsoft_connection(
    section: Microsoft365Section | None, environment: Mapping[str, str], state_dir: Path
) -> MicrosoftConnection | None:
    """Return the connection, or None where neither file nor environment names a tenant. Raises UsageError."""
    chosen = section or Microsoft365Section()
    tenant = chosen.tenant or environment.get("AZURE_TENANT_ID", "")
    if not tenant:
        return None
    return MicrosoftConnection(
        tenant=tenant,
        client_id=chosen.client_id or environment.get("AZURE_CLIENT_ID", ""),
        method=Method(chosen.method),
        cloud="worldwide" if chosen.cloud == "gcc" else chosen.cloud,
        authority=(chosen.authority or _origin_of(environment, "AZURE_AUTHORITY_HOST")).rstrip("/"),
        graph_url=(chosen.graph_url or _origin_of(environment, "SHAREDBOX_GRAPH_URL")).rstrip("/"),
        exchange_url=(chosen.exchange_url or _origin_of(environment, "SHAREDBOX_EXCHANGE_URL")).rstrip("/"),
        certificate_path=chosen.certificate_path or "",
        state_dir=state_dir,
    )


def _origin_of(environment: Mapping[str, str], name: str) -> str:
    """Return the origin that a variable names, or nothing. The vendor's libraries also accept a host alone."""
    text = environment.get(name, "")
    if text and "://" not in text:
        text = f"https://{text}"
    if text:
        refuse_variable(name, form_problem(text))
    return text
