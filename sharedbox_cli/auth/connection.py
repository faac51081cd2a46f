"""Where a tenant is and how to sign in to it; holds no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Method(StrEnum):
    """How to sign in."""

    AUTO = "auto"
    CLIENT_SECRET = "client-secret"  # noqa: S105
    CERTIFICATE = "certificate"
    WORKLOAD_IDENTITY = "workload-identity"
    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"
    MANAGED_IDENTITY = "managed-identity"
    DEVICE_CODE = "device-code"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Cloud:
    """The hosts of one sovereign cloud (learn.microsoft.com/graph/deployments, read 2026-11)."""

    authority: str
    graph: str
    exchange: str


CLOUDS: Mapping[str, Cloud] = {
    "worldwide": Cloud("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
    "gcc-high": Cloud("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
    "dod": Cloud("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
    "china": Cloud("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
}


@dataclass(frozen=True, slots=True)
class MicrosoftConnection:
    """Where a tenant is and how to sign in to it; holds no secret."""

    tenant: str
    client_id: str = ""
    method: Method = Method.AUTO
    cloud: str = "worldwide"
    authority: str = ""
    """Origin of the login service where it is not the cloud's own; likewise the next two."""
    graph_url: str = ""
    exchange_url: str = ""
    certificate_path: str = ""
    state_dir: Path | None = None
    """Where the record of a person's sign-in is kept (no token)."""

    @property
    def login_origin(self) -> str:
        """Return the login service's origin."""
        return self.authority or f"https://{CLOUDS[self.cloud].authority}"

    @property
    def graph_origin(self) -> str:
        """Return Graph's origin."""
        return self.graph_url or f"https://{CLOUDS[self.cloud].graph}"

    @property
    def exchange_origin(self) -> str:
        """Return the Exchange admin API's origin."""
        return self.exchange_url or f"https://{CLOUDS[self.cloud].exchange}"

    @property
    def graph_scope(self) -> str:
        """Return the scope of Graph, by cloud: an emulator's host does not change it."""
        return f"https://{CLOUDS[self.cloud].graph}/.default"

    @property
    def exchange_scope(self) -> str:
        """Return the scope of the Exchange admin API."""
        return f"https://{CLOUDS[self.cloud].exchange}/.default"
