"""Where a tenant is and how to sign in to it; holds no secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


MICROSOFT_HOSTS = frozenset(
    {
        *(host for cloud in CLOUDS.values() for host in (cloud.authority, cloud.graph, cloud.exchange)),
        *("login.windows.net", "login.microsoft.com", "sts.windows.net", "login-us.microsoftonline.com"),
        *("login.usgovcloudapi.net", "login.partner.microsoftonline.cn"),
        *("login.sovcloud-identity.fr", "login.sovcloud-identity.de", "login.sovcloud-identity.sg"),
        "canary.graph.microsoft.com",
        *("outlook.office.com", "partner.outlook.cn", "webmail.apps.mil"),
    }
)
"""Microsoft's own hosts of sign-in, Graph and Exchange in all clouds (MSAL, `msal.authority`, and the page on national
clouds, read 2026-11). Each is written out: below some of the vendor's suffixes, customers choose the name."""


@dataclass(frozen=True, slots=True)
class MicrosoftConnection:
    """Where a tenant is and how to sign in to it; holds no secret."""

    tenant: str
    client_id: str = ""
    method: Method = Method.AUTO
    cloud: str = "worldwide"
    authority: str = ""
    """Origin of the login service, if it is not the one of the cloud. Same for the next two."""
    graph_url: str = ""
    exchange_url: str = ""
    certificate_path: str = ""
    state_dir: Path | None = None
    """Where the account record of an interactive sign-in is stored. It holds no token."""

    @property
    def login_origin(self) -> str:
        """Return the origin of the login service."""
        return self.authority or f"https://{CLOUDS[self.cloud].authority}"

    @property
    def graph_origin(self) -> str:
        """Return the origin of Graph."""
        return self.graph_url or f"https://{CLOUDS[self.cloud].graph}"

    @property
    def exchange_origin(self) -> str:
        """Return the origin of the Exchange admin API."""
        return self.exchange_url or f"https://{CLOUDS[self.cloud].exchange}"

    @property
    def graph_scope(self) -> str:
        """Return the scope of Graph. It depends on the cloud only, so that it is the same with an emulator."""
        return f"https://{CLOUDS[self.cloud].graph}/.default"

    @property
    def exchange_scope(self) -> str:
        """Return the scope of the Exchange admin API."""
        return f"https://{CLOUDS[self.cloud].exchange}/.default"


class GoogleMethod(StrEnum):
    """How to sign in to a Google Workspace account."""

    AUTO = "auto"
    KEY = "service-account-key"
    KEYLESS = "keyless"
    """Google's IAM signs for the service account, so no key of that account is needed."""


GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105
GOOGLE_IAM_URL = "https://iamcredentials.googleapis.com"
_GOOGLE_SERVICES = (
    *("oauth2", "sts", "iamcredentials", "www", "admin", "gmail", "groupssettings", "licensing", "cloudidentity"),
    *("cloudresourcemanager", "iam", "vault"),
)
GOOGLE_HOSTS = frozenset(
    {
        *(f"{service}.googleapis.com" for service in _GOOGLE_SERVICES),
        *(f"{service}.mtls.googleapis.com" for service in _GOOGLE_SERVICES),
        "accounts.google.com",
    }
)
"""Google's own hosts of sign-in, token exchange and the APIs that are used (discovery documents, read 2026-11). Each is
written out: below googleapis.com, customers choose the names of storage buckets."""


@dataclass(frozen=True, slots=True)
class GoogleConnection:
    """Where a Google Workspace is and how to sign in to it; holds no secret."""

    customer: str = "my_customer"
    """`my_customer` is the account of the administrator. With an id that begins with C, no other account is changed."""
    admin: str = ""
    """The administrator to act as, for everything except Gmail."""
    service_account: str = ""
    """Its email address. Required for keyless sign-in."""
    method: GoogleMethod = GoogleMethod.AUTO
    key_path: str = ""
    """A key file, or a configuration file of the identity of the caller."""
    token_url: str = GOOGLE_TOKEN_URL
    iam_url: str = GOOGLE_IAM_URL
    api_urls: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Base URL of each API that is not at Google: admin, gmail, groupssettings, licensing, cloudidentity."""
    shared_org_units: tuple[str, ...] = ("/Shared mailboxes",)

    @property
    def expected_customer(self) -> str:
        """Return the only customer that may be changed, or an empty text if any may be."""
        return self.customer if self.customer.startswith("C") else ""
