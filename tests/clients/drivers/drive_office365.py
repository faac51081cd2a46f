"""Expressions with Office365-REST-Python-Client."""

from __future__ import annotations

import os

from expressions import run  # type: ignore[import-not-found]
from office365.graph_client import GraphClient  # type: ignore[import-not-found]

client = GraphClient(tenant=os.environ["TENANT_ID"]).with_client_secret(
    os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
)
run({"client": client})
