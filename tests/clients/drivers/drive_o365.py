"""Expressions with O365."""

from __future__ import annotations

import os

from expressions import run  # type: ignore[import-not-found]
from O365 import Account  # type: ignore[import-not-found]
from O365.utils.token import MemoryTokenBackend  # type: ignore[import-not-found]

account = Account(
    (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
    auth_flow_type="credentials",
    tenant_id=os.environ["TENANT_ID"],
    token_backend=MemoryTokenBackend(),
)
account.authenticate()
run({"account": account})
