"""Environment variables that name a tenant or a credential of one of the emulated clouds."""

from __future__ import annotations

TENANT_VARIABLES = (
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET_FILE",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_FEDERATED_TOKEN_FILE",
    "SHAREDBOX_GRAPH_URL",
    "SHAREDBOX_EXCHANGE_URL",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "SHAREDBOX_GOOGLE_URL",
    "SHAREDBOX_GOOGLE_ADMIN",
    "SHAREDBOX_GOOGLE_CUSTOMER",
    "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT",
)
"""A command that the emulator runs must not see these variables: they can name a real tenant."""
