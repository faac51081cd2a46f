"""The section `microsoft365` of `sharedbox.yaml`, and the connection it describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator

from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.providers.section import Section


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.username or parts.password:
        raise ValueError("A URL in this file must not contain a password.")
    if parts.scheme != "https" or not parts.netloc or parts.path not in ("", "/"):
        raise ValueError("The value must be https://HOST, with a port if needed, and without a path.")
    return text


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
    certificate_path: str | None = None


def microsoft_connection(
    section: Microsoft365Section | None, environment: Mapping[str, str], state_dir: Path
) -> MicrosoftConnection | None:
    """Return the connection, or None where neither file nor environment names a tenant."""
    chosen = section or Microsoft365Section()
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
        state_dir=state_dir,
    )
